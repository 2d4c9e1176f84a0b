# SPDX-License-Identifier: GPL-3.0-or-later
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
c=$TMP/c idx=$TMP/idx

# A generation, whole, named by its digest, with nothing left behind.
status 0 small_index "$idx"
gen=$(readlink "$idx/current")
like "$gen" '^[0-9a-f]{16}\.idx$' "current names a generation"
is "$(ls "$idx")" "$(printf '%s\n' "$gen" current | sort)" "one generation and the link"
is "$(ls -A "$idx" | grep -c building)" 0 "no temporary file"
ok build-index --verify --index "$idx"

# The same content: the same generation, nothing touched.
before=$(stat -c '%i %Y' "$idx/$gen" "$idx/.lock" && stat -c %i "$idx/current")
status 0 small_index "$idx"
after=$(stat -c '%i %Y' "$idx/$gen" "$idx/.lock" && stat -c %i "$idx/current")
is "$after" "$before" "a build that changes nothing touches nothing"

# Shards, in any cut and order: the same bytes.
split -n l/3 "$c/tracks.ndjson" "$TMP/shard."
small_rows mood | head -20 | "$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/m0"
small_rows mood | tail -n +21 | "$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/m1"
status 0 build-index -q --index "$TMP/idx3" --text-model "$c/text.pack" \
	--text "$c/text.feat" --sound "$c/sound.feat" --mood "$TMP/m1" \
	--mood "$TMP/m0" --audio "$c/audio.feat" "$TMP/shard.ac" \
	"$TMP/shard.aa" "$TMP/shard.ab"
ok cmp "$idx/current" "$TMP/idx3/current"
status 0 small_index "$TMP/idxj" -j 4
ok cmp "$idx/current" "$TMP/idxj/current"

# Failed records are left out and counted.
{
	cat "$c/tracks.ndjson"
	echo '{"id":"mpbad","title":"x","error":{"tool":"t","code":"c","message":"m","retry":false}}'
} >"$TMP/with-errors"
build-index --index "$TMP/idxe" "$TMP/with-errors" 2>"$TMP/err"
like "$(cat "$TMP/err")" 'in=49 ok=48 err=1' "failed records are counted"
status 4 build-index --index "$TMP/idxe" - <<<'{"title":"no id"}'
status 1 build-index --max-errors 0 --index "$TMP/idxe" "$TMP/with-errors"

# Another content: another generation; the one before stays, older ones go.
small_tracks 1 10 >"$TMP/t1"
small_tracks 1 11 >"$TMP/t2"
small_tracks 1 12 >"$TMP/t3"
for t in t1 t2 t3; do
	build-index -q --index "$TMP/gens" "$TMP/$t"
	readlink "$TMP/gens/current"
done >"$TMP/names"
is "$(ls "$TMP/gens" | grep -c idx)" 2 "two generations are kept"
is "$(ls "$TMP/gens"/*.idx | xargs -n1 basename | sort)" \
	"$(tail -2 "$TMP/names" | sort)" "the last two"

# Sound vectors of a network instead, as long as they are: with zeros behind, 128
# numbers say what the first 64 do, where the mean is 0 as that of components. Of
# two networks, or not their columns: refused.
small_rows audio | awk '{ line[NR] = $0
	for (i = 4; i <= NF; i++) sum[i] += $i
} END { for (r = 1; r <= NR; r++) {
		n = split(line[r], x, " ")
		printf "%s %s %s", x[1], x[2], x[3]
		for (i = 4; i <= n; i++) printf " %.9f", x[i] - sum[i] / NR
		print ""
	} }' >"$TMP/a.rows"
sed 's/$/ 0 0 0 0 0 0 0 0/; s/\( 0\)\{8\}$/&&&&&&&&/' "$TMP/a.rows" >"$TMP/v.rows"
"$FEATMAKE" audio64 - a:64:2 <"$TMP/a.rows" >"$TMP/a.feat"
"$FEATMAKE" embed-cnn - v:128:3 <"$TMP/v.rows" >"$TMP/v.feat"
head -20 "$TMP/v.rows" | sed 's/ 0$//' | "$FEATMAKE" embed-cnn - v:127:3 \
	>"$TMP/other.feat"
for f in a v; do
	status 0 build-index -q --index "$TMP/idx$f" \
		--text-model "$c/text.pack" --text "$c/text.feat" \
		--sound "$c/sound.feat" --mood "$c/mood.feat" \
		--audio "$TMP/$f.feat" "$c/tracks.ndjson"
	ok build-index --verify --index "$TMP/idx$f"
done
answer() {
	query --index "$1" "lonely rain" | rerank --index "$1" -k 8 |
		jq -c '[.results[] | [.title, (.score * 1e5 | round),
			(.signals.audio * 1e5 | round)]]'
}
like "$(answer "$TMP/idxv")" 'lonely rain' "it answers"
is "$(answer "$TMP/idxv")" "$(answer "$TMP/idxa")" \
	"vectors of 128 numbers rank alike"
status 4 build-index --index "$TMP/idxo" --audio "$TMP/v.feat" \
	--audio "$TMP/other.feat" "$c/tracks.ndjson"
status 4 build-index --index "$TMP/idxo" --audio "$c/mood.feat" "$c/tracks.ndjson"
like "$(cat "$TMP/err")" 'embed-cnn|a00 to a63' "what was expected"

# Damage is found, and a build mends it.
cp "$idx/$gen" "$TMP/keep"
printf 'X' | dd of="$idx/$gen" bs=1 seek=$((4096 * 3)) conv=notrunc 2>/dev/null
status 4 build-index --verify --index "$idx"
like "$(cat "$TMP/err")" 'checksum.*build' "the message says what to do"
status 0 small_index "$idx"
ok cmp "$TMP/keep" "$idx/$gen"

# Text vectors of another model.
small_tracks 1 20 | embed text -q --fit "$TMP/other.pack"
status 4 build-index --index "$TMP/idxo" --text-model "$TMP/other.pack" \
	--text "$c/text.feat" "$c/tracks.ndjson"
like "$(cat "$TMP/err")" 'not made with .*other.pack; make it again: embed text' \
	"a foreign text.feat is refused with the remedy"
status 2 build-index --index "$TMP/idxo" --text "$c/text.feat" "$c/tracks.ndjson"
status 2 build-index "$c/tracks.ndjson"
status 4 build-index --index "$TMP/idxo" --mood "$c/sound.feat" "$c/tracks.ndjson"
like "$(cat "$TMP/err")" 'no column "valence"' "the wrong feature file"
status 4 build-index --index "$TMP/idxo" --text-model "$c/text.pack" \
	--text "$c/audio.feat" "$c/tracks.ndjson"
status 4 build-index --index "$TMP/idxo" "$c/tracks.ndjson" "$c/tracks.ndjson"
like "$(cat "$TMP/err")" 'occurs twice' "a file given twice"
head -c $(($(stat -c %s "$c/mood.feat") / 2)) "$c/mood.feat" >"$TMP/cut.feat"
status 4 build-index --index "$TMP/idxo" --mood "$TMP/cut.feat" "$c/tracks.ndjson"
printf '{"id":"mp1"}\n{"id":' >"$TMP/torn"
status 4 build-index --index "$TMP/idxo" "$TMP/torn"
like "$(cat "$TMP/err")" 'torn:2' "torn NDJSON names file and line"
is "$(ls "$TMP/idxo")" "" "no failed build leaves anything"
status 3 build-index --index "$TMP/idxo" "$TMP/nothere"
status 3 build-index --index "$c/tracks.ndjson/x" "$c/tracks.ndjson"

# A second build on the same directory says so.
exec 9>"$idx/.lock"
flock 9
status 3 small_index "$idx"
like "$(cat "$TMP/err")" 'held by another process' "the second build says so"
exec 9>&-

# Killed on the way: what was current stays, the next build clears up.
touch "$idx/.building.tmp-abcdef" "$idx/.building"
status 0 small_index "$idx"
is "$(ls -A "$idx" | grep -c building)" 0 "left-overs of a killed build go"

# No tracks at all.
status 0 build-index -q --index "$TMP/empty" /dev/null
ok build-index --verify --index "$TMP/empty"
done_testing
