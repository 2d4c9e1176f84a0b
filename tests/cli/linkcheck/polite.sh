# SPDX-License-Identifier: GPL-3.0-or-later
# Politeness, by the server's own log: never more at a time than --per-host,
# Retry-After and the breaker's pauses kept, whatever the other hosts do.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
for i in $(seq 40); do echo x >"$TMP/root/t$i"; done
{
	seq 40 | sed 's|.*|/t&\tslow\t0.02|'
	cat <<-'R'
	/soon	file	t1
	/soon	retry-after	1
	/soon	flaky	1 429
	/dated	file	t1
	/dated	date-after	2
	/dated	flaky	1 503
	/busy	status	429
	/bad*	status	503
	R
	echo "/hang*	hang"
} >"$TMP/table"
start_server <"$TMP/table"
to=()
hosts=(a.test b.test c.test soon.test dated.test bad.test)
for h in "${hosts[@]}"; do to+=(--connect-to "$h:80:127.0.0.1:$PORT"); done
on() { # HOST PATH...
	local h=$1
	shift
	printf '{"id":"%s","permalink_url":"http://%s%s"}\n' $(for p; do
		echo "$h$p" "$h" "$p"
	done)
}
net() { linkcheck --allow-private "${to[@]}" -q "$@"; }
# The most of each host under way at a time.
peaks() {
	awk '{ if ($6 > m[$5]) m[$5] = $6 } END { for (h in m) print h, m[h] }' \
		"$LOG" | sort | xargs
}
for h in a.test b.test c.test; do on $h $(seq -f /t%.0f 40); done >"$TMP/in"
status 0 net --state "$TMP/a.db" --per-host 3 "$TMP/in"
is "$(value url_status "$TMP/out" | sort | uniq -c | xargs)" "120 VALID" \
	"all are asked"
is "$(peaks)" "a.test 3 b.test 3 c.test 3" "never more than --per-host"
is "$(awk 'NR <= 9 { print $5 }' "$LOG" | sort | uniq -c | xargs)" \
	"3 a.test 3 b.test 3 c.test" "hosts take turns"

# Retry-After: the host is left alone, then the link is asked again.
: >"$LOG"
{ on soon.test /soon $(seq -f /t%.0f 5); on a.test $(seq -f /t%.0f 5); } >"$TMP/in"
status 0 net --state "$TMP/b.db" --per-host 1 "$TMP/in"
is "$(value url_status "$TMP/out" | sort | uniq -c | xargs)" "11 VALID" \
	"429 with Retry-After is not the end"
is "$(awk '$5 == "soon.test" { if ($3 == 429) t = $NF
	else { print ($NF - t >= 1000); exit } }' "$LOG")" 1 \
	"nothing of that host is asked sooner"
ok awk '$5 == "a.test" && $NF > t { t = $NF } $3 == 429 { s = $NF }
	END { exit !(t < s + 900) }' "$LOG"
: >"$LOG"
on dated.test /dated /t1 >"$TMP/in"
status 0 net --state "$TMP/c.db" --per-host 1 "$TMP/in"
is "$(value url_status "$TMP/out" | sort | uniq -c | xargs)" "2 VALID" \
	"503 with the date of Retry-After"
is "$(awk '{ if ($3 == 503) t = $NF
	else { print ($NF - t >= 900); exit } }' "$LOG")" 1 "is waited for"

# Busy without saying for how long: pauses that double, then an end.
: >"$LOG"
on soon.test /busy /t1 /t2 >"$TMP/in"
status 0 net --state "$TMP/d.db" --per-host 1 --patience 4 "$TMP/in"
is "$(value url_reason "$TMP/out" | xargs -d'\n' | tr -s ' ')" \
	"http 429 host busy host busy" "a link that stays busy"
is "$(awk '$2 == "/busy" { if (n++) print ($NF - t >= 740 * n - 740); t = $NF }' \
	"$LOG" | xargs)" "1 1" "is asked three times, ever more slowly"

# The breaker: five failures, a pause, one link to try; all is well again.
: >"$LOG"
on bad.test $(seq -f /bad%.0f 5) $(seq -f /t%.0f 8) >"$TMP/in"
status 0 net --state "$TMP/e.db" --per-host 1 --patience 2 "$TMP/in"
is "$(value url_reason "$TMP/out" | sort | uniq -c | xargs)" \
	"8 http 200 5 http 503" "the breaker closes again"
ok awk 'NR == 5 { t = $NF } NR == 6 { exit !($NF - t >= 370) }' \
	<(grep ^HEAD "$LOG")
# A host that stays bad is given up after two more tries.
: >"$LOG"
on bad.test $(seq -f /bad%.0f 30) >"$TMP/in"
status 0 net --state "$TMP/f.db" --per-host 1 --patience 1 "$TMP/in"
is "$(value url_reason "$TMP/out" | sort | uniq -c | xargs)" \
	"23 host unreachable 7 http 503" "and opens for good"
: >"$LOG"
on a.test $(seq -f /hang%.0f 30) >"$TMP/in"
on b.test $(seq -f /t%.0f 20) >>"$TMP/in"
status 0 net --state "$TMP/g.db" --timeout 0.2 --patience 1 "$TMP/in"
like "$(value url_reason "$TMP/out" | sort | uniq -c | sort -k1n -k2 | xargs)" \
	'^([789]|1[0-2]) timeout [0-9]+ host unreachable 20 http 200$' \
	"a host that hangs costs few requests"
done_testing
