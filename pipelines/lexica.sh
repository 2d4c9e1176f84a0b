#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: lexica.sh LEXICA > cues.tsv
# The word lists below LEXICA and our own norms and feelings (data/training) as
# one table for train text --cues: word; VADER's and AFINN's rating; valence,
# arousal and dominance in [-1, 1]: the Glasgow norms, else ours; EmoTag's eight
# emotions of an emoji; the feeling it names. "-": none.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")/.." && pwd)
lexica=${1:?usage: lexica.sh LEXICA} own=$here/data/training

{
	awk -F'\t' 'NF > 1 { print tolower($1) "\tvader\t" $2 }' \
	    "$lexica/vader/vader_lexicon.txt"
	awk -F'\t' 'NF > 1 { print tolower($1) "\tafinn\t" $2 }' \
	    "$lexica/afinn/AFINN-en-165.txt"
	# word,length,arousal x 3,valence x 3,dominance x 3,...: means of 1 to 9;
	# of a word in several senses the first row
	awk -F, 'NR > 2 {
		word = tolower($1)
		sub(/ *\(.*/, "", word)
		printf "%s\tnorms\t%.4f\t%.4f\t%.4f\n", word, ($6 - 5) / 4,
			($3 - 5) / 4, ($9 - 5) / 4
	}' "$lexica/glasgow_norms/glasgow.csv"
	awk -F'\t' '{ print $1 "\tours\t" $2 "\t" $3 "\t" $4 }' \
	    "$own/norms.tsv"
	# unicode,emoji,name,anger,...: the name may hold commas
	awk -F, 'NR > 1 {
		printf "%s\temoji", $2
		for (i = NF - 7; i <= NF; i++)
			printf "\t%s", $i
		print ""
	}' "$lexica/emotag1200/EmoTag1200-scores.csv"
	awk -F'\t' '{ print $1 "\tfeeling\t" $2 }' "$own/feelings.tsv"
} | tr -d '\r' | awk -F'\t' '
	function put(word, first, n,   i) {
		for (i = 0; i < n; i++)
			value[word, first + i] = $(3 + i)
	}
	{ words[$1] }
	(($1, $2) in seen) { next }
	{ seen[$1, $2] }
	$2 == "vader" { put($1, 0, 1) }
	$2 == "afinn" { put($1, 1, 1) }
	$2 == "norms" { put($1, 2, 3) }
	$2 == "ours" && !(($1, 2) in value) { put($1, 2, 3) }
	$2 == "emoji" { put($1, 5, 8) }
	$2 == "feeling" { put($1, 13, 1) }
	END {
		for (word in words) {
			row = word
			for (i = 0; i < 14; i++)
				row = row "\t" ((word, i) in value ? \
					value[word, i] : "-")
			print row
		}
	}' | sort
