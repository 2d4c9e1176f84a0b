# SPDX-License-Identifier: GPL-3.0-or-later
# Text of tables is mended, NDJSON passes byte for byte.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
bare() { sed -E 's/"id":"mp[0-9a-f]{20}",//; s/,"ingested_from":"[^"]*"//' "$@"; }
id() { cut -d'"' -f4; }

printf 'title,artist,tags,year,description\r\n"R&amp;B &#39;hits&#39;",BjÃ¶rk,"a&amp;b",2001,"l1\r\nl2\rl3"\r\n\xef\xbb\xbfZero\xe2\x80\x8bwidth,\xe2\x80\xaegnal,,,👨\xe2\x80\x8d👩\r\n' >t.csv
ingest -v t.csv >rec 2>err
is "$(bare rec)" '{"title":"R&B '"'hits'"'","artist":"Björk","tags":"a&b","year":2001,"description":"l1\nl2\nl3"}
{"title":"Zerowidth","artist":"gnal","description":"👨'$'\u200d''👩"}' \
	"entities, mojibake, line ends and unseen characters"
like "$(cat err)" 'mended 6 texts' "-v counts them"
printf '{"title":"R&amp;B Ã©","x":"a\\r\\nb"}\n' >n.ndjson
is "$(ingest -q n.ndjson | bare)" '{"title":"R&amp;B Ã©","x":"a\r\nb"}' "NDJSON passes as it is"
# The id is that of the mended text.
printf 'title,artist\nR&amp;B,BjÃ¶rk\n' >a.csv
printf 'artist,title\nBjörk,R&B\n' >b.csv
is "$(ingest -q a.csv | id)" "$(ingest -q b.csv | id)" "damaged and sound text are one track"
printf 'title,permalink_url\nx,https://x.org/?a=1&amp;b=2&copy=3\n' >u.csv
is "$(ingest -q u.csv | bare)" '{"title":"x","permalink_url":"https://x.org/?a=1&b=2&copy=3"}' \
	"of a URL only &amp; is mended"
printf 'title,artist\n\xe2\x80\x8b,A\n&#8203;,B\n' >z.csv
ingest --rejects rej z.csv >rec 2>/dev/null
is "$(wc -l <rec),$(wc -l <rej)" "0,2" "a title of nothing that is seen is no identity"
# Right-to-left text and emoji stay.
printf 'title,artist\nשלום עולם,مرحبا\nמי\xe2\x80\x8fx,می\xe2\x80\x8cخواهم\n🔥🇫🇷,日本\n' >r.csv
is "$(ingest -q r.csv | grep -o '"title".*"artist":"[^"]*"')" "$(sed 1d r.csv | sed 's/\(.*\),\(.*\)/"title":"\1","artist":"\2"/')" \
	"right-to-left text, emoji and CJK stay as they are"
# Tag lists.
cat >g.csv <<'X'
username,permalink_url,tag_list
a,https://s.org/1,"shakira, she wolf, drugs"
a,https://s.org/2,"""60s, "" ufos “deep house” x,"
a,https://s.org/3,"""open quote rest of it"
a,https://s.org/4,""""" """
a,https://s.org/5,"drum&amp;bass ""R&amp;B"" drum&bass"
a,https://s.org/6,house don’t lo–fi
X
is "$(ingest -q g.csv | grep -o '"tags":\[[^]]*\]')" '"tags":["shakira","she wolf","drugs"]
"tags":["60s","ufos","deep house","x"]
"tags":["open quote rest of it"]
"tags":["drum&bass","R&B"]
"tags":["house","don’t","lo–fi"]' "tag lists: commas, curly and open quotes, empty phrases, entities, apostrophes"
done_testing
