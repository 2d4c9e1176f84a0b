# SPDX-License-Identifier: GPL-3.0-or-later
# A corpus summed up: counts, guesses, changes, in four forms.
. tests/tap.sh
FEATMAKE=$BUILD/tests/helpers/featmake
cat >"$TMP/t" <<'E'
{"id":"a","title":"One","genre":"Folk","tags":"sad, slow","url_status":"VALID","url_reason":"http 200","audio_status":"ok","music_class":"track","emotion":{"top":["sadness","love"]},"year":1999}
{"id":"b","title":"Two \"<b>","url_status":"DEAD","url_reason":"http 404","audio_status":"link is DEAD","recovered_url":"http://x/y","imputed":{"genre":{"value":"Rock","method":"m","confidence":0.25}}}
{"id":"c","title":"Three","url_status":"DEAD","url_reason":"http 410","imputed":{"genre":{"value":"Pop","method":"m","confidence":0.75}}}
E
echo '{"id":"c","title":"Three","permalink_url":"http://x/c","error":{"tool":"extract-features","code":"undecodable","message":"no </script> sound","retry":false}}' >"$TMP/e"
printf '%s\n' 'a 1 1 100 -9' 'b 1 1 140 -' 'c 1 1 120 -3' |
	"$FEATMAKE" sound - tempo,loudness >"$TMP/s.feat"
printf '%s\n' 'a 5 1 0.8 0.5' 'b 5 1 -0.4 -1' 'c 0 0 - -' |
	"$FEATMAKE" mood - valence,arousal >"$TMP/m.feat"
printf '{"line":1,"reason":"3 cells of 12","raw":""}\n{"reason":"4 cells of 12"}\n' >"$TMP/rejects"
printf 'by\tkey\nhost\t<i>&\n' >"$TMP/survival"
sum() {
	report --sound "$TMP/s.feat" --mood "$TMP/m.feat" --heard "$TMP/s.feat" \
	    --errors "$TMP/e" --rejects "$TMP/rejects" \
	    --survival "$TMP/survival" "$@"
}
status 0 sum --text "$TMP/txt" --metrics "$TMP/prom" --html "$TMP/html" \
    -o "$TMP/json" "$TMP/t"
is "$(jq -c '[.records, .rejected, .recovered, .failed, .links, .link_reasons]' "$TMP/json")" \
    '[3,2,1,1,{"DEAD":2,"VALID":1},{"DEAD: http 404":1,"DEAD: http 410":1,"VALID: http 200":1}]' \
    "counts, most frequent first"
is "$(jq -c '.coverage.genre, .coverage.tags, .coverage.year' "$TMP/json")" \
    '{"source":1,"imputed":2,"absent":0,"expected_right":0.5}
{"source":1,"imputed":0,"absent":2,"expected_right":null}
{"source":1,"imputed":0,"absent":2,"expected_right":null}' "what was given and what is guessed"
is "$(jq -c '.sound.columns.tempo, .sound.columns.loudness, .sound.columns.energy[0]' "$TMP/json")" \
    '[100,120,120,140,140]
[-9,-9,-3,-3,-3]
null' "how sound spreads; missing values do not count"
is "$(jq -c '[.moods.tracks, .moods.quadrants, (.moods.valence | add), .moods.arousal[0]]' "$TMP/json")" \
    '[2,[1,0,1,0],2,1]' "moods"
is "$(jq -c '.errors, .failures, .changes' "$TMP/json")" \
    '{"extract-features: undecodable":1}
[{"id":"c","title":"Three","tool":"extract-features","code":"undecodable","message":"no </script> sound","retry":false,"link":"http://x/c"}]
null' "what failed"
is "$(jq -c '.rejects, .imputed_by, .sound_by' "$TMP/json")" \
    '{"# cells of #":2}
{"genre: m":2}
{"measured":3}' "reasons and methods"
is "$(jq -c '.sound.histograms.tempo | [.low, .high, .tracks[0], .tracks[10], .tracks[19]]' "$TMP/json")" \
    '[100,140,1,1,1]' "a histogram"
like "$(cat "$TMP/txt")" "^tracks +3$" "lines for people"
like "$(cat "$TMP/txt")" "genre +1 +2 +0 +50 %" "with fields"
like "$(cat "$TMP/prom")" '^moodpipe_links\{status="DEAD"\} 2$' "metrics"
is "$(grep -vc '^# \(HELP\|TYPE\) moodpipe_[a-z_]* \|^moodpipe_[a-z_]*\({[a-z]*="[^"]*"\(,[a-z]*="[^"]*"\)*}\)\{0,1\} [0-9]*$' "$TMP/prom")" \
    0 "in their format"
is "$(grep -o '</script>' "$TMP/html" | wc -l)" \
    "$(grep -o '</script>' data/report.html | wc -l)" \
    "nothing of a track ends a script of the page"

# What changed since.
status 0 sum --seen "$TMP/seen" -o "$TMP/json" "$TMP/t"
is "$(jq -c .changes "$TMP/json")" null "the first time nothing is known"
{
	sed -n 1p "$TMP/t"
	sed -n '2{s/404/200/;s/DEAD/VALID/p}' "$TMP/t"
	echo '{"id":"d","title":"Four"}'
} >"$TMP/t2"
status 0 sum --seen "$TMP/seen" -o "$TMP/json" "$TMP/t2"
is "$(jq -c '.changes | del(.turned, .links)' "$TMP/json")" \
    '{"added":1,"changed":1,"gone":1,"arrived":["Four"]}' "then it is"
is "$(jq -c '.changes | .turned, .links' "$TMP/json")" \
    '{"DEAD to VALID":1}
[{"id":"b","title":"Two \"<b>","before":"DEAD","now":"VALID","link":"http://x/y"}]' \
    "and which links turned"
report -q --seen "$TMP/seen" -o "$TMP/json" "$TMP/t2" "$TMP/t2"
is "$(jq -c .changes.gone "$TMP/json")" 0 "tracks that come twice are not gone"

# What took longest: of tracks that are there, by stage.
cat >"$TMP/slow1" <<'E'
{"stage":"linkcheck","item":"https://x/c","ms":900}
{"stage":"linkcheck","item":"https://x/other","ms":1200.5}
E
for i in 1 2 3 4 5 6 7; do echo '{"stage":"enrich","item":"a","ms":'$i'}'; done >"$TMP/slow2"
echo '{"stage":"enrich","item":"gone","ms":99}' >>"$TMP/slow2"
echo '{"id":"c","title":"T\u001b[2J","permalink_url":"http://X/c"}' >"$TMP/t3"
sed -n 1p "$TMP/t" >>"$TMP/t3"
status 0 report -q --slowest "$TMP/slow1" --slowest "$TMP/slow2" \
    --text "$TMP/txt" -o "$TMP/json" "$TMP/t3"
is "$(jq -c '[.slowest[] | [.stage, .item, .ms, .title]] | .[0, 1, 2, -1]' "$TMP/json")" \
    '["linkcheck","https://x/other",1200.5,null]
["linkcheck","https://x/c",900,"T\u001b[2J"]
["enrich","a",7,"One"]
["enrich","a",3,"One"]' "what took longest, by its track"
like "$(cat "$TMP/txt")" "0.007  enrich: One" "for people, too"
is "$(tr -d '\n' <"$TMP/txt" | tr -dc '\000-\037' | wc -c)" 0 \
    "nothing of a track steers a terminal"
status 4 report -q --slowest "$TMP/survival" "$TMP/t"
like "$(cat "$TMP/err")" "survival:1.*delete" "a damaged one is named"

# An error is told once, wherever it is read; one that is tried again says so.
sed 's/"retry":false/"retry":true/; s/extract-features/emotion/' "$TMP/e" >"$TMP/e2"
status 0 report -q --errors "$TMP/e" --errors "$TMP/e" -o "$TMP/json" "$TMP/e" "$TMP/e2"
is "$(jq -c '.failed, [.failures[] | [.tool, .retry]]' "$TMP/json")" \
    '2
[["extract-features",false],["emotion",true]]' "once each"

# Vectors of sound: neighbours on the page.
printf '%s\n' 'a 1 1 1 0' 'b 1 1 0.9 0.1' 'c 1 1 -1 0' |
	"$FEATMAKE" embed - a00,a01 >"$TMP/v.feat"
status 0 sum -q --vectors "$TMP/v.feat" --html "$TMP/html" -o "$TMP/json" "$TMP/t"
is "$(grep -c 's&quot;:&quot;f\|s&quot;:&quot;[A-Za-z0-9+/]' "$TMP/html")" 1 "are in it"
status 4 sum -q --sound-model "$TMP/v.feat" -o "$TMP/json" "$TMP/t"

cp "$TMP/seen" "$TMP/before"
status 3 sum --seen "$TMP/seen" -o /nowhere/json "$TMP/t"
ok cmp "$TMP/seen" "$TMP/before"
is "$(sum -q "$TMP/t" | cksum)" "$(sum -q <"$TMP/t" | cksum)" "standard input"

status 0 report -q -o "$TMP/json" /dev/null
is "$(jq -c '[.records, .coverage.genre.expected_right]' "$TMP/json")" "[0,null]" "nothing"
status 4 report -q "$TMP/survival"
like "$(cat "$TMP/err")" "survival:1" "a line that is no record is named"
status 4 report -q --sound "$TMP/t" "$TMP/t"
status 3 report -q "$TMP/none"
report -q "$TMP/t" >/dev/full 2>"$TMP/err"
is "$?" 3 "a full disk"
done_testing
