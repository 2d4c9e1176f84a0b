#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make scale: every stage at ROWS synthetic rows (2 million), its CPU time and
# peak memory against --memory. TMPDIR needs about 20 GB at the full size.
set -euo pipefail
rows=${ROWS:-2000000} memory=${MEMORY:-512M}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export TMPDIR=$tmp
h=$BUILD/tests/helpers
PATH=$BIN:$PATH
limit=$(awk -v m="$memory" 'BEGIN {
	n = m + 0; u = substr(m, length(m))
	print n * (u == "G" ? 1048576 : u == "M" ? 1024 : 1 / 1024) }')
bad=0

# NAME [--free] COMMAND...: runs it; --free: no limit is promised
stage() {
	local name=$1 free=
	shift
	[ "$1" != --free ] || { free=1; shift; }
	"$h/usage" "$tmp/u" "$@"
	read -r cpu wall peak <"$tmp/u"
	local verdict=within
	[ "$peak" -le "${limit%.*}" ] || verdict=ABOVE
	[ -z "$free" ] || verdict="no limit promised"
	[ "$verdict" != ABOVE ] || bad=1
	printf '%-24s cpu %8ss wall %8ss peak %7d MiB (%s %s)\n' "$name" \
	    "$cpu" "$wall" $((peak / 1024)) "$verdict" "$memory"
}
m=(-q -j2 --memory "$memory")
cd "$tmp"
"$h/rows" "$rows" csv >crawl.csv
stage ingest ingest "${m[@]}" --sorted --rejects rejects --merged merged \
    -o ingested crawl.csv
rm crawl.csv
stage shard shard "${m[@]}" --count 1 shards ingested
rm ingested
mv shards/000/crawl.ndjson crawl
stage "linkcheck --offline" linkcheck "${m[@]}" --offline --state db \
    -o linked crawl
rm crawl
stage "fetch-audio --offline" fetch-audio "${m[@]}" --offline --state db \
    --store audio -o tracks linked
rm linked
stage extract-features extract-features "${m[@]}" -o audio.feat tracks
stage "enrich --fit" enrich "${m[@]}" --fit e.pack --as-of 2024-06-30 tracks
stage enrich enrich "${m[@]}" --model e.pack -o enriched tracks
rm tracks
stage "impute meta --fit" impute meta "${m[@]}" --fit m.pack enriched
stage "impute meta" impute meta "${m[@]}" --model m.pack -o tagged enriched
rm enriched
stage "embed text --fit" embed text "${m[@]}" --fit t.pack tagged
stage "embed text" embed text "${m[@]}" --model t.pack -o text.feat tagged
stage "impute audio --fit" impute audio "${m[@]}" --fit s.pack \
    --features audio.feat --text text.feat tagged
stage "impute audio" impute audio "${m[@]}" --model s.pack \
    --features audio.feat --text text.feat -o sound.feat tagged
rm audio.feat
stage mood-map mood-map "${m[@]}" --features sound.feat -o mood.feat tagged
stage "embed audio --fit" embed audio "${m[@]}" --fit p.pack \
    --features sound.feat
stage "embed audio" embed audio "${m[@]}" --model p.pack \
    --features sound.feat -o audio64.feat tagged
stage build-index --free build-index "${m[@]}" --index index \
    --text-model t.pack --text text.feat --sound sound.feat \
    --mood mood.feat --audio audio64.feat tagged
stage query --free sh -c "query --index index 'pump me up' >candidates"
stage rerank --free sh -c "rerank --index index candidates >answer"
exit "$bad"
