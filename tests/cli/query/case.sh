# SPDX-License-Identifier: GPL-3.0-or-later
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
query() { command query --ids "$@"; }
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx
q() { query "$@" | jq -r "$expr"; }

expr=.mood_detected.valence
is "$(q i miss my ex)" -0.6 "operands are one query"
expr=.mood_detected.arousal
is "$(q "i miss my ex")" -0.2 "and so is one operand"
expr='.context_tags|join(",")'
is "$(q upbeat morning workout)" morning,workout "context words"
expr='[.type,(.types//{}|keys|join("+"))]|join(",")'
is "$(q rock guitar solo)" genre,genre+text-heavy "genre and attribute blend"
expr=.mood_detected.matches
is "$(q quantum bicycle)" 0 "no mood is no match"
expr=.generation
is "$(q sad)" "$(basename "$(readlink "$TMP/idx/current")" .idx)" \
	"the generation is named"

expr='[.candidates[]|select(.mood_distance!=null)]|min_by(.mood_distance).mood_distance < 0.2'
is "$(q i miss my ex)" true "the nearest mood is among the candidates"
expr='[.candidates[]|has("text_distance") and has("audio_cosine")]|all'
is "$(q lonely rain)" true "every candidate has every signal there is"
expr='[.candidates[]|select(.from|index("text"))|.track_id[2:]|tonumber%2]|unique|length'
is "$(query --retrieve 5 lonely rain | jq "$expr")" 1 "text finds its own kind"
expr='.candidates|length'
is "$(q sad)" "$(jq -s 'map(select(.url_status!="DEAD"))|length' "$TMP/c/tracks.ndjson")" \
	"dead links are no candidates"
is "$(q --keep-dead sad)" 48 "unless asked for"
is "$(q --candidates 7 sad)" 7 "--candidates"

# DJ sets answer where they are wanted; talk and second copies are not indexed.
{
	small_tracks 3 10
	printf '{"id":"mp%s","title":"rain %s","artist":"B","genre":"Indie",%s}\n' \
		90 set '"is_music":true,"music_class":"set"' \
		91 talk '"is_music":false,"music_class":"talk"' \
		92 copy '"duplicate_of":"mp03"'
} >"$TMP/classes"
{ small_rows mood; echo "mp90 5 0.8 -0.6 -0.2 - 0.8"; } |
	"$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/sets.feat"
build-index --index "$TMP/sets" --mood "$TMP/sets.feat" "$TMP/classes" 2>"$TMP/err"
like "$(cat "$TMP/err")" 'in=11 ok=9 err=0 drop=2' "left out of the index, and counted"
expr='[.candidates[].track_id]|index("mp90")!=null'
is "$(query --index "$TMP/sets" sad rain | jq "$expr")" false "a set is no track"
is "$(query --index "$TMP/sets" --sets sad rain | jq "$expr")" true "--sets"
is "$(echo '{"query":"sad rain","filters":{"sets":true}}' |
	query --index "$TMP/sets" | jq "$expr")" true "the filter sets"

# Filters
dead='select(.url_status!="DEAD")'
expr='.candidates|map(.track_id)|sort|join(" ")'
is "$(q --min-year 2010 --max-year 2020 sad)" \
	"$(jq -rs "map($dead|select(.release_year>=2010 and .release_year<=2020).id)|sort|join(\" \")" "$TMP/c/tracks.ndjson")" \
	"years"
is "$(q --genre indie sad)" \
	"$(jq -rs "map($dead|select((.genre // .imputed.genre.value)==\"Indie\").id)|sort|join(\" \")" "$TMP/c/tracks.ndjson")" \
	"genres, imputed ones too, folded"
is "$(q --exclude-artist 'ARTIST 2' --exclude-artist 'artist 4' sad)" \
	"$(jq -rs "map($dead|select(.artist!=\"Artist 2\" and .artist!=\"Artist 4\").id)|sort|join(\" \")" "$TMP/c/tracks.ndjson")" \
	"excluded artists"
expr=.eligible
is "$(q --exclude-artist " artist   2 " sad)" "$(q --exclude-artist "Artist 2" sad)" \
	"white space in a name tells no artists apart"

# Requests as NDJSON, bad ones in the middle
cat >"$TMP/requests" <<'X'
{"query":"i miss my ex","top_k":3,"qid":"a"}
not json
{"query":"party","filters":{"genre":["x"]}}

{"query":"calm","extra":1,"filters":{"min_year":2000}}
X
query <"$TMP/requests" >"$TMP/answers" 2>"$TMP/log"
is "$?" 0 "refused requests are accounted for"
is "$(jq -c '[.qid,.error.code,(.candidates|type)]' "$TMP/answers")" \
	'["a",null,"array"]
[null,"request","null"]
[null,"request","null"]
[null,null,"array"]' "one object per request, in order"
like "$(sed -n 3p "$TMP/answers" | jq -r .error.message)" 'unknown filter "genre"' \
	"an unknown filter is refused"
like "$(sed -n 4p "$TMP/answers" | jq -r '.warnings[0]')" 'unknown member "extra"' \
	"an unknown member is warned about"
like "$(cat "$TMP/log")" 'query: in=4 ok=2 err=2' "the last line counts"
query -q --max-errors 1 <"$TMP/requests" >/dev/null
is "$?" 1 "--max-errors"
query -q -j1 <"$TMP/requests" | jq -c 'del(.stages)' >"$TMP/j1"
query -q -j4 <"$TMP/requests" | jq -c 'del(.stages)' >"$TMP/j4"
ok cmp "$TMP/j1" "$TMP/j4"

# One at a time: the answer comes before the input ends.
mkfifo "$TMP/fifo"
query -q <"$TMP/fifo" >"$TMP/early" &
pid=$!
exec 8>"$TMP/fifo"
echo '{"query":"sad"}' >&8
for _ in $(seq 100); do
	[ -s "$TMP/early" ] && break
	sleep 0.05
done
is "$(wc -l <"$TMP/early")" 1 "an answer does not wait for the next request"
exec 8>&-
wait "$pid"

# No index, not an index, another version, truncated.
status 3 query --index "$TMP/nowhere" sad
like "$(cat "$TMP/err")" 'no index at .*make corpus.*--index' "how to build one"
status 4 query --index "$TMP/c/text.pack" sad
like "$(cat "$TMP/err")" 'moodtext.*moodindex' "a pack of another kind"
f=$TMP/idx/$(readlink "$TMP/idx/current")
cp "$f" "$TMP/other.idx"
# index(5): the version is at 12, the header's CRC-32 over bytes 0-99 at 100
python=$(command -v python3 || true)
if [ -n "$python" ]; then
	"$python" - "$TMP/other.idx" <<'X'
import struct, sys, zlib
with open(sys.argv[1], "r+b") as f:
    h = bytearray(f.read(104))
    h[12:16] = struct.pack("<I", 99)
    h[100:104] = struct.pack("<I", zlib.crc32(bytes(h[:100])))
    f.seek(0)
    f.write(h)
X
	status 4 query --index "$TMP/other.idx" sad
	like "$(cat "$TMP/err")" 'version 99.*build it again' "another version"
else
	skip "another version" "no python3"
fi
head -c 20000 "$f" >"$TMP/cut.idx"
status 4 query --index "$TMP/cut.idx" sad
like "$(cat "$TMP/err")" 'damaged|cut short' "a truncated index"

# Where words go
status 3 bash -c 'query sad >/dev/full'
like "$(cat "$TMP/err")" 'No space left' "a full disk is noticed"
status 2 query --nonsense
status 2 query --top-k 0 sad
echo '{"query":"sad"}' >"$TMP/sad"
status 2 bash -c 'query --min-year 2000 <"$TMP/sad"'
like "$(cat "$TMP/err")" '"filters"' "filters that would be ignored"
is "$(query '' 2>/dev/null | jq -r .error.code)" request "an empty query"

# An index without sound, without mood, without anything, without tracks.
build-index -q --index "$TMP/nosound" --text-model "$TMP/c/text.pack" \
	--text "$TMP/c/text.feat" --mood "$TMP/c/mood.feat" "$TMP/c/tracks.ndjson"
expr='[.candidates[]|has("audio_cosine")]|any'
is "$(q --index "$TMP/nosound" lonely sad)" false "no sound, no audio signal"
build-index -q --index "$TMP/nomood" --text-model "$TMP/c/text.pack" \
	--text "$TMP/c/text.feat" "$TMP/c/tracks.ndjson"
expr='.candidates|length > 0 and ([.[]|has("audio_cosine") or has("mood_distance")]|any|not)'
is "$(q --index "$TMP/nomood" lonely sad)" true "no mood, text and words alone"
build-index -q --index "$TMP/bare" "$TMP/c/tracks.ndjson"
expr='[(.candidates|length), (.hint|test("the most played")), .wish.vague]|join(" ")'
is "$(q -q --index "$TMP/bare" sad)" "42 true true" "nothing found: the most played"
build-index -q --index "$TMP/empty" /dev/null
expr='.candidates|length'
is "$(q --index "$TMP/empty" sad)" 0 "an empty index"

# A cold one-shot process is the normal case: no heavy library.
like "$(ldd "$(type -P query)" | grep -Ec 'crypto|blas|sndfile|curl|jansson')" \
	'^0$' "query links nothing heavy"
done_testing
