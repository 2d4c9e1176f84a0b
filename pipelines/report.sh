#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a build found, in counts: standard output, for report/summary.txt.
# Rows in = records + rejects + merged. Run by corpus.sh.
set -euo pipefail
lines() { cat "$@" 2>/dev/null | wc -l; }
values() { # MEMBER: counts of its values over all tracks
	{ cat "$CORPUS"/shards/*/tracks.ndjson 2>/dev/null || true; } |
	    { grep -o "\"$1\":\"[^\"]*\"" || true; } | sort | uniq -c |
	    awk '{n = $1; $1 = ""; print " " $0 " " n}' |
	    sed "s/\"$1\"://"
}
echo "records $(lines "$CORPUS"/shards/*/crawl.ndjson)"
echo "rejects $(lines "$CORPUS/report/rejects.ndjson")"
echo "merged $(lines "$CORPUS/report/merged.ndjson")"
echo links
values url_status
echo audio
values audio_status
