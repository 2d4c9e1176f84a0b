# SPDX-License-Identifier: GPL-3.0-or-later
# The demo's data fit each other: scores, truth, crawl, server rules.
. tests/tap.sh
D=data/demo
crawl=$D/crawl.csv server=$D/server.tsv

synth --truth $D/scores/*.score >"$TMP/truth"
ok cmp "$TMP/truth" $D/truth.tsv
tail -n +2 $D/truth.tsv >"$TMP/rows"
is "$(cut -f3,4 "$TMP/rows" | sort -u | wc -l)" 24 "every key and mode occurs"
is "$(cut -f6 "$TMP/rows" | sort | uniq -c | awk '$1 < 15' | wc -l)" 0 \
	"each quadrant has at least 15 clips"
like "$(cut -f2 "$TMP/rows" | sort -n | sed -n '1p;$p' | tr '\n' ' ')" \
	'^55 180 $' "tempi from 55 to 180"
is "$(cut -f1 "$TMP/rows" | sed 's/.*\.//' | sort -u | tr '\n' ' ')" \
	"flac mp3 ogg wav " "four formats"

# The CSV in awk: quoted cells may hold commas, quotes and line ends. Cells
# are printed one record a line, joined by \001, with line ends as spaces.
awk -v RS='^$' 'BEGIN { ORS = "" } {
	n = length($0); q = 0
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		if (c == "\"") q = !q
		else if (c == "," && !q) print "\001"
		else if (c == "\n" && !q) print "\n"
		else if (c == "\n") print " "
		else if (c != "\r") print c
	}
}' $crawl >"$TMP/crawl" 2>/dev/null
is "$(head -c 3 $crawl | od -An -tx1)" " ef bb bf" "the crawl begins with a BOM"
rows=$(($(wc -l <"$TMP/crawl") - 1))
like "$rows" '^3[0-4][0-9]$' "about 320 rows"
tail -n +2 "$TMP/crawl" | LC_ALL=C awk -F'\001' 'NF == 12 && $1' >"$TMP/good"
like $((rows - $(wc -l <"$TMP/good"))) '^[345]$' "a few rows are malformed"
for column in 5:genre 6:tags 7:description; do
	share=$(LC_ALL=C awk -F'\001' -v c=${column%:*} \
		'$c == "" { n++ } END { printf "%d", 100 * n / NR }' \
		"$TMP/good")
	like "$share" '^7[0-9]$|^80$' "${column#*:}: $share % are empty"
done
like "$(cut -d$'\001' -f2 "$TMP/good" | sort -u | wc -l)" '^4[0-9]$' \
	"about 45 artists"
like "$(cut -d$'\001' -f2 "$TMP/good" | sort | uniq -c |
	awk '$1 > 10' | wc -l)" '^[1-9]' "some of them prolific"

# Every URL of the crawl has a rule, and every redirect's target too.
LC_ALL=C awk -F'\001' '{ print $9 }' "$TMP/good" | grep . |
	LC_ALL=C sed -e 's|^http://[^/]*||' -e 's/[?#].*//' | sort -u \
	>"$TMP/paths"
{
	cat "$TMP/paths"
	awk -F'\t' '$2 == "redirect" { sub(/^[0-9]+ /, "", $3)
		sub("^http://demo.moodpipe.test", "", $3); print $3 }' $server
} | sort -u >"$TMP/wanted"
grep -v '^#' $server | cut -f1 | sort -u >"$TMP/ruled"
is "$(comm -23 "$TMP/wanted" "$TMP/ruled")" "" \
	"how each URL is answered is declared"
awk -F'\t' '$2 == "status" && ($3 == 404 || $3 == 410)' $server | cut -f1 |
	sort >"$TMP/dead"
like "$(comm -12 "$TMP/paths" "$TMP/dead" | wc -l)" '^1[01][0-9]$' \
	"about 35 % of the links are dead"

# Every clip is reached from some row, whole, directly or by redirects.
cut -f1 "$TMP/rows" | sed 's|^|/t/|' | sort >"$TMP/clips"
awk -F'\t' '$2 == "file" { f[$1] = "/" $3 } $2 == "corrupt" { bad[$1] = 1 }
	$2 == "redirect" { sub(/^[0-9]+ /, "", $3)
		sub("^http://demo.moodpipe.test", "", $3); to[$1] = $3 }
	END { while ((getline p < paths) > 0) {
		for (i = 0; i < 9 && p in to; i++) p = to[p]
		if (p in f && !(p in bad)) print f[p] } }' \
	paths="$TMP/paths" $server | sort -u >"$TMP/reached"
is "$(diff "$TMP/clips" "$TMP/reached")" "" "each clip has a row, each row a clip"
awk -F'\t' '$2 == "file" || $2 == "from" { print "/" $3 }' $server | sort -u \
	>"$TMP/named"
is "$(comm -13 "$TMP/clips" "$TMP/named")" /catalogue.json \
	"the server names no other file"
jq -r '.recordings[].sound' $D/catalogue.json | sort -u >"$TMP/found"
is "$(comm -13 "$TMP/clips" "$TMP/found")" "" "what the catalogue has is a clip"
done_testing
