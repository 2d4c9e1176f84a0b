#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a build would do, before it is done: requests, bytes, processor time and
# disk. plan.sh [corpus|refresh|index|refit], settings as corpus.sh;
# PLAN_JSON=1: for programs. Nothing of the corpus is changed and nobody is asked: corpus.sh, with
# the target "plan", decides on a copy made of links what is out of date
# (planned.sh), and plan.awk reckons what that costs.
# Exit status: 0; 1 something stands against the build; 2 usage; 3 environment.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${CORPUS:?set CORPUS=directory}" "${BIN:=$here/../bin}" "${PLAN_JSON:=}"
: "${DATA:=${MOODPIPE_DATA:-$here/../data}}"
export BIN DATA PLANNED PLAN_OF=${1:-corpus}
case $PLAN_OF in
corpus | refresh | index | refit) ;;
*)
	echo "plan: $PLAN_OF: corpus, refresh, index or refit" >&2
	exit 2
	;;
esac
PLANNED=$(realpath -m -- "$CORPUS")
# make cannot hold every path in a target's name
[[ ${TMPDIR:-/tmp} =~ ^/[A-Za-z0-9_./+@,~-]+$ ]] || TMPDIR=/tmp
PLAN_TMP=$(mktemp -d)
trap 'rm -rf "$PLAN_TMP"' EXIT
export PLAN_TMP
copy=$PLAN_TMP/corpus facts=$PLAN_TMP/facts told=$PLAN_TMP/told
stands=() status=0
(	# what is wrong of the settings, all of it, before anything is looked at
	# shellcheck source=pipelines/settings.sh
	. "$here/settings.sh"
	settings_build plan
) 2>"$told" || status=$?
if [ "$status" = 2 ]; then
	cat "$told" >&2
	exit 2
fi
cp_state() {
	local f
	for f in "$PLANNED"/state/*; do
		case $f in
		*/links.db* | *.tmp | */columns.feat | */'*') ;;
		*) cp -p "$f" "$copy/state/" 2>/dev/null || true ;;
		esac
	done
}

# Names of what is there, times and all; of state/ the small files themselves,
# as corpus.sh writes them. Whatever else lies there may be what a path of
# moodpipe.conf leads to.
mkdir -p "$copy/state"
for part in "$PLANNED"/* ; do
	case ${part##*/} in
	lock | '*') ;;
	state) cp_state ;;
	shards | models | index | index-* | report)
		cp -rs "$part" "$copy/" 2>/dev/null || true
		;;
	*) ln -s "$part" "$copy/" ;;
	esac
done
find "$copy" -name '*.tmp*' -type l -delete

look() {
	status=0
	CORPUS=$copy "$here/corpus.sh" plan >"$facts" 2>"$told" 9>&- ||
	    status=$?
	# what it says is about the corpus, not the copy
	sed -i "s|$copy|${PLANNED//|/\\|}|g; s/^corpus: /plan: /" "$told"
}
if [ "$status" = 0 ]; then
	look
	if [ "$status" = 3 ] && grep -q 'ALLOW_FEWER' "$told"; then
		stands+=("$(tail -n 1 "$told")")
		ALLOW_FEWER=1 look
	fi
	if [ "$status" = 2 ]; then
		cat "$told" >&2
		exit 2
	elif [ "$status" != 0 ]; then
		why=$(grep -v '^make[:[]' "$told" | tail -n 1 || true)
		stands+=("${why:-it cannot be told what a build would do}")
	fi
else
	mapfile -t stands <"$told"
fi
[ "$status" = 0 ] || printf 'corpus\t%s\nbroken\t1\n' "$PLANNED" >"$facts"
for f in ${stands[@]+"${stands[@]}"}; do
	printf 'against\t%s\n' "${f#plan: }"
done >>"$facts"
awk -F'\t' -v json="${PLAN_JSON:+1}" -f "$here/plan.awk" "$DATA/plan.tsv" \
    <([ ! -e "$PLANNED/report/costs.tsv" ] ||
	sed 's/^/own\t/' "$PLANNED/report/costs.tsv") \
    <({ iconv -f UTF-8 -t UTF-8 -c "$facts" || true; } 2>/dev/null) || exit
