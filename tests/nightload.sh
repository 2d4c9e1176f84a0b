# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# make nights PARTS=nightload: questions at 20 a second through a nightly build of
# ROWS tracks, and for IDLE seconds before and after.
#
#   ROWS=30000  IDLE=30
. tests/tap.sh
. tests/keeping.sh
: "${ROWS:=30000}" "${IDLE:=30}"

big() { # DAY: the crawl of ROWS tracks; the day after a fiftieth is new, and of
	# what was there a twentieth has another title
	"$h/rows" $((ROWS + ROWS / 50)) csv | awk -v rows="$ROWS" -v day="$1" '
	{ sub("https://", "http://") }
	NR == 1 || (NR <= rows + 1 && (!day || NR % 20)) { print; next }
	day { print "again " $0 }'
}
# NAME FILE...: how they were asked, in $p50 and $p99
asked() {
	local name=$1
	shift
	read -r p50 p99 questions failed worst names < <(cat "$@" | sort -gk 2 |
	    awk -F '\t' '{ t[NR] = $2; bad += $4; seen[$5] }
	    END {
		for (s in seen) n++
		printf "%.1f %.1f %d %d %.1f %d\n", t[int(NR / 2) + 1],
		    t[int(NR * 99 / 100) + 1], NR, bad, t[NR], n
	    }')
	read -r own50 own99 < <(cat "$@" | sort -gk 3 | awk -F '\t' '
	    { t[NR] = $3 }
	    END { print t[int(NR / 2) + 1], t[int(NR * 99 / 100) + 1] }')
	note "$name: $questions questions, $failed failed, $names generations;" \
	    "p50 $p50 ms, p99 $p99 ms, worst $worst ms" \
	    "(less waiting for a processor: $own50, $own99)"
}
load() {
	local mean
	mkdir -p "$TMP/big" "$TMP/nothing"
	c=$TMP/big/corpus TMPDIR=$TMP/big
	printf '/*\thtml\n' >"$TMP/rules"
	serve "$TMP/nothing" "$TMP/rules"
	big 0 >"$TMP/big/crawl.csv"
	CORPUS=$c CRAWL=$TMP/big/crawl.csv LINK_BUDGET=0 HEAL_BUDGET=0 \
	    FETCH_BUDGET=0 pipelines/corpus.sh corpus >"$TMP/log" 2>&1
	is "$?" 0 "load: the first night ends well"
	big 1 >"$TMP/big/new.csv"
	mv "$TMP/big/new.csv" "$TMP/big/crawl.csv"
	under_questions 20 "$TMP/idle" sleep "$IDLE"
	# as cron starts it: a session of its own
	# shellcheck disable=SC2016
	under_questions 20 "$TMP/during" env CORPUS="$c" LINK_BUDGET=20 \
	    HEAL_BUDGET=5 FETCH_BUDGET=10 NET_OPTIONS="$net" SOURCES= \
	    bash -c 'setsid -w pipelines/moodpipe.sh nightly; s=$?
		sleep 2; exit $s'
	is "$?" 0 "load: the next night ends well"
	sed 's/^/# /' "$TMP/mail" | head -n 4
	cat "$TMP/mail.err"
	under_questions 20 "$TMP/idle.after" sleep "$IDLE"
	note "$ROWS tracks, $(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg)"
	asked "idle, before" "$TMP/idle"
	asked "idle, after" "$TMP/idle.after"
	asked "idle, both" "$TMP/idle" "$TMP/idle.after"
	mean=$p99
	asked "during the build" "$TMP/during"
	is "$failed" 0 "load: none of $questions questions failed"
	is "$names" 2 "load: of the index before and the one after"
	is "$(awk -v a="$p99" -v b="$mean" 'BEGIN { print (a <= 2 * b) }')" 1 \
	    "load: p99 is at most doubled"
	note "p99 during the build / p99 idle: $(awk -v a="$p99" -v b="$mean" \
	    'BEGIN { printf "%.2f", a / b }')"
}

load
done_testing
