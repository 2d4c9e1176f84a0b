# SPDX-License-Identifier: GPL-3.0-or-later
# rerank --cross-encoder: the best are read again, contributions keep adding up,
# nothing else moves; the budget, and models that are none.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx
cd "$TMP" || exit 1
toy() { # DIR SEED DIM [LABELS KIND]
	printf '%s\n' lonely rain heartbreak party dance energetic artist by indie |
		"$BUILD/tests/helpers/encodertoy" "$@"
}
toy cross 5 16 fits regression
toy two 5 16 no,yes single
query -q 'lonely heartbreak songs' >c.json
plain() { rerank -q --per-artist 0 --lambda 1 --spacing 0 --genre-share 1 -k 30 "$@" <c.json; }
ids() { jq -r '.results[].track_id' | xargs; }

plain >plain.json
for m in cross two; do
	plain --cross-encoder $m >$m.json
	is "$(jq '[.results[] | ([.contributions[]] | add) - .score | fabs < 1e-9] | all' $m.json)" \
		true "$m: contributions sum to the score"
	ok test "$(ids <$m.json)" != "$(ids <plain.json)"
	is "$(ids <$m.json | tr ' ' '\n' | sort | xargs)" \
		"$(ids <plain.json | tr ' ' '\n' | sort | xargs)" "$m: the same tracks"
	is "$(jq -r .metadata.cross_encoder $m.json)" $m "$m: named"
	is "$(plain --cross-encoder $m | jq -c .results)" "$(jq -c .results $m.json)" \
		"$m: the same again"
done
is "$(jq '.metadata | has("cross_encoder")' plain.json)" false 'not without one'
is "$(jq '[.results[:20][].contributions.cross // 0] | map(. != 0) | any' cross.json)" true 'it shows'
is "$(jq '[.results[20:][].contributions | has("cross")] | any' cross.json)" false \
	'the others are left alone'
is "$(ids <cross.json | cut -d' ' -f21-)" "$(ids <plain.json | cut -d' ' -f21-)" \
	'and where they were'
is "$(jq '[.results[].score] | . == (sort | reverse)' cross.json)" true 'in order of the score'
is "$(jq '.results[0].score <= 1 and .results[19].score >= .results[20].score' cross.json)" \
	true 'within bounds'
plain --cross-encoder cross --top 3 >top.json
is "$(ids <top.json | cut -d' ' -f4-)" "$(ids <plain.json | cut -d' ' -f4-)" '--top 3'
is "$(plain --cross-encoder cross --top 1 | jq -c .results)" "$(jq -c .results plain.json)" \
	'one alone has its place'
# A mood has no words.
query -q --mood -0.5,-0.2 >m.json
is "$(rerank -q --cross-encoder cross <m.json | jq -c .results)" \
	"$(rerank -q <m.json | jq -c .results)" 'a mood is left alone'

# Time.
plain --cross-encoder cross --budget-ms 0 >late.json 2>err
is "$(jq -c .results late.json)" "$(jq -c .results plain.json)" 'no time: the order stays'
is "$(jq -r '.warnings[]' late.json)" \
	'the cross-encoder had no time for the best 20 in 0 ms: ranked without it' 'said so'
rerank --cross-encoder cross --budget-ms 0 <c.json 2>err >/dev/null
like "$(cat err)" '^rerank: the cross-encoder had no time' 'to who waits, too'
is "$(jq 'has("warnings")' cross.json)" false 'otherwise no warning'
cat c.json c.json c.json >three
is "$(rerank -q --cross-encoder cross --budget-ms 0 <three | jq -r '.warnings[]' | wc -l)" 3 \
	'of each request'
is "$(rerank -q --cross-encoder cross <three | jq -c .results | uniq | wc -l)" 1 'many requests'

# Formats and precisions.
for p in bf16 int8; do
	ok rerank -q --cross-encoder cross --precision $p c.json
done
like "$(rerank -q --cross-encoder cross --format table <c.json | head -3)" 'score' 'a table'

# What does not go together, and models that are none.
status 2 rerank --top 5 c.json
status 2 rerank --budget-ms 5 c.json
status 2 rerank --cross-encoder cross --precision f64 c.json
status 2 rerank --cross-encoder cross --top 0 c.json
toy bare 5 16
status 4 rerank --cross-encoder bare c.json
like "$(cat err)" '0 labels; a cross-encoder has one' 'no head'
toy three_labels 5 16 a,b,c single
status 4 rerank --cross-encoder three_labels c.json
status 3 rerank --cross-encoder nowhere c.json
mkdir empty
status 4 rerank --cross-encoder empty c.json
status 0 rerank -q --cross-encoder cross /dev/null
is "$(cat out)" '' 'nothing in, nothing out'
status 3 bash -c 'rerank --cross-encoder cross <c.json >/dev/full'
cp -r cross nan
head -c -400 cross/model.safetensors >nan/model.safetensors
head -c 400 /dev/zero | tr '\0' '\377' >>nan/model.safetensors
status 4 rerank --cross-encoder nan c.json
done_testing
