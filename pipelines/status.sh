#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How a corpus is: age, counts, what is pending, disk, the last errors. Changes
# nothing. Exit status: 0; 1 something needs care; 3 there is no corpus.
set -euo pipefail
: "${CORPUS:?set CORPUS=directory}" "${BIN:?}"
if [ ! -d "$CORPUS/state" ]; then
	echo "status: no corpus in $CORPUS; moodpipe corpus CRAWL=FILE makes one" >&2
	exit 3
fi
care=0
line() { printf '%-12s %s\n' "$1" "$2"; }
age() { # FILE: of its last change, for people
	local s=$(($(date +%s) - $(date -r "$1" +%s)))
	if [ "$s" -lt 7200 ]; then
		echo "$((s / 60)) minutes ago"
	elif [ "$s" -lt 172800 ]; then
		echo "$((s / 3600)) hours ago"
	else
		echo "$((s / 86400)) days ago"
	fi
}
care() {
	care=1
	line "" "! $1"
}

line corpus "$CORPUS"
line crawl "$(sed -n 's/^CRAWL=//p' "$CORPUS/state/settings")"
if ! flock -n "$CORPUS/lock" true 2>/dev/null; then
	line build "is under way"
elif [ -e "$CORPUS/report/nightly.log" ] &&
    ! grep -q '^moodpipe_nightly_status 0$' "$CORPUS/report/nightly.prom" \
	2>/dev/null; then
	line build "the last one failed ($(age "$CORPUS/report/nightly.log"))"
	care "$(grep -v '^make' "$CORPUS/report/nightly.log" | tail -n 1)"
fi
if [ -e "$CORPUS/index/current" ]; then
	index=$(readlink -f "$CORPUS/index/current")
	line index "$(age "$index"), $(du -h "$index" | cut -f1)"
	for f in "$CORPUS"/state/*.digest; do
		[ "$f" -nt "$CORPUS/index/.built" ] || continue
		line "" "the network has said more since: moodpipe index"
		break
	done
else
	line index none
	care "nothing can be asked yet: moodpipe index"
fi
if [ -e "$CORPUS/report/summary.txt" ]; then
	sed -n '1,/^links$/{/^links$/!p}' "$CORPUS/report/summary.txt"
fi
if [ -e "$CORPUS/state/links.db" ]; then
	if due=$("$BIN/linkcheck" --state "$CORPUS/state/links.db" --due 2>&1) &&
	    sound=$("$BIN/fetch-audio" --state "$CORPUS/state/links.db" \
		--store "$CORPUS/audio" --due 2>&1); then
		line pending "$due links, $sound sound files"
	else
		care "${due##*$'\n'} ${sound:-}"
	fi
fi
line disk "$(for part in state audio shards models index report; do
	[ ! -d "$CORPUS/$part" ] ||
	    echo "$part $(du -sh "$CORPUS/$part" | cut -f1)"
done | paste -sd' ')"
line free "$(df -h --output=avail "$CORPUS" | tail -n 1 | tr -d ' ')"
exit "$care"
