#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: encoder-quality.sh
# A small encoder of our own, pre-trained (data/training/encoder-words.json) and
# fine-tuned (encoder-emotion.json) by train encoder, beside the model of emotion
# that ships; and, of the one without wide inputs, adapters of low rank beside
# fine-tuning of all parameters (encoder-lora.json; each at the rate and epochs of
# least loss on what is kept aside of the training texts). On labelled texts of
# ../shared/data/text, or SOURCES (skips where absent). Half an hour and more on
# one core; what was begun in OUT (a folder, kept) goes on, what is there is not
# done again. Lines of figures, separated by tabs. BIN, DATA as for the tests;
# JOBS.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${DATA:=$here/data}" "${JOBS:=$(nproc)}"
: "${SOURCES:=$here/../shared/data}" "${OUT:=$here/build/encoder-quality}"
BIN=$(realpath "$BIN") DATA=$(realpath "$DATA")
PATH=$BIN:$PATH LC_ALL=C.UTF-8
export PATH LC_ALL
[ -d "$SOURCES/text" ] || {
	echo "encoder-quality.sh: no $SOURCES/text: skipped"
	exit 0
}
mkdir -p "$OUT/sources"
OUT=$(realpath "$OUT")
ln -sfn "$(realpath "$SOURCES/text")" "$OUT/sources/text"
ln -sfn "$DATA/training" "$OUT/sources/training"
ln -sfn "$here/tests/labels" "$OUT/sources/labels"
training=$DATA/training

# NAME CONFIG ARG...: trains it into OUT/NAME, unless it is there
fit() {
	local name=$1 config=$2
	shift 2
	[ -s "$OUT/$name.tsv" ] && return
	train encoder -j "$JOBS" --config "$config" --sources "$OUT/sources" \
	    --cues "$DATA/models/emotion.pack" --report "$OUT/$name.part" \
	    -o "$OUT/$name" "$@"
	mv "$OUT/$name.part" "$OUT/$name.tsv"
}
change() { # NAME FILTER FILE...: a changed configuration
	jq -s "$2" "${@:3}" >"$OUT/$1.json"
}
figure() { # NAME SET FIGURE
	awk -F'\t' -v s="$2" -v f="$3" '$1 == s && $2 == f { print $3 }' \
	    "$OUT/$1.tsv"
}

words=$training/encoder-words.json
change deep '.[0] | del(.wide)' "$training/encoder-emotion.json"
change scratch '.[1] + {shape: .[0].shape, vocabulary: .[0].vocabulary}' \
    "$words" "$training/encoder-emotion.json"
change full '.[0] | del(.lora) | .rate = 0.0015 | .epochs = 3' \
    "$training/encoder-lora.json"

fit words "$words"
fit wide "$training/encoder-emotion.json" --base "$OUT/words"
fit deep "$OUT/deep.json" --base "$OUT/words"
fit scratch "$OUT/scratch.json"
fit full "$OUT/full.json" --base "$OUT/deep"
fit lora "$training/encoder-lora.json" --base "$OUT/deep" --merge
[ -s "$OUT/ours.tsv" ] || evaluate text -j "$JOBS" \
    --model "$DATA/models/emotion.pack" --config "$DATA/models/emotion.json" \
    --sources "$OUT/sources" -o "$OUT/ours.tsv"

# MODEL ARG...: user microseconds of a text of GoEmotions' dev half, one thread
speed() {
	local model=$1 one all
	shift
	cut -f1 "$OUT/sources/text/goemotions/dev.tsv" >"$OUT/dev.txt"
	head -1 "$OUT/dev.txt" >"$OUT/one.txt"
	TIMEFORMAT=%U
	one=$( { time emotion -q -j1 --model "$model" "$@" "$OUT/one.txt" \
	    >"$OUT/told"; } 2>&1)
	all=$( { time emotion -q -j1 --model "$model" "$@" "$OUT/dev.txt" \
	    >"$OUT/told"; } 2>&1)
	awk -v a="$all" -v o="$one" -v n="$(wc -l <"$OUT/dev.txt")" \
	    'BEGIN { printf "%.0f", 1e6 * (a - o) / (n - 1) }'
}
row() { # TEXT SET FIGURE MODEL...
	local line=$1 set=$2 name=$3
	shift 3
	for run; do line+=$'\t'$(figure "$run" "$set" "$name"); done
	echo "$line"
}
megabytes() { # of int8 weights
	awk -v n="$(figure "$1" training parameters)" \
	    'BEGIN { printf "%.1f", n / 1e6 }'
}

echo "figure	emotion.pack	encoder, wide	encoder	not pre-trained, wide"
set -- ours wide deep scratch
row "GoEmotions dev, macro-F1" goemotions-dev goemotions.macro-f1 "$@"
row "GoEmotions dev, micro-F1" goemotions-dev goemotions.micro-f1 "$@"
row "GoEmotions dev, ece" goemotions-dev goemotions.ece "$@"
for f in valence arousal dominance; do
	row "EmoBank dev, r of $f" emobank-dev "vad.r.$f" "$@"
done
printf 'MB of weights, int8\t%s\t%s\t%s\t%s\n' \
    "$(du -b "$DATA/models/emotion.pack" | awk '{ printf "%.1f", $1 / 1e6 }')" \
    "$(megabytes wide)" "$(megabytes deep)" "$(megabytes scratch)"
for name in wide deep; do # emotion reads one head: here only to be timed
	rm -rf "$OUT/$name-timed"
	cp -r "$OUT/$name" "$OUT/$name-timed"
	rm "$OUT/$name-timed/heads.json"
done
for p in f32 int8; do
	printf 'microseconds a text, %s\t%s\t%s\t%s\n' "$p" \
	    "$(speed "$DATA/models/emotion.pack")" \
	    "$(speed "$OUT/wide-timed" --precision $p)" \
	    "$(speed "$OUT/deep-timed" --precision $p)"
done
echo
echo "figure	all parameters	adapters"
set -- full lora
row "kept aside of train, accuracy" held feeling.accuracy "$@"
row "kept aside of train, loss" held loss "$@"
row "dair-ai val, accuracy" dair-val feeling.accuracy "$@"
row "dair-ai val, macro-F1" dair-val feeling.macro-f1 "$@"
row "dair-ai val, loss" dair-val loss "$@"
row "parameters" training parameters "$@"
row "of them moved" training moved "$@"
