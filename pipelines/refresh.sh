#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The online half: asks the network for what is new or due. One process asks
# about all shards, so that politeness per host holds. Writes state/ and audio/
# only. Run by corpus.sh, under its lock.
set -euo pipefail
db=$CORPUS/state/links.db
read -ra net <<<"${NET_OPTIONS:-}"
[ -z "${ALLOW_PRIVATE:-}" ] || net+=(--allow-private)

# How many links and files are due; the quick count over the whole history
# first, since links that left the crawl stay in it.
due() {
	[ -e "$db" ] || return 0
	[ "$("$BIN/linkcheck" --due --state "$db")" = 0 ] ||
	    "$BIN/linkcheck" --due --state "$db" "$CORPUS"/shards/*/crawl.ndjson ||
	    return
	[ "$("$BIN/fetch-audio" --due --state "$db" \
	    --store "$CORPUS/audio")" = 0 ] ||
	    "$BIN/linkcheck" -q --offline --state "$db" \
	    "$CORPUS"/shards/*/crawl.ndjson |
	    "$BIN/fetch-audio" --due --state "$db" --store "$CORPUS/audio" - ||
	    return
}
counts=$(due)	# a history that cannot be read ends it here
due=$(grep -c '^[1-9]' <<<"$counts" || true)
# A history or sound files that went are asked for again.
stored() { find "$CORPUS/audio" -type f | wc -l; }
known=$CORPUS/state/audio.count
if [ ! -e "$db" ] || { [ -e "$known" ] && [ "$(stored)" -lt "$(cat "$known")" ]; }
then
	due=1
fi
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
	rm -f "$CORPUS/state/$n.seen"	# killed from here on, it is due again
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
stored >"$known.tmp"
mv -f "$known.tmp" "$known"
