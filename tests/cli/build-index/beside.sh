# SPDX-License-Identifier: GPL-3.0-or-later
# Sound vectors of both kinds in one index, components and a network's: what the
# file holds, what a track's cosine is, and that either kind alone decides where
# the other says nothing.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
query() { command query --ids "$@"; }
small_corpus
c=$TMP/c

# Components of the tracks 13 to 48, a network's vectors of 1 to 36: on one side
# of the origin, as a network's are.
small_rows audio | sed -n '13,$p' >"$TMP/a.rows"
small_rows audio | awk 'NR <= 36 {
	printf "%s 1 1", $1
	for (i = 0; i < 128; i++) printf " %.6f", 5 + sin(NR * (i + 1) * 0.7)
	print ""
}' >"$TMP/v.rows"
feats() { # KIND: the rows of $TMP/KIND.rows as two files, KIND0 and KIND1
	local columns=a:64:2 stage=audio64
	[ "$1" = a ] || columns=v:128:3 stage=embed-cnn
	head -20 "$TMP/$1.rows" | "$FEATMAKE" $stage - $columns >"$TMP/${1}0"
	tail -n +21 "$TMP/$1.rows" | "$FEATMAKE" $stage - $columns >"$TMP/${1}1"
}
feats a
feats v
index() { # NAME [FEAT...]
	local name=$1 f with=()
	shift
	for f; do with+=(--audio "$TMP/$f"); done
	build-index -q --index "$TMP/$name" --text-model "$c/text.pack" \
		--text "$c/text.feat" --sound "$c/sound.feat" \
		--mood "$c/mood.feat" "${with[@]}" "$c/tracks.ndjson"
}
ok index components a0 a1
ok index network v0 v1
ok index both a0 a1 v0 v1
ok index mixed v1 a0 v0 a1
ok cmp "$TMP/both/current" "$TMP/mixed/current"
ok build-index --verify --index "$TMP/both"

sections() { grep -aoE '(audio|cnn)\.(rows|vectors|confidence|measured)' \
	"$TMP/$1/current" | sort | xargs; }
is "$(sections components)" \
	"audio.confidence audio.measured audio.rows audio.vectors" "components"
is "$(sections network)" "cnn.confidence cnn.measured cnn.rows cnn.vectors" \
	"a network's"
is "$(sections both)" "$(sections components) $(sections network)" "both"
meta() { grep -ao '{"format":.*}' "$TMP/$1/current" | jq -c "$2"; }
what='[.audio, .cnn, has("audio_recipe"), has("cnn_recipe")]'
is "$(meta components "$what")" '[36,null,true,false]' "the index says so"
is "$(meta network "$what")" '[0,36,false,true]' "with whose vectors"
is "$(meta both "$what")" '[36,36,true,true]' "of both kinds"

# The cosine of a track: the mean of what it has.
cosines() {
	query --index "$TMP/$1" --keep-dead --per-artist 0 lonely rain |
		jq -r '.candidates[] | [.track_id, .audio_cosine // "-"] | @tsv' |
		sort
}
for f in components network both; do cosines $f >"$TMP/$f.cosines"; done
join "$TMP/components.cosines" "$TMP/network.cosines" |
	join - "$TMP/both.cosines" | awk '
	{ kind = ($2 != "-") "" ($3 != "-"); n[kind]++
	  want = kind == "11" ? ($2 + $3) / 2 : kind == "10" ? $2 : $3
	  d = want - $4; if (d < 0) d = -d; if (d > 2e-6) bad++
	  if (kind == "11" && $2 - $3 < 0.01 && $3 - $2 < 0.01) same++ }
	END { print NR, n["11"], n["10"], n["01"], bad + 0, same < n["11"] }' \
	>"$TMP/counts"
is "$(cat "$TMP/counts")" "48 24 12 12 0 1" \
	"both, one or the other; the mean of what there is"
is "$(query --index "$TMP/both" -j1 sad | jq -c 'del(.stages)')" \
	"$(query --index "$TMP/both" -j4 sad | jq -c 'del(.stages)')" "-j1 and -j4"

# What all vectors of a network have in common says nothing about a track.
awk '{ printf "%s 1 1", $1
	for (i = 4; i <= NF; i++) printf " %.6f", $i + 100; print "" }' \
	"$TMP/v.rows" >"$TMP/w.rows"
feats w
ok index shifted w0 w1
cosines shifted >"$TMP/shifted.cosines"
is "$(join "$TMP/network.cosines" "$TMP/shifted.cosines" | awk '
	{ d = $2 - $3; if (d < 0) d = -d; if (d > 1e-4) bad++ }
	END { print NR, bad + 0 }')" "48 0" "vectors are compared by how they differ"

# One kind alone decides: tracks 1 to 6 tell the mood and lie on one side, 7 to
# 20 have no mood, and lie there too, 21 to 36 on the other. Vectors of the other
# kind are the same for all.
side() { # COLUMNS: vectors that tell the sides apart; flat: that do not
	small_rows audio | awk -v n="$1" -v flat="${2:+1}" 'NR <= 36 {
		printf "%s 1 1", $1
		for (i = 0; i < n; i++)
			if (flat) printf " %d", i % 3 - 1
			else printf " %.3f", ((i + (NR <= 20)) % 2 ? 1 : -1) \
				+ 0.02 * sin(NR * i)
		print "" }'
}
small_tracks 1 36 | jq -c '{id, title, url_status: "VALID"}' >"$TMP/t"
for i in 1 2 3 4 5 6; do echo "mp0$i 5 1 -0.6 -0.2 1"; done |
	"$FEATMAKE" mood - valence,arousal,confidence >"$TMP/sad"
first() { # A V: the best 20
	build-index -q --index "$TMP/side" --mood "$TMP/sad" --audio "$1" \
		--audio "$2" "$TMP/t"
	query --index "$TMP/side" --per-artist 0 sad |
		rerank --index "$TMP/side" -k 20 --lambda 1 --spacing 0 |
		jq -r '.results[].track_id' | sort | xargs
}
side 64 | "$FEATMAKE" audio64 - a:64:2 >"$TMP/a.sides"
side 64 flat | "$FEATMAKE" audio64 - a:64:2 >"$TMP/a.flat"
side 128 | "$FEATMAKE" embed-cnn - v:128:3 >"$TMP/v.sides"
side 128 flat | "$FEATMAKE" embed-cnn - v:128:3 >"$TMP/v.flat"
want=$(seq -f 'mp%02g' 20 | xargs)
is "$(first "$TMP/a.flat" "$TMP/v.sides")" "$want" "the network alone decides"
is "$(first "$TMP/a.sides" "$TMP/v.flat")" "$want" "components alone decide"
ok test "$(first "$TMP/a.flat" "$TMP/v.flat")" != "$want"

# Of two networks, or neither one's columns: refused.
sed 's/ [^ ]*$//' "$TMP/v.rows" | "$FEATMAKE" embed-cnn - v:127:3 >"$TMP/other"
status 4 index refused a0 v0 other
like "$(cat "$TMP/err")" 'v0 and .*other come from different recipes; make both again' \
	"two networks"
status 4 build-index --index "$TMP/refused" --audio "$TMP/a0" \
	--audio "$c/mood.feat" "$c/tracks.ndjson"
like "$(cat "$TMP/err")" 'different recipes' "another stage's file"
status 4 build-index --index "$TMP/refused" --audio "$c/mood.feat" "$c/tracks.ndjson"
like "$(cat "$TMP/err")" 'a00 to a63' "what was expected"
head -c 3000 "$TMP/v0" >"$TMP/cut"
status 4 index refused a0 cut
is "$(ls "$TMP/refused")" "" "nothing of it is left"

# A single vector of a network is its own mean: nothing is left of it.
head -1 "$TMP/v.rows" | "$FEATMAKE" embed-cnn - v:128:3 >"$TMP/single"
ok index alone a0 single
is "$(meta alone .cnn)" 0 "a single vector cannot be compared"
ok query -q --index "$TMP/alone" sad
done_testing
