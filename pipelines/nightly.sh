#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A build for cron or a timer: quiet, out of the way, with a summary that fits a
# mail on standard output. What went before stays what is asked until the build
# is whole. METRICS is the textfile collector's folder.
# Exit status: the build's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${CORPUS:?set CORPUS=directory}"
# Where each session has its share of the processors (autogroup, sched(7)),
# priorities count within a session alone: one that is ours, as that of a job of
# cron is, and not somebody's at a terminal, takes a small share meanwhile.
session_is_ours() {
	local parent grandparent session tty
	read -r _ parent _ session tty _ < <(sed 's/.*) //' "/proc/$$/stat")
	read -r _ grandparent _ < <(sed 's/.*) //' "/proc/$parent/stat")
	[ "$tty" = 0 ] &&
	    [[ " $$ $parent $grandparent " == *" $session "* ]]
}
share=/proc/self/autogroup
if [ -z "${MOODPIPE_AWAY:-}" ]; then # out of everybody's way
	export MOODPIPE_AWAY=1
	if [ -w $share ] && session_is_ours; then
		MOODPIPE_SHARE=$(sed 's/.* //' $share)
		export MOODPIPE_SHARE
		{ echo 19 >$share; } 2>/dev/null || unset MOODPIPE_SHARE
	fi
	away=()
	behind() { ! "$@" true 2>/dev/null || away+=("$@"); }
	behind ionice -c 3
	behind chrt -i 0
	behind nice -n 19
	exec "${away[@]}" "$0" "$@"
fi
run=$(mktemp) || run=/dev/null
tidy() {
	[ "$run" = /dev/null ] || rm -f "$run"
	# ten times a second, others than root may say it
	[ -z "${MOODPIPE_SHARE:-}" ] || echo "$MOODPIPE_SHARE" >$share ||
	    { sleep 0.2 && echo "$MOODPIPE_SHARE" >$share; } || :
}
trap 'tidy 2>/dev/null' EXIT
# a setting that is wrong is told by the build
METRICS=$("$here/config.sh" value METRICS 2>/dev/null) || METRICS=
if [ -n "$METRICS" ] && [ ! -d "$METRICS" ]; then
	echo "nightly: no such folder: $METRICS (METRICS=)" >&2
	exit 3
fi
# Of a first night that cannot begin nothing is left: the path may be a wrong one.
if [ ! -d "$CORPUS/state" ]; then
	if [ -z "$("$here/config.sh" value CRAWL 2>/dev/null || echo wrong)" ]; then
		echo "nightly: no corpus in $CORPUS: is that its path? To build one" \
		    "there, say CRAWL=FILE|FOLDER" >&2
		exit 3
	fi
	# shellcheck source=pipelines/settings.sh
	(. "$here/settings.sh" && settings_build nightly) || exit
fi

mkdir -p "$CORPUS/report" || exit 3
own=$CORPUS/report/nightly.prom
rm -f "$own"	# killed from here on, status takes it for a failure
log=$CORPUS/report/nightly.log
began=$(date +%s)
if [ -e "$log" ] && [ "$(wc -c <"$log")" -gt 1000000 ]; then
	mv -f "$log" "$log.1"
fi
status=0
{ date -u '+== %F %T UTC'; "$here/corpus.sh" corpus; } 2>&1 |
    tee -a "$log" 2>/dev/null >"$run" || status=${PIPESTATUS[0]}
took=$(($(date +%s) - began))
touch "$log" 2>/dev/null || true # behind what the build wrote: status.sh

summary=$CORPUS/report/summary.txt
told=$(if [ "$status" = 0 ]; then
	last=$CORPUS/report/nightly.last
	{ date +%s >"$last.tmp" && mv -f "$last.tmp" "$last"; } || true
	echo "moodpipe: $CORPUS is up to date ($((took / 60)) min $((took % 60)) s)."
	echo
	sed -n '1,/^links$/p' "$summary"
	sed -n '/^links$/,/^[a-z]/{/^[a-z]/!p}' "$summary"
	failed=$(grep -E ' err=[1-9]' "$run" || true)
	[ -z "$failed" ] || printf '\nStages with failures:\n%s\n' "$failed"
	printf '\nMore: %s\n' "$CORPUS/report/index.html"
else
	echo "moodpipe: the build of $CORPUS failed, status $status."
	current=$CORPUS/index/current
	if [ -e "$current" ]; then
		echo "What is asked is the index of" \
		    "$(date -ur "$current" '+%F %T UTC')."
	else
		echo "There is no index yet."
	fi
	echo "Free on its disk: $(df -h --output=avail "$CORPUS" | tail -n 1 |
	    tr -d ' ')"
	printf '\nIts last lines (all of them: %s):\n' "$log"
	tail -n 12 "$run"
	if [ "$status" = 4 ]; then
		printf '\nmoodpipe verify tells what is damaged, %s\n' \
		    "moodpipe repair mends what can be."
	fi
fi
damage=$CORPUS/state/damage
if [ -s "$damage" ]; then
	printf '\nFound to be damaged, as of %s:\n' \
	    "$(date -ur "$damage" '+%F %T UTC')"
	head -n 5 "$damage" | cut -f1
	echo "$(wc -l <"$damage") in all: moodpipe repair mends what can be."
fi)
# by this process: journald may not find out whose the words of a short one are
printf '%s\n' "$told"

# Metrics, by rename.
metric() { # NAME VALUE HELP
	printf '# HELP moodpipe_nightly_%s %s\n' "$1" "$3"
	printf '# TYPE moodpipe_nightly_%s gauge\n' "$1"
	printf 'moodpipe_nightly_%s %s\n' "$1" "$2"
}
metrics() {
	metric status "$status" "Exit status of the last build."
	metric start_seconds "$began" "When it began, since the epoch."
	metric duration_seconds "$took" "How long it took."
	metric success_seconds "$(cat "$CORPUS/report/nightly.last" \
	    2>/dev/null || echo 0)" "When a build last ended well."
	echo '# HELP moodpipe_disk_bytes Disk that a part of the corpus takes.'
	echo '# TYPE moodpipe_disk_bytes gauge'
	for part in state audio shards models index report; do
		[ ! -d "$CORPUS/$part" ] ||
		    echo "moodpipe_disk_bytes{part=\"$part\"}" \
			"$(($(du -sk "$CORPUS/$part" | cut -f1) * 1024))"
	done
	echo '# end'
}
# Of a disk that is full nothing is left, which status takes for a failure.
if ! { metrics >"$own.tmp" && mv -f "$own.tmp" "$own"; } 2>/dev/null; then
	rm -f "$own.tmp" "$own"
	exit "$status"
fi
if [ -n "$METRICS" ]; then
	for of in nightly corpus; do
		from=$CORPUS/report/${of/corpus/moodpipe}.prom
		to=$METRICS/moodpipe_$of.prom
		[ ! -e "$from" ] || { cp "$from" "$to.tmp" && mv -f "$to.tmp" "$to"; } ||
		    [ "$status" != 0 ] || status=3
	done
fi
exit "$status"
