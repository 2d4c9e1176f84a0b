# SPDX-License-Identifier: GPL-3.0-or-later
# What the sound says: feature rows made up at the ends of the ramps; and, where
# they are, the people who read and the music of ../shared.
. tests/tap.sh

cols=mfcc4_std,mfcc5_std,mfcc6_std,key_strength,tempo_conf,beat_regularity
# rows: speech, music, speech without a beat, too little known, between
perl -e 'my @r = ([40,30,25,.3,.05,.4], [15,13,11,.8,.5,.9],
		[40,30,25,.3,"nan","nan"], ["nan","nan",25,.3,.05,"nan"],
		[26,21,17,.525,.175,.575]);
	my $h = qq({"descr": "<f4", "fortran_order": False, "shape": (5, 6), });
	my $q = chr 39;
	$h =~ s/"/$q/g;
	$h .= " " x (63 - (10 + length $h) % 64) . "\n";
	print "\x93NUMPY\x01\0", pack("v", length $h), $h;
	print pack("f<*", @$_) for @r' >"$TMP/m.npy"
for i in speech music beatless unknown between; do
	printf '{"id":"%s","title":"A","duration_ms":720000}\n' $i
done >"$TMP/in"
ok feat from-npy --columns $cols --ids "$TMP/in" --stage audio \
	-o "$TMP/audio.feat" "$TMP/m.npy"
music-filter -q -o "$TMP/words" "$TMP/in"
ok music-filter -q --features "$TMP/audio.feat" -o "$TMP/out" "$TMP/in"
is "$(jq -r .music_class "$TMP/words" | sort -u)" track "words do not tell"
is "$(jq -r .music_class "$TMP/out" | tr '\n' ' ')" \
	"talk track talk track track " "speech is heard, and only that"
is "$(jq -r 'select(.id == "speech") | .music_reasons[0]' "$TMP/out")" \
	"sounds much like speech: 1" "says so"
is "$(jq -r 'select(.id == "unknown") | .music_confidence' "$TMP/out")" \
	"$(jq -r 'select(.id == "unknown") | .music_confidence' "$TMP/words")" \
	"too little heard says nothing"
jq -c '.genre = "Business" | .duration_ms = 240000' "$TMP/in" >"$TMP/in2"
is "$(music-filter -q --features "$TMP/audio.feat" "$TMP/in2" |
	jq -r .is_music | tr '\n' ' ')" "false true false false false " \
	"a genre of speech yields to what clearly sounds like music"
printf '{"id":"new","title":"A"}\n' | cat - "$TMP/in" |
	music-filter -q --features "$TMP/audio.feat" >"$TMP/more"
is "$(tail -n +2 "$TMP/more" | cmp - "$TMP/out")" "" "rows are joined by key"
feat from-npy --columns "${cols/mfcc4_std/x}" --ids "$TMP/in" --stage audio \
	-o "$TMP/other.feat" "$TMP/m.npy"
status 4 music-filter --features "$TMP/other.feat" "$TMP/in"
like "$(cat "$TMP/err")" 'other.feat: no column "mfcc4_std"' "names the column"
status 3 music-filter --features "$TMP/none" "$TMP/in"

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
		"198-209-0000.ogg 3436-172162-0000.ogg 5703-47212-0000.ogg " \
		"three people reading, no music, no bird and no whale"
else
	skip "people reading" "no shared data"
fi
done_testing
