# SPDX-License-Identifier: GPL-3.0-or-later
# Tables: what is read, repaired, rejected and merged.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

run() { ingest --rejects rej --merged mrg "$@" >rec 2>err; }
# in, records, rejects, merged and the last line all agree.
adds_up() { # NAME ROWS
	local r j m
	r=$(wc -l <rec) j=$(wc -l <rej) m=$(wc -l <mrg)
	is "$((r + j + m))" "$2" "$1: rows in = records + rejects + merged"
	like "$(tail -n1 err)" \
		"^ingest: in=$2 ok=$r err=$j merged=$m [0-9.]+s\$" \
		"$1: the last line says so"
}
# The records without the generated members.
bare() { sed -E 's/"id":"mp[0-9a-f]{20}",//; s/,"ingested_from":"[^"]*"//' "$@"; }

printf 'title,artist,year,tags,Comment\nOne,A,1999,rock,hi\n' >a.csv
run a.csv
is "$(bare rec)" '{"title":"One","artist":"A","year":1999,"tags":"rock","Comment":"hi"}' \
	"a row becomes a record, all columns kept"
like "$(cat rec)" '^\{"id":"mp[0-9a-f]{20}",.*,"ingested_from":"a.csv"\}$' \
	"id and ingested_from are added"
adds_up "plain" 1

printf 'title,year,playback_count,genre,tags,description\nA,,12,  ,"[""x"",""y""]",\nB,MCM,1e3,,[x],\nC,007,+5,,[1],\n' >b.csv
run b.csv
is "$(bare rec | tr '\n' ' ')" '{"title":"A","playback_count":12,"tags":["x","y"]} {"title":"B","year":"MCM","playback_count":1e3,"tags":"[x]"} {"title":"C","year":"007","playback_count":"+5","tags":"[1]"} ' \
	"empty cells are absent, numbers only where they parse"

printf '\xef\xbb\xbftitle;artist\r\n"a\r\nb";"say ""hi"""\r\n5" x;y\r\n' >c.csv
run c.csv
is "$(bare rec | tr '\n' ' ')" '{"title":"a\nb","artist":"say \"hi\""} {"title":"5\" x","artist":"y"} ' \
	"byte order mark, semicolons, CRLF, embedded line ends, quotes"
adds_up "quotes" 2
printf 'title,artist\rA,B\rC,D' >cr.csv
run cr.csv
is "$(bare rec | tr '\n' ' ')" '{"title":"A","artist":"B"} {"title":"C","artist":"D"} ' \
	"CR alone ends lines, the last may lack one"

printf 'title,artist\nok,1\nfew\nmany,2,3\n"x"y,4\n,5\n"open,6\nfine,7\n' >bad.csv
run bad.csv
adds_up "bad rows" 7
is "$(bare rec | tr '\n' ' ')" '{"title":"ok","artist":"1"} {"title":"fine","artist":"7"} ' \
	"good rows around bad ones survive"
is "$(sed -E 's/"file":"bad.csv",//' rej)" '{"line":3,"reason":"1 cells where the header has 2","raw":"few"}
{"line":4,"reason":"3 cells where the header has 2","raw":"many,2,3"}
{"line":5,"reason":"text behind a closing quote","raw":"\"x\"y,4"}
{"line":6,"reason":"no identity: neither a usable permalink_url nor a title","raw":",5"}
{"line":7,"reason":"a quote is not closed before the end of the file","raw":"\"open,6"}' \
	"each reject has its line, reason and text"
status 1 ingest --max-errors 4 bad.csv
status 0 ingest --max-errors 5 bad.csv
status 1 ingest --max-errors 50% bad.csv
status 0 ingest bad.csv

printf 'title,artist\ncaf\xe9,A\n\xff\xfe,B\nz\0ero,C\n' >u.csv
run u.csv
is "$(bare rec | tr '\n' ' ')" '{"title":"caf'$'\xef\xbf\xbd''","artist":"A"} {"title":"zero","artist":"C"} ' \
	"bad UTF-8 is repaired, NUL dropped"
like "$(cat rej)" 'no identity.*"raw":"'$'\xef\xbf\xbd\xef\xbf\xbd'',B"' \
	"a title of lost bytes is no identity"
adds_up "bytes" 3

: >empty
run empty
adds_up "empty file" 0
printf 'title,artist\n' >header.csv
run header.csv
adds_up "header only" 0
printf 'a,b\n1,2\n' >anon.csv
status 4 ingest anon.csv
like "$(cat "$TMP/err")" 'anon.csv: .*neither permalink_url nor title.*--map' \
	"a header without identity is refused"

{ printf 'title,description\nbig,"'; head -c 3000000 /dev/zero | tr '\0' x; printf '"\nnext,y\n'; } >giant.csv
run giant.csv
adds_up "giant cell" 2
is "$(wc -c <rec | awk '{print ($1 > 3000000)}')" 1 "a giant cell is kept"
run --row-limit 1000000 giant.csv
adds_up "giant cell over --row-limit" 2
is "$(bare rec)" '{"title":"next","description":"y"}' "reading goes on behind it"

# Merging: the first keeps place and members, later ones fill.
cat >dup.csv <<'X'
title,artist,permalink_url,year,genre
One,A,http://Example.com/x?utm_source=q,,House
Two,B,,,
uno,,https://example.com/x/,1999,Techno
two,b,,,Jazz
X
run dup.csv
adds_up "duplicates" 4
is "$(bare rec)" '{"title":"One","artist":"A","permalink_url":"http://Example.com/x?utm_source=q","genre":"House","year":1999,"merged_from":[{"ingested_from":"dup.csv","permalink_url":"https://example.com/x/"}]}
{"title":"Two","artist":"B","genre":"Jazz"}' "duplicates are merged in place, their sources kept"
id1=$(head -n1 rec | cut -d'"' -f4) id2=$(tail -n1 rec | cut -d'"' -f4)
is "$(sort mrg)" "$(printf '%s\n%s\n' \
	'{"id":"'"$id1"'","file":"dup.csv","line":4,"raw":"uno,,https://example.com/x/,1999,Techno"}' \
	'{"id":"'"$id2"'","file":"dup.csv","line":5,"raw":"two,b,,,Jazz"}' | sort)" \
	"merged rows name the record that has them"
cp rec one; cp mrg onem
run --memory 1K dup.csv
is "$(cmp rec one && cmp mrg onem && echo same)" same "memory does not change the outcome"
run --sorted dup.csv
is "$(sort rec)" "$(sort one)" "--sorted: the same records"

# No source of a merged row is lost: where it differs, the record says it.
printf 'title,permalink_url,id,merged_from\nA,https://x.org/1,7,\n' >s1.csv
printf 'id,title,permalink_url\n7,A,https://x.org/1\n8,A,HTTP://x.org/1?si=z\n8,A,HTTP://x.org/1?si=z\n' >s2.csv
run s1.csv s2.csv s2.csv
is "$(bare rec)" '{"title":"A","permalink_url":"https://x.org/1","source_id":"7","merged_from":[{"ingested_from":"s2.csv","permalink_url":"https://x.org/1","source_id":"7"},{"ingested_from":"s2.csv","permalink_url":"HTTP://x.org/1?si=z","source_id":"8"}]}' \
	"merged_from: each source once"
adds_up "sources" 7
cp rec one
run --sorted --memory 1K s1.csv s2.csv s2.csv
is "$(cmp rec one && echo same)" same "merged_from: in any order of work"
printf 'title,merged_from\nA,x\n' >s3.csv
run s3.csv
is "$(bare rec)" '{"title":"A","source_merged_from":"x"}' "merged_from is ours"

# Ids and records' members do not depend on the order of columns.
cat >o1.csv <<'X'
title,artist,year,id,permalink_url
A,B,2001,7,
C,D,,8,https://x.org/1
X
cat >o2.csv <<'X'
id,permalink_url,year,title,artist
7,,2001,A,B
8,https://x.org/1,,C,D
X
ingest -q o1.csv | grep -o '"id":"mp[^"]*"' >1
ingest -q o2.csv | grep -o '"id":"mp[^"]*"' >2
is "$(cat 1)" "$(cat 2)" "ids do not depend on the order of columns"

# Names.
printf 'name,who,id,error,link\nT,A,5,boom,https://x.org/2\n' >map.csv
run --map name=title --map who=artist --map link=permalink_url map.csv
is "$(bare rec)" '{"title":"T","artist":"A","source_id":"5","source_error":"boom","permalink_url":"https://x.org/2"}' \
	"--map renames; members of later stages get source_"
like "$(tail -n1 err)" '^ingest: in=1 ' "--map: no warning where columns are found"
run --map nmae=title --map who=artist --map name=title map.csv a.csv
is "$(grep -c warning err)" 1 "--map of no operand's column: one warning"
like "$(cat err)" 'warning: --map nmae=title: no operand has a column or member "nmae"' \
	"and it says which"
ingest -q --map nmae=title a.csv 2>err >rec
is "$?,$(grep -c warning err),$(wc -l <rec)" 0,1,1 "with -q, too; the records are written"
status 2 ingest --map name map.csv
status 2 ingest --map name=id map.csv
status 2 ingest --format xml map.csv
status 2 ingest --delimiter ab map.csv
printf 'username,permalink_url,tag_list,title\nU,https://soundcloud.com/u/t,"""deep house"" x x",T\n' >sc.csv
run sc.csv
is "$(bare rec)" '{"artist":"U","permalink_url":"https://soundcloud.com/u/t","tags":["deep house","x"],"title":"T"}' \
	"a SoundCloud export is known by its header"

# Other ways in.
printf 'title\tartist\n"Heroes" live\tB\n' >t.tsv
run t.tsv
is "$(bare rec)" '{"title":"\"Heroes\" live","artist":"B"}' "TSV need not quote"
printf 'title|artist\nA,x|B\n' | ingest -q --delimiter '|' >rec
is "$(bare rec)" '{"title":"A,x","artist":"B"}' "standard input, --delimiter"
gzip -c a.csv >a.csv.gz
ingest -q a.csv | sed s/a.csv// >1
ingest -q a.csv.gz | sed s/a.csv.gz// >2
is "$(cat 1)" "$(cat 2)" "gzip is transparent"
run a.csv b.csv - <dup.csv
adds_up "several operands" 8
printf '\xff\xfet\0i\0' >utf16.csv
status 4 ingest utf16.csv
like "$(cat err)" 'iconv' "UTF-16: the message has the remedy"
printf '[{"title":"x"}]' >array.json
status 4 ingest array.json
like "$(cat err)" 'jq -c' "a JSON array: the message has the remedy"
status 3 ingest missing.csv
head -c 40 a.csv.gz >cut.csv.gz
ingest -o never cut.csv.gz 2>/dev/null
is "$([ $? -ge 3 ] && [ ! -e never ] && echo ok)" ok "a cut gzip file is fatal and leaves no output"
done_testing
