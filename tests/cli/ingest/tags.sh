# SPDX-License-Identifier: GPL-3.0-or-later
# Folders of audio: embedded tags beat names, names fill the gaps.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
frames() { # COUNT BYTE : silent MPEG frames, 128 kbit/s
	for _ in $(seq "$1"); do printf '\xff\xfb\x90\x00'; head -c 413 /dev/zero | tr '\0' "$2"; done
}
be() { printf "\\$(printf %o $(($1 >> 8 & 255)))\\$(printf %o $(($1 & 255)))"; }
text() { # ID TEXT : an ID3v2.3 text frame in Latin-1
	printf '%s\0\0' "$1"; be $((${#2} + 1)); printf '\0\0\0%s' "$2"
}
tagged() { # FILE FRAMES SOUND
	local n
	n=$(wc -c <"$2")
	{ printf 'ID3\3\0\0\0\0'; printf "\\$(printf %o $((n >> 7 & 127)))\\$(printf %o $((n & 127)))"
	  cat "$2"; cat "$3"; } >"$1"
}
show() { sed -E 's/"id":"mp[0-9a-f]{20}",//; s/,"audio":\{[^}]*\}//; s/,"ingested_from":"[^"]*"//; s/,"duration_ms":[0-9]*//' "$@"; }

mkdir "Blue Album"
for s in a b c d e; do frames 40 $s >$s.mpeg; done
{ text TIT2 "Rain &amp; Sun"; text TPE1 "Ann"; text TALB "Real Album"; text TYER 1999; text TCON "Folk"; } >all
text TIT2 "Only Title" >title
{ text TIT2 "Track 07"; text TPE1 "Unknown Artist"; } >junk
tagged "Blue Album/Wrong - Name.mp3" all a.mpeg
tagged "Blue Album/Bo - Wrong.mp3" title b.mpeg
tagged "Blue Album/Cy - Right.mp3" junk c.mpeg
cp d.mpeg "Blue Album/Dee - Untagged.mp3"
{ printf 'ID3\3\0\0\x7f\x7f\x7f\x7f'; cat e.mpeg; } >"Blue Album/Eve - Broken Tag.mp3"
printf 'fLaC not really' >"Blue Album/Flo - Not Sound.flac"
ingest --rejects rej "Blue Album" >rec 2>err
is "$?,$(wc -l <rej)" "0,0" "a folder is read"
is "$(show rec | sort)" \
'{"title":"Broken Tag","artist":"Eve","album":"Blue Album"}
{"title":"Not Sound","artist":"Flo","album":"Blue Album"}
{"title":"Only Title","artist":"Bo","album":"Blue Album"}
{"title":"Rain & Sun","artist":"Ann","album":"Real Album","genre":"Folk","year":1999}
{"title":"Right","artist":"Cy","album":"Blue Album"}
{"title":"Untagged","artist":"Dee","album":"Blue Album"}' \
	"tags beat names, names fill gaps, placeholders are no tags"
like "$(grep Untagged rec)" '"duration_ms":10[0-9][0-9]' "the length of the file"
# Tags do not change who it is.
id() { ingest -q "Blue Album" | grep "$1" | cut -d'"' -f4; }
before=$(id 'Rain & Sun')
tagged "Blue Album/Wrong - Name.mp3" title a.mpeg
is "$(id '"Wrong - Name.mp3\|Wrong - Name')" "$before" "another tag, the same id"
mv "Blue Album/Wrong - Name.mp3" "Blue Album/moved.mp3"
is "$(id moved.mp3)" "$before" "another place, the same id"

# The chunks of WAV and AIFF that are no tags, before or behind the sound.
le4() { printf "\\$(printf %o $(($1 & 255)))\\$(printf %o $(($1 >> 8)))\\0\\0"; }
be4() { printf '\0\0'; be "$1"; }
chunk() { # SIZE-WRITER NAME FILE
	local n
	n=$(wc -c <"$3")
	printf %s "$2"; "$1" "$n"; cat "$3"
	[ $((n % 2)) = 0 ] || printf '\0'
}
strings() { # SIZE-WRITER [NAME TEXT]...
	while [ $# -gt 1 ]; do
		printf %b "$3" >text
		chunk "$1" "$2" text
		set -- "$1" "${@:4}"
	done
}
list() { { printf INFO; strings le4 "$@"; } >info; chunk le4 LIST info >list; }
riff() { # FILE SOUND [behind]: where the list is
	printf %s "$2" >sound
	printf '\1\0\1\0\100\037\0\0\100\037\0\0\1\0\10\0' >format
	{ printf WAVE; chunk le4 'fmt ' format
	  [ "${3-}" = behind ] || cat list
	  chunk le4 data sound
	  [ "${3-}" != behind ] || cat list; } >body
	chunk le4 RIFF body >"$1"
}
mkdir Chunks
list INAM Café IART Ann IPRD "Real Album" IGNR Folk ICRD 1999-05-01
riff Chunks/first.wav soundsounds
list INAM Behind IART Bo
riff Chunks/second.wav othersound behind
list INAM 'Caf\0351' IART Cy # in Latin-1
riff "Chunks/Dee - Third.wav" a.third.sound
printf '\0\1\0\0\0\10\0\10\100\014\372\0\0\0\0\0\0\0' >format
printf '\0\0\0\0\0\0\0\0a.fourth' >sound
{ printf AIFF; strings be4 NAME Named AUTH Eve; chunk be4 COMM format
  chunk be4 SSND sound; } >body
chunk be4 FORM body >Chunks/fourth.aiff
is "$(ingest -q Chunks | show | sort)" \
'{"title":"Behind","artist":"Bo","album":"Chunks"}
{"title":"Café","artist":"Ann","album":"Real Album","genre":"Folk","year":1999}
{"title":"Café","artist":"Cy","album":"Chunks"}
{"title":"Named","artist":"Eve","album":"Chunks"}' "INFO, NAME and AUTH are read"
MOODPIPE_WORKERS=$TMP/nowhere status 3 ingest "Blue Album"
done_testing
