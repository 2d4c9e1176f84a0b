# SPDX-License-Identifier: GPL-3.0-or-later
# Text models on top of others, the shipped table of words, and what is near.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

# --- a base of one's own; files that count more or less ---
# "night" stands between the two groups: what is common to all texts, which
# --nearest leaves out, would else be any mixture of the two.
for t in "lonely tears" "tears, goodbye" "goodbye lonely" "lonely, sorrow" \
	"sorrow, goodbye" "dance party" "party, club" "club dance" \
	"dance, festival" "festival, club" "lonely, night" "sorrow, night" \
	"dance, night" "night, club"; do
	printf '{"id":"%s","title":"%s"}\n' "$t" "$t"
done >general
printf '{"id":"%s","title":"%s"}\n' 1 "sorrow" 2 "club" 3 "engine" >own
ok embed text -q --fit base.pack --base none general
ok embed text -q -j1 --fit top.pack --base base.pack own
ok embed text -q -j4 --fit four.pack --base base.pack own
ok cmp top.pack four.pack
is "$(embed text --model base.pack --nearest 3 goodbye | cut -f2 | sort |
	tr '\n' ' ')" "lonely sorrow tears " "what a word is met with is near"
like "$(embed text --model top.pack --nearest 9 festival | cut -f2 |
	tr '\n' ' ')" club "a word of the base has a place in the corpus' model"
is "$(embed text --model base.pack --nearest 3 qqq)" "" "nothing near: no line"

ok embed text -q --fit one.pack --base none --weights 1,3 general own
ok embed text -q --fit two.pack --base none --weights 1 general own
ok test "$(cksum <one.pack)" != "$(cksum <two.pack)"
ok embed text -q --fit few.pack --base none --terms 5 --grams 3 general
ok test "$(embed text --model few.pack --nearest 9 lonely | wc -l)" -le 5

# --- the table that is part of moodpipe is the default ---
if [ -e "$MOODPIPE_DATA/models/words.pack" ]; then
	ok test "$(stat -c %s "$MOODPIPE_DATA/models/words.pack")" -le 8388608
	n=0
	for t in "Lonely Avenue" "Tears Tonight" "Goodbye My Lover" \
		"Party All Night" "Club Dance" "Engine Room" \
		"Quiet Piano" "Distorted Guitar"; do
		printf '{"id":"%d","title":"%s"}\n' $((n += 1)) "$t"
	done >tiny
	ok embed text -q --fit tiny.pack tiny
	ok embed text -q --fit alone.pack --base none tiny
	# MODEL QUERY: the titles, the nearest first
	nearest() {
		jq -Rc '{id: "q", title: .}' <<<"$2" |
			embed text -q --model "$1" >q.feat
		embed text -q --model "$1" tiny >t.feat
		feat json q.feat >q.json
		feat json t.feat | jq -rs --slurpfile q q.json \
			--slurpfile t tiny '
			[., $t] | transpose | map({title: .[1].title,
				near: (.[0] as $d | [$d | keys[] |
				select(test("^t[0-9]")) | $d[.] * $q[0][.]] |
				add)}) | sort_by(-.near)[].title'
	}
	# no word of the query is in any title
	is "$(nearest tiny.pack heartache | head -3 |
		grep -cE 'Lonely|Tears|Goodbye')" 3 "sad titles for heartache"
	is "$(nearest tiny.pack misery | head -2 |
		grep -cE 'Lonely|Tears|Goodbye')" 2 "and misery"
	like "$(nearest tiny.pack "i miss my ex" | head -1)" \
		'Lonely|Tears|Goodbye' "and for who misses an ex"
	like "$(nearest tiny.pack rave | head -1)" 'Club|Party' \
		"dance for a rave"
	like "$(nearest tiny.pack "heavy metal" | head -1)" 'Guitar' \
		"distorted guitars for metal"
	embed text -q --model alone.pack --nearest 3 techno >near
	is "$(cat near)" "" "alone, the corpus knows no such word"
fi

# --- what cannot work ---
status 4 embed text --fit x.pack --base gone.pack own
like "$(cat err)" 'gone.pack.*--base' "a missing base is named"
ok test ! -e x.pack
MOODPIPE_DATA=$TMP status 4 embed text --fit x.pack own
like "$(cat err)" 'words.pack' "so is a missing table"
head -c 3000 base.pack >cut.pack
status 4 embed text --fit x.pack --base cut.pack own
status 2 embed text --fit x.pack --weights 1,0 --base none own
status 2 embed text --fit x.pack --weights 1,2,3 --base none own
status 2 embed text --fit x.pack --weights cat --base none own
status 2 embed text --model base.pack --base none own
status 2 embed text --fit x.pack --nearest 3 own
status 2 embed text --model base.pack --nearest 0 own
done_testing
