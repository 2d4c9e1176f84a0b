# SPDX-License-Identifier: GPL-3.0-or-later
# The clips of MusicCaps by their number: half to fit on, a quarter to tune on
# (dev), a quarter to report (test). Sourced; needs $here, $SOURCES and $tmp.

# shellcheck disable=SC2154
# Makes $tmp/parts (part, id, caption, aspects), leaves only the clips to fit on
# in $tmp/musiccaps.ndjson and fits the general table $tmp/base.pack on texts
# without the others.
split_clips() {
	"$here/pipelines/wordtexts.sh" "$SOURCES" "$tmp"
	jq -r '[.id, .description // "", .tags // ""] | @tsv' \
		"$tmp/musiccaps.ndjson" | awk -F'\t' '{
			split($1, id, ":")
			part = int(id[2] * 40503 % 65536 / 16384)
			print (part < 2 ? "fit" : part == 2 ? "dev" : "test") "\t" $0
		}' >"$tmp/parts"
	awk -F'\t' 'NR == FNR { if ($1 == "fit") fit[$2]; next }
		{ id = $0; sub(/^{"id":"/, "", id); sub(/".*/, "", id) }
		id in fit' "$tmp/parts" "$tmp/musiccaps.ndjson" >"$tmp/related"
	mv "$tmp/related" "$tmp/musiccaps.ndjson"
	"$here/pipelines/words.sh" "$tmp" "$tmp/base.pack"
}
