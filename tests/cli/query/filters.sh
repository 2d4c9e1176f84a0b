# SPDX-License-Identifier: GPL-3.0-or-later
# Every filter and the mood by its place, as options and in requests, against
# what jq finds in the tracks; and what is malformed, unknown or contradictory.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
query() { command query --ids "$@"; }
artists=('Björk' 'The Beatles' Radiohead 'Sigur Rós' beatles '')
languages=('"language":"en",' '"language":"de",' '"language":"pt-BR",' \
	'"language":"unknown",' '')
for i in $(seq 10 69); do
	printf '{"id":"mp%d","title":"rain %d","artist":"%s",%s' "$i" "$i" \
		"${artists[i % 6]}" "${languages[i % 5]}"
	[ $((i % 7)) = 0 ] || printf '"duration_ms":%d,' $((i * 5500))
	[ $((i % 4)) = 0 ] || printf '"popularity":0.%d,' $((i * 13 % 90 / 10))
	[ $((i % 9)) = 0 ] || printf '"release_year":%d,' $((1960 + i))
	printf '"genre":"Indie Rock","url_status":"%s",' \
		"$(cut -d' ' -f$((i % 5 + 1)) <<<'UNKNOWN VALID MOVED REQUIRES_AUTH DEAD')"
	printf '"permalink_url":"https://a.example/%d"}\n' "$i"
done >"$TMP/tracks"
for i in $(seq 10 69); do
	echo "mp$i 5 0.8 0.$((i % 10)) -0.$((i / 10)) - 0.8"
done | "$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/mood.feat"
build-index -q --index "$TMP/idx" --mood "$TMP/mood.feat" "$TMP/tracks"
export MOODPIPE_INDEX=$TMP/idx

ids='map(.id)|sort|join(" ")'
found() { # OPTIONS: who is among the candidates, and they are all that pass
	query "$@" sad >"$TMP/found" 2>"$TMP/err" || cat "$TMP/err"
	jq -r '(.candidates|map(.track_id)|sort|join(" ")),
		if .eligible != (.candidates|length) then "eligible" else empty end' \
		"$TMP/found"
}
asked() { # FILTERS: the same of a request
	echo "{\"query\":\"sad\",\"filters\":{$1}}" | query | jq -r \
		'.error.message // (.candidates|map(.track_id)|sort|join(" "))'
}
want() { # CONDITION: who should be
	jq -rs "map(select(.url_status!=\"DEAD\" and ($1)))|$ids" "$TMP/tracks"
}
both() { # NAME CONDITION FILTERS OPTIONS...
	is "$(found "${@:4}")" "$(want "$2")" "$1"
	is "$(asked "$3")" "$(want "$2")" "$1, in a request"
}
is "$(found)" "$(want true)" "no filter"
both min_year '.release_year>=2000' '"min_year":2000' --min-year 2000
both max_year '.release_year and .release_year<=2000' '"max_year":2000' \
	--max-year 2000
both duration '.duration_ms>=137500 and .duration_ms<=210500' \
	'"min_duration":137.5,"max_duration":210.5' \
	--min-duration 137.5 --max-duration 3:30.5
both min_duration '.duration_ms>=330000' '"min_duration":330' --min-duration 5:30
both max_duration '.duration_ms and .duration_ms<=3600000' \
	'"max_duration":3600' --max-duration 1:00:00
both languages '.language=="en"' '"languages":["en"]' --language EN
both "several languages" '.language=="de" or .language=="pt-BR"' \
	'"languages":["pt","DE"]' --language pt --language de
both artists '.artist|test("beatles";"i")' '"artists":"beatles"' \
	--artist "BEATLES, the"
both "several artists" '.artist=="Björk" or .artist=="Sigur Rós"' \
	'"artists":["bjork","Sigur Ros"]' --artist bjork --artist 'sigur ros'
both exclude_artists '(.artist|test("beatles";"i")|not) and .artist!="Björk"' \
	'"exclude_artists":["bjork","The Beatles"]' --exclude-artist bjork \
	--exclude-artist "The Beatles"
both genres true '"genres":["rock"]' --genre rock
both status '.url_status=="MOVED" or .url_status=="UNKNOWN"' \
	'"status":["moved","UNKNOWN"]' --status moved --status UNKNOWN
is "$(found --status DEAD)" "$(jq -rs "map(select(.url_status==\"DEAD\"))|$ids" "$TMP/tracks")" \
	"dead links, where they are asked for"
like "$(jq -r '.warnings[]' "$TMP/found")" 'status DEAD.*rerank' \
	"but rerank does not show them"
percentile='([$all[]|select(. < $p)]|length) * 100 / ($all|length)'
popular() { # CONDITION on $share
	jq -rs "(map(.popularity|values)) as \$all |
		map(select(.url_status!=\"DEAD\" and .popularity) |
		.popularity as \$p | ($percentile) as \$share |
		select($1))|$ids" "$TMP/tracks"
}
is "$(found --min-popularity 50)" "$(popular '$share >= 50')" min_popularity
is "$(asked '"min_popularity":62.5')" "$(popular '$share >= 62.5')" \
	"min_popularity, in a request"
is "$(found --max-popularity 20)" "$(popular '$share <= 20')" max_popularity
is "$(asked '"min_popularity":20,"max_popularity":80')" \
	"$(popular '$share >= 20 and $share <= 80')" "both"
is "$(found --min-popularity 0)" "$(popular true)" "any popularity that is known"
both "all together" '.release_year>=1990 and .duration_ms>=100000 and
	.language=="en" and .artist!="Björk" and .popularity and .url_status=="UNKNOWN"' \
	'"min_year":1990,"min_duration":100,"languages":["en"],"status":"UNKNOWN",'\
'"exclude_artists":["Björk"],"min_popularity":0,"genres":["indie"]' \
	--min-year 1990 --min-duration 100 --language en --status UNKNOWN \
	--exclude-artist Björk --min-popularity 0 --genre indie

# Names that are mistyped, or none, are told.
warned() { # OPTIONS
	query "$@" sad | jq -r '(.warnings // [])|join("; ")'
}
both "typing errors" '.artist=="Radiohead"' '"artists":["Radiohed"]' \
	--artist Raidohead
is "$(warned --artist Radiohed)" 'no artist "Radiohed"; took "Radiohead"' \
	"and what was taken"
is "$(warned --exclude-artist Radiohed)" \
	'no artist "Radiohed"; left out "Radiohead"' "or left out"
is "$(warned --artist Radiohead --artist 'THE beatles')" '' "silent where all is well"
is "$(found --artist 'Nobody at all')" '' "nobody is nobody"
is "$(warned --artist 'Nobody at all')" \
	'no artist "Nobody at all", nor one like it' "and told so"
is "$(warned --artist beatles --exclude-artist Beatles)" \
	'artist "beatles" is both wanted and left out: left out; artist "The Beatles" is both wanted and left out: left out' \
	"wanted and left out"
is "$(warned --language xx --genre polka)" \
	'no track is in the language "xx"; no genre matches "polka"' \
	"languages and genres nobody has"
like "$(warned --min-popularity 100)" 'min_popularity 100' "no track is so popular"
is "$(query --artist nobody sad | rerank | jq -c '[.results,.hint]')" \
	'[[],"no track passes the filters; widen them"]' "the answer says so"

# Of contradictory or malformed values nothing is searched.
for x in '--min-year 2000 --max-year 1999' '--min-duration 4:00 --max-duration 200' \
	'--min-popularity 60 --max-popularity 50' '--min-year 2000.5' \
	'--max-duration 3:60' '--min-duration -1' '--max-popularity 101' \
	'--language english' '--status ALIVE' '--mood 1' '--mood 0,2' '--mood sad,0'; do
	# shellcheck disable=SC2086 # several words
	status 2 query $x sad
done
like "$(cat "$TMP/err")" '^query: --mood takes VALENCE,AROUSAL.*"sad,0"' "what it takes"
status 2 query --min-year 2000 --max-year 1999 sad
like "$(cat "$TMP/err")" 'min_year 2000 is after max_year 1999' "what contradicts"
status 2 query --artist '' sad
like "$(asked '"min_year":2000,"max_year":1999')" 'is after' "a request is refused"
like "$(asked '"languages":["english"]')" 'filters.languages.*ISO 639' "languages"
like "$(asked '"max_duration":"3:30"')" 'filters.max_duration.*seconds' "durations"
like "$(asked '"status":["ALIVE"]')" 'filters.status.*REQUIRES_AUTH' "status"
echo '{"query":"sad"}' >"$TMP/sad"
for x in '--language en' '--mood 0,0 -' '--sets'; do
	status 2 bash -c "query $x <\"\$TMP/sad\""
	like "$(cat "$TMP/err")" '"filters"' "$x is of words"
done

# A mood by its place: with words or without, the words' own is not asked.
nearest() {
	jq -r '.candidates|min_by(.mood_distance).track_id'
}
is "$(query --mood 0.7,-0.3 | nearest)" mp37 "a mood alone"
is "$(query --mood 0.1,-0.6 happy dance party | nearest)" mp61 "in place of the words'"
is "$(echo '{"mood":{"valence":0.7,"arousal":-0.3}}' | query | nearest)" mp37 \
	"in a request"
is "$(query --mood -0.5,0.25 happy | jq -c '.mood_detected|[.valence,.arousal,.by]')" \
	'[-0.5,0.25,"request"]' "the mood is said to be the request's"
is "$(query --mood 0.7,-0.3 --artist radiohead | jq -r '.eligible')" \
	"$(jq -s 'map(select(.artist=="Radiohead" and .url_status!="DEAD"))|length' "$TMP/tracks")" \
	"and filters go with it"
is "$(query --mood 0.7,-0.3 | rerank -k 3 | jq -c '[.query,(.results|length),.mood_detected.by]')" \
	'["",3,"request"]' "rerank takes it"
is "$(query --mood 0,0 ' ' | jq -r .query)" '' "blank words are none"
done_testing
