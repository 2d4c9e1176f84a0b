# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing touched: no work. One row changed: one shard, one row a stage.
. tests/corpus.sh
cp data/demo/crawl.csv "$TMP/crawl.csv"
ok demo "$TMP/c" corpus CRAWL="$TMP/crawl.csv"
first=$(generation "$TMP/c")

TIMEFORMAT='%U %S' # of the processors: others may use them, too
{ time ok demo "$TMP/c" corpus CRAWL="$TMP/crawl.csv"; } 2>"$TMP/time"
# but the last word
is "$(grep -v '^corpus: [0-9]* tracks in ' "$TMP/log")" "" "nothing touched: no stage runs"
ok awk '{ exit !($1 + $2 < 2) }' "$TMP/time"
is "$(generation "$TMP/c")" "$first" "nothing touched: the same generation"

# another title for a track that has audio
sed -i 's/^Frère Jacques,/Frère Jacques at Dusk,/' "$TMP/crawl.csv"
ok test -n "$(cmp "$TMP/crawl.csv" data/demo/crawl.csv)"
ok demo "$TMP/c" corpus CRAWL="$TMP/crawl.csv"
for stage in extract-features enrich "impute meta" "embed text" \
    "impute audio" mood-map "embed audio"; do
	ok test "$(computed "$stage")" -le 1
	ok test "$(runs "$stage")" -le 1
done
is "$(computed enrich)" 1 "one row changed: enrich computes one"
is "$(runs enrich)" 1 "one row changed: one shard is looked at"
ok test "$(generation "$TMP/c")" != "$first"

# the other way round it is the first corpus again
cp data/demo/crawl.csv "$TMP/crawl.csv"
ok demo "$TMP/c" corpus CRAWL="$TMP/crawl.csv"
is "$(generation "$TMP/c")" "$first" "changed back: the first generation"

ok demo "$TMP/c" refit CRAWL="$TMP/crawl.csv"
is "$(generation "$TMP/c")" "$first" "a refit equals a clean build"
done_testing
