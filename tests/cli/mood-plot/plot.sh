# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures and pages of the mood space: what is in them, hostile names, an index,
# answers, a million tracks, refusals.
. tests/tap.sh
FEATMAKE=$BUILD/tests/helpers/featmake

cat >"$TMP/tracks" <<'END'
{"id":"a","title":"Sun </script><script>alert(1)</script>","artist":"M & \"N\" <b>"}
{"id":"b","title":"Rain","artist":"]]>\u2028\u0000\u001b[31m"}
{"id":"c","artist":"Only an artist"}
{"id":"d","title":"Nowhere"}
END
cat >"$TMP/rows" <<'END'
a 5 0.8 0.5 0.5 0.1 0.9
b 5 0.4 -0.5 -0.25 - 0.4
c 5 0.1 -0.125 0.75 - 0.1
d 5 0.1 - - - -
END
columns=valence,arousal,dominance,confidence
"$FEATMAKE" mood - $columns <"$TMP/rows" >"$TMP/m.feat"

mood-plot --tracks "$TMP/tracks" -o "$TMP/a.svg" "$TMP/m.feat" 2>"$TMP/err"
is $? 0 "an SVG"
is "$(cat "$TMP/err")" "mood-plot: tracks=3 without-mood=1" "the last line"
ok python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \
	"$TMP/a.svg"
svg=$(cat "$TMP/a.svg")
like "$svg" '>3 tracks, 1 more of unknown mood<' "how many there are"
like "$svg" 'Angry, tense</text><text[^>]*>33% of tracks' "shares of quadrants"
like "$svg" 'class="dots" d="M[0-9. ]*h0M[0-9. ]*h0M[0-9. ]*h0"' "three dots"
is "$(grep -c '<path class="b[1-6]" d="M[0-9]' "$TMP/a.svg")" 6 "six bands"
is "$(grep -Eci 'https?://' "$TMP/a.svg")" 1 "nothing is fetched, but a name is"
like "$(grep -Ei 'https?://' "$TMP/a.svg")" 'xmlns="http://www.w3.org/2000/svg"' \
	"the name of SVG"
mood-plot -q "$TMP/m.feat" | cmp -s - "$TMP/a.svg"
is $? 0 "the same bytes again"

# valence 0.5, arousal 0.5 are three quarters of the square of 640 at 76, 112
like "$svg" 'M556 272h0' "a track is where its mood says"

mood-plot -q --title '<i>"&' "$TMP/m.feat" >"$TMP/t.svg"
like "$(cat "$TMP/t.svg")" '>&lt;i&gt;&quot;&amp;</text>' "a title is text"

# a page: hostile names stay data
mood-plot -q --html --tracks "$TMP/tracks" -o "$TMP/a.html" "$TMP/m.feat"
is "$(grep -o '<script' "$TMP/a.html" | wc -l)" 2 "no script but the page's own"
is "$(grep -Eci '(https?:)?//[a-z]' "$TMP/a.html")" 0 "no address in the page"
like "$(cat "$TMP/a.html")" "default-src 'none'" "and it may fetch nothing"
sed -n '/id="data"/,/<\/script>/p' "$TMP/a.html" | sed '1d;$d' >"$TMP/data"
is "$(jq -c '[.count, .all, .unknown, .asked]' "$TMP/data")" '[3,3,1,null]' \
	"the page's numbers"
is "$(jq -r '.titles[]' "$TMP/data" | grep -c '^Sun </script><script>alert(1)')" \
	1 "a hostile title is whole"
is "$(jq -r '.artists | length' "$TMP/data")" 3 "artists"
# 16-bit numbers, in the order of the keys
is "$(jq -r .v "$TMP/data" | base64 -d | od -An -td2 | tr ' ' '\n' | sort -n |
	xargs)" "-16384 -4096 16384" "valences, times 32767"
is "$(jq -r .d "$TMP/data" | base64 -d | od -An -td2 | tr ' ' '\n' | sort -n |
	xargs)" "-32768 -32768 3277" "a dominance that is missing says so"
is "$(mood-plot -q --html --most 2 "$TMP/m.feat" |
	grep -o '"count":2,"all":3')" '"count":2,"all":3' "--most"

# answers
cat >"$TMP/answer" <<'END'
{"query":"rain & <sun>","mood_detected":{"valence":0.5,"arousal":0.5},
"results":[{"rank":1,"title":"First <1>","artist":"A","mood":{"valence":0.5,"arousal":0.5}},
{"rank":2,"title":"Second","artist":"B","mood":{"valence":0.5,"arousal":0.5}},
{"rank":3,"title":"Lost","artist":"C"}]}
END
mood-plot -q --answers "$TMP/answer" "$TMP/m.feat" >"$TMP/b.svg"
ok python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \
	"$TMP/b.svg"
svg=$(cat "$TMP/b.svg")
like "$svg" 'class="cross" d="M556 272m' "the request is a cross"
is "$(grep -c 'class="mark"' "$TMP/b.svg")" 2 "two results have a place"
is "$(grep -c 'class="lead"' "$TMP/b.svg")" 2 "beside it, with a line to it"
like "$svg" '>rain &amp; &lt;sun&gt;</text>' "what was asked, as text"
like "$svg" '>First &lt;1&gt;<tspan' "results are listed, as text"
like "$svg" 'Lost.*\(mood unknown\)' "also one without a mood"
mood-plot -q --html --answers - "$TMP/m.feat" <"$TMP/answer" |
	sed -n '/id="data"/,/<\/script>/p' | sed '1d;$d' >"$TMP/data"
is "$(jq -c '[.asked.query, .asked.at, (.asked.results | map(.at))]' \
	"$TMP/data")" '["rain & <sun>",[0.5,0.5],[[0.5,0.5],[0.5,0.5],null]]' \
	"answers in a page, from standard input"

# an index
. tests/cli/small-index.sh
small_corpus
small_index "$TMP/index"
query --index "$TMP/index" sad | rerank --index "$TMP/index" -k 9 |
	mood-plot --index "$TMP/index" --answers - -o "$TMP/i.svg" 2>"$TMP/err"
is $? 0 "an index and what it answered"
is "$(cat "$TMP/err")" "mood-plot: tracks=44 without-mood=4" "all its tracks"
is "$(grep -c 'class="rank"' "$TMP/i.svg")" 9 "nine results"
mood-plot -q --index "$TMP/index" --html |
	sed -n '/id="data"/,/<\/script>/p' | sed '1d;$d' >"$TMP/data"
is "$(jq '.titles | map(select(test("^(lonely|party) "))) | length' "$TMP/data")" \
	44 "with their names"

# many
awk 'BEGIN {
	for (i = 0; i < 300000; i++)
		printf "t%d 5 0.5 %.3f %.3f - 0.5\n", i,
			(i * 7 % 1999) / 1000 - 1, (i * 13 % 1777) / 900 - 1
}' | "$FEATMAKE" mood - $columns >"$TMP/many.feat"
mood-plot -q "$TMP/many.feat" >"$TMP/many.svg"
is "$(($(wc -c <"$TMP/many.svg") < 500000))" 1 "300,000 tracks: below 500 kB"
is "$(grep -c 'class="dots"' "$TMP/many.svg")" 0 "too many for dots"
like "$(cat "$TMP/many.svg")" '>300,000 tracks<' "but counted"
: | "$FEATMAKE" mood - $columns >"$TMP/none.feat"
mood-plot -q "$TMP/none.feat" >"$TMP/none.svg"
is $? 0 "no tracks at all"
ok python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \
	"$TMP/none.svg"

# refusals
status 2 mood-plot
like "$(cat "$TMP/err")" 'nothing to draw' "says what to give"
status 2 mood-plot --index "$TMP/index" "$TMP/m.feat"
status 2 mood-plot --most 0 "$TMP/m.feat"
status 3 mood-plot "$TMP/absent"
status 3 mood-plot --index "$TMP/absent"
echo 'a 1 1 1' | "$FEATMAKE" audio - tempo >"$TMP/other.feat"
status 4 mood-plot "$TMP/other.feat"
like "$(cat "$TMP/err")" 'no columns valence and arousal' "says what is missing"
echo '{"results":7}' >"$TMP/bad"
status 4 mood-plot --answers "$TMP/bad" "$TMP/m.feat"
echo '{"title":"no id"}' >"$TMP/bad"
status 4 mood-plot --tracks "$TMP/bad" "$TMP/m.feat"
head -c 200 "$TMP/m.feat" >"$TMP/cut.feat"
status 4 mood-plot "$TMP/cut.feat"
echo old >"$TMP/kept.svg"
status 4 mood-plot -o "$TMP/kept.svg" "$TMP/cut.feat"
is "$(cat "$TMP/kept.svg")" old "a failed run leaves the picture alone"
done_testing
