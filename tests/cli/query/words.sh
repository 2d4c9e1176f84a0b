# SPDX-License-Identifier: GPL-3.0-or-later
# What is asked for by words: names in spite of typing errors, and what quotes,
# + and - demand of every answer, whichever retrieval finds it.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
query() { command query --ids "$@"; }
track() { # ID TITLE ARTIST TAGS
	printf '{"id":"%s","title":"%s","artist":"%s","tags":"%s","url_status":"VALID","permalink_url":"https://a.example/%s"}\n' \
		"$1" "$2" "$3" "$4" "$1"
}
{
	track t1 'Song 2' Blur 'rock, loud'
	track t2 'Song 2' 'The Cover Band' 'rock, remix'
	track t3 'Blue Monday' 'New Order' 'synth, dance'
	track t4 'Blue Monday (remix)' 'New Order' 'synth, remix'
	track t5 'Monday, blue' 'Sad Singer' 'sad, slow'
	track t6 'Creep' Radiohead 'sad, rock'
	track t7 'Karma Police' Radiohead 'sad'
	track t8 'Happy' 'Somebody' 'happy, dance'
	track t9 'Alone -Live-' 'Nobody' 'slow'
	for i in $(seq 20 60); do
		track "x$i" "Filler $i" "Artist $i" 'sad, happy, rain'
	done
} >"$TMP/tracks"
for i in $(jq -r .id "$TMP/tracks"); do
	echo "$i 5 0.8 -0.5 -0.3 - 0.8"
done | "$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/mood.feat"
embed text -q --fit "$TMP/text.pack" --base none "$TMP/tracks"
embed text -q --model "$TMP/text.pack" -o "$TMP/text.feat" "$TMP/tracks"
build-index -q --index "$TMP/idx" --text-model "$TMP/text.pack" \
	--text "$TMP/text.feat" --mood "$TMP/mood.feat" "$TMP/tracks"
export MOODPIPE_INDEX=$TMP/idx

all() { query -- "$@" | jq -r '[.candidates[].track_id] | sort | join(" ")'; }
first() { query -- "$@" | rerank | jq -r '[.results[].track_id][0]'; }

# names
is "$(first radiohaed creep)" t6 "artist and title, one mistyped"
is "$(first creep by radiohead)" t6 "title by artist"
is "$(first 'bleu monday')" t3 "a title, letters swapped"
is "$(query radiohed | jq -c '[.candidates[] | select(.named) | .track_id] | sort')" \
	'["t6","t7"]' "an artist with a letter missing: his tracks are named"
is "$(first 'new order')" "$(query 'new order' | rerank | jq -r '.results[0] |
	select(.artist == "New Order").track_id')" "an artist by name comes first"
is "$(first 'alone -live-')" t9 "dashes around a word exclude nothing"
is "$(query 'zzzz qqqq' | jq -c '[.candidates[] | select(.named)]')" '[]' \
	"what is no name names nothing"

# demands
is "$(all '"song 2" -cover')" t1 "a phrase and an exclusion hold for all"
is "$(all '"blue monday" -remix')" t3 "the phrase, not its words; no remix"
is "$(all '+radiohead +karma')" t7 "both words are required"
like "$(all '-sad')" '^t1 t2 t3 t4 t8 t9$' "an exclusion alone"
is "$(all 'sad -rain')" 't1 t2 t3 t4 t5 t6 t7 t8 t9' "no row with rain by mood or text"
query '"no such words anywhere" sad' >"$TMP/out"
like "$(jq -r '.warnings[]' "$TMP/out")" 'required' "what cannot be met is told"
is "$(jq '.candidates | length > 9' "$TMP/out")" true "and the rest is searched"
is "$(query 'blue -monday' | jq .eligible)" 47 "eligible counts what is left"

# how it was searched
is "$(query sad | jq -c .searched)" \
	'{"text":"exact","audio":"none","mood":"exact","words":"exact"}' \
	"few tracks are compared, and that is said"
is "$(query sad | jq '.words_met > 0')" true "how much of the words was met"
ok query --exact --probe 3 --ef 9 sad
status 2 query --probe 0 sad
status 2 query --ef x sad
done_testing
