# SPDX-License-Identifier: GPL-3.0-or-later
# From words to sound: fitted on tracks that have both, it finds those that have
# sound alone.
. "$ROOT/tests/tap.sh"
query() { command query --ids "$@"; }
FEATMAKE=$BUILD/tests/helpers/featmake
cd "$TMP" || exit 1

# 300 tracks of two kinds of words and sounds; the last 60 say nothing.
awk 'BEGIN {
	split("lonely tears rain goodbye sorrow ballad", a, " ")
	split("party dance club bass festival rave", b, " ")
	for (i = 0; i < 300; i++) {
		printf "{\"id\":\"t%03d\",\"artist\":\"Zz%d\"", i, i
		if (i < 240)
			printf ",\"title\":\"%s %s %s\"",
			       i % 2 ? a[i % 6 + 1] : b[i % 6 + 1],
			       i % 2 ? a[i % 5 + 1] : b[i % 5 + 1],
			       i % 2 ? a[i % 4 + 1] : b[i % 4 + 1]
		print "}"
	}
}' >tracks
columns=$(seq -f 'a%02g' -s , 0 63)
awk 'BEGIN {
	srand(7)
	for (i = 0; i < 300; i++) {
		printf "t%03d 1 1", i
		for (k = 0; k < 64; k++)
			printf " %.4f", (i % 2 == k % 2) + 0.8 * rand() - 0.4
		print ""
	}
}' >rows
"$FEATMAKE" embed-audio - "$columns" <rows >sound.feat
embed text -q --base none --fit text.pack tracks
embed text -q --model text.pack -o text.feat tracks

status 0 embed bridge --fit bridge.pack --text text.feat \
	--features sound.feat tracks
like "$(cat err)" 'words tell 0\.[1-9].* of [0-9]+ tracks held out' \
	"it says what it is worth"
cp bridge.pack first
ok embed bridge -q -j4 --fit bridge.pack --text text.feat \
	--features sound.feat tracks
ok cmp first bridge.pack
status 0 sh -c 'embed bridge --fit few.pack --text text.feat \
	--features sound.feat < /dev/null'
like "$(cat err)" 'words tell 0.000' "of nothing it says nothing"

# --- in an index ---
ok build-index -q --index with --text-model text.pack --text text.feat \
	--audio sound.feat --bridge bridge.pack tracks
ok build-index --verify --index with
ok build-index -q --index without --text-model text.pack --text text.feat \
	--audio sound.feat tracks
found() { # INDEX: what the sound found of those without a word, by kind
	query -q --index "$1" --per-artist 0 "goodbye tears" | jq -r '
	[.candidates[] | select(.from | index("audio"))] |
	sort_by(-.audio_cosine)[:60][] | .track_id[1:] | tonumber |
	select(. >= 240) | . % 2' | sort | uniq -c | awk '{ print $2 ":" ($1 > 9) }' |
		tr '\n' ' '
}
is "$(found with)" "1:1 " "words find sounds like those of their kind alone"
is "$(found without)" "" "without the map they do not"
cp -r with updated
ok build-index -q --update --index updated tracks
is "$(found updated)" "1:1 " "an update keeps it"
"$FEATMAKE" embed-audio text:text.pack "$columns" <rows >other.feat
status 4 build-index -q --index x --text-model text.pack --text text.feat \
	--audio other.feat --bridge few.pack tracks
status 4 build-index -q --index x --text-model text.pack --text text.feat \
	--audio sound.feat --bridge text.pack tracks

# --- what cannot work ---
status 2 embed bridge --model bridge.pack --text text.feat --features sound.feat
status 2 embed bridge --fit bridge.pack --features sound.feat tracks
status 2 embed text --fit x.pack --text text.feat tracks
status 4 embed bridge --fit x.pack --text sound.feat --features sound.feat tracks
like "$(cat err)" 'sound.feat.*expected t000' "another file's columns"
done_testing
