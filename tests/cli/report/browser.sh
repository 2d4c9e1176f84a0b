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
awk -v T="$TMP/t" 'BEGIN { srand(5); for (i = 0; i < 100000; i++) {
	printf "{\"id\":\"t%d\",\"title\":\"<b>Song %d\",\"artist\":\"A %d\",\"url_status\":\"VALID\"}\n", i, i, i % 999 >T
	printf "t%d 5 1 %.4f %.4f\n", i, 2 * rand() - 1, 2 * rand() - 1 } }' >"$TMP/rows"
"$BUILD/tests/helpers/featmake" mood - valence,arousal <"$TMP/rows" >"$TMP/m.feat"
status 0 report -q --mood "$TMP/m.feat" --html "$TMP/page.html" -o "$TMP/json" "$TMP/t"
cat >"$TMP/steps" <<E
[{"size":[1200,900]},{"open":"$TMP/page.html"},
{"eval":"document.querySelector('#totals b').textContent"},
{"eval":"document.querySelectorAll('main section').length >= 3"},
{"key":"Tab"},{"eval":"document.activeElement.textContent"},
{"eval":"document.querySelector('iframe').contentDocument.querySelector('#about').textContent"},
{"dark":true},{"eval":"getComputedStyle(document.body).backgroundColor"},
{"eval":"performance.now() < 20000"}]
E
TMPDIR=$TMP timeout 120 node tests/helpers/moodplotbrowse.js "$browser" \
    "$TMP/steps" >"$TMP/out"
is "$(sed -n 1p "$TMP/out")" '"100,000"' "the tracks are counted"
is "$(sed -n 2p "$TMP/out")" true "the page has its parts"
is "$(sed -n 3p "$TMP/out")" '"Links"' "links to its parts are reached by keys"
like "$(sed -n 4p "$TMP/out")" "100,000" "the map has every track"
is "$(sed -n 5p "$TMP/out")" '"rgb(18, 21, 27)"' "dark where that is wanted"
is "$(sed -n 6p "$TMP/out")" true "it is there in seconds"
is "$(grep -c '^console:\|^request:' "$TMP/out")" 0 "no errors, no requests"
done_testing
