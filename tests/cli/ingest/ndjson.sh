# SPDX-License-Identifier: GPL-3.0-or-later
# NDJSON: foreign bytes pass, bad lines cost themselves.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
run() { ingest --rejects rej --merged mrg "$@" >rec 2>err; }

cat >a.ndjson <<'X'
{"title":"A","n":1.50,"big":12345678901234567890123,"esc":"\u00e9\/\u0000","dup":1,"dup":2,"nest":{"a":[1, 2,{}]},"null":null}
{"permalink_url":"https://x.org/1", "title" : "B","id":9,"imputed":{"x":1}}
X
run a.ndjson
is "$(sed -E 's/"id":"mp[0-9a-f]{20}",//; s/,"ingested_from":"a.ndjson"\}$/}/' rec)" \
	'{"title":"A","n":1.50,"big":12345678901234567890123,"esc":"\u00e9\/\u0000","dup":1,"dup":2,"nest":{"a":[1, 2,{}]},"null":null}
{"permalink_url":"https://x.org/1","title" : "B","source_id":9,"source_imputed":{"x":1}}' \
	"members pass byte for byte, those of later stages are renamed"

printf '\xef\xbb\xbf{"title":"A"}\r\n\n{broken\n[1]\n{"title":5}\n{"artist":"nobody"}\n{"title":"caf\xe9"}\n{"title":"a "}' >b.ndjson
run b.ndjson
like "$(tail -n1 err)" '^ingest: in=7 ok=3 err=3 merged=1 ' \
	"byte order mark, CRLF, blank and bad lines, no last newline"
is "$(sed -E 's/.*"line":([0-9]+).*/\1/' rej | tr '\n' ' ')" "3 4 6 " \
	"rejects have their lines"
like "$(sed -n 3p rec)" 'caf'$'\xef\xbf\xbd' "bad UTF-8 is repaired"

printf 'garbage\n{"title":"A"}\n' >c.ndjson
run c.ndjson
like "$(tail -n1 err)" 'in=2 ok=1 err=1 ' "the file's name says NDJSON"
printf 'title\nA\n' | ingest -q --format ndjson >rec 2>err
is "$?,$(wc -c <rec)" 0,0 "--format overrides"

printf '{"username":"U","permalink_url":"https://x.org/2","tag_list":"a \\"b c\\"","title":"T"}\n' >d
run d
like "$(cat rec)" '"artist":"U".*"tags":\["a","b c"\]' \
	"SoundCloud's names and tags"
printf '{"name":"T","who":"A"}\n{"title":"T2","who":"A"}\n' >e
run --map name=title --map who=artist e
is "$(grep -c '"title":"T2\?","artist":"A"' rec)" 2 "--map, line by line"

# The same rows as a table and as NDJSON have the same ids.
printf 'title,artist,year,permalink_url\nA,B,1999,\nC,,,http://x.org/3\n' >f.csv
printf '{"artist":"B","year":"1999","title":"A"}\n{"permalink_url":"http://x.org/3"}\n' >f.ndjson
ingest -q f.csv | grep -o '"id":"[^"]*"' >1
ingest -q f.ndjson | grep -o '"id":"[^"]*"' >2
is "$(cat 1)" "$(cat 2)" "ids do not depend on the format"

# Filling treats null, "" and [] as absent.
cat >g.ndjson <<'X'
{"title":"A","genre":null,"tags":[],"description":"","year":1999}
{"title":"a","year":1999,"genre":"House","tags":["x"],"description":"d","playback_count":0}
X
run g.ndjson
is "$(sed -E 's/"id":"mp[0-9a-f]{20}",//' rec)" \
	'{"title":"A","year":1999,"ingested_from":"g.ndjson","genre":"House","tags":["x"],"description":"d","playback_count":0}' \
	"empty values are filled"
done_testing
