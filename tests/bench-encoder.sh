#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make bench-encoder: the text encoder beside onnxruntime on the same weights,
# random ones of MiniLM-L6's shape, one thread; and how many texts of 64 tokens
# a model of E5-large's shape reads in a minute on two. Prints a table and
# writes it:
#
#   what, tokens, value, unit, asked, verdict
#
# Times are CPU milliseconds of one text, the least of many in a turn; the median
# of turns, in which both sides go one behind the other, since processors are not
# equally fast at all times; and that of their ratios. From the environment:
#   OUT=BUILD/bench-encoder
#   ORT=DIR       where node_modules/onnxruntime-node is (npm install
#                 --ignore-scripts onnxruntime-node); without it no peer
#   ROUNDS=5      turns, an odd number, of some three seconds each
#   LARGE=1       0: without E5-large, which needs 1.4 GB of disk and 3 GB
#   KEEP=DIR      the folders and models stay there
set -euo pipefail
out=${OUT:-$BUILD/bench-encoder} rounds=${ROUNDS:-5} large=${LARGE:-1}
run=$BUILD/tests/helpers/encoderrun
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
models=${KEEP:-$tmp}
mkdir -p "$out" "$models"
table=$out/table.tsv
python=/usr/bin/python3
printf 'what\ttokens\tvalue\tunit\tasked\tverdict\n' >"$table"

if ! "$python" -c 'import numpy, torch' 2>/dev/null; then
	echo "bench-encoder: skipped: needs python3-numpy and python3-torch" >&2
	exit 0
fi

# WHAT TOKENS VALUE UNIT [ASKED]: a line of the table. ASKED: "<= 3"
row() {
	[ -n "$3" ] || return 0
	awk -v what="$1" -v tokens="$2" -v value="$3" -v unit="$4" \
	    -v asked="${5-}" 'BEGIN {
		OFS = "\t"
		split(asked, a, " ")
		verdict = asked == "" ? "" : \
		    (a[1] == "<=" ? value + 0 <= a[2] + 0 : \
		     value + 0 >= a[2] + 0) ? "met" : "MISSED"
		print what, tokens, value, unit, asked, verdict
	}' >>"$table"
	tail -n 1 "$table" >&2
}

# NAME: a folder of that shape, random weights
folder() {
	[ -e "$models/$1/model.safetensors" ] ||
		"$python" "$here/reference/encoder.py" folder "$1" \
		    "$models/$1" --expected 0 >&2
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# COMMAND...: the least CPU milliseconds of ten processes; with one thread and
# nothing to wait for that is the time until they end
least() {
	local i TIMEFORMAT='%U %S'

	for ((i = 0; i < 10; i++)); do
		{ time "$@" >/dev/null 2>&3; } 2>&1
	done 3>&2 | awk '{ print 1000 * ($1 + $2) }' | sort -n | head -n 1
}

first_vector() { "$run" vectors "$mini" --precision "$1" <"$tmp/text"; }

# PRECISION: appends "TOKENS MS" to $tmp/ours of a turn; sets load and peak
ours() {
	local tokens text

	for tokens in 16 64 128; do
		read -r load _ text peak < <("$run" speed "$mini" \
		    --precision "$1" --batch 1 --tokens "$tokens" \
		    --repeat $((80000 / tokens)))
		echo "$tokens $text" >>"$tmp/ours"
	done
}

# MODEL: the same to $tmp/theirs; other lines of ortbench to $tmp/other
peer() {
	node "$here/peers/ortbench.cjs" "$ORT/node_modules" "$1" 3 \
	    16 64 128 >"$tmp/turn"
	sed -n 's/^pass\t\(.*\)\t\(.*\)/\1 \2/p' "$tmp/turn" >>"$tmp/theirs"
	grep -v '^pass' "$tmp/turn" >"$tmp/other" || true
}

# TOKENS < "TOKENS MS" lines: the median
median() {
	awk -v t="$1" '$1 == t { print $2 }' | sort -n |
		awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'
}

# PRECISION MOST: both, in turns
beside() {
	local model=$models/minilm-l6-$1.onnx load peak what ms tokens

	rm -f "$tmp"/{ours,theirs,other}
	[ -z "$with_peer" ] ||
	    "$python" "$here/peers/onnxmake.py" "$mini" "$1" "$model"
	for ((i = 0; i < rounds; i++)); do
		ours "$1"
		[ -z "$with_peer" ] || peer "$model"
	done
	for tokens in 16 64 128; do
		row "ours, $1" "$tokens" "$(median $tokens <"$tmp/ours")" ms
	done
	row "ours, $1, load" "" "$load" ms
	row "ours, $1, from start to first vector" "" \
	    "$(least first_vector "$1")" ms "<= 40"
	row "ours, $1, resident" "" "$((peak / 1024))" MiB "<= 80"
	[ -n "$with_peer" ] || return 0
	for tokens in 16 64 128; do
		row "onnxruntime, $1" "$tokens" \
		    "$(median $tokens <"$tmp/theirs")" ms
		row "ours to onnxruntime, $1" "$tokens" "$(paste -d ' ' \
		    "$tmp/ours" "$tmp/theirs" | awk '{
			printf "%s %.3f\n", $1, $2 / $4 }' |
		    median $tokens)" "" "<= $2"
	done
	while read -r what ms; do
		case $what in
		load) row "onnxruntime, $1, load" "" "${ms%.*}" ms ;;
		peak)
			row "onnxruntime, $1, resident" "" "$((ms / 1024))" MiB
			;;
		esac
	done <"$tmp/other"
}

# The least cosine of rows of two .npy, as encoder.py says
cosine() {
	"$python" "$here/reference/encoder.py" compare "$1" "$2" |
		awk '{ print $4 }'
}

accuracy() {
	local p

	for p in f32 bf16 int8; do
		"$run" hidden "$mini" --precision "$p" <"$tmp/ids" \
		    >"$tmp/$p.npy"
	done
	row "ours, bf16, cosine with f32" "" \
	    "$(cosine "$tmp/bf16.npy" "$tmp/f32.npy")" "" ">= 0.9999"
	row "ours, int8, cosine with f32" "" \
	    "$(cosine "$tmp/int8.npy" "$tmp/f32.npy")" "" ">= 0.999"
}

# FILE PRECISION: CPU seconds of the hidden states of these sequences
states() {
	local TIMEFORMAT='%U %S'

	{ time "$run" hidden "$models/e5-large" --precision "$2" --jobs 2 \
	    --batch 4 <"$1" >"$tmp/large" 2>&3; } 3>&2 2>&1 |
		awk '{ print $1 + $2 }'
}

# Texts of 64 tokens that two threads read in a minute of theirs: by what 64
# cost more than 8 do
large() {
	local p few many

	folder e5-large
	head -n 8 "$tmp/long" >"$tmp/short"
	for p in int8 bf16 f32; do
		few=$(states "$tmp/short" "$p")
		many=$(states "$tmp/long" "$p")
		row "E5-large's shape, $p, two threads" 64 \
		    "$(awk -v few="$few" -v many="$many" 'BEGIN {
			printf "%d", 2 * 60 * 56 / (many - few) }')" \
		    "texts/min" "$([ "$p" != int8 ] || echo '>= 400')"
	done
}

folder minilm-l6
mini=$models/minilm-l6
seq -s ' ' 5 7 440 >"$tmp/ids"
for ((i = 0; i < 64; i++)); do
	seq -s ' ' $((i + 5)) 11 $((i + 5 + 11 * 63))
done >"$tmp/long"
echo "a quiet song for the evening" >"$tmp/text"

with_peer=
if [ -n "${ORT-}" ] && [ -d "$ORT/node_modules/onnxruntime-node" ]; then
	with_peer=1
else
	echo "bench-encoder: no peer: ORT=DIR, where" \
	    "node_modules/onnxruntime-node is" >&2
fi
beside f32 1.0
beside int8 0.6
accuracy
# Where the time goes, and products as training has them beside OpenBLAS's.
while IFS=$'\t' read -r _ tokens _ parts; do
	while IFS=$'\t' read -r part value; do
		row "layers, int8: $part" "$tokens" "$value" ms
	done < <(tr '\t' '\n' <<<"$parts" | paste - -)
done < <("$BUILD/tests/helpers/layerbench" -n 3 int8 64 | grep ^pass)
while IFS=$'\t' read -r m n k stored blas own half; do
	row "product $m x $n x $k ($stored): ours to OpenBLAS, f32" "" \
	    "$(ratio "$own" "$blas")" "times as fast"
	row "product $m x $n x $k ($stored): bf16" "" \
	    "$(ratio "$half" "$blas")" "times as fast"
done < <("$BUILD/tests/helpers/matmulbench")
[ "$large" = 0 ] || large
echo "in $table:" >&2
column -t -s "$(printf '\t')" "$table" 2>/dev/null || cat "$table"
