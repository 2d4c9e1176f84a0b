#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# told.sh SHARD: the records of a shard with all that is known of their links
# and where their sound is, without asking anybody. Run by corpus.mk and
# refresh.sh.
set -euo pipefail
unset MOODPIPE_SLOWEST # nobody is asked
db=$CORPUS/state/links.db
"$BIN/linkcheck" -q --offline --state "$db" \
    "$CORPUS/shards/$1/crawl.ndjson" |
    "$BIN/music-filter" -q --model "$CORPUS/models/music.pack" |
    "$BIN/heal" -q --offline --state "$db" \
    --sources "$SOURCES" --near "$CORPUS/models/near.pack" |
    "$BIN/fetch-audio" -q --offline --state "$db" --store "$CORPUS/audio"
