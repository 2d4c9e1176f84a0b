# SPDX-License-Identifier: GPL-3.0-or-later
# Every fault of a server gets its status; DEAD only on proof.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
echo sound >"$TMP/root/good"
start_server <<'R'
/gone	status	410
/no-head	file	good
/no-head	no-head
/moved	redirect	301 /good
/moved2	redirect	302 /moved
/to-dead	redirect	301 /nothing
/to-ftp	redirect	302 ftp://example.org/x
/loop	loop
/auth	auth
/forbidden	status	403
/error	status	500
/later	status	429
/later	retry-after	7200
/busy	retry-after	60
/drop	drop
/flood	flood
/garbage	garbage
/endless	endless
/endless	no-head
/slow	file	good
/slow	slow	30
/teapot	status	418
R
records /good /nothing /gone /no-head /moved /moved2 /to-dead /to-ftp /loop \
	/auth /forbidden /error /later /busy /drop /flood /garbage /endless \
	/slow /teapot >"$TMP/in"
cat >>"$TMP/in" <<'R'
{"id":"a","title":"no link"}
{"id":"b","permalink_url":"ftp://127.0.0.1/x"}
{"id":"c","permalink_url":"not a url"}
R
cat >"$TMP/want" <<'R'
VALID http 200 -
DEAD http 404 -
DEAD http 410 -
VALID http 206 -
MOVED http 200 http://127.0.0.1:PORT/good
MOVED http 200 http://127.0.0.1:PORT/good
DEAD http 404 -
UNKNOWN redirect to another scheme -
UNKNOWN redirect loop -
REQUIRES_AUTH http 401 -
REQUIRES_AUTH http 403 -
UNKNOWN http 500 -
UNKNOWN http 429 -
UNKNOWN http 503 -
UNKNOWN broken reply -
UNKNOWN broken reply -
VALID http 200 -
VALID http 200 -
UNKNOWN timeout -
UNKNOWN http 418 -
UNKNOWN no url -
UNKNOWN bad url -
UNKNOWN bad url -
R
db=$TMP/state/links.db
status 0 linkcheck --state "$db" --allow-private --timeout 1 "$TMP/in"
cp "$TMP/out" "$TMP/first"
paste -d' ' <(value url_status "$TMP/first") <(value url_reason "$TMP/first") \
	<(value redirect_url "$TMP/first") >"$TMP/got"
is "$(cat "$TMP/got")" "$(sed "s/PORT/$PORT/" "$TMP/want")" "classification"
is "$(value id "$TMP/first")" "$(value id "$TMP/in")" "input order"
like "$(cat "$TMP/err")" 'linkcheck: asked=20 left=0' "counts what it asked"
is "$(grep -c '^GET /nothing 404 bytes=0-0' "$LOG")" 2 \
	"a death is confirmed by a ranged GET"
is "$(requests /moved2)" 1 "a working link is asked once"

# Known links are not asked again; failures wait for their time.
cp "$LOG" "$TMP/log1"
status 0 linkcheck --state "$db" --allow-private -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/first"
ok cmp "$LOG" "$TMP/log1"
status 0 linkcheck --state "$db" --due
is "$(cat "$TMP/out")" 0 "nothing is due"
sleep 1.1
status 0 linkcheck --state "$db" --due --max-age 1s
is "$(cat "$TMP/out")" 11 "--max-age: the known ones are due, the others wait"

# A link that came back to life, and one that died.
echo back >"$TMP/root/nothing"
rm "$TMP/root/good"
status 0 linkcheck --state "$db" --allow-private --max-age 1s -q "$TMP/in"
is "$(value url_status "$TMP/out" | sed -n '1p;2p;5p' | xargs)" \
	"DEAD VALID DEAD" "what changed is seen"

# Our own output as input: the members are replaced, not doubled.
status 0 linkcheck --state "$db" --offline -q "$TMP/first"
is "$(grep -o url_status "$TMP/out" | wc -l)" 23 "one url_status each"
is "$(grep redirect_url "$TMP/out" | cut -c1-10)" '{"id":"r7"' \
	"a stale redirect_url goes"
done_testing
