#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How a corpus is: age, counts, what is pending, disk, the last errors. Changes
# nothing. Exit status: 0; 1 something needs care; 3 there is no corpus.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=pipelines/building.sh
. "$here/building.sh"
: "${CORPUS:?set CORPUS=directory}" "${BIN:?}"
if [ ! -d "$CORPUS/state" ]; then
	echo "status: no corpus in $CORPUS; moodpipe corpus CRAWL=FILE makes one" >&2
	exit 3
fi
care=0
line() { printf '%-22s %s\n' "$1" "$2"; }
summary=$CORPUS/report/summary.txt
counts() { # HEADING: its counts in the summary, in one line
	sed -n "/^$1\$/,/^[^ ]/{/^ /p}" "$summary" | sed 's/^ *//; s/  */ /' |
	    grep '^[0-9]' | head -n 8 | paste -sd, | sed 's/,/, /g'
}
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
crawl=$(cat "$CORPUS/shards/.ingested" 2>/dev/null || true)
line crawl "${crawl:-$(sed -n 's/^CRAWL=//p' "$CORPUS/state/settings")}"
if ! wrong=$("$here/config.sh" check 2>&1); then
	line settings "need care (man moodpipe.conf)"
	while IFS= read -r w; do
		care "${w#config: }"
	done <<<"$wrong"
fi
if building "$CORPUS"; then
	line build "is under way"
elif [ -e "$CORPUS/report/nightly.log" ] && # and no build ended well since
    [ ! "$CORPUS/state/sums" -nt "$CORPUS/report/nightly.log" ] &&
    ! grep -q '^moodpipe_nightly_status 0$' "$CORPUS/report/nightly.prom" \
	2>/dev/null; then
	how=failed
	[ -e "$CORPUS/report/nightly.prom" ] || how="did not end" # killed
	line build "the last one $how ($(age "$CORPUS/report/nightly.log"))"
	# neither hints nor what stages counted is what went wrong
	why=$(tac "$CORPUS/report/nightly.log" | sed '/^== /Q' | grep -m 1 -vE \
	    '^make|^[a-z-]+: hint: |^[a-z-]+( [a-z]+)?: (in|asked)=' || true)
	care "${why:-it did not say why}"
	line "" "all it said: $CORPUS/report/nightly.log"
elif [ ! -e "$CORPUS/state/sums" ] && [ -e "$CORPUS/state/sums.before" ]; then
	line build "the last one did not end: moodpipe corpus goes on with it"
	care=1
elif [ -e "$CORPUS/report/nightly.last" ]; then
	line build "the last nightly ended well $(age "$CORPUS/report/nightly.last")"
fi
damage=$CORPUS/state/damage # what verify or repair found last: verify.sh
if [ -s "$damage" ]; then
	line damaged "$(wc -l <"$damage"), as of $(age "$damage")"
	care "$(head -n 1 "$damage" | tr '\t' ' ')"
	line "" "moodpipe verify looks again, moodpipe repair mends what can be"
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
	care "nothing can be asked yet: moodpipe corpus builds it"
fi
if [ -e "$summary" ]; then
	sed -n '1,/^\(links\|fields .*\)$/{/^\(links\|fields .*\)$/!p}' "$summary"
	! grep -q '^tracks  *0$' "$summary" ||
	    care "no track was read: does the crawl hold music? (moodpipe ingest --help)"
	links=$(counts links || true)
	[ -z "$links" ] || line links "$links"
	failed=$(counts failed || true)
	[ -z "$failed" ] || line "failed, by stage" "$failed"
fi
if [ -e "$CORPUS/state/links.db" ]; then
	if due=$("$BIN/linkcheck" --state "$CORPUS/state/links.db" --due 2>&1) &&
	    sound=$("$BIN/fetch-audio" --state "$CORPUS/state/links.db" \
		--store "$CORPUS/audio" --due 2>&1); then
		if [ "$due$sound" = 00 ]; then
			line pending "nothing: no link and no sound is due"
		else
			line pending "$due links to ask, $sound sounds to fetch: moodpipe refresh"
		fi
	else
		line pending "cannot be told"
		care "${due##*$'\n'} ${sound:-}"
	fi
fi
line disk "$(for part in state audio shards models index report; do
	[ ! -d "$CORPUS/$part" ] ||
	    echo "$part $(du -sh "$CORPUS/$part" | cut -f1)"
done | paste -sd' ')"
line "free on that disk" "$(df -h --output=avail "$CORPUS" | tail -n 1 | tr -d ' ')"
[ ! -e "$CORPUS/report/index.html" ] || line report "$CORPUS/report/index.html"
if [ "$care" = 1 ]; then
	line "" "moodpipe verify says whether anything is damaged"
fi
exit "$care"
