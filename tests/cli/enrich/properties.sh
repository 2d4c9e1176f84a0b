# SPDX-License-Identifier: GPL-3.0-or-later
# Foreign bytes stay, twice is once, files and memory do not matter; and what
# happens when something is wrong.
. tests/tap.sh

cat >"$TMP/odd" <<'END'
{"id":"a","title":"A\u00e9\ud83d\ude00 \/","big":12345678901234567890,"f":7.60,"dup":1,"dup":2,"z":"\u0000","artist":"X","playback_count":1e3}
{ "id" : "b" , "artist" : "x", "nested":{"popularity":1,"a":[1, 2]} , "year":"1987" }
{"id":"c","t\u0069tle":"escaped name","artist":"Y","playback_count":17}
{"id":"d","error":{"tool":"x","code":"y","message":"z","retry":false},"artist":"X"}
END
own='del(.release_year,.era_category,.recency_score,.popularity,.popularity_tier,.engagement_rate,.artist_track_count,.artist_avg_playback,.is_prolific,.artist_authority,.metadata_richness,.text_length,.language,.languages,.instrumental,.instrumental_reason)'
ok enrich --fit "$TMP/m" --as-of 2020-02-02 "$TMP/odd"
enrich -q --model "$TMP/m" -o "$TMP/once" "$TMP/odd"
is "$(jq -c "$own" "$TMP/once" | sha256sum)" \
	"$(jq -c . "$TMP/odd" | sha256sum)" "nothing foreign changed"
like "$(head -1 "$TMP/once")" \
	'^\{"id":"a","title":"A\\u00e9\\ud83d\\ude00 \\/","big":12345678901234567890,"f":7.60,"dup":1,"dup":2,"z":"\\u0000","artist":"X","playback_count":1e3,' \
	"bytes as they were"
is "$(sed -n 4p "$TMP/once")" "$(sed -n 4p "$TMP/odd")" \
	"a failed record passes untouched"
like "$(sed -n 3p "$TMP/once")" '"text_length":12' "an escaped name is read"
enrich -q --model "$TMP/m" -o "$TMP/twice" "$TMP/once"
ok cmp "$TMP/once" "$TMP/twice"

for i in $(seq 400); do
	printf '{"id":"%d","artist":"A%d","playback_count":%d}\n' "$i" \
		$((i * 7 % 90)) $((i * i * i % 100003))
done >"$TMP/all"
split -n l/5 "$TMP/all" "$TMP/part."
enrich --fit "$TMP/m1" "$TMP/all"
enrich --fit "$TMP/m5" "$TMP"/part.*
enrich --fit "$TMP/ms" --memory 1K <"$TMP/all"
ok cmp "$TMP/m1" "$TMP/m5"
ok cmp "$TMP/m1" "$TMP/ms"
enrich -q -j1 --model "$TMP/m1" "$TMP/all" >"$TMP/j1"
enrich -q -j4 --model "$TMP/m1" "$TMP"/part.* >"$TMP/j4"
ok cmp "$TMP/j1" "$TMP/j4"

status 2 enrich --fit "$TMP/x" --model "$TMP/m"
status 2 enrich --as-of yesterday "$TMP/all"
like "$(cat "$TMP/err")" 'yesterday.*YYYY-MM-DD' "says what a date is"
status 4 enrich --model "$TMP/none" "$TMP/all"
like "$(cat "$TMP/err")" "none" "names the model that is not there"
head -c 5000 "$TMP/m1" >"$TMP/short"
status 4 enrich --model "$TMP/short" "$TMP/all"
status 4 enrich --model "$TMP/all" "$TMP/all"
status 4 enrich <<<'{"id":'
status 4 enrich --fit "$TMP/x" <<<'[1]'
[ ! -e "$TMP/x" ]
is $? 0 "a fit that failed leaves no model"
if [ -w /dev/full ]; then
	bash -c "enrich -q '$TMP/all' >/dev/full" 2>"$TMP/err"
	is $? 3 "a full disk is noticed"
else
	skip "full disk" "no /dev/full"
fi
done_testing
