# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9, budgets, private addresses, exit statuses, full disk.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
. "$ROOT/tests/cli/fetch-audio/wav.inc"
n=40
for i in $(seq $n); do wav 20000 "t$i" >"$TMP/root/t$i"; done
seq $n | sed 's|.*|/t&\tslow\t0.03|' >"$TMP/slow"
start_server <"$TMP/slow"
records $(seq -f /t%.0f $n) >"$TMP/in"
st=(--state "$TMP/l.db" --store "$TMP/audio")
for k in 5 15 25; do
	fetch-audio "${st[@]}" --allow-private --per-host 2 -q \
		-o "$TMP/killed" "$TMP/in" &
	pid=$!
	for _ in $(seq 500); do
		[ "$(wc -l <"$LOG")" -ge "$k" ] && break
		sleep 0.01
	done
	kill -9 $pid
	wait $pid 2>"$TMP/wait"
done
ok [ ! -e "$TMP/killed" ]
status 0 fetch-audio "${st[@]}" --allow-private -q "$TMP/in"
is "$(value audio_status "$TMP/out" | sort | uniq -c | xargs)" "$n ok" \
	"the run after the kills has all"
asked=$(wc -l <"$LOG")
ok [ "$asked" -le $((n + 3 * 2)) ]
is "$(find "$TMP/audio" -name '.*' | wc -l)" 0 "no half-written files are left"
bad=0
for f in "$TMP"/audio/*/*; do
	[ "$(sha256sum <"$f" | cut -c1-64)" = "$(basename "$f" .wav)" ] ||
		bad=$((bad + 1))
done
is "$bad" 0 "every file has the digest it is named by"

two=(--state "$TMP/2.db" --store "$TMP/audio2")
status 0 fetch-audio "${two[@]}" --allow-private --budget-bytes 60000 \
	--per-host 1 -q "$TMP/in"
is "$(value audio_status "$TMP/out" | sort | uniq -c | xargs)" \
	"$((n - 3)) not asked 3 ok" "--budget-bytes"
status 0 fetch-audio "${two[@]}" --allow-private --budget-requests 5 -q \
	"$TMP/in"
is "$(value audio_status "$TMP/out" | grep -c ok)" 8 "--budget-requests"
before=$(wc -l <"$LOG")
status 0 fetch-audio --state "$TMP/3.db" --store "$TMP/audio3" -q "$TMP/in"
like "$(value audio_status "$TMP/out" | sort | uniq -c | xargs)" \
	'^([0-9]+ host unreachable )?[0-9]+ private address$' \
	"private addresses are refused"
is "$(wc -l <"$LOG")" "$before" "the server saw nobody"
# Trouble of our own is no answer: nothing is journaled, the next run asks.
MOODPIPE_WORKERS=/nowhere status 3 fetch-audio --state "$TMP/w.db" \
	--store "$TMP/w" --allow-private -q "$TMP/in"
status 0 fetch-audio --state "$TMP/w.db" --store "$TMP/w" --allow-private -q \
	"$TMP/in"
is "$(value audio_status "$TMP/out" | sort | uniq -c | xargs)" "$n ok" \
	"after a worker that did not start"
stop_server
touch -d 2020-01-01 "$TMP/l.db"
status 0 fetch-audio "${st[@]}" --offline -q "$TMP/in"
is "$(value audio_status "$TMP/out" | grep -c ok)" $n "offline needs no server"
is "$(stat -c %Y "$TMP/l.db")" "$(date -d 2020-01-01 +%s)" \
	"offline does not touch the journal"
if command -v strace >/dev/null; then
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=socket,connect -o "$TMP/trace" \
		fetch-audio "${st[@]}" --offline -q "$TMP/in" >"$TMP/out"
	is "$(grep -cE 'socket|connect' "$TMP/trace")" 0 "no socket is opened"
else
	skip "no socket is opened" "no strace"
fi
# Files only where they are allowed.
wav 300000 file >"$TMP/x.wav"
{
	echo "{\"id\":\"a\",\"permalink_url\":\"file://$TMP/x.wav\"}"
	echo "{\"id\":\"b\",\"permalink_url\":\"file://$TMP/none.wav\"}"
	echo "{\"id\":\"c\",\"permalink_url\":\"file:///etc/passwd\"}"
	echo "{\"id\":\"d\",\"permalink_url\":\"file://$TMP\"}"
	echo "{\"id\":\"e\",\"permalink_url\":\"file://host/x.wav\"}"
} >"$TMP/files"
status 0 fetch-audio --state "$TMP/f.db" --store "$TMP/f" --allow-file -q \
	--seconds 5 "$TMP/files"
is "$(value audio_status "$TMP/out" | xargs)" \
	"ok no file not audio no file bad url" "--allow-file"
is "$(value sha256 "$TMP/out" | head -1)" \
	"$(head -c 84140 "$TMP/x.wav" | sha256sum | cut -c1-64)" "5 seconds of it"
status 0 fetch-audio --state "$TMP/f2.db" --store "$TMP/f2" -q "$TMP/files"
is "$(value audio_status "$TMP/out" | sort -u)" "bad url" "not without it"
status 2 fetch-audio --state "$TMP/l.db" /dev/null
like "$(cat "$TMP/err")" '--store' "it names what is missing"
status 2 fetch-audio "${st[@]}" --seconds -1 /dev/null
status 4 fetch-audio "${st[@]}" --offline - <<<'{"id":'
status 3 fetch-audio --state "$TMP/l.db" --store /dev/null/x "$TMP/in"
status 3 sh -c "fetch-audio --state '$TMP/l.db' --store '$TMP/audio' \
	--offline -q '$TMP/in' >/dev/full"
status 0 fetch-audio --help
like "$(cat "$TMP/out")" '^usage: fetch-audio' "help"
done_testing
