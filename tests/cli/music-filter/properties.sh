# SPDX-License-Identifier: GPL-3.0-or-later
# Foreign bytes stay, twice is once, threads do not matter, the memo answers;
# and what happens when something is wrong.
. tests/tap.sh

cat >"$TMP/odd" <<'END'
{"id":"a","title":"Interview with A\u00e9\ud83d\ude00 \/","genre":"News & Politics","big":12345678901234567890,"f":7.60,"dup":1,"dup":2,"z":"\u0000"}
{ "id" : "b" , "artist" : "x", "music_class":"opera", "music_reasons":["x"],"is_music":"maybe","nested":{"is_music":1}, "duration_ms":"180000" }
{"id":"c","t\u0069tle":"Audiobook, read by Ann","duration_ms":9000000,"tags":[1,null,"audiobook"]}
{"id":"d","error":{"tool":"x","code":"y","message":"z","retry":false},"title":"Sermon"}
{"id":"e","duration_ms":-5,"playback_count":"many","genre":7,"tags":"a, podcast; talk show","description":["x"]}
{"id":"f"}
END
own='del(.is_music,.music_class,.music_confidence,.music_reasons)'
ok music-filter -q -o "$TMP/once" "$TMP/odd"
is "$(jq -c "$own" "$TMP/once" | sha256sum)" \
	"$(jq -c "$own" "$TMP/odd" | sha256sum)" "nothing foreign changed"
like "$(head -1 "$TMP/once")" \
	'"big":12345678901234567890,"f":7.60,"dup":1,"dup":2,"z":"\\u0000","is_music":false,"music_class":"talk"' \
	"bytes as they were"
is "$(sed -n 4p "$TMP/once")" "$(sed -n 4p "$TMP/odd")" \
	"a failed record passes untouched"
is "$(jq -r .music_class "$TMP/once" | tr '\n' ' ')" \
	"talk track talk null talk track " "classes, an escaped name is read"
is "$(sed -n 2p "$TMP/once" | grep -o '"music_class"' | wc -l)" 1 \
	"an earlier answer is replaced"
music-filter -q -o "$TMP/twice" "$TMP/once"
ok cmp "$TMP/once" "$TMP/twice"

for i in $(seq 3000); do
	printf '{"id":"%d","artist":"A%d","title":"%s %d","duration_ms":%d}\n' \
		"$i" $((i * 7 % 90)) \
		"$([ $((i % 5)) = 0 ] && echo 'Interview with B' || echo Song)" \
		"$i" $((i * 7919 % 4000000))
done >"$TMP/all"
split -n l/5 "$TMP/all" "$TMP/part."
ok music-filter --fit "$TMP/m1" "$TMP/all"
music-filter -q --fit "$TMP/m5" "$TMP"/part.*
music-filter -q --fit "$TMP/ms" --memory 1K <"$TMP/all"
ok cmp "$TMP/m1" "$TMP/m5"
ok cmp "$TMP/m1" "$TMP/ms"
music-filter -q -j1 --model "$TMP/m1" "$TMP/all" >"$TMP/j1"
music-filter -q -j4 --model "$TMP/m1" "$TMP"/part.* >"$TMP/j4"
ok cmp "$TMP/j1" "$TMP/j4"
is "$(jq -r .music_class "$TMP/j1" | sort -u | tr '\n' ' ')" "set talk track " \
	"several classes"

music-filter -q --memo "$TMP/memo" --previous "$TMP/prev" -o "$TMP/prev" "$TMP/all"
cp "$TMP/prev" "$TMP/first"
sed '7s/Song/Podcast/' "$TMP/all" >"$TMP/changed"
music-filter -q --memo "$TMP/memo" --previous "$TMP/prev" -o "$TMP/prev" "$TMP/changed"
music-filter -q -o "$TMP/anew" "$TMP/changed"
ok cmp "$TMP/prev" "$TMP/anew"
is "$(cmp "$TMP/first" "$TMP/anew" >"$TMP/x"; echo $?)" 1 "one line is another"

status 2 music-filter --fit "$TMP/x" --model "$TMP/m1" "$TMP/all"
status 4 music-filter --model "$TMP/none" "$TMP/all"
status 4 music-filter --model "$TMP/all" "$TMP/all"
head -c 4000 "$TMP/m1" >"$TMP/short"
status 4 music-filter --model "$TMP/short" "$TMP/all"
status 3 music-filter --words "$TMP/none" "$TMP/all"
status 4 music-filter <<<'{"id":'
rm -f "$TMP/fitted"
status 4 music-filter --fit "$TMP/fitted" <<<'[1]'
[ ! -e "$TMP/fitted" ]
is $? 0 "a fit that failed leaves no model"

bad() { # TEXT PATTERN : a row that is refused, and why
	{
		printf 'limit\t-\t-\t0.8\t0\t0\n'
		printf '%b\n' "$1"
	} >"$TMP/words"
	status 4 music-filter --words "$TMP/words" "$TMP/odd"
	like "$(cat "$TMP/err")" "words:2: .*$2" "says: $2"
}
bad 'title\tx\t-\t1\t0' 'weights of talk'
bad 'titel\tx\t-\t1\t0\t0' '"titel" where title'
bad 'title,minutes\tx\t-\t1\t0\t0' 'where title'
bad 'title\t!\t-\t1\t0\t0' 'without a word'
bad 'title\tx\t-\tlots\t0\t0' '"lots" where a weight'
bad 'minutes\tshort\t-\t1\t0\t0' '"short" where a range'
bad 'sound\tzcr_std\t-\t1\t0\t0' 'where a range'
printf 'title\tX\t-\t1\t0\t0\ntitle,tag\tx\t-\t1\t0\t0\n' >"$TMP/words"
status 4 music-filter --words "$TMP/words" "$TMP/odd"
like "$(cat "$TMP/err")" 'words:2: "x" occurs twice' "a phrase twice"
printf 'title\tx\t-\t1\t0\t0\n' >"$TMP/words"
status 4 music-filter --words "$TMP/words" "$TMP/odd"
like "$(cat "$TMP/err")" 'row "limit"' "a table without a limit"

# The arithmetic: softmax of the sums, and the limit.
printf '%b' 'limit\t-\t-\t0.8\t0\t0\nstart\t-\t-\t-1\t-2\t-3\n' \
	'title\tx\tg\t3\t0\t0\ntitle\tx y\tg\t3.5\t0\t0.25\n' \
	'tag\t^ z $\t-\t0.5\t0\t0\n' >"$TMP/words"
p() { # TITLE TAG : the confidence
	printf '{"id":"1","title":"%s","tags":["%s"]}' "$1" "$2" |
		music-filter -q --words "$TMP/words" | jq -r .music_confidence
}
want() { # TALK NOISE SET : e^TALK by the sum
	awk -v t="$1" -v n="$2" -v s="$3" -v c="$4" 'BEGIN {
		all = 1 + exp(t) + exp(n) + exp(s)
		printf "%.3g", (c == "talk" ? exp(t) : 1) / all }'
}
is "$(p a b)" "$(want -1 -2 -3 track)" "nothing found"
is "$(p X b)" "$(want 2 -2 -3 talk)" "a word"
is "$(p 'a x-y' b)" "$(want 2.5 -2 -2.75 talk)" "the longer phrase counts"
is "$(p 'x a x y x' b)" "$(want 2.5 -2 -2.75 talk)" "the strongest of a group"
is "$(p x Z)" "$(want 2.5 -2 -3 talk)" "a whole tag"
is "$(p x 'z b')" "$(want 2 -2 -3 talk)" "not a part of a tag"
is "$(p z b)" "$(want -1 -2 -3 track)" "not in another field"
done_testing
