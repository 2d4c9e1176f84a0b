# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Part of tests/answers.sh and journeys.sh: uses $here, $tmp, $clips, and
# $tmp/other.tsv, labels of the other half.

# Models of mood from the clips of the other half, in a copy of data/.
fit_moods() {
	local f
	rm -rf "$tmp/data"
	mkdir -p "$tmp/data/models"
	ln -s "$here"/data/models/* "$tmp/data/models/"
	for f in "$here"/data/*; do
		[ -e "$tmp/data/${f##*/}" ] || ln -s "$f" "$tmp/data/"
	done
	rm "$tmp/data/models/mood.pack"
	jq -Rc 'split("\t")[0] | {id: ., audio: {path: ., sha256: ""}}' \
		"$tmp/other.tsv" >"$tmp/other.ndjson"
	extract-features -q --audio-root "$clips" -o "$tmp/other.feat" \
		"$tmp/other.ndjson"
	train mood -q --labels "$tmp/other.tsv" --features "$tmp/other.feat" \
		--report "$tmp/other.report" -o "$tmp/data/models/mood.pack" \
		"$tmp/other.ndjson"
}
