# SPDX-License-Identifier: GPL-3.0-or-later
# extract-features: rows, statuses, reuse, determinism.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

le() { # VALUE BYTES : little-endian
	local v=$1 i
	for ((i = 0; i < $2; i++)); do
		printf "\\x$(printf %02x $((v & 255)))"
		v=$((v >> 8))
	done
}
# wav FILE SECONDS KIND: 8-bit mono at 8 kHz; kind: noise, flat.
wav() {
	local n=$(($2 * 8000))
	{
		printf RIFF; le $((36 + n)) 4; printf 'WAVEfmt '
		le 16 4; le 1 2; le 1 2; le 8000 4; le 8000 4; le 1 2; le 8 2
		printf data; le "$n" 4
		if [ "$3" = flat ]; then
			head -c "$n" /dev/zero | tr '\0' '\200'
		else
			# Pulses: eight loud samples of every 4000: 120 BPM.
			LC_ALL=C awk -v n="$n" 'BEGIN { for (i = 0; i < n; i += 4000)
				printf "\377\001\377\001\377\001\377\001%03992d", 0
			}' | head -c "$n" | tr 0 '\200'
		fi
	} >"$1"
}
mkdir -p audio/sub
wav audio/pulse.wav 8 noise
wav audio/sub/flat.wav 6 flat
wav audio/short.wav 2 noise
head -c 40000 audio/pulse.wav >audio/cut.wav
echo "this is no sound" >audio/text.mp3
cat >in.ndjson <<-EOF
	{"id":"a","title":"Pulse","audio":{"path":"pulse.wav"},"n":7.60}
	{"id":"b","audio":{"path":"sub/flat.wav","sha256":"00"}}
	{"id":"c","audio":{"path":"short.wav"}}
	{"id":"d","audio":{"path":"cut.wav"}}
	{"id":"e","audio":{"path":"text.mp3"}}
	{"id":"f","audio":{"path":"gone.wav"}}
	{"id":"g","title":"no audio"}
	{"id":"h","audio":null}
	{"id":"i","audio":{"path":"../in.ndjson"}}
	{"id":"j","audio":{"path":"pulse.wav"},"error":{"tool":"x","code":"y","message":"z","retry":false}}
	{"id":"k","audio":{"path":"."}}
EOF

mkdir here
(cd here && echo '{"id":"a","audio":{"path":"../audio/pulse.wav"}}' |
	extract-features 2>../err >/dev/null)
like "$(tail -1 err)" '^extract-features: in=1 ok=1 ' \
	'without a root a path is the caller'"'"'s own'
status 0 extract-features --audio-root audio --records rec.ndjson \
	-o a.feat in.ndjson
like "$(tail -1 err)" '^extract-features: in=11 ok=6 err=5 ' 'all records counted'
is "$(wc -l <rec.ndjson)" 11 'all records passed on'
is "$(sed -n 1p rec.ndjson)" "$(sed -n 1p in.ndjson)" 'a good record is untouched'
is "$(sed -n 7,8p rec.ndjson)" "$(sed -n 7,8p in.ndjson)" \
	'a record without audio is no failure'
is "$(sed -n 10p rec.ndjson)" "$(sed -n 10p in.ndjson)" \
	'a failed record is untouched'
like "$(sed -n 3p rec.ndjson)" '"code":"too-short"' 'too short is said'
like "$(sed -n 5p rec.ndjson)" '"code":"undecodable".*"retry":false' \
	'not audio is said'
like "$(sed -n 6p rec.ndjson)" '"code":"unreadable".*"retry":true' \
	'a missing file is said, to be tried again'
like "$(sed -n 9p rec.ndjson)" '"code":"unreadable"' \
	'a path out of the audio folder is refused'


# Sound that libsndfile does not decode is not called damaged.
printf 'fLaC\200\0\0\42\20\0\20\0\0\0\0\0\0\0\12\304\101\360' >audio/wide.flac
head -c 20 /dev/zero >>audio/wide.flac
echo '{"id":"w","audio":{"path":"wide.flac"}}' >wide.ndjson
status 0 extract-features -v --audio-root audio --records wide.out -o wide.feat \
	wide.ndjson
like "$(cat err)" 'FLAC of 32 bits a sample' 'it is said what it is'
is "$(jq -r .error.code wide.out)" unsupported 'that it is none of ours'
like "$(jq -r .error.message wide.out)" 'FLAC of 32 bits; convert it, to WAV with flac -d' \
	'and what to do'

if command -v feat >/dev/null; then
	feat json --tracks in.ndjson a.feat >rows.ndjson
	is "$(grep -o '"status":"[a-z-]*"' rows.ndjson | cut -d'"' -f4 |
		tr '\n' ' ')" "ok silent too-short partial undecodable unreadable no-input no-input unreadable upstream unreadable " \
		'statuses'
	like "$(head -1 rows.ndjson)" '"tempo":1(19|20)\.' '120 BPM are heard'
else
	skip statuses 'no feat'
fi

# The same bytes from standard input, for any -j, and again.
for j in 1 4; do
	extract-features -q -j $j --audio-root audio --records r$j.ndjson \
		<in.ndjson >j$j.feat
	ok cmp a.feat j$j.feat
	ok cmp rec.ndjson r$j.ndjson
done

# Reuse: by the bytes of the file, never by its time.
touch -d 2001-01-01 audio/pulse.wav
extract-features --audio-root audio --reuse a.feat -o b.feat \
	--records rec2.ndjson in.ndjson 2>err
like "$(tail -1 err)" ' reused=7 ' 'all but the unreadable are reused'
ok cmp a.feat b.feat
ok cmp rec.ndjson rec2.ndjson
wav audio/short.wav 5 noise
wav audio/gone.wav 5 noise
extract-features --audio-root audio --reuse a.feat -o c.feat in.ndjson 2>err
like "$(tail -1 err)" ' reused=6 ' 'a changed file is measured anew'
extract-features -q --audio-root audio -o fresh.feat in.ndjson
ok cmp c.feat fresh.feat
extract-features --audio-root audio --seconds 5 --reuse a.feat -o d.feat \
	in.ndjson 2>err
like "$(tail -1 err)" ' reused=0 ' 'other seconds, nothing reused'

status 2 extract-features --seconds 1
like "$(cat err)" '3 to 600' 'the range of seconds is said'
status 2 extract-features --no-such-option
status 1 extract-features -q --max-errors 0 --audio-root audio -o e.feat in.ndjson
printf '{"id":"a"}\n{"id":' >bad.ndjson
status 4 extract-features bad.ndjson
if [ -w /dev/full ]; then
	extract-features -q --audio-root audio in.ndjson >/dev/full 2>err
	is $? 3 'a full disk is noticed'
fi
extract-features --help >help
is $? 0 'help'
like "$(head -1 help)" '^usage: extract-features' 'usage'

# Hostile files: no crash, no hang, every record accounted for.
hostile=$ROOT/../shared/audio/hostile
if [ -d "$hostile" ]; then
	find "$hostile" -type f | LC_ALL=C sort | sed 's/\\/\\\\/g; s/"/\\"/g' |
		awk '{ printf "{\"id\":\"h%d\",\"audio\":{\"path\":\"%s\"}}\n", NR, $0 }' \
		>hostile.ndjson
	timeout 60 extract-features -j2 --records hostile.rec -o hostile.feat \
		hostile.ndjson 2>err
	is $? 0 'hostile files: no crash, no hang'
	is "$(wc -l <hostile.rec)" "$(wc -l <hostile.ndjson)" \
		'hostile files: all accounted for'
	like "$(tail -1 err)" "in=$(wc -l <hostile.ndjson) ok=" \
		'hostile files: counted'
	timeout 60 extract-features -q -j1 -o hostile1.feat hostile.ndjson \
		2>/dev/null
	ok cmp hostile.feat hostile1.feat
else
	skip 'hostile files' "no $hostile"
fi
done_testing
