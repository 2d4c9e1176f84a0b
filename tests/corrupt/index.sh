# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# An index that is damaged, by chance or by somebody: query, rerank, build-index
# --verify and --update give an error that says what to do, or an answer; they
# never fall or hang. --verify finds every byte that is not as it was written,
# and an update takes nothing over from such an index.
#
# tests/helpers/indexdamage knows thousands of ways; INDEX_DAMAGE=N tries one in
# N of them, from INDEX_DAMAGE_FIRST on (make index-damage: all).
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
every=${INDEX_DAMAGE:-300} first=${INDEX_DAMAGE_FIRST:-0}
damage=$BUILD/tests/helpers/indexdamage

# All there is: lists, graphs, a network's vectors, dominance; a network of
# feelings, a small one.
export MOODPIPE_DATA=$TMP/data
mkdir -p "$MOODPIPE_DATA/models"
cp -r "$ROOT"/data/lexicon "$ROOT"/data/*.tsv "$MOODPIPE_DATA"
"$BUILD/tests/helpers/emotionmake" "$MOODPIPE_DATA/models/emotion.pack"
small_corpus
c=$TMP/c
jq -c '. + {language: (if .release_year % 3 == 0 then "en" else "de" end),
	tags: ["slow rain", "night"], duration_ms: (.release_year * 100),
	popularity: (.release_year - 1900),
	description: "rain on the window \(.release_year)",
	lyrics: "oh rain keeps falling \(.release_year) on my window pane",
	album: "Album \(.release_year % 3)", instrumental: (.release_year % 4 == 0),
	playlists: ["list \(.release_year % 5)", "everything"]}' \
	"$c/tracks.ndjson" >"$c/more"
mv "$c/more" "$c/tracks.ndjson"
small_rows audio | awk '{ printf "%s 1 1", $1
	for (i = 0; i < 20; i++) printf " %.6f", 5 + sin(NR * (i + 1) * 0.7)
	print "" }' | "$FEATMAKE" embed-cnn - v:20:3 >"$c/cnn.feat"
small_rows mood | awk '{ $6 = 0.1 * (NR % 7); print }' |
	"$FEATMAKE" mood - valence,arousal,dominance,confidence >"$c/mood.feat"
# what the axes of the texture are made of
small_rows sound | awk '{ for (i = 1; i <= 6; i++) $0 = $0 " " 1 + (NR * i) % 11
	print }' | "$FEATMAKE" audio - tempo,rms_mean,key,mode,loudness,\
centroid_mean,chroma_mean,dissonance_mean,bass_share,onset_rate,flux_median \
	>"$c/sound.feat"
embed bridge -q --fit "$c/bridge.pack" --text "$c/text.feat" \
	--features "$c/audio.feat" "$c/tracks.ndjson" || exit 1
ok small_index "$TMP/good" --audio "$c/cnn.feat" --bridge "$c/bridge.pack" \
	--lists 4 --graph always
good=$TMP/good/$(readlink "$TMP/good/current")
name=$(basename "$good")
small_tracks 47 50 >"$TMP/changed"
echo mp03 >"$TMP/removed"
small_rows mood | head -3 |
	"$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/mood"
# vectors of some tracks are others: lists and graphs are walked
small_rows audio | sed -n '5,9p' | awk '{ $4 = -$4; $9 = 0.5; print }' |
	"$FEATMAKE" audio64 - a:64:2 >"$TMP/audio"
sed -n '11,14p' "$c/tracks.ndjson" | jq -c '.title = "summer night dance"' |
	embed text -q --model "$c/text.pack" - >"$TMP/text"
cat >"$TMP/requests" <<'X'
{"query":"lonely rain"}
{"query":"songs like artist 2","filters":{"genres":["indie"],"languages":["de"]}}
{"query":"\"party dance\" -rain energ*","top_k":5}
{"query":"artsit 3 rain 12","filters":{"artists":["artsit 4"],"min_year":1990}}
{"query":"calm night","filters":{"min_popularity":20,"exclude_artists":["artist 1"]}}
X
query -q --index "$good" <"$TMP/requests" >"$TMP/candidates" || exit 1
grep -q '"error"' "$TMP/candidates" && exit 1
rerank -q --index "$good" <"$TMP/candidates" >"$TMP/answers" || exit 1

mkdir "$TMP/bad" "$TMP/up"
bad=$TMP/bad/$name
fallen=0 unclear=0 garbled=0 missed=0 taken=0 spread=0 tried=0
: >"$TMP/unseen"
note() { echo "# $way: $*" "$(head -c 300 "$TMP/err" | head -2 | tr '\n' ' ')"; }
# Runs a tool on what is damaged: rc is 0, or 4 and it said what to do.
run() { # COMMAND...
	timeout 20 "$@" >"$TMP/out" 2>"$TMP/err"
	rc=$?
	case $rc in
	0) ;;
	4)
		# of what was made so with care: where it is
		case $kind in
		byte | cut) what="(build|make) " ;;
		*) what="$bad|$TMP/up|word index|twice|build |make " ;;
		esac
		grep -aEq "$1: .*($what|check the path)" "$TMP/err" || {
			unclear=$((unclear + 1))
			note "$1 does not say what to do"
		}
		;;
	*)
		fallen=$((fallen + 1))
		note "$1: status $rc"
		cp "$bad" "$TMP/fallen.idx"
		;;
	esac
	if grep -aqE 'Sanitizer|runtime error' "$TMP/err"; then
		fallen=$((fallen + 1))
		note "$1: a report"
	fi
}
answered() { # what it says is JSON
	[ "$rc" -ne 0 ] || jq -e . <"$TMP/out" >/dev/null 2>"$TMP/err" || {
		garbled=$((garbled + 1))
		note "$1 answers no JSON"
	}
}
try() { # WAY...
	way=$* kind=$1
	"$damage" "$good" "$bad" "$@" || exit 1
	cmp -s "$good" "$bad" && return
	tried=$((tried + 1))
	run query -q --index "$bad" --artist 'artist 2' lonely rain
	answered query
	run query -q -j1 --probe 2 --ef 20 --index "$bad" <"$TMP/requests"
	answered query
	if [ "$rc" = 0 ]; then
		cp "$TMP/out" "$TMP/asked"
		run rerank -q -j1 --index "$bad" <"$TMP/asked"
		answered rerank
	fi
	run rerank -q -j1 --index "$TMP/bad" <"$TMP/candidates"
	answered rerank
	run build-index --verify --index "$bad"
	case $rc.$1 in
	0.byte | 0.cut | 0.page)
		missed=$((missed + 1))
		note "--verify sees nothing"
		;;
	0.*) echo "$way" >>"$TMP/unseen" ;;
	esac
	local whole=$rc
	rm -f "$TMP/up"/*
	ln "$bad" "$TMP/up/$name"
	ln -s "$name" "$TMP/up/current"
	run build-index -q -j1 --update --index "$TMP/up" \
		--text-model "$c/text.pack" --remove "$TMP/removed" \
		--mood "$TMP/mood" \
		--audio "$TMP/audio" --text "$TMP/text" "$TMP/changed"
	case $rc.$1 in
	0.byte | 0.cut | 0.page)
		taken=$((taken + 1))
		note "an update takes it over"
		;;
	esac
	if [ "$rc" = 0 ] && [ "$whole" = 0 ]; then
		run build-index --verify --index "$TMP/up"
		[ "$rc" = 0 ] || {
			spread=$((spread + 1))
			note "an update made of it is broken"
		}
	fi
}

"$damage" list "$good" >"$TMP/ways"
# Of the few ways to damage a header, to leave out or to cut more.
awk -v n="$every" -v first="$first" -v step=$((every / 70 + 1)) '
	{ few = $1 == "header" || $1 == "less" || $1 == "short" }
	few && first == 0 && !(few_met++ % step) { print; next }
	!few && met[$1]++ % n == first' "$TMP/ways" >"$TMP/some"
while read -ra words; do try "${words[@]}"; done <"$TMP/some"
echo "# $tried of $(wc -l <"$TMP/ways") ways"
is "$fallen" 0 "nothing falls, hangs or ends oddly"
is "$unclear" 0 "errors say what to do"
is "$garbled" 0 "answers are JSON"
is "$missed" 0 "--verify sees every byte, cut and page"
is "$taken" 0 "no update takes them over"
is "$spread" 0 "an update of what seems whole is whole"
# What has right checksums and was never written so: most of it is seen.
seen() { # WAY...
	"$damage" "$good" "$bad" "$@" || exit 1
	build-index --verify --index "$bad" >/dev/null 2>"$TMP/err"
	[ $? = 4 ] || tap_result 1 "--verify sees $*"
}
for section in artist.offsets artist.names genre.names language.offsets \
	track.keys track.artist track.offsets artist.first artist.rows \
	artist.find title.first title.rows title.find words mood.grid \
	mood.space audio.rows cnn.vectors vector.rows vector.at vector.int8 \
	vector.lists audio.graph cnn.graph targets net.info; do
	seen sealed $section 0 random
	seen sealed $section 0 ones
done
while read -ra words; do seen "${words[@]}"; done <<'X'
header digest more
swap artist.rows 0 4
swap title.rows 3 4
swap track.artist 1 4
add track.genre 0 4 more
swap track.keys 7 8
add track.plays 0 4 high
add track.flags 3 1 high
add title.find 40 4 more
add words 5000 1 more
add words 9000 1 more
swap mood.valence 4 4
swap vector.rows 2 4
add vector.scale 3 4 double
add display.measured 2 1 ones
add audio.measured 2 1 high
add audio.vectors 100 4 high
add mood.grid 40 4 more
less mood.valence
less audio.rows
less cnn.rows
less vector.rows
less display.values
less text.info
less net.info
less net.heads
less bridge.to
short bridge.weights 4
add bridge.info 0 4 less
add bridge.from 383 4 ones
add bridge.weights 7 4 ones
short lexicon 512
short foreign 512
short themes 64
short weights 512
X
tap_result 0 "--verify sees what cannot be so"
echo "# checksums made right, and --verify sees nothing:"
awk '{ n[$1 " " $2]++ } END { for (k in n) print "#  ", k, n[k] }' \
	"$TMP/unseen" | sort
[ -z "${INDEX_DAMAGE_UNSEEN:-}" ] || cp "$TMP/unseen" "$INDEX_DAMAGE_UNSEEN"
done_testing
