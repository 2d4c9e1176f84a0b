# SPDX-License-Identifier: GPL-3.0-or-later
# Nights of a corpus: quiet, with a summary and metrics; one that is killed, one
# without its disk; status, verify and repair.
. tests/corpus.sh
unset MOODPIPE_INDEX MOODPIPE_CORPUS MOODPIPE_DATA
export HOME=$TMP XDG_DATA_HOME=$TMP/data HEAL_BUDGET=0 LINK_BUDGET=0 \
    FETCH_BUDGET=0 SHARDS=2 MOODPIPE_AWAY=1
c=$TMP/c
moodpipe() { pipelines/moodpipe.sh "$@"; }
rows() { seq "$1" | sed 's/.*/Song &,Band &,Folk/; 1i title,artist,genre'; }
works() { query -q --index "$c/index" folk | rerank -q --index "$c/index" \
    --format ndjson | grep -c '"title"'; }

status 3 moodpipe status CORPUS="$c"
like "$(cat "$TMP/err")" "moodpipe corpus CRAWL" "what to do first"
rows 40 >"$TMP/crawl.csv"
mkdir "$TMP/metrics"
status 0 moodpipe nightly CORPUS="$c" CRAWL="$TMP/crawl.csv" METRICS="$TMP/metrics"
like "$(cat "$TMP/out")" "is up to date" "the summary says so"
like "$(cat "$TMP/out")" "^tracks +40$" "and what there is"
is "$(cat "$TMP/err")" "" "nothing else is said"
like "$(cat "$TMP/metrics/moodpipe_nightly.prom")" "^moodpipe_nightly_status 0$" \
    "metrics of the run"
like "$(cat "$TMP/metrics/moodpipe_corpus.prom")" "^moodpipe_tracks 40$" \
    "and of the corpus"
ok test "$(works)" -gt 0
status 0 moodpipe status CORPUS="$c"
like "$(cat "$TMP/out")" "^index +0 minutes ago" "status: the index' age"
status 0 moodpipe verify CORPUS="$c"

# Killed at some moment: the index answers, and the next night ends as if not.
rows 60 >"$TMP/crawl.csv"
for after in 0.3 1 2; do
	setsid pipelines/moodpipe.sh nightly CORPUS="$c" >/dev/null 2>&1 &
	sleep $after
	kill -9 -- -$!
	wait $! 2>/dev/null
	ok test "$(works)" -gt 0
done
status 0 moodpipe nightly CORPUS="$c"
like "$(cat "$TMP/out")" "^tracks +60$" "with what is new"
mkdir "$TMP/clean" # with the models of the first night, which are pinned
cp -r "$c/models" "$TMP/clean/models"
CORPUS=$TMP/clean CRAWL=$TMP/crawl.csv pipelines/corpus.sh corpus 2>/dev/null
is "$(generation "$c")" "$(generation "$TMP/clean")" "as a clean build"

# A disk that is not there.
mv "$TMP/crawl.csv" "$TMP/away"
status 3 moodpipe nightly CORPUS="$c"
like "$(cat "$TMP/out")" "failed, status 3" "a failure is told"
like "$(cat "$TMP/out")" "What is asked is the index of 20" "and what is asked"
like "$(cat "$TMP/out")" "no such crawl" "and why"
ok test "$(works)" -gt 0
status 1 moodpipe status CORPUS="$c"
like "$(cat "$TMP/out")" "! .*no such crawl" "status tells it, too"
mv "$TMP/away" "$TMP/crawl.csv"

# Damage.
want=$(generation "$c")
printf x | dd of="$c/shards/000/mood.feat" bs=1 seek=300 conv=notrunc status=none
printf '{"id":' >>"$c/shards/001/felt.ndjson"
head -c 9000 /dev/zero | dd of="$(readlink -f "$c/index/current")" bs=1 \
    seek=5000 conv=notrunc status=none
status 4 moodpipe verify CORPUS="$c"
is "$(wc -l <"$TMP/out")" 3 "verify: three files"
like "$(cat "$TMP/out")" "000/mood.feat	.*" "a feature file"
like "$(cat "$TMP/out")" "001/felt.ndjson	.*" "a file of records"
like "$(cat "$TMP/out")" "idx	" "the index"
status 0 moodpipe repair CORPUS="$c"
is "$(generation "$c")" "$want" "repair: the same index"
status 0 moodpipe verify CORPUS="$c"
status 0 moodpipe status CORPUS="$c" # the failed night is made good
rm "$c/report/rejects.ndjson"
status 4 moodpipe verify CORPUS="$c"
cp "$TMP/out" "$TMP/found"
is "$(cat "$c/state/damage")" "$(cat "$TMP/found")" "what was found stays known"
status 0 moodpipe nightly CORPUS="$c"
like "$(cat "$TMP/out")" "Found to be damaged, as of 20" "the mail tells"
like "$(cat "$TMP/out")" "^$c/report/rejects.ndjson$" "what"
like "$(cat "$TMP/out")" "^1 in all: moodpipe repair" "and what to do"
status 0 moodpipe verify CORPUS="$c" # the night made it again
ok test ! -e "$c/state/damage"
status 0 moodpipe nightly CORPUS="$c"
is "$(grep -c damaged "$TMP/out")" 0 "until it is not so any more"

mkdir -p "$TMP/none/state" "$TMP/none/report"
echo "CRAWL=$TMP" >"$TMP/none/state/settings"
printf '%-22s 0\n' tracks >"$TMP/none/report/summary.txt"
status 1 moodpipe status CORPUS="$TMP/none"
like "$(cat "$TMP/out")" "! no track was read" "a crawl without music is told"

# Out of everybody's way: in a session of its own, as cron's is, with a small
# share; in somebody's session with that as it was. Each session is made here: the
# one that the tests run in may have no share.
mkdir -p "$TMP/p" "$TMP/c/report"
cp pipelines/nightly.sh "$TMP/p"
echo >"$TMP/c/report/summary.txt"
printf '#!/bin/sh\n' | tee "$TMP/p/config.sh" >"$TMP/p/corpus.sh"
cat >>"$TMP/p/corpus.sh" <<'END'
nice
chrt -p $$ | sed -n 's/.*policy: //p'
sed 's/.* //' /proc/self/autogroup
END
chmod +x "$TMP"/p/*.sh
put_away() { # COMMAND, in a new session, $0 the night: niceness, policy, share
	env -u MOODPIPE_AWAY CORPUS="$TMP/c" setsid -w bash -c "$1" \
	    "$TMP/p/nightly.sh" >/dev/null
	tail -n 3 "$TMP/c/report/nightly.log" | paste -sd' '
}
share=/proc/self/autogroup
if [ -w $share ] && chrt -i 0 true; then
	# shellcheck disable=SC2016 # $0 is that session's
	alone='exec "$0"'
	further_up='( ( "$0"; : ); : )'
	and_then='"$0"; sed "s/.* //" /proc/self/autogroup >"$CORPUS/after"'
	is "$(put_away "$alone")" "19 SCHED_IDLE 19" "its own session steps back"
	is "$(put_away "$further_up")" "19 SCHED_IDLE 0" "somebody's session does not"
	is "$(put_away "$and_then"; cat "$TMP/c/after")" "19 SCHED_IDLE 19
0" "and afterwards it is as before"
	# Others than root may say it ten times a second: when a night of theirs
	# ends, somebody else just did.
	echo "until echo 19 >$share; do sleep 0.02; done 2>/dev/null" \
	    >>"$TMP/p/config.sh"
	sleep 0.2
	right=()
	[ "$(id -u)" != 0 ] || right=(setpriv --bounding-set=-sys_admin)
	# shellcheck disable=SC2016
	is "$("${right[@]}" env -u MOODPIPE_AWAY CORPUS="$TMP/away" setsid -w \
	    bash -c '"$0" 2>/dev/null; echo $?; sed "s/.* //" /proc/self/autogroup' \
	    "$TMP/p/nightly.sh")" "3
0" "that loses no status"
else
	skip "priorities" "no autogroups, or they cannot be set"
fi
done_testing
