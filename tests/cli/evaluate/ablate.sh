# SPDX-License-Identifier: GPL-3.0-or-later
# Candidates reranked without parts of the score; a match fitted to judgements.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx
cd "$TMP" || exit 1

printf '{"query":"%s","qid":"%s","top_k":20}\n' "i miss my ex" sad \
	"party dance" glad "lonely rain 7" sad7 | query -q >candidates
# the even ones are sad; 7 is asked for, too
for i in $(seq -w 1 48); do
	q=$((10#$i % 2))
	[ $q = 1 ] && echo "glad 0 mp$i 1" || echo "sad 0 mp$i 1"
	[ $q = 0 ] && echo "sad7 0 mp$i 1"
done >qrels
ablate() { evaluate --ablate --qrels qrels "$@" candidates; }
part() { # NAME [FILTER]: of the report without it
	jq -c --arg name "$1" '.ablation[] | select(.without == $name) |
		.report | '"${2-.}" ablated
}
ablate --json >ablated
is "$(jq -r '[.ablation[].without] | join(" ")' ablated)" \
	"nothing text audio mood collab unknown vocals popularity link lyric variety weighting (rrf)" \
	"every part in turn"
measures='[."P@10", ."NDCG@20", .MAP, .diversity, .artists]'
rerank -q candidates >answers
is "$(part nothing "$measures")" \
	"$(evaluate --json --qrels qrels --index idx answers | jq -c "$measures")" \
	"with everything: what rerank answers"
rerank -q --fusion rrf candidates >fused
is "$(part 'weighting (rrf)' "$measures")" \
	"$(evaluate --json --qrels qrels --index idx fused | jq -c "$measures")" \
	"ranks fused: what rerank --fusion rrf answers"
is "$(part 'weighting (rrf)' '.compare | map_values(.difference)')" \
	"$(evaluate --json --qrels qrels --index idx --compare answers fused |
		jq -c '.compare | map_values(.difference)')" "the differences"
ok test "$(part text "$measures")" != "$(part nothing "$measures")"
is "$(part lyric "$measures")" "$(part nothing "$measures")" \
	"nothing is quoted: no difference"
is "$(part nothing .coverage)" "$(evaluate --json --index idx answers | jq .coverage)" \
	"coverage"
ok cmp <(ablate) <(ablate --seed 1)
like "$(ablate)" '^text +[01]\.[0-9]{4} [-+]0\.[0-9]{4} \(.* to .*\) p=' "a table"
sed 's/\t.*//; s/ .*//' qrels | sort -u | sed 's/$/\tQ3/' >asked
awk '{ print $3 "\tQ3" }' qrels | sort -u >labels
is "$(ablate --json --labels labels --asked asked | jq -c \
	'[.ablation[].report.alignment] | unique')" '[1]' "alignment of labels"
status 2 evaluate --ablate --run qrels candidates
status 4 evaluate --ablate answers
sed 's/"generation":"./"generation":"x/' candidates >other
status 4 evaluate --ablate other

# Of 300 results: of score s the share s is right; a pinned one is left out.
for i in $(seq 300); do
	s=$(((i - 1) / 30))
	printf '{"query":"q%d","results":[{"track_id":"t","score":0.%d5}]}\n' "$i" "$s"
	printf 'q%d 0 %s 1\n' "$i" "$([ $((i % 10)) -lt "$s" ] && echo t || echo x)" >>judged
done >scored
echo '{"query":"q1","results":[{"track_id":"t","score":1}]}' >>scored
evaluate --fit-match --qrels judged scored >table
is "$(grep -v '^#' table | head -9 | tr '\n' ';')" "$(for s in 0 1 2 3 4 5 6 7 8; do
	printf '0.%d500\t%d.00;' "$s" $((s * 10))
done)" "shares that are right, by score"
is "$(tail -1 table)" "1	100" "what is pinned is a match of 100"
is "$(grep -v '^#' table | awk -F'\t' '$1 <= x || $2 <= y { bad++ }
	{ x = $1; y = $2 } BEGIN { x = y = -1 } END { print bad + 0 }')" 0 "both rise"
status 0 evaluate --fit-match --qrels judged -o new scored
ok cmp new table
head -50 scored >few
status 4 evaluate --fit-match --qrels judged few
like "$(cat err)" '50 results of judged queries tell a score; 100 are needed' \
	"too few"
status 2 evaluate --fit-match scored
done_testing
