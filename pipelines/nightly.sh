#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A build for cron or a timer: quiet, out of the way, with a summary that fits a
# mail on standard output. What went before stays what is asked until the build
# is whole. Settings as corpus.sh; METRICS=DIR: the textfile collector's folder.
# Exit status: the build's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
: "${CORPUS:?set CORPUS=directory}" "${METRICS:=}"
if [ -z "${MOODPIPE_AWAY:-}" ]; then # out of everybody's way
	export MOODPIPE_AWAY=1
	if command -v ionice >/dev/null; then
		exec ionice -c 3 nice -n 19 "$0" "$@"
	fi
	exec nice -n 19 "$0" "$@"
fi
if [ -n "$METRICS" ] && [ ! -d "$METRICS" ]; then
	echo "nightly: no such folder: $METRICS (METRICS=)" >&2
	exit 3
fi

mkdir -p "$CORPUS/report" || exit 3
log=$CORPUS/report/nightly.log
began=$(date +%s)
if [ -e "$log" ] && [ "$(wc -c <"$log")" -gt 1000000 ]; then
	mv -f "$log" "$log.1"
fi
touch "$log"
from=$(($(wc -c <"$log") + 1))
status=0
{ date -u '+== %F %T UTC'; "$here/corpus.sh" corpus; } >>"$log" 2>&1 || status=$?
took=$(($(date +%s) - began))

# What this run said.
said() { tail -c "+$from" "$log"; }
summary=$CORPUS/report/summary.txt
if [ "$status" = 0 ]; then
	date +%s >"$CORPUS/report/nightly.last.tmp"
	mv -f "$CORPUS/report/nightly.last.tmp" "$CORPUS/report/nightly.last"
	echo "moodpipe: $CORPUS is up to date ($((took / 60)) min $((took % 60)) s)."
	echo
	sed -n '1,/^links$/{/^links$/!p}' "$summary"
	sed -n '/^links$/,/^[a-z]/{/^[a-z]/!p}' "$summary"
	failed=$(said | grep -E ' err=[1-9]' || true)
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
	printf '\nIts last lines (all of them: %s):\n' "$log"
	said | tail -n 12
fi

# Metrics, by rename.
metric() { # NAME VALUE HELP
	printf '# HELP moodpipe_nightly_%s %s\n' "$1" "$3"
	printf '# TYPE moodpipe_nightly_%s gauge\n' "$1"
	printf 'moodpipe_nightly_%s %s\n' "$1" "$2"
}
own=$CORPUS/report/nightly.prom
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
	for f in nightly.prom moodpipe.prom; do
		[ -e "$CORPUS/report/$f" ] || continue
		cp "$CORPUS/report/$f" "$METRICS/.$f.tmp"
		mv -f "$METRICS/.$f.tmp" "$METRICS/${f/#moodpipe/moodpipe_corpus}"
	done
	[ ! -e "$METRICS/nightly.prom" ] ||
	    mv -f "$METRICS/nightly.prom" "$METRICS/moodpipe_nightly.prom"
fi
exit "$status"
