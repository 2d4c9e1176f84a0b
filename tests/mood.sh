#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make mood-quality: how well mood is told from sound alone, against the
# uncalibrated formula and the commonest answer. AUDIO: ../shared/audio.
#
#   moods      524 excerpts, quadrants: ten folds of artists, in REPEATS (3)
#              divisions; every choice of a fit is made within its nine folds.
#              Then one half of the artists by the other, and the other way
#   vgmidi, memomusic   piano: ten folds, valence and arousal; and by the model
#              that ships, which never heard a piano set
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${AUDIO:=$here/../shared/audio}" "${REPEATS:=3}"
PATH=$(realpath "$BIN"):$PATH
[ -e "$AUDIO/moods/labels.csv" ] || {
	echo "mood.sh: no $AUDIO/moods: nothing to measure"
	exit 0
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$here/pipelines/moodlabels.sh" "$AUDIO" "$tmp"

try() { # SET ARGUMENTS... : figures of train mood
	local set=$1
	shift
	train mood -q --labels "$tmp/$set.labels" \
		--features "$tmp/$set.feat" "$@" "$tmp/$set.ndjson"
}
# NAME < figures: a line for each of their sets
rows() {
	awk -F'\t' -v name="$1" '
	!($1 in seen) { seen[$1] = 1; order[++n] = $1 }
	{ v[$1, $2] = $3 }
	function cell(s, f) { return (s, f) in v ? sprintf("%.3f", v[s, f]) : "-" }
	END {
		for (i = 1; i <= n; i++) {
			s = order[i]
			printf "%-10s %-16s %8s %6s %8s %8s %6s %8s %6s\n", name,
				s, cell(s, "accuracy"), cell(s, "accuracy-error"),
				cell(s, "macro-f1"), cell(s, "valence-half"),
				cell(s, "valence-half-error"),
				cell(s, "arousal-half"),
				cell(s, "arousal-half-error")
		}
	}'
}
printf '%-10s %-16s %8s %6s %8s %8s %6s %8s %6s\n' set by accuracy +- macro-F1 \
	valence +- arousal +-
for set in moods va/vgmidi va/memomusic; do
	name=${set##*/}
	[ -e "$tmp/$name.labels" ] || continue
	extract-features -q --audio-root "$AUDIO/$set" -o "$tmp/$name.feat" \
		"$tmp/$name.ndjson"
	try "$name" --folds 10 --repeats "$REPEATS" >"$tmp/$name.tsv"
	rows "$name" <"$tmp/$name.tsv"
	if [ "$name" = moods ]; then
		for half in a b; do
			try moods --half "$half" | rows "not $half"
		done
	else
		try "$name" --model "$here/data/models/mood.pack" | head -22 |
			rows "$name"
	fi
done
echo
echo "moods, first division, share of each quadrant taken for which:"
awk -F'\t' '$1 == "folds" && $2 ~ /-as-/ {
	printf "%s %.2f%s", $2, $3, ++n % 4 ? "  " : "\n" }' "$tmp/moods.tsv"
