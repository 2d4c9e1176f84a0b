# SPDX-License-Identifier: GPL-3.0-or-later
# Journeys: stations become places, each with candidates of its own.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx

found() { query -q --ids "$@" >"$TMP/found" 2>"$TMP/said"; }
holds() { # NAME JQ
	is "$(jq -c "$2" "$TMP/found")" true "$1"
}

found --arc 'sad -> hopeful -> energetic' --minutes 30
holds "one object, with places from 0 to 1" \
	'.minutes == 30 and .legs[0].place == 0 and .legs[-1].place == 1 and
	 ([.legs[].place] | . == (sort | unique))'
holds "stations have their names" \
	'[.legs[] | .station // empty] == ["sad","hopeful","energetic"]'
holds "places between lie between" '[.legs[].mood_detected] |
	.[0].valence < .[1].valence and .[1].valence < .[3].valence and
	.[3].arousal < .[4].arousal and .[4].arousal < .[6].arousal'
holds "each has candidates, fewer than one search alone" \
	'.legs | all((.candidates | length) > 0)'
holds "it says how to ask again" \
	'.asked == {"arc":"sad -> hopeful -> energetic","minutes":30}'
found --arc 'sad → happy'
holds "the arrow of typesetters" '[.legs[] | .station // empty] == ["sad","happy"]'
found --arc 'sad -> zzxxyy'
holds "a station without a mood is told" '.warnings | any(test("zzxxyy"))'
found --arc 'sad -> '
holds "a station that is missing behind" '.error.message | test("empty station")'
found --arc '-> sad'
holds "or in front" '.error.message | test("empty station")'
found --arc "$(printf 'sad -> %.0s' $(seq 16))happy"
holds "too many" '.error.message | test("more than 16")'

found --arc sad
holds "one station is no way" '.error.message | test("one station")'

found --from mp06 --to mp07
holds "from a track to another: they begin and end it" \
	'.legs[0].wish.keep == [.legs[0].candidates[0].row] and
	 .legs[0].candidates[0].track_id == "mp06" and
	 .legs[-1].candidates[0].track_id == "mp07"'
holds "the places between are asked by their mood" \
	'[.legs[].mood_detected.valence] | . == sort and .[0] < .[2]'
holds "and named" '.legs[0].station | test("heartbreak 6$")'
found --arc 'sad -> happy' --keep mp06 --keep mp09
holds "what is kept stands where its mood is" \
	'[.legs[] | select(.wish.keep) | .place] | length == 2 and .[0] < 0.4 and .[1] > 0.6'
holds "and is a candidate there" '[.legs[].candidates[0].track_id] |
	(index("mp06") != null) and (index("mp09") != null)'
zero=$(query -q --ids music | jq -r '.candidates[] | select(.row == 0).track_id')
found --arc 'sad -> happy' --keep "$zero"
holds "also the first row of the index" '[.legs[].wish.keep // empty] == [[0]]'
found --from 'Artist 2' --to happy
holds "from an artist, whose tracks are no ends, to a mood" \
	'(.legs[0].wish.keep == null) and .legs[-1].station == "happy"'
found --from mp06 --to zzxxyy
holds "neither a track nor a mood" '.error.code == "no-track"'
is "$(query -q --arc 'sad -> energetic' --max-year 1986 | rerank -q -k 60 --per-artist 0 |
	jq -c '[.results[].station] | [first, last, (length < 10)]')" \
	'["sad","energetic",true]' "few tracks go all the way"
status 2 query --from mp06
status 2 query --from mp06 --to mp07 --arc 'a -> b'
status 2 query --arc 'sad -> happy' calm
status 2 query --minutes 0 calm

found --minutes 20 calm
holds "minutes of a plain request: one place" \
	'.minutes == 20 and (.legs | length == 1) and .legs[0].query == "calm"'
printf '{"arc":"sad -> happy","qid":"7","filters":{"min_year":2000}}\n{"query":"calm"}\n' |
	query -q --ids >"$TMP/found"
is "$(jq -c '[.qid, has("legs")]' "$TMP/found" | paste -sd' ')" \
	'["7",true] [null,false]' "in requests, beside others"
is "$(jq -c 'select(.legs) | [.legs[].candidates[].track_id[2:] | tonumber] | min >= 20' \
	"$TMP/found")" true "filters hold at every place"
done_testing
