#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: emotion.sh
# How well feeling in texts and requests is told: the model that ships, against
# baselines that train text fits here, on labelled texts that neither was fitted
# to (../shared/data/text, or SOURCES; skips where absent). Some minutes. Lines of
# figure, baseline, ours, and for requests the lexicon's tables alone. BIN, BUILD
# as for the tests; JOBS.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${BUILD:=$here/build}" "${DATA:=$here/data}"
: "${SOURCES:=$here/../shared/data}" "${JOBS:=$(nproc)}"
BIN=$(realpath "$BIN") BUILD=$(realpath "$BUILD") DATA=$(realpath "$DATA")
PATH=$BIN:$PATH LC_ALL=C.UTF-8
export PATH BUILD BIN LC_ALL
[ -d "$SOURCES/text" ] || { echo "emotion.sh: no $SOURCES/text: skipped"; exit 0; }
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

mkdir -p "$TMP/sources/made"
ln -s "$(realpath "$SOURCES/text")" "$TMP/sources/text"
ln -s "$DATA/training" "$TMP/sources/training"
ln -s "$here/tests/labels" "$TMP/sources/labels"
"$here/pipelines/lexica.sh" "$SOURCES/lexicons" >"$TMP/cues"
: >"$TMP/none"

# NAME CUES FILTER [CONFIG]: figures of what a changed configuration trains
fit() {
	jq "$3" "${4-$DATA/models/emotion.json}" >"$TMP/$1.json"
	train text -q -j "$JOBS" --config "$TMP/$1.json" --cues "$2" \
	    --sources "$TMP/sources" --report "$TMP/$1" -o "$TMP/$1.pack"
}
evaluate text -j "$JOBS" --model "$DATA/models/emotion.pack" \
    --config "$DATA/models/emotion.json" --sources "$TMP/sources" -o "$TMP/ours"
published='.sources |= map(select(.file | startswith("text/"))) |
	.heads |= map(select(.name != "request" and .name != "mood")) |
	.checks |= map(select(.name != "requests-dev")) | .folds = 3'
fit linear "$TMP/none" "$published | .members = [.members[0]]"
fit lexica "$TMP/cues" "$published | .members = [.members[0]]"
fit reddit "$TMP/cues" "$published | .sources = [.sources[0]] |
	.heads |= map(select(.name == \"goemotions\" or .name == \"classes\")) |
	.checks |= map(select(.name | test(\"goemotions|dair\")))"
fit dair "$TMP/cues" . "$here/tests/quality/dair.json"
fit dair-linear "$TMP/none" '.members = [{"kind": "wide"}]' \
    "$here/tests/quality/dair.json"

figure() { # NAME SET FIGURE
	awk -F'\t' -v s="$2" -v f="$3" '$1 == s && $2 == f { print $3 }' \
	    "$TMP/$1"
}
row() { # TEXT SET FIGURE BASELINE...
	local line=$1 set=$2 name=$3
	shift 3
	for run; do line+=$'\t'$(figure "$run" "$set" "$name"); done
	echo "$line"
}
echo "figure	n-grams	n-grams and lexica	ours"
for f in macro-f1 micro-f1 ece; do
	row "GoEmotions dev, 28 labels, $f" goemotions-dev "goemotions.$f" \
	    linear lexica ours
done
for d in valence arousal dominance; do
	row "EmoBank dev, r of $d" emobank-dev "vad.r.$d" linear lexica ours
done
for f in accuracy macro-f1 ece; do
	row "7 classes, GoEmotions dev, $f" goemotions-dev "classes.$f" \
	    linear lexica ours
done
row "6 classes of dair-ai, never trained on, macro-f1" dair-val \
    classes.macro-f1 linear lexica ours
row "the same, trained on GoEmotions alone" dair-val classes.macro-f1 \
    linear lexica reddit
echo "dair-ai, trained on it, accuracy	$(figure dair-linear dair-val \
    dair.accuracy)		$(figure dair dair-val dair.accuracy)"
for f in macro-f1 sure-f1 unsure; do
	row "sarcasm, SemEval-2018 irony, ${f/macro-/}" irony "sarcasm.$f" \
	    linear lexica ours
done

# Lines of class, tab, text. EmoBank's dev texts 0.25 off the middle, by quadrant;
# GoEmotions' dev texts of one class with a tenth of ironic tweets among them.
/usr/bin/python3 - "$SOURCES/text" "$DATA/models/emotion.json" "$TMP" <<'P'
import csv, json, sys
text, config, out = sys.argv[1:]
with open(out + "/quadrants", "w") as f:
    path = text + "/emobank/emobank_train_dev.csv"
    for r in csv.DictReader(open(path, encoding="utf8", newline="")):
        v, a = float(r["V"]) - 3, float(r["A"]) - 3
        if r["split"] == "dev" and max(abs(v), abs(a)) >= 0.25:
            q = ("Q1" if a >= 0 else "Q4") if v >= 0 else \
                ("Q2" if a >= 0 else "Q3")
            f.write(q + "\t" + " ".join(r["text"].split()) + "\n")
targets = [t for s in json.load(open(config))["sources"] for t in s["targets"]]
to = [t for t in targets if t["head"] == "classes"][0]["map"]
names = open(text + "/goemotions/labels.txt").read().split()
rows = []
for line in open(text + "/goemotions/dev.tsv", encoding="utf8"):
    cell = line.rstrip("\n").split("\t")
    classes = {to[names[int(i)]] for i in cell[1].split(",")}
    if len(classes) == 1:
        rows.append((classes.pop(), cell[0].strip()))
tweets = [l.rstrip("\n").split("\t") for l in
          open(text + "/irony/train.txt", encoding="utf8")][1:]
ironic = [t[2].strip() for t in tweets if t[1] == "1"][:len(rows) // 9]
with open(out + "/eight", "w") as f:
    for c, t in rows + [("sarcasm", t) for t in ironic]:
        f.write(c + "\t" + t + "\n")
P
# NAME, told classes on stdin: accuracy and macro-F1
agree() {
	paste - <(cut -f1 "$TMP/$1") | awk -F'\t' -v name="$2" '
		{ told[$1]++; is[$2]++; hit[$2] += $1 == $2; n++; all += $1 == $2 }
		END {
			for (c in is) {
				f1 += 2 * hit[c] / (is[c] + told[c])
				k++
			}
			printf "%s, accuracy, macro-f1\t\t\t%.4f, %.4f\n",
				name, all / n, f1 / k
		}'
}
cut -f2 "$TMP/eight" | emotion -q | jq -r '.emotion.top[0]' |
    agree eight "8 classes, GoEmotions dev and ironic tweets 9:1"
# glad and surprised, angry and afraid, sad, loving: the quadrants' classes
cut -f2 "$TMP/quadrants" | emotion -q | jq -r '.emotion.probs |
	[["Q1", .joy + .surprise], ["Q2", .anger + .fear], ["Q3", .sadness],
	    ["Q4", .love]] | max_by(.[1])[0]' |
    agree quadrants "EmoBank dev quadrants by the classes"
echo
echo "requests	half	base	lexicon	network	both	both, none near"
data() { # NAME: DATA without some of its tables
	mkdir "$TMP/$1"
	cp -r "$DATA/." "$TMP/$1/"
}
only_words() {
	awk -F'\t' '/^#/ || $4 == "negation" || $4 == "clause"' \
	    "$DATA/lexicon/extension.tsv"
}
data base && only_words >"$TMP/base/lexicon/extension.tsv"
data lexicon
rm "$TMP/base/models/emotion.pack" "$TMP/lexicon/models/emotion.pack"
data network && only_words >"$TMP/network/lexicon/extension.tsv"
grep '^#' "$DATA/lexicon/base.tsv" >"$TMP/network/lexicon/base.tsv" || :
for d in base lexicon network; do
	DATA=$TMP/$d "$here/tests/requests.sh" >"$TMP/requests.$d"
done
DATA=$DATA "$here/tests/requests.sh" >"$TMP/requests.both"
# The list without requests of which one that the network learnt has 0.6 of the
# words (Jaccard)
awk -F'\t' '
	function words(text, set,   n, i, w) {
		split("", set)
		gsub(/[^a-z0-9\x27\200-\377]+/, " ", text)
		n = split(text, w, " ")
		for (i = 1; i <= n; i++)
			set[w[i]]
		n = 0
		for (i in set)
			n++
		return n
	}
	FNR == 1 { file++ }
	file == 1 && FNR == 1 { next }
	file == 1 {
		size[FNR] = words(tolower($1), set)
		for (w in set)
			holds[w] = holds[w] " " FNR
		next
	}
	file == 2 {
		n = words(tolower($1), set)
		split("", shared)
		for (w in set) {
			k = split(holds[w], row, " ")
			for (i = 1; i <= k; i++)
				shared[row[i]]++
		}
		for (r in shared)
			if (shared[r] >= 0.6 * (n + size[r] - shared[r]))
				near[r]
		next
	}
	!(FNR in near)' "$here/tests/labels/requests.tsv" \
    "$DATA/training/requests.tsv" "$here/tests/labels/requests.tsv" \
    >"$TMP/apart.tsv"
DATA=$DATA LABELS=$TMP/apart.tsv "$here/tests/requests.sh" >"$TMP/requests.apart"
for half in dev test; do
	for what in "quadrant" "neutral, recall" "neutral, precision"; do
		line="$what	$half"
		for d in base lexicon network both apart; do
			line+=$'\t'$(grep -E "^$half +$what +[0-9]" \
			    "$TMP/requests.$d" | sed -E 's/.*  ([0-9.]+) \(/\1 (/')
		done
		echo "$line"
	done
done
