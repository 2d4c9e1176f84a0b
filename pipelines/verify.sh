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
check() { # FILE COMMAND...: its last line says why
	local said
	[ -e "$1" ] || return 0
	said=$("${@:2}" 2>&1 >/dev/null) || bad "$1" "$(tail -n 1 <<<"$said")"
}
for f in "$CORPUS"/shards/*/*.feat; do
	check "$f" "$BIN/feat" verify -q "$f"
done
for f in "$CORPUS"/shards/*/*.ndjson "$CORPUS"/report/*.ndjson; do
	case $f in
	*/rejects.ndjson | */merged.ndjson | */same.ndjson) ;;
	*) check "$f" "$BIN/report" -q "$f" ;;
	esac
done
# Each stage has one row a track, and of no other.
for shard in "$CORPUS"/shards/*/; do
	ids=$shard"felt.ndjson"
	[ -e "$ids" ] || continue
	for f in text sound mood audio64; do
		f=$shard$f.feat
		[ ! -e "$f" ] || [[ " ${damaged[*]-}" == *"$f"* ]] ||
		    ! "$BIN/feat" json --tracks "$ids" "$f" 2>/dev/null |
		    grep -qv '^{"id":"' || bad "$f" "rows of tracks that $ids has not"
	done
done
[ ! -e "$CORPUS/index/current" ] ||
    check "$(readlink -f "$CORPUS/index/current")" \
	"$BIN/build-index" --verify --index "$CORPUS/index"
check "$CORPUS/state/links.db" \
    "$BIN/linkcheck" --state "$CORPUS/state/links.db" --due
while IFS= read -r -d '' f; do # stored under the SHA-256 of what they hold
	name=$(basename "$f")
	[ "$(sha256sum <"$f" | cut -d' ' -f1)" = "${name%%.*}" ] ||
	    bad "$f" "is not what its name says"
done < <(find "$CORPUS/audio" -type f -name '[0-9a-f]*.*' -print0)

[ ${#damaged[@]} = 0 ] || printf '%s\n' "${damaged[@]}"
if [ ${#damaged[@]} = 0 ]; then
	echo "$what: $CORPUS is sound" >&2
	exit 0
fi
if [ "$what" = verify ]; then
	echo "verify: ${#damaged[@]} damaged; moodpipe repair builds them again" >&2
	exit 4
fi
for line in "${damaged[@]}"; do
	rm -f "${line%%$'\t'*}"
done
# Sound that went is asked for again, in place of what remembers it as read.
rm -f "$CORPUS"/shards/.ingested "$CORPUS/index/.built"
exec 9>&-
ALLOW_FEWER=1 "$here/corpus.sh" index
