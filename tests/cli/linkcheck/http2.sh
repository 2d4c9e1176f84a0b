# SPDX-License-Identifier: GPL-3.0-or-later
# HTTP/2 over TLS, one connection for many requests; certificates nobody
# vouches for are UNKNOWN. The server is nginx.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
PATH=$PATH:/usr/sbin
if ! command -v nginx >/dev/null || ! command -v openssl >/dev/null; then
	skip "HTTP/2" "no nginx or openssl"
	done_testing
fi
cd "$TMP" || exit 1
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.pem \
	-subj /CN=ca >/dev/null 2>&1
openssl req -newkey rsa:2048 -nodes -keyout key -out csr -subj /CN=h2.test \
	>/dev/null 2>&1
openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
	-extfile <(echo subjectAltName=DNS:h2.test,DNS:h1.test) -out crt \
	>/dev/null 2>&1
ok start_nginx '
    log_format l "$server_protocol $connection $request_uri $status";
    server { listen 127.0.0.1:PORT ssl http2; server_name h2.test;
	ssl_certificate crt; ssl_certificate_key key; access_log log l;
	location /t { default_type audio/mpeg; return 200 x; }
	location /gone { return 410; } }'
to=(--connect-to "h2.test:443:127.0.0.1:$PORT"
	--connect-to "wrong.test:443:127.0.0.1:$PORT")
for i in $(seq 60); do
	echo "{\"id\":\"$i\",\"permalink_url\":\"https://h2.test/t$i\"}"
done >in
echo '{"id":"g","permalink_url":"https://h2.test/gone"}' >>in
status 0 linkcheck --state a.db --allow-private --ca-file ca.pem "${to[@]}" \
	--per-host 20 -q in
is "$(value url_status out | sort | uniq -c | xargs)" "1 DEAD 60 VALID" \
	"over HTTP/2"
is "$(cut -d' ' -f1 log | sort -u)" "HTTP/2.0" "it was HTTP/2"
ok [ "$(cut -d' ' -f2 log | sort -u | wc -l)" -le 2 ]
before=$(wc -l <log)
status 0 linkcheck --state b.db --allow-private "${to[@]}" --patience 0 -q in
is "$(value url_status out | sort -u) $(value url_reason out | sort -u | head -1)" \
	"UNKNOWN host unreachable" "a stranger's certificate"
like "$(value url_reason out)" '^tls$' "is said to be so"
sed s/h2.test/wrong.test/ in | head -1 >in2
status 0 linkcheck --state c.db --allow-private --ca-file ca.pem "${to[@]}" -q in2
is "$(value url_reason out)" tls "so is one of another name"
is "$(wc -l <log)" "$before" "nothing was asked of either"
status 3 linkcheck --state d.db --ca-file absent.pem -q in
done_testing
