# SPDX-License-Identifier: GPL-3.0-or-later
# Near duplicates lend what they agree on, and nothing else.
. "$ROOT/tests/tap.sh"
cat >"$TMP/in" <<'R'
{"id":"a1","title":"Rain","artist":"Ann","duration_ms":200000,"genre":"House","tags":["a","b"],"year":1999}
{"id":"a2","title":"RAIN (2011 Remaster)","artist":"Ann","duration_ms":201000}
{"id":"a3","title":"Ann - Rain (Official Video)","artist":"Ann","duration_ms":199500,"genre":"house","tags":"B, c","lyrics":"words"}
{"id":"a4","title":"Rain (Live)","artist":"Ann","duration_ms":200000}
{"id":"a5","title":"Rain","artist":"Ann","duration_ms":260000}
{"id":"a6","title":"Rain","artist":"Bo","duration_ms":200000}
{"id":"a7","title":"Rain","artist":"Ann"}
{"id":"b1","title":"Sun","artist":"Ann","duration_ms":100000,"genre":"House","year":1990}
{"id":"b2","title":"Sun","artist":"Ann","duration_ms":100500,"genre":"Techno","description":"d"}
{"id":"b3","title":"Sun","artist":"Ann","duration_ms":100200}
{"id":"c1","title":"Moon","artist":"Ann","genre":"Folk"}
{"id":"c2","title":"Moon","artist":"Ann","duration_ms":5000}
{"id":"d1","title":"Alone","artist":"Ann","genre":"Folk"}
R
status 0 heal --fit-near "$TMP/m" -q "$TMP/in"
status 0 heal --offline --near "$TMP/m" -q "$TMP/in"
cp "$TMP/out" "$TMP/healed"
got() { jq -c "select(.id == \"$1\") | $2" "$TMP/healed"; }
is "$(got a2 '[.imputed.genre, .imputed.tags.value, .imputed.year.value,
	.lyrics, .lyrics_origin]')" \
'[{"value":"house","method":"near-duplicate","confidence":0.9},["B"],1999,"words","near-duplicate"]' \
	"what they agree on: genre in any spelling, the tags they share"
is "$(got a1 '[.imputed, .lyrics]')" '[null,"words"]' "both ways"
is "$(got a4 .imputed)" null "a live version is another recording"
is "$(got a5 .imputed)" null "so is another length"
is "$(got a6 .imputed)" null "and a namesake"
is "$(got a7 .imputed)" null "of unknown length: one of several"
is "$(got b3 '[.imputed.genre, .imputed.year.value, .imputed.description.value]')" \
	'[null,1990,"d"]' "where they disagree, nothing"
is "$(got c2 .imputed.genre.confidence)" 0.48 \
	"of unknown length, but the only one: less sure"
is "$(got d1 .imputed)" null "nobody inherits from himself"
is "$(jq -c 'del(.imputed, .lyrics, .lyrics_origin)' "$TMP/healed" | grep -c .)" \
	13 "all are there"

# The model and the output do not depend on order, files, threads or memory.
sed -n '1!G;h;$p' "$TMP/in" >"$TMP/reversed"
head -5 "$TMP/reversed" >"$TMP/r1"
tail -n +6 "$TMP/reversed" >"$TMP/r2"
status 0 heal --fit-near "$TMP/m2" --memory 64K -q "$TMP/r1" "$TMP/r2"
ok cmp "$TMP/m" "$TMP/m2"
status 0 heal --offline --near "$TMP/m" -q -j 4 "$TMP/in"
ok cmp "$TMP/out" "$TMP/healed"
status 0 heal --offline --near "$TMP/m" -q "$TMP/healed"
is "$(jq -cS . "$TMP/out")" "$(jq -cS . "$TMP/healed")" "its output as input"
status 0 heal --undo -q "$TMP/healed"
is "$(jq -cS . "$TMP/out")" "$(jq -cS . "$TMP/in")" "--undo"

# impute respects it.
status 0 impute meta --fit "$TMP/meta" -q "$TMP/in"
status 0 impute meta --model "$TMP/meta" -q "$TMP/healed"
is "$(jq -c 'select(.id == "a2") | [.imputed.genre.method, .imputed.tags.value,
	.imputed.year.value]' "$TMP/out")" '["near-duplicate",["B"],1999]' \
	"impute leaves what heal found"

# A damaged model is refused.
head -c 5000 "$TMP/m" >"$TMP/short"
status 4 heal --offline --near "$TMP/short" "$TMP/in"
status 4 heal --offline --near "$TMP/in" "$TMP/in"
: >"$TMP/empty"
status 0 heal --fit-near "$TMP/m3" -q "$TMP/empty"
status 0 heal --offline --near "$TMP/m3" -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/in"
done_testing
