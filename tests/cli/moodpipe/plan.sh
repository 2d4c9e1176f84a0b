# SPDX-License-Identifier: GPL-3.0-or-later
# moodpipe plan: what it finds to do, what stands against it, and that it leaves
# no trace.
. tests/tap.sh
unset MOODPIPE_INDEX MOODPIPE_CORPUS MOODPIPE_DATA
export HOME=$TMP XDG_DATA_HOME=$TMP/data HEAL_BUDGET=0 LINK_BUDGET=0 \
    FETCH_BUDGET=0 SHARDS=2 JOBS=1 MOODPIPE_AWAY=1
c=$TMP/c
moodpipe() { pipelines/moodpipe.sh "$@"; }
rows() { seq "$1" | sed 's/.*/Song &,Band &,Folk/; 1i title,artist,genre'; }
trace() { find "$c" -printf '%P %s %i %T@ %C@\n' | LC_ALL=C sort | sha256sum; }
asks() { jq -r "$1" "$TMP/out"; }

status 2 moodpipe plan CORPUS="$c"
like "$(cat "$TMP/err")" "^plan: set CRAWL=.*$c" "what it needs"
status 2 moodpipe plan CORPUS="$c" CRAWLS=x
like "$(cat "$TMP/err")" "did you mean CRAWL" "an unknown setting"
status 2 moodpipe plan everything
rows 40 >"$TMP/crawl.csv"
status 0 moodpipe plan CORPUS="$c" CRAWL="$TMP/crawl.csv"
like "$(cat "$TMP/out")" "^tracks +40: 40 new, 0 changed, 0 gone$" "a new corpus"
like "$(cat "$TMP/out")" "^disk +0 B now, about .* free$" "its disk"
is "$(awk 'length > 80' "$TMP/out")" "" "80 columns"
status 0 moodpipe plan --json CORPUS="$c" CRAWL="$TMP/crawl.csv"
is "$(asks '[.new, .tracks.after, .against, .sampled] | tostring')" \
    '[true,40,[],1]' "as JSON"
is "$(asks '[.stages[].stage] | join(" ")')" \
    "look read ask tell listen join describe feel vectors models index report" \
    "every stage"
ok test ! -e "$c" -a ! -e "$XDG_DATA_HOME"

status 0 moodpipe index CORPUS="$c" CRAWL="$TMP/crawl.csv"
before=$(trace)
status 0 moodpipe plan --json CORPUS="$c"
is "$(asks '[.stages[].stage] | join(" ")')" "look ask" "nothing touched: nothing to do"
is "$(asks '.disk.now == .disk.after')" true "and no more disk"
status 0 moodpipe plan CORPUS="$c"
like "$(cat "$TMP/out")" "none new or changed" "and so it says"

# One new row, one changed: one shard or two, as a build finds.
rows 41 | sed 's/Song 7,Band 7,Folk/Song 7,Band 7,Jazz/' >"$TMP/crawl.csv"
status 0 moodpipe plan --json index CORPUS="$c"
is "$(asks '.tracks | [.before, .after, .new, .changed, .gone] | tostring')" \
    "[40,41,1,1,0]" "one new, one changed"
is "$(asks '.stages[] | select(.stage == "feel") | .computed')" 2 "two to compute"
runs=$(asks '.stages[] | select(.stage == "describe") | .runs')
is "$(trace)" "$before" "the corpus is as it was"
CORPUS=$c pipelines/corpus.sh index >"$TMP/log" 2>&1
is "$(grep -cE '^(music-filter|enrich|impute meta): in=.* [0-9.]+s$' "$TMP/log")" \
    "$runs" "as many runs as it said"
status 0 moodpipe plan --json refit CORPUS="$c"
is "$(asks '[.stages[] | select(.stage == "models") | .runs] | .[0] > 5')" true \
    "a refit fits"
is "$(asks '.stages[] | select(.stage == "feel") | .measured')" true \
    "by what this corpus took"
status 0 moodpipe plan --json refresh CORPUS="$c"
is "$(asks '[.stages[].stage] | join(" ")')" "look ask" "a refresh asks"

# What stands against it.
cp "$TMP/crawl.csv" "$TMP/all.csv"
rows 4 >"$TMP/crawl.csv"
status 1 moodpipe plan CORPUS="$c"
like "$(head -n 1 "$TMP/out")" "^! .*holds 4 tracks, and held 41.*ALLOW_FEWER" \
    "half of the tracks is gone"
status 3 moodpipe index CORPUS="$c"
status 0 moodpipe plan CORPUS="$c" ALLOW_FEWER=1
like "$(cat "$TMP/out")" "0 new, 0 changed, 37 gone" "unless somebody means it"
rm "$TMP/crawl.csv"
status 1 moodpipe plan CORPUS="$c"
like "$(cat "$TMP/out")" "^! no such crawl: $TMP/crawl.csv" "no crawl"
status 1 moodpipe plan --json CORPUS="$c"
like "$(asks '.against[0]')" "no such crawl" "and for programs"
mkdir "$TMP/hollow"
status 1 moodpipe plan CORPUS="$TMP/c0" CRAWL="$TMP/hollow"
is "$(grep '^!' "$TMP/out")" "! no track in $TMP/hollow that could be read" \
    "a folder without music"
printf '\x37\x7a\xbc\xaf\x27\x1c' >"$TMP/crawl.csv"
status 1 moodpipe plan CORPUS="$c"
like "$(cat "$TMP/out")" "^! .*crawl.csv" "one that cannot be read"
cp "$TMP/all.csv" "$TMP/crawl.csv"
echo 9 >"$c/state/audio.count"
status 1 moodpipe plan CORPUS="$c"
like "$(cat "$TMP/out")" "^! $c/audio holds 0 files, and held 9" "the stored sound"
like "$(cat "$TMP/out")" "^tracks +41" "and the rest of it all the same"
rm "$c/state/audio.count"

mkdir "$TMP/full"
printf '#!/bin/sh\necho Avail; echo 1000\n' >"$TMP/full/df"
chmod +x "$TMP/full/df"
PATH=$TMP/full:$PATH status 1 moodpipe plan --json CORPUS="$TMP/new" \
    CRAWL="$TMP/all.csv"
like "$(asks '.against[0]')" "^not enough room: about .* are free" "a full disk"
is "$(asks .tracks.after)" 41 "and the plan all the same"

# Beside a build, and of a history that a kill left open.
exec 8>"$c/lock"
flock 8
status 0 moodpipe plan CORPUS="$c"
like "$(cat "$TMP/out")" "a build is under way" "beside a build"
exec 8>&-
sqlite3 "$c/state/links.db" 'PRAGMA journal_mode=WAL' \
    "$(linkcheck --state "$TMP/l.db" -q --budget-requests 1 </dev/null
    sqlite3 "$TMP/l.db" .dump)" 'PRAGMA application_id=0x6d6f6f64' \
    'PRAGMA user_version=2' ".shell cp $c/state/links.db-wal $TMP/wal" >/dev/null
cp "$TMP/wal" "$c/state/links.db-wal"
before=$(trace)
status 0 moodpipe plan CORPUS="$c"
is "$(trace)" "$before" "a log that was left is left"

# A part of a large crawl.
rows 3000 >"$TMP/large.csv"
PLAN_SAMPLE=5000 status 0 moodpipe plan --json CORPUS="$TMP/new" CRAWL="$TMP/large.csv"
is "$(asks '.tracks.after > 2500 and .tracks.after < 3500 and .sampled > 5')" true \
    "reckoned from a part"
# More than one build asks: how many, and who is asked most.
seq 40 | sed 's/.*/{"title":"Song &","permalink_url":"http:\/\/a.test\/&"}/' \
    >"$TMP/links.ndjson"
LINK_BUDGET=2 status 0 moodpipe plan CORPUS="$TMP/new" CRAWL="$TMP/links.ndjson"
like "$(cat "$TMP/out")" "^links +6 links of 40 " "what fits a budget"
like "$(cat "$TMP/out")" "^in all +links: 7 builds of 2.0 s, or 14 s without a pause$" \
    "and what does not"
like "$(cat "$TMP/out")" "a.test, the busiest: 5 requests a second" "because of whom"
status 0 moodpipe plan CORPUS="$TMP/new" CRAWL="$TMP/links.ndjson"
like "$(cat "$TMP/out")" "^links +40 links due; nobody is asked " "or nobody is"
# Names are data.
cp "$TMP/all.csv" "$TMP/a \"b\\ \$(c).csv"
status 0 moodpipe plan --json CORPUS="$TMP/new" CRAWL="$TMP/a \"b\\ \$(c).csv"
is "$(asks .crawl)" "$TMP/a \"b\\ \$(c).csv" "a hostile name"
is "$(find "$TMPDIR" -mindepth 1 -maxdepth 1 -name 'tmp.*')" "" "nothing is left in TMPDIR"
moodpipe plan CORPUS="$TMP/new" CRAWL="$TMP/all.csv" >/dev/full 2>"$TMP/err"
ok test $? -ge 2
done_testing
