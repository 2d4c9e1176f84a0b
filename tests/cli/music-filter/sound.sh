# SPDX-License-Identifier: GPL-3.0-or-later
# What the sound says: feature rows made up at the ends of the ramps; and, where
# they are, the people who read and the music of ../shared.
. tests/tap.sh

# rows: speech, music, nothing known, between
perl -e 'my $h = "{\x27descr\x27: \x27<f4\x27, \x27fortran_order\x27: False, " .
		"\x27shape\x27: (4, 1), }";
	$h .= " " x (63 - (10 + length $h) % 64) . "\n";
	print "\x93NUMPY\x01\0", pack("v", length $h), $h,
		pack("f<*", .97, .01, "nan", .4)' >"$TMP/m.npy"
for i in speech music unknown between; do
	printf '{"id":"%s","title":"A","duration_ms":720000}\n' $i
done >"$TMP/in"
ok feat from-npy --columns speechiness --ids "$TMP/in" --stage audio \
	-o "$TMP/audio.feat" "$TMP/m.npy"
music-filter -q -o "$TMP/words" "$TMP/in"
ok music-filter -q --features "$TMP/audio.feat" -o "$TMP/out" "$TMP/in"
is "$(jq -r .music_class "$TMP/words" | sort -u)" track "words do not tell"
is "$(jq -r .music_class "$TMP/out" | tr '\n' ' ')" \
	"talk track track track " "speech is heard, and only that"
is "$(jq -r 'select(.id == "speech") | .music_reasons[0]' "$TMP/out")" \
	"speechiness of the sound: 0.97" "says so"
is "$(jq -r 'select(.id == "unknown") | .music_confidence' "$TMP/out")" \
	"$(jq -r 'select(.id == "unknown") | .music_confidence' "$TMP/words")" \
	"nothing heard says nothing"
jq -c '.genre = "Business" | .duration_ms = 240000' "$TMP/in" >"$TMP/in2"
is "$(music-filter -q --features "$TMP/audio.feat" "$TMP/in2" |
	jq -r .is_music | tr '\n' ' ')" "false true false false " \
	"a genre of speech yields to what clearly sounds like music"
printf '{"id":"new","title":"A"}\n' | cat - "$TMP/in" |
	music-filter -q --features "$TMP/audio.feat" >"$TMP/more"
is "$(tail -n +2 "$TMP/more" | cmp - "$TMP/out")" "" "rows are joined by key"
feat from-npy --columns x --ids "$TMP/in" --stage audio \
	-o "$TMP/other.feat" "$TMP/m.npy"
status 4 music-filter --features "$TMP/other.feat" "$TMP/in"
like "$(cat "$TMP/err")" 'other.feat: no column "speechiness"' "names the column"
status 3 music-filter --features "$TMP/none" "$TMP/in"

# A file that is no sound is no song, unless what is written says so.
echo "no sound" >"$TMP/text.mp3"
for genre in "" House; do
	printf '{"id":"%s","title":"A","genre":"%s","playback_count":90000,' \
		"t$genre" "$genre"
	printf '"audio":{"path":"%s"}}\n' "$TMP/text.mp3"
done | sed 's/"genre":"","playback_count":90000,//' >"$TMP/broken"
extract-features -q -o "$TMP/broken.feat" "$TMP/broken" 2>"$TMP/err"
music-filter -q --features "$TMP/broken.feat" -o "$TMP/out" "$TMP/broken"
is "$(jq -c '[.is_music, .music_reasons[0]]' "$TMP/out" | head -1)" \
	'[false,"heard: undecodable"]' "a file that cannot be decoded"
is "$(jq -r .is_music "$TMP/out" | tail -1)" true "but of a song that is known"

shared=$ROOT/../shared/audio
if [ -d "$shared/music" ]; then
	for f in "$shared"/music/*.ogg "$shared"/tempo_key/gtzan/*[05].ogg; do
		printf '{"id":"%s","audio":{"path":"%s"}}\n' \
			"$(basename "$f")" "$(cd "$(dirname "$f")" && pwd)/$(basename "$f")"
	done >"$TMP/real"
	extract-features -q -o "$TMP/real.feat" "$TMP/real" 2>"$TMP/err"
	music-filter -q --features "$TMP/real.feat" "$TMP/real" |
		jq -r 'select(.is_music | not) | .id' | sort >"$TMP/removed"
	is "$(tr '\n' ' ' <"$TMP/removed")" \
		"198-209-0000.ogg 3436-172162-0000.ogg 5703-47212-0000.ogg pibble.ogg " \
		"three people reading and a howling dog; no music, bird or whale"
else
	skip "people reading" "no shared data"
fi
done_testing
