# SPDX-License-Identifier: GPL-3.0-or-later
# data/mood-calibrated.tsv against labelled excerpts of artists that it was not
# fitted to: those whose name's SHA-256 begins with an odd byte (man train(1)).
# Then a model fitted to the others, train mood --half a.
. tests/tap.sh

moods=$ROOT/../shared/audio/moods
if [ ! -e "$moods/labels.csv" ]; then
	skip "refitted weights on held-out artists" "no ../shared/audio/moods"
	done_testing
fi

# id, quadrant of the half that was not fitted to; no cell is quoted
while IFS=, read -r file quadrant artist _; do
	sum=$(printf %s "$artist" | sha256sum)
	[ $((16#${sum:0:2} % 2)) -eq 0 ] ||
		printf '%s\t%s\n' "$file" "$quadrant"
done < <(tail -n +2 "$moods/labels.csv") | sort >"$TMP/held"
is "$(wc -l <"$TMP/held")" 260 "excerpts of other artists"
awk -F'\t' '{ printf "{\"id\":\"%s\",\"audio\":{\"path\":\"%s\"," \
	"\"sha256\":\"\"}}\n", $1, $1 }' "$TMP/held" >"$TMP/tracks"
ok extract-features -q --audio-root "$moods" -o "$TMP/a.feat" "$TMP/tracks"

# halves FORMULA : shares on the right side of 0: valence arousal both
halves() {
	mood-map -q --features "$TMP/a.feat" --formula "$1" "$TMP/tracks" |
		feat json --tracks "$TMP/tracks" - |
		jq -r 'select(.method == "formula") |
			[.id, .valence, .arousal] | @tsv' | sort |
		join -t$'\t' - "$TMP/held" | awk -F'\t' '{
			v = ($2 > 0) == ($4 ~ /Q[14]/)
			a = ($3 > 0) == ($4 ~ /Q[12]/)
			valence += v; arousal += a; both += v && a
		} END {
			printf "%.3f %.3f %.3f %d\n", valence / NR, arousal / NR,
				both / NR, NR }'
}
least() { # GOT LEAST NAME
	awk -v g="$1" -v l="$2" 'BEGIN { exit !(g + 0 >= l + 0) }'
	tap_result $? "$3: at least $2"
}
read -r valence arousal both n < <(halves "$ROOT/data/mood-calibrated.tsv")
echo "# refitted: valence half $valence, arousal half $arousal," \
	"quadrant $both, of $n"
is "$n" 260 "all are placed by their sound"
least "$arousal" 0.80 "arousal half"
least "$valence" 0.55 "valence half"
read -r v a b n < <(halves "$ROOT/data/mood-formula.tsv")
echo "# design's: valence half $v, arousal half $a, quadrant $b, of $n"
least "$both" "$b" "quadrants, against the design's weights"

# a model of the first half, tried on the second
"$ROOT/pipelines/moodlabels.sh" "$ROOT/../shared/audio" "$TMP/sets"
ok extract-features -q --audio-root "$moods" -o "$TMP/all.feat" \
	"$TMP/sets/moods.ndjson"
ok train mood -q --half a --labels "$TMP/sets/moods.labels" \
	--features "$TMP/all.feat" -o "$TMP/half.pack" --report "$TMP/report" \
	"$TMP/sets/moods.ndjson"
figure() { awk -F'\t' -v f="$1" '$1 == "other" && $2 == f { print $3 }' \
	"$TMP/report"; }
is "$(figure tracks)" 260 "the model's other half"
echo "# model: valence half $(figure valence-half), arousal half" \
	"$(figure arousal-half), quadrant $(figure accuracy)"
least "$(figure accuracy)" 0.64 "quadrants by the model"
least "$(figure valence-half)" 0.73 "valence half by the model"
least "$(figure arousal-half)" 0.82 "arousal half by the model"
[ "$(wc -c <"$TMP/half.pack")" -lt 300000 ]
tap_result $? "the model is small"
done_testing
