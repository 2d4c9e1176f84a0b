# SPDX-License-Identifier: GPL-3.0-or-later
# What query reads in words: filters, names, wishes, told in the answer, and to
# be switched off; tests/asked.sh counts right, and the list it counts by is what
# its README says.
. "$ROOT/tests/tap.sh"
query() { command query --ids "$@"; }
list=$ROOT/tests/labels/asked.tsv
rows() { # CONDITION: the requests it holds for
	awk -F'\t' "NR > 1 && ($1)" "$list"
}
is "$(($(rows '$5 == "first"' | wc -l) >= 150))" 1 "at least 150 requests"
is "$(rows 'NF != 5 || $1 == "" || $5 !~ /^(first|second|third)$/ ||
	$4 !~ /^(mood-heavy|genre|artist|text-heavy|default)$/' | wc -l)" 0 "columns"
is "$(rows 1 | cut -f1 | sort | uniq -d)" "" "none twice"
"$ROOT/tests/asked.sh" >"$TMP/out" 2>"$TMP/err"
is "$?" 0 "the list is measured"
is "$(awk '/precision|recall/ && $NF < 0.75 { print }' "$TMP/out")" "" \
	"filters and wishes are mostly understood"
printf '%s\t%s\t%s\t%s\t%s\n' request filters wish type set \
	90s 'year=1990-1999' - default first 'no vocals' 'year=1-2' vocals=sung \
	genre first >"$TMP/list"
LABELS=$TMP/list "$ROOT/tests/asked.sh" --misses >"$TMP/out"
like "$(cat "$TMP/out")" 'filters, precision +1 of +1 ' "what is read rightly"
like "$(cat "$TMP/out")" 'filters, recall +1 of +2 ' "what is missed"
like "$(cat "$TMP/out")" 'wishes, precision +0 of +1 ' "what is read wrongly"
like "$(grep ^missed "$TMP/out")" 'vocals=sung' "and which that is"

track() { # ID TITLE ARTIST GENRE YEAR LANGUAGE MS PLAYS
	printf '{"id":"%s","title":"%s","artist":"%s","genre":"%s",' "$1" "$2" "$3" "$4"
	printf '"release_year":%s,"language":"%s","duration_ms":%s,' "$5" "$6" "$7"
	printf '"playback_count":%s,"url_status":"VALID",' "$8"
	printf '"permalink_url":"https://a.example/%s"}\n' "$1"
}
{
	track t1 Creep Radiohead Rock 1992 en 238000 900
	track t2 'Karma Police' Radiohead Rock 1997 en 264000 800
	track t3 'Hotline Bling' Drake Rap 2015 en 267000 1000
	track t4 Malamente Rosalía Pop 2018 es 150000 500
	track t5 'Du hast' Rammstein Metal 1997 de 234000 700
	track t6 '1999' Prince Funk 1982 en 379000 600
	track t7 Harbour 'The Sea' Folk 2001 en 200000 10
	track t8 Songs Nobody Pop 1975 en 100000 20
} >"$TMP/tracks"
build-index -q --index "$TMP/idx" "$TMP/tracks"
export MOODPIPE_INDEX=$TMP/idx
ids() { query -q "$@" | jq -r '[.candidates[].track_id] | sort | join(" ")'; }
told() { query -q "$@" | jq -c '.understood.filters'; }
warned() { query -q "$@" | jq -r '(.warnings // []) | join("; ")'; }

is "$(ids music from the 90s)" 't1 t2 t5' "a decade"
is "$(told music from the 90s)" \
	'[{"words":"from the 90s","min_year":1990,"max_year":1999}]' "and it is told"
is "$(ids songs before 1990)" 't6 t8' "before a year"
is "$(ids songs under 3 minutes)" 't4 t8' "a length"
is "$(ids songs by radiohead)" 't1 t2' "an artist"
is "$(ids songs in spanish)" t4 "a language"
is "$(ids music without drake)" 't1 t2 t4 t5 t6 t7 t8' "without an artist"
is "$(ids music, no metal or rap)" 't1 t2 t4 t6 t7 t8' "without genres"
is "$(ids --exclude-genre metal music)" "$(ids music, no metal)" "as an option"
is "$(echo '{"query":"music","filters":{"exclude_genres":["metal"]}}' | query -q |
	jq '[.candidates[].track_id] | index("t5")')" null "and in a request"
is "$(query -q --candidates 2 --retrieve 2 music, no metal or rap | jq '.candidates | length')" 2 \
	"before anything is cut"
is "$(query -q music, no metal or rap | jq '[.eligible, (.candidates | length)] | unique | length')" 1 \
	"and they are not eligible"
is "$(query -q songs by radiohead | jq -c .wish.artists)" true "artists that are asked for"
is "$(ids music from the 90s without radiohead)" t5 "several"
is "$(query -q songs like radiohaed | jq -c '[.type, (.wish.like | length),
	.understood.filters]')" '["artist",2,[{"words":"radiohaed","like":"Radiohead"}]]' "to be like"
is "$(query -q dark and sparse | jq -c .wish.timbre)" \
	'{"bright":0.15,"dense":0.15}' "textures"
is "$(query -q rock without vocals | jq -r .wish.vocals)" none "singing"
is "$(query -q sad song for a rainy sunday | jq -c '[.understood.contexts, .context_tags]')" \
	'[[{"words":"rainy","kind":"weather"},{"words":"sunday","kind":"time"}],["rainy","sunday"]]' \
	"occasions"

# who does not want a mood wants none like it, whatever the network hears
is "$(query -q not too energetic | jq '.mood_detected.arousal < 0')" true \
	"a negated mood is not that mood"
is "$(query -q not sleepy | jq '.mood_detected.arousal > 0')" true "nor a calm one"

# names are names
is "$(query -q 1999 | jq -c '[.type, .understood.filters]')" '["artist",null]' \
	"a title that is a year"
is "$(told '"from the 90s"')" null "what is in quotes"
is "$(told songs by the sea)" null "who is called like a place"
is "$(told songs by The Sea)" '[{"words":"The Sea","artist":"The Sea"}]' \
	"with capitals he is meant"

# off
is "$(told --literal music from the 90s)" null "--literal"
is "$(echo '{"query":"music from the 90s","literal":true}' | query -q |
	jq .understood.filters)" null "in a request"
is "$(echo '{"query":"music from the 90s","literal":1}' | query -q | jq -r .error.code)" \
	request "which is true or false"
is "$({ echo '{"query":"90s","literal":true}'; echo '{"query":"90s"}'; } | query -q |
	jq -c '.understood.filters | length')" "$(printf '0\n1')" "for one request"

# against what is asked for beside the words
is "$(ids --min-year 2000 music from the 90s)" 't3 t4 t7' "filters go before words"
like "$(warned --min-year 2000 music from the 90s)" 'filter on year goes before' \
	"and that is told"
is "$(warned --min-year 1990 --max-year 1999 music from the 90s)" '' \
	"unless they agree"
like "$(warned songs from the 1920s)" 'no track passes.*taken as words' \
	"what leaves nothing filters nothing"
like "$(warned songs by zyzzyx)" 'no artist "zyzzyx"' "who is not there"
like "$(warned songs like zyzzyx)" 'no artist or title "zyzzyx"' "or is to be like"
like "$(warned songs in french)" 'language "fr"' "a language that nobody sings"

is "$(query -q studying late at night | jq -c '.context_tags | map(test("^(studying|night|at night|late at night)$")) | all')" true \
	"occasions of the lexicon and of the words"

# nothing to go by
is "$(query music 2>"$TMP/err" | jq -c '[.wish.vague, .weights.collab,
	[.candidates[].track_id]]')" \
	'[true,1,["t3","t1","t2","t5","t6","t4","t8","t7"]]' "the most played"
like "$(cat "$TMP/err")" '^query: nothing in the request to go by.*try a mood' \
	"a hint for people"
like "$(query -q music 2>"$TMP/err" | jq -r .hint)" '^nothing in the request' \
	"and in what follows"
is "$(cat "$TMP/err")" '' "not where it is to be quiet"
is "$(query -q qwertzuiop yxcvbnm | jq -c '[.wish.vague, (.hint | test("nothing in the index is like that")),
	(.candidates | length)]')" '[true,true,8]' "words that nobody knows"
is "$(query -q 90s music | jq -c '[.hint, [.candidates[].track_id]]')" \
	'[null,["t1","t2","t5"]]' "the most played of what passes a filter"
is "$(query -q --mood 0.5,0.5 music | jq -r .hint | grep -c 'in the request')" 0 \
	"with a mood there is something"
done_testing
