# SPDX-License-Identifier: GPL-3.0-or-later
# Budgets end the asking, not the annotating; what was left comes first.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
for i in $(seq 40); do echo x >"$TMP/root/t$i"; done
start_server <<'R'
/t1	redirect	302 /t40
/hang	hang
R
records $(seq -f /t%.0f 40) >"$TMP/in"
net() { linkcheck --state "$TMP/l.db" --allow-private "$@"; }
status 0 net --budget-requests 10 --per-host 1 "$TMP/in"
is "$(wc -l <"$LOG")" 10 "no more requests than --budget-requests"
is "$(value url_reason "$TMP/out" | grep -c 'not asked')" 31 "the rest says so"
is "$(value url_status "$TMP/out" | head -1)" MOVED "what began was ended"
is "$(wc -l <"$TMP/out")" 40 "every record is there"
status 0 linkcheck --state "$TMP/l.db" --due
is "$(cat "$TMP/out")" 31 "they are due"
# The known ones are due as well by now (--max-age 0), yet these come first.
status 0 net --max-age 0 --budget-requests 31 --per-host 1 "$TMP/in"
is "$(value url_reason "$TMP/out" | grep -c 'not asked')" 0 "they came first"
status 0 net -q --max-age 0 --budget-requests 31 --per-host 1 "$TMP/in"
is "$(cat "$TMP/err")" "" "-q is quiet"
is "$(value url_status "$TMP/out" | sort | uniq -c | xargs)" \
	"1 MOVED 39 VALID" "what is not asked again is still known"

records $(seq -f '/hang?%.0f' 3) >"$TMP/slow"
start=$SECONDS
status 0 net --budget-seconds 0.5 "$TMP/slow"
ok [ $((SECONDS - start)) -lt 5 ]
is "$(value url_reason "$TMP/out" | sort -u)" "not asked" \
	"--budget-seconds ends what hangs"

# Bytes: an answer's head is about 150.
records $(seq -f '/t3?%.0f' 30) >"$TMP/bytes"
status 0 linkcheck --state "$TMP/y.db" --allow-private --per-host 1 \
	--budget-bytes 1500 "$TMP/bytes"
n=$(value url_status "$TMP/out" | grep -c VALID)
ok [ "$n" -ge 5 ]
ok [ "$n" -le 15 ]

# What was left over comes before what is seen for the first time.
sleep 1.1
{ records $(seq -f '/t4?%.0f' 30); cat "$TMP/bytes"; } >"$TMP/both"
status 0 linkcheck --state "$TMP/y.db" --allow-private --per-host 1 \
	--budget-requests $((30 - n)) -q "$TMP/both"
is "$(value url_status "$TMP/out" | tail -30 | sort -u)" VALID \
	"the rest of yesterday is first"
is "$(value url_status "$TMP/out" | head -30 | sort -u)" UNKNOWN \
	"the new ones wait"

# Politeness: no more than R starts a second at one host.
records $(seq -f '/t2?%.0f' 8) >"$TMP/rate"
before=$(wc -l <"$LOG")
status 0 linkcheck --state "$TMP/r.db" --allow-private --rate 10 -q "$TMP/rate"
ms=$(tail -n +$((before + 1)) "$LOG" | awk 'NR == 1 { a = $NF }
	{ b = $NF } END { print b - a }')
ok [ "$ms" -ge 650 ]
done_testing
