# SPDX-License-Identifier: GPL-3.0-or-later
# By example: tracks that answers are to be like or unlike, or that stay in
# them, and more or less of an aspect.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx

# In mp02, mp04 ... valence -0.6, arousal -0.2 and less; in the others +0.6, +0.8.
found() { query -q --ids "$@" >"$TMP/found"; }
holds() { # NAME JQ
	is "$(jq -c "$2" "$TMP/found")" true "$1"
}

found --like mp06
holds "an id: that track's mood, and not itself" \
	'.mood_detected.by == "like" and .mood_detected.valence < -0.6 and
	 (.candidates | length > 20) and (.candidates | all(.track_id != "mp06"))'
holds "it is told which" '.understood.tracks[0].like == "Artist 0 - lonely rain heartbreak 6"'
holds "and how to ask again" '.asked == {"like":["mp06"]}'
found --like https://old.example/6
holds "a URL" '.understood.tracks[0].like | test("heartbreak 6$")'
found --like 'artist 0 - lonly rain heartbreak 6'
holds "a name, with a typing error" '.understood.tracks[0].like | test("heartbreak 6$")'
found --like mp06 --like mp07
holds "several" '.wish.like | length == 2'
found --like 'Artist 2'
holds "an artist: some of the tracks" '.wish.like | length == 8'
printf '{"like":["mp06"],"top_k":3}\n' | query -q --ids >"$TMP/found"
holds "in a request" '.top_k == 3 and .mood_detected.by == "like"'
best=$(query -q --like mp06 | rerank -k 5 |
	jq -c '[.results[].track_id[2:] | tonumber % 2 == 0] | all')
is "$best" true "answers are like it"

found --like 'nobody of that name'
holds "what is not there is refused" '.error.code == "no-track"'
holds "with what to write" '.error.message | test("Artist - Title")'
printf '{"like":["nope"]}\n{"query":"calm"}\n' | query >"$TMP/found" 2>"$TMP/said"
is "$(jq -c 'has("error")' "$TMP/found" | paste -sd,)" "true,false" \
	"a request that names nobody costs that request"
found --like "$TMP/none.mp3"
holds "a file that is not there" '.error.message | test("none.mp3")'

# more and less
found --like mp06 --more energetic
holds "more: every one is further" '.eligible > 10 and .mood_detected.arousal > 0.1 and
	.understood.aspects.arousal.above > .understood.aspects.arousal.asked'
is "$(query -q --like mp06 --more energetic | rerank -k 10 | jq '.understood.aspects.arousal.above as $a |
	[.results[].mood.arousal > $a] | all')" true "in answers, too"
found party --less happy
holds "than the mood of words" '.mood_detected.valence < 0.6'
found --more dark
holds "of what no track is known: told, and not heeded" \
	'.warnings | any(test("bright"))'
found --like mp06 --less vocals
holds "singing" '.wish.vocals == "none"'
found --more splendid
holds "an aspect that is none: those there are" '.error.message | test("energetic")'

# what a first answer taught
found --keep mp05 --unlike mp06 --unlike mp08 party
holds "kept and dropped, by row" '.wish as $w | (.candidates[0].track_id == "mp05") and
	($w.keep == [.candidates[0].row]) and ($w.unlike | length == 2)'
holds "what was dropped is no candidate" \
	'.candidates | all(.track_id != "mp06" and .track_id != "mp08")'
query -q party >"$TMP/before"
is "$(jq -c '.weights' "$TMP/before" "$TMP/found" | sort -u | wc -l)" 1 \
	"the words weigh what they did"
found --keep mp05 --unlike mp05 party
holds "both kept and unlike: it is told" \
	'.warnings == ["\"Artist 5 - party dance energetic 5\" is to be kept and unlike: left out"]'
found --keep mp09 party
holds "as is what has a dead link" '.warnings | any(test("link is dead"))'
asked() { jq -c .understood.aspects.arousal.asked "$TMP/found"; }
found --keep mp06 --more energetic
kept=$(asked)
found --like mp06 --more energetic
is "$kept" "$(asked)" "more than what is kept has, where nothing is to be liked"
printf '{"query":"songs like Artist 2","like":[%s]}\n' \
	"$(printf '"mp%02d",' $(seq 48) | sed 's/,$//')" | query -q >"$TMP/found"
holds "too many with those that the words name" '.error.message | test("50 are the most")'
found --keep nobody-here party
holds "only what is there can be kept" '.error.code == "no-track"'
status 2 query --unlike mp06
done_testing
