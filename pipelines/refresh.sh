#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The online half: asks the network for what is new or due. One process asks
# about all shards, so that politeness per host holds. Writes state/ and audio/
# only. Run by corpus.sh, under its lock.
set -Eeuo pipefail
trap '[ $? != 1 ] || exit 3' ERR	# as in corpus.sh
db=$CORPUS/state/links.db
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=pipelines/settings.sh
. "$here/settings.sh"
net=() healing=() fetching=()
settings_words NET_OPTIONS net
settings_words HEAL_OPTIONS healing
settings_words FETCH_OPTIONS fetching
[ -z "$ALLOW_PRIVATE" ] || net+=(--allow-private)
# how SECONDS: fills how with the options to ask for so long; 0: nobody.
how=()
how() {
	how=(--budget-seconds "$1" "${net[@]}")
	[ "$1" != 0 ] || how=(-q --offline)
}
link() {
	"$BIN/linkcheck" --state "$db" "$@"
}
filter() {
	"$BIN/music-filter" -q --model "$CORPUS/models/music.pack"
}
heal() {
	"$BIN/heal" --state "$db" --sources "$SOURCES" \
	    --near "$CORPUS/models/near.pack" "${healing[@]}" "$@"
}
# Features outlive the sound they came from: within a quota what was heard goes.
quota=()
if [ -n "${AUDIO_QUOTA:-}" ]; then
	quota=(--quota "$AUDIO_QUOTA")
	last=audio.feat
	[ -z "$CNN" ] || last=cnn.feat
	# one of an older release tells nothing; the stages behind make it again
	for heard in "$CORPUS"/shards/*/"$last"; do
		! "$BIN/feat" columns "$heard" >/dev/null 2>&1 ||
		    quota+=(--features "$heard")
	done
fi
fetch() {
	"$BIN/fetch-audio" --state "$db" --store "$CORPUS/audio" \
	    ${RESOLVER:+--resolver "$RESOLVER"} ${quota[@]+"${quota[@]}"} \
	    "${fetching[@]}" "$@"
}

# How many links, questions and files are due; the quick counts over the whole
# history first, since links that left the crawl stay in it.
due() {
	[ -e "$db" ] || return 0
	[ "$LINK_BUDGET" = 0 ] || [ "$(link --due)" = 0 ] ||
	    link --due "$CORPUS"/shards/*/crawl.ndjson || return
	[ "$HEAL_BUDGET" = 0 ] ||
	    link -q --offline "$CORPUS"/shards/*/crawl.ndjson | filter |
	    heal --due - || return
	[ "$FETCH_BUDGET" = 0 ] || [ "$(fetch --due)" = 0 ] ||
	    for ((i = 0; i < SHARDS; i++)); do
		"$here/told.sh" "$(printf %03d "$i")" || return
	done | fetch --due - || return
}
# Sound that could not be read last time, and may be by now.
for heard in "$CORPUS"/shards/*/heard.ndjson; do
	[ -e "$heard" ] || continue
	[ "$(grep '"error":{"tool":"extract-features".*"retry":true' "$heard" |
	    grep -cv '"audio_status":"evicted"' || true)" = 0 ] ||
	    touch "${heard%heard.ndjson}tracks.ndjson"
done

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

timed() { export MOODPIPE_SLOWEST=$CORPUS/report/slowest/$1.ndjson; }
{ how "$LINK_BUDGET"; timed linkcheck; link "${how[@]}" "${crawls[@]}"; } |
    filter |
    { how "$HEAL_BUDGET"; timed heal; heal "${how[@]}"; } |
    { how "$FETCH_BUDGET"; timed fetch-audio; fetch "${how[@]}"; } >/dev/null ||
    exit

# What a shard would now be told, as a digest: offline stages of shards that
# learnt nothing new are not run. Within a quota any shard's sound may have gone.
[ ${#quota[@]} -eq 0 ] ||
    mapfile -t stale < <(seq -f %03g 0 $((SHARDS - 1)))
for n in "${stale[@]}"; do
	told=$("$here/told.sh" "$n" | sha256sum)
	digest=$CORPUS/state/$n.digest
	if [ ! -e "$digest" ] || [ "$(cat "$digest")" != "$told" ]; then
		echo "$told" >"$digest.tmp"
		mv -f "$digest.tmp" "$digest"
	fi
	touch -r "$CORPUS/shards/$n/crawl.ndjson" "$CORPUS/state/$n.seen"
done
stored >"$known.tmp"
mv -f "$known.tmp" "$known"
