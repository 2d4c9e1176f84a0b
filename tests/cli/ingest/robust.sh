# SPDX-License-Identifier: GPL-3.0-or-later
# Whatever comes in, rows in = records + rejects + merged; whatever happens,
# no half-written file.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1

cat >base.csv <<'X'
title,artist,year,permalink_url,description
One,A,1999,https://x.org/1,"text, with ""quotes"""
Two,B,,,"several
lines
"
Three,,2001,https://x.org/3,
Four,D,,https://x.org/1,fill
Two,b,,,
five,E,x,,"a,b,c"
X
# Random damage: bytes replaced, dropped, doubled, lines repeated.
mutate() { # SEED
	LC_ALL=C awk -v seed="$1" 'BEGIN { srand(seed); RS = "\001"
		c = split("\" , \n \r ; \t \377 \303 x \"\" \",\" \"\n {", s, " ")
		s[++c] = "\n"; s[++c] = "\r"; s[++c] = "\t"; s[++c] = " " }
	{ n = 1 + int(rand() * 12)
	  while (n--) {
		i = 1 + int(rand() * length($0)); k = int(rand() * 4)
		x = s[1 + int(rand() * c)]
		if (k == 0) $0 = substr($0, 1, i - 1) x substr($0, i + 1)
		if (k == 1) $0 = substr($0, 1, i - 1) substr($0, i + 1)
		if (k == 2) $0 = substr($0, 1, i - 1) x substr($0, i)
		if (k == 3) $0 = $0 substr($0, i, int(rand() * 60))
	  } printf "%s", $0 }' base.csv
}
bad=0
for seed in $(seq 1 150); do
	mutate "$seed" >m.csv
	if ! ingest --rejects rej --merged mrg m.csv >rec 2>err; then
		grep -Eq 'the header (cannot be read|has neither)' err && continue
		bad=$((bad + 1)); echo "# seed $seed: $(tail -n1 err)"; continue
	fi
	r=$(wc -l <rec) j=$(wc -l <rej) m=$(wc -l <mrg)
	set -- $(sed -n 's/^ingest: in=\([0-9]*\) ok=\([0-9]*\) err=\([0-9]*\) merged=\([0-9]*\) .*/\1 \2 \3 \4/p' err)
	if [ "$#" -ne 4 ] || [ "$1" -ne $((r + j + m)) ] || [ "$2" -ne "$r" ] ||
	   [ "$3" -ne "$j" ] || [ "$4" -ne "$m" ] ||
	   [ -n "$(cut -d'"' -f4 rec | sort | uniq -d)" ]; then
		bad=$((bad + 1)); echo "# seed $seed: $* but $r $j $m"
	fi
	# Our own output is sound: read again, every line of it is a record.
	cat rec rej mrg >all
	ingest --format ndjson all 2>err2 >/dev/null
	grep -q 'not a JSON' err2 && { bad=$((bad + 1)); echo "# seed $seed: unsound output"; }
done
is "$bad" 0 "150 damaged tables: rows add up, ids are unique, output is sound"

awk 'BEGIN { print "title,artist"; for (i = 0; i < 60000; i++) printf "title %d,artist %d\n", i * 7919 % 5003, i % 3 }' >many.csv
ingest -q --merged m1 many.csv >1
ingest -q --merged m2 --memory 300K many.csv >2
is "$(cmp 1 2 && cmp m1 m2 && echo same)" same "spilling to disk does not change the outcome"
is "$(cut -d'"' -f4 1 | sort -u | wc -l),$(wc -l <1)" "$(wc -l <1),$(wc -l <1)" "ids are unique"

if [ -w /dev/full ]; then
	ingest -q many.csv >/dev/full 2>err
	is "$?" 3 "a full disk is an error of the environment"
	like "$(cat err)" 'No space left' "and says so"
	printf 'title,artist\nfew\n' >few.csv
	status 3 ingest -q --rejects /dev/full few.csv
	status 3 ingest -q --merged /dev/full many.csv
else
	skip "full disk" "no /dev/full"
fi
{ ingest -q many.csv; echo $? >st; } 2>err | head -n1 >/dev/null
is "$(cat st)" 3 "a closed pipe is noticed"

echo old >out.ndjson
for d in 0.01 0.03 0.06 0.1; do
	ingest -q -o out.ndjson --memory 300K many.csv & p=$!
	sleep "$d"
	kill -9 "$p" 2>/dev/null
	wait "$p" 2>/dev/null
	cmp -s out.ndjson 1 || is "$(cat out.ndjson)" old "killed after $d s: the old file is whole"
done
rm -f out.ndjson.tmp-*
ok ingest -q -o out.ndjson many.csv
ok cmp out.ndjson 1
echo old >out.ndjson
status 3 ingest -o out.ndjson base.csv missing.csv
is "$(cat out.ndjson)" old "a failed run leaves the old output"
is "$(ls out.ndjson.tmp-* 2>/dev/null)" "" "and no temporary file"
for two in '-o z --rejects z' '-o z --merged ./z' '--rejects z --merged z'; do
	# shellcheck disable=SC2086
	status 2 ingest $two base.csv
	like "$(cat err)" 'z is given for two outputs' "and says so"
done
is "$(ls z 2>/dev/null)" "" "nothing is written"
status 0 ingest --rejects /dev/null --merged /dev/null base.csv
ok ingest --help
like "$(ingest --version)" '^ingest ' "--version"
status 2 ingest --no-such-option
done_testing
