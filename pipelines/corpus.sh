#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds a corpus under its lock: pipelines/corpus.sh corpus|refresh|index|refit
# Settings come from the environment; `make help` and README name them.
# Exit status: 0; 2 usage; 3 another build holds the lock; else the failing
# stage's.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
what=${1:?corpus, refresh, index or refit}
if [ -z "${CORPUS:-}" ]; then
	echo "corpus: set CORPUS=directory" >&2
	exit 2
fi
# What is not given is as it was: a nightly refresh needs CORPUS only. The
# settings of the online half stand apart, as nothing is built anew for them, and
# so do CNN and ENCODER, as little is; NET_OPTIONS and ALLOW_PRIVATE hold for one run.
for v in CRAWL SHARDS INGEST_OPTIONS SOURCES HEAL_OPTIONS FETCH_OPTIONS \
    AUDIO_QUOTA RESOLVER CNN ENCODER PRECISION TEXT; do
	[[ $v == *_OPTIONS || $v == CNN || $v == ENCODER || -n ${!v:-} ]] || unset "$v"
	if [ -z "${!v+given}" ] && [ -e "$CORPUS/state/settings" ]; then
		declare "$v=$(cat "$CORPUS"/state/{settings,network,cnn,encoder,text} 2>/dev/null |
		    sed -n "s/^$v=//p")"
	fi
done
if [ -z "${CRAWL:-}" ]; then
	echo "corpus: set CRAWL=file or folder; $CORPUS has none yet" >&2
	exit 2
fi
: "${BIN:=$here/../bin}" "${DATA:=${MOODPIPE_DATA:-$here/../data}}"
: "${SHARDS:=4}" "${MEMORY:=1G}" "${JOBS:=$(nproc)}"
: "${AS_OF:=$(date -u +%F)}" "${INGEST_OPTIONS:=}" "${NET_OPTIONS:=}"
: "${LINK_BUDGET:=120}" "${HEAL_BUDGET:=120}" "${FETCH_BUDGET:=600}"
: "${SOURCES:=}" "${HEAL_OPTIONS:=}" "${FETCH_OPTIONS:=}" "${ALLOW_PRIVATE:=}"
: "${AUDIO_QUOTA:=}" "${RESOLVER:=}" "${CNN:=}"
: "${ENCODER:=}" "${PRECISION:=f32}" "${TEXT:=words}"
: "${ALLOW_FEWER:=}" "${VERSION:=$("$BIN/ingest" --version)}"
HERE=$here
export LC_ALL=C CORPUS CRAWL BIN DATA HERE SHARDS MEMORY JOBS AS_OF \
    INGEST_OPTIONS SOURCES CNN ENCODER PRECISION TEXT VERSION ALLOW_FEWER

usage() {
	echo "corpus: $*" >&2
	exit 2
}
[[ $CORPUS != "~"* ]] ||
    usage "CORPUS=$CORPUS: this shell does not expand ~; write \$HOME"
# make cannot hold them in a target's name; CRAWL may be any path
[[ $CORPUS =~ ^[A-Za-z0-9_./+@,~-]+$ ]] ||
    usage "CORPUS=$CORPUS: use letters, digits and _ . / + @ , ~ - in its path"
[[ $SHARDS =~ ^[1-9][0-9]?[0-9]?$ ]] && [ "$SHARDS" -le 500 ] ||
    usage "SHARDS=$SHARDS: a number from 1 to 500"
# each is a line of state/
for v in CRAWL SOURCES CNN ENCODER; do
	[[ $(realpath -m -- "${!v:-/}") != *$'\n'* ]] ||
	    usage "$v=${!v}: a path without line breaks"
done
for v in JOBS LINK_BUDGET HEAL_BUDGET FETCH_BUDGET; do
	[[ ${!v} =~ ^[0-9]+$ ]] || usage "$v=${!v}: a whole number"
done
if [ ! -e "$CRAWL" ]; then
	echo "corpus: no such crawl: $CRAWL (set CRAWL=file or folder)" >&2
	exit 3
fi
if [ -n "$CNN" ] && [ ! -d "$CNN" ]; then
	echo "corpus: no such folder: $CNN (set CNN=folder of a trained" \
	    "network, or CNN= to do without)" >&2
	exit 3
fi
if [ -n "$ENCODER" ] && [ ! -d "$ENCODER" ]; then
	echo "corpus: no such folder: $ENCODER (set ENCODER=folder of a text" \
	    "encoder, or ENCODER= to do without)" >&2
	exit 3
fi
# What its files are called: text-NAME.feat, index-NAME
ENCODER_NAME=${ENCODER:+$(basename "$(realpath "$ENCODER")" |
    tr -c 'A-Za-z0-9._\n-' -)}
export ENCODER_NAME
[ "$ENCODER_NAME" != words ] ||
    usage "ENCODER=$ENCODER: another name than \"words\" for the folder"
[ "$TEXT" = words ] || { [ -n "$ENCODER" ] && [ "$TEXT" = "$ENCODER_NAME" ]; } ||
    usage "TEXT=$TEXT: words${ENCODER:+ or $ENCODER_NAME} (ENCODER=DIR gives" \
	"an encoder's name)"
[[ $PRECISION =~ ^(f32|bf16|int8)$ ]] ||
    usage "PRECISION=$PRECISION: f32, bf16 or int8"

mkdir -p "$CORPUS" || exit 3
mkdir -p "$CORPUS"/{state,audio,shards,models,index,report} || exit 3
exec 9>"$CORPUS/lock"
if ! flock -n 9; then
	echo "corpus: $CORPUS is being built by another process; wait for" \
	    "it to end" >&2
	exit 3
fi

# What is stored cannot be half of what was, unless somebody means it: a build
# would ask for all of it again.
stored=$(find "$CORPUS/audio" -type f | wc -l)
known=$(cat "$CORPUS/state/audio.count" 2>/dev/null || echo 0)
if [ -z "${ALLOW_FEWER:-}" ] && [ "$stored" -lt $((known / 2)) ]; then
	echo "corpus: $CORPUS/audio holds $stored files, and held $known: is a" \
	    "disk not mounted? If not, say ALLOW_FEWER=1" >&2
	exit 3
fi

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
if_changed "$CORPUS/state/settings" <<EOF
CRAWL=$(realpath "$CRAWL")
SHARDS=$SHARDS
INGEST_OPTIONS=$INGEST_OPTIONS
SOURCES=${SOURCES:+$(realpath "$SOURCES")}
EOF
if_changed "$CORPUS/state/network" <<EOF
HEAL_OPTIONS=$HEAL_OPTIONS
FETCH_OPTIONS=$FETCH_OPTIONS
AUDIO_QUOTA=$AUDIO_QUOTA
RESOLVER=$RESOLVER
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
{
	echo "$VERSION"
	cat "$DATA"/*.tsv "$DATA"/*.conf "$DATA"/lexicon/* "$DATA"/models/*.pack \
	    "$DATA"/maps/* "$SOURCES"/* | sha256sum
} | if_changed "$CORPUS/state/version"
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

# What somebody deleted is made again.
for ((i = 0; i < SHARDS; i++)); do
	[ -e "$CORPUS/shards/$(printf %03d "$i")/crawl.ndjson" ] ||
	    rm -f "$CORPUS/shards/.ingested"
done
for d in "$CORPUS"/shards/*/; do
	[ -e "${d}tracks.ndjson" ] || rm -f "$d.marked"
done
for f in shards/same.pack report/same.ndjson; do
	[ -e "$CORPUS/$f" ] || rm -f "$CORPUS/shards/.compared"
done
for f in rejects merged; do
	[ -e "$CORPUS/report/$f.ndjson" ] || rm -f "$CORPUS/shards/.ingested"
done
"$BIN/query" -q --index "$CORPUS/index" music >/dev/null 2>&1 ||
    rm -f "$CORPUS/index/.built"
[ -z "$ENCODER" ] || [ -e "$CORPUS/index-$ENCODER_NAME/current" ] ||
    rm -f "$CORPUS/index-$ENCODER_NAME/.built"

STAGE_STATUS=$(mktemp)
trap 'rm -f "$STAGE_STATUS"' EXIT
export STAGE_STATUS
stages() {
	BASH_ENV=$here/stagestatus.sh make --no-print-directory -s \
	    -f "$here/corpus.mk" "$@" && return
	read -r status <"$STAGE_STATUS" || status=3
	exit "$status"
}
refresh() {
	stages shards
	ALLOW_PRIVATE=$ALLOW_PRIVATE NET_OPTIONS=$NET_OPTIONS \
	    LINK_BUDGET=$LINK_BUDGET HEAL_BUDGET=$HEAL_BUDGET \
	    FETCH_BUDGET=$FETCH_BUDGET HEAL_OPTIONS=$HEAL_OPTIONS \
	    FETCH_OPTIONS=$FETCH_OPTIONS AUDIO_QUOTA=$AUDIO_QUOTA \
	    RESOLVER=$RESOLVER "$here/refresh.sh"
}

case $what in	# no &&: it would hide a failure from set -e
corpus) refresh; stages index ;;
refresh) refresh ;;
index) stages index ;;
refit) rm -f "$CORPUS"/models/*; stages index ;;
*) echo "corpus: unknown target $what" >&2; exit 2 ;;
esac
# What became of all of it: for programs, people, monitoring and the browser.
told=()
tell() { # OPTION FILE: of every shard that has it
	local f
	for f in "$CORPUS"/shards/*/"$2"; do
		[ ! -e "$f" ] || told+=("$1" "$f")
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
	[ ! -e "$CORPUS/index/.built" ] ||
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
fi
