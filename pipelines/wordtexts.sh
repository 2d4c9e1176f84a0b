#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: wordtexts.sh SOURCES DIR
# The texts that the general table of words (data/models/words.pack) is fitted
# on, as records for embed text --fit: DIR/NAME.ndjson from the files of
# SOURCES, each named below. Labels go with the texts as their tags, so that
# words of one feeling come near each other and near its name.
set -euo pipefail
sources=$1 out=$2
export LC_ALL=C
mkdir -p "$out"

# FILE, then what makes fields of a row (f[1] on, NAME[column] their numbers)
# into text[member]. Quoted fields may hold separators, quotes and newlines.
records() {
	local name=$1 separator=$2 file=$3 program=$4
	awk -v source="$name" -v separator="$separator" '
	function quoted(s) {
		gsub(/[\\"]/, "\\\\&", s)
		gsub(/[\001-\037\177]/, " ", s)
		return "\"" s "\""
	}
	function list(s) { # of Python
		sub(/^\[ *["\047]?/, "", s)
		sub(/["\047]? *\]$/, "", s)
		gsub(/["\047], *["\047]/, ", ", s)
		return s
	}
	function emit(   m, line) {
		line = "{\"id\":\"" source ":" ++row "\""
		for (m = 1; m <= members; m++)
			if (text[member[m]] != "")
				line = line ",\"" member[m] "\":" \
					quoted(text[member[m]])
		print line "}"
	}
	function fields(   rest, c) {
		n = 0
		rest = all
		if (separator == "\t") {
			n = split(rest, f, "\t")
			return
		}
		do {
			n++
			f[n] = ""
			if (substr(rest, 1, 1) == "\"") {
				while (match(rest, /^"[^"]*"/)) {
					f[n] = f[n] (f[n] == "" && !again ? "" : \
						"\"") substr(rest, 2, RLENGTH - 2)
					rest = substr(rest, RLENGTH + 1)
					again = 1
				}
				again = 0
			} else {
				match(rest, /^[^,]*/)
				f[n] = substr(rest, 1, RLENGTH)
				rest = substr(rest, RLENGTH + 1)
			}
			c = substr(rest, 1, 1)
			rest = substr(rest, 2)
		} while (c == ",")
	}
	BEGIN {
		members = split("title artist genre tags description " \
			"extracted_vibe_text", member, " ")
	}
	{
		sub(/\r$/, "")
		all = all == "" ? $0 : all "\n" $0
		quotes = gsub(/"/, "\"", all)
		if (separator == "," && quotes % 2)
			next # the record goes on
		fields()
		all = ""
		if (separator == "," && !header++) {
			for (i = 1; i <= n; i++)
				column[f[i]] = i
			next
		}
		for (m in text)
			delete text[m]
		'"$program"'
		emit()
	}' "$file" >"$out/$name.ndjson"
}

# labels.txt: one name a line, whose number less 1 stands in train.tsv
labels=$(tr '\n' ' ' <"$sources/text/goemotions/labels.txt")
records goemotions $'\t' "$sources/text/goemotions/train.tsv" '
	split("'"$labels"'", label, " ")
	gsub(/\[(NAME|RELIGION)\]/, ".", f[1])
	text["description"] = f[1]
	k = split(f[2], number, ",")
	for (i = 1; i <= k; i++)
		if (label[number[i] + 1] != "neutral")
			text["tags"] = text["tags"] label[number[i] + 1] ", "'
records emobank , "$sources/text/emobank/emobank_train_dev.csv" '
	if (f[column["split"]] != "train")
		next
	text["description"] = f[column["text"]]'
records isarcasmeval , "$sources/text/isarcasmeval/train.En.csv" '
	text["description"] = f[column["tweet"]]
	text["extracted_vibe_text"] = f[column["rephrase"]]'
records lyrics , "$sources/music/lyrics_topics/tcc_pop_1950_1990.csv" '
	text["title"] = f[column["track_name"]]
	text["description"] = f[column["lyrics"]]
	text["tags"] = f[column["topic"]]'
records fma , "$sources/music/fma/fma-rock-vs-hiphop.csv" '
	text["title"] = f[column["title"]]
	text["tags"] = list(f[column["tags"]])
	text["genre"] = f[column["genre_top"]]'
records musiccaps , "$sources/music/musiccaps/musiccaps.csv" '
	text["description"] = f[column["caption"]]
	text["tags"] = list(f[column["aspect_list"]])'
# Names of the four quadrants with the words of strong valence, 1 to 9 with 5
# between, and arousal above or below what is usual for such words.
records glasgow , "$sources/lexicons/glasgow_norms/glasgow.csv" '
	valence = f[column["VAL"]]
	arousal = f[column["AROU"]]
	if (valence !~ /^[0-9]/ || f[1] ~ /\(/ ||
	    (valence > 3.8 && valence < 6.2))
		next
	text["description"] = f[1]
	if (valence < 5)
		text["tags"] = arousal < 5.2 ? "sadness" : "anger, fear"
	else
		text["tags"] = arousal < 5.4 ? "peaceful" : "joy"'
