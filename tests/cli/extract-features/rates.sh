# SPDX-License-Identifier: GPL-3.0-or-later
# extract-features: the same music at any sampling rate gives the same answers,
# within the tolerances of feat-audio(5): time constants are in seconds.
. "$ROOT/tests/tap.sh"
make="$BUILD/tests/helpers/soundmake"
cd "$TMP" || exit 1

# Music below 4.5 kHz, which every rate holds, and music up to 9.9 kHz, which at
# 11,025 Hz ends at 5 kHz, in two cases: all rates against 22,050 Hz. Loudness
# at 11 kHz is what libebur128 makes of it: the weighting's treble is bent there.
for r in 11025 22050 44100 48000 96000; do
	"$make" -s 12 -c 1 -r $r -b 4500 -f FLAC/PCM_24 band$r.flac
	"$make" -s 12 -c 1 -r $r -b 9900 -f FLAC/PCM_24 full$r.flac
	for k in band full; do
		echo '{"id":"'$k$r'","audio":{"path":"'$k$r'.flac"}}'
	done
done >in.ndjson
timeout 120 extract-features -q -j2 -o a.feat in.ndjson
is $? 0 'all are read'
feat json --tracks in.ndjson a.feat >rows.ndjson
cat >limits <<-'EOT'
	# columns	all rates, below 4.5 kHz	full band, 22 kHz and more	full band, 11 kHz
	tempo	1%	1%	2x1%
	key mode	0	0	0
	tuning	.5	.5	.5
	key_strength	.01	.01	.02
	loudness	.15	.1	.3
	loudness_range	.1	.1	.1
	dynamic_range	.1	.1	.3
	rms_mean rms_std	.2%	.2%	2%
	zcr_mean	1%	1%	60%
	centroid_mean centroid_std	.5%	.5%	70%
	rolloff_mean	.5%	.5%	60%
	bw_mean	1%	1%	60%
	mfcc1_mean	.2	.5	80
	mfcc2_mean mfcc3_mean mfcc4_mean	.1	.2	80
	chroma_mean	.2%	.2%	3%
	onset_rate	5%	5%	15%
	beat_int_mean	1%	1%	2x1%
EOT
perl -MJSON::PP -we '
	my %row;
	open my $f, "<", "rows.ndjson" or die;
	while (<$f>) { my $r = decode_json($_); $row{$r->{id}} = $r }
	open $f, "<", "limits" or die;
	while (<$f>) {
		chomp;
		next if /^#/;
		my ($names, @limit) = split /\t/;
		for my $name (split / /, $names) {
			for my $case (["band", 0, 11025, 44100, 48000, 96000],
				["full", 1, 44100, 48000, 96000], ["full", 2, 11025]) {
				my ($k, $i, @rates) = @$case;
				my ($limit, $worst, $what) = ($limit[$i], -1, "");
				for my $rate (@rates) {
					my ($x, $y) = map { $row{$_}{$name} // 9e9 }
						"$k$rate", "${k}22050";
					my $d = abs($x - $y);
					if ($limit =~ /^2x/) {
						my $o = abs($x - 2 * $y) / 2;
						$d = $o if $o < $d;
						$o = abs($x - $y / 2) * 2;
						$d = $o if $o < $d;
					}
					$d *= 100 / (abs($y) || 1) if $limit =~ /%/;
					($worst, $what) = ($d, "$rate: $x, not $y")
						if $d > $worst;
				}
				(my $n = $limit) =~ s/^2x|%//g;
				printf "%s\t%s, %s\tof %s: %.3g, %s\n",
					$worst <= $n ? "ok" : "no", $name,
					("below 4.5 kHz", "full band", "full band, 11 kHz")[$i],
					$limit, $worst, $what;
			}
		}
	}' >checks
is $? 0 'all are compared'
while IFS=$'\t' read -r result name what; do
	[ "$result" = ok ]
	tap_result $? "$name"
	echo "# $what"
done <checks
is "$(wc -l <checks)" 66 'a check of each'
done_testing
