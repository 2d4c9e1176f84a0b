# SPDX-License-Identifier: GPL-3.0-or-later
# Marked lists: rerank writes them, query reads them, `moodpipe ask` goes round.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx BIN
cd "$TMP" || exit 1
ask() { bash "$ROOT/pipelines/ask.sh" "$@"; }
ids() { sed -nE "s/^$1 *([0-9]+|\\.) +(mp[^ ]*).*/\\2/p" "$2" | tr '\n' ' '; }
mark() { # MARK RANK LIST
	sed -i -E "s/^.( *$2  )/$1\\1/" "$3"
}

# What rerank makes of candidates
query -q --ids i miss my ex >c.json
row() { jq --arg id "$1" '.candidates[] | select(.track_id == $id).row' c.json; }
jq -c --argjson keep "$(row mp48)" --argjson unlike "$(row mp02)" '.asked={query:.query,top_k:4,filters:{min_year:1985,genres:["a: b","1999"]},
	unlike:["mp02","Who - What"],keep:["mp48","gone"]} |
	.wish={keep:[$keep],unlike:[$unlike]}' c.json >asked.json
rerank -q -k 3 --format marks asked.json >list
is "$(grep '^# ' list)" '# query: i miss my ex
# top_k: 4
# filters.min_year: 1985
# filters.genres: a: b
# filters.genres: "1999"
# unlike: Who - What' "what is asked, a line each"
is "$(grep -cE '^[ +]  [1-3]  mp[0-9]+  Artist . - ' list)" 3 "mark, rank, id, artist - title"
is "$(ids '\+' list)|$(tail -n 2 list | tr '\n' '|')" \
	"mp48 |+  gone|-  .  mp02  Artist 2 - lonely rain heartbreak 2|" \
	"what was kept and dropped stands in it again"
like "$(rerank -q -k 3 --format marks --why asked.json)" '^##    [a-z"]' "--why: comments"
printf '{"id":"mp 1","title":"a\\u001b[31m\\nmp9  b","artist":"\\u202ex","permalink_url":"https://e.example/"}\n' >t
build-index -q --index one t
query -q --index one --literal b >o.json
rerank -q --index one --format marks o.json >hostile
is "$(LC_ALL=C tr -d '\n\40-\176\200-\377' <hostile | wc -c)" 0 "no control characters"
is "$(grep -c '^mp9' hostile)" 0 "no forged line"
like "$(cat hostile)" '^   1  mp%201  ' "an id is one word"

# What query makes of the list
asked() { query -q "$@" | jq -c '.asked // .error.message'; }
is "$(printf '# query: sad\n# top_k: 3\n# filters.min_year: 1990\n+ 1  mp46  X\n+2  mp48\n- .  mp02  Y\n' |
	asked | jq -c '[.query,.top_k,.filters.min_year,.keep,.unlike]')" \
	'["sad",3,1990,["mp46","mp48"],["mp02"]]' "a list is a request"
is "$(printf '\xef\xbb\xbf# query: sad\r\n\r\n-2  mp48  x \r\n' | asked | jq -c '[.query,.unlike]')" \
	'["sad",["mp48"]]' "as editors leave it"
like "$(printf '# query: sad\n+ 1  mp48\n- 2  mp48\n' | asked)" 'line 3, .*the other mark' \
	"what contradicts itself is refused, with its line"
like "$(printf '# query: sad\nx 1 mp48\n' | asked)" 'line 2, \\"x 1 mp48\\": no line of a marked list' \
	"so is what is none"

# Rounds
ask -q -k 6 --format marks --min-year 1985 "i miss my ex" >list
is "$(grep -c '^   [1-6]  mp' list)" 6 "the first"
kept=$(sed -nE 's/^   3  (mp[0-9]+).*/\1/p' list)
dropped=$(sed -nE 's/^   1  (mp[0-9]+).*/\1/p' list)
mark + 3 list
mark - 1 list
ask -q <list >list2
is "$(ids '\+' list2)" "$kept " "what was kept stays"
like "$(sed -n '/^[-+ ]  /p' list2 | head -1)" "^\\+  1  $kept  " "in front"
is "$(ids - list2)" "$dropped " "what was dropped is listed with its mark"
is "$(ids ' ' list2 | grep -c "$dropped")" 0 "and is no answer"
like "$(cat list2)" '^# filters.min_year: 1985$' "the request stays"
mark - 4 list2
sed -i 's/^# query: .*/# query: rain/' list2
ask -q <list2 >list3
is "$(ids - list3 | wc -w)|$(ids '\+' list3)|$(head -1 list3)" "2|$kept |# query: rain" \
	"rounds add up, and the query may change"
ask -q <list3 >list4
is "$(grep -v '^ ' list4)" "$(grep -v '^ ' list3)" "without an edit nothing is lost"
like "$(ask -q --format table <list3)" '^ *#  *score' "a list answered in another format"
is "$(echo '{"query":"sad","top_k":2}' | ask -q | wc -l)" 6 "a request by a table with reasons"
is "$(echo '{"query":"sad"}' | ask -q --format m3u -k 2 - | grep -c '^#EXTINF')" 2 "or as is said"
is "$(ask -q -k 2 <list3 | grep -c '^[ +]  [0-9]')" 2 "so many of a list"
like "$(ask -q --top-k=2 <list3)" '^# top_k: 2$' "which remembers it"
printf '%s\n' '{"query":"sad","top_k":3}' '{"query":"sad"}' \
	'{"like":"nobody at all"}' >several
status 0 ask -k 2 --format ndjson <several
is "$(grep -c '"title"' out)" 5 "a request's own top_k goes before -k"
like "$(cat err)" '^query: request 3: no track' "for programs, what is refused is told aside"
status 0 ask -k 2 <several
like "$(cat out)" '^no track "nobody at all"' "for people, in its place"
is "$(cat err)" "" "and nothing else is said"
for k in "-k 0" -k0 --top-k=0 "--top-k 0"; do
	# shellcheck disable=SC2086 # one word or two
	status 2 ask $k sad
	is "$(grep -c 'whole number from 1 to 1000' err)" 1 "$k is refused once"
	status 2 ask $k <list3
	is "$(cut -d: -f1 err)" "query
Try 'query --help'." "$k, of a list: and nothing else is said"
done
status 2 ask </dev/null
like "$(cat err)" 'say what to look for' "and what if not"
status 2 ask --like
like "$(cat err)" 'needs a value' "options want their values"
status 0 ask -q --more energetic --like mp48 </dev/null
cp list3 bad
echo '+ Who - Never Recorded' >>bad
cp bad before
status 1 ask -q -o bad <bad
like "$(cat err)" 'no list, .* refused: no track \\?"Who - Never Recorded' "a refused list says why"
ok cmp before bad
status 3 bash -c "bash $ROOT/pipelines/ask.sh -q <list >/dev/full"
done_testing
