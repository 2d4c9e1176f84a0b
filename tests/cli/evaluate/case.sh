# SPDX-License-Identifier: GPL-3.0-or-later
# Measures against values worked out by hand.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

# Query 1: relevant a (2), c (1), z (1); ranked a b c. Query 2: relevant d;
# ranked x d. Query 3: judged, never answered. Query 4: nothing relevant.
printf '1 0 a 2\n1 0 b 0\n1 0 c 1\n1 0 z 1\n2 0 d 1\n3 0 e 1\n4 0 f 0\n' >qrels
printf '2 Q0 d 2 0.5 t\n1 Q0 a 1 9 t\n1 Q0 b 2 8 t\n1 Q0 c 3 7 t\n2 Q0 x 1 0.9 t\n4 Q0 f 1 1 t\n' >run
json() { evaluate "$@" --json; }

json --qrels qrels --run run -k 2 >out
is "$(jq -c '[.queries,.judged]' out)" '[3,3]' "queries and judged ones"
# P@2: 1/2, 1/2, 0; recall@2: 1/3, 1, 0; MRR: 1, 1/2, 0
is "$(jq '."P@2"' out)" 0.333333 "P@2"
is "$(jq '."recall@2"' out)" 0.444444 "recall@2"
is "$(jq '.MRR' out)" 0.5 "MRR"
# MAP: (1 + 2/3)/3, 1/2, 0
is "$(jq '.MAP' out)" 0.351852 "MAP"
# NDCG@2: 2 / (2 + 1/log2 3); (1/log2 3) / 1; 0
is "$(jq '."NDCG@2"' out)" \
	"$(awk 'BEGIN{l=log(3)/log(2); printf "%.6g", (2/(2+1/l) + 1/l)/3}')" "NDCG@2"
is "$(json --qrels qrels --run run --precision-at 3 | jq '."P@3"')" 0.333333 \
	"cuts by themselves" # 2/3, 1/3, 0
# the score decides, not the order of lines, nor the rank column
printf '2 Q0 x 1 0.1 t\n2 Q0 d 2 0.5 t\n' >byscore
is "$(json --qrels qrels --run byscore --per-query | jq '.per_query[]|select(.query=="2").MRR')" \
	1 "a run is ordered by score"
# a track ranked twice counts once
printf '2 Q0 d 1 3 t\n2 Q0 d 2 2 t\n' >twice
is "$(json --qrels qrels --run twice -k 2 --per-query | jq '.per_query[]|select(.query=="2")."P@2"')" \
	0.5 "a track ranked twice counts once"

# Answers, judged by the query itself
printf 'i miss my ex\t0\tmp1\t1\ni miss my ex\t0\tmp9\t1\n' >bytext
cat >answers <<'X'
{"query":"i miss my ex","mood_detected":{"valence":-0.6,"arousal":-0.2,"matches":1},"results":[{"track_id":"mp1","artist":"A","mood":{"valence":-0.6,"arousal":-0.2}},{"track_id":"mp2","artist":"A","mood":{"valence":-0.6,"arousal":0.3}},{"track_id":"mp3","artist":"B"},{"track_id":"mp4"}],"metadata":{"processing_time_ms":10}}
{"query":"party","mood_detected":{"valence":0,"arousal":0,"matches":0},"results":[],"metadata":{"processing_time_ms":30}}
{"query":"x","error":{"code":"request"}}
X
json --qrels bytext answers -k 4 >out
is "$(jq -c '[.queries,.judged,."P@4",."recall@4"]' out)" '[3,1,0.25,0.5]' \
	"answers by query text"
is "$(jq -c '[.artists,."own-alignment"]' out)" '[0.75,0.75]' "diversity and alignment"
is "$(jq -c '[.p50_ms,.p95_ms,.p99_ms]' out)" '[10,30,30]' "latency"
is "$(json <answers | jq -c 'has("MAP"),.artists')" 'false
0.75' "answers without judgements"
printf 'q7 0 mp1 1\n' >byqid
is "$(sed 's/{"query":"i miss my ex"/&,"qid":"q7"/' answers | json --qrels byqid | jq .MRR)" 1 \
	"answers by qid"
like "$(evaluate --qrels qrels --run run)" '^NDCG@20 +0\.[0-9]{4} \(0\.[0-9]{4}-0\.[0-9]{4}\)$' "a table for people"
is "$(evaluate --qrels qrels --run run --per-query | head -5 | tail -4 | awk '{print $NF}' | sort | tr -d '\n')" \
	1234 "a row per query"

# Bad input
printf '1 0 a\n' >bad
status 4 evaluate --qrels bad --run run
like "$(cat err)" 'bad:1: not a judgement' "a torn judgement"
printf '1 0 a 1\n1 0 a 0\n' >bad
status 4 evaluate --qrels bad --run run
like "$(cat err)" 'bad:2: a is judged twice' "judged twice"
status 4 evaluate --qrels qrels --run qrels
like "$(cat err)" 'qrels:1: not a line of a run' "not a run"
status 4 evaluate --qrels qrels run
like "$(cat err)" 'run:1: not an answer' "not answers"
status 3 evaluate --qrels nothere --run run
status 2 evaluate --run run
status 3 bash -c 'evaluate --qrels qrels --run run >/dev/full'
done_testing
