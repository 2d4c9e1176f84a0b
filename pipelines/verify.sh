#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# verify: reads all of a corpus and names what is damaged, a line each.
# repair: takes that away, and builds it again from what is sound.
# Exit status: 0; 4 something is damaged; 3 no corpus, or a build is under way.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
what=${1:?verify or repair}
: "${CORPUS:?set CORPUS=directory}" "${BIN:?}"
if [ ! -d "$CORPUS/state" ]; then
	echo "$what: no corpus in $CORPUS" >&2
	exit 3
fi
exec 9>"$CORPUS/lock"
if ! flock -n 9; then
	echo "$what: $CORPUS is being built; wait for that to end" >&2
	exit 3
fi

damaged=() # FILE TAB WHY
bad() { damaged+=("$1"$'\t'"$2"); }
cannot() {
	echo "$what: $1 cannot be checked${2:+: $2}" >&2
	exit 3
}
check() { # FILE COMMAND...: which ends with 4 where the file is damaged
	local said status=0
	[ -e "$1" ] || return 0
	said=$("${@:2}" 2>&1 >/dev/null) || status=$?
	case $status in
	0) ;;
	4) bad "$1" "$(tail -n 1 <<<"$said")" ;;
	*) cannot "$1" "$(tail -n 1 <<<"$said")" ;;
	esac
}
for f in "$CORPUS"/shards/*/*.feat "$CORPUS"/report/*.feat; do
	check "$f" "$BIN/feat" verify -q "$f"
done
for f in "$CORPUS"/shards/*/*.ndjson; do
	check "$f" "$BIN/report" -q "$f"
done
# Each stage has rows of the shard's tracks, and of no other.
for shard in "$CORPUS"/shards/*/; do
	ids=$shard"felt.ndjson"
	[ -e "$ids" ] || continue
	for f in "$shard"{text,text-*,sound,mood,audio64}.feat; do
		[ -e "$f" ] && [[ "${damaged[*]-}" != *"$f"* &&
		    "${damaged[*]-}" != *"$ids"* ]] || continue
		[ "$("$BIN/feat" json --tracks "$ids" "$f" 2>/dev/null |
		    grep -cv '^{"id":"' || true)" = 0 ] ||
		    bad "$f" "rows of tracks that $ids has not"
	done
done
for dir in "$CORPUS"/index "$CORPUS"/index-*; do
	[ ! -e "$dir/current" ] || check "$(readlink -f "$dir/current")" \
	    "$BIN/build-index" --verify --index "$dir"
done
check "$CORPUS/state/links.db" \
    "$BIN/linkcheck" --state "$CORPUS/state/links.db" --verify
while IFS= read -r -d '' f; do # stored under the SHA-256 of what they hold
	name=$(basename "$f")
	sum=$(sha256sum <"$f") || cannot "$f"
	[ "${sum%% *}" = "${name%%.*}" ] || bad "$f" "is not what its name says"
done < <(find "$CORPUS/audio" -type f -print0 |
    grep -zE '/[0-9a-f]{64}\.[^/]*$' || true)

[ ${#damaged[@]} = 0 ] || printf '%s\n' "${damaged[@]}"
if [ ${#damaged[@]} = 0 ]; then
	echo "$what: $CORPUS is sound" >&2
	exit 0
fi
if [ "$what" = verify ]; then
	echo "verify: ${#damaged[@]} damaged; moodpipe repair builds them again" >&2
	exit 4
fi
# What is built again needs what it was built of.
for v in CRAWL CNN ENCODER; do
	from=$(cat "$CORPUS"/state/{settings,cnn,encoder} 2>/dev/null |
	    sed -n "s/^$v=//p") || true
	from=${!v-$from}
	if [ -n "$from" ] && [ ! -e "$from" ]; then
		echo "repair: no $from ($v): nothing was taken away" >&2
		exit 3
	fi
done
for line in "${damaged[@]}"; do
	f=${line%%$'\t'*}
	case $f in
	*/links.db | */audio.feat | */cnn.feat)
		# What may know more than can be learnt again is kept aside.
		mv -f "$f" "$f.damaged"
		echo "repair: kept $f.damaged" >&2
		! grep -qs '"audio_status":"evicted"' "${f%/*}/tracks.ndjson" ||
		    echo "repair: some of its sound went from the store:" \
			"FETCH_OPTIONS=--refetch fetches it again" >&2
		;;
	*/heard.ndjson)	# written beside audio.feat
		rm -f "$f"
		touch "${f%heard.ndjson}tracks.ndjson"
		;;
	*) rm -f "$f" ;;
	esac
done
rm -f "$CORPUS"/shards/.ingested "$CORPUS"/index/.built "$CORPUS"/index-*/.built
exec 9>&-
ALLOW_FEWER=1 "$here/corpus.sh" index
