#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make vectors-quality: how well text vectors (embed text) find a clip of
# MusicCaps by its caption among the aspect lists of all clips of its part,
# against the TF-IDF cosine of the same stems, alone and fused
# (tests/helpers/captionrank.c). SOURCES: ../shared/data.
#
# The clips fall into parts by their number: half to fit on, a quarter to tune
# on (dev), a quarter to report (test). No model has seen a caption of dev or
# test; the general table is fitted anew, without their clips. The weight of
# the fusion, tf-idf + weight * vectors, is the best on dev under own+base.
# Earlier choices (power of the singular values, weights of the sources) were
# made on another division, by SHA-256 of the clip's name; "fresh" are the
# captions of test that were put to no model there either, among the lists of
# all of test. Models:
#   related   captions and aspects of the half to fit on, no general table
#   own       the aspect lists that are searched (as a corpus does), no table
#   own+base  the same on top of the general table: what ships
#   base      the general table alone
# and own, own+base of a corpus of 300 clips of dev and of test. "unseen": the
# caption keeps only the words that no aspect list of its part has.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${BUILD:=$here/build}" "${SOURCES:=$here/../shared/data}"
PATH=$(realpath "$BIN"):$PATH
rank=$(realpath "$BUILD")/tests/helpers/captionrank
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[ -d "$SOURCES/music/musiccaps" ] || {
	echo "vectors.sh: no $SOURCES/music/musiccaps: nothing to measure"
	exit 0
}

. "$here/tests/clips.sh"
split_clips
grep -aoE '^[A-Za-z0-9_-]{11},[0-9]+,[0-9]+,' \
	"$SOURCES/music/musiccaps/musiccaps.csv" | cut -d, -f1 |
	paste - "$tmp/parts" | awk -F'\t' '$2 == "test" { print $1 }' |
	while read -r name; do
		printf %s "$name" | sha256sum
	done | awk '{ print (index("37bf", substr($1, 8, 1)) > 0) }' >"$tmp/fresh"
embed text -q --fit "$tmp/related.pack" --base none "$tmp/musiccaps.ndjson"

# PART, clips at most: pairs of caption and aspects, the aspects as records
part() {
	awk -F'\t' -v part="$1" -v most="$2" '
		$1 == part && n++ < most { print $3 "\t" $4 }' \
		"$tmp/parts" >"$tmp/$1$2.pairs"
	cut -f2 "$tmp/$1$2.pairs" | jq -Rc \
		'{id: "clip:\(input_line_number)", tags: .}' >"$tmp/own.ndjson"
	embed text -q --fit "$tmp/own$1$2.pack" --base none "$tmp/own.ndjson"
	embed text -q --fit "$tmp/own+base$1$2.pack" --base "$tmp/base.pack" \
		"$tmp/own.ndjson"
}
# PART, clips, model, file, weight
show() {
	"$rank" "$tmp/$4" "$tmp/$1$2.pairs" "$5" | awk -F'\t' -v w="$5" \
		-v head="$(printf '%-5s %5s' "$1" "$(grep -c . <(cut -f1 "$tmp/$1$2.pairs"))")" \
		-v model="$3" '
		{ name = $1 == "tfidf" ? "TF-IDF" : $1 == w ? model ", fused" : model
		if ($1 != "tfidf" || model == "related")
			printf "%s  %-22s %s   %s   %s\n", head, name, $2, $3, $4 }'
	"$rank" --unseen "$tmp/$4" "$tmp/$1$2.pairs" | awk -F'\t' \
		-v head="$(printf '%-5s %5s' "$1" "$(grep -c . <(cut -f1 "$tmp/$1$2.pairs"))")" \
		-v model="$3" '$1 == "vectors" {
		printf "%s  %-22s %s   %s   %s\n", head, model ", unseen", $2, $3, $4
	}'
}

for p in dev test; do
	part "$p" 9999
	part "$p" 300
done
paste "$tmp/fresh" "$tmp/test9999.pairs" |
	awk -F'\t' '{ print ($1 ? $2 : "") "\t" $3 }' >"$tmp/fresh9999.pairs"
weight=$("$rank" "$tmp/own+basedev9999.pack" "$tmp/dev9999.pairs" 0.25 0.5 1 2 4 |
	awk -F'\t' '$1 + 0 > 0 && $2 > best { best = $2; w = $1 }
	END { print w }')
echo "weight of the vectors in the fusion, by dev: $weight"
echo "part  clips  ranking                NDCG@10  MRR      recall@10"
for p in dev test; do
	for n in 9999 300; do
		show "$p" "$n" related related.pack "$weight"
		show "$p" "$n" base base.pack "$weight"
		show "$p" "$n" own "own$p$n.pack" "$weight"
		show "$p" "$n" own+base "own+base$p$n.pack" "$weight"
	done
done
for m in related.pack base.pack owntest9999.pack own+basetest9999.pack; do
	name=${m%.pack}
	show fresh 9999 "${name%test9999}" "$m" "$weight"
done | grep -v unseen
