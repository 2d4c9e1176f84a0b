# SPDX-License-Identifier: GPL-3.0-or-later
# Pages of the mood space in a real browser: no errors, no requests, hover, search,
# keys, zoom, 100,000 tracks.
. tests/tap.sh
FEATMAKE=$BUILD/tests/helpers/featmake

browser=$(command -v chromium || command -v chromium-browser ||
	command -v google-chrome)
if [ -z "$browser" ] || ! command -v node >/dev/null; then
	skip "pages in a browser" "no chromium, or no node"
	done_testing
fi
# browse < STEPS : what the page says, a line each
browse() {
	cat >"$TMP/steps"
	TMPDIR=$TMP node "$ROOT/tests/helpers/moodplotbrowse.js" "$browser" \
		"$TMP/steps"
}
columns=valence,arousal,dominance,confidence

cat >"$TMP/tracks" <<'END'
{"id":"a","title":"Sun <img src=x onerror=alert(1)>","artist":"M & N"}
{"id":"b","title":"Réserve of Rain","artist":"</script><script>alert(2)</script>"}
{"id":"c","title":"Rainbow","artist":"Third"}
END
printf '%s\n' 'a 5 0.8 0.5 0.5 0.1 0.9' 'b 5 0.4 -0.5 -0.25 - 0.4' \
	'c 5 0.1 -0.125 0.75 - 0.1' |
	"$FEATMAKE" mood - $columns >"$TMP/m.feat"
echo '{"query":"<u>rain</u>","mood_detected":{"valence":-0.5,"arousal":-0.5},
"results":[{"rank":1,"title":"Rain","artist":"X","mood":{"valence":-0.5,
"arousal":-0.25}},{"rank":2,"title":"Lost","artist":"Y"}]}' >"$TMP/answer"
mood-plot -q --html --tracks "$TMP/tracks" --answers "$TMP/answer" \
	-o "$TMP/small.html" "$TMP/m.feat"

# where a mood is on the page
at='((v, a) => { const r = document.getElementById("map").getBoundingClientRect(), u = Math.min(r.width, r.height) / 2 * .88; return [r.x + r.width / 2 + v * u, r.y + r.height / 2 - a * u]; })'
read -r x y < <(browse <<END | tr '[],' '   '
[{"size":[1200,800]},{"open":"$TMP/small.html"},
{"eval":$(jq -Rs . <<<"$at(0.5, 0.5)")}]
END
)
like "$x $y" '^[0-9.]+ +[0-9.]+' "the page has a map"
tip='document.getElementById("tip").hidden ? "" : document.getElementById("tip").innerText'
tip=$(jq -Rs . <<<"$tip")
browse >"$TMP/out" <<END
[{"size":[1200,800]},{"open":"$TMP/small.html"},
{"eval":"document.title + '|' + document.getElementById('about').textContent"},
{"move":[$x,$y]},{"eval":$tip},
{"move":[$x,$(jq -n "$y + 40")]},{"eval":$tip},
{"eval":"[...document.querySelectorAll('#answers li, #answers h2')].map(e => e.textContent).join('|')"},
{"key":"/"},{"eval":"document.activeElement.id"},
{"type":"RESERVE rain"},
{"eval":"document.querySelector('#found h2').textContent"},
{"key":"Enter"},{"eval":$tip},
{"key":"Escape"},{"eval":"document.getElementById('found').hidden"},
{"type":"rain"},{"eval":"document.querySelector('#found h2').textContent"},
{"key":"Escape"},
{"eval":"document.getElementById('map').focus(), document.activeElement.id"},
{"key":"Enter"},{"eval":"document.getElementById('said').textContent"},
{"key":"Escape"},
{"key":"+"},{"key":"ArrowRight"},{"dark":true},{"wheel":[$x,$y,-300]},
{"drag":[400,400,300,350]},{"click":[$x,$y]},{"key":"0"},
{"move":[$x,$y]},{"eval":$tip},
{"size":[420,700]},
{"eval":"document.documentElement.scrollWidth"},
{"eval":"document.querySelectorAll('img, u > *').length"}]
END
mapfile -t said < <(jq -r '. | tostring | gsub("\n"; "/")' <"$TMP/out" 2>"$TMP/err")
is "$(grep -c '^console:\|^request:' "$TMP/out")" 0 \
	"no errors on the console, no requests"
grep '^console:\|^request:' "$TMP/out" | sed 's/^/# /'
is "${said[0]}" "Mood space|3 tracks" "what it shows"
is "${said[1]}" "Sun <img src=x onerror=alert(1)>/M & N/Excited, joyful/valence +0.50, arousal +0.50/confidence 90 %, dominance +0.10" \
	"pointing at a track names it, as text"
is "${said[2]}" "" "beside it there is nothing"
like "${said[3]}" "^.<u>rain</u>.\|1Rain X\|2Lost Y$" \
	"answers are listed, as text"
is "${said[4]}" "search" "/ goes to the search"
is "${said[5]}" "1 track matches" "accents and capitals are forgiven"
like "${said[6]}" "^Réserve of Rain/</script>" "Enter shows the match"
is "${said[7]}" "true" "Escape ends the search"
is "${said[8]}" "2 tracks match" "words within words match"
is "${said[9]}" "map" "the map takes the keys"
like "${said[10]}" "^(Réserve|Sun|Rainbow).*valence" "Enter tells the nearest"
like "${said[11]}" "^Sun" "0 brings all back after zooming and dragging"
is "$((said[12] <= 420))" 1 "nothing is wider than a narrow screen"
is "${said[13]}" 0 "no title became an element"

# nothing to show, and an answer of nothing
: | "$FEATMAKE" mood - $columns >"$TMP/none.feat"
echo '{"query":"","results":[]}' >"$TMP/answer"
mood-plot -q --html --answers "$TMP/answer" -o "$TMP/none.html" "$TMP/none.feat"
browse >"$TMP/out" <<END
[{"size":[1200,800]},{"open":"$TMP/none.html"},{"move":[400,400]},
{"click":[400,400]},{"key":"/"},{"type":"x"},{"key":"Enter"},
{"eval":"document.querySelector('#found h2').textContent + '|' + document.getElementById('about').textContent"}]
END
is "$(jq -r . <"$TMP/out")" "0 tracks match|0 tracks" "no tracks, no errors"

awk 'BEGIN {
	for (i = 0; i < 100000; i++)
		printf "t%d 5 0.5 %.3f %.3f - %.2f\n", i,
			(i * 7 % 1999) / 1000 - 1, (i * 13 % 1777) / 900 - 1,
			i % 100 / 100
}' >"$TMP/rows"
"$FEATMAKE" mood - $columns <"$TMP/rows" >"$TMP/many.feat"
awk '{ printf "{\"id\":\"%s\",\"title\":\"Song %s\",\"artist\":\"A %d\"}\n",
	$1, $1, NR % 999 }' "$TMP/rows" >"$TMP/many"
mood-plot -q --html --tracks "$TMP/many" -o "$TMP/many.html" "$TMP/many.feat"
browse >"$TMP/out" <<END
[{"size":[1200,800]},{"open":"$TMP/many.html"},
{"eval":"document.documentElement.dataset.ready"},
{"key":"/"},{"type":"t99999"},
{"eval":"document.querySelector('#found h2').textContent"},
{"eval":"(() => { const t = performance.now(), e = new PointerEvent('pointermove', { clientX: 420, clientY: 430 }); for (let i = 0; i < 100; i++) document.getElementById('map').dispatchEvent(e); return (performance.now() - t) / 100; })()"}]
END
mapfile -t said < <(jq -r . <"$TMP/out" 2>"$TMP/err")
echo "# 100,000 tracks: there after ${said[0]} ms, a hover takes ${said[2]} ms"
is "$(grep -c '^console:\|^request:' "$TMP/out")" 0 "100,000 tracks, no errors"
is "$((${said[0]:-99999} < 5000))" 1 "they are there soon"
is "${said[1]}" "1 track matches" "and found"
is "$(jq -n "${said[2]:-99} < 5")" true "pointing does not stall"
done_testing
