# SPDX-License-Identifier: GPL-3.0-or-later
# What extract-features hears in the demo's clips, against what is true.
# Measured: tempo within 4 % for 54 of 84 clips, 26 more an octave off, 3
# a third of the beat; key and mode right for 75. The floors are a little
# below.
. tests/tap.sh
synth -q --dir "$TMP/t" data/demo/scores/*.score
awk -F'\t' 'NR > 1 { printf "{\"id\":\"%s\",\"audio\":{\"path\":\"%s\"}}\n",
	$1, $1 }' data/demo/truth.tsv >"$TMP/tracks"
ok extract-features -q --audio-root "$TMP/t" -o "$TMP/a.feat" "$TMP/tracks"
feat json --tracks "$TMP/tracks" "$TMP/a.feat" >"$TMP/heard"
is "$(wc -l <"$TMP/heard")" "$(wc -l <"$TMP/tracks")" "a row for each clip"
awk -F'\t' '
function member(name) {
	return match($0, "\"" name "\":[-0-9.e+]+") \
	       ? substr($0, RSTART + length(name) + 3,
			RLENGTH - length(name) - 3) + 0 : -1
}
function near(x, y) { return x > .96 * y && x < 1.04 * y }
FNR == NR { if (FNR > 1) { bpm[$1] = $2; key[$1] = $3; mode[$1] = $4
			   quadrant[$1] = $6 } next }
{
	match($0, /"id":"[^"]*"/)
	id = substr($0, RSTART + 6, RLENGTH - 7)
	t = member("tempo")
	if (near(t, bpm[id])) same++
	else if (near(t, 2 * bpm[id]) || near(2 * t, bpm[id])) octave++
	else if (near(t, 3 * bpm[id])) third++
	if (member("key") == key[id]) {
		tonic++
		if (member("mode") == mode[id]) right++
	}
	n[quadrant[id]]++
	rms[quadrant[id]] += member("rms_mean")
	centroid[quadrant[id]] += member("centroid_mean")
}
END {
	printf "same=%d octave=%d third=%d key=%d tonic=%d", same, octave,
		third, right, tonic
	for (q = 1; q <= 4; q++)
		printf " rms%d=%.3f centroid%d=%d", q, rms[q] / n[q], q,
			centroid[q] / n[q]
	print ""
}' data/demo/truth.tsv "$TMP/heard" >"$TMP/sums"
sed 's/^/# /' "$TMP/sums"
for s in $(cat "$TMP/sums"); do declare "$s"; done
ok test "$same" -ge 48
ok test $((same + octave)) -ge 78
ok test "$key" -ge 66
ok test "$tonic" -ge 68
# The four moods sound different: tense loudest and brightest, calm softest.
ok awk "BEGIN { exit !($rms2 > 1.2 * $rms1 && $rms1 > 2 * $rms3 &&
	$rms3 > $rms4) }"
ok test "$centroid2" -gt $((centroid1 * 11 / 10))
ok test "$centroid1" -gt $((centroid3 * 3 / 2))
ok test "$centroid1" -gt $((centroid4 * 3 / 2))
done_testing
