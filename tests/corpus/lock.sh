# SPDX-License-Identifier: GPL-3.0-or-later
# Two builds at once: the second says so and ends with 3.
. tests/corpus.sh
export HEAL_BUDGET=0 # no catalogue is asked
mkdir "$TMP/c"
exec 8>"$TMP/c/lock"
flock 8
status 3 env CORPUS="$TMP/c" CRAWL=data/demo/crawl.csv pipelines/corpus.sh corpus
like "$(cat "$TMP/err")" "being built by another process" "it says so"
flock -u 8
status 3 env CORPUS="$TMP/c" CRAWL="$TMP/none.csv" pipelines/corpus.sh corpus
like "$(cat "$TMP/err")" "no such crawl" "a missing crawl is named"
status 2 env CORPUS="$TMP/c" CRAWL=data/demo/crawl.csv pipelines/corpus.sh build
done_testing
