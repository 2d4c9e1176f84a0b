# SPDX-License-Identifier: GPL-3.0-or-later
# A record cannot make us look into the private network, nor a proxy variable
# lead us astray; names that do not resolve end soon.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
echo sound >"$TMP/root/good"
start_server </dev/null
cat >"$TMP/in" <<R
{"id":"1","permalink_url":"http://127.0.0.1:$PORT/good"}
{"id":"2","permalink_url":"http://localhost:$PORT/good"}
{"id":"3","permalink_url":"http://2130706433:$PORT/good"}
{"id":"4","permalink_url":"http://0x7f.1:$PORT/good"}
{"id":"5","permalink_url":"http://[::1]:$PORT/good"}
{"id":"6","permalink_url":"http://[::ffff:127.0.0.1]:$PORT/good"}
{"id":"7","permalink_url":"http://169.254.169.254/latest/meta-data/"}
{"id":"8","permalink_url":"http://10.0.0.1/"}
{"id":"9","permalink_url":"http://0.0.0.0:$PORT/good"}
R
status 0 linkcheck --state "$TMP/a.db" -q "$TMP/in"
is "$(value url_status "$TMP/out" | sort | uniq -c | xargs)" "9 UNKNOWN" \
	"nothing private was reached"
is "$(value url_reason "$TMP/out" | grep -cE 'private address|refused')" 9 \
	"and it says why"
is "$(value url_reason "$TMP/out" | head -1)" "private address" "by name"
status 0 linkcheck --state "$TMP/b.db" -q --connect-to \
	"music.invalid:80:127.0.0.1:$PORT" \
	- <<<'{"id":"1","permalink_url":"http://music.invalid/good"}'
is "$(value url_reason "$TMP/out")" "private address" \
	"--connect-to does not open loopback"
is "$(wc -l <"$LOG")" 0 "the server saw nobody"

export http_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
status 0 linkcheck --state "$TMP/c.db" --allow-private -q "$TMP/in" \
	--timeout 0.5
is "$(value url_status "$TMP/out" | head -2 | xargs)" "VALID VALID" \
	"--allow-private opens it; proxies are ignored"
status 0 linkcheck --state "$TMP/d.db" -q --allow-private --connect-to \
	"music.invalid:80:127.0.0.1:$PORT" \
	- <<<'{"id":"1","permalink_url":"http://music.invalid/good"}'
is "$(value url_status "$TMP/out")" VALID "--connect-to leads there"
unset http_proxy ALL_PROXY

# Credentials in a link are neither sent nor written down.
status 0 linkcheck --state "$TMP/e.db" -q --allow-private - \
	<<<'{"id":"1","permalink_url":"http://me:sesame@127.0.0.1:'"$PORT"'/good"}'
is "$(value url_status "$TMP/out")" VALID "a link with a password"
is "$(grep -c sesame "$TMP/e.db" "$LOG" "$TMP/err" | xargs -n1 | \
	cut -d: -f2 | xargs)" "0 0 0" "the password stays in the record"

# No network: 5000 links of one host end at once, none of them DEAD.
seq 5000 | sed 's|.*|{"id":"&","permalink_url":"http://music.invalid/&"}|' \
	>"$TMP/many"
start=$SECONDS
status 0 linkcheck --state "$TMP/f.db" -q --rate 50 --patience 1 "$TMP/many"
ok [ $((SECONDS - start)) -lt 20 ]
is "$(wc -l <"$TMP/out")" 5000 "nothing is lost"
is "$(value url_status "$TMP/out" | sort | uniq -c | xargs)" "5000 UNKNOWN" \
	"all UNKNOWN"
like "$(value url_reason "$TMP/out" | sort | uniq -c | sort -n | xargs)" \
	'^([5-9]|10) (dns|timeout) [0-9]+ host unreachable$' "the host is given up"
status 0 linkcheck --state "$TMP/f.db" --due "$TMP/many"
is "$(cat "$TMP/out")" 0 "and left alone for a while"

# Many hosts and no network: it does not wait for each of them.
seq 3000 | sed 's|.*|{"id":"&","permalink_url":"http://127.9.0.1:&/"}|' \
	>"$TMP/hosts"
status 0 linkcheck --state "$TMP/g.db" -q --allow-private "$TMP/hosts"
like "$(value url_reason "$TMP/out" | sort | uniq -c | sort -n | xargs)" \
	'^1[0-9]{2} refused 2[0-9]{3} no network$' "no network is noticed"
status 0 linkcheck --state "$TMP/g.db" --due
is "$(cat "$TMP/out")" 0 "and tried again later"
done_testing
