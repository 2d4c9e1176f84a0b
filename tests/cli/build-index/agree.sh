# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# build-index --verify with what a build takes: is the index one of these?
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
small_corpus
c=$TMP/c
small_index "$TMP/i"
status 0 small_index "$TMP/i" --verify
cp "$c/tracks.ndjson" "$TMP/all"
sed 1d "$TMP/all" >"$c/tracks.ndjson"
status 4 small_index "$TMP/i" --verify
like "$(cat "$TMP/err")" "1 tracks that are not to be in it, as mp01; moodpipe" \
    "a track too many is named"
sed '1s/{/{"is_music":false,/' "$TMP/all" >"$c/tracks.ndjson"
status 4 small_index "$TMP/i" --verify
{ cat "$TMP/all"; small_tracks 49 49; } >"$c/tracks.ndjson"
status 4 small_index "$TMP/i" --verify
like "$(cat "$TMP/err")" "has not the track mp49" "and one that is missing"
{ cat "$TMP/all"; small_tracks 49 49 | sed 's/{/{"duplicate_of":"mp01",/'; } \
    >"$c/tracks.ndjson"
status 0 small_index "$TMP/i" --verify
cp "$TMP/all" "$c/tracks.ndjson"
mv "$c/text.pack" "$TMP/old.pack"
head -n 20 "$TMP/all" >"$TMP/few"
embed text -q --fit "$c/text.pack" --base none "$TMP/few"
embed text -q --model "$c/text.pack" "$TMP/all" >"$c/text.feat"
status 4 small_index "$TMP/i" --verify
like "$(cat "$TMP/err")" "another text_model" "a model that is another"
small_rows mood | "$FEATMAKE" mood "text:$c/text.pack" \
    valence,arousal,dominance,confidence >"$c/mood.feat"
small_index "$TMP/j"
status 0 small_index "$TMP/j" --verify
status 0 build-index --verify --index "$TMP/i"
done_testing
