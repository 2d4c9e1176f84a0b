# SPDX-License-Identifier: GPL-3.0-or-later
# Sound vectors in lists: made of many, or where they are asked for.
. "$ROOT/tests/tap.sh"
query() { command query --ids "$@"; }
FEATMAKE=$BUILD/tests/helpers/featmake
cd "$TMP" || exit 1

# 480 tracks that sound like one of 40, each of which has a mood of its own.
tracks() { # FIRST LAST
	local i
	for i in $(seq "$1" "$2"); do
		printf '{"id":"t%03d","title":"Track %d","artist":"Artist %d"}\n' \
			"$i" "$i" "$i"
	done
}
rows() { # KIND FIRST LAST
	awk -v kind="$1" -v from="$2" -v to="$3" 'BEGIN {
		for (i = from; i <= to; i++) {
			c = i % 40
			printf "t%03d 1 1", i
			if (kind == "mood") {
				print "", cos(c / 6.37) * 0.8, \
					sin(c / 6.37) * 0.8, "- 0.9"
				continue
			}
			for (k = 0; k < 64; k++)
				printf " %.3f", sin(c * 7.3 + k * (c + 1)) + \
					0.05 * sin(i * 3.1 + k * 1.7)
			print ""
		}
	}'
}
columns=$(seq -f 'a%02g' -s , 0 63)
feats() { # NAME FIRST LAST
	rows audio "$2" "$3" | "$FEATMAKE" embed-audio - "$columns" >"$1.audio"
	rows mood "$2" "$3" |
		"$FEATMAKE" mood-map - valence,arousal,dominance,confidence >"$1.mood"
	tracks "$2" "$3" >"$1.tracks"
}
feats all 1 480
feats old 1 440
feats new 441 480
build() { # DIR OF OPTION...
	build-index -q --index "$1" --audio "$2.audio" --mood "$2.mood" \
		"${@:3}" "$2.tracks"
}
meta() {
	"$BUILD/tests/helpers/indexmake" meta "$1" |
		jq -c '[.audio_lists, .audio_graph, .audio_recall]'
}
generation() { basename "$(readlink "$1/current")"; }

ok build few all
like "$(meta few)" '^\[0,0,1\]' \
	"few are all compared"
ok build lists all --graph lists -j1
like "$(meta lists)" '^\[60,0,(1|0\.99)' \
	"unless lists are asked for"
ok build four all --graph lists -j4
is "$(generation four)" "$(generation lists)" "the same for any number of threads"
ok build-index --verify --index lists
status 2 build x all --graph some
like "$(cat err)" 'auto, always, never or lists' "what there is"

# --- asked ---
found() { # INDEX OPTION...
	query -q -k 20 --index "$1" --mood 0.8,0 "${@:2}" |
		jq -c '[.searched.audio, ([.candidates[] |
			select(.from | index("audio")) | .track_id] | sort)]'
}
is "$(found lists --retrieve 10 | jq -r '.[0]')" lists "they are searched by lists"
is "$(found lists --exact --retrieve 10 | jq -r '.[0]')" exact "or all compared"
is "$(found lists --retrieve 10 | jq -c '.[1]')" \
	"$(found few --retrieve 10 | jq -c '.[1]')" "which finds the same"
is "$(found lists --sound-probe 60 | jq -c '.[1]')" \
	"$(found few | jq -c '.[1]')" "all lists are all tracks"
is "$(found lists --artist 'Artist 7' | jq -c '.[1]')" '["t007"]' \
	"a filter leaves what it lets through"
status 2 query --index lists --sound-probe 0 sad

# --- updates ---
ok build updated old --graph lists
ok build-index -q --update --index updated --audio new.audio \
	--mood new.mood new.tracks
like "$(meta updated)" '^\[[1-9][0-9]*,0,' "lists stay"
ok build-index --verify --index updated
is "$(found updated --retrieve 10 | jq -c '.[1]')" \
	"$(found few --retrieve 10 | jq -c '.[1]')" "and find the new"
ok build-index -q --update --index updated --graph never /dev/null
like "$(meta updated)" '^\[0,0,1\]' "until asked otherwise"
done_testing
