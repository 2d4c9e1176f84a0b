# SPDX-License-Identifier: GPL-3.0-or-later
# What moodpipe plan says beforehand, and what the build then takes: links to the
# one, other requests nearly, processor time within a factor of two, disk within
# 30 %; of the demo's first half, of all of it then, and of a folder of music.
. tests/corpus.sh
export ALLOW_PRIVATE=1 SOURCES=$ROOT/data/demo/sources JOBS=1 SHARDS=2
c=$TMP/c
# A sanitizer's tools are slower than any table says.
slow=$(grep -qa __asan_init "$BIN/ingest" && echo 1 || true)
plan() { # FILE, and settings
	local f=$1
	shift
	env "$@" PLAN_JSON=1 pipelines/plan.sh >"$f"
}
said() { jq -r "$2" "$TMP/$1"; }
asked() { sed -n "s/^$1: .*$2=\([0-9]*\).*/\1/p" "$TMP/log" | head -n 1; }
near() { # FACTOR A B NAME: is A between B / FACTOR and B * FACTOR?
	local s=1
	awk "BEGIN { exit !($2 * $1 >= $3 && $2 <= $3 * $1) }" && s=0
	tap_result "$s" "$4: $2 was said, $3 it was"
}
work='[.stages[] | select(.stage != "ask" and .stage != "look").cpu_seconds] | add'
took() { # CORPUS
	awk -F'\t' '{ n += $5 } END { print n }' "$1/report/costs.tsv"
}
network() {
	is "$(said "$1" '.network[0].now.due')" "$(asked linkcheck asked)" \
	    "links: as many as were said"
	near 1.2 "$(said "$1" '.network[0].now.requests')" \
	    "$(asked linkcheck requests)" "requests for links"
	near 1.5 "$(said "$1" '.network[1].now.requests')" \
	    "$(asked heal requests)" "questions"
	near 1.5 "$(said "$1" '.network[2].now.requests')" \
	    "$(asked fetch-audio requests)" "requests for audio"
}

ingest -q data/demo/crawl.csv >"$TMP/all.ndjson"
head -n 150 "$TMP/all.ndjson" >"$TMP/crawl.ndjson"
plan "$TMP/first" CORPUS="$c" CRAWL="$TMP/crawl.ndjson"
is "$(said first '[.tracks.new, .new] | tostring')" "[150,true]" "a new corpus"
ok demo "$c" corpus CRAWL="$TMP/crawl.ndjson"
network first
[ -n "$slow" ] || near 2 "$(said first "$work")" "$(took "$c")" "seconds of work"

cp "$TMP/all.ndjson" "$TMP/crawl.ndjson"
plan "$TMP/second" CORPUS="$c"
is "$(said second '[.tracks.before, .tracks.new] | tostring')" "[150,158]" \
    "the other half comes"
cp "$c/report/costs.tsv" "$TMP/costs"
ok demo "$c" corpus CRAWL="$TMP/crawl.ndjson"
network second
near 2 "$(said second '.network[2].now.bytes')" "$(asked fetch-audio bytes)" \
    "bytes of audio"
near 1.3 "$(said second .disk.after)" \
    $(($(du -sk "$c" | cut -f1) * 1024)) "disk"
[ -n "$slow" ] || near 2 "$(said second "$work")" \
    "$(awk -F'\t' 'NR == FNR { was[$0]; next } !($0 in was) && $1 !~ /pack$/ {
	n += $5 } END { print n }' "$TMP/costs" "$c/report/costs.tsv")" \
    "seconds of work, by its own measure"

plan "$TMP/third" CORPUS="$c"
is "$(said third '[.network[].now.due] | add')" 0 "then nothing is due"
is "$(said third '[.stages[].stage] | join(" ")')" "look ask" "or to do"

# A folder of music.
mkdir "$TMP/music"
find "$DEMO_AUDIO/t" -name '*.*' -not -name '.*' | sort | head -n 24 |
    xargs -I{} cp {} "$TMP/music"
plan "$TMP/fourth" CORPUS="$TMP/m" CRAWL="$TMP/music"
CORPUS=$TMP/m CRAWL=$TMP/music pipelines/corpus.sh corpus 2>"$TMP/log"
is "$(said fourth .tracks.after)" "$(cat "$TMP"/m/shards/*/crawl.ndjson | wc -l)" \
    "music: as many tracks"
is "$(said fourth .this_build.requests)" 0 "and no request"
near 1.3 "$(said fourth .disk.after)" \
    $(($(du -sk "$TMP/m" | cut -f1) * 1024)) "its disk"
[ -n "$slow" ] || near 2 "$(said fourth "$work")" "$(took "$TMP/m")" \
    "its seconds of work"
done_testing
