# SPDX-License-Identifier: GPL-3.0-or-later
# 2,000 links of every kind, kill -9 at random moments: after resuming only what
# was in flight was repeated, and the output is that of an undisturbed run.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/linkcheck/server.inc"
. "$ROOT/tests/cli/fetch-audio/wav.inc"
n=${KILL_LINKS:-2000} kills=${KILL_TIMES:-5} at_a_time=16
RANDOM=${KILL_SEED:-7}
r=$TMP/root
for i in $(seq 0 39); do # every fourth takes two ranges
	wav $((i % 4 ? 20000 + i : 150000 + i)) "t$i" >"$r/$i.wav"
done
echo '<audio src="/7.wav">' >"$r/page.html"
echo '<p>' >"$r/none.html"
for i in $(seq $n); do
	case $((i % 20)) in
	0) printf '/t%d\tredirect\t302 /%d.wav\n' "$i" $((i % 40)) ;;
	1) printf '/t%d\tstatus\t404\n' "$i" ;;
	2) printf '/t%d\tfile\tpage.html\n' "$i" ;;
	3) printf '/t%d\tfile\tnone.html\n' "$i" ;;
	4) printf '/t%d\treset\n/t%d\tfrom\t%d.wav\n' "$i" "$i" $((i % 40)) ;;
	*) printf '/t%d\tfile\t%d.wav\n/t%d\tetag\tv\n' "$i" $((i % 40)) "$i" ;;
	esac
done >"$TMP/all"
start_server <"$TMP/all"
records $(seq -f /t%.0f "$n") >"$TMP/in"
run() { # DIR
	local to=$TMP/$1
	shift
	"$@" fetch-audio --state "$to/l.db" --store "$to/audio" \
		--allow-private --per-host $at_a_time --patience 0 --seconds 6 -q \
		-o "$to/out" "$TMP/in"
}
mkdir "$TMP/calm" "$TMP/storm"
ok run calm env
cp "$LOG" "$TMP/calm.log"
: >"$LOG"
is "$(value audio_status "$TMP/calm/out" | sort | uniq -c | xargs)" \
	"$((n / 20)) broken reply $((n / 20)) http 404 $((n / 20))$(
	) no audio on the page $((n / 20 * 17)) ok" "the undisturbed run"
for k in $(seq "$kills"); do
	from=$(wc -l <"$LOG")
	more=$((RANDOM % (n / kills) + 20))
	run storm exec &
	pid=$!
	while kill -0 $pid 2>"$TMP/wait" &&
		[ "$(wc -l <"$LOG")" -lt $((from + more)) ]; do
		sleep 0.0$((RANDOM % 4 + 1))
	done
	kill -9 $pid 2>"$TMP/wait"
	wait $pid 2>"$TMP/wait"
	ok [ ! -e "$TMP/storm/out" ]
done
ok run storm env
ok cmp "$TMP/calm/out" "$TMP/storm/out"
dump() {
	sqlite3 "$TMP/$1/l.db" "SELECT url, request, status, sha256, ext, bytes,
		failures FROM fetches ORDER BY url"
}
if command -v sqlite3 >/dev/null; then
	is "$(dump storm | md5sum)" "$(dump calm | md5sum)" \
		"the journal, but for its times"
else
	skip "the journal, but for its times" "no sqlite3"
fi
files() { cd "$TMP/$1/audio" && find . -type f ! -name '.*' | sort; }
is "$(files storm)" "$(files calm)" "the same files"
is "$(find "$TMP/storm/audio" -name '.part*' | wc -l)" \
	"$(find "$TMP/calm/audio" -name '.part*' | wc -l)" "and parts"
# Of each link, how often more than in the undisturbed run it was asked for.
count() { grep -o '^GET /t[0-9]* ' "$1" | sort | uniq -c | awk '{print $3, $1}' |
	sort; }
again=$(join -a 1 <(count "$LOG") <(count "$TMP/calm.log") |
	awk '$2 > $3 { links++ } END { print links + 0 }')
echo "# $again links repeated after $kills kills, $at_a_time at a time"
ok [ "$again" -le $((kills * at_a_time)) ]
ok [ "$(wc -l <"$LOG")" -le $(($(wc -l <"$TMP/calm.log") +
	3 * kills * at_a_time)) ]
done_testing
