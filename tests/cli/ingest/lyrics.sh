# SPDX-License-Identifier: GPL-3.0-or-later
# Lyrics: from columns, sidecars and tags, without timing and section marks.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
bare() { sed -E 's/"id":"mp[0-9a-f]{20}",//; s/,"ingested_from":"[^"]*"//' "$@"; }
frames() { # COUNT BYTE : silent MPEG frames, 128 kbit/s
	for _ in $(seq "$1"); do printf '\xff\xfb\x90\x00'; head -c 413 /dev/zero | tr '\0' "$2"; done
}
be() { printf "\\$(printf %o $(($1 >> 8 & 255)))\\$(printf %o $(($1 & 255)))"; }
text() { # ID TEXT : an ID3v2.3 text frame in Latin-1
	printf '%s\0\0' "$1"; be $((${#2} + 1)); printf '\0\0\0%s' "$2"
}
uslt() { # TEXT
	printf 'USLT\0\0'; be $((${#1} + 5)); printf '\0\0\0eng\0%s' "$1"
}
tagged() { # FILE FRAMES...: a file of them with a tag
	local n
	n=$(wc -c <"$2")
	{ printf 'ID3\3\0\0\0\0'; printf "\\$(printf %o $((n >> 7 & 127)))\\$(printf %o $((n & 127)))"
	  cat "$2"; cat "$3"; } >"$1"
}

printf 'title,Lyrics\nA,"[Verse 1]\n[00:01.00]one\r\ntwo (x2)\n\nChorus:\nthree"\nB,"[Chorus]"\nC,\n' >c.csv
is "$(ingest -q c.csv | bare)" '{"title":"A","lyrics":"one\ntwo\n\nthree","lyrics_origin":"column"}
{"title":"B"}
{"title":"C"}' "a column, cleaned; nothing where no words are left"
printf 'artist,song,text\nA,B,la la\n' >t.csv
is "$(ingest -q t.csv | bare)" '{"artist":"A","title":"B","lyrics":"la la","lyrics_origin":"column"}' "artist, song, text"
printf '{"title":"A","lyrics":"[00:01.00]x\\n(Refrain)\\ny"}\n{"title":"B","lyrics":["x"]}\n{"title":"C","lyrics":null}\n' >n.ndjson
is "$(ingest -q n.ndjson | bare)" '{"title":"A","lyrics":"x\ny","lyrics_origin":"column"}
{"title":"B","lyrics":["x"]}
{"title":"C","lyrics":null}' "NDJSON"

mkdir m
frames 20 a >a.mpeg; frames 20 b >b.mpeg; frames 20 c >c.mpeg
{ text TIT2 "Tagged"; uslt "[Chorus]
from the tag"; } >with
text TIT2 "Plain" >without
tagged m/one.mp3 with a.mpeg
tagged m/two.mp3 with b.mpeg
tagged m/three.mp3 without c.mpeg
printf '[ar:x]\n[00:01.00]from the lrc\n' >m/two.lrc
printf 'Verse 1\nfrom the txt\n' >m/two.txt
printf '\xef\xbb\xbfVerse 1\r\nfrom the txt &amp; more\r\n' >m/three.txt
is "$(ingest -q m | grep -o '"title.*"lyrics_origin":"[^"]*"' | sort)" \
'"title":"Plain","album":"m","lyrics":"from the txt & more","lyrics_origin":"sidecar"
"title":"Tagged","album":"m","lyrics":"from the lrc","lyrics_origin":"sidecar"
"title":"Tagged","album":"m","lyrics":"from the tag","lyrics_origin":"tag"' \
	".lrc before the tag, the tag before .txt"
mkdir t
frames 20 d >t/a.mp3; frames 20 e >t/b.mp3; frames 20 f >t/c.mp3; frames 20 g >t/d.mp3
printf 'not\0text' >t/a.txt
printf 'B\xe4r und \xc4ther' >t/b.txt
yes 'la la la' | head -c 65537 >t/c.txt
yes 'la la la' | head -c 65536 >t/d.txt
is "$(ingest -q t | jq -c 'select(.lyrics) | .title')" '"d"' \
	"a .txt that is no text, or more than 64 KiB, is none"
mkfifo m/one.lrc
ln -s nowhere m/three.lrc
ok timeout 20 ingest -q m
done_testing
