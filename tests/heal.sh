#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How well heal tells the true recording from covers, live versions, remixes
# and namesakes: 500 titles of ../shared against planted catalogues on loopback
# (tests/helpers/plant.pl, tests/helpers/replica.c). What is tuned is tuned on
# the dev half; the test half is the figure. Exit 1 where it is below precision
# 0.95 at recall 0.60. BIN and BUILD as for the tests; SEED (1) deals anew;
# KEEP=DIR keeps everything there.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${BUILD:=$here/build}" "${SHARED:=$here/../shared}"
: "${SEED:=1}" "${KEEP:=}"
if [ ! -d "$SHARED/data/music/jamendo" ]; then
	echo "heal: skipped, no shared data in $SHARED"
	exit 0
fi
dir=${KEEP:-$(mktemp -d)}
[ -n "$KEEP" ] || trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/sources"
rm -f "$dir"/*.db "$dir/port"
perl "$here/tests/helpers/plant.pl" "$SHARED/data/music" "$dir" "$SEED"
exec 9> >(exec "$BUILD/tests/helpers/replica" --catalogue \
	"$dir/catalogue.ndjson" --port-file "$dir/port")
for _ in $(seq 200); do
	[ -s "$dir/port" ] && break
	sleep 0.05
done
at=http://127.0.0.1:$(cat "$dir/port")
for f in "$here"/data/sources/*.json; do
	sed -e "s|https://archive.org/adv|$at/archive/adv|" \
	    -e "s|https://archive.org/meta|$at/archive/meta|" \
	    -e "s|https://api.jamendo.com|$at/jamendo|" \
	    -e "s|https://musicbrainz.org/ws|$at/musicbrainz/ws|" \
	    -e "s|https://api.listenbrainz.org|$at/listenbrainz|" \
	    -e "s|https://lrclib.net/api|$at/lrclib/api|" \
	    "$f" >"$dir/sources/$(basename "$f")"
done
MOODPIPE_DATA=$here/data "$BIN/heal" --state "$dir/links.db" \
    --sources "$dir/sources" --allow-private --contact tests@example.org \
    --key JAMENDO_CLIENT_ID=abc --lyrics "$dir/records.ndjson" \
    >"$dir/healed.ndjson"
exec 9>&-

# id, link right (1), wrong (0) or none (-), the same for years and lyrics
jq -r '(.id[1:]) as $n | [.id,
    (if .recovered_url then
	(if .recovered_url | contains("true-\($n)/") or contains("true-\($n).mp3")
	 then 1 else 0 end) else "-" end),
    (.imputed.year // null | if . == null then "-"
	elif .value == 1981 then 1 else 0 end),
    (if .lyrics then (if .lyrics == "right \($n)\nwords" then 1 else 0 end)
	else "-" end),
    .recovered_url // "", .recovered.confidence // ""] | @tsv' \
    "$dir/healed.ndjson" >"$dir/got.tsv"

awk -F'\t' -v OFS='\t' '
function wilson(k, n, sign,   z, p, m) { # 95 %
	if (!n) return 0
	z = 1.959964; p = k / n; m = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
	return (p + z * z / (2 * n) + sign * m) / (1 + z * z / n)
}
function line(what, half,   k, n, d) {
	k = right[what, half]; n = k + wrong[what, half]; d = planted[half]
	printf "%-8s %-5s precision %.3f [%.3f, %.3f] (%d of %d)  recall %.3f [%.3f, %.3f] (%d of %d)\n", \
	    what, half, n ? k / n : 0, wilson(k, n, -1), wilson(k, n, 1), k, n, \
	    d ? k / d : 0, wilson(k, d, -1), wilson(k, d, 1), k, d
	return n && d && k / n >= 0.95 && k / d >= 0.60
}
FNR == NR { half[$1] = $2; planted[$2] += $3; planted["all"] += $3; next }
{
	split("link year lyrics", whats, " ")
	for (i = 1; i <= 3; i++) {
		v = $(i + 1)
		if (v == "-") continue
		if (v == 1) { right[whats[i], half[$1]]++; right[whats[i], "all"]++ }
		else { wrong[whats[i], half[$1]]++; wrong[whats[i], "all"]++ }
	}
}
END {
	for (i = 1; i <= 3; i++) {
		line(whats[i], "dev")
		ok = line(whats[i], "test")
		if (i == 1) good = ok
		line(whats[i], "all")
	}
	exit !good
}' "$dir/truth.tsv" "$dir/got.tsv"
