# SPDX-License-Identifier: GPL-3.0-or-later
# Options that journeys have no use for: said in each answer, and once on standard
# error.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
small_index "$TMP/idx"
export MOODPIPE_INDEX=$TMP/idx
query -q --arc 'sad -> energetic' >"$TMP/way"
query -q calm >"$TMP/calm"
warnings() { jq -c '[.warnings[]? | select(test("not for journeys"))]' "$TMP/out"; }

status 0 rerank "$TMP/way"
is "$(warnings) $(grep -c journeys "$TMP/err")" "[] 0" "none given, nothing to say"
status 0 rerank --per-artist 1 --spacing 2 --max-popularity 90 --seed 3 "$TMP/way"
is "$(warnings) $(grep -c journeys "$TMP/err")" "[] 0" "what journeys heed"
status 0 rerank --lambda 0.5 --album-spacing 2 --genre-share 0.3 "$TMP/way"
want='--lambda, --album-spacing, --genre-share: not for journeys, and not heeded'
is "$(warnings)" "[\"$want\"]" "all that are given are named in the answer"
is "$(cat "$TMP/err")" "rerank: $want" "and on standard error"
cat "$TMP/way" "$TMP/calm" "$TMP/way" >"$TMP/three"
status 0 rerank --lambda 0.5 "$TMP/three"
is "$(warnings | paste -sd' ')" \
	'["--lambda: not for journeys, and not heeded"] [] ["--lambda: not for journeys, and not heeded"]' \
	"in each answer that is a journey"
is "$(grep -c 'rerank: --lambda' "$TMP/err")" 1 "once on standard error"
status 0 rerank -q --lambda 0.5 "$TMP/way"
is "$(cat "$TMP/err")" "" "not there when quiet"
done_testing
