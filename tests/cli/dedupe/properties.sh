# SPDX-License-Identifier: GPL-3.0-or-later
# Foreign bytes stay, files, threads, memory and memo do not matter; and what
# happens when something is wrong.
. tests/tap.sh

# Records with prints of two songs, by turns, as fingerprint writes them.
n=a
for song in blues folk; do
	sed '/^variant/d' "data/demo/scores/$song.score" >"$TMP/$song.score"
	synth -q -o "$TMP/$n.flac" --seconds 16 "$TMP/$song.score"
	n=b
done
for n in a b; do
	printf '{"id":"%s","audio":{"path":"%s"}}\n' "$n" "$TMP/$n.flac"
done | fingerprint -q -o "$TMP/two"
a=$(sed -n 1p "$TMP/two" | jq -c .fingerprint)
b=$(sed -n 2p "$TMP/two" | jq -c .fingerprint)
for i in $(seq 60); do
	p=$a
	[ $((i % 2)) = 0 ] && p=$b
	printf '{"id":"mp%03d","title":"Song %d","artist":"Ann","playback_count":%d,"duration_ms":16000,"big":12345678901234567890,"f":7.60,"fingerprint":%s}\n' \
		"$i" $((i % 6)) "$i" "$p"
done >"$TMP/all"
cat >>"$TMP/all" <<'END'
{ "id" : "odd" , "nested":{"sources":1,"a":[1, 2]},"dup":1,"dup":2,"z":"\u0000" }
{"id":"bad print","title":"Song 1","artist":"Ann","fingerprint":{"print":"AQAA!","length":16}}
{"id":"no print","title":"Song 1","artist":"Ann","fingerprint":{}}
{"id":"failed","error":{"tool":"x","code":"y","message":"z","retry":false},"fingerprint":{}}
END
is "${#a}" "$((${#a} < 200 ? 200 : ${#a}))" "there are prints"
ok dedupe --fit "$TMP/t" --listed "$TMP/l" "$TMP/all"
is "$(wc -l <"$TMP/l")" 6 "six songs, ten copies each"
dedupe -q --model "$TMP/t" -o "$TMP/once" "$TMP/all"
is "$(jq -c 'del(.sources,.duplicate_of)' "$TMP/once" | sha256sum)" \
	"$(jq -c 'if .error then . else del(.fingerprint) end' "$TMP/all" |
		sha256sum)" "nothing foreign changed"
like "$(head -1 "$TMP/once")" \
	'"big":12345678901234567890,"f":7.60,"duplicate_of":"mp055"' \
	"bytes as they were; the most played is kept"
is "$(sed -n 61p "$TMP/once")" "$(sed -n 61p "$TMP/all")" \
	"a record of no concern stays as it was"
is "$(tail -1 "$TMP/once")" "$(tail -1 "$TMP/all")" \
	"a failed record passes untouched"
dedupe -q --model "$TMP/t" -o "$TMP/twice" "$TMP/once"
ok cmp "$TMP/once" "$TMP/twice"

split -n l/5 "$TMP/all" "$TMP/part."
dedupe -q --fit "$TMP/t5" --listed "$TMP/l5" "$TMP"/part.*
dedupe -q --fit "$TMP/ts" --listed "$TMP/ls" --memory 1K <"$TMP/all"
ok cmp "$TMP/t" "$TMP/t5"
ok cmp "$TMP/t" "$TMP/ts"
ok cmp "$TMP/l" "$TMP/l5"
ok cmp "$TMP/l" "$TMP/ls"
dedupe -q -j1 --model "$TMP/t" "$TMP/all" >"$TMP/j1"
dedupe -q -j4 --model "$TMP/t" "$TMP"/part.* >"$TMP/j4"
ok cmp "$TMP/j1" "$TMP/once"
ok cmp "$TMP/j1" "$TMP/j4"
dedupe -q --model "$TMP/t" --memo "$TMP/memo" --previous "$TMP/m1" \
	-o "$TMP/m1" "$TMP/all"
dedupe --model "$TMP/t" --memo "$TMP/memo" --previous "$TMP/m1" \
	-o "$TMP/m2" "$TMP/all" 2>"$TMP/err"
like "$(cat "$TMP/err")" 'reused=6[0-9]' "the memo answers"
ok cmp "$TMP/m1" "$TMP/m2"

jq -c '.audio = {path: ("/m/" + .id), sha256: ""}' "$TMP/all" >"$TMP/files"
dedupe -q --fit "$TMP/tp" "$TMP/files"
is "$(dedupe -q --model "$TMP/tp" "$TMP/files" | jq -c 'select(.sources) |
	.sources[] | select(.path != "/m/" + .id)')" "" "sources name the file"

# no prints at all: a table that says nothing
ok dedupe --fit "$TMP/none" <<<'{"id":"a"}'
is "$(dedupe -q --model "$TMP/none" <<<'{"id":"a"}')" '{"id":"a"}' \
	"an empty table changes nothing"

status 2 dedupe "$TMP/all"
status 2 dedupe --fit "$TMP/x" --model "$TMP/t" "$TMP/all"
status 2 dedupe --model "$TMP/t" --listed "$TMP/x" "$TMP/all"
status 4 dedupe --model "$TMP/absent" "$TMP/all"
like "$(cat "$TMP/err")" "absent" "names the table that is not there"
head -c 5000 "$TMP/t" >"$TMP/short"
status 4 dedupe --model "$TMP/short" "$TMP/all"
status 4 dedupe --model "$TMP/all" "$TMP/all"
status 4 dedupe --fit "$TMP/x" <<<'{"id":'
[ ! -e "$TMP/x" ]
is $? 0 "a fit that failed leaves no table"
cat "$TMP/all" "$TMP/all" >"$TMP/twofold"
status 4 dedupe --fit "$TMP/x" "$TMP/twofold"
like "$(cat "$TMP/err")" 'mp0.*id of its own' "an id that occurs twice"
status 4 dedupe --fit "$TMP/x" <<<'{"id":"a"}
{"id":"b"}
{"id":"a"}'
like "$(cat "$TMP/err")" '"a".*id of its own' "without a print, too"
if [ -w /dev/full ]; then
	bash -c "dedupe -q --model '$TMP/t' '$TMP/all' >/dev/full" 2>"$TMP/err"
	is $? 3 "a full disk is noticed"
else
	skip "full disk" "no /dev/full"
fi
done_testing
