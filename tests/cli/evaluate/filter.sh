# SPDX-License-Identifier: GPL-3.0-or-later
# "evaluate filter" against values worked out by hand.
. tests/tap.sh

dev=Ann opened=Bob test=Cid

# words: 40 records, 4 labelled; long: 10, 2 labelled; rest: 50, 4 labelled
row() { # ID ARTIST TITLE MS CLASS
	m=true
	case $5 in talk | noise) m=false ;; esac
	printf '{"id":"x%s","track_id":%s,"artist":"%s","title":"%s","duration_ms":%d,"is_music":%s,"music_class":"%s"}\n' \
		"$1" "$1" "$2" "$3" "$4" "$m" "$5"
}
{
	row 1 "$dev" "My PODCAST" 100 talk
	row 2 "$dev" "HÖRBUCH" 100 talk
	row 3 "$opened" "Q&A" 100 track
	row 4 "$dev" "Radio" 100 talk
	for i in $(seq 5 40); do row "$i" "$dev" "newsroom" 100 track; done
	row 41 "$dev" "A" 900001 set
	row 42 "$dev" "A" 900001 noise
	for i in $(seq 43 50); do row "$i" "$dev" A 5000000 set; done
	row 51 "$dev" "A" 900000 track
	row 52 "$dev" "A" 100 track
	row 53 "$dev" "A" 100 noise
	row 54 "$dev" "A" 100 track
	for i in $(seq 55 100); do row "$i" "$dev" A 100 track; done
	row 101 "$test" "Interview" 100 track
	row 102 "$test" "Interview" 100 talk
	for i in $(seq 103 108); do row "$i" "Eve $i" "news" 100 talk; done
	row 109 "$test" A 100 talk
	for i in $(seq 110 113); do row "$i" Fay A 100 track; done
} >"$TMP/out.ndjson"
# 1 2 4: removed, 4 wrongly; 3 stays wrongly; 42 53 removed; 54 stays wrongly
printf '%s\t%s\n' 1 talk 2 'talk?' 3 talk 4 track 41 set 42 noise 51 track \
	52 track 53 noise 54 'talk' 999 set >"$TMP/labels"
printf '%s\t%s\ttest\n' 101 talk 102 talk 109 track 4000 talk >>"$TMP/labels"
evaluate filter --labels "$TMP/labels" --json "$TMP/out.ndjson" >"$TMP/json"
is "$(jq -c '[.half,.labelled]' "$TMP/json")" '["dev",10]' "the half"
is "$(jq -c '[.strata[] | .records, .labelled]' "$TMP/json")" \
	'[40,4,10,2,50,4]' "strata"
# weights 10, 5, 12.5
wilson() { # YES ALL SQUARES
	awk -v y="$1" -v a="$2" -v s="$3" 'BEGIN {
		p = y / a; n = a * a / s; z = 1.959963984540054; d = 1 + z * z / n
		h = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
		m = p + z * z / (2 * n)
		printf "%.3f %.3f %.3f\n", p, (m - h) / d, (m + h) / d }'
}
got() { # NAME
	jq -r ".\"$1\" | [.value, .low, .high][]" "$TMP/json" |
		xargs printf '%.3f %.3f %.3f\n'
}
# removed: 10 10 10(wrong) 5 12.5; squares 300 + 25 + 156.25
is "$(got precision)" "$(wilson 37.5 47.5 481.25)" "precision and its bounds"
# not music: 10 10 10(stays) 5 12.5 12.5(stays)
is "$(got recall)" "$(wilson 37.5 60 637.5)" "recall and its bounds"
is "$(jq -c '.classes' "$TMP/json")" \
	'{"track":[2,0,1,0],"set":[0,1,0,0],"talk":[2,0,2,0],"noise":[0,0,0,2]}' \
	"classes"
evaluate filter --labels "$TMP/labels" --sure --json "$TMP/out.ndjson" >"$TMP/json"
is "$(jq -c '[.labelled,.strata.words.labelled]' "$TMP/json")" '[9,3]' \
	"doubtful labels left out"
evaluate filter --labels "$TMP/labels" -v "$TMP/out.ndjson" >"$TMP/table"
is "$(grep -P '^(removed|stayed)\t' "$TMP/table")" \
	"$(printf 'stayed\t3\ttalk\ttrack\nremoved\t4\ttrack\ttalk\nstayed\t54\ttalk\ttrack')" \
	"errors are listed"
evaluate filter --half test --labels "$TMP/labels" -v "$TMP/out.ndjson" >"$TMP/table"
like "$(cat "$TMP/table")" '^recall +0\.500 ' "the test half"
# uploaders without any label of dev: words 8 records, 2 labelled; rest 5, 1
like "$(cat "$TMP/table")" '^stratum words +8 records, 2 labelled, weight 4\.' \
	"its uploaders: those without a label of dev"
like "$(cat "$TMP/table")" '^stratum rest +5 records, 1 labelled, weight 5\.' \
	"strata of the test half"
like "$(cat "$TMP/table")" '^precision +0\.444 ' "weighted by them" # 4 of 9
printf '3\ttalk\ttest\n4\ttrack\tdev\n101\ttalk\ttest\n' >"$TMP/mixed"
row 5001 "$opened" A 100 track >>"$TMP/out.ndjson"
printf '5001\ttrack\n' >>"$TMP/mixed"
evaluate filter --half test --labels "$TMP/mixed" --json "$TMP/out.ndjson" >"$TMP/json"
is "$(jq .labelled "$TMP/json")" 1 "an uploader with a label of dev is none of test"
is "$(grep -cP '^(removed|stayed)\t|10[12]' "$TMP/table")" 0 \
	"of the test half nothing is listed"
status 2 evaluate filter "$TMP/out.ndjson"
status 2 evaluate filter --labels "$TMP/labels" --half both "$TMP/out.ndjson"
status 3 evaluate filter --labels "$TMP/none" "$TMP/out.ndjson"
printf '1\tsong\n' >"$TMP/bad"
status 4 evaluate filter --labels "$TMP/bad" "$TMP/out.ndjson"
like "$(cat "$TMP/err")" 'bad:1: .*track_id, a tab' "names the line"
printf '1\ttalk\tboth\n' >"$TMP/bad"
status 4 evaluate filter --labels "$TMP/bad" "$TMP/out.ndjson"
printf '1\ttalk\n1\ttalk\n' >"$TMP/bad"
status 4 evaluate filter --labels "$TMP/bad" "$TMP/out.ndjson"
jq -c 'del(.music_class)' "$TMP/out.ndjson" >"$TMP/unfiltered"
status 4 evaluate filter --labels "$TMP/labels" "$TMP/unfiltered"
like "$(cat "$TMP/err")" 'without is_music or music_class' "says what is missing"
done_testing
