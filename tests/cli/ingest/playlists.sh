# SPDX-License-Identifier: GPL-3.0-or-later
# Playlists: M3U, XSPF, JSPF; entries that are files, URLs, or only names.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
run() { ingest --rejects rej --merged mrg "$@" >rec 2>err; }
bare() { sed -E 's/"id":"mp[0-9a-f]{20}",//; s/,"ingested_from":"[^"]*"//; s/,"playlists":\[[^]]*\]//' "$@"; }
wav() { # FILE SAMPLES : 8-bit mono
	local n=${#2}
	le() { printf "\\$(printf %o $(($1 & 255)))\\$(printf %o $(($1 >> 8 & 255)))\\0\\0"; }
	{ printf RIFF; le $((36 + n)); printf 'WAVEfmt '; le 16
	  printf '\1\0\1\0\100\037\0\0\100\037\0\0\1\0\10\0data'; le "$n"
	  printf %s "$2"; } >"$1"
}
mkdir -p "Music/Blue Album" Lists
wav "Music/Blue Album/Ann - Rain.wav" aaaaaaaa
wav "Music/Blue Album/two words.wav" bbbbbbbb
printf x >Music/notes.txt

cat >Lists/l.m3u8 <<'X'
#EXTM3U
#EXTINF:200,Ann - Rain (live)
../Music/Blue Album/Ann - Rain.wav
../Music/Blue%20Album/two%20words.wav
..\Music\Blue Album\two words.wav
#EXTINF:61,Bo - R&amp;B
https://x.org/b?a=1&amp;b=2
#EXTINF:-1,Cy – Gone
missing/file.mp3
Dee - Only A Name.mp3

../Music/notes.txt
/etc/passwd
rtsp://x.org/stream
X
run Lists/l.m3u8
is "$?" 0 "an M3U is read"
is "$(bare rec | sed -E 's/"audio":\{"path":"[^"]*\/([^"\/]*)","sha256":"[0-9a-f]{64}"\}/"audio":"\1"/; s/,"merged_from":.*/}/')" \
'{"title":"Rain (live)","artist":"Ann","album":"Blue Album","audio":"Ann - Rain.wav","duration_ms":1}
{"title":"two words","album":"Blue Album","audio":"two words.wav","duration_ms":1}
{"title":"R&B","artist":"Bo","duration_ms":61000,"permalink_url":"https://x.org/b?a=1&b=2"}
{"title":"Gone","artist":"Cy"}
{"title":"Only A Name","artist":"Dee"}
{"title":"notes"}
{"title":"passwd"}' "files become audio, URLs permalink_url, names title and artist"
like "$(head -n1 rec)" "\"path\":\"$TMP/Music/Blue Album/Ann - Rain.wav\"" "paths are absolute"
is "$(cat rej mrg | wc -l),$(tail -n1 err | cut -d' ' -f2)" "2,in=9" "every entry is accounted for"
like "$(cat mrg)" '"line":5,"raw":"..\\\\Music' "the same file twice is merged"
like "$(cat rej)" '"line":14,"reason":"no identity.*","raw":"rtsp' "nothing to go by is a reject"
# the same sound by a folder
id=$(ingest -q Music | grep '"artist":"Ann"' | cut -d'"' -f4)
is "$(head -n1 rec | cut -d'"' -f4)" "$id" "the id is that of the file"

printf '%s\n' 'C:\Music\Ann - Hail.mp3' 'Snow\Bo - Sleet.mp3' 'A\B/Cy.mp3' >w.m3u
run w.m3u
is "$(bare rec)" '{"title":"Hail","artist":"Ann"}
{"title":"Sleet","artist":"Bo"}
{"title":"Cy"}' "names of a Windows player's list"

cat >l.xspf <<'X'
<?xml version="1.0" encoding="UTF-8"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>
 <track><title>Rain</title><creator>Ann &amp; Bo</creator><album>Blue</album>
  <duration>61000</duration><location>https://x.org/1</location></track>
 <track><location>Music/Blue%20Album/two%20words.wav</location><title>Tü</title></track>
 <track><title>No place</title><info>http://x.org/2</info></track>
 <track/>
</trackList></playlist>
X
run l.xspf
is "$(bare rec | sed -E 's/"audio":\{[^}]*\}/"audio":{}/')" \
'{"title":"Rain","artist":"Ann & Bo","album":"Blue","duration_ms":61000,"permalink_url":"https://x.org/1"}
{"title":"Tü","album":"Blue Album","audio":{},"duration_ms":1}
{"title":"No place","permalink_url":"http://x.org/2"}' "XSPF"
is "$(wc -l <rej)" 1 "an empty track is a reject"
cat >l.jspf <<'X'
{"playlist": {"title": "x",
 "track": [{"title":"Rain","creator":"Ann & Bo","album":"Blue",
   "duration":61000,"location":["https://x.org/1"]}, {"title":"Two"}]}}
X
run l.jspf
is "$(bare rec)" \
'{"title":"Rain","artist":"Ann & Bo","album":"Blue","duration_ms":61000,"permalink_url":"https://x.org/1"}
{"title":"Two"}' "JSPF"
tr -d '\n' <l.jspf >one.json
ingest -q one.json | bare >got
ok cmp got <(bare rec)
ingest -q - <l.jspf | bare >got
ok cmp got <(bare rec)
tar -cf l.tar l.xspf Lists/l.m3u8
run l.tar
is "$(grep -c '"audio"' rec)" 0 "a playlist in an archive names no files here"

{ printf '<playlist><trackList>'
  for i in $(seq 200); do printf '<track><title>t%d</title></track>\n' "$i"; done
  printf '<track><title>x</track>'; } >bad.xspf
run bad.xspf
is "$?,$(wc -l <rej),$(($(wc -l <rec) > 150))" "0,1,1" "damaged XML: what came before is kept, one reject"
printf '<playlist><trackList><track><title>a</trackList>' >worse.xspf
status 4 ingest worse.xspf
printf '<html><body></body></html>' >page.html
status 4 ingest page.html
printf '#EXTM3U\n#EXT-X-TARGETDURATION:9\na.ts\n' >hls.m3u8
status 4 ingest hls.m3u8
like "$(cat err)" 'HLS' "HLS is told apart"
printf '{\n "name": "x",\n "list": [1]\n}\n' >other.json
run other.json
like "$(cat rej)" 'neither AcousticBrainz nor JSPF.*jq -c' "another JSON document is a reject with a remedy"
printf 'rain.mp3\n' >plain.m3u
run plain.m3u
is "$(bare rec)" '{"title":"rain"}' "a plain M3U is told by its name"
printf '#EXTINF:1,Bj\xf6rk - J\xf3ga\nx.mp3\n' >latin.m3u
run latin.m3u
is "$(bare rec)" '{"title":"Jóga","artist":"Björk","duration_ms":1000}' "M3U in Latin-1"
status 0 ingest --format m3u plain.m3u
printf '[Live] Ann - Rain.mp3\n' >odd.m3u
status 0 ingest odd.m3u
printf '[playlist]\nFile1=a.mp3\nNumberOfEntries=1\n' >l.pls
status 4 ingest l.pls
like "$(cat err)" 'PLS playlist; save it as M3U or XSPF' "PLS is told apart"
# which lists a record was found in
mkdir -p more
printf 'https://x.org/1\nhttps://x.org/2\n' >'road "trip".m3u'
printf 'https://x.org/2\nhttps://x.org/2\nhttps://x.org/3\n' >more/calm.m3u8
printf '{"permalink_url":"https://x.org/3","title":"Three","playlists":[]}\n' >t.nd
run 'road "trip".m3u' more/calm.m3u8 t.nd
is "$(jq -c '[.permalink_url[-1:], .playlists]' rec)" \
'["1",["road \"trip\""]]
["2",["road \"trip\"","calm"]]
["3",["calm"]]' "playlists: names of the lists, of all rows of a record"
tar -cf lists.tar more
run lists.tar 'road "trip".m3u' --sorted
is "$(jq -c 'select(.permalink_url == "https://x.org/2") | .playlists' rec)" \
	'["calm","road \"trip\""]' "in an archive, too"
is "$(ingest -q - <more/calm.m3u8 | jq -s 'map(has("playlists")) | any')" \
	false "standard input has no name"
for i in $(seq 120); do printf 'https://x.org/1\n' >"more/l$i.m3u"; done
run more/l*.m3u
is "$(jq -c '.playlists | [length, .[0]]' rec)" '[100,"l1"]' "100 at most"

printf '[{"title":"x"}]\n' >a.json
status 4 ingest a.json
like "$(cat err)" 'JSON array' "so is a JSON array"
printf '[1, 2]\n' >a.json
status 4 ingest a.json
like "$(cat err)" 'JSON array' "of numbers, too"
printf '[x] note,title\n[1],Rain\n' >t.csv
is "$(ingest -q t.csv | bare)" '{"[x] note":"[1]","title":"Rain"}' \
	"a cell in brackets is no JSON"
done_testing
