#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: moodlabels.sh AUDIO OUT
#
# Labels for train(1) and records for extract-features(1) of the labelled sets
# that are under AUDIO: OUT/SET.labels (id, mood, group) and OUT/SET.ndjson; no
# cell of the published tables is quoted.
#   moods      quadrants; the group is the artist, - where none is named
#   vgmidi     valence and arousal, -1 or 1; a group of its own each
#   memomusic  valence -5 to 5, arousal 0 to 10, brought to [-1, 1]; likewise
set -euo pipefail
[ $# -eq 2 ] || {
	sed -n 's/^# usage: /usage: /p' "$0" >&2
	exit 2
}
audio=$1 out=$2
mkdir -p "$out"
rows() { tail -n +2 "$audio/$1/labels.csv" | tr -d '\r'; }
[ ! -e "$audio/moods/labels.csv" ] || rows moods |
	awk -F, -v OFS='\t' '{ print $1, $2, $3 == "" ? "-" : $3 }' \
		>"$out/moods.labels"
[ ! -e "$audio/va/vgmidi/labels.csv" ] || rows va/vgmidi |
	awk -F, -v OFS='\t' '{ print $1, $2, $3, $1 }' >"$out/vgmidi.labels"
[ ! -e "$audio/va/memomusic/labels.csv" ] || rows va/memomusic |
	awk -F, -v OFS='\t' '{ print $1, $2 / 5, $3 / 5 - 1, $1 }' \
		>"$out/memomusic.labels"
for labels in "$out"/*.labels; do
	awk -F'\t' '{ printf "{\"id\":\"%s\",\"audio\":{\"path\":\"%s\"," \
		"\"sha256\":\"\"}}\n", $1, $1 }' "$labels" \
		>"${labels%.labels}.ndjson"
done
