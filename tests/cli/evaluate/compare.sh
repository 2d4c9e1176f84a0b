# SPDX-License-Identifier: GPL-3.0-or-later
# Labels, match, exposure, intervals and significance, by hand.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
json() { evaluate "$@" --json; }

# One answer: three results, two of one artist; their moods are not their labels.
cat >answers <<'X'
{"query":"i miss my ex","qid":"q1","mood_detected":{"valence":0.5,"arousal":-0.5,"matches":1},"results":[{"track_id":"a","artist":"A","match":80,"mood":{"valence":0.5,"arousal":-0.5}},{"track_id":"b","artist":"A","match":80,"mood":{"valence":0.5,"arousal":-0.5}},{"track_id":"c","artist":"C","match":10,"mood":{"valence":0.5,"arousal":0.5}}]}
X
printf 'a\tQ4\nb\tQ3\nc\t0.5\t0.5\tmore\n# no place\n' >labels
printf 'i miss my ex\tQ3\n' >asked
printf 'q1 0 a 1\nq1 0 d 1\n' >qrels
# to (0.5, -0.5): 0, 1, 1
is "$(json answers --labels labels | jq -c '[.alignment, ."own-alignment"]')" \
	'[0.333333,null]' "labels, against the mood the answer tells"
# to (-0.5, -0.5): 1, 0, sqrt 2
is "$(json answers --labels labels --asked asked | jq .alignment)" \
	"$(awk 'BEGIN { printf "%.6g", 1 - (1 + sqrt(2)) / 3 }')" \
	"against where people put the request"
is "$(json answers --labels labels --asked asked --list 2 | jq .alignment)" 0.5 \
	"of the first two"
is "$(json answers --list 1 | jq '[.artists, ."own-diversity"]' -c)" '[1,null]' \
	"one result is no pair"
# 1 - similarity over .7: same artist and mood 0; the others 1 - .1 / .7
is "$(json answers | jq '."own-diversity"')" \
	"$(awk 'BEGIN { printf "%.6g", 2 * (1 - .1 / .7) / 3 }')" "diversity"
# bins 80-90: .8 against 1/2, of two; 10-20: .1 against 0, of one
is "$(json answers --qrels qrels | jq '."match-error"')" 0.233333 "match error"
is "$(json answers --qrels qrels | jq -c '[.reliability[] | [.from,.results,.match,.relevant]]')" \
	'[[10,1,10,0],[80,2,80,50]]' "reliability"
# 3 of 6 shown, once each: 2 (4 + 5 + 6) / (6 * 3) - 7 / 6
is "$(json answers --tracks 6 | jq -c '[.coverage,.gini]')" '[0.5,0.5]' \
	"coverage and Gini"
is "$(json answers | jq 'has("gini")')" false "no catalogue, none of both"

# Two systems: the first is better in 20 queries of 20, and is itself.
for i in $(seq 20); do
	printf '%s 0 r 1\n' "$i" >>judged
	printf '%s Q0 r 1 2 t\n%s Q0 x 2 1 t\n' "$i" "$i" >>good
	printf '%s Q0 x 1 2 t\n%s Q0 r 2 1 t\n' "$i" "$i" >>bad
	[ $((i % 2)) = 0 ] && from=good || from=bad
	tail -2 "$from" >>mixed
done
is "$(json --qrels judged --run good --compare bad |
	jq -c '.compare.MRR | [.mean,.difference,.difference_interval,.p]')" \
	'[0.5,0.5,[0.5,0.5],0.0005]' "better everywhere: the least p of 2000 draws"
is "$(json --qrels judged --run good --compare good | jq -c '.compare.MRR.p')" \
	1 "itself"
is "$(json --qrels judged --run good --compare mixed | jq '.compare.MRR |
	.difference == 0.25 and .p < 0.01 and .difference_interval[0] > 0.1')" \
	true "better in half of them"
ok cmp <(json --qrels judged --run good --compare mixed --seed 5) \
	<(json --qrels judged --run good --compare mixed --seed 5)
is "$(json --qrels judged --run mixed | jq -c '.intervals.MRR |
	[.[0] > 0.6 and .[0] < 0.72, .[1] > 0.78 and .[1] < 0.9]')" '[true,true]' \
	"an interval of half ones"
like "$(evaluate --qrels judged --run good --compare bad)" \
	'^MRR +1\.0000 \(1\.0000-1\.0000\)  0\.5000 .* \+0\.5000 .* p=0\.0005$' \
	"a table for people"
sed 's/"qid":"q1"/"qid":"1"/; s/"track_id":"b"/"track_id":"r"/' answers >one
is "$(json one --qrels judged --compare good | jq -c '.compare.MRR.difference')" \
	-0.975 "answers against a run" # found nothing in 19, second in one

# Bad input
status 2 evaluate --asked asked answers
printf 'a\tQ5\n' >places
status 4 evaluate --labels places answers
like "$(cat err)" 'places:1: not a place' "no such quadrant"
printf 'a\t0.5\t1.5\n' >places
status 4 evaluate --labels places answers
printf 'a\tQ1\na\tQ2\n' >places
status 4 evaluate --labels places answers
like "$(cat err)" 'places:2: a has a place already' "two places"
status 3 evaluate --labels nowhere answers
status 3 evaluate --index nowhere answers
status 3 evaluate --qrels judged --run good --compare nowhere
status 2 evaluate --draws 1 answers
done_testing
