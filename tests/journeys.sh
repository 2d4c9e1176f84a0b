#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make journey-quality: do journeys go where they should? A corpus of clips with
# Russell quadrants, all of them heard, named by artist and title alone, whose
# moods come from models fitted on the clips of the other half; asked for ways
# past two moods and past three, six minutes each, by query and rerank.
# A clip stands at its quadrant's (+-0.5, +-0.5), and so do the words asked for:
# tests/helpers/journeyscore.pl says what is measured.
#
# usage: tests/journeys.sh [--half dev|test] [--keep DIR] [NAME=NUMBER ...]
# SOURCES: a folder as ../shared, which is the default.
#
# Halves are of artists, as those of tests/answers.sh. Numbers of
# data/ranking.tsv are chosen on dev; each NAME=NUMBER is tried beside them.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${SOURCES:=$here/../shared}"
half=dev keep='' tried=()
while [ $# -gt 0 ]; do
	case $1 in
	--half) half=$2; shift 2 ;;
	--keep) keep=$2; shift 2 ;;
	journey_*=*) tried+=("$1"); shift ;;
	*) sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2 ;;
	esac
done
[[ $half = dev || $half = test ]] || exit 2
BIN=$(realpath "$BIN")
PATH=$BIN:$PATH
export BIN
if [ -n "$keep" ]; then
	mkdir -p "$keep"
	tmp=$(realpath "$keep")
else
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
fi
clips=$(realpath -m "$SOURCES/audio/moods")
if [ ! -e "$clips/labels.csv" ]; then
	echo "journeys.sh: no $clips: nothing to measure"
	exit
fi

. "$here/tests/fitmoods.sh"
# The half's clips as a playlist of files; labels and vectors by id.
build() {
	local shard
	awk -F'\t' -v dir="$clips" 'NR == FNR {
			gsub(/^(silent|dead)\/|\.html$/, "", $1); mine[$1] = 1
			next }
		FNR == 1 { FS = ","; print "#EXTM3U"; next }
		$1 in mine { printf "#EXTINF:30,%s - %s\n%s/%s\n", $3, $4, dir, $1 }' \
		"$tmp/truth.tsv" "$clips/labels.csv" >"$tmp/crawl.m3u"
	rm -rf "$tmp/corpus"
	env -u SOURCES CORPUS="$tmp/corpus" CRAWL="$tmp/crawl.m3u" \
		AS_OF=2024-06-30 HEAL_BUDGET=0 LINK_BUDGET=0 FETCH_BUDGET=0 \
		DATA="$tmp/data" MOODPIPE_DATA="$tmp/data" \
		"$here/pipelines/corpus.sh" corpus >"$tmp/corpus.log" 2>&1 || {
		tail -5 "$tmp/corpus.log" >&2
		exit 1
	}
	for shard in "$tmp"/corpus/shards/*/; do
		feat json --tracks "$shard/tracks.ndjson" "$shard/audio64.feat"
	done >"$tmp/vectors"
	jq -r '[.audio.path[-16:], .id] | @tsv' \
		"$tmp"/corpus/shards/*/tracks.ndjson | awk -F'\t' '
		NR == FNR { gsub(/^(silent|dead)\/|\.html$/, "", $1)
			quadrant[$1] = $2; next }
		{ q = quadrant[$1]
			printf "%s\t%s\t%s\n", $2, q ~ /[14]/ ? 0.5 : -0.5,
				q ~ /[12]/ ? 0.5 : -0.5 }' "$tmp/truth.tsv" - \
		>"$tmp/labels"
}
# 40 ways past two moods of different quadrants, and 20 past three.
requests() {
	jq -nc '[[0.5, 0.5, "happy", "joyful", "cheerful", "excited"],
		[-0.5, 0.5, "angry", "tense", "furious", "aggressive"],
		[-0.5, -0.5, "sad", "depressed", "gloomy", "melancholic"],
		[0.5, -0.5, "calm", "relaxed", "peaceful", "serene"]] as $q |
		def way($n): {arc: [to_entries[] | $q[.value][2 + ($n + .key) % 4]] |
			join(" -> "), minutes: 6, qid: [.[] | $q[.][:2] |
			map(tostring) | join(",")] | join(" ")};
		([range(4) as $n | range(4) as $a | range(4) as $b | select($a != $b) |
			[$a, $b] | way($n)] | .[:40][]),
		([range(4) as $a | range(4) as $b | range(4) as $c |
			select($a != $b and $b != $c) | [$a, $b, $c] | way($a)] |
			.[:36] | to_entries[] | select(.key % 9 < 5).value)'
}
# NAME, NUMBER=... : the figures with these numbers
measure() {
	local name=$1 number
	shift
	rm "$tmp/data/ranking.tsv"
	cp "$here/data/ranking.tsv" "$tmp/data/"
	for number in "$@"; do
		sed -i "s/^${number%%=*}\t.*/${number%%=*}\t${number#*=}/" \
			"$tmp/data/ranking.tsv"
	done
	MOODPIPE_DATA=$tmp/data rerank -q --index "$tmp/corpus/index" \
		"$tmp/found" >"$tmp/answers"
	perl "$here/tests/helpers/journeyscore.pl" "$tmp/labels" \
		"$tmp/vectors" <"$tmp/answers" | awk -v name="$name" '
		NR == 1 { if (name == "as it is") print "numbers\t" $0; next }
		{ print name "\t" $0 }'
}

of=a
[ "$half" = dev ] || of=b
rm -rf "$tmp/root"
perl "$here/tests/helpers/moodcrawl.pl" "$clips" "$of" "$tmp"
fit_moods
build
requests >"$tmp/requests"
MOODPIPE_DATA=$tmp/data query -q --index "$tmp/corpus/index" \
	<"$tmp/requests" >"$tmp/found"
echo "== journeys, $half: $(wc -l <"$tmp/labels") tracks"
{
	measure 'as it is'
	measure 'no steps' journey_sound=0 journey_mood=0 journey_tempo=0 \
		journey_key=0 journey_loudness=0
	for number in ${tried[@]+"${tried[@]}"}; do
		measure "$number" "$number"
	done
} | column -t -s$'\t'
jq -s '[.[].metadata.stages.reranking] | sort |
	"reranking: \(.[length / 2 | floor]) ms, at most \(.[-1])"' -r "$tmp/answers"
