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
	LC_ALL=C sort >"$dir/sorted"
# Three draws, each in the order of the sums: of all; of the uploaders whose
# bytes are both odd; of those of whom nothing was drawn.
awk -F'\t' '
	function draw(stratum, half) {
		drawn[FNR] = 1
		if (half == "dev")
			known[$4] = 1
		print $3 "\t" stratum "\t" half
	}
	BEGIN {
		take[1, "words"] = 550; take[1, "long"] = 200; take[1, "rest"] = 450
		take[2, "words"] = 1e9; take[2, "long"] = 70; take[2, "rest"] = 300
		take[3, "words"] = take[3, "long"] = take[3, "rest"] = 1e9
	}
	FNR == 1 { pass++ }
	pass == 2 && $2 !~ /^[13579bdf][13579bdf]$/ { next }
	pass == 2 && drawn[FNR] { next }
	pass == 3 && $4 in known { next }
	seen[pass, $5]++ < take[pass, $5] { draw($5, pass < 3 ? "dev" : "test") }
' "$dir/sorted" "$dir/sorted" "$dir/sorted"
