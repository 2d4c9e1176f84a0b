# SPDX-License-Identifier: GPL-3.0-or-later
# Offline is a property: a pure function of records and history.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
echo x >"$TMP/root/t1"
echo x >"$TMP/root/t2"
start_server </dev/null
records /t1 /t2 /t3 >"$TMP/in"
db=$TMP/l.db
status 0 linkcheck --state "$db" --offline -q "$TMP/in"
is "$(value url_reason "$TMP/out" | sort | uniq -c | xargs)" "3 not asked" \
	"no history: nothing is known"
ok [ ! -e "$db" ]
status 0 linkcheck --state "$db" --allow-private -q "$TMP/in"
cp "$TMP/out" "$TMP/online"
stop_server
records /t1 /t2 /t3 /t4 >"$TMP/in"
touch -d '2020-01-01' "$db"
before=$(stat -c %Y "$db")
for j in 1 4; do
	status 0 linkcheck --state "$db" --offline -q -j $j --max-age 0 \
		"$TMP/in"
	is "$(head -3 "$TMP/out")" "$(cat "$TMP/online")" "-j $j: as asked"
	is "$(tail -1 "$TMP/out" | value url_reason -)" "not asked" "one is new"
done
is "$(stat -c %Y "$db")" "$before" "the history is not touched"
if command -v strace >/dev/null; then
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=socket,connect -o "$TMP/trace" \
		linkcheck --state "$db" --offline -q "$TMP/in" >"$TMP/out"
	is "$(grep -cE 'socket|connect' "$TMP/trace")" 0 "no socket is opened"
else
	skip "no socket is opened" "no strace"
fi
# http and https, and tracking, are one link.
sed -e 's|http:|https:|' -e 's|t1|t1?utm_source=x#top|' "$TMP/in" >"$TMP/in2"
status 0 linkcheck --state "$db" --offline -q "$TMP/in2"
is "$(value url_status "$TMP/out" | head -2 | xargs)" "VALID VALID" \
	"other spellings of a link share its answer"
chmod a-w "$db"
status 0 linkcheck --state "$db" --offline -q "$TMP/in"
is "$(head -3 "$TMP/out")" "$(cat "$TMP/online")" "a read-only history"
done_testing
