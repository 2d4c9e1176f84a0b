# SPDX-License-Identifier: GPL-3.0-or-later
# The labelled crawl, its development half: figures do not fall. The rules were
# checked on this half; the other is for measuring and not looked at here.
. tests/tap.sh

crawl=$ROOT/../shared/data/music/soundcloud/tracks.csv
if [ ! -e "$crawl" ]; then
	skip "labelled crawl" "no shared data"
	done_testing
fi
ingest -q -o "$TMP/in" "$crawl"
music-filter -q --fit "$TMP/model" "$TMP/in"
music-filter -q --model "$TMP/model" -o "$TMP/out" "$TMP/in"
ok evaluate filter --labels tests/labels/music.tsv --json -o "$TMP/json" "$TMP/out"
at_least() { # PATH FLOOR
	is "$(jq "$1 >= $2" "$TMP/json")" true "$1 is $(jq "$1" "$TMP/json"), at least $2"
}
at_least .labelled 1579
at_least .precision.value 0.97
at_least .recall.value 0.75
at_least '."sets found".value' 0.9
# of strata, as documented
is "$(jq -c '[.strata[].records | . / 10 | round]' "$TMP/json")" '[60,51,373]' \
	"strata"
is "$(jq '.music_class' -r "$TMP/out" | sort | uniq -c | wc -l)" 4 "four classes"
done_testing
