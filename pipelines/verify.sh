#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# verify: reads all of a corpus and names what is damaged, FILE TAB WHY a line,
# which state/damage keeps until nothing is. repair: goes on in repair.sh.
# Exit status: 0; 4 something is damaged; 3 no corpus, or a build is under way.
set -Eeuo pipefail
trap '[ $? != 1 ] || exit 3' ERR	# as in corpus.sh
here=$(cd "$(dirname "$0")" && pwd)
what=${1:?verify or repair}
: "${CORPUS:?set CORPUS=directory}" "${BIN:?}"
export LC_ALL=C
if [ ! -d "$CORPUS/state" ]; then
	echo "$what: no corpus in $CORPUS; moodpipe corpus CRAWL=FILE|FOLDER" \
	    "makes one" >&2
	exit 3
fi
: "${DATA:=${MOODPIPE_DATA:-$here/../data}}"
# shellcheck source=pipelines/settings.sh
. "$here/settings.sh"
exec 9>"$CORPUS/lock"
if ! flock -n -s 9; then
	echo "$what: $CORPUS is being built; wait for that to end" >&2
	exit 3
fi
flock -u 9

# Sound is most of a corpus, and never written again under its name, the SHA-256
# of what it is: builds may go on meanwhile. What looks damaged is read again
# under the lock, for which they wait where verify has it (corpus.sh).
mapfile -t stored < <(find -H "$CORPUS/audio" -type f |
    grep -E '/[0-9a-f]{64}\.[^/]*$' | sort)
mapfile -t suspects < <(comm -23 <(printf '%s\n' "${stored[@]}") \
    <(printf '%s\n' "${stored[@]}" | xargs -rd '\n' sha256sum -- 2>/dev/null |
	sed -nE 's/^([0-9a-f]{64})  (.*\/\1\.[^/]*)$/\2/p'))
kind=-x
[ "$what" = repair ] || kind=-s
flock $kind 9

damaged=() # FILE TAB WHY
bad() { damaged+=("$1"$'\t'"$2"); }
is_bad() { # FILE
	[[ $'\n'"$(printf '%s\n' "${damaged[@]}")" == *$'\n'"$1"$'\t'* ]]
}
cannot() {
	echo "$what: $1 cannot be checked${2:+: $2}" >&2
	exit 3
}
check() { # FILE COMMAND...: which ends with 4 where the file is damaged
	local said status=0
	[ -e "$1" ] || return 0
	said=$("${@:2}" 2>&1 >/dev/null) || status=$?
	said=$(grep -v '^make[:[]' <<<"$said" | tail -n 1 || true)
	case $status in
	0) ;;
	4)	# of another release it waits for a build
		[[ $said == *"this program reads"* ]] || bad "$1" "$said"
		;;
	*) cannot "$1" "$said" ;;
	esac
}
as_built() ( # COMMAND..., with the settings of the corpus
	export HERE=$here
	settings_read "$what" >&2 || exit 3
	# as it was built, whatever the next build is told
	while IFS='=' read -r name value; do
		case $name in
		SHARDS | CNN | ENCODER | PRECISION | TEXT)
			printf -v "$name" %s "$value"
			;;
		esac
	done < <(cat "$CORPUS"/state/{settings,cnn,encoder,text} 2>/dev/null)
	settings_encoder
	: "${SOURCES:=$DATA/sources}"
	export CORPUS BIN DATA ENCODER_NAME "${settings[@]}"
	"$@" 9>&-
)
stages() { # TARGET OR OPTION...: of corpus.mk
	local status=0
	STAGE_STATUS=$(mktemp)
	export STAGE_STATUS
	BASH_ENV=$here/stagestatus.sh make --no-print-directory -s \
	    -f "$here/corpus.mk" "$@" || status=$(cat "$STAGE_STATUS")
	rm -f "$STAGE_STATUS"
	return "${status:-3}"
}
# Does the index wait for a build: is what it is made of younger, has the network
# said more since, or is the release another one?
waits() {
	local built=$CORPUS/index/.built f
	[ -e "$built" ] || return 0
	for f in "$CORPUS"/state/*.digest; do
		f=${f##*/}
		[ ! "$CORPUS/state/$f" -nt \
		    "$CORPUS/shards/${f%.digest}/printed.ndjson" ] || return 0
	done
	[ -n "$(find "$CORPUS"/models "$CORPUS"/shards/*/{felt.ndjson,*.feat} \
	    -type f -newer "$built" -print -quit 2>/dev/null)" ] ||
	    ! as_built "$here/version.sh" | cmp -s - "$CORPUS/state/version"
}

for f in "$CORPUS"/shards/*/*.feat "$CORPUS"/report/*.feat \
    "$CORPUS"/models/*.pack "$CORPUS"/shards/*.pack; do
	check "$f" "$BIN/feat" verify -q "$f"
done
for f in "$CORPUS"/shards/*/*.ndjson "$CORPUS"/report/{rejects,merged}.ndjson; do
	case $f in
	*/report/*) check "$f" "$BIN/report" -q --rejects "$f" /dev/null ;;
	*) check "$f" "$BIN/report" -q "$f" ;;
	esac
done
for f in "$CORPUS"/report/slowest/*.ndjson; do
	check "$f" "$BIN/report" -q --slowest "$f" /dev/null
done
# What sums.sh wrote down. After a build that did not end
# nothing is known of what it wrote.
sums=$CORPUS/state/sums
[ -e "$sums" ] || sums=$sums.before
if [ -e "$sums" ] && [ "$(tail -n 1 "$sums")" != \
    "$(sed '$d' "$sums" | sha256sum | cut -d' ' -f1)  -" ]; then
	bad "$sums" "its own checksum is wrong"
elif [ -e "$sums" ]; then
	while IFS= read -r said; do
		f=$CORPUS/${said%%: FAILED*} why="is not what the build wrote"
		[ -e "$f" ] || why="is gone"
		[ "$sums" = "$CORPUS/state/sums" ] || [ "$sums" -nt "$f" ] ||
		    continue
		is_bad "$f" || bad "$f" "$why"
	done < <(cd "$CORPUS"; sed '$d' "state/${sums##*/}" |
	    sha256sum -c --quiet 2>/dev/null || true)
fi
# Each stage has the shard's tracks, in their order, and rows of them all; what is
# older than the crawl waits for a build, after one that did not end.
ids() { sed 's/^{"id":"\([^"]*\)".*/\1/' "$1"; }
for shard in "$CORPUS"/shards/*/; do
	crawl=$shard"crawl.ndjson"
	if [ ! -e "$crawl" ] || is_bad "$crawl"; then continue; fi
	want=$(ids "$crawl" | cksum)
	for f in "$shard"*.ndjson; do
		is_bad "$f" || [ "$crawl" -nt "$f" ] ||
		    [ "$(ids "$f" | cksum)" = "$want" ] ||
		    bad "$f" "has other tracks than $crawl"
	done
	count=$(wc -l <"$crawl")
	for f in "$shard"*.feat; do
		if [ ! -e "$f" ] || [ "$crawl" -nt "$f" ] || is_bad "$f"; then
			continue
		fi
		[ "$("$BIN/feat" json --tracks "$crawl" "$f" 2>/dev/null |
		    grep -c '^{"id":"' || true)" = "$count" ] ||
		    bad "$f" "its rows are not those of the tracks of $crawl"
	done
done
for dir in "$CORPUS"/index "$CORPUS"/index-*; do
	if [ -L "$dir/current" ] && [ ! -e "$dir/current" ]; then
		bad "$dir/current" "leads nowhere"
	fi
	for f in "$dir"/*.idx; do # readers may still have the one before
		check "$f" "$BIN/build-index" --verify --index "$f"
	done
done
history=$CORPUS/state/links.db
check "$history" "$BIN/linkcheck" --state "$history" --verify
for f in "${suspects[@]}"; do
	[ -e "$f" ] || continue
	name=${f##*/} sum=$(sha256sum <"$f") || cannot "$f"
	[ "${sum%% *}" = "${name%%.*}" ] || bad "$f" "is not what its name says"
done
waits || while read -r n path; do
	[ -e "$CORPUS/audio/$path" ] ||
	    bad "$CORPUS/audio/$path" "is gone, and $n tracks refer to it"
done < <(grep -h '"audio_status":"ok"' "$CORPUS"/shards/*/felt.ndjson |
    grep -oE '"audio":\{"path":"[0-9a-f]{2}/[0-9a-f]{64}[^"]*' |
    sed 's/.*"//' | sort | uniq -c)

# Each may be sound by itself and of something else than the others: an index of
# other tracks or models, a history that says other things than tracks were told.
told_as_it_says() {
	local f n said
	for f in "$CORPUS"/state/*.digest; do
		n=${f##*/} n=${n%.digest}
		# since then only the network may have said more
		if [ ! -s "$f" ] || [ ! -e "$CORPUS/shards/$n/crawl.ndjson" ] ||
		    [ -n "$(find "$CORPUS"/models/{music,near}.pack \
			"$CORPUS"/{state/version,shards/"$n"/crawl.ndjson} \
			-newer "$f")" ]; then
			continue
		fi
		said=$("$here/told.sh" "$n" | sha256sum) || return
		[ "$said" = "$(cat "$f")" ] || return 4
	done
}
differs=
if [ ${#damaged[@]} = 0 ] && [ -e "$CORPUS/index/current" ] && ! waits; then
	check "$(readlink -f "$CORPUS/index/current")" as_built stages agrees
fi
if [ ${#damaged[@]} = 0 ] && [ -e "$CORPUS/state/sums" ]; then
	status=0
	as_built told_as_it_says || status=$?
	case $status in
	0) ;;
	4)
		differs=1 why="says other things than tracks were told"
		[ -e "$history" ] || why="is gone, and tracks were told what it said"
		bad "$history" "$why"
		;;
	*) cannot "$history" ;;
	esac
fi

# What stays known until this is asked again: status, nightly.
known=$CORPUS/state/damage
if [ ${#damaged[@]} = 0 ]; then
	rm -f "$known" || true
	if [ -e "$CORPUS/state/sums" ]; then
		echo "$what: $CORPUS is sound" >&2
	else
		why="is of an older release; moodpipe index notes more"
		[ ! -e "$sums" ] ||
		    why="did not end; moodpipe index brings it to its end"
		echo "$what: $CORPUS is sound, as far as is known: its last" \
		    "build $why" >&2
	fi
	exit 0
fi
printf '%s\n' "${damaged[@]}"
{ printf '%s\n' "${damaged[@]}" >"$known.tmp" && mv -f "$known.tmp" "$known"; } ||
    rm -f "$known.tmp"
if [ "$what" = verify ]; then
	echo "verify: ${#damaged[@]} damaged; moodpipe repair builds again what can be" >&2
	exit 4
fi

# shellcheck source=pipelines/repair.sh
. "$here/repair.sh"
