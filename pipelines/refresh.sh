#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The online half: asks the network for what is new or due. One process asks
# about all shards, so that politeness per host holds. Writes state/ and audio/
# only. Run by corpus.sh, under its lock.
set -euo pipefail
db=$CORPUS/state/links.db
read -ra net <<<"${NET_OPTIONS:-}"
[ -z "${ALLOW_PRIVATE:-}" ] || net+=(--allow-private)

due=0
[ ! -e "$db" ] || due=$("$BIN/linkcheck" --due --state "$db")
stale=()
for ((i = 0; i < SHARDS; i++)); do
	n=$(printf %03d "$i")
	if [ "$due" != 0 ] || [ ! -e "$CORPUS/state/$n.seen" ] ||
	    [ "$CORPUS/shards/$n/crawl.ndjson" -nt "$CORPUS/state/$n.seen" ]
	then
		stale+=("$n")
	fi
done
[ ${#stale[@]} -gt 0 ] || exit 0
crawls=()
for n in "${stale[@]}"; do
	crawls+=("$CORPUS/shards/$n/crawl.ndjson")
done

"$BIN/linkcheck" --state "$db" --budget-seconds "$LINK_BUDGET" \
    ${net[@]+"${net[@]}"} "${crawls[@]}" |
    "$BIN/fetch-audio" --state "$db" --store "$CORPUS/audio" \
    --budget-seconds "$FETCH_BUDGET" ${net[@]+"${net[@]}"} >/dev/null

# What a shard would now be told, as a digest: offline stages of shards that
# learnt nothing new are not run.
for n in "${stale[@]}"; do
	told=$("$BIN/linkcheck" -q --offline --state "$db" \
	    "$CORPUS/shards/$n/crawl.ndjson" |
	    "$BIN/fetch-audio" -q --offline --state "$db" \
	    --store "$CORPUS/audio" | sha256sum)
	digest=$CORPUS/state/$n.digest
	if [ ! -e "$digest" ] || [ "$(cat "$digest")" != "$told" ]; then
		echo "$told" >"$digest.tmp"
		mv -f "$digest.tmp" "$digest"
	fi
	touch -r "$CORPUS/shards/$n/crawl.ndjson" "$CORPUS/state/$n.seen"
done
