# SPDX-License-Identifier: GPL-3.0-or-later
# What every kind of answer becomes: a file in the store, or a status.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
. "$ROOT/tests/cli/fetch-audio/wav.inc"
wav 4000 one >"$TMP/root/a.wav"
wav 4000 one >"$TMP/root/same.wav"
wav 400000 long >"$TMP/root/long.wav"
cp "$TMP/root/a.wav" "$TMP/root/short"
cp "$TMP/root/long.wav" "$TMP/root/reset"
: >"$TMP/root/empty"
{ printf 'fLaC'; yes junk | head -c 5000; } >"$TMP/root/bad.flac"
{ printf '\0\0\0\030ftypM4A '; yes x | head -c 500; } >"$TMP/root/x.mp3"
start_server <<'R'
/moved	redirect	302 /a.wav
/page	html
/auth	auth
/error	status	500
/short	short
/reset	reset
/whole	file	long.wav
/whole	no-range
/endless	endless
/bomb	gzip-bomb
/slow	hang
R
# Link states and local sound come with the record.
records /a.wav /same.wav /long.wav /moved /page /gone /auth /error /short \
	/reset /whole /endless /bomb /slow /empty /bad.flac /x.mp3 >"$TMP/in"
cat >>"$TMP/in" <<R
{"id":"n1","permalink_url":"http://127.0.0.1:$PORT/n1","url_status":"DEAD","url_reason":"http 404"}
{"id":"n2","permalink_url":"http://127.0.0.1:$PORT/n2","url_status":"REQUIRES_AUTH","url_reason":"http 401"}
{"id":"n3","permalink_url":"http://127.0.0.1:$PORT/n3","url_status":"UNKNOWN","url_reason":"dns"}
{"id":"n4"}
{"id":"n5","audio":{"path":"/music/x.wav","sha256":"00"}}
{"id":"m","permalink_url":"http://127.0.0.1:$PORT/old","url_status":"MOVED","redirect_url":"http://127.0.0.1:$PORT/a.wav"}
{"id":"e","error":{"tool":"x"}}
R
args=(--state "$TMP/s/l.db" --store "$TMP/audio" --allow-private --timeout 1
	--max-bytes 100000)
status 0 fetch-audio "${args[@]}" "$TMP/in"
cp "$TMP/out" "$TMP/first"
cat >"$TMP/want" <<'R'
ok
ok
ok
ok
no audio on the page
http 404
http 401
http 500
broken reply
broken reply
ok
not audio
not audio
timeout
empty
undecodable
unsupported: mp4
link is DEAD
link is REQUIRES_AUTH
link is UNKNOWN: dns
no url
local
ok
-
R
is "$(value audio_status "$TMP/first")" "$(cat "$TMP/want")" "audio_status"
is "$(value id "$TMP/first")" "$(value id "$TMP/in")" "input order"
is "$(grep -c ' /n[0-9]' "$LOG")" 0 "links that do not work are not asked"
sum=$(sha256sum <"$TMP/root/a.wav" | cut -c1-64)
is "$(grep -o '"audio":.*' "$TMP/first" | head -1)" \
	'"audio":{"path":"'"${sum:0:2}/$sum.wav"'","sha256":"'"$sum"\
'"},"audio_status":"ok"}' "the member audio"
ok cmp "$TMP/root/a.wav" "$TMP/audio/${sum:0:2}/$sum.wav"
is "$(grep -c "$sum" "$TMP/first")" 4 "the same bytes are one file"
is "$(find "$TMP/audio" -type f | wc -l)" 2 "nothing else is stored"
is "$(find "$TMP/audio" -type f -size -100001c | wc -l)" 2 "no more than asked"
big=$(head -c 100000 "$TMP/root/long.wav" | sha256sum | cut -c1-64)
ok [ -f "$TMP/audio/${big:0:2}/$big.wav" ]
is "$(grep -c "$big" "$TMP/first")" 2 "with and without Range: the same bytes"
is "$(awk '$2 == "/long.wav" { print $4 }' "$LOG" | xargs)" \
	"bytes=0-65535 bytes=65536-99999" "asked by Range"

# Again: nothing is asked; offline: the same bytes; a lost file is fetched.
cp "$LOG" "$TMP/log1"
status 0 fetch-audio "${args[@]}" -q "$TMP/in"
ok cmp "$TMP/out" "$TMP/first"
ok cmp "$LOG" "$TMP/log1"
status 0 fetch-audio "${args[@]}" --due
is "$(cat "$TMP/out")" 0 "nothing is due"
for j in 1 4; do
	status 0 fetch-audio --state "$TMP/s/l.db" --store "$TMP/audio" \
		--offline -q -j $j "$TMP/in"
	ok cmp "$TMP/out" "$TMP/first"
done
status 0 fetch-audio --state "$TMP/s/l.db" --store "$TMP/audio" --offline -q \
	"$TMP/first"
ok cmp "$TMP/out" "$TMP/first"
rm "$TMP/audio/${big:0:2}/$big.wav"
status 0 fetch-audio --state "$TMP/s/l.db" --store "$TMP/audio" --offline -q \
	"$TMP/first"
is "$(value audio_status "$TMP/out" | sed -n 3p)" "not in the store" \
	"a file that is gone is not named"
is "$(grep -c '"audio":' "$TMP/out")" 5 "and only that"
status 0 fetch-audio "${args[@]}" -q "$TMP/first"
ok cmp "$TMP/out" "$TMP/first"
# What the link has become since does not take a fetched file away.
sed 's/"permalink_url"/"url_status":"DEAD",&/' "$TMP/in" | head -1 >"$TMP/dead"
status 0 fetch-audio --state "$TMP/s/l.db" --store "$TMP/audio" --offline -q \
	"$TMP/dead"
is "$(value audio_status "$TMP/out")" ok "a dead link whose sound we have"
done_testing
