# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 repeats only what was under way.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
for i in $(seq 120); do echo x >"$TMP/root/t$i"; done
seq 120 | sed 's|.*|/t&\tslow\t0.02|' >"$TMP/slow"
start_server <"$TMP/slow"
records $(seq -f /t%.0f 120) >"$TMP/in"
args=(--state "$TMP/l.db" --allow-private --per-host 3 -q)
for n in 10 40 80; do
	linkcheck "${args[@]}" -o "$TMP/killed" "$TMP/in" &
	pid=$!
	for _ in $(seq 500); do
		[ "$(wc -l <"$LOG")" -ge "$n" ] && break
		sleep 0.01
	done
	kill -9 $pid
	wait $pid 2>"$TMP/wait"
done
ok [ ! -e "$TMP/killed" ]
status 0 linkcheck "${args[@]}" "$TMP/in"
is "$(value url_status "$TMP/out" | sort | uniq -c | xargs)" "120 VALID" \
	"the run after the kills has all"
is "$(awk '{ print $2 }' "$LOG" | sort -u | wc -l)" 120 "every link was asked"
asked=$(wc -l <"$LOG")
ok [ "$asked" -le $((120 + 3 * 3)) ]
# Two processes at once on one history.
head -60 "$TMP/in" >"$TMP/a"
tail -60 "$TMP/in" >"$TMP/b"
linkcheck --state "$TMP/two.db" --allow-private -q "$TMP/a" >"$TMP/oa" &
one=$!
linkcheck --state "$TMP/two.db" --allow-private -q "$TMP/b" >"$TMP/ob" &
two=$!
ok wait $one
ok wait $two
is "$(cat "$TMP/oa" "$TMP/ob" | grep -c VALID)" 120 "both have their answers"
done_testing
