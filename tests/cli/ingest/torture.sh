# SPDX-License-Identifier: GPL-3.0-or-later
# The torture set: tables as no exporter should write them, each with a number
# of rows known by construction. Not one is lost, whatever becomes of it.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

# NAME ROWS RECORDS ARG...: what goes in comes out, counted here and by ingest,
# in the order of the input and of keys, in much memory and in little.
check() {
	local name=$1 rows=$2 records=$3 how r j m said
	shift 3
	for how in "" "--sorted" "--memory 1K" "--sorted --memory 1K"; do
		# shellcheck disable=SC2086 # options
		ingest $how --rejects rej --merged mrg "$@" >rec 2>err
		local s=$?
		r=$(wc -l <rec) j=$(wc -l <rej) m=$(wc -l <mrg)
		said=$(sed -n 's/^ingest: in=\([0-9]*\) ok=\([0-9]*\) err=\([0-9]*\) merged=\([0-9]*\) [0-9.]*s$/\1=\2+\3+\4/p' err)
		is "$s: $((r + j + m)) $said" "0: $rows $rows=$r+$j+$m" \
			"$name${how:+ ($how)}: in = records + rejects + merged"
		is "$r" "$records" "$name${how:+ ($how)}: so many records"
	done
	ingest -q --merged /dev/null "$@" 2>/dev/null >rec
}
# The ids of rec, in order.
ids() { sed -n 's/^{"id":"\(mp[0-9a-f]\{20\}\)".*/\1/p' "${1:-rec}"; }

printf 'title,artist\n5" disc,he said "no"\n"a ""b"" c","""",\n"x" ,y\n""q,y\n"","only an artist"\n"""""",z\n' >quotes.csv
# Good are 5" disc and """""" (a title of two quotes).
check "quotes in the middle" 6 2 quotes.csv

{ printf 'title,artist\ngood,1\n"never closed,2\n'
  for i in $(seq 500); do printf 'row %d,"a, b"\n' "$i"; done; } >open.csv
check "a quote that opens and never closes" 502 501 open.csv
{ printf 'title,artist\n'
  for i in $(seq 300); do printf '"open %d,x\n' "$i"; done; } >opens.csv
check "quotes that open in every line" 300 0 opens.csv

printf 'title,artist\n\0\0A\0,B\n\0,\0\nC\0\0,\0D\nA,B\n' >nul.csv
check "NULs" 4 2 nul.csv
is "$(tr -d '\0' <rec | cmp - rec && echo none)" none "NULs: none are left"

printf '\xef\xbb\xbf"title",artist\n\xef\xbb\xbfA,B\nA,B\n' >bom.csv
check "byte order mark" 2 1 bom.csv

printf 'title,artist\rA,B\rC,D\r\r\rE,F' >cr.csv
check "CR alone" 3 3 cr.csv
printf 'title,artist\r\nA,"1\r2\n3"\nC,D\rE,F\r\n\r\n\n\rG,H\n\r' >mixed.csv
check "CR, LF and CRLF" 4 4 mixed.csv

{ printf 'title,artist,year\n'
  for i in $(seq 0 40); do
	printf 'r%d' "$i"; for ((k = 0; k < i; k++)); do printf ,; done; echo
  done; } >ragged.csv
check "ragged rows" 41 1 ragged.csv

printf 'title,title,title,artist,artist\na,b,c,d,e\n,x,,y,\n' >twice.csv
check "names that repeat" 2 1 twice.csv
like "$(cat rec)" '"title":"a","source_title":"b","source_title_2":"c","artist":"d","source_artist":"e"' \
	"names that repeat: every cell is kept"
printf ',title,,\n1,A,2,3\n' >nameless.csv
check "columns without a name" 1 1 nameless.csv
like "$(cat rec)" '"column_1":"1","title":"A","column_3":"2","column_4":"3"' \
	"columns without a name: every cell is kept"
printf '\n\n\ntitle,artist\nA,B\n' >late.csv
check "blank lines before the header" 1 1 late.csv

mega() { head -c 1048576 /dev/zero | tr '\0' "$1"; }
{ printf 'title,description,artist\nA,'; mega x; printf ',1\nB,"'; mega '\n'
  printf '",2\n"'; mega y; printf '",,3\nC,"'; mega '"'; printf '",4\nD,,5\n'
} >mega.csv
check "cells of 1 MiB" 5 5 mega.csv
is "$(wc -c <rec | awk '{ print ($1 > 3 * 1048576) }')" 1 \
	"cells of 1 MiB: nothing is cut"
# What is left of the cell of line ends, ",2, is read as a row of its own.
check "cells of 1 MiB, rows of 64 KiB at most" 6 1 --row-limit 64K mega.csv

wide() { # NAMES: of 100,000 columns beside the title
	awk -v name="$1" 'BEGIN {
		printf "title"
		for (i = 0; i < 100000; i++)
			printf ",%s", name == "same" ? "a" : "c" i
		print ""
		for (r = 0; r < 3; r++) {
			printf "t%d", r
			for (i = 0; i < 100000; i++) printf ",%d", i
			print ""
		}
		print "t0"
	}'
}
wide other >wide.csv
check "100,000 columns" 4 3 wide.csv
wide same >same.csv
check "100,000 columns of one name" 4 3 same.csv
awk 'BEGIN { for (r = 0; r < 2; r++) { printf "{\"title\":\"t\""
	for (k = 0; k < 2; k++) for (i = 0; i < 50000; i++) printf ",\"c%d\":%d", i, r
	print "}" } }' >wide.ndjson
check "100,000 members, each name twice" 2 1 wide.ndjson

printf 'title,artist\nA,B\nC,"D"' >noend.csv
check "no line end at the end" 2 2 noend.csv
printf 'title,artist\nA,"' >half.csv
check "an end in the middle of a cell" 1 0 half.csv

printf 'title;artist\nA, b;"B;c"\nC;D\n' >semi.csv
check "semicolons" 2 2 semi.csv
printf 'title\tartist\n"A" b\tB\nC\t"D\tE"\n' >tab.tsv
check "tabs" 2 2 tab.tsv
printf 'title|artist\nA, b|"B|c"\nC;|D\n' >bar.csv
check "bars" 2 2 bar.csv
is "$(grep -c '"artist":"B|c"' rec)" 1 "bars: found out"
printf 'title:artist\nA:B\n' | ingest -q --delimiter : >rec
is "$(grep -c '"title":"A","artist":"B"' rec)" 1 "--delimiter of no usual kind"

printf 'title,artist' >header.csv
check "a header alone" 0 0 header.csv
: >empty.csv
check "an empty file" 0 0 empty.csv
printf '\r\n\n\r\r' >blank.csv
check "line ends alone" 0 0 blank.csv
printf '\xef\xbb\xbf' >mark.csv
check "a byte order mark alone" 0 0 mark.csv

# Bytes of all kinds; without quotes every line that is not blank is a row.
junk() { # SEED BYTES
	LC_ALL=C awk -v seed="$1" -v n="$2" 'BEGIN { srand(seed)
		for (i = 0; i < n; i++) printf "%c", int(rand() * 256) }'
}
for seed in 1 2 3; do
	{ printf 'title\n'; junk "$seed" 200000 | tr -d '"'; } >junk.csv
	rows=$(tr '\r' '\n' <junk.csv | LC_ALL=C grep -a -c .)
	ingest --delimiter '~' --rejects rej --merged mrg junk.csv >rec 2>err
	r=$(wc -l <rec) j=$(wc -l <rej) m=$(wc -l <mrg)
	is "$((r + j + m))" "$((rows - 1))" "binary junk $seed: every line is a row"
	like "$(tail -n1 err)" "^ingest: in=$((rows - 1)) ok=$r err=$j merged=$m " \
		"binary junk $seed: ingest counts the same"
	ok iconv -f UTF-8 -t UTF-8 -o /dev/null rec rej mrg
	{ printf 'title,b\n'; junk "$seed" 200000; } >junkq.csv
	ingest --rejects rej --merged mrg junkq.csv >rec 2>err
	r=$(wc -l <rec) j=$(wc -l <rej) m=$(wc -l <mrg)
	like "$(tail -n1 err)" "^ingest: in=$((r + j + m)) ok=$r err=$j merged=$m " \
		"binary junk $seed with quotes: rows add up"
done
junk 4 5000 >nothing.csv
ingest nothing.csv >rec 2>err
is "$?,$(wc -c <rec)" 4,0 "junk without a header is refused"

# What cannot be read is refused with a remedy, or read in full.
for order in LE BE; do
	printf 'title,artist\nA,B\nC,D\n' | iconv -t "UTF-16$order" >body
	{ [ $order = LE ] && printf '\xff\xfe' || printf '\xfe\xff'; cat body; } >"utf16$order.csv"
	if ingest "utf16$order.csv" >rec 2>err; then
		is "$(wc -l <rec)" 2 "UTF-16$order is read"
	else
		is "$(wc -c <rec)" 0 "UTF-16$order: no half of it"
		like "$(cat err)" 'UTF-16.*iconv' "UTF-16$order is refused with a remedy"
	fi
done
{ printf 'title,artist\n'; seq 20000 | sed 's/$/,x/'; } | gzip -c >whole.csv.gz
check "gzip" 20000 20000 whole.csv.gz
size=$(stat -c %s whole.csv.gz)
for cut in 1 10 100 $((size / 2)) $((size - 1)); do
	head -c "$cut" whole.csv.gz >cut.csv.gz
	rm -f out
	ingest -o out --rejects rejcut cut.csv.gz 2>err
	s=$?
	if [ "$cut" -gt 2 ]; then
		is "$((s >= 3)),$(ls out rejcut 2>/dev/null)" "1," \
			"gzip cut behind $cut bytes: fatal, no output"
	fi
done

# Ids: whatever the order of the columns, the file's name and place, the run,
# the line ends, the quoting, what else is there.
cat >ids.csv <<'X'
title,artist,year,duration_ms,permalink_url,genre
A song,Björk,1999,180000,,Pop
Another,,,,https://Example.org/x?utm_source=a&b=1,
"Quoted, ""twice""",Somebody,2001.0,1000,,Rock
X
check "ids" 3 3 ids.csv
ids >want
is "$(wc -l <want)" 3 "three ids"
awk -F'\t' 'BEGIN { OFS = "," } { print $6, $3, $5, $1, $4, $2 }' >moved.csv <<'X'
title	artist	year	duration_ms	permalink_url	genre
A song	Björk	1999	180000		Pop
Another				https://Example.org/x?utm_source=a&b=1	
"Quoted, ""twice"""	Somebody	2001.0	1000		Rock
X
mkdir -p deep/er
cp ids.csv "deep/er/another name.txt"
sed 's/$/\r/' ids.csv >crlf.csv
sed 's/artist/ARTIST /; s/^title/Title/' ids.csv >spelt.csv
sed 's/$/,more/' ids.csv >more.csv
gzip -c ids.csv >ids.gz
awk -F, 'NR == 1' ids.csv | tr , ';' >semicolons.csv
cat >>semicolons.csv <<'X'
A song;Björk;1999;180000;;Pop
Another;;;;https://Example.org/x?utm_source=a&b=1;
"Quoted, ""twice""";Somebody;2001.0;1000;;Rock
X
for f in ids.csv moved.csv "deep/er/another name.txt" "$PWD/ids.csv" crlf.csv \
    spelt.csv more.csv ids.gz semicolons.csv; do
	is "$(ingest -q "$f" | ids -)" "$(cat want)" "ids stay: ${f#"$PWD"}"
done
is "$(ingest -q <ids.csv | ids -)" "$(cat want)" "ids stay: standard input"
is "$(ingest -q --sorted ids.csv | ids - | sort)" "$(sort want)" "ids stay: --sorted"
ingest -q ids.csv >again
is "$(ingest -q ids.csv | cmp - again && echo same)" same "a second run gives the same bytes"
{ head -n1 ids.csv; tail -n +2 ids.csv | tac; } >upside.csv
is "$(ingest -q upside.csv | ids - | sort)" "$(sort want)" "ids stay: rows in another order"
done_testing
