# SPDX-License-Identifier: GPL-3.0-or-later
# Weights that are known come back from synthetic features; bad input and a bad
# environment.
. tests/tap.sh

featmake=$BUILD/tests/helpers/featmake
columns=tempo,rms_mean,centroid_mean,flux_mean,flux_std

# rows N METHOD PREFIX : N rows for featmake, features uniform in their ranges
rows() {
	awk -v n="$1" -v method="$2" -v prefix="$3" '
	function u() { # Lehmer, 2^31 - 1: exact in a double
		seed = seed * 48271 % 2147483647
		return seed / 2147483647
	}
	BEGIN {
		seed = 42
		for (i = 0; i < 50; i++)
			u()
		for (i = 0; i < n; i++)
			printf "%s%d %d 1 %.6f %.6f %.6f 1 %.6f\n", prefix, i,
				method, 60 + 140 * u(), 0.5 * u(),
				500 + 4500 * u(), 0.62 * u()
	}'
}
make_feat() { "$featmake" extract-features - "$columns"; }
tracks() { awk '{ printf "{\"id\":\"%s\"}\n", $1 }'; }
near() { # GOT WANTED TOLERANCE NAME
	awk -v g="$1" -v w="$2" -v t="$3" \
		'BEGIN { exit !(g != "" && g - w <= t && w - g <= t) }'
	local s=$?
	tap_result "$s" "$4: $2"
	[ "$s" -eq 0 ] || printf '# got %s, wanted %s +- %s\n' "$1" "$2" "$3"
}

cat >"$TMP/formula" <<'END'
# terms of tests; these weights are not the labels'
bpm	tempo	-	ramp	60	200	0.5	0.1	test
energy	rms_mean	-	ramp	0	0.5	0.2	0.4	test
brightness	centroid_mean	-	ramp	500	5000	0.2	0.4	test
steadiness	flux_std	flux_mean	below	0	0.31	0.1	0.1	test
END

# --- formula ---

rows 1500 1 t >"$TMP/rows"
make_feat <"$TMP/rows" >"$TMP/a.feat"
tracks <"$TMP/rows" >"$TMP/tracks"
# valence = 2 (0.3 bpm + 0.4 (1 - energy) + 0.1 steady + 0.1) - 1,
# arousal = 2 (0.5 energy + 0.2 brightness + 0.2 (not steady) + 0.05) - 1
awk -v OFS='\t' '{
	bpm = ($4 - 60) / 140; energy = $5 / 0.5
	bright = ($6 - 500) / 4500; steady = $8 < 0.31
	print $1, 2 * (0.3 * bpm + 0.4 * (1 - energy) + 0.1 * steady + 0.1) - 1,
		2 * (0.5 * energy + 0.2 * bright + 0.2 * !steady + 0.05) - 1
}' "$TMP/rows" >"$TMP/labels"
{
	echo '# a comment, a blank line, a track that nobody knows'
	echo
	cat "$TMP/labels"
	printf 'unknown\t0\t0\tmore columns\r\n'
} >"$TMP/labels+"
train formula --labels "$TMP/labels+" --features "$TMP/a.feat" \
	--formula "$TMP/formula" "$TMP/tracks" >"$TMP/fit" 2>"$TMP/err"
is $? 0 "a fit"
is "$(cat "$TMP/err")" "train: used=1500" "the last line counts"
cell() { # FILE NAME VALENCE|AROUSAL : "weight falls"
	awk -F'\t' -v name="$2" -v c="$3" -v table="$TMP/formula" '
	BEGIN {
		while ((getline line < table) > 0)
			if (split(line, x, "\t") > 5)
				low[x[1]] = x[5]
	}
	$1 == name && $c + 0 { print $c, $1 != "constant" && $5 != low[$1] }' \
		"$1"
}
weight() { # NAME COLUMN WANTED FALLS
	local got
	got=$(cell "$TMP/fit" "$1" "$2")
	near "${got% *}" "$3" 0.01 "weight of $1 in column $2"
	is "${got#* }" "$4" "$1 falls in column $2: $4"
}
weight bpm 7 0.3 0
weight energy 7 0.4 1
weight steadiness 7 0.1 0
weight constant 7 0.1 0
weight energy 8 0.5 0
weight brightness 8 0.2 0
is "$(cell "$TMP/fit" steadiness 8)" "" \
	"a term of shape below that would fall is left out"
# 0.05, and the mean of what was left out: 0.2 where not steady
near "$(cell "$TMP/fit" constant 8 | cut -d' ' -f1)" \
	"$(awk '$8 >= 0.31 { n++ } END { print 0.05 + 0.2 * n / NR }' \
		"$TMP/rows")" 0.01 "and the constant stands for its mean"
near "$(awk -F'\t' '$1 == "brightness" { print $7 }' "$TMP/fit")" 0 0.01 \
	"a term that says nothing has no weight"

# applied: the labels
moods() { # FORMULA [TRACKS FEATURES] : id, valence, arousal
	mood-map -q --formula "$1" --features "${3:-$TMP/a.feat}" \
		"${2:-$TMP/tracks}" |
		feat json --tracks "${2:-$TMP/tracks}" - |
		jq -r '[.id, .valence, .arousal] | @tsv' | sort
}
moods "$TMP/fit" | join -t$'\t' - <(sort "$TMP/labels") >"$TMP/both"
is "$(wc -l <"$TMP/both")" 1500 "mood-map reads the table"
near "$(awk -F'\t' '{ d = $2 - $4; d = d < 0 ? -d : d; if (d > m) m = d }
	END { print m }' "$TMP/both")" 0 0.03 "largest error in valence"
near "$(awk -F'\t' '{ s += $3 - $5 } END { print s / NR }' "$TMP/both")" 0 \
	0.005 "mean error in arousal, a term short"

# what takes no part, and order
train formula -q --labels "$TMP/labels" --features "$TMP/a.feat" \
	--formula "$TMP/formula" -o "$TMP/fit2" \
	<(tac "$TMP/labels" | cut -f1 | tracks; echo '{"id":"new"}') 2>"$TMP/err"
is "$?:$(cat "$TMP/err")" "0:" "-q says nothing"
is "$(tail -1 "$TMP/fit2")" "$(tail -1 "$TMP/fit")" "order makes no difference"
rows 1500 1 t | awk 'NR % 2 { $6 = "-" } 1' | make_feat >"$TMP/gaps.feat"
ok train formula -q --labels "$TMP/labels" --features "$TMP/gaps.feat" \
	--formula "$TMP/formula" -o "$TMP/fit2" "$TMP/tracks"
got=$(cell "$TMP/fit2" brightness 8)
near "${got% *}" 0.2 0.02 "missing features count as the middle: weight"

# --- usage: 2 ---

fit=(formula --formula "$TMP/formula" --features "$TMP/a.feat")
status 2 train
status 2 train --features "$TMP/a.feat"
status 2 train sound --features "$TMP/a.feat"
status 2 train formula --labels "$TMP/labels" "$TMP/tracks"
status 2 train "${fit[@]}" "$TMP/tracks"
like "$(cat "$TMP/err")" '^train: formula needs --labels' "says what is missing"
status 2 train "${fit[@]}" --features "$TMP/a.feat" --labels "$TMP/labels"
status 2 train formula --label
status 2 train formula --nonsense
status 0 train --help
like "$(cat "$TMP/out")" '^usage: train text' "--help"

# --- the environment: 3 ---

status 3 train "${fit[@]}" --labels "$TMP/absent" "$TMP/tracks"
like "$(cat "$TMP/err")" '/absent: ' "names the missing file"
status 3 train "${fit[@]}" --labels "$TMP/labels" "$TMP/absent"
status 3 train formula --features "$TMP/absent" --labels "$TMP/labels" \
	"$TMP/tracks"
refit() { train "${fit[@]}" -q --labels "$TMP/labels" "$@" "$TMP/tracks"; }
status 3 refit --formula "$TMP/absent"
status 3 refit -o "$TMP/no/such/folder"
full() { refit >/dev/full; }
if [ -w /dev/full ]; then
	status 3 full
	like "$(cat "$TMP/err")" 'No space left' "says so"
else
	skip "full disk" "no /dev/full"
fi
# A writer that begins when the reader is gone for certain.
mkfifo "$TMP/pipe"
sleep 60 <>"$TMP/pipe" &
reader=$!
exec 9>"$TMP/pipe"
kill "$reader"
wait "$reader" 2>/dev/null
refit >&9 2>"$TMP/err"
is $? 3 "a closed pipe"
exec 9>&-
like "$(cat "$TMP/err")" 'Broken pipe' "says so"

# --- data: 4, with its place ---

bad_label() { # LINE WHY
	{ head -2 "$TMP/labels"; printf '%b\n' "$1"; } >"$TMP/bad"
	status 4 train "${fit[@]}" --labels "$TMP/bad" "$TMP/tracks"
	like "$(cat "$TMP/err")" "/bad:3: $2" "$1: names file and line"
}
bad_label 'x\t0.5' 'id, valence and arousal in'
bad_label 'x\t0.5\t1.01' 'id, valence and arousal in'
bad_label 'x\t-2\t0' 'id, valence and arousal in'
bad_label 'x\tnan\t0' 'id, valence and arousal in'
bad_label 'x\t0.5\thigh' 'id, valence and arousal in'
bad_label '\t0.5\t0.5' 'id, valence and arousal in'
bad_label 'x 0.5 0.5' 'id, valence and arousal in'
bad_label "$(head -1 "$TMP/labels")" '"t0" is labelled twice'
head -24 "$TMP/labels" >"$TMP/bad"
echo old >"$TMP/kept"
status 4 train "${fit[@]}" --labels "$TMP/bad" -o "$TMP/kept" "$TMP/tracks"
like "$(cat "$TMP/err")" '24 labelled tracks with features; at least 25' \
	"too few labels for five unknowns"
is "$(cat "$TMP/kept")" old "the old output stays"
head -25 "$TMP/labels" >"$TMP/bad"
status 0 train "${fit[@]}" --labels "$TMP/bad" "$TMP/tracks"
printf 'x\ttempo\t-\tramp\t0\t0\t1\t1\n' >"$TMP/bad"
status 4 refit --formula "$TMP/bad"
like "$(cat "$TMP/err")" '/bad:1: ' "names the line of a broken table"
for i in 1 2 3 4 5 6 7 8 9; do
	printf 'x%d\ttempo\t-\tramp\t0\t%d\t1\t1\n' "$i" "$i"
done >"$TMP/bad"
status 4 train formula --formula "$TMP/bad" --features "$TMP/a.feat" \
	--labels "$TMP/labels" "$TMP/tracks"
like "$(cat "$TMP/err")" 'formula of 9 terms' "what mood-map could not read"
status 4 train formula --features "$TMP/a.feat" --labels "$TMP/labels" \
	"$TMP/tracks"
like "$(cat "$TMP/err")" 'no column "' "features without the formula's columns"
head -c 300 "$TMP/a.feat" >"$TMP/cut"
status 4 train formula --features "$TMP/cut" --formula "$TMP/formula" \
	--labels "$TMP/labels" "$TMP/tracks"
status 4 train "${fit[@]}" --labels "$TMP/labels" <<<'{"id":'
status 4 train "${fit[@]}" --labels "$TMP/labels" <<<'{"title":"no id"}'
done_testing
