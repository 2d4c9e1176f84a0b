# SPDX-License-Identifier: GPL-3.0-or-later
# fingerprint: one recording in many coats has one print, others have others.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

# coat NAME OPTIONS...: the tune as a clip of that name.
mkdir audio
coat() {
	local name=$1 tune=$ROOT/data/demo/scores/$2.score
	shift 2
	{
		printf '%s\n' "$@"
		sed -E '/^(level|variant|format|rate|channels)/d' "$tune"
	} >"$name.score"
	synth -q --seconds 30 -o "audio/$name.${name#*-}" "$name.score" ||
		echo "# synth: $name"
}
coat quiet-flac amazing-grace 'level -30' 'format flac'
coat loud-wav amazing-grace 'level -12' 'format wav'
coat fine-wav amazing-grace 'format wav' 'rate 44100' 'channels 2'
coat lossy-mp3 amazing-grace 'format mp3'
coat lossy-ogg amazing-grace 'format ogg'
coat other-wav auld-lang-syne 'format wav'
head -c 60000 audio/loud-wav.wav >audio/short.wav
echo "no sound" >audio/text.mp3
for f in quiet-flac.flac loud-wav.wav fine-wav.wav lossy-mp3.mp3 \
	lossy-ogg.ogg other-wav.wav; do
	printf '{"id":"%s","audio":{"path":"%s","sha256":"%s"},"n":7.60}\n' \
		"$f" "$f" "$(sha256sum "audio/$f" | cut -c1-64)"
done >in.ndjson
cat >>in.ndjson <<-EOF
	{"id":"short","audio":{"path":"short.wav"}}
	{"id":"text","audio":{"path":"text.mp3"},"fingerprint":{"print":"old"}}
	{"id":"gone","audio":{"path":"gone.mp3"}}
	{"id":"out","audio":{"path":"../audio/loud-wav.wav"}}
	{"id":"none"}
	{"id":"failed","error":{"tool":"x","code":"y","message":"z","retry":false}}
EOF
status 0 fingerprint --audio-root audio -o out.ndjson in.ndjson
like "$(tail -1 err)" '^fingerprint: in=12 ok=12 err=0 ' 'all accounted for'
is "$(grep -c '"fingerprint":{"print":"AQAA[-_A-Za-z0-9]*","length":' out.ndjson)" \
	6 'what can be heard has a print'
is "$(sed 's/,"fingerprint":.*/}/' out.ndjson)" \
	"$(sed 's/,"fingerprint":.*/}/' in.ndjson)" 'and nothing else changed'
like "$(sed -n 1p out.ndjson)" '"length":30}}$' 'the length of the file'
status 0 fingerprint -q --audio-root audio --seconds 10 -o ten.ndjson in.ndjson
like "$(sed -n 1p ten.ndjson)" '"length":30}}$' 'the whole, whatever is heard'
is "$(($(sed -n 1p ten.ndjson | wc -c) < $(sed -n 1p out.ndjson | wc -c)))" 1 \
	'a shorter print of less'

# The share of bits in which two prints differ, at the best offset; the
# compressed form is undone here once more.
cat >differ.pl <<'END'
use strict; use MIME::Base64;
sub items {
	my ($t) = @_; $t =~ tr{-_}{+/}; my @b = unpack 'C*', decode_base64($t);
	my $n = $b[1] << 16 | $b[2] << 8 | $b[3];
	my $bits = join '', map { scalar reverse sprintf '%08b', $_ } @b[4..$#b];
	my (@small, $ends, $at); $at = 0; $ends = 0;
	while ($ends < $n) {
		my $v = oct '0b' . reverse substr $bits, $at, 3; $at += 3;
		push @small, $v; $ends++ if !$v;
	}
	$at = ($at + 7) & ~7;
	my (@out, $x, $bit); $x = 0; $bit = 0; my $last = 0;
	for my $v (@small) {
		if (!$v) { push @out, $last ^= $x; $x = $bit = 0; next }
		if ($v == 7) { $v += oct '0b' . reverse substr $bits, $at, 5; $at += 5 }
		$bit += $v; $x |= 1 << ($bit - 1);
	}
	return @out;
}
my @p = map { /"print":"([^"]*)"/ ? [items($1)] : () } <>;
for my $i (1..$#p) {
	my $best = 1;
	for my $shift (-4..4) {
		my ($d, $n) = (0, 0);
		for my $k (0..$#{$p[0]}) {
			my $j = $k + $shift; next if $j < 0 || $j > $#{$p[$i]};
			$d += unpack '%32b*', pack 'N', $p[0][$k] ^ $p[$i][$j];
			$n += 32;
		}
		$best = $d / $n if $n && $d / $n < $best;
	}
	printf "%.3f\n", $best;
}
END
perl differ.pl out.ndjson >differ
sed 's/^/# differs by /' differ
is "$(awk 'NR <= 4 && $1 > .1' differ)" '' \
	'louder, finer, in stereo, as MP3 or Ogg: the same within a tenth'
is "$(awk 'NR == 5 && $1 > .35' differ | wc -l)" 1 'another tune is another'

# The same bytes for any -j; memo.
for j in 1 4; do
	fingerprint -q -j $j --audio-root audio <in.ndjson >j$j.ndjson
	ok cmp out.ndjson j$j.ndjson
done
fingerprint -q --audio-root audio --memo memo --previous m1.ndjson \
	-o m1.ndjson in.ndjson
{ cat in.ndjson; echo '{"id":"new","audio":{"path":"loud-wav.wav"}}'; } >in2.ndjson
cp m1.ndjson m0.ndjson
fingerprint --audio-root audio --memo memo --previous m0.ndjson -o m2.ndjson \
	in2.ndjson 2>err
like "$(tail -1 err)" 'in=13 .* reused=6' 'only what is new is heard'
is "$(head -12 m2.ndjson)" "$(cat out.ndjson)" 'the same answers'
# What the store gave up keeps its print, whatever else the record says.
mv audio/loud-wav.wav away.wav
sed 's/"n":7.60/"audio_status":"evicted"/' in.ndjson >evicted.ndjson
cp memo memo2
fingerprint -q --audio-root audio --memo memo2 --previous m2.ndjson \
	-o m4.ndjson evicted.ndjson
is "$(sed 's/"audio_status":"evicted"/"n":7.60/' m4.ndjson)" \
	"$(cat out.ndjson)" 'sound that went keeps its print'
mv away.wav audio/loud-wav.wav
fingerprint --audio-root audio --seconds 20 --memo memo --previous m2.ndjson \
	-o m3.ndjson in2.ndjson 2>err
like "$(tail -1 err)" 'reused=0' 'other seconds, nothing reused'

status 2 fingerprint --seconds 5
status 2 fingerprint --no-such-option
printf '{"id":"a"}\n{"id":' >bad.ndjson
status 4 fingerprint bad.ndjson
fingerprint --help >help
like "$(head -1 help)" '^usage: fingerprint' 'usage'
done_testing
