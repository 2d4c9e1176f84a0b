# SPDX-License-Identifier: GPL-3.0-or-later
# --report: survival by host, reason and year, the same for any -j.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
echo x >"$TMP/root/a"
echo x >"$TMP/root/b"
start_server <<'R'
/auth	auth
/old	redirect	301 /a
/hang	drop
R
row() { # ID HOST PATH YEAR
	printf '{"id":"%s","permalink_url":"http://u:sesame@%s.test%s"' "$1" "$2" "$3"
	[ -z "$4" ] || printf ',"created_at":"%s-05-06T00:00:00Z"' "$4"
	echo '}'
}
{
	row 1 big /a 2012
	row 2 big /b 2012
	row 3 big /gone1 2012
	row 4 big /old 2015
	row 5 big /hang 2015
	row 6 small /auth 2015
	row 7 small /gone2 ''
	echo '{"id":"8"}'
	echo '{"id":"9","error":{"tool":"x"}}'
} >"$TMP/in"
cat >"$TMP/want" <<'R'
by	key	links	VALID	MOVED	REQUIRES_AUTH	DEAD	UNKNOWN	survival
all	-	8	2	1	1	2	2	0.6667
host	big.test	5	2	1	0	1	1	0.75
host	small.test	2	0	0	1	1	0	0.5
host	-	1	0	0	0	0	1	-
reason	http 200	3	2	1	0	0	0	1
reason	http 404	2	0	0	0	2	0	0
reason	broken reply	1	0	0	0	0	1	-
reason	http 401	1	0	0	1	0	0	1
reason	no url	1	0	0	0	0	1	-
year	-	2	0	0	0	1	1	0
year	2012	3	2	0	0	1	0	0.6667
year	2015	3	0	1	1	0	1	1
R
db=$TMP/l.db
status 0 linkcheck --state "$db" --allow-private -q --report "$TMP/report" \
	--connect-to "big.test:80:127.0.0.1:$PORT" \
	--connect-to "small.test:80:127.0.0.1:$PORT" "$TMP/in"
is "$(diff "$TMP/report" "$TMP/want")" "" "the table"
is "$(wc -l <"$TMP/out")" 9 "and the records"
for j in 1 4; do
	status 0 linkcheck --state "$db" --offline -j $j --report - "$TMP/in"
	is "$(diff "$TMP/out" "$TMP/want")" "" "-j $j, to standard output alone"
done
is "$(grep -c sesame "$TMP/err" "$TMP/report" "$LOG" "$db" | cut -d: -f2 | xargs)" \
	"0 0 0 0" "passwords are nowhere"
status 0 linkcheck --state "$db" --offline --report - -o "$TMP/both" -q "$TMP/in"
is "$(wc -l <"$TMP/both") $(wc -l <"$TMP/out")" "9 13" "-o: records there"
status 0 linkcheck --state "$db" --offline --report - -q /dev/null
is "$(wc -l <"$TMP/out")" 1 "no records: the names alone"
status 3 linkcheck --state "$db" --offline --report /dev/full/x -q "$TMP/in"
done_testing
