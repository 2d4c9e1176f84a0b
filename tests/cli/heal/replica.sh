# SPDX-License-Identifier: GPL-3.0-or-later
# Dead links are found elsewhere, metadata and lyrics with them; what is not the
# same recording is not taken; nothing is asked twice; all of it goes again.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/heal/replica.inc"
start_replica <<'R'
{"in":"archive","id":"01 Häuser & mehr.mp3","item":"rain-ep","itemtitle":"Regen","title":"03 - Regen","artist":"Ännie","duration":201}
{"in":"archive","id":"cover.mp3","item":"cover","itemtitle":"Regen","artist":"Somebody","title":"Regen","duration":200}
{"in":"jamendo","id":"7","title":"REGEN (Live at Paradiso)","artist":"Annie","duration":200,"url":"https://audio.example/7","year":1999}
{"in":"jamendo","id":"8","title":"Night Train (feat. Bo) [Remastered 2011]","artist":"Trio X & Bo","duration":180,"url":"https://audio.example/8?key=s3cret","year":2003,"genre":"jazz","license":"https://creativecommons.org/licenses/by/4.0/"}
{"in":"jamendo","id":"9","title":"Night Train","artist":"Trio X","duration":181,"url":"https://audio.example/9","year":2003,"genre":"jazz","license":"https://creativecommons.org/licenses/by/4.0/"}
{"in":"musicbrainz","id":"m1","title":"Regen","artist":"Annie","duration":200.4,"year":1984,"album":"Wetter","genre":"ambient"}
{"in":"musicbrainz","id":"m2","title":"Stay","artist":"The Four","disambiguation":"live","duration":100,"year":1970}
{"in":"listenbrainz","id":"l1","title":"Stay","artist":"Four","duration":100.5,"year":1971}
{"in":"lrclib","id":"y1","title":"Regen","artist":"Annie","duration":200,"lyrics":"[00:01.00] Es regnet\n[Chorus]\nnoch immer"}
R
cat >"$TMP/in" <<'R'
{"id":"a","title":"Regen","artist":"Annie","duration_ms":200000,"permalink_url":"https://gone.example/a","url_status":"DEAD"}
{"id":"b","title":"Trio X - Night Train","artist":"Some Label","duration_ms":180500,"permalink_url":"http://gone.example/b","url_status":"DEAD","year":1950,"genre":"bop"}
{"id":"c","title":"Stay","artist":"The Four","duration_ms":100000,"url_status":"VALID","permalink_url":"https://ok.example/c"}
{"id":"d","title":"Regen","artist":"Annie","duration_ms":300000,"permalink_url":"https://gone.example/d","url_status":"DEAD","genre":"x","tags":["y"],"year":2000}
{"id":"e","title":"Talk","artist":"Annie","is_music":false,"permalink_url":"https://gone.example/e","url_status":"DEAD"}
{"id":"f","artist":"Annie","url_status":"DEAD","odd" : 7.60}
R
status 0 net "$TMP/in"
cp "$TMP/out" "$TMP/first"
like "$(cat "$TMP/err")" 'heal: asked=10 found=3 left=0' "counts"
is "$(jq -c '[.id, .recovered_url, .recovered.source]' "$TMP/first")" \
'["a","https://archive.org/download/rain-ep/01%20H%C3%A4user%20%26%20mehr.mp3","internet-archive"]
["b","https://audio.example/9","jamendo"]
["c",null,null]
["d",null,null]
["e",null,null]
["f",null,null]' "recovered_url: not the cover, the live version, another length"
is "$(jq -c 'select(.id == "b") | .recovered' "$TMP/first" |
	sed 's/"confidence":[0-9.]*,//')" \
'{"source":"jamendo","title":"Night Train","artist":"Trio X","duration":181,"license":"https://creativecommons.org/licenses/by/4.0/"}' \
	"recovered; a link with our key in it is not taken"
is "$(jq -c 'select(.id == "a") | .imputed | [.year.value, .year.method,
	.tags.value, (.year.confidence >= 0.8)]' "$TMP/first")" \
	'[1984,"musicbrainz",["ambient"],true]' "imputed, with its method"
is "$(jq -c 'select(.id == "b") | [.year, .genre, .imputed.genre,
	.imputed.year]' "$TMP/first")" '[1950,"bop",null,null]' \
	"members of the source stay, and have no guess beside them"
is "$(jq -c 'del(.recovered, .recovered_url, .imputed)' "$TMP/first")" \
	"$(jq -c . "$TMP/in")" "everything else is as it was"
is "$(tail -1 "$TMP/first")" "$(tail -1 "$TMP/in")" "a record without a title"

# Who asks, how often, and what.
is "$(grep -c '^musicbrainz .*"moodpipe/[0-9.]* ( me@example.org )"' "$LOG")" \
	"$(asked musicbrainz)" "MusicBrainz is told who asks"
is "$(grep -c ' 400 ' "$LOG")" 0 "no query is malformed"
is "$(asked lrclib)" 0 "lyrics are not asked for unless told to"

# Known answers are not asked for again, and offline says the same.
before=$(wc -l <"$LOG")
status 0 net -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/first"
is "$(wc -l <"$LOG")" "$before" "nothing is asked twice"
status 0 offline -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/first"
status 0 offline -q -j 3 "$TMP/first"
is "$(jq -cS . "$TMP/out")" "$(jq -cS . "$TMP/first")" "its own output as input"
status 0 net --due -q
is "$(cat "$TMP/out")" 0 "nothing is due"

# A record that changed poses another question.
sed 's/"Regen"/"Night Train"/' "$TMP/in" >"$TMP/changed"
status 0 offline -q "$TMP/changed"
is "$(jq -c 'select(.id == "a") | .recovered_url' "$TMP/out")" null \
	"an answer to another question does not count"
status 0 net --due -q "$TMP/changed"
is "$(cat "$TMP/out")" 6 "it is due"
status 0 net -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/first"

# Living tracks and lyrics, when asked to.
status 0 net -q --metadata --lyrics "$TMP/in"
is "$(jq -c 'select(.id == "c") | [.imputed.year.value, .imputed.year.method]' \
	"$TMP/out")" '[1971,"listenbrainz"]' "--metadata; not the live version's"
is "$(jq -c 'select(.lyrics) | [.id, .lyrics, .lyrics_origin]' "$TMP/out")" \
	'["a","Es regnet\nnoch immer","lrclib"]' "--lyrics, cleaned"
cp "$TMP/out" "$TMP/all"

# And back.
status 0 heal --undo -q --sources "$SRC" "$TMP/all"
is "$(jq -cS . "$TMP/out")" "$(jq -cS . "$TMP/in")" "--undo takes all of it off"
status 0 offline -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/all"
grep '"id":"a"' "$TMP/all" >"$TMP/a"
status 0 heal --undo -q --sources "$SRC" --state "$TMP/l.db" "$TMP/a"
before=$(wc -l <"$LOG")
status 0 net -q "$TMP/in"
is "$(jq -c 'select(.recovered_url) | .id' "$TMP/out")" '"b"' \
	"refused for good"
is "$(wc -l <"$LOG")" "$before" "and not asked for"
status 0 heal --forget -q --sources "$SRC" --state "$TMP/l.db" "$TMP/a"
status 0 net -q "$TMP/in"
is "$(jq -c 'select(.recovered_url) | .id' "$TMP/out" | xargs)" "a b" \
	"--forget: asked anew"
printf '{"id":"%s","title":"%s","permalink_url":"https://gone.example/%s","url_status":"DEAD"}\n' \
	n Regen n o "Annie - Regen" o >"$TMP/alone"
status 0 net --due -q "$TMP/alone"
is "$(cat "$TMP/out")" 4 "four catalogues; a title alone is not asked about"
rm "$SRC/internet-archive.json"
status 0 offline -q "$TMP/in"
is "$(jq -c 'select(.recovered_url) | .id' "$TMP/out")" '"b"' \
	"a source that is gone has no say"
done_testing
