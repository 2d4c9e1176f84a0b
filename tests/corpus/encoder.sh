# SPDX-License-Identifier: GPL-3.0-or-later
# A corpus with a transformer (ENCODER=folder): its vectors beside those of
# words, an index of either to compare, the switch and the way back; remembered,
# the same bytes however it is cut, and what cannot be.
. tests/corpus.sh
TOY=$BUILD/tests/helpers/encodertoy
export MOODPIPE_WORKERS=$BIN

# Forty tracks, of which those of a mood have its words.
for i in $(seq 1 40); do
	case $((i % 4)) in
	0) what='sad rain' tags='"sad","piano"' ;;
	1) what='happy sun' tags='"happy","dance"' ;;
	2) what='angry fire' tags='"angry","metal"' ;;
	*) what='calm sea' tags='"calm","ambient"' ;;
	esac
	echo "{\"id\":\"t$i\",\"title\":\"$what $i\",\"artist\":\"Artist $((i % 7))\",\"genre\":\"pop\",\"tags\":[$tags]}"
done >"$TMP/crawl.ndjson"
words() { printf '%s\n' sad rain piano happy sun dance angry fire metal calm \
	sea ambient artist by pop; }
words | "$TOY" "$TMP/my toy" 1 24
build() { # TARGET [VAR=value...]
	local target=$1
	shift
	env CORPUS="$TMP/c" CRAWL="$TMP/crawl.ndjson" SHARDS=2 "$@" \
	    pipelines/corpus.sh "$target" >"$TMP/log" 2>&1
}
model() { # DIR: of the text vectors in an index, and of how many numbers
	grep -ao '{"name":.*"precision":"[a-z0-9]*"}' "$1/current" |
	    jq -c '[.name, .dim, .precision]'
}
first() { # DIR QUERY: the tracks that are found
	query -q --index "$1" "$2" | rerank -q --index "$1" -k 5 --per-artist 0 |
	    jq -r '.results[].title'
}

ok build index
plain=$(generation "$TMP/c")
is "$(model "$TMP/c/index")" "" "without an encoder: vectors of words"

ok build index ENCODER="$TMP/my toy"
is "$(generation "$TMP/c")" "$plain" "with one, and no switch: the index stays"
is "$(runs "embed text") $(computed "embed text")" "2 40" "its vectors are made"
is "$(ls "$TMP"/c/shards/*/text-my-toy.feat | wc -l)" 2 "beside those of words"
is "$(model "$TMP/c/index-my-toy")" '["my toy",24,"f32"]' "an index of them"
for w in sad happy angry; do
	is "$(first "$TMP/c/index-my-toy" "$w $w" | grep -c "^$w")" 5 \
	    "it answers: $w"
done
ok build index
is "$(cat "$TMP/log")" "" "remembered, and nothing to do"

# Which one is better is asked before the switch.
printf '%s\n' sad happy angry calm | jq -Rc '{query: (. + " music"), qid: .}' \
	>"$TMP/requests"
jq -r '(.title | split(" ")[0]) + " 0 " + .id + " 1"' \
	"$TMP"/c/shards/*/felt.ndjson >"$TMP/qrels"
for d in index index-my-toy; do
	query -q --index "$TMP/c/$d" <"$TMP/requests" |
	    rerank -q --index "$TMP/c/$d" >"$TMP/$d.answers"
done
status 0 evaluate --qrels "$TMP/qrels" --compare "$TMP/index-my-toy.answers" \
	"$TMP/index.answers"
like "$(cat "$TMP/out")" \
	'NDCG@20 +[01]\.[0-9]+ \(.*\) +[01]\.[0-9]+ \(.*\) +[+-]0\.[0-9]+ .*p=' \
	"measures of both, and the difference"

ok build index TEXT=my-toy
is "$(runs "embed text")" 0 "the switch computes no vector"
is "$(model "$TMP/c/index")" '["my toy",24,"f32"]' "the index is the encoder's"
with=$(generation "$TMP/c")
for how in "1 1" "3 2"; do
	set -- $how
	ok env CORPUS="$TMP/s$1" CRAWL="$TMP/crawl.ndjson" SHARDS="$1" \
	    JOBS="$2" ENCODER="$TMP/my toy" TEXT=my-toy pipelines/corpus.sh index
	is "$(generation "$TMP/s$1")" "$with" "$1 shards, -j$2: the same bytes"
done
ok build refit
is "$(generation "$TMP/c")" "$with" "a refit leaves it alone"

# Another model under the same name is another model.
words | "$TOY" "$TMP/my toy" 2 24
ok build index
is "$(computed "embed text")" 40 "other weights: all vectors anew"
ok test "$(generation "$TMP/c")" != "$with"
ok build index PRECISION=int8
is "$(model "$TMP/c/index")" '["my toy",24,"int8"]' "at another precision"
ok build index PRECISION=f32

# One more track.
echo '{"id":"new","title":"sad new","artist":"Artist 9"}' >>"$TMP/crawl.ndjson"
ok build index
is "$(computed "embed text")" 2 "one more track: one vector of each kind"

ok build index TEXT=words
is "$(model "$TMP/c/index")" "" "and back"
sed -i '$d' "$TMP/crawl.ndjson"
ok build index ENCODER=
is "$(generation "$TMP/c")" "$plain" "ENCODER=: as if there had been none"

status 2 env CORPUS="$TMP/c" TEXT=toy pipelines/corpus.sh index
like "$(cat "$TMP/err")" 'TEXT=toy: expected words' "no such vectors"
status 2 env CORPUS="$TMP/c" PRECISION=f64 pipelines/corpus.sh index
status 3 env CORPUS="$TMP/c" ENCODER="$TMP/nowhere" pipelines/corpus.sh index
like "$(cat "$TMP/err")" 'no such folder: .*nowhere .*ENCODER=' "a missing folder"
mkdir "$TMP/empty"
status 4 env CORPUS="$TMP/c" ENCODER="$TMP/empty" pipelines/corpus.sh index
is "$(generation "$TMP/c")" "$plain" "an empty one: the index stays"
done_testing
