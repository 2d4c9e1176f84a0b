# SPDX-License-Identifier: GPL-3.0-or-later
# A real crawl without a network: every link ends UNKNOWN, nothing is lost.
. tests/tap.sh
export HEAL_BUDGET=0 # no catalogue is asked
crawl=$ROOT/../shared/data/music/soundcloud/tracks.csv
if [ ! -e "$crawl" ]; then
	skip "a real crawl" "no $crawl"
	done_testing
fi
c=$TMP/sc
start=$(date +%s)
# --connect-to nowhere: the test must not depend on there being no network
status 0 env CORPUS="$c" CRAWL="$crawl" AS_OF=2024-06-30 \
    NET_OPTIONS="--connect-to soundcloud.com:443:127.0.0.1:1" \
    pipelines/corpus.sh corpus
ok test $(($(date +%s) - start)) -lt 180
count() { cat "$@" | wc -l; }
records=$(count "$c"/shards/*/tracks.ndjson)
rejects=$(count "$c/report/rejects.ndjson")
merged=$(count "$c/report/merged.ndjson")
if command -v python3 >/dev/null; then
	rows=$(python3 -c 'import csv, sys
csv.field_size_limit(1 << 30)
print(sum(1 for r in csv.reader(open(sys.argv[1], newline="")) if r) - 1)' \
	    "$crawl")
	is "$((records + rejects + merged))" "$rows" \
	    "rows in = records + rejects + merged"
else
	skip "rows in = records + rejects + merged" "no python3 to count"
fi
is "$(cat "$c"/shards/*/tracks.ndjson | grep -c '"url_status":"UNKNOWN"')" \
    "$records" "every link is UNKNOWN"
query --index "$c/index" "pump me up" 2>"$TMP/err" |
    rerank --index "$c/index" -k 10 >"$TMP/answer"
is "$(jq '.results | length' "$TMP/answer")" 10 "a mood query answers"
done_testing
