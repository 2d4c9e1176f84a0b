# SPDX-License-Identifier: GPL-3.0-or-later
# A sound file is heard as the index would have it: one that is in the corpus
# like its track, another by what it sounds like, and no file stops anything.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
export MOODPIPE_WORKERS=$BIN
hear() { timeout 60 "$BUILD/tests/helpers/guesthear" "$@"; }
demo=$MOODPIPE_DATA/demo/scores

# A folder of music, as the pipeline would take it, without feelings.
mkdir music
for s in ambient blues dnb fugue funeral-march metal reggae tango; do
	synth -q --seconds 8 -o "music/Somebody - $s.wav" "$demo/$s.score"
done
flac -s --delete-input-file -T 'TITLE=Sad and lonely' -T 'GENRE=Ambient' \
	"music/Somebody - ambient.wav"
ingest -q music >tracks
build() { # INDEX FEATURES OPTION...
	local index=$1 features=$2
	shift 2
	build-index -q --index "$index" --sound "$features" --mood mood.feat \
		--audio audio.feat "$@" tracks
}
ok extract-features -q -o sound.feat tracks
ok mood-map -q --fit centre.tsv --features sound.feat
ok mood-map -q --features sound.feat --centre centre.tsv -o mood.feat tracks
ok embed audio -q --fit pca.pack sound.feat
ok embed audio -q --model pca.pack --features sound.feat -o audio.feat tracks
ears=(--sound-model pca.pack --centre centre.tsv)
ok build index sound.feat "${ears[@]}"
ok build-index --verify --index index

# What is in the corpus.
is "$(hear -i music/* | sort)" "$(jq -r .id tracks | sort)" \
	"ids are those of ingest"
is "$(cd music && hear -i ./*.wav | sort)" "$(hear -i "$TMP"/music/*.wav | sort)" \
	"however the path is written"
hear index music/* >heard
is "$(jq -s '[.[] | select(.stored and .has_sound and .has_mood)] | length' \
	heard)" 8 "all are found by their keys"
worst() { jq -s "def off(a; b): if a == null and b == null then 0
	elif a == null or b == null then 9 else a - b | fabs end;
	map($1) | max | . <= $2" heard; }
is "$(jq -s 'map(.stored.cosine) | min > 0.9999' heard)" true "by their sounds"
for m in valence arousal dominance mood_confidence tempo; do
	is "$(worst "off(.$m; .stored.$m)" 0.001)" true "$m"
done
is "$(worst 'off(.voice; .stored.voice)' 0)" true "voices"
is "$(worst '[off(.timbre[range(5)]; .stored.timbre[range(5)])] | max' 9)" \
	true "textures: there or not"
is "$(worst '[range(5) as $k | off(.timbre[$k]; .stored.timbre[$k])] | max' \
	0.0051)" true "textures"
is "$(jq -r 'select(.title == "Sad and lonely") | .artist, .album' heard |
	xargs)" "Somebody music" "its tags, else its name"
is "$(jq -s 'map(.warning) | unique' -c heard)" '[""]' "nothing to warn of"

# Other copies: of that sound, though another file.
f="music/Somebody - blues.wav"
id=$(hear -i "$f")
lame --quiet -b 128 "$f" copy.mp3
oggenc -Q -q 4 -o copy.ogg "$f"
flac -s -o copy.flac "$f"
cp "$f" "Nobody - Nothing.wav"
is "$(hear index copy.* | jq -r '[.nearest[0][0], .nearest[0][1] > 0.97] |
	@tsv' | sort | uniq -c | xargs)" "3 $id true" "copies land nearest to it"
is "$(hear index copy.* | jq -c 'has("stored")' | xargs)" "false false false" \
	"though they are no tracks of the corpus"
is "$(hear index "Nobody - Nothing.wav" | jq -r '.stored.row != null, .title' |
	xargs)" "true Nothing" "a copy byte for byte is the track"

# What cannot be heard says so, and what to do.
"$BUILD/tests/helpers/soundmake" -s 1 short.wav
"$BUILD/tests/helpers/soundmake" -s 5 -k silence silent.wav
mkfifo fifo.mp3
mkdir folder.mp3
: >empty.mp3
echo "Lorem ipsum" >text.mp3
head -c 2000 copy.flac >broken.flac
refused() { # FILE STATUS CODE REGEX
	local said
	said=$(hear index "$1")
	is "$(jq -r '[.status, .code] | join(" ")' <<<"$said")" "$2 $3" \
		"$1 is refused"
	like "$(jq -r .message <<<"$said")" "$4" "$1: why"
}
refused nothing.mp3 1 missing '^nothing.mp3: there is no such file; give'
refused fifo.mp3 1 missing '^fifo.mp3: not a file .* copy what it gives'
refused folder.mp3 1 missing '^folder.mp3: a folder; name a sound file'
refused /dev/zero 1 missing 'pipe or device'
refused empty.mp3 1 missing 'an empty file; give'
{
	printf 'fLaC\200\0\0\42\20\0\20\0\0\0\0\0\0\0\12\304\101\360'
	head -c 20 /dev/zero
} >wide.flac
refused text.mp3 1 undecodable '^text.mp3: .*; give a file that plays \(mp3'
refused broken.flac 1 undecodable '^broken.flac: .*; give a file'
refused wide.flac 1 unsupported '^wide.flac: FLAC of 32 bits .*flac -d makes a WAV'
refused short.wav 1 undecodable '1.0 seconds .* too short .* with 3 and more'
refused silent.wav 1 undecodable 'silent in its first 30 seconds; give'
like "$(hear -i nothing.mp3)" '"code":"missing"' "nor has it an id"
like "$(hear -i fifo.mp3)" '"code":"missing"' "nor has a pipe"

# An index without the means, or with others than there are now.
build deaf sound.feat
said=$(hear deaf "$f")
is "$(jq -c '[.status, .code]' <<<"$said")" '[3,"no-ear"]' "a deaf index"
like "$(jq -r .message <<<"$said")" \
	'cannot hear files; build it again: moodpipe index, or build-index' \
	"is to be built again"
other() { # TABLE: the data with another of that name
	rm -rf data
	mkdir data
	ln -s "$MOODPIPE_DATA"/* data/
	rm "data/$1"
	{ cat "$MOODPIPE_DATA/$1"; echo "# another"; } >"data/$1"
	MOODPIPE_DATA=$TMP/data hear index "$f"
}
like "$(other descriptors.tsv)" \
	'"status":3,"code":"no-ear".*another release, which measured [a-z]+ in another way' \
	"other columns are not compared"
is "$(other timbre.tsv | jq -c '[.timbre[0], .has_mood,
	(.warning | test("texture is not told.*build it again"))]')" \
	'[null,true,true]' "nor another table's textures"
is "$(other mood-sources.tsv | jq -c '[.has_sound, .has_mood, .valence,
	(.warning | test("mood is not told.*build it again"))]')" \
	'[true,false,null,true]' "nor moods of other tables"

# What does not belong together is refused when it is built.
head -4 tracks >few
extract-features -q -o few.feat few
embed audio -q --fit other.pack few.feat
status 4 build bad sound.feat --sound-model other.pack
like "$(cat err)" 'other.pack did not make the vectors of --audio; make them again: embed audio --model other.pack' \
	"another model"
is "$(ls bad)" "" "nothing of it is left"
status 4 build bad sound.feat --sound-model centre.tsv
status 4 build bad sound.feat --sound-model pca.pack --centre tracks
like "$(cat err)" 'mood-map --fit' "no table of the middle"
status 2 build bad sound.feat --centre centre.tsv
status 2 build-index --index bad --sound sound.feat --sound-model pca.pack tracks
like "$(cat err)" 'needs --audio' "a model of nothing"
status 2 build-index --index bad --audio audio.feat --sound-model pca.pack tracks
like "$(cat err)" 'needs --sound' "nor without what is measured"

# An update keeps them, or has others.
sections() { grep -aoE '(pca\.[a-z]+|sound\.columns|centre)' "$1/current" |
	sort -u | xargs; }
all=$(sections index)
cp -a index kept
ok build-index -q --update --index kept --sound sound.feat --audio audio.feat \
	--mood mood.feat few
ok build-index --verify --index kept
is "$(sections kept)" "$all" "an update keeps them"
is "$(hear kept "$f" | jq -c 'del(.nearest, .stored)')" \
	"$(hear index "$f" | jq -c 'del(.nearest, .stored)')" "and hears the same"
status 4 build-index --update --index kept --sound-model other.pack few
ok build-index -q --update --index deaf "${ears[@]}" --sound sound.feat \
	--audio audio.feat few
ok cmp deaf/current index/current
done_testing
