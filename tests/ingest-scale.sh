#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ingest on generated tables of SIZES bytes (0.5 and 5 GB): MB of table per CPU
# second, which must not fall below FLOOR (150), and peak memory, which must be
# the same for all sizes (25 % apart at most) and within --memory. Rows are
# counted at both ends. TMPDIR needs 3 times the largest size.
set -euo pipefail
sizes=${SIZES:-500000000 5000000000} floor=${FLOOR:-150} memory=${MEMORY:-1G}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export TMPDIR=$tmp
h=$BUILD/tests/helpers
limit=$(awk -v m="$memory" 'BEGIN {
	n = m + 0; u = substr(m, length(m))
	print n * (u == "G" ? 1048576 : u == "M" ? 1024 : 1 / 1024) }')
bad=0
declare -A first
for size in $sizes; do
	"$h/crawlmake" "$size" >"$tmp/crawl.csv" 2>"$tmp/made"
	IFS='= ' read -r _ rows _ duplicates <"$tmp/made"
	bytes=$(stat -c %s "$tmp/crawl.csv")
	for how in "" --sorted; do
		# shellcheck disable=SC2086 # $how is a word or none
		got=$("$h/usage" "$tmp/u" "$BIN/ingest" $how --memory "$memory" \
		    --rejects "$tmp/rejects" --merged "$tmp/merged" \
		    "$tmp/crawl.csv" 2>"$tmp/err" | wc -l)
		read -r cpu wall peak <"$tmp/u"
		rejects=$(wc -l <"$tmp/rejects") merged=$(wc -l <"$tmp/merged")
		rate=$(awk -v b="$bytes" -v c="$cpu" 'BEGIN { printf "%d", b / 1e6 / c }')
		verdict=fine
		[ "$rate" -ge "$floor" ] || verdict="SLOW, below $floor"
		: "${first[x$how]:=$peak}"
		[ $((peak * 4)) -le $((${first[x$how]} * 5)) ] || verdict="GROWS"
		[ "$peak" -le "${limit%.*}" ] || verdict="ABOVE $memory"
		if [ "$rows" -ne $((got + rejects + merged)) ] ||
		   [ "$merged" -ne "$duplicates" ] ||
		   ! grep -q "^ingest: in=$rows ok=$got err=$rejects merged=$merged " "$tmp/err"; then
			verdict="ROWS ARE LOST"
		fi
		[ "$verdict" = fine ] || bad=1
		printf '%5d MB %-9s %4d MB/CPU s  cpu %ss wall %ss peak %d MiB  %d = %d + %d + %d: %s\n' \
		    $((bytes / 1000000)) "$how" "$rate" "$cpu" "$wall" \
		    $((peak / 1024)) "$rows" "$got" "$rejects" "$merged" "$verdict"
	done
	rm "$tmp/crawl.csv"
done
exit "$bad"
