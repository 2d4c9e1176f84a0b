# SPDX-License-Identifier: GPL-3.0-or-later
# Requests at the edge: each goes through query | rerank, and there is a sensible
# answer or a clear message, and nothing on the way breaks.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
jq -c '.language = (if (.id[2:] | tonumber) % 2 == 0 then "en" else "es" end) |
	.duration_ms = 60000 + (.id[2:] | tonumber) * 6000' "$TMP/c/tracks.ndjson" \
	>"$TMP/c/more" && mv "$TMP/c/more" "$TMP/c/tracks.ndjson"
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx

# edge NAME JQ WORDS...: JQ, of the answer as . and of what query wrote to
# standard error as $said, is true
edge() {
	local name=$1 expr=$2 got
	shift 2
	if ! query "$@" 2>"$TMP/said" >"$TMP/found"; then
		echo "not ok - $name: query fails: $(head -c 300 "$TMP/said")"
		return
	fi
	rerank -q <"$TMP/found" >"$TMP/answer" 2>"$TMP/err"
	got=$(jq -c --rawfile said "$TMP/said" "$expr" "$TMP/answer" 2>&1) || :
	is "$got" true "$name"
	[ "$got" = true ] || head -c 600 "$TMP/answer" | sed 's/^/# /'
}
json() { # NAME JQ REQUEST, as a line of standard input
	local name=$1 expr=$2 got
	printf '%s\n' "$3" | query 2>"$TMP/said" | rerank -q >"$TMP/answer" 2>"$TMP/err"
	got=$(jq -c --rawfile said "$TMP/said" "$expr" "$TMP/answer" 2>&1) || :
	is "$got" true "$name"
	[ "$got" = true ] || head -c 600 "$TMP/answer" | sed 's/^/# /'
}
answers='.results | length > 0'
vague='(.results | length > 0) and ($said | test("nothing in the request"))'
refused='.error.code == "request" and ($said | test("empty"))'
warned() { echo "(.warnings // [] | any(test(\"$1\")))"; }

# nothing, or next to nothing
edge "empty" "$refused" ''
edge "blanks" "$refused" '   '
json "an empty object" '.error.code == "request"' '{}'
json "no words" "$refused" '{"query":""}'
edge "only punctuation" "$vague" '?!... --- /'
edge "one emoji with a mood" "$answers" '😭'
edge "one emoji without" "$answers" '🎵'
edge "one letter" "$answers" 'x'
edge "only stop words" "$answers" 'the of and to a in that'
edge "music" "$vague" 'music'
edge "play something" "$vague" 'Play something!'
edge "idk" "$vague" 'idk'
edge "an operand of dashes" "$answers" -- '--'

# much
edge "10 kB of text" "$answers" "$(yes 'lonely rain and heartbreak' | head -c 10240)"
edge "10 kB without a blank" "$answers" "$(head -c 10240 /dev/zero | tr '\0' a)"
edge "10 kB of negations" "$answers" "$(yes not | head -c 10240)"
edge "too much" '.error.code == "request" and ($said | test("65536"))' \
	"$(yes sad | head -c 70000)"
edge "a very long word" "$answers" "sad$(head -c 400 /dev/zero | tr '\0' z)"

# other scripts and directions
edge "Japanese" "$answers" '悲しい歌'
edge "Arabic" "$answers" 'أغاني حزينة'
edge "Cyrillic" "$answers" 'грустные песни'
edge "mixed scripts" "$answers" 'sad 音乐 música музыка'
edge "full width" "$answers" 'ｓａｄ　ｓｏｎｇｓ'
edge "accents as marks of their own" "$answers" $'cafe\xcc\x81 mu\xcc\x81sica'
edge "right to left override" "$answers" $'sad \xe2\x80\xae songs'

# bytes
edge "invalid UTF-8" "$answers" $'sad \xff\xfe\xc3 rain'
edge "control characters" "$answers" $'sad\x01\x02\x1b[31m rain\x7f'
edge "newlines and tabs" "$answers" $'sad\n\train\r\n'
json "a NUL" "$answers" '{"query":"sad\u0000rain"}'
json "half a surrogate" '.error or (.results | length > 0)' '{"query":"sad \ud83d rain"}'

# that another program might obey
edge "SQL" "$answers" "sad'; DROP TABLE tracks; --"
edge "a shell" "$answers" '$(touch /tmp/x); `id` | rain & ; rm -rf / > sad'
edge "a format" "$answers" '%s%n%d sad %x'
edge "JSON in words" "$answers" '{"query":"sad"}'
edge "markup" "$answers" '<script>alert("sad")</script> & <b>rain</b>'
edge "signs of a search" "$answers" '+ - * "" "sad -" ((AND OR NOT))'

# filters that contradict each other or leave nothing
edge "years that cannot be" "($answers) and $(warned 'cannot be')" \
	'sad songs before 1980 and after 1990'
edge "lengths that cannot be" "($answers) and $(warned 'cannot be')" \
	'sad, over 5 minutes and under 2 minutes'
edge "years that no track has" "($answers) and $(warned 'no track passes')" \
	'sad songs before 1950'
edge "the request's filter goes before" \
	"($answers) and $(warned 'filter on year') and (.results | all(.year >= 2015))" \
	--min-year 2015 sad songs from the 80s
edge "wanted and left out" "($answers) and $(warned 'no track passes')" --artist 'Artist 2' \
	sad songs without Artist 2
edge "contradictory moods" "$answers" 'happy sad calm furious'
edge "bright and dark" "$answers" 'bright and dark'

# names that nobody has
edge "an artist that does not exist" "($answers) and $(warned 'no artist')" \
	'songs by Zyzzyx Quaternion'
edge "like one that does not exist" "($answers) and $(warned 'no artist or title')" \
	'songs like Zyzzyx Quaternion'
edge "a language nobody sings" "($answers) and $(warned 'language')" 'sad songs in Finnish'
edge "without one that does not exist" "$answers" 'rain without Zyzzyx'

# numbers and negatives
edge "a number" "$answers" '1999'
edge "a number as long as a line" "$answers" '99999999999999999999999999999999 minutes'
edge "under nothing" "$answers" 'sad under 0 minutes and less than'
edge "a year that is none" "$answers" 'sad songs from 20201'
edge "negative only" "$answers" 'not too sad'
edge "nothing but what is not wanted" "$answers" 'no indie'
edge "not anything" "$answers" 'no not never without nothing'

# a folder of one's own has no plays
jq -c 'del(.playback_count)' "$TMP/c/tracks.ndjson" >"$TMP/c/more" &&
	mv "$TMP/c/more" "$TMP/c/tracks.ndjson"
small_index "$TMP/unplayed"
export MOODPIPE_INDEX=$TMP/unplayed
edge "no plays: any tracks" "$vague" 'music'

done_testing
