# SPDX-License-Identifier: GPL-3.0-or-later
# The list of requests is what its README says, and tests/requests.sh counts
# right; how well they are understood is measured by it, not here.
. "$ROOT/tests/tap.sh"
list=$ROOT/tests/labels/requests.tsv
rows() { # CONDITION: the requests it holds for
	awk -F'\t' "NR > 1 && ($1)" "$list"
}
n=$(rows 1 | wc -l)
is "$((n >= 1000))" 1 "at least 1,000 requests"
is "$(rows 'NF != 5 || $1 == "" || $1 ~ /^ | $/ || $2 !~ /^(Q[1-4]|N)$/ ||
	$3 !~ /^(-|Q[1-4]|N)$/ || $2 == $3 || $4 !~ /^[a-z-]+$/ ||
	$5 !~ /^(dev|test)$/' | wc -l)" 0 "columns and labels"
is "$(rows 1 | cut -f1 | tr -d '[:punct:][:blank:]' |
	tr '[:upper:]' '[:lower:]' | sed '/^$/d' | sort | uniq -d)" "" "none twice, but for spelling"
is "$(($(rows '$3 != "-"' | wc -l) * 100 < n * 15))" 1 "few have two labels"
for half in dev test; do
	for label in Q1 Q2 Q3 Q4 N; do
		[ "$(rows "\$5 == \"$half\" && \$2 == \"$label\"" | wc -l)" -ge 100 ] ||
			echo "$half $label"
	done
done >"$TMP/few"
is "$(cat "$TMP/few")" "" "100 of each label in each half"

mkdir "$TMP/sums"
rows 1 | awk -F'\t' -v dir="$TMP/sums" '{
	file = dir "/" NR
	printf "%s", $1 >file
	close(file)
}'
(cd "$TMP/sums" && seq "$n" | xargs sha1sum) |
	sed 's/^[02468ace].*/dev/; t; s/.*/test/' >"$TMP/halves"
is "$n $(cksum <"$TMP/halves")" \
	"$(wc -l <"$TMP/halves") $(rows 1 | cut -f5 | cksum)" \
	"the half is that of the SHA-1 of the request"

# Counted by hand: of four that ask for a quadrant three get an answer, two the
# right one, one of these by its second label; one neutral of two stays so.
printf '%s\t%s\t%s\t%s\tdev\n' request quadrant also kind \
	"joy 😀" Q1 - a rage Q2 Q3 a grey Q3 - b hush Q4 - b jazz N - b blue N - b \
	>"$TMP/list"
sed -i '2,$b; s/dev$/half/' "$TMP/list"
answers() { # what the mood of each is said to be
	jq -c '{qid, mood_detected: ({
		"joy 😀": [0.5, 0.1], rage: [-0.5, -0.1], grey: [0.2, 0.3],
		blue: [-0.5, -0.5] }[.query] |
		if . then {valence: .[0], arousal: .[1], matches: 1}
		else {valence: 0, arousal: 0, matches: 0} end)}'
}
export -f answers
measure() {
	LABELS=$TMP/list "$ROOT/tests/requests.sh" "$@"
}
measure bash -c answers >"$TMP/out"
line() {
	sed -n "s/^dev   $1  *\([0-9]* of  *[0-9]*\)  *\(.*\)/\1 \2/p" "$TMP/out" |
		tr -s ' '
}
like "$(line quadrant)" '^2 of 4 0\.500 \(0\.000 to 1\.000\)$' "quadrant"
like "$(line "quadrant, first label only")" '^1 of 4' "first label"
like "$(line "a mood found")" '^3 of 4' "a mood found"
like "$(line "quadrant, where one was found")" '^2 of 3' "where one was found"
like "$(line "neutral, recall")" '^1 of 2' "neutral recall"
like "$(line "neutral, precision")" '^1 of 2' "neutral precision"
like "$(line "all five")" '^3 of 6' "all five"
like "$(line "kind a")" '^2 of 2 1\.000 \(1\.000 to 1\.000\)$' "kind"
is "$(measure --misses bash -c answers | grep ^miss | cut -f2-)" \
	"$(printf '%s\t%s\t%s\t%s\t%s\n' Q3 - Q1 b grey Q4 - N b hush N - Q3 b blue)" \
	"misses"
sed -i 's/dev$/test/' "$TMP/list"
is "$(measure --misses bash -c answers |
	grep -Ec 'joy|rage|grey|hush|jazz|blue')" 0 \
	"of the test half no request is shown"
status 1 measure head -n 0
like "$(cat "$TMP/out")" '6 without an answer' \
	"an answer that is missing is no neutral one"

# The real list, read by the real query
DRAWS=1 "$ROOT/tests/requests.sh" >"$TMP/out" 2>"$TMP/err"
is "$?" 0 "the requests are all answered"
is "$(awk '$2 == "labelled" { for (i = 4; i <= NF; i++) n += $i }
	END { print n }' "$TMP/out")" "$n" "and all counted"
done_testing
