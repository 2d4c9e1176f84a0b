#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds a corpus under its lock: pipelines/corpus.sh corpus|refresh|index|refit
# mend is for repair.sh: index, going on behind what fails. What LOST names is left
# as it is, and so is what was made with it.
# Settings: moodpipe.conf(5). Exit status: 0; 2 usage, or a setting is wrong; 3 what
# is needed is not there, or another build holds the lock; else the failing stage's.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
what=${1:?corpus, refresh, index or refit}
usage() {
	echo "corpus: $*" >&2
	exit 2
}
[[ $what =~ ^(corpus|refresh|index|refit|plan|mend)$ ]] || usage "unknown target $what"
[ -n "${CORPUS:-}" ] || usage "set CORPUS=directory"
: "${BIN:=$here/../bin}" "${DATA:=${MOODPIPE_DATA:-$here/../data}}"
# shellcheck source=pipelines/settings.sh
. "$here/settings.sh"
settings_build corpus || exit
# What fails with 1 is no stage but this script: the disk.
set -E
trap '[ $? != 1 ] || exit 3' ERR
HERE=$here
export LC_ALL=C CORPUS BIN DATA HERE ENCODER_NAME "${settings[@]}"
# A make around this one would give them to corpus.mk as it was told them.
MAKEFLAGS=${MAKEFLAGS-}
export MAKEFLAGS=${MAKEFLAGS%%-- *}

mkdir -p "$CORPUS" || exit 3
mkdir -p "$CORPUS"/{state,audio,shards,models,index,report} || exit 3
exec 9>"$CORPUS/lock"
if ! flock -n 9; then
	if ! flock -n -s 9; then
		echo "corpus: $CORPUS is being built by another process; wait" \
		    "for it to end" >&2
		exit 3
	fi
	echo "corpus: waits for moodpipe verify, which reads $CORPUS" >&2
	flock 9
fi

# What is stored cannot be half of what was, unless somebody means it: a build
# would ask for all of it again.
stored=$(find -H "$CORPUS/audio" -type f | wc -l)
known=$(grep -xE '[0-9]{1,9}' "$CORPUS/state/audio.count" 2>/dev/null || echo 0)
if [ -z "${ALLOW_FEWER:-}" ] && [ "$stored" -lt $((known / 2)) ]; then
	echo "corpus: $CORPUS/audio holds $stored files, and held $known: is a" \
	    "disk not mounted? If not, say ALLOW_FEWER=1" >&2
	exit 3
fi

[ "$what" = plan ] || "$here/sums.sh" begin
# What a killed build left behind, and nothing else.
find "$CORPUS"/{audio,shards,models,index,report} -name '*.tmp-??????' \
    -type f -delete
find "$CORPUS" -maxdepth 2 -path "$CORPUS/index-*.tmp-??????" -type f -delete

# Writes standard input to FILE unless that is its content already.
if_changed() {
	local new
	new=$(cat; echo .)
	if [ ! -e "$1" ] || [ "$(cat "$1"; echo .)" != "$new" ]; then
		printf %s "${new%.}" >"$1.tmp"
		mv -f "$1.tmp" "$1"
	fi
}
# A build that is killed goes on with what it was told; where the crawl is refused,
# what was remembered before is put back.
remembered=$CORPUS/state/remembered before=$CORPUS/state/remembered.before
[ -e "$before" ] || settings_remembered | if_changed "$before"
settings_remember | if_changed "$remembered"
rm -f "$CORPUS/state/network"	# of older releases
if_changed "$CORPUS/state/settings" <<EOF
CRAWL=$(realpath "$CRAWL")
SHARDS=$SHARDS
INGEST_OPTIONS=$INGEST_OPTIONS
SOURCES=${SOURCES:+$(realpath "$SOURCES")}
EOF
# The network's files, sizes and times, as those of the crawl below; their names
# are not ours and stay out of a file that is read as settings.
CNN=${CNN:+$(realpath "$CNN")}
{
	echo "CNN=$CNN"
	[ -z "$CNN" ] || find -L "$CNN" -maxdepth 1 -type f \
	    -printf '%P\t%s\t%T@\0' | sort -z | sha256sum
} | if_changed "$CORPUS/state/cnn"
ENCODER=${ENCODER:+$(realpath "$ENCODER")}
{
	echo "ENCODER=$ENCODER"
	echo "PRECISION=$PRECISION"
	[ -z "$ENCODER" ] || find -L "$ENCODER" -maxdepth 2 -type f \
	    -printf '%P\t%s\t%T@\0' | sort -z | sha256sum
} | if_changed "$CORPUS/state/encoder"
echo "TEXT=$TEXT" | if_changed "$CORPUS/state/text"
: "${SOURCES:=$DATA/sources}"
"$here/version.sh" | if_changed "$CORPUS/state/version"
# What is measured of sound: models fitted on other columns cannot be applied.
# (No pipe: feat stops reading behind the header.)
none=$CORPUS/state/columns.feat
"$BIN/extract-features" -q -o "$none" </dev/null || exit
"$BIN/feat" columns "$none" | if_changed "$CORPUS/state/columns"
# A model in the format of another release is fitted anew; one that is damaged
# stops the stage that needs it.
outdated() { # MODEL COMMAND..., to which the model's path is appended
	local model=$CORPUS/models/$1 said
	[ -e "$model" ] || return 0
	said=$("${@:2}" "$model" </dev/null 2>&1 >/dev/null) || true
	if [[ $said == *"this program reads"* ]]; then
		echo "corpus: $model is of another release: fitted anew" >&2
		rm -f "$model"
	fi
}
outdated music.pack "$BIN/music-filter" -q --model
outdated near.pack "$BIN/heal" -q --offline --near
outdated enrich.pack "$BIN/enrich" -q --model
outdated meta.pack "$BIN/impute" meta -q --model
outdated text.pack "$BIN/embed" text -q --model
outdated sound.pack "$BIN/impute" audio -q --features "$none" --model
outdated pca.pack "$BIN/embed" audio -q --features "$none" --model
rm -f "$none"
# The crawl's files, sizes and times: a file that came with an old date, or
# went, is a change, too.
{ find -L "$CRAWL" -type f -printf '%P\t%s\t%T@\n' 2>/dev/null || true; } |
    sort | if_changed "$CORPUS/state/crawl"

# What somebody deleted is made again. What .ingested says is still to be asked.
ingested=$CORPUS/shards/.ingested
ingest_again() {
	[ -e "$ingested" ] || return 0
	cp "$ingested" "$ingested.tmp"
	touch -d 2000-01-01 "$ingested.tmp"
	mv -f "$ingested.tmp" "$ingested"
}
for ((i = 0; i < SHARDS; i++)); do
	[ -e "$CORPUS/shards/$(printf %03d "$i")/crawl.ndjson" ] || ingest_again
done
for d in "$CORPUS"/shards/*/; do
	[ -e "${d}tracks.ndjson" ] || rm -f "$d.marked"
done
for f in shards/same.pack report/same.ndjson; do
	[ -e "$CORPUS/$f" ] || rm -f "$CORPUS/shards/.compared"
done
for f in rejects merged; do
	[ -e "$CORPUS/report/$f.ndjson" ] || ingest_again
done
"$BIN/query" -q --index "$CORPUS/index" music >/dev/null 2>&1 ||
    rm -f "$CORPUS/index/.built"
[ -z "$ENCODER" ] || [ -e "$CORPUS/index-$ENCODER_NAME/current" ] ||
    rm -f "$CORPUS/index-$ENCODER_NAME/.built"

STAGE_STATUS=$(mktemp)
trap 'rm -rf "$STAGE_STATUS" "$STAGE_STATUS.d"' EXIT
mkdir "$STAGE_STATUS.d"
export STAGE_STATUS
stages() {	# that a stage failed, make need not repeat: the stage said why
	{
		BASH_ENV=$here/stagestatus.sh STAGE_STDERR=8 \
		    make --no-print-directory -s -f "$here/corpus.mk" "$@" \
		    8>&2 2>&1 >&7 7>&- |
		    sed -uE '/^make(\[[0-9]+\])?: \*\*\* (\[.*\] Error [0-9]+|Waiting for .*)$/d
			/^make(\[[0-9]+\])?: Target .* not remade because of errors\.$/d' >&2
	} 7>&1 && return
	read -r status <"$STAGE_STATUS" || status=3
	exit "$status"
}
take_crawl() {
	local status=0
	(stages "$ingested") || status=$?
	if [ "$status" != 0 ]; then
		mv -f "$before" "$remembered"
		exit "$status"
	fi
	rm -f "$before"
}
refresh() {
	stages shards
	"$here/refresh.sh" || exit
}

if [ "$what" = plan ]; then	# plan.sh gave it a copy to look at
	. "$here/planned.sh"
	exit
fi
failed=0
[ "$what" = mend ] || take_crawl
case $what in	# no &&: it would hide a failure from set -e
corpus) refresh; stages index ;;
refresh) refresh ;;
index) stages index ;;
refit) rm -f "$CORPUS"/models/*; stages index ;;
mend)
	(stages -k ${LOST:+$(printf -- '-o %s ' $LOST)} index) || failed=$?
	[ "$failed" != 0 ] || rm -f "$before"
	[ "$failed${LOST:-}" = 0 ] || failed=${failed/#0/4}
	;;
esac
"$here/costs.sh" "$STAGE_STATUS.d"
# What became of all of it: for programs, people, monitoring and the browser.
told=()
tell() { # OPTION FILE: of every shard that has it
	local f
	for f in "$CORPUS"/shards/*/"$2"; do
		[ ! -e "$f" ] || told+=("$1" "$f")
	done
}
# Nothing to tell of is missing, as while a model cannot be made.
all_there() {
	local d f
	[ ! -e "$CORPUS/index/.built" ] || return 0
	[ "$what" = mend ] || return
	for d in "$CORPUS"/shards/*/; do
		for f in felt.ndjson {sound,mood,audio,audio64}.feat heard.ndjson; do
			[ -e "$d$f" ] || return
		done
	done
}
made=$CORPUS/report/.made
if [ ! -e "$made" ] || [ ! -e "$CORPUS/report/summary.txt" ] ||
    [ "$CORPUS/index/.built" -nt "$made" ] || [ "$CORPUS/state/links.db" -nt "$made" ]; then
	"$BIN/linkcheck" -q --offline --state "$CORPUS/state/links.db" \
	    --report - "$CORPUS"/shards/*/crawl.ndjson |
	    if_changed "$CORPUS/report/survival.tsv"
	tell --sound sound.feat
	tell --mood mood.feat
	tell --heard audio.feat
	tell --errors heard.ndjson
	tell --vectors audio64.feat
	for f in "$CORPUS"/report/slowest/*.ndjson; do
		n=${f##*/shards-} # of one that went with others of SHARDS
		[[ $f != */shards-* ]] || [ -e "$CORPUS/shards/${n%%-*}" ] || rm -f "$f"
		[ ! -e "$f" ] || told+=(--slowest "$f")
	done
	[ ! -e "$CORPUS/models/sound.pack" ] ||
	    told+=(--sound-model "$CORPUS/models/sound.pack")
	! all_there ||
	    "$BIN/report" -q --rejects "$CORPUS/report/rejects.ndjson" \
	    --merged "$CORPUS/report/merged.ndjson" \
	    --joined "$CORPUS/report/same.ndjson" \
	    --survival "$CORPUS/report/survival.tsv" \
	    --seen "$CORPUS/report/tracks.feat" \
	    --text "$CORPUS/report/summary.txt" \
	    --metrics "$CORPUS/report/moodpipe.prom" \
	    --html "$CORPUS/report/index.html" \
	    -o "$CORPUS/report/summary.json" "${told[@]}" \
	    "$CORPUS"/shards/*/felt.ndjson
	touch "$made"
	tracks=$(sed -n 's/^tracks  *//p' "$CORPUS/report/summary.txt" 2>/dev/null |
	    head -n 1)
	if [ "$tracks" = 0 ]; then
		echo "corpus: no track was read from $CRAWL; what was refused," \
		    "and why: $CORPUS/report/rejects.ndjson" >&2
	elif [ -n "$tracks" ]; then
		echo "corpus: $tracks tracks in $CORPUS; what became of them:" \
		    "$CORPUS/report/index.html" >&2
	fi
fi
[ "$failed" = 0 ] || exit "$failed"
"$here/sums.sh" end
