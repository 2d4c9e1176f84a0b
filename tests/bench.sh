#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make bench: speeds, each beside a peer measured in the same run.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
h=$BUILD/tests/helpers
PATH=$BIN:$PATH

"$h/rows" 1000000 ndjson >"$tmp/rows.ndjson"
mb=$(($(stat -c %s "$tmp/rows.ndjson") / 1000000))
enrich -q --fit "$tmp/enrich.pack" --as-of 2024-06-30 "$tmp/rows.ndjson"

# NAME COMMAND...: MB of input per CPU second, the best of three
rate() {
	local name=$1 best=0 i
	shift
	for i in 1 2 3; do
		"$h/usage" "$tmp/u" "$@" <"$tmp/rows.ndjson" >/dev/null
		best=$(awk -v mb="$mb" -v b="$best" \
		    '{ r = mb / $1; print (r > b ? r : b) }' "$tmp/u")
	done
	printf '%-28s %8.0f MB per CPU second\n' "$name" "$best"
}
echo "records: $mb MB of NDJSON"
rate "identity -j1" "$h/identity" -q -j1
rate "identity -j2" "$h/identity" -q -j2
rate "enrich -j1" enrich -q -j1 --model "$tmp/enrich.pack"
rate "enrich -j2" enrich -q -j2 --model "$tmp/enrich.pack"
impute meta -q --fit "$tmp/meta.pack" "$tmp/rows.ndjson"
rate "impute meta -j1" impute meta -q -j1 --model "$tmp/meta.pack"
rate "jansson load and dump" "$h/treecopy"
! command -v jq >/dev/null || rate "jq -c ." jq -c .

# Cold processes on the demo corpus, beside the same pipeline of processes
# that do nothing.
index=$BUILD/corpus/index
if [ -e "$index/current" ]; then
	# COMMAND: median and 95th percentile wall milliseconds of 100 runs
	latency() {
		local i
		for ((i = 0; i < 100; i++)); do
			local from=$EPOCHREALTIME
			eval "$2" >/dev/null
			echo $((${EPOCHREALTIME/[.,]/} - ${from/[.,]/}))
		done | sort -n | awk -v name="$1" '{ t[NR] = $1 } END {
			printf "%-28s p50 %.1f ms, p95 %.1f ms\n", name,
			    t[50] / 1000, t[95] / 1000 }'
	}
	latency "query | rerank" \
	    "query --index $index 'i miss my ex' | rerank --index $index"
	latency "true | true" "/bin/true | /bin/true"
fi
