# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Models that are damaged, by chance or by somebody: the stage that applies one
# gives an error that says what to do, or an answer; it never falls or hangs. A
# byte or a page that is not as it was written is always an error.
#
# MODEL_DAMAGE=N tries one in N of the ways that tests/helpers/indexdamage knows.
. tests/tap.sh
. tests/cli/small-index.sh
damage=$BUILD/tests/helpers/indexdamage
every=${MODEL_DAMAGE:-40}

small_corpus
c=$TMP/c
# enough tracks of two genres that sound different, with tags
python3 - "$TMP" <<'END'
import json, random, sys
random.seed(5)
with open(sys.argv[1] + "/tracks", "w") as t, \
        open(sys.argv[1] + "/rows", "w") as rows:
    for i in range(200):
        loud = i % 2
        genre = "Techno" if loud else "Folk"
        t.write(json.dumps({
            "id": "m%03d" % i, "title": "%s %d" % ("club" if loud else "fire", i),
            "artist": "Artist %d" % (i % 20),
            "tags": ["dance", "night"] if loud else ["calm", "acoustic"],
            **({"genre": genre} if i % 5 else {})}) + "\n")
        rows.write("m%03d 1 1 %s\n" % (i, " ".join(
            "%.3f" % ((140 if loud else 80) + random.uniform(-9, 9))
            for k in range(6))))
END
"$FEATMAKE" audio - tempo,rms_mean,loudness,centroid_mean,onset_rate,flux_median \
	<"$TMP/rows" >"$TMP/a.feat"
ok impute meta -q --fit "$TMP/meta" --features "$TMP/a.feat" "$TMP/tracks"
ok impute audio -q --fit "$TMP/sound" --features "$TMP/a.feat" "$TMP/tracks"
ok embed bridge -q --fit "$TMP/bridge" --text "$c/text.feat" \
	--features "$c/audio.feat" "$c/tracks.ndjson"
head -4 "$TMP/tracks" >"$TMP/few"
synth -q --dir "$TMP/audio" "$(ls -d data/demo/scores/* | head -1)"
heard=$(ls "$TMP/audio" | head -1)
printf '{"id":"heard","audio":{"path":"%s"}}\n' "$heard" >"$TMP/heard"
ok extract-features -q --audio-root "$TMP/audio" -o "$TMP/heard.feat" "$TMP/heard"

fallen=0 unclear=0 unseen=0 tried=0
all_ways() { # MODEL COMMAND..., to which the damaged model's path is appended
	local model=$1 rc words
	shift
	ok "$@" "$model"
	"$damage" list "$model" | awk -v n="$every" 'met[$1]++ % n == 0' \
		>"$TMP/ways"
	while read -ra words; do
		"$damage" "$model" "$TMP/bad" "${words[@]}" || exit 1
		! cmp -s "$model" "$TMP/bad" || continue
		tried=$((tried + 1))
		timeout 20 "$@" "$TMP/bad" >"$TMP/out" 2>"$TMP/err"
		rc=$?
		case $rc.${words[0]} in
		0.byte | 0.cut | 0.page)
			unseen=$((unseen + 1))
			echo "# $model: not seen: ${words[*]}"
			;;
		0.*) ;;
		4.*) grep -aEq 'make|fit|build|check the path' "$TMP/err" || {
			unclear=$((unclear + 1))
			echo "# $model: ${words[*]}: $(head -c 300 "$TMP/err")"
		} ;;
		*)
			fallen=$((fallen + 1))
			echo "# $model: ${words[*]}: status $rc"
			;;
		esac
	done <"$TMP/ways"
}
all_ways "$TMP/meta" impute meta -q -j1 --features "$TMP/a.feat" "$TMP/few" \
	--model
all_ways "$TMP/sound" impute audio -q -j1 --features "$TMP/a.feat" "$TMP/few" \
	--model
all_ways "$TMP/bridge" build-index -q -j1 --index "$TMP/index" \
	--text-model "$c/text.pack" --text "$c/text.feat" \
	--audio "$c/audio.feat" "$c/tracks.ndjson" --bridge
mood=$ROOT/data/models/mood.pack
[ ! -e "$mood" ] ||
	all_ways "$mood" mood-map -q -j1 --features "$TMP/heard.feat" \
		"$TMP/heard" --model
echo "# $tried ways"
is "$fallen" 0 "nothing falls, hangs or ends oddly"
is "$unclear" 0 "errors say what to do"
is "$unseen" 0 "every byte, cut and page is seen"
done_testing
