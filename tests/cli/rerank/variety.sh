# SPDX-License-Identifier: GPL-3.0-or-later
# rerank: what an answer leaves out, varies, and says of itself.
. "$ROOT/tests/tap.sh"
query() { command query --ids "$@"; }

# 60 tracks by twelve artists; remixes and live versions of some; texts and
# moods alone.
tracks() {
	local i title
	for i in $(seq 60); do
		title="Rainy night $i"
		case $i in
		13) title='Rainy night 1 (DJ Remix)' ;;
		25) title='Rainy Night 1 - Live' ;;
		esac
		printf '{"id":"mp%02d","title":"%s","artist":"Artist %d","genre":"%s","playback_count":%d,' \
			"$i" "$title" $((i % 12)) \
			"$([ $((i % 6)) = 0 ] && echo Jazz || echo Folk)" $((i * 100))
		printf '"tags":["sad"],"permalink_url":"https://example.org/%d","url_status":"%s","popularity":0.%02d}\n' \
			"$i" "$([ $((i % 5)) = 0 ] && echo UNKNOWN || echo VALID)" "$i"
	done
}
tracks >"$TMP/tracks"
embed text -q --fit "$TMP/p" --base none "$TMP/tracks"
embed text -q --model "$TMP/p" "$TMP/tracks" >"$TMP/text"
for i in $(seq 60); do
	echo "mp$(printf %02d "$i") 5 0.8 -0.$((i + 20)) -0.$((i % 7)) - 0.9"
done | "$BUILD/tests/helpers/featmake" mood - valence,arousal,dominance,confidence \
	>"$TMP/mood"
build-index -q --index "$TMP/idx" --text-model "$TMP/p" --text "$TMP/text" \
	--mood "$TMP/mood" "$TMP/tracks"
export MOODPIPE_INDEX=$TMP/idx
query sad rain >"$TMP/c.json"
ids() { rerank -q "$@" <"$TMP/c.json" | jq -r '.results[].track_id'; }
holds() { # NAME FILTER [jq arguments] FILE
	is "$(jq -e "${@:2}" 2>&1)" true "$1"
}
rerank -q -k 100 --per-artist 0 <"$TMP/c.json" >"$TMP/a.json"

# Versions of one song
is "$(jq '.results|length' "$TMP/a.json")" 58 "versions are collapsed"
is "$(jq -c '[.results[]|select(.also)|[.track_id]+.also|sort]' "$TMP/a.json")" \
	'[["mp01","mp13","mp25"]]' "also: the others of a family"
is "$(jq -c '.metadata.left_out' "$TMP/a.json")" '{"versions":2}' "left_out"
is "$(ids -k 100 --per-artist 0 --keep-versions | wc -l)" 60 "--keep-versions"
is "$(query sad rain remix | rerank -q -k 100 --per-artist 0 | jq '.results|length')" \
	60 "who asks for remixes gets them"

# The order is not that of scores, unless somebody asks for it (man rerank)
falls() { rerank -q -k 40 "$@" <"$TMP/c.json" |
	jq '[.results[].score] | . == (sort | reverse)'; }
is "$(falls)" false "variety goes before scores"
is "$(falls --lambda 1 --per-artist 0 --spacing 0 --album-spacing 0 --genre-share 1)" \
	true "what orders by score alone"

# Scores, matches, reasons
holds 'contributions sum' '[.results[] | ([.contributions[]]|add) - .score | fabs < 1e-9] | all' \
	"$TMP/a.json"
holds 'a match follows the score' '[.results[]|[.score,.match]]|sort|[.[][1]]|. == sort and
	(.[0] >= 0) and (.[-1] <= 100)' "$TMP/a.json"
holds 'every result has a reason' '[.results[].why|type == "string"]|all' "$TMP/a.json"
holds 'three at most' '[.results[].why|split("; ")|length]|max <= 3' "$TMP/a.json"
holds 'none of nothing' '[.results[].why|test("BPM|key|;$|^;|  ")]|any|not' "$TMP/a.json"
like "$(jq -r '.results[0].why' "$TMP/a.json")" '"sad" in its tags' "words that are in its tags"
is "$(rerank -q -k 3 --format table --why <"$TMP/c.json" | grep -c '^   .*in its tags')" 3 \
	"--why: a line under each result"
is "$(rerank -q -k 3 --format table <"$TMP/c.json" | grep -c 'in its tags')" 0 "only then"

# A quoted lyric: who sings it stands in front, whatever else is asked
jq -c '.lyric = "all the rain falls down on me" | (.candidates[] | select(.track_id == "mp44")).lyric = 0.9 |
	(.candidates[] | select(.track_id == "mp45")).lyric = 0.7' "$TMP/c.json" >"$TMP/quote"
is "$(rerank -q -k 3 "$TMP/quote" | jq -c '.results[0]|[.track_id,.score,.match,.lyric]')" \
	'["mp44",1,100,{"matched":"all the rain falls down on me","share":0.9}]' "a lyric pins its source"
holds 'and its contributions still sum' '.results[0]|([.contributions[]]|add) - 1|fabs < 1e-9' \
	<(rerank -q -k 3 "$TMP/quote")
like "$(rerank -q -k 1 "$TMP/quote" | jq -r '.results[0].why')" \
	'^it sings most of "all the rain falls down on me"' "and says so"
is "$(rerank -q -k 60 --per-artist 0 "$TMP/quote" | jq -c '[.results[]|select(.lyric)]|length')" 1 \
	"too little of a quote pins nothing"

# Nothing to go by: the popular, and the request's hint
jq -c '.wish = {"vague": true} | .hint = "try a mood"' "$TMP/c.json" >"$TMP/vague"
holds 'a vague request: plays decide' '[.results[].contributions|.collab > 2 * (.text + .mood)]|all' \
	<(rerank -q -k 5 --lambda 1 "$TMP/vague")
is "$(rerank -q -k 5 "$TMP/vague" | jq '[.results[] | has("match")] | any')" false \
	"and no match is claimed"
is "$(rerank -q -k 1 "$TMP/vague" | jq -r .hint)" "try a mood" "the hint is passed on"
is "$(rerank -q -k 2 --format m3u "$TMP/vague" | grep -c '^# try a mood$\|^https:')" 3 "in a playlist, too"

# Fusion
is "$(ids --fusion weighted)" "$(ids)" "--fusion weighted is what is done"
rerank -q --fusion rrf -k 10 <"$TMP/c.json" >"$TMP/rrf"
holds 'rrf: contributions sum' '[.results[] | ([.contributions[]]|add) - .score | fabs < 1e-9] | all' \
	"$TMP/rrf"
holds 'rrf: parts are reciprocal ranks' '[.results[].signals.mood|61 / . - 60|. - round|fabs < 0.2]|all' \
	"$TMP/rrf"

holds 'rrf: the curve of matches is of other scores' '[.results[]|has("match")]|any|not' "$TMP/rrf"

# An order by chance, the same for one seed
is "$(ids --seed 1)" "$(ids --seed 1)" "--seed: the same again"
is "$(for s in 1 2 3 4 5 6; do ids --seed $s | md5sum; done | sort -u | wc -l)" 6 \
	"other seeds, other lists"
is "$(ids)" "$(ids)" "without one, no chance"

# What was seen
is "$(ids -k 10 --seen <(ids -k 10) | sort - <(ids -k 10) | uniq -d)" "" "--seen"
for i in 1 2 3; do
	ids -k 10 --seen "$TMP/seen" --seen-add >"$TMP/seen$i"
done
is "$(sort -u "$TMP/seen"[123] | wc -l)" 30 "--seen-add: three answers, no track twice"
is "$(sort "$TMP/seen")" "$(sort "$TMP/seen"[123])" "the file has what was answered"
cat "$TMP/c.json" "$TMP/c.json" | rerank -q -k 10 --seen "$TMP/seen" --seen-add >"$TMP/two"
is "$(jq -r '.results[].track_id' "$TMP/two" | sort | uniq -d)" "" "and within one run"
status 3 rerank --seen "$TMP/nowhere" "$TMP/c.json"
like "$(cat "$TMP/err")" nowhere "a list that is not there"
status 3 bash -c 'rerank --seen '"$TMP/seen"' --seen-add <'"$TMP/c.json"' >/dev/full'
before=$(wc -l <"$TMP/seen")
is "$before" "$(wc -l <"$TMP/seen")" "an answer that did not get out was not seen"
seq -f mp%02g 60 >"$TMP/all"
is "$(rerank -q --seen "$TMP/all" <"$TMP/c.json" | jq -r .hint)" \
	"every track that was found was seen before or is too popular; ask for something else" \
	"nothing is left"

# Popularity
is "$(ids -k 100 --per-artist 0 --keep-versions --max-popularity 49 | sort | tail -1)" mp30 \
	"--max-popularity: a percentile"
is "$(ids -k 100 --per-artist 0 --keep-versions --max-popularity 100 | wc -l)" 60 "100: any"

# Artists who are asked for stand together
query 'Artist 7' >"$TMP/named.json"
is "$(rerank -q -k 5 <"$TMP/named.json" | jq -c '[.results[].artist]|unique')" '["Artist 7"]' \
	"all tracks of the artist who is named, in front"

# One genre does not fill the list where others are as good
is "$(query rainy night | rerank -q -k 10 --genre-share 0.7 --per-artist 0 --lambda 1 --spacing 0 |
	jq '[.results[]|select(.genre == "Folk")]|length')" 7 "--genre-share"
is "$(query rainy folk night | rerank -q -k 10 --genre-share 0.5 --per-artist 0 --lambda 1 --spacing 0 |
	jq '[.results[]|select(.genre == "Folk")]|length')" 10 "unless it is asked for"

for option in '--fusion best' '--genre-share 2' '--seed x' --seen-add '--max-popularity 101'; do
	# shellcheck disable=SC2086
	status 2 rerank $option "$TMP/c.json"
done

# Tables that cannot be used
mkdir "$TMP/data"
cp "$MOODPIPE_DATA"/* "$TMP/data" 2>/dev/null
for table in ranking match why; do
	cp "$MOODPIPE_DATA/$table.tsv" "$TMP/data"
	echo nonsense >>"$TMP/data/$table.tsv"
	MOODPIPE_DATA=$TMP/data status 4 rerank "$TMP/c.json"
	like "$(cat "$TMP/err")" "$table.tsv:[0-9]*" "$table.tsv"
	cp "$MOODPIPE_DATA/$table.tsv" "$TMP/data"
done
done_testing
