#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a build found, in counts: standard output, for report/summary.txt.
# Rows in = records + rejects + merged. Run by corpus.sh.
set -euo pipefail
lines() { cat "$@" 2>/dev/null | wc -l; }
values() { # MEMBER FILE: counts of its values in that file of all shards
	# what dedupe says of a record's copies stands in objects of its own
	{ cat "$CORPUS"/shards/*/"$2" 2>/dev/null || true; } |
	    sed 's/"sources":\[\({[^{}]*},\{0,1\}\)*\]//' |
	    { grep -o "\"$1\":\"[^\"]*\"" || true; } | sort | uniq -c |
	    awk '{n = $1; $1 = ""; print " " $0 " " n}' |
	    sed "s/\"$1\"://"
}
echo "records $(lines "$CORPUS"/shards/*/crawl.ndjson)"
echo "rejects $(lines "$CORPUS/report/rejects.ndjson")"
echo "merged $(lines "$CORPUS/report/merged.ndjson")"
echo "recordings joined $(lines "$CORPUS/report/same.ndjson")"
echo links
values url_status tracks.ndjson
echo audio
values audio_status tracks.ndjson
echo heard
for f in "$CORPUS"/shards/*/audio.feat; do
	[ ! -e "$f" ] || "$BIN/feat" info "$f"
done | awk '$1 == "status" { for (i = 2; i < NF; i += 2) n[$i] += $(i + 1) }
	END { for (s in n) print "  " s " " n[s] }' | sort
echo classes
values music_class filtered.ndjson
