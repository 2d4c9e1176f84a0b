# SPDX-License-Identifier: GPL-3.0-or-later
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx
holds() { # NAME FILTER [jq arguments] FILE
	is "$(jq -e "${@:2}" 2>&1)" true "$1"
}
query i miss my ex >"$TMP/c.json"
query -k 4 calm morning >"$TMP/c4.json"

# The answer object
rerank -q --per-artist 0 <"$TMP/c.json" >"$TMP/a.json"
is "$(wc -l <"$TMP/a.json")" 1 "one object a query"
is "$(jq -c 'keys' "$TMP/a.json")" \
	'["context_tags","metadata","mood_detected","query","results","understood"]' "its members"
is "$(jq -c '.mood_detected|[.valence,.arousal]' "$TMP/a.json")" '[-0.6,-0.2]' \
	"mood_detected"
is "$(jq -c '.metadata.stages|keys' "$TMP/a.json")" \
	'["postprocessing","query_understanding","reranking","retrieval","scoring"]' \
	"stages"
is "$(jq '.metadata.total_candidates' "$TMP/a.json")" \
	"$(jq '.candidates|length' "$TMP/c.json")" "total_candidates"
holds 'stages add up' '.metadata.processing_time_ms >= ([.metadata.stages[]]|add) - 0.01' "$TMP/a.json"
is "$(jq '.results|length' "$TMP/a.json")" 20 "20 results by default"
holds 'members of a result' '[.results[]|.track_id and .title and .artist and .year and .genre and
	.permalink_url and (.score|type=="number") and
	(.confidence|type=="number")]|all' "$TMP/a.json"
holds 'scores in [0, 1]' '[.results[].score]|max <= 1 and min >= 0' "$TMP/a.json"
holds 'absent is absent' '[.results[]|tostring|test("null|NaN|nan")]|any|not' "$TMP/a.json"

# Sad before loud; what the reference says of every result
is "$(rerank -q -k 12 --per-artist 0 --lambda 1 --spacing 0 <"$TMP/c.json" | jq '[.results[]|.mood.valence < 0]|all')" true \
	"the sad stand before the loud"
is "$(jq -r '[.results[]|select(.track_id=="mp02")|.permalink_url]|first' \
	<(rerank -q -k 48 --per-artist 0 <"$TMP/c.json"))" https://new.example/2 \
	"a moved link's new URL"
is "$(rerank -q -k 48 --per-artist 0 <"$TMP/c.json" | jq '[.results[]|.unverified==true]|map(select(.))|length')" 6 \
	"unknown links are marked unverified"
is "$(rerank -q -k 48 --per-artist 0 <"$TMP/c.json" | jq -c '[.results[]|select((.imputed//[])|index("genre"))|.track_id[2:]|tonumber%3]|unique')" \
	'[0]' "imputed genres are marked"
is "$(rerank -q -k 48 --per-artist 0 <"$TMP/c.json" | jq -c '[.results[]|select((.imputed//[])|index("bpm"))|.track_id[2:]|tonumber%4]|unique')" \
	'[0]' "imputed sound is marked"
is "$(rerank -q -k 48 --per-artist 0 <"$TMP/c.json" | jq -c '.results[]|select(.track_id=="mp14")|.audio_features')" \
	'{"bpm":74,"energy":0.8,"key":2,"mode":0,"loudness":-14.5,"valence_score":-0.6}' \
	"display features in their units"
holds 'no mood, no member' '[.results[]|select(.track_id=="mp10" or .track_id=="mp20")|has("mood")]|any|not' \
	<(rerank -q -k 48 --per-artist 0 <"$TMP/c.json")

# k: the option, the request, 20
is "$(rerank -q -k 3 <"$TMP/c4.json" | jq '.results|length')" 3 "-k"
is "$(rerank -q <"$TMP/c4.json" | jq '.results|length')" 4 "the request's top_k"
is "$(rerank -q -k 1000 --per-artist 0 <"$TMP/c.json" | jq '.results|length')" 42 \
	"no result is lost on the way"

# What is asked for is one range, for both tools
for tool in query rerank; do
	"$tool" -k 0 x </dev/null >/dev/null 2>"$TMP/err.$tool"
	sed -i "1s/^$tool: //; 1q" "$TMP/err.$tool"
done
like "$(cat "$TMP/err.rerank")" '--top-k takes a whole number from 1 to 1000, not' \
	"the range of -k"
ok cmp "$TMP/err.query" "$TMP/err.rerank"
status 2 rerank -k 1001

# The score is the sum of what is said to make it, to the last digit
holds 'contributions sum to the score' '[.results[] | ([.contributions[]]|add) - .score |
	fabs < 1e-9] | all' <(rerank -q -k 48 --per-artist 0 <"$TMP/c.json")
holds 'penalties are negative' '[.results[].contributions | (.popularity // 0, .link // 0) <= 0] |
	all' <(rerank -q -k 48 --per-artist 0 <"$TMP/c.json")
holds 'the Viral are penalised' '[.results[] | (.popularity_tier == "Viral") ==
	((.contributions.popularity // 0) < 0)] | all' <(rerank -q -k 48 --per-artist 0 <"$TMP/c.json")

# Artists: at least three others between, where that can be had; a limit
holds 'three others between two of one artist' '[.results[:20][].artist] as $a | [range(20)|. as $i |
	[range([0,$i-3]|max; $i)|$a[.]==$a[$i]]|any]|any|not' \
	<(rerank -q --per-artist 0 --spacing 3 <"$TMP/c.json")
holds 'but by itself it takes nobody who is far worse' '[.results[:12][]|.mood.valence < 0]|all' "$TMP/a.json"
is "$(rerank -q -k 48 --per-artist 3 <"$TMP/c.json" | jq '[.results|group_by(.artist)[]|length]|max')" \
	3 "--per-artist"
is "$(rerank -q -k 48 <"$TMP/c.json" | jq '[.results|group_by(.artist)[]|length]|unique|tostring')" \
	'"[2]"' "two of an artist by default"
is "$(rerank -q -k 48 --per-artist 0 --lambda 1 --spacing 0 <"$TMP/c.json" | jq '[.results[].score]|. == (sort|reverse)')" \
	true "relevance alone is the order of scores"

# Formats
is "$(rerank -q -k 5 --format ndjson <"$TMP/c.json" | jq -c '[.query,.rank]' | tail -1)" \
	'["i miss my ex",5]' "ndjson"
is "$(cat "$TMP/c.json" "$TMP/c4.json" | rerank -q --format m3u -k 2 | grep -c '^#EXTM3U')" 1 \
	"one playlist header"
rerank -q --format m3u -k 48 <"$TMP/c.json" >"$TMP/list.m3u"
is "$(grep -c '^#EXTINF:-1,Artist . - ' "$TMP/list.m3u")" \
	"$(grep -c '^https://' "$TMP/list.m3u")" "m3u: a line of each kind a track"
is "$(cat "$TMP/c.json" "$TMP/c4.json" | rerank -q --format trec --tag t -k 2 | awk '{print $1,$2,$4,$5,$6}')" \
	'1 Q0 1 2 t
1 Q0 2 1 t
2 Q0 1 2 t
2 Q0 2 1 t' "trec"
is "$(echo '{"query":"sad","qid":"q 9"}' | query -q | rerank -q -k 1 --format trec | cut -d' ' -f1)" \
	q_9 "the request's own qid"
is "$(query -q --genre nowhere sad | rerank -q --format trec; echo $?)" 0 \
	"no results, no lines of a run"
printf '%s\n' '{"id":"mpa","title":"calm","audio":{"path":"/a b/50%/é.ogg","sha256":"0"}}' \
	'{"id":"mpb","title":"calm","permalink_url":"https://e.example/b","audio":{"path":"/c.ogg"}}' \
	>"$TMP/own"
mood-map -q "$TMP/own" >"$TMP/own.feat"
build-index -q --index "$TMP/own.idx" --mood "$TMP/own.feat" "$TMP/own"
is "$(query -q --index "$TMP/own.idx" calm |
	rerank -q --index "$TMP/own.idx" --format m3u --absolute-paths |
	grep -v '^#' | sort)" "/a b/50%/é.ogg
https://e.example/b" "without a link, a file of one's own plays"
rerank -q --format table -k 3 <"$TMP/c.json" >"$TMP/table"
like "$(sed -n 2p "$TMP/table")" '^ *#  *score  artist  *title  *year  genre  *mood  *url$' \
	"table heading"
is "$(sed -n '2,$p' "$TMP/table" | awk '{print match($0, /[aA]rtist/)}' | sort -u)" 11 "table columns are aligned"
rerank -q --format table -k 48 --per-artist 0 <"$TMP/c.json" >"$TMP/table"
is "$(grep -c ' ~' "$TMP/table")" "$(rerank -q -k 48 --per-artist 0 <"$TMP/c.json" |
	jq '[.results[]|select((.imputed//[])|index("genre"))]|length')" \
	"a guessed genre is marked"
is "$(awk '{print match($0, / [-+][0-9.]+ [-+]/)}' "$TMP/table" | sort -u | wc -l)" 2 \
	"and moves no column"
status 2 rerank --format xml
status 2 rerank --lambda 2

# Control characters and forged lines from a crawl
printf '{"id":"mpx","title":"a\\u001b[31mb\\nhttp://evil","artist":"\\u202ex","permalink_url":"#x\\ny","url_status":"VALID","release_year":2000}\n' \
	>"$TMP/t"
embed text -q --fit "$TMP/p" --base none "$TMP/t" "$TMP/c/tracks.ndjson"
embed text -q --model "$TMP/p" "$TMP/t" >"$TMP/f"
build-index -q --index "$TMP/hostile" --text-model "$TMP/p" --text "$TMP/f" "$TMP/t"
for format in table m3u; do
	query --index "$TMP/hostile" evil | rerank -q --index "$TMP/hostile" --format $format >"$TMP/out"
	is "$(tr -d '\n' <"$TMP/out" | LC_ALL=C tr -d '\40-\176\200-\377' | wc -c)" 0 \
		"$format: no control character"
	is "$(grep -c '^http://evil\|^y' "$TMP/out")" 0 "$format: no forged line"
done

# Refused requests and empty results
printf '{"query":"sad"}\nnonsense\n{"query":"sad","filters":{"min_year":3000}}\n' |
	query -q | rerank -q >"$TMP/mixed" 2>"$TMP/err"
is "$(jq -c '[(.results|type),(.results//[]|length>0),.error.code,(.hint|type)]' "$TMP/mixed")" \
	'["array",true,null,"null"]
["null",false,"request","null"]
["array",false,null,"string"]' "an error passes, an empty answer has a hint"
status 1 bash -c 'echo x | query -q | rerank -q --max-errors 0'

# A generation that was pruned, and one that is still there
for n in 1 2; do
	build-index -q --index "$TMP/idx" <(head -$n "$TMP/c/tracks.ndjson")
	[ $n = 1 ] && status 0 rerank -k 1 "$TMP/c.json"
done
status 3 rerank "$TMP/c.json"
like "$(cat "$TMP/err")" 'generation .*pruned.*ask query again' "the pruned one"

# Malformed input, full disk, closed pipe
status 4 bash -c 'echo "{\"query\":\"x\"}" | rerank'
like "$(cat "$TMP/err")" 'standard input:1: not a candidates object.*feed rerank from query' \
	"what rerank wants"
head -c 200 "$TMP/c.json" >"$TMP/torn"
status 4 rerank "$TMP/torn"
small_index "$TMP/idx"
query sad >"$TMP/c.json"
status 3 bash -c 'rerank <'"$TMP/c.json"' >/dev/full'
for i in $(seq 300); do cat "$TMP/c.json"; done >"$TMP/many"
bash -c 'rerank <'"$TMP/many"' 2>'"$TMP/err"'; echo $? >'"$TMP/rc" | head -1 >/dev/null
is "$(cat "$TMP/rc")" 3 "a closed pipe is noticed"
like "$(ldd "$(command -v rerank)" | grep -Ec 'crypto|blas|sndfile|curl|jansson')" \
	'^0$' "rerank links nothing heavy"
done_testing
