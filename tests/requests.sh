#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: requests.sh [--misses] [COMMAND...]
# How well the mood of tests/labels/requests.tsv is understood (README there):
# COMMAND reads requests (answer(5)) with a qid and answers with qid and
# mood_detected; by default query, on a small index with the lexicon of DATA.
# Prints counts and shares with intervals of 95 % (bootstrap over the requests,
# DRAWS of them); of the test half nothing else. --misses also lists those of
# the dev half. BIN and BUILD as for the tests; LABELS: another list.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${BUILD:=$here/build}" "${DRAWS:=2000}"
: "${DATA:=$here/data}" "${LABELS:=$here/tests/labels/requests.tsv}"
BIN=$(realpath "$BIN") BUILD=$(realpath "$BUILD")
PATH=$BIN:$PATH MOODPIPE_DATA=$(realpath "$DATA") LC_ALL=C.UTF-8
export PATH MOODPIPE_DATA LC_ALL
misses=0
[ "${1-}" != --misses ] || { misses=1; shift; }
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

if [ $# = 0 ]; then
	# shellcheck source=tests/cli/small-index.sh
	. "$here/tests/cli/small-index.sh"
	small_corpus
	small_index "$TMP/idx"
	set -- query -q --index "$TMP/idx" --candidates 1
fi
# qid is the line of the list, whose first names the columns
jq -Rc 'select(input_line_number > 1) | {query: split("\t")[0],
	qid: "\(input_line_number)"}' "$LABELS" >"$TMP/requests"
"$@" <"$TMP/requests" >"$TMP/answers"
# line, valence, arousal; none of both where no mood was detected
jq -r '.mood_detected as $m | [.qid] +
	if $m.valence == null or
		(if $m.by then $m.by == "none" else $m.matches == 0 end) then []
	else [$m.valence, $m.arousal] end | @tsv' "$TMP/answers" >"$TMP/moods"

awk -F'\t' -v misses="$misses" -v draws="$DRAWS" '
	function draw() { # a uniform number in [0, 1): Lewis, Goodman, Miller
		seed = seed * 16807 % 2147483647
		return seed / 2147483647
	}
	# the least share that PART of the draws do not exceed
	function quantile(part, n,   k, seen) {
		for (k = 0; k < n; k++) {
			seen += times[k]
			if (seen >= part * draws)
				break
		}
		return k / n
	}
	# RIGHT of N, and the range of its share in draws of N with replacement
	function share(half, what, right, n,   i, j, k) {
		printf "%-5s %-34s %4d of %4d", half, what, right, n
		if (!n) {
			print ""
			return
		}
		seed = 1
		for (k = 0; k <= n; k++)
			times[k] = 0
		for (i = 1; i <= draws; i++) {
			for (j = k = 0; j < n; j++)
				k += draw() * n < right
			times[k]++
		}
		printf "  %.3f (%.3f to %.3f)\n", right / n,
			quantile(0.025, n), quantile(0.975, n)
	}
	# the sign tells; 0 is no positive sign; both 0 is neutral
	function quadrant(v, a) {
		if (v == 0 && a == 0)
			return "N"
		return v > 0 ? a > 0 ? "Q1" : "Q4" : a > 0 ? "Q2" : "Q3"
	}
	FILENAME ~ /moods$/ {
		told[$1] = NF > 1 ? quadrant($2, $3) : "N"
		axis[$1] = NF > 1 && ($2 == 0 || $3 == 0)
		next
	}
	FNR == 1 { next }
	!(FNR in told) { unanswered++; next }
	{
		h = $5
		got = told[FNR]
		right = got == $2 || got == $3
		split($4, kind)
		all[h]++
		all_right[h] += right
		axes[h] += axis[FNR]
		label[h, $2]++
		label_right[h, $2] += right
		strict[h, $2] += got == $2
		given[h, got]++
		given_right[h, got] += right
		met[h, $2, got]++
		kinds[$4]
		kind_n[h, $4]++
		kind_right[h, $4] += right
		if ($2 != "N") {
			asked[h]++
			asked_right[h] += right
			asked_strict[h] += got == $2
			found[h] += got != "N"
			found_right[h] += right && got != "N"
		}
		if (misses && h == "dev" && !right)
			printf "miss\t%s\t%s\t%s\t%s\t%s\n", $2, $3, got, $4, $1
	}
	function report(h,   i, j, k) {
		share(h, "quadrant", asked_right[h], asked[h])
		share(h, "quadrant, first label only", asked_strict[h], asked[h])
		share(h, "a mood found", found[h], asked[h])
		share(h, "quadrant, where one was found", found_right[h],
			found[h])
		share(h, "neutral, recall", label_right[h, "N"], label[h, "N"])
		share(h, "neutral, precision", given_right[h, "N"],
			given[h, "N"])
		share(h, "all five", all_right[h], all[h])
		for (i = 1; i <= 4; i++)
			share(h, names[i], label_right[h, names[i]],
				label[h, names[i]])
		for (k = 1; k <= kind_count; k++)
			share(h, "kind " order[k], kind_right[h, order[k]],
				kind_n[h, order[k]])
		printf "%-5s on an axis %d\n", h, axes[h]
		printf "%-5s told:       ", h
		for (j = 1; j <= 5; j++)
			printf " %4s", names[j]
		print ""
		for (i = 1; i <= 5; i++) {
			printf "%-5s labelled %-2s ", h, names[i]
			for (j = 1; j <= 5; j++)
				printf " %4d", met[h, names[i], names[j]]
			print ""
		}
	}
	END {
		if (unanswered) {
			print "requests.sh: " unanswered " without an answer"
			exit 1
		}
		split("Q1 Q2 Q3 Q4 N", names, " ")
		for (k in kinds) {
			for (i = ++kind_count; i > 1 && order[i - 1] > k; i--)
				order[i] = order[i - 1]
			order[i] = k
		}
		report("dev")
		report("test")
	}' "$TMP/moods" "$LABELS"
