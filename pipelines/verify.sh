#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# verify: reads all of a corpus and names what is damaged, a line each.
# repair: takes that away, and builds it again from what is sound.
# Exit status: 0; 4 something is damaged; 3 no corpus, or a build is under way.
set -Eeuo pipefail
trap '[ $? != 1 ] || exit 3' ERR	# as in corpus.sh
here=$(cd "$(dirname "$0")" && pwd)
what=${1:?verify or repair}
: "${CORPUS:?set CORPUS=directory}" "${BIN:?}"
export LC_ALL=C
if [ ! -d "$CORPUS/state" ]; then
	echo "$what: no corpus in $CORPUS" >&2
	exit 3
fi
: "${DATA:=${MOODPIPE_DATA:-$here/../data}}"
# shellcheck source=pipelines/settings.sh
. "$here/settings.sh"
exec 9>"$CORPUS/lock"
if ! flock -n 9; then
	echo "$what: $CORPUS is being built; wait for that to end" >&2
	exit 3
fi

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
	case $status in
	0) ;;
	4) bad "$1" "$(tail -n 1 <<<"$said")" ;;
	*) cannot "$1" "$(tail -n 1 <<<"$said")" ;;
	esac
}
target() { # of corpus.mk, with the settings of the corpus
	(
		export HERE=$here
		settings_read "$what" >&2 || exit 3
		# as it was built, whatever the next build is told
		while IFS='=' read -r name value; do
			case $name in
			SHARDS | CNN | ENCODER | PRECISION | TEXT)
				printf -v "$name" %s "$value"
				;;
			esac
		done < <(cat "$CORPUS"/state/{settings,cnn,encoder,text} \
		    2>/dev/null)
		settings_encoder
		: "${SOURCES:=$DATA/sources}"
		export CORPUS BIN DATA ENCODER_NAME "${settings[@]}"
		STAGE_STATUS=$(mktemp)
		export STAGE_STATUS
		status=0
		BASH_ENV=$here/stagestatus.sh make --no-print-directory -s \
		    -f "$here/corpus.mk" "$1" 9>&- || status=$(cat "$STAGE_STATUS")
		rm -f "$STAGE_STATUS"
		exit "${status:-3}"
	)
}
# Something that the index was made of is younger than it: it waits for a build.
waits() {
	[ ! -e "$CORPUS/index/.built" ] ||
	    [ -n "$(find "$CORPUS"/{shards,models} "$CORPUS"/state/*.digest \
		-type f -newer "$CORPUS/index/.built" -print -quit 2>/dev/null)" ]
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
	elif [ -e "$dir/current" ]; then
		check "$(readlink -f "$dir/current")" \
		    "$BIN/build-index" --verify --index "$dir"
	fi
done
check "$CORPUS/state/links.db" \
    "$BIN/linkcheck" --state "$CORPUS/state/links.db" --verify
while IFS= read -r -d '' f; do # stored under the SHA-256 of what they hold
	name=$(basename "$f")
	sum=$(sha256sum <"$f") || cannot "$f"
	[ "${sum%% *}" = "${name%%.*}" ] || bad "$f" "is not what its name says"
done < <(find -H "$CORPUS/audio" -type f -print0 |
    grep -zE '/[0-9a-f]{64}\.[^/]*$' || true)
waits || while read -r n path; do
	[ -e "$CORPUS/audio/$path" ] ||
	    bad "$CORPUS/audio/$path" "is gone, and $n tracks refer to it"
done < <(grep -h '"audio_status":"ok"' "$CORPUS"/shards/*/felt.ndjson |
    grep -oE '"audio":\{"path":"[0-9a-f]{2}/[0-9a-f]{64}[^"]*' |
    sed 's/.*"//' | sort | uniq -c)

# An index of other tracks or models than those that are there.
if [ ${#damaged[@]} = 0 ] && [ -e "$CORPUS/index/current" ] && ! waits; then
	check "$(readlink -f "$CORPUS/index/current")" target agrees
fi

[ ${#damaged[@]} = 0 ] || printf '%s\n' "${damaged[@]}"
if [ ${#damaged[@]} = 0 ]; then
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
if [ "$what" = verify ]; then
	echo "verify: ${#damaged[@]} damaged; moodpipe repair builds again what can be" >&2
	exit 4
fi

stop() { # MESSAGE: what is damaged stays so
	echo "repair: $*" >&2
	exit 4
}
written() { # FILE: the checksum that it had
	sed -n "s|^\([0-9a-f]\{64\}\)  ${1#"$CORPUS"/}\$|\1|p" "$sums" 2>/dev/null
}
sum() { sha256sum <"$1" | cut -d' ' -f1; }
# Files of state/ come first: what is built again is built by them.
for line in "${damaged[@]}"; do
	f=${line%%$'\t'*}
	case $f in
	*/links.db | */sums | */sums.before) continue ;;
	"$CORPUS"/state/*) copy=$CORPUS/state/copy/${f##*/} ;;
	*) continue ;;
	esac
	[ "$(sum "$copy" 2>/dev/null)" = "$(written "$f")" ] ||
	    stop "$f cannot be built again, and its copy is damaged, too:" \
		"say all settings anew (moodpipe corpus CRAWL=...)"
	cp -p "$copy" "$f"
done
# What is built again needs what it was built of.
settings_read repair || exit
settings_exist CRAWL SOURCES CNN ENCODER || {
	echo "repair: nothing was taken away" >&2
	exit 3
}
models=() fetch=
for line in "${damaged[@]}"; do
	f=${line%%$'\t'*}
	case $f in
	*/sums | */sums.before) rm -f "$f" ;;
	*/links.db | */audio.feat | */cnn.feat)
		# What may know more than can be learnt again is kept aside.
		[ ! -e "$f" ] || mv -f "$f" "$f.damaged"
		echo "repair: kept $f.damaged" >&2
		! grep -qs '"audio_status":"evicted"' "${f%/*}/tracks.ndjson" ||
		    echo "repair: some of its sound went from the store:" \
			"FETCH_OPTIONS=--refetch fetches it again" >&2
		[[ $f != */links.db ]] || fetch=1
		;;
	"$CORPUS"/state/*) ;;
	"$CORPUS"/models/*)
		[ ! -e "$f" ] || mv -f "$f" "$f.damaged"
		models+=("$f")
		;;
	"$CORPUS"/audio/*)
		rm -f "$f"
		fetch=1
		;;
	*/heard.ndjson)	# written beside audio.feat
		rm -f "$f"
		touch "${f%heard.ndjson}tracks.ndjson"
		;;
	*.memo)	# written beside the records
		rm -f "$f" "${f%.memo}.ndjson"
		;;
	*) rm -f "$f" ;;
	esac
done
rm -f "$CORPUS"/shards/.ingested "$CORPUS"/index/.built "$CORPUS"/index-*/.built \
    "$CORPUS/report/.made"
# A model is what it was, or none: another one would rank all anew.
for f in "${models[@]}"; do
	target "$f" || exit
	if [ "$(sum "$f")" != "$(written "$f")" ]; then
		rm -f "$f"
		[ ! -e "$f.damaged" ] || mv -f "$f.damaged" "$f"
		stop "$f was fitted on the corpus as it was once, and cannot be" \
		    "made again: put back a copy of it, or fit all models to the" \
		    "corpus as it is: moodpipe refit"
	fi
	rm -f "$f.damaged"
	# models that were fitted after it stay
	case $f in
	*/text.pack | */pca.pack) touch -r "$CORPUS/state/columns" "$f" ;;
	esac
done
exec 9>&-
ALLOW_FEWER=1 "$here/corpus.sh" index
[ -z "$fetch" ] ||
    echo "repair: moodpipe refresh asks the network again for what it had said" >&2
exec "$0" verify
