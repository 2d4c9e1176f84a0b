# SPDX-License-Identifier: GPL-3.0-or-later
# extract-features: every format, codec, rate and number of channels gives the
# answer of the plain WAV file; odd and broken files give what there is.
. "$ROOT/tests/tap.sh"
make="$BUILD/tests/helpers/soundmake"
perl "-MJSON::PP" -e 1 2>/dev/null || { skip formats 'no perl'; done_testing; }
cd "$TMP" || exit 1
S=6
# have FILE STATUS SECONDS WITHIN FRACTION CLASS: see soundcheck.pl
have() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>expected
	printf '{"id":"%s","audio":{"path":"%s"}}\n' "$1" "$1" >>in.ndjson
}
need() { # PROGRAM: whether it is there
	command -v "$1" >/dev/null && return
	skip "what $1 makes" "no $1"
	return 1
}
size() { wc -c <"$1"; }
be4() { printf "\\x$(printf %02x $(($1 >> 24 & 255)))\\x$(printf %02x $(($1 >> 16 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))\\x$(printf %02x $(($1 & 255)))"; }
le4() { printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))\\x$(printf %02x $(($1 >> 16 & 255)))\\x$(printf %02x $(($1 >> 24 & 255)))"; }

# All that libsndfile writes.
"$make" -s $S base.wav
have base.wav ok $S 0 1 same
"$make" -s $S -a .
for f in *.snd; do
	case $f in
	OGG*) have "$f" ok $S .03 1 near ;;
	*PCM_U8* | *PCM_S8* | *LAW* | *ADPCM*) # noise of their own
		have "$f" ok $S .03 1 loud ;;
	*) have "$f" ok $S 0 1 same ;;
	esac
done
"$make" -l | LC_ALL=C sort >stereo
"$make" -l -c 1 | LC_ALL=C sort | LC_ALL=C comm -13 stereo - |
	while read -r f; do
		"$make" -s $S -c 1 -r 8000 -f "$f" "mono-${f//\//-}.snd"
	done
for f in mono-*.snd; do have "$f" ok $S .1 1 beat; done

# Rates and channels. (The answers by rate: rates.sh.)
for r in 8000 11025 16000 22050 32000 48000 96000 192000; do
	"$make" -s $S -r $r r$r.wav
	have r$r.wav ok $S .001 1 beat
done
for c in 1 2 3 4 5 6 7 8; do
	"$make" -s $S -c $c -f FLAC/PCM_16 c$c.flac
	have c$c.flac ok $S 0 1 beat
done
for k in flip flip1 fliplate; do
	"$make" -s $S -k $k $k.wav
	have $k.wav ok $S 0 1 near
done
"$make" -s $S -c 6 -k flip1 six.wav
have six.wav ok $S 0 1 beat

# MPEG audio: a frame is 26 ms, a codec's delay up to two of them.
head -c 60000 /dev/zero | tr '\0' '\252' >flat
perl -e 'srand 1; print chr int rand 256 for 1 .. 300000' >junk
id3() { # BYTES : a tag with a picture of that many
	printf 'ID3\4\0\0'
	printf "\\x$(printf %02x $(($1 >> 21 & 127)))\\x$(printf %02x $(($1 >> 14 & 127)))\\x$(printf %02x $(($1 >> 7 & 127)))\\x$(printf %02x $(($1 & 127)))"
	head -c "$1" junk
}
if need lame; then
	full='--scale 1.0526' # of what it would make 0.95
	lame --quiet $full -t -b 128 base.wav cbr.mp3
	lame --quiet -V 3 base.wav vbr.mp3
	lame --quiet $full -b 160 base.wav xing.mp3
	lame --quiet $full --abr 130 base.wav abr.mp3
	lame --quiet -t -m m -b 96 base.wav mono.mp3
	"$make" -s $S -r 22050 low.wav
	lame --quiet -t -b 64 low.wav mpeg2.mp3
	lame --quiet -t -b 32 --resample 11.025 low.wav mpeg25.mp3
	lame --quiet $full -t -b 128 --resample 48 base.wav r48.mp3
	for f in cbr vbr xing abr r48; do have $f.mp3 ok $S .1 1 near; done
	for f in mono mpeg2 mpeg25; do have $f.mp3 ok $S .3 1 beat; done
	{ id3 250000; cat vbr.mp3; } >tagged.mp3
	{ id3 250000; cat cbr.mp3; } >tagged-cbr.mp3
	{ printf 'ID3\4\0\0\177\177\177\177'; cat cbr.mp3; } >tag-lies.mp3
	{ cat vbr.mp3; printf TAG; head -c 125 flat; } >id3v1.mp3
	{ cat cbr.mp3; head -c 90000 junk; printf 'APETAGEX\320\7\0\0'
	  le4 90032; le4 1; le4 0; head -c 8 /dev/zero; } >ape.mp3
	{ head -c 200000 junk; cat cbr.mp3; } >junk-before.mp3
	{ cat cbr.mp3; head -c 200000 junk; } >junk-after.mp3
	{ head -c 60000 /dev/zero; cat vbr.mp3 flat; } >zeros.mp3
	{ printf RIFF; le4 $(($(size cbr.mp3) + 50)); printf 'WAVEfmt '
	  le4 30; printf '\x55\0\2\0'; le4 44100; le4 16000; printf '\1\0\0\0'
	  printf '\14\0\1\0\2\0\0\0\xa1\1\1\0\x71\5'
	  printf data; le4 "$(size cbr.mp3)"; cat cbr.mp3; } >riff.wav
	for f in tagged tagged-cbr tag-lies id3v1 ape junk-before junk-after zeros; do
		have $f.mp3 ok $S .1 1 near
	done
	have riff.wav ok $S .1 1 near
	# Two streams in one: the second in another form, and converted.
	cat cbr.mp3 r48.mp3 >rate-changes.mp3
	cat cbr.mp3 mpeg2.mp3 >rate-halves.mp3
	cat cbr.mp3 mono.mp3 >to-mono.mp3
	cat mono.mp3 cbr.mp3 >to-stereo.mp3
	for f in rate-changes to-mono; do
		have $f.mp3 ok $((2 * S)) .3 1 loud
	done
	for f in rate-halves to-stereo; do
		have $f.mp3 ok $((2 * S)) .3 1 beat
	done
	# Broken: what is there, and how much of it.
	head -c $(($(size xing.mp3) * 7 / 10)) xing.mp3 >cut.mp3
	have cut.mp3 partial 4.2 .2 .7 none
	head -c $(($(size cbr.mp3) * 7 / 10)) cbr.mp3 >cut-cbr.mp3
	have cut-cbr.mp3 ok 4.2 .2 1 none # nothing says that it was longer
	n=$(($(size cbr.mp3) / 2))
	{ head -c $n cbr.mp3; head -c 30000 junk; tail -c +$((n + 1)) cbr.mp3; } \
		>hole.mp3
	have hole.mp3 partial $S .1 .76 loud
	{ head -c $n xing.mp3; head -c 24000 junk
	  tail -c +$((n + 24001)) xing.mp3; } >damaged.mp3
	have damaged.mp3 partial 4.8 .1 .8 none
fi

# Ogg: Vorbis, Opus, FLAC; several streams in one file.
if need oggenc; then
	oggenc -Q -q 5 -o vorbis.ogg base.wav
	have vorbis.ogg ok $S .03 1 near
	cat vorbis.ogg vorbis.ogg >chained.ogg
	have chained.ogg ok $((2 * S)) .03 1 loud
	head -c $(($(size vorbis.ogg) * 3 / 4)) vorbis.ogg >cut.ogg
	have cut.ogg partial 4.5 .8 - none
	{ id3 10000; cat vorbis.ogg; } >tagged.ogg
	have tagged.ogg ok $S .03 1 near
fi
if need opusenc; then
	opusenc --quiet --bitrate 128 base.wav opus.opus
	have opus.opus ok $S .03 1 near
	cat opus.opus opus.opus >chained.opus
	have chained.opus ok $((2 * S)) .03 1 loud
fi
if need flac; then
	flac -s -f --ogg --serial-number=7 -o flac.oga base.wav
	have flac.oga ok $S 0 1 same
	head -c $(($(size flac.oga) * 3 / 4)) flac.oga >cut.oga
	have cut.oga partial 4.5 .6 - none
	{ id3 10000; cat FLAC-PCM_16.snd; } >tagged.flac
	have tagged.flac ok $S 0 1 same
fi
# Cut in the middle: the half that is there, and that it is half.
for f in WAV-PCM_16 WAV-PCM_16-BIG WAV-FLOAT WAVEX-PCM_24 RF64-PCM_16 W64-PCM_16 \
	AIFF-PCM_16 AU-PCM_16 CAF-PCM_16; do
	head -c $(($(size $f.snd) * 3 / 4)) $f.snd >cut-$f
	have cut-$f partial 4.5 .1 .75 none
done
head -c $(($(size FLAC-PCM_16.snd) * 3 / 4)) FLAC-PCM_16.snd >cut.flac
have cut.flac partial 4.5 .8 - none

# Statuses.
"$make" -s 2.9 short.wav
have short.wav too-short 2.9 .01 1 none
"$make" -s 3 three.wav
have three.wav ok 3 0 1 none
for k in silence constant clicks; do
	"$make" -s 10 -f FLAC/PCM_16 -k $k $k.flac
done
have silence.flac silent 10 0 1 none
have constant.flac constant 10 0 1 none
have clicks.flac clicks 10 0 1 none
"$make" -s $S -k square square.wav
have square.wav clipped $S 0 1 none
"$make" -s $S -g 6 loud.wav
have loud.wav clipped $S 0 1 none
"$make" -s $S -o 0.3 -g 0.6 offset.wav
have offset.wav offset $S 0 1 beat
"$make" -s $S -k wild -f WAV/FLOAT wild.wav
have wild.wav ok $S 0 1 none
perl -e 'print pack "s<", 20000 * sin 6.283185307 * 15000 / 44100 * $_
	for 0 .. 4 * 44100' >pcm
{ printf RIFF; le4 $(($(size pcm) + 36)); printf 'WAVEfmt '; le4 16
  printf '\1\0\1\0'; le4 44100; le4 88200; printf '\2\0\20\0data'
  le4 "$(size pcm)"; cat pcm; } >above.wav
have above.wav silent 4 .001 1 none # nothing is left of it at 22 kHz
for k in tone noise quiet burst; do
	"$make" -s $S -k $k -f WAV/FLOAT $k.wav
done
for k in tone noise burst; do have $k.wav ok $S 0 1 none; done
have quiet.wav silent $S 0 1 none

timeout 120 extract-features -q -j2 -o a.feat in.ndjson 2>err
is $? 0 'all are read'
feat json --tracks in.ndjson a.feat >rows.ndjson
n=$tap_n
perl "$ROOT/tests/helpers/soundcheck.pl" rows.ndjson expected base.wav |
	sed "s/^\(not ok\|ok\) [0-9]* - /\1 - /" >checks
while IFS= read -r line; do
	case $line in
	'ok - '*) tap_result 0 "${line#ok - }" ;;
	'not ok - '*) tap_result 1 "${line#not ok - }" ;;
	*) echo "$line" ;;
	esac
done <checks
is $((tap_n - n)) "$(wc -l <expected)" 'a check of each'
ok [ "$(grep -cvE '(-?[0-9.e+-]+|null|"[^"]*")[,}]' rows.ndjson)" = 0 ]
done_testing
