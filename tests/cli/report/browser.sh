# SPDX-License-Identifier: GPL-3.0-or-later
# The page of a corpus in a real browser: no errors, no requests, keys, 100,000
# tracks.
. tests/tap.sh
browser=$(command -v chromium || command -v chromium-browser ||
	command -v google-chrome)
if [ -z "$browser" ] || ! command -v node >/dev/null; then
	skip "the report in a browser" "no chromium, or no node"
	done_testing
fi
awk -v T="$TMP/t" -v V="$TMP/vrows" 'BEGIN { srand(5); for (i = 0; i < 100000; i++) {
	printf "{\"id\":\"t%d\",\"title\":\"<b>Song %d\",\"artist\":\"A %d\",\"url_status\":\"VALID\",\"permalink_url\":\"%s\"}\n", i, i, i % 999, i == 7 ? "javascript:alert(1)" : "http://x.test/" i >T
	printf "t%d 5 1 %.4f %.4f\n", i, 2 * rand() - 1, 2 * rand() - 1
	printf "t%d 1 1 %.3f %.3f %.3f\n", i, rand() - .5, rand() - .5, rand() - .5 >V } }' >"$TMP/rows"
"$BUILD/tests/helpers/featmake" mood - valence,arousal <"$TMP/rows" >"$TMP/m.feat"
"$BUILD/tests/helpers/featmake" embed - a00,a01,a02 <"$TMP/vrows" >"$TMP/v.feat"
for i in 7 8; do
	echo '{"id":"t'$i'","title":"<i>'$i'","permalink_url":"'"$(sed -n "$((i + 1))s/.*url\":\"\(.*\)\"}/\1/p" "$TMP/t")"'","error":{"tool":"emotion","code":"x","message":"</script>","retry":true}}'
done >"$TMP/e"
echo '{"stage":"linkcheck","item":"https://x.test/9","ms":1234}' >"$TMP/slow"
printf 'by\tkey\tlinks\tVALID\tDEAD\tsurvival\nhost\tx.test\t2\t1\t1\t0.5\nyear\t2001\t2\t1\t1\t0.5\n' >"$TMP/survival"
status 0 report -q --mood "$TMP/m.feat" --vectors "$TMP/v.feat" --errors "$TMP/e" \
    --slowest "$TMP/slow" --survival "$TMP/survival" \
    --html "$TMP/page.html" -o "$TMP/json" "$TMP/t"
cat >"$TMP/steps" <<E
[{"size":[1200,900]},{"open":"$TMP/page.html"},
{"eval":"document.querySelector('#totals b').textContent"},
{"eval":"['stages','coverage','moodmap','distributions','links','survival','age','slowest','failures'].filter(x => !document.getElementById(x))"},
{"key":"Tab"},{"eval":"document.activeElement.textContent"},
{"eval":"document.querySelector('iframe').contentDocument.querySelector('#about').textContent"},
{"eval":"[...document.querySelectorAll('#failures tbody tr')].map(r => r.cells[3].firstChild.tagName + ' ' + r.cells[4].textContent)"},
{"eval":"document.querySelector('#slowest tbody tr').innerText.replaceAll('\\\\t', ' ')"},
{"eval":"(() => { const w = document.querySelector('iframe').contentWindow, d = w.document, map = d.getElementById('map'); window.inside = { w, d, map, key: k => map.dispatchEvent(new w.KeyboardEvent('keydown', { key: k, bubbles: true, cancelable: true })) }; map.focus(); return d.activeElement === map; })()"},
{"eval":"(() => { const t = performance.now(); inside.key('Enter'); return [inside.d.querySelectorAll('#alike li').length, inside.d.querySelectorAll('#near li').length, performance.now() - t < 1000]; })()"},
{"eval":"(() => { inside.d.querySelector('#alike button').click(); return inside.d.activeElement.closest('section').id; })()"},
{"eval":"(() => { inside.map.focus(); inside.key('Escape'); return inside.d.getElementById('alike').hidden; })()"},
{"eval":"(() => { const t = []; inside.key('+'); return new Promise(done => { let last; const step = now => { if (last) t.push(now - last); last = now; if (t.length > 30) { t.sort((a, b) => a - b); return done(t[15] < 150); } inside.key(t.length % 3 ? 'ArrowLeft' : t.length < 15 ? '+' : '-'); inside.w.requestAnimationFrame(step); }; inside.w.requestAnimationFrame(step); }); })()"},
{"size":[390,800]},{"eval":"document.documentElement.scrollWidth <= 390"},
{"dark":true},{"eval":"getComputedStyle(document.body).backgroundColor"},
{"eval":"performance.now() < 60000"}]
E
TMPDIR=$TMP timeout 120 node tests/helpers/moodplotbrowse.js "$browser" \
    "$TMP/steps" >"$TMP/out"
told() { sed -n "$1p" "$TMP/out"; }
is "$(told 1)" '"100,000"' "the tracks are counted"
is "$(told 2)" '[]' "the page has its parts"
is "$(told 3)" '"Stages"' "links to its parts are reached by keys"
like "$(told 4)" "100,000" "the map has every track"
is "$(told 5)" '["SPAN t7","A t8"]' "only the web is a link"
like "$(told 6)" "linkcheck.*1.234.*Song 9" "what took longest"
is "$(told 7)" true "the map takes the keys"
is "$(told 8)" '[8,8,true]' "Enter: a track with neighbours by sound and mood"
is "$(told 9)" '"alike"' "to be stepped through"
is "$(told 10)" true "Escape: none"
is "$(told 11)" true "moving and zooming does not stall"
is "$(told 12)" true "nothing is too wide for a telephone"
is "$(told 13)" '"rgb(18, 21, 27)"' "dark where that is wanted"
is "$(told 14)" true "it is there in seconds"
is "$(grep -c '^console:\|^request:' "$TMP/out")" 0 "no errors, no requests"
done_testing
