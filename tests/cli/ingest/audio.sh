# SPDX-License-Identifier: GPL-3.0-or-later
# A folder of audio.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

wav() { # FILE SAMPLES [TRAILING CHUNK] : 8-bit mono; what is in SAMPLES
	local n=${#2} x=${3-}
	le() { printf "\\$(printf %o $(($1 & 255)))\\$(printf %o $(($1 >> 8 & 255)))\\0\\0"; }
	{ printf RIFF; le $((36 + n + ${#x})); printf 'WAVEfmt '; le 16
	  printf '\1\0\1\0\100\037\0\0\100\037\0\0\1\0\10\0data'; le "$n"
	  printf %s "$2$x"; } >"$1"
}
mkdir -p "music/Blue Album/cd" music/.hidden music/é
wav "music/Blue Album/01 First Song.wav" aaaaaaaa
wav "music/Blue Album/Some Band - 02 - Second.WAV" bbbbbbbb
wav "music/Blue Album/cd/03. Some Band - Third - Reprise.wav" cccccccc
wav "music/Blue Album/99 Luftballons.wav" dddddddd
wav music/é/under_score.wav eeeeeeee
wav music/zz-copy.wav aaaaaaaa
wav music/.hidden/x.wav ffffffff
printf x >music/song.m4a
printf x >music/cover.jpg
: >music/none.mp3
ln -s nowhere music/dangling.mp3
ln -s .. music/loop
ln -s "$PWD/music/zz-copy.wav" music/link.wav

ingest --rejects rej --merged mrg music >rec 2>err
is "$?" 0 "a folder is read"
like "$(tail -n1 err)" '^ingest: in=9 ok=5 err=2 merged=2 ' \
	"every audio file is accounted for, nothing else"
is "$(sed -E 's/.*("title".*),"audio".*/\1/' rec)" '"title":"First Song","album":"Blue Album"
"title":"99 Luftballons","album":"Blue Album"
"title":"Second","artist":"Some Band","album":"Blue Album"
"title":"Third - Reprise","artist":"Some Band","album":"cd"
"title":"under score","album":"é"' "titles, artists and albums from names, in order of paths"
like "$(head -n1 rec)" '"audio":\{"path":"'"$PWD"'/music/Blue Album/01 First Song.wav","sha256":"'"$(sha256sum "music/Blue Album/01 First Song.wav" | cut -c1-64)"'"\}' \
	"audio has the absolute path and the file's SHA-256"
like "$(cat rej)" 'none.mp3.*empty|empty.*none.mp3' "an empty file is rejected"
like "$(cat rej)" 'convert.*song.m4a|song.m4a.*convert' "m4a is rejected with a remedy"
is "$(sed -n 's/: rejected: .*//p' err)" "ingest: $PWD/music/none.mp3
ingest: $PWD/music/song.m4a" "both are named by their path"
is "$(jq -r '.raw' rej)" "$PWD/music/none.mp3
$PWD/music/song.m4a" "as in the rejects file"
mkdir odd
: >odd/$'a\e[2Jb.mp3'
like "$(ingest odd 2>&1 >/dev/null | head -n1)" '/odd/a\?\[2Jb.mp3: rejected' \
	"without what steers a terminal"
like "$(cat mrg)" 'zz-copy.wav' "the same sound elsewhere is merged"
is "$(jq -c '.merged_from[]?' rec)" \
	'{"ingested_from":"music","path":"'"$PWD"'/music/link.wav"}
{"ingested_from":"music","path":"'"$PWD"'/music/zz-copy.wav"}' \
	"and where it is stays known"

id1=$(ingest -q "music/Blue Album" | sed -n 's/^{"id":"\([^"]*\)","title":"First Song.*/\1/p')
wav "music/Blue Album/01 First Song.wav" aaaaaaaa 'LIST....'
id2=$(ingest -q "music/Blue Album" | sed -n 's/^{"id":"\([^"]*\)","title":"First Song.*/\1/p')
like "$id1" '^mp' "an id from the sound"
is "$id2" "$id1" "what is not sound does not change it"
mkdir short
wav short/blip.wav ccc
is "$(ingest -q short | jq .duration_ms)" null "less than a millisecond is no duration"
mkdir empty
status 0 ingest empty
status 4 ingest --format csv music
status 4 ingest --format audio rec
status 3 ingest nowhere

# A sound file where a folder or a table is wanted, by its bytes or its name.
cp music/zz-copy.wav short/wave
for file in short/blip.wav short/wave music/song.m4a; do
	status 4 ingest "$file"
	is "$(cat err)" "ingest: $file: a sound file; give the folder it is in" "$file"
done
status 4 ingest <short/wave
printf 'ID3,title\n7,A\n' >id3.csv
is "$(ingest -q --format csv id3.csv | jq -r .title)" A "unless it is said to be a table"
done_testing
