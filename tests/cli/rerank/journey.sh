# SPDX-License-Identifier: GPL-3.0-or-later
# rerank: tracks that are kept, and journeys, of legs that are made here.
. "$ROOT/tests/tap.sh"

# 80 tracks whose mood goes from sad (1) to happy (80); three and a half
# minutes, more or less, two without a duration; four of each artist. Track 42
# is another version of 41, and 60 is dead.
tracks() {
	local i title url
	for i in $(seq 80); do
		title="Song $i" url=VALID
		[ "$i" != 42 ] || title='Song 41 (Live)'
		[ "$i" != 60 ] || url=DEAD
		printf '{"id":"mp%02d","title":"%s","artist":"Artist %d",' \
			"$i" "$title" $((i == 42 ? 1 : i % 20))
		[ $((i % 40)) = 3 ] || printf '"duration_ms":%d,' \
			$((150000 + i * 7919 % 120000))
		printf '"permalink_url":"https://example.org/%d","url_status":"%s"}\n' \
			"$i" "$url"
	done
}
tracks >"$TMP/tracks"
for i in $(seq 80); do
	echo "mp$(printf %02d "$i") 5 0.9 $(((i - 40) * 2))e-2 0 - 0.9"
done | "$BUILD/tests/helpers/featmake" mood - valence,arousal,dominance,confidence \
	>"$TMP/mood"
build-index -q --index "$TMP/idx" --mood "$TMP/mood" "$TMP/tracks"
export MOODPIPE_INDEX=$TMP/idx
echo '{"query":"","mood":{"valence":0,"arousal":0},"qid":"j",
	"filters":{"status":["VALID","DEAD"]}}' | tr -d '\n' |
	query -q --ids >"$TMP/all"
holds() { # NAME FILTER FILE
	is "$(jq -e "${@:2}" 2>&1)" true "$1"
}
# PLACES of legs between the ends' valences -> a candidates object; every leg
# has the tracks within 0.5 of it. $1: legs, $2: a jq filter behind
journey() {
	jq -c --argjson n "$1" '. as $c | {query: "sad -> happy", qid, generation,
		eligible, stages, legs: [range($n) | (. / ($n - 1)) as $place |
		($place * 1.6 - 0.8) as $v | {place: $place, type: $c.type,
		weights: {text: 0, audio: 0, mood: 1, collab: 0},
		mood_detected: {valence: $v, arousal: 0, matches: 1, by: "lexicon"},
		candidates: [$c.candidates[] | (.track_id[2:] | tonumber) as $i |
		.mood_distance = (($i - 40) * 0.02 - $v | fabs) |
		select(.mood_distance < 0.5)]}]} |
		.legs[0].station = "sad" | .legs[-1].station = "happy"'" | $2" \
		"$TMP/all"
}
row() { jq ".candidates[] | select(.track_id == \"$1\").row" "$TMP/all"; }

# By number of tracks
journey 5 '.top_k = 9' >"$TMP/nine"
rerank -q "$TMP/nine" >"$TMP/a"
holds "as many as asked for" '.results | length == 9' "$TMP/a"
holds "from sad to happy, each happier than the one before" \
	'[.results[].mood.valence] | . == sort and .[0] < -0.7 and .[-1] > 0.7' "$TMP/a"
holds "in even steps" '[.results[].mood.valence] | [range(1; 9) as $i |
	.[$i] - .[$i - 1]] | min > 0.1 and max < 0.3' "$TMP/a"
holds "stations, the nearest" '[.results[].station] | .[:4] == ["sad","sad","sad","sad"] and
	.[5:] == ["happy","happy","happy","happy"]' "$TMP/a"
holds "at: when each begins" '[.results[].at] | .[0] == 0 and . == sort and .[-1] > 1200' "$TMP/a"
holds "metadata" '.metadata.journey | (has("minutes") | not) and .seconds > 1500 and
	.unknown_durations <= 1 and .smoothness > 0.5' "$TMP/a"
holds "every candidate counted once" '.metadata | .total_candidates == 80 and .dead_links == 1' \
	"$TMP/a"
holds "a result is of the leg that it is near" \
	'.results[0].contributions.mood > 0.8 and .results[-1].contributions.mood > 0.8' "$TMP/a"
is "$(rerank -q "$TMP/nine" | jq -c .results)" "$(jq -c .results "$TMP/a")" "the same again"
is "$(rerank -q -k 5 "$TMP/nine" | jq '.results | length')" 5 "-k"
is "$(rerank -q --format table "$TMP/nine" | grep -c 'Song')" 9 "as a table"

# By minutes
for minutes in 15 60 120; do
	journey 5 ".minutes = $minutes" | rerank -q --per-artist 0 >"$TMP/a"
	holds "$minutes minutes, to half a track" ".metadata.journey | .minutes == $minutes and
		(.seconds - 60 * .minutes | fabs < 100)" "$TMP/a"
	holds "and no warning" 'has("warnings") | not' "$TMP/a"
done
holds "no track twice" '[.results[].track_id] | length == (unique | length)' "$TMP/a"
holds "nor two versions of one song, nor a dead one" '[.results[].track_id] |
	(contains(["mp41", "mp42"]) or contains(["mp60"])) | not' "$TMP/a"
holds "an artist is not heard twice within three others" '[.results[].artist] as $a |
	[range($a | length) as $i | range($i + 1; [$i + 4, ($a | length)] | min) |
	$a[.] == $a[$i]] | any | not' "$TMP/a"
journey 5 '.minutes = 1440' >"$TMP/day"
rerank -q --per-artist 1 "$TMP/day" >"$TMP/a"
holds "of an artist as many as may be" '[.results[].artist] | group_by(.) | map(length) | max == 1' \
	"$TMP/a"
like "$(jq -r '.warnings[0]' "$TMP/a")" \
	'^only [67][0-9] of 1440 minutes: .*--per-artist 0' "too few: how many minutes there are"
like "$(rerank -q --per-artist 1 --format table "$TMP/day" | head -1)" 'only [67]' "in a table, too"
holds "two of unknown length" '.metadata.journey.unknown_durations == 2' \
	<(rerank -q --per-artist 0 "$TMP/day")
rerank -q --per-artist 0 -k 12 "$TMP/day" >"$TMP/a"
like "$(jq -r '.results|length' "$TMP/a") $(jq -r '.warnings[0]' "$TMP/a")" \
	'^12 .*no more tracks were asked for' "-k limits a journey"
journey 3 '.top_k = 200' | rerank -q --per-artist 0 >"$TMP/a"
is "$(jq -r '"\(.results | length) \(.warnings[0])"' "$TMP/a" | cut -c 1-27)" \
	"78 only 78 of 200 tracks: m" "too few tracks"

# Its ends
first=$(row mp77) last=$(row mp03) dead=$(row mp60)
journey 5 ".minutes = 40 | .legs[0].wish.keep = [$first] |
	.legs[-1].wish = {keep: [$last, $dead], unlike: [$(row mp50)]} |
	.legs[0].candidates += [{row: $first, track_id: \"mp77\", mood_distance: 1, from: []}] |
	.legs[-1].candidates += [{row: $last, track_id: \"mp03\", mood_distance: 1, from: []}]" \
	>"$TMP/ends"
echo mp77 >"$TMP/seen"
rerank -q --seen "$TMP/seen" "$TMP/ends" >"$TMP/a"
is "$(jq -c '[.results[0, -1].track_id]' "$TMP/a")" '["mp77","mp03"]' "it begins and ends with what is kept"
is "$(jq -c '[.results[] | select(.contributions.kept).why[:16]]' "$TMP/a")" \
	'["your journey beg","your journey end"]' "and says so"
holds "and is as long" '.metadata.journey.seconds - 2400 | fabs < 100' "$TMP/a"
# and what is kept on the way, which would be nowhere of itself
sad=$(row mp05)
journey 5 ".top_k = 8 | .legs[3].wish.keep = [$sad] | .legs[3].candidates +=
	[{row: $sad, track_id: \"mp05\", mood_distance: 1.5, from: []}]" >"$TMP/via"
echo mp05 >"$TMP/seen"
rerank -q --seen "$TMP/seen" "$TMP/via" >"$TMP/a"
is "$(jq -c '[.results[] | select(.track_id == "mp05") | .rank >= 5 and .rank <= 7, .score,
	.why[:11]]' "$TMP/a")" '[true,1,"you kept it"]' "what is kept between stands at its place"
holds "among as many as asked for" '.results | length == 8' "$TMP/a"
is "$(journey 5 ".legs = [.legs[2]] | .minutes = 20 | .legs[0].wish.keep = [$first] |
	.legs[0].candidates += [{row: $first, mood_distance: 1, from: []}]" | rerank -q |
	jq -c '.results[0] | [.track_id, .why[:11]]')" '["mp77","you kept it"]' "a leg alone has no ends"

# What was seen, chance
rerank -q "$TMP/nine" | jq -r '.results[].track_id' >"$TMP/seen"
is "$(rerank -q --seen "$TMP/seen" "$TMP/nine" | jq -r '.results[].track_id' |
	sort - "$TMP/seen" | uniq -d)" "" "--seen"
is "$(for s in 1 2 3 4; do rerank -q --seed $s "$TMP/nine" | jq -c '[.results[].track_id]'; done |
	sort -u | wc -l)" 4 "--seed"
is "$(rerank -q --seed 1 "$TMP/nine" | jq -c '[.results[].track_id]')" \
	"$(rerank -q --seed 1 "$TMP/nine" | jq -c '[.results[].track_id]')" "the same for one"
is "$(journey 5 '.legs[].candidates = []' | rerank -q | jq -c '[.results, (.hint | length > 9)]')" \
	'[[],true]' "nothing on the way"
holds "a leg alone" '.metadata.journey.seconds - 1200 | fabs < 100' \
	<(journey 5 '.legs = [.legs[2]] | .minutes = 20' | rerank -q)
journey 3 '.minutes = 20' >"$TMP/one"
cat "$TMP/one" "$TMP/all" "$TMP/one" | rerank -q >"$TMP/three"
is "$(jq -c '.metadata.journey.minutes' "$TMP/three" | tr '\n' ' ')" "20 null 20 " \
	"journeys and others, one after the other"
status 4 rerank -q --max-errors 0 <(jq -c '.legs[0].legs = .legs' "$TMP/one")
status 3 bash -c 'rerank -q <'"$TMP/one"' >/dev/full'

# Kept, not on a journey
jq -c ".wish = {keep: [$(row mp80), $(row mp20), $(row mp40)], unlike: [$(row mp41)]}" \
	"$TMP/all" >"$TMP/kept"
echo mp20 >"$TMP/seen"
rerank -q -k 10 --per-artist 1 --seen "$TMP/seen" "$TMP/kept" >"$TMP/a"
is "$(jq -c '[.results[:3][] | [.track_id, .score, has("match")]]' "$TMP/a")" \
	'[["mp80",1,false],["mp20",1,false],["mp40",1,false]]' \
	"kept: in front, in that order, whatever speaks against them"
holds "contributions still sum" '[.results[] | ([.contributions[]] | add) - .score | fabs < 1e-9] |
	all' "$TMP/a"
holds "why" '[.results[].why | test("^you kept it")] | .[:4] == [true,true,true,false]' "$TMP/a"
is "$(rerank -q -k 80 --per-artist 0 "$TMP/kept" | jq -r '.results[].track_id' | grep -c mp41)" 0 \
	"what answers are to be unlike is none"
done_testing
