#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds a corpus under its lock: pipelines/corpus.sh corpus|refresh|index|refit
# Settings come from the environment; `make help` and README name them.
# Exit status: 0; 3 another build holds the lock; else the failing stage's.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
what=${1:?corpus, refresh, index or refit}
: "${CORPUS:?set CORPUS=directory}"
if [ -z "${CRAWL:-}" ] && [ -e "$CORPUS/state/settings" ]; then
	CRAWL=$(sed -n 's/^CRAWL=//p' "$CORPUS/state/settings")
fi
: "${CRAWL:?set CRAWL=file or folder}"
: "${BIN:=$here/../bin}" "${DATA:=${MOODPIPE_DATA:-$here/../data}}"
: "${SHARDS:=4}" "${MEMORY:=1G}" "${JOBS:=$(nproc)}"
: "${AS_OF:=$(date -u +%F)}" "${INGEST_OPTIONS:=}" "${NET_OPTIONS:=}"
: "${LINK_BUDGET:=120}" "${FETCH_BUDGET:=600}" "${ALLOW_PRIVATE:=}"
: "${VERSION:=$("$BIN/ingest" --version)}"
export CORPUS CRAWL BIN DATA SHARDS MEMORY JOBS AS_OF INGEST_OPTIONS VERSION

if [[ $CORPUS$CRAWL =~ [[:space:]] ]]; then
	echo "corpus: paths of CORPUS and CRAWL must hold no white space" >&2
	exit 2
fi
if [ ! -e "$CRAWL" ]; then
	echo "corpus: no such crawl: $CRAWL (set CRAWL=file or folder)" >&2
	exit 3
fi

mkdir -p "$CORPUS"/{state,audio,shards,models,index,report}
exec 9>"$CORPUS/lock"
if ! flock -n 9; then
	echo "corpus: $CORPUS is being built by another process; wait for" \
	    "it to end" >&2
	exit 3
fi

# What a killed build left behind, and nothing else.
find "$CORPUS"/{audio,shards,models,index,report} -name '*.tmp-??????' \
    -type f -delete

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
EOF
if_changed "$CORPUS/state/version" <<<"$VERSION"

stages() {
	make --no-print-directory -s -f "$here/corpus.mk" "$@"
}
refresh() {
	stages shards
	ALLOW_PRIVATE=$ALLOW_PRIVATE NET_OPTIONS=$NET_OPTIONS \
	    LINK_BUDGET=$LINK_BUDGET FETCH_BUDGET=$FETCH_BUDGET \
	    "$here/refresh.sh"
}

case $what in
corpus) refresh && stages index ;;
refresh) refresh ;;
index) stages index ;;
refit) rm -f "$CORPUS"/models/* && stages index ;;
*) echo "corpus: unknown target $what" >&2; exit 2 ;;
esac
"$here/report.sh" | if_changed "$CORPUS/report/summary.txt"
