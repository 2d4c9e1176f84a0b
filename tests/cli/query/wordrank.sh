# SPDX-License-Identifier: GPL-3.0-or-later
# The helper that make words-quality measures by: a fusion of one list alone is
# that list, names count where they are given weight, and an index in which
# nothing is found is no measurement.
. "$ROOT/tests/tap.sh"
set -o pipefail
WORDRANK=$BUILD/tests/helpers/wordrank
track() { # ID TITLE ARTIST TAGS
	printf '{"id":"%s","title":"%s","artist":"%s","tags":"%s"}\n' "$@"
}
{
	track t1 'Blue Monday' 'New Order' 'synth, dance'
	track t2 'Creep' Radiohead 'sad, rock'
	track t3 'Karma Police' Radiohead 'sad'
	for i in $(seq 20 60); do
		track "x$i" "Filler $i" "Artist $i" 'sad, happy, rain'
	done
} >"$TMP/tracks"
embed text -q --fit "$TMP/text.pack" --base none "$TMP/tracks"
embed text -q --model "$TMP/text.pack" -o "$TMP/text.feat" "$TMP/tracks"
build-index -q --index "$TMP/idx" --text-model "$TMP/text.pack" \
	--text "$TMP/text.feat" "$TMP/tracks"
# REQUEST, IDS, further arguments: a line per way, its name and its figures.
rank() {
	printf '%s\t%s\n' "$1" "$2" >"$TMP/queries"
	"$WORDRANK" "$TMP/idx" "$TMP/queries" "${@:3}" | cut -f1-8
}
# NAME: its figures in $TMP/ranked.
of() { awk -F'\t' -v name="$1" '$1 == name' "$TMP/ranked" | cut -f2-; }

rank 'sad rock' 't2 t3' 60:1:0:0:0 60:0:0:1:0 1:3:0:1:1 >"$TMP/ranked"
is "$(cut -f1 "$TMP/ranked" | tr '\n' ';')" \
	'words;vectors;RRF 60:1:0:0:0;RRF 60:0:0:1:0;RRF 1:3:0:1:1;query;' \
	"a line for each way"
is "$(of 'RRF 60:1:0:0:0')" "$(of words)" "words alone are words"
is "$(of 'RRF 60:0:0:1:0')" "$(of vectors)" "vectors alone are vectors"
like "$(of words)" '^0\.[1-9]|^1\.' "words find"
like "$(of vectors)" '^0\.[1-9]|^1\.' "vectors find"

rank radiohed 't2 t3' 1:0:1:0:0 >"$TMP/ranked"
like "$(of 'RRF 1:0:1:0:0')" '^1\.0000' "what is named, mistyped, by names"
like "$(of query)" '^1\.0000' "and by what query and rerank make of it"

status 2 rank 'zzzz qqqq' t1
like "$(cat "$TMP/err")" 'neither words nor vectors find' \
	"where nothing is found there is nothing to compare"
status 2 rank sad t2 60:1
like "$(cat "$TMP/err")" 'not K:WORDS:NAMES:VECTORS:MET' "half a fusion"
done_testing
