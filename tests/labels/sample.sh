#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: sample.sh tracks.ndjson: which tracks of the crawl (through ingest)
# were labelled: track_id, stratum, half (README).
set -euo pipefail
words='podcast|interview|episode|chapter|audiobook|lecture|sermon|speech|talk'
words+='|radio|news|story|stories|poem|poetry|spoken|conference|discussion'
words+='|hörbuch|entrevista|noticias|predigt|prédica|sermão|audioguide'
words+='|meditation|q&a|panel|debate|homily|reading|comedy|religio|politic'
words+='|science|business|sport|learning|government|field rec|sound effect'
words+='|sfx|jingle|promo|commercial|voice|asmr|bbc'
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

jq -r --arg words "$words" '[.track_id, .artist // "",
	([.title // "", .genre // "", (.tags // [] |
		map(if test(" ") then "\"\(.)\"" else . end) | join(" "))] |
	join(" ") | if test($words; "i") then "words" else null end) //
	(if .duration_ms > 900000 then "long" else "rest" end)] | @tsv' "$1" \
	>"$dir/tracks"
mkdir "$dir/label" "$dir/split"
n=0
while IFS=$'\t' read -r id artist _; do
	n=$((n + 1))
	printf 'label:%s' "$id" >"$dir/label/$n"
	printf 'split:%b' "$artist" >"$dir/split/$n"
done <"$dir/tracks"
sums() { # of the files 1, 2, ... of a folder, a line each
	(cd "$dir/$1" && seq "$n" | xargs sha256sum | cut -c1-64)
}
# 4th byte of the sum is the last of its first four, the 8th of the next four
paste <(sums label) <(sums split | cut -c8,16) "$dir/tracks" |
	LC_ALL=C sort | awk -F'\t' '
		BEGIN {
			take["words"] = 550; take["long"] = 200; take["rest"] = 450
			more["words"] = 1e9; more["long"] = 1e9; more["rest"] = 300
		}
		{ half = $2 ~ /^[13579bdf][13579bdf]$/ ? "test" : "dev" }
		seen[$5]++ < take[$5] || (half == "test" && added[$5]++ < more[$5]) {
			print $3 "\t" $5 "\t" half
		}'
