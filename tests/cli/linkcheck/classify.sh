# SPDX-License-Identifier: GPL-3.0-or-later
# Every fault of a server gets its status; DEAD only on proof.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
echo sound >"$TMP/root/good"
head -c 4000 /dev/zero >"$TMP/root/long.mp3"
cat >"$TMP/table" <<'R'
/none	status	204
/gone	status	410
/no-head	file	good
/no-head	no-head
/moved301	redirect	301 /good
/moved302	redirect	302 /moved301
/moved303	redirect	303 /good
/moved307	redirect	307 /good
/moved308	redirect	308 /good
/secret	redirect	302 http://me:sesame@127.0.0.1:1/x
/to-dead	redirect	301 /nothing
/to-ftp	redirect	302 ftp://example.org/x
/to-file	redirect	302 file:///etc/passwd
/loop	loop
/chain*	redirect	302 /chain
/a	redirect	302 /b
/b	redirect	302 /a
/auth	auth
/forbidden	status	403
/error	status	500
/later	status	429
/later	retry-after	7200
/busy	retry-after	60
/dated	date-after	3600
/drop	drop
/flood	flood
/garbage	garbage
/garbage	no-head
/garbage	type	text/html
/endless	endless
/endless	no-head
/bomb	gzip-bomb
/bomb	no-head
/bomb	type	text/html
/short.mp3	short
/short.mp3	no-head
/short.mp3	from	long.mp3
/long.mp3	long
/long.mp3	no-head
/reset.mp3	reset
/reset.mp3	no-head
/reset.mp3	from	long.mp3
/page.mp3	html
/slow	file	good
/slow	slow	30
/hang	hang
/trickle	trickle
/drip	file	good
/drip	drip	1
/drip	no-head
/teapot	status	418
R
for i in $(seq 20); do echo "/hop$i	redirect	302 /hop$((i + 1))"; done \
	>>"$TMP/table"
start_server <"$TMP/table"
# path, host ("-": the server's own address), what is expected
cat >"$TMP/cases" <<'R'
/good	-	VALID http 200 -
/none	-	VALID http 204 -
/nothing	-	DEAD http 404 -
/gone	-	DEAD http 410 -
/no-head	-	VALID http 206 -
/moved301	-	MOVED http 200 http://127.0.0.1:PORT/good
/moved302	-	MOVED http 200 http://127.0.0.1:PORT/good
/moved303	-	MOVED http 200 http://127.0.0.1:PORT/good
/moved307	-	MOVED http 200 http://127.0.0.1:PORT/good
/moved308	-	MOVED http 200 http://127.0.0.1:PORT/good
/to-dead	-	DEAD http 404 -
/to-ftp	-	UNKNOWN redirect to another scheme -
/to-file	-	UNKNOWN redirect to another scheme -
/loop	-	UNKNOWN redirect loop -
/a	-	UNKNOWN redirect loop -
/hop1	-	UNKNOWN too many redirects -
/hop12	-	DEAD http 404 -
/auth	-	REQUIRES_AUTH http 401 -
/forbidden	-	REQUIRES_AUTH http 403 -
/error	-	UNKNOWN http 500 -
/drop	-	UNKNOWN broken reply -
/flood	-	UNKNOWN broken reply -
/garbage	garbage.test	VALID http 200 -
/endless	-	VALID http 200 -
/bomb	-	VALID http 200 -
/short.mp3	-	VALID http 206 -
/long.mp3	-	VALID http 206 -
/reset.mp3	-	VALID http 206 -
/page.mp3	-	VALID http 200 -
/teapot	-	UNKNOWN http 418 -
/later	later.test	UNKNOWN http 429 -
/good	later.test	UNKNOWN host busy -
/busy	busy.test	UNKNOWN http 503 -
/dated	dated.test	UNKNOWN http 503 -
/slow	slow.test	UNKNOWN timeout -
/hang	slow.test	UNKNOWN timeout -
/trickle	slow.test	UNKNOWN timeout -
/drip	slow.test	VALID http 206 -
/good	six	VALID http 200 -
R
while IFS=$'\t' read -r path host _; do
	case $host in
	-) host=127.0.0.1:$PORT ;;
	six) host="[::1]:$PORT" ;;
	esac
	i=$((${i:-0} + 1))
	echo "{\"id\":\"r$i\",\"permalink_url\":\"http://$host$path\"}"
done <"$TMP/cases" >"$TMP/in"
n=$(wc -l <"$TMP/cases")
cat >>"$TMP/in" <<'R'
{"id":"a","title":"no link"}
{"id":"b","permalink_url":"ftp://127.0.0.1/x"}
{"id":"c","permalink_url":"not a url"}
{"id":"d","permalink_url":"file:///etc/passwd"}
R
{
	cut -f3 "$TMP/cases"
	echo "UNKNOWN no url -"
	for _ in b c d; do echo "UNKNOWN bad url -"; done
} | sed "s/PORT/$PORT/" >"$TMP/want"
db=$TMP/state/links.db
to=()
for h in garbage later busy dated slow; do
	to+=(--connect-to "$h.test:80:127.0.0.1:$PORT")
done
start=$SECONDS
net() { linkcheck --state "$db" --allow-private --timeout 1 "${to[@]}" "$@"; }
status 0 net --per-host 1 --patience 1 "$TMP/in"
ok [ $((SECONDS - start)) -lt 15 ]
cp "$TMP/out" "$TMP/first"
paste -d' ' <(value url_status "$TMP/first") <(value url_reason "$TMP/first") \
	<(value redirect_url "$TMP/first") >"$TMP/got"
is "$(diff "$TMP/got" "$TMP/want")" "" "classification"
is "$(value id "$TMP/first")" "$(value id "$TMP/in")" "input order"
like "$(cat "$TMP/err")" "linkcheck: asked=$n left=0" "counts what it asked"
is "$(grep -c '^GET /nothing 404 bytes=0-0' "$LOG")" 2 \
	"a death is confirmed by a ranged GET"
is "$(requests /moved302)" 1 "a working link is asked once"
is "$(requests /later)" 1 "who wants to be left alone for long is"

# Known links are not asked again; failures wait for their time.
cp "$LOG" "$TMP/log1"
status 0 net -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/first"
ok cmp "$LOG" "$TMP/log1"
status 0 linkcheck --state "$db" --due
is "$(cat "$TMP/out")" 0 "nothing is due"
sleep 1.1
status 0 linkcheck --state "$db" --due --max-age 1s
is "$(cat "$TMP/out")" "$(grep -vc UNKNOWN "$TMP/cases")" \
	"--max-age: the known ones are due, the others wait"

# A link that came back to life, and one that died.
echo back >"$TMP/root/nothing"
rm "$TMP/root/good"
status 0 net --max-age 1s -q "$TMP/in"
is "$(value url_status "$TMP/out" | sed -n '1p;3p;6p' | xargs)" \
	"DEAD VALID DEAD" "what changed is seen"

# Our own output as input: the members are replaced, not doubled.
status 0 linkcheck --state "$db" --offline -q "$TMP/first"
is "$(grep -o url_status "$TMP/out" | wc -l)" "$(wc -l <"$TMP/in")" \
	"one url_status each"
is "$(grep -c redirect_url "$TMP/first") $(grep -c redirect_url "$TMP/out")" \
	"5 1" "a stale redirect_url goes"
done_testing
