# SPDX-License-Identifier: GPL-3.0-or-later
# The test server itself: what it says is what its rules say. No HTTP client
# but the shell, so that a client's kindness hides nothing.
. tests/tap.sh
mkdir -p "$TMP/root/t"
seq 1 20000 >"$TMP/root/t/a.mp3"
size=$(wc -c <"$TMP/root/t/a.mp3")
cat >"$TMP/rules" <<'END'
# path	behaviour	argument
/b.mp3	file	t/a.mp3
/b.mp3	no-head
/moved	redirect	308 /t/a.mp3
/loop	loop
/auth	auth
/gone	status	410
/wait	retry-after	7
/busy	status	429
/busy	retry-after	5
/drop	drop
/reset	reset
/reset	from	t/a.mp3
/short	short
/short	from	t/a.mp3
/garbage	garbage
/endless	endless
/flood	flood
/bomb	gzip-bomb
/page	html
/page	type	audio/mpeg
/noise	file	t/a.mp3
/noise	corrupt	100
/flaky	flaky	2 503
/flaky	html
/slow	slow	0.3
/slow	html
/drip	drip	20000
/drip	file	t/a.mp3
/norange	file	t/a.mp3
/norange	no-range
/t/a.mp3?q=1	status	403
END
faultd=$BUILD/tests/helpers/faultd
exec 9> >(exec "$faultd" --root "$TMP/root" --rules "$TMP/rules" \
	--port-file "$TMP/port" --pid-file "$TMP/pid" --log "$TMP/log" \
	--until-stdin-closes)
for _ in $(seq 200); do
	[ -s "$TMP/port" ] && break
	sleep 0.02
done
port=$(cat "$TMP/port") || { echo "Bail out! no server"; exit 1; }

# ask METHOD PATH [HEADER]: the whole answer into $TMP/answer.
ask() {
	{
		printf '%s %s HTTP/1.1\r\nHost: x\r\n%bConnection: close\r\n\r\n' \
			"$1" "$2" "${3:+$3\r\n}" >&8
		timeout 5 cat <&8 >"$TMP/answer"
	} 8<>"/dev/tcp/127.0.0.1/$port" 2>/dev/null
	head -1 "$TMP/answer" | tr -d '\r' | cut -d' ' -f2
}
header() {
	sed -n "/^\r$/q;s/^$1: \(.*\)\r/\1/p" "$TMP/answer"
}
body() {
	sed '1,/^\r$/d' "$TMP/answer"
}

is "$(ask GET /t/a.mp3)" 200 "a file"
is "$(body | cmp - "$TMP/root/t/a.mp3" && header Content-Type)" audio/mpeg \
	"whole, with its type"
is "$(ask HEAD /t/a.mp3) $(header Content-Length) $(body | wc -c)" \
	"200 $size 0" "HEAD has the length and no body"
is "$(ask GET /t/a.mp3 'Range: bytes=2-5') $(body) $(header Content-Range)" \
	"206 2
3 bytes 2-5/$size" "a range"
is "$(ask GET /t/a.mp3 'Range: bytes=-6') $(body)" "206 20000" "the last bytes"
is "$(ask GET /t/a.mp3 'Range: bytes=9999999-')" 416 "a range beyond the end"
is "$(ask GET /norange 'Range: bytes=2-5')" 200 "no-range"
is "$(ask GET '/t/a.mp3?q=2') $(ask GET '/t/a.mp3?q=1')" "200 403" \
	"a rule with a query goes before one without"
is "$(ask GET /nothing) $(ask GET /../rules) $(ask GET /t)" "404 404 404" \
	"what is not there, above the root, or a folder"
is "$(ask POST /t/a.mp3)" 405 "other methods"
is "$(ask HEAD /b.mp3) $(ask GET /b.mp3)" "405 200" "no-head"
is "$(ask GET /moved) $(header Location)" "308 /t/a.mp3" "redirect"
is "$(ask GET /loop) $(header Location)" "302 /loop" "loop"
is "$(ask GET /auth) $(header WWW-Authenticate)" '401 Basic realm="faultd"' \
	"auth"
is "$(ask GET /gone)" 410 "status"
is "$(ask GET /wait) $(header Retry-After)" "503 7" "retry-after"
is "$(ask GET /busy) $(header Retry-After)" "429 5" "retry-after with a status"
is "$(ask GET /drop)" "" "drop"
is "$(ask GET /reset)" 200 "reset begins well"
is "$(($(body | wc -c) <= size / 2))" 1 "and ends half way"
is "$(ask GET /short) $(($(header Content-Length) - $(body | wc -c)))" \
	"200 4096" "short"
is "$(ask GET /garbage) $(header Transfer-Encoding) $(body | head -c 2)" \
	"200 chunked zz" "garbage"
is "$(ask GET /page) $(header Content-Type)" "200 audio/mpeg" "html and type"
is "$(ask GET /noise) $(body | head -c 100 | cmp -n 100 - \
	"$TMP/root/t/a.mp3" && body | wc -c)" "200 $size" "corrupt keeps length"
body >"$TMP/noise"
status 1 cmp -s "$TMP/noise" "$TMP/root/t/a.mp3"
is "$(ask GET /flaky) $(ask GET /flaky) $(ask GET /flaky)" "503 503 200" flaky
is "$(ask GET /slow)" 200 "slow"
is "$(ask GET /drip 'Range: bytes=0-9999') $(body | wc -c)" "206 10000" "drip"

# Endless things: a megabyte of each is enough.
lots() {
	printf 'GET %s HTTP/1.1\r\n\r\n' "$1" >&8
	head -c 1000000 <&8 | wc -c
}
for p in endless flood bomb; do
	is "$(lots /$p 8<>"/dev/tcp/127.0.0.1/$port")" 1000000 "$p goes on"
done
exec 8<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /bomb HTTP/1.1\r\n\r\n' >&8
head -c 100000 <&8 | sed '1,/^\r$/d' | gzip -dc 2>/dev/null | wc -c >"$TMP/n"
exec 8>&-
like "$(cat "$TMP/n")" '^1[0-9]{7}$' "the bomb swells about 158 times"

# Keep-alive: two requests, one connection.
exec 8<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /gone HTTP/1.1\r\n\r\nGET /auth HTTP/1.1\r\nConnection: close\r\n\r\n' >&8
is "$(timeout 5 cat <&8 | grep -o 'HTTP/1.1 4' | wc -l)" 2 "two on one connection"
exec 8>&-

like "$(cat "$TMP/log")" '^HEAD /b.mp3 405 - [^ ]+ 1 [0-9]+$' "the log"
like "$(cat "$TMP/log")" '^GET /t/a.mp3 206 bytes=2-5 [^ ]+ 1 [0-9]+$' "and its range"
like "$(grep slow "$TMP/log")" '^GET /slow 200' "slow is answered in the end"

pid=$(cat "$TMP/pid")
exec 9>&-
for _ in $(seq 100); do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.02
done
status 1 kill -0 "$pid"
printf '/x\tno-such\n' >"$TMP/rules"
status 2 "$faultd" --rules "$TMP/rules"
like "$(cat "$TMP/err")" 'rules:1: unknown behaviour "no-such"' \
	"an unknown rule is named with its line"
status 2 "$faultd" --what
done_testing
