# SPDX-License-Identifier: GPL-3.0-or-later
# train mood: what is in synthetic features comes out, in figures and in moods;
# the same for any number of threads; halves, groups, bad input.
. tests/tap.sh

featmake=$BUILD/tests/helpers/featmake
columns=tempo,rms_mean,centroid_mean,flux_mean,flux_std,noise

# N PREFIX : rows for featmake: valence is in flux, arousal in rms
rows() {
	awk -v n="$1" -v prefix="$2" '
	function u() { # Lehmer, 2^31 - 1: exact in a double
		seed = seed * 48271 % 2147483647
		return seed / 2147483647
	}
	BEGIN {
		seed = 42
		for (i = 0; i < 50; i++)
			u()
		for (i = 0; i < n; i++)
			printf "%s%d 1 1 %.6f %.6f %.6f %.6f %.6f %.6f\n",
				prefix, i, 60 + 140 * u(), u(), 4500 * u(),
				u(), u(), u()
	}'
}
rows 240 t >"$TMP/rows"
"$featmake" extract-features - "$columns" <"$TMP/rows" >"$TMP/a.feat"
awk '{ printf "{\"id\":\"%s\",\"artist\":\"artist %d\"}\n", $1, NR % 60 }' \
	"$TMP/rows" >"$TMP/tracks"
awk -v OFS='\t' '{ v = $7 > 0.5; a = $5 > 0.5
	print $1, "Q" (v ? (a ? 1 : 4) : (a ? 2 : 3)) }' "$TMP/rows" >"$TMP/labels"
printf '# those not wanted\n*\n-noise\n' >"$TMP/columns"
fit=(mood --labels "$TMP/labels" --features "$TMP/a.feat" \
	--columns "$TMP/columns")
figure() { # FILE SET NAME
	awk -F'\t' -v s="$2" -v f="$3" '$1 == s && $2 == f { print $3 }' "$1"
}
least() { # GOT LEAST NAME
	awk -v g="$1" -v l="$2" 'BEGIN { exit !(g != "" && g + 0 >= l + 0) }'
	tap_result $? "$3: at least $2"
}

train "${fit[@]}" -j 1 --folds 5 --report "$TMP/report" -o "$TMP/m.pack" \
	"$TMP/tracks" 2>"$TMP/err"
is "$?:$(cat "$TMP/err")" "0:train: used=240" "a fit"
least "$(figure "$TMP/report" folds accuracy)" 0.75 "quadrants on the folds"
least "$(figure "$TMP/report" folds valence-half)" 0.85 "valence"
least "$(figure "$TMP/report" folds arousal-half)" 0.85 "arousal"
is "$(figure "$TMP/report" folds groups)" 60 "groups are the artists"
least 0.4 "$(figure "$TMP/report" folds-majority accuracy)" "the majority is not"
train "${fit[@]}" -q -j 3 --folds 5 -o "$TMP/m3.pack" "$TMP/tracks" \
	>"$TMP/report3"
ok cmp "$TMP/m.pack" "$TMP/m3.pack"
ok cmp "$TMP/report" "$TMP/report3"
is "$(head -c 100000 "$TMP/m.pack" | grep -ac noise)" 0 \
	"a column taken out is not there"

# applied to tracks it has not seen
rows 600 t | tail -360 >"$TMP/new"
"$featmake" extract-features - "$columns" <"$TMP/new" >"$TMP/new.feat"
awk '{ printf "{\"id\":\"%s\"}\n", $1 }' "$TMP/new" >"$TMP/new.tracks"
awk -v OFS='\t' '{ print $1, $7 * 2 - 1, $5 * 2 - 1, "g" NR % 9 }' "$TMP/new" \
	>"$TMP/new.labels"
train mood --model "$TMP/m.pack" --labels "$TMP/new.labels" --features \
	"$TMP/new.feat" "$TMP/new.tracks" >"$TMP/report" 2>"$TMP/err"
is "$?:$(cat "$TMP/err")" "0:train: used=360" "a model tried"
least "$(figure "$TMP/report" other valence-half)" 0.85 "new tracks: valence"
least "$(figure "$TMP/report" other arousal-r)" 0.8 "new tracks: arousal"
is "$(figure "$TMP/report" other groups)" 9 "groups are the labels'"

# halves: each track is in one, whole artists
for half in a b; do
	train "${fit[@]}" --half $half "$TMP/tracks" >"$TMP/$half" 2>"$TMP/err"
	is $? 0 "half $half"
	used=$(sed 's/.*used=//' "$TMP/err")
	is $((used + $(figure "$TMP/$half" other tracks))) 240 \
		"the other half is the rest"
	least "$(figure "$TMP/$half" other accuracy)" 0.65 "is told by it"
done
even=0
for i in $(seq 0 59); do
	sum=$(printf 'artist %d' "$i" | sha256sum)
	[ $((16#${sum:0:2} % 2)) -ne 0 ] || even=$((even + 1))
done
is "$(figure "$TMP/b" other tracks)" $((4 * even)) "a begins with an even byte"

# --- usage: 2 ---

status 2 train "${fit[@]}" "$TMP/tracks"
like "$(cat "$TMP/err")" '^train: mood needs --labels' "says what is missing"
status 2 train "${fit[@]}" --half c "$TMP/tracks"
status 2 train "${fit[@]}" --folds 1 "$TMP/tracks"
status 2 train "${fit[@]}" --model "$TMP/m.pack" -o "$TMP/x" "$TMP/tracks"
status 2 train mood --features "$TMP/a.feat" --folds 5 "$TMP/tracks"

# --- the environment and data: 3, 4; outputs stay ---

echo old >"$TMP/kept"
status 3 train "${fit[@]}" --labels "$TMP/absent" -o "$TMP/kept" "$TMP/tracks"
status 3 train "${fit[@]}" -o "$TMP/no/such/folder" "$TMP/tracks"
head -15 "$TMP/labels" >"$TMP/few"
status 4 train "${fit[@]}" --labels "$TMP/few" -o "$TMP/kept" "$TMP/tracks"
like "$(cat "$TMP/err")" '15 labelled tracks with features; at least 20' \
	"too few labels"
is "$(cat "$TMP/kept")" old "the old model stays"
status 4 train "${fit[@]}" --folds 5 "$TMP/new.tracks"
like "$(cat "$TMP/err")" 'no labelled track has features' "other ids"
sed 's/Q[23]/Q1/; s/Q4/Q1/' "$TMP/labels" >"$TMP/same"
status 4 train "${fit[@]}" --labels "$TMP/same" -o "$TMP/kept" "$TMP/tracks"
like "$(cat "$TMP/err")" 'all labels of valence are 1' "nothing to learn"
echo 'nothing_*' >"$TMP/none"
status 4 train "${fit[@]}" --columns "$TMP/none" --folds 5 "$TMP/tracks"
like "$(cat "$TMP/err")" '/none names 0 of the columns' "a list of none"
echo junk >"$TMP/junk"
status 4 train mood --model "$TMP/junk" --labels "$TMP/labels" \
	--features "$TMP/a.feat" "$TMP/tracks"
done_testing
