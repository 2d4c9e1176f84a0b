# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# build-index --update: what is added, replaced and removed, which signals are
# kept or lost, and that what comes out is what a build of everything gives.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/cli/small-index.sh"
query() { command query --ids "$@"; }
small_corpus
c=$TMP/c
# albums, playlists, lyrics that are quoted, sung or not
small_tracks 1 56 | jq -c '(.id[2:] | tonumber) as $i | . +
	(if $i % 3 == 0 then {album: "Album \($i % 4)"} else {} end) +
	(if $i % 5 < 2 then {playlists: ["list \($i % 4)", "all of them"]}
	 else {} end) +
	(if $i % 4 == 1 then {lyrics: ([range(40) |
		"word\(. * . * $i % 97)"] | join(" "))} else {} end) +
	(if $i % 7 == 0 then {instrumental: true} else {} end)' >"$TMP/all"
embed text -q --model "$c/text.pack" "$TMP/all" >"$c/text.feat"
signals=(--text "$c/text.feat" --sound "$c/sound.feat" --mood "$c/mood.feat"
	--audio "$c/audio.feat")
options=()
build() { # DIR TRACKS [FEAT options]: everything anew
	local dir=$1 tracks=$2
	shift 2
	[ $# -gt 0 ] || set -- "${signals[@]}"
	build-index -q --index "$dir" --text-model "$c/text.pack" "$@" \
		"${options[@]}" "$tracks"
}
update() { build-index -v --update --index "$@"; } # DIR ...
tracks() { sed -n "$1" "$TMP/all"; }
generation() { basename "$(readlink "$1/current")" .idx; }
same() { # DIR DIR WHAT: not one byte is another
	[ "$(generation "$1")" = "$(generation "$2")" ] &&
		cmp "$1/current" "$2/current"
}
entries() { find "$1" -mindepth 1 -printf '%f\n'; }
meta() { grep -ao '{"format":.*}' "$1/current" | jq -c "$2"; }
# sections with their digests, index(5)
sections() {
	python3 - "$1/current" <<-'END'
		import struct, sys
		b = open(sys.argv[1], "rb").read()
		count, = struct.unpack_from("<I", b, 40)
		table, = struct.unpack_from("<Q", b, 48)
		for i in range(count):
		    name, at, size, digest = struct.unpack_from("<24sQQ32s", b, table + 72 * i)
		    print(name.rstrip(b"\0").decode(), digest.hex())
	END
}
feat_of() { # KIND FIRST LAST: of some rows
	local columns=a:64:2 stage=audio64
	case $1 in
	mood) stage=mood columns=valence,arousal,dominance,confidence ;;
	sound) stage=audio columns=tempo,rms_mean,key,mode,loudness ;;
	esac
	small_rows "$1" | awk -v a="mp$2" -v z="mp$3" '$1 >= a && $1 <= z' |
		"$FEATMAKE" $stage - $columns
}
tracks 1,40p >"$TMP/t40"
tracks 41,48p >"$TMP/new"
tracks 1,48p >"$TMP/t48"
build "$TMP/full" "$TMP/t48"
build "$TMP/start" "$TMP/t40"
from() { # DIR: a copy of the index of 40
	rm -rf "${TMP:?}/$1"
	cp -a "$TMP/${2:-start}" "$TMP/$1"
}

# Added: the same bytes as everything at once.
from u
status 0 update "$TMP/u" "${signals[@]}" "$TMP/new"
like "$(cat "$TMP/err")" '8 tracks added, 0 replaced, 0 removed; 48 now' "what changed is told"
like "$(cat "$TMP/err")" 'generation [0-9a-f]{16}$' "and the generation"
ok same "$TMP/u" "$TMP/full" "tracks added"
ok build-index --verify --index "$TMP/u"
is "$(entries "$TMP/u" | grep -c 'idx$')" 2 "the generation before is kept"
is "$(entries "$TMP/u" | grep -cE 'building|current.|tmp')" 0 "and nothing else"

# Files of what is new alone, from standard input, in several files, on 1 or 4
# threads, with little memory.
for k in mood sound audio; do feat_of $k 41 48 >"$TMP/$k.new"; done
tracks 41,48p | embed text -q --model "$c/text.pack" - >"$TMP/text.new"
new=(--text "$TMP/text.new" --sound "$TMP/sound.new" --mood "$TMP/mood.new"
	--audio "$TMP/audio.new")
for j in 1 4; do
	from u
	ok update "$TMP/u" -j$j --memory 1M "${new[@]}" - <"$TMP/new"
	ok same "$TMP/u" "$TMP/full" "rows of new tracks alone, -j$j"
done
from u
tracks 41,44p >"$TMP/new1"
tracks 45,48p >"$TMP/new2"
ok update "$TMP/u" "${new[@]}" "$TMP/new2" "$TMP/new1"
ok same "$TMP/u" "$TMP/full" "in two files"
from u
ok update "$TMP/u" "${new[@]}" "$TMP/new2"
ok update "$TMP/u" "${new[@]}" "$TMP/new1"
ok same "$TMP/u" "$TMP/full" "in two updates"

# Nothing: as before, and not touched.
before=$(stat -c '%i %Y' "$TMP/u/current" "$(readlink -f "$TMP/u/current")")
status 0 update "$TMP/u"
like "$(cat "$TMP/err")" 'as before' "an update of nothing"
like "$(cat "$TMP/err")" '0 tracks added, 0 replaced, 0 removed; 48 now' "is told so"
status 0 update "$TMP/u" "${signals[@]}"
like "$(cat "$TMP/err")" 'as before' "the same signals again"
status 0 update "$TMP/u" /dev/null
like "$(cat "$TMP/err")" 'as before' "an empty file"
status 0 update "$TMP/u" "${signals[@]}" "$TMP/t48"
like "$(cat "$TMP/err")" '0 tracks added, 48 replaced, 0 removed; 48 now' "the same tracks again"
like "$(cat "$TMP/err")" 'as before' "are no change"
printf 'mp99\n\n  nowhere \nmp1' >"$TMP/ids"
status 0 update "$TMP/u" --remove "$TMP/ids"
like "$(cat "$TMP/err")" 'as before' "ids that it has not are no error"
status 0 update "$TMP/u" <<<'no JSON'
is "$(stat -c '%i %Y' "$TMP/u/current" "$(readlink -f "$TMP/u/current")")" \
	"$before" "nothing was touched; without operands no input is read"

# Removed: by id, as no music, as a duplicate; what is removed and added stays.
{
	tracks 3p | jq -c '. + {is_music: false}'
	tracks 4p | jq -c '. + {duplicate_of: "mp03"}'
	tracks 9p
} >"$TMP/gone"
printf 'mp01\nnowhere\n mp02\t\r\nmp09\nmp48' >"$TMP/ids"
from u full
status 0 update "$TMP/u" --remove "$TMP/ids" "$TMP/gone"
like "$(cat "$TMP/err")" '0 tracks added, 1 replaced, 5 removed; 43 now' "removed"
tracks 5,47p >"$TMP/left"
build "$TMP/want" "$TMP/left"
ok same "$TMP/u" "$TMP/want" "tracks removed"
ok build-index --verify --index "$TMP/u"
# ... of the last of an artist, a genre
jq -r 'select(.artist == "Artist 2" or .genre == "Indie").id' "$TMP/left" >"$TMP/ids"
ok update "$TMP/u" --remove - <"$TMP/ids"
jq -c 'select(.artist != "Artist 2" and .genre != "Indie")' "$TMP/left" >"$TMP/fewer"
build "$TMP/want" "$TMP/fewer"
ok same "$TMP/u" "$TMP/want" "an artist and a genre are gone"
# ... all, and come back
jq -r .id "$TMP/fewer" >"$TMP/ids"
ok update "$TMP/u" --remove "$TMP/ids"
is "$(meta "$TMP/u" '[.tracks, .text, .mood, .audio]')" '[0,0,0,0]' "all are gone"
ok build-index --verify --index "$TMP/u"
ok query -q --index "$TMP/u" sad
ok update "$TMP/u" "${signals[@]}" "$TMP/t48"
ok same "$TMP/u" "$TMP/full" "and come back"

# A record that failed is counted, and its track goes: a build leaves it out.
with_error() { jq -c '. + {error: {tool: "t", code: "c", message: "m"}}'; }
from u full
tracks 7p | with_error >"$TMP/failed"
status 0 update "$TMP/u" "$TMP/failed"
like "$(cat "$TMP/err")" '0 tracks added, 0 replaced, 1 removed; 47 now' \
	"the track of a record that failed goes"
like "$(cat "$TMP/err")" 'err=1' "and it is counted"
{ tracks 1,6p; cat "$TMP/failed"; tracks 8,48p; } >"$TMP/t47"
build "$TMP/want" "$TMP/t47"
ok same "$TMP/u" "$TMP/want" "as from a build"
status 1 update "$TMP/u" --max-errors 0 "$TMP/failed"
tracks 7p >>"$TMP/failed"
echo '{"error":{"tool":"t","code":"c","message":"m"}}' >>"$TMP/failed"
status 0 update "$TMP/u" "${signals[@]}" "$TMP/failed"
like "$(cat "$TMP/err")" '1 tracks added, 0 replaced, 0 removed; 48 now' \
	"unless there is one that did not"
ok same "$TMP/u" "$TMP/full" "and all is there again"

# Replaced: signals of which there is a file are the file's, others stay.
tracks 5,6p | jq -c '.title = "new words " + .id | .artist = "Somebody" |
	.genre = "Polka" | .release_year = 2001 | .playback_count = 7 |
	.popularity = 3 | .popularity_tier = "Viral" | .url_status = "MOVED" |
	.redirect_url = "https://other.example/" + .id | .duration_ms = 9000 |
	.language = "de" | .tags = ["x y", "z"] | .music_class = "set" |
	.description = "about it" | .lyrics = "la"' >"$TMP/changed"
{ tracks 1,4p; cat "$TMP/changed"; tracks 7,48p; } >"$TMP/t48b"
from u full
status 0 update "$TMP/u" "$TMP/changed"
like "$(cat "$TMP/err")" '0 tracks added, 2 replaced, 0 removed' "replaced"
build "$TMP/want" "$TMP/t48b"
ok same "$TMP/u" "$TMP/want" "signals without a file stay"
head -1 "$TMP/changed" | embed text -q --model "$c/text.pack" - >"$TMP/text5"
feat_of mood 05 05 >"$TMP/mood5"
from u full
ok update "$TMP/u" --text "$TMP/text5" --mood "$TMP/mood5" "$TMP/changed"
{ tracks 1,4p; tracks 7,48p; } | embed text -q --model "$c/text.pack" - >"$TMP/text.a"
small_rows mood | grep -v '^mp06' |
	"$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/mood.a"
build "$TMP/want" "$TMP/t48b" --text "$TMP/text.a" --text "$TMP/text5" \
	--mood "$TMP/mood.a" --sound "$c/sound.feat" --audio "$c/audio.feat"
ok same "$TMP/u" "$TMP/want" "without a row in a file the signal is lost"

# Signals alone: of tracks that had it, and of one that had none.
small_rows mood | awk '$1 ~ /0[2-4]$/ { $4 = -$4; print }
	END { print "mp10 5 1 0.25 0.5 - 1"; print "mp77 5 1 0 0 - 1" }' >"$TMP/moods"
"$FEATMAKE" mood - valence,arousal,dominance,confidence <"$TMP/moods" >"$TMP/mood.b"
from u full
status 0 update "$TMP/u" --mood "$TMP/mood.b"
like "$(cat "$TMP/err")" '0 tracks added, 0 replaced, 0 removed; 48 now' "signals alone"
sort -k1,1 -u "$TMP/moods" <(small_rows mood | grep -vE '^mp.?(02|03|04)') |
	awk '!met[$1]++' >"$TMP/moods.want"
{ cat "$TMP/moods"; small_rows mood; } | awk '!met[$1]++' |
	"$FEATMAKE" mood - valence,arousal,dominance,confidence >"$TMP/mood.want"
build "$TMP/want" "$TMP/t48" --text "$c/text.feat" --sound "$c/sound.feat" \
	--audio "$c/audio.feat" --mood "$TMP/mood.want"
ok same "$TMP/u" "$TMP/want" "moods of some tracks"
feat_of sound 09 12 | "$FEATMAKE" alter tempo=199.5 >"$TMP/sound.b"
ok update "$TMP/u" --sound "$TMP/sound.b"
is "$(query -q --index "$TMP/u" sad | rerank -k 48 --per-artist 0 -q --index "$TMP/u" | jq -c \
	'[.results[] | select(.audio_features.bpm == 199.5).track_id] | sort')" \
	"$(jq -c -s '[.[8:12][] | select(.url_status != "DEAD").id]' "$TMP/all")" \
	"sound features of some tracks"

# A signal that the index had not, a text model as well.
rm -rf "$TMP/u"
build-index -q --index "$TMP/u" --mood "$c/mood.feat" "$TMP/t48"
ok update "$TMP/u" --text-model "$c/text.pack" --text "$c/text.feat" \
	--sound "$c/sound.feat" --audio "$c/audio.feat"
ok same "$TMP/u" "$TMP/full" "signals that it had not"
rm -rf "$TMP/u"
build-index -q --index "$TMP/u" --mood "$c/mood.feat" "$TMP/t48"
status 2 update "$TMP/u" --text "$c/text.feat"
like "$(cat "$TMP/err")" 'text-model' "text needs its model"

# Refused, with the remedy; what is current stays.
from u full
refused() { # STATUS REGEX NAME [arguments]
	local want=$1 regex=$2 what=$3
	shift 3
	status "$want" update "$TMP/u" "$@"
	like "$(cat "$TMP/err")" "$regex" "$what"
	is "$(generation "$TMP/u")" "$(generation "$TMP/full")" "$what: nothing changed"
}
anew='build it anew, without --update'
small_tracks 1 20 | embed text -q --fit "$TMP/other.pack"
tracks 5,6p | embed text -q --model "$TMP/other.pack" - >"$TMP/other.text"
refused 4 'make it again|without --update' "texts of another model" --text "$TMP/other.text"
refused 4 "$anew" "another text model" --text-model "$TMP/other.pack" \
	--text "$TMP/other.text"
recipe=text:$c/text.pack
small_rows mood | "$FEATMAKE" mood "$recipe" valence,arousal,dominance,confidence >"$TMP/r.mood"
small_rows sound | "$FEATMAKE" audio "$recipe" tempo,rms_mean,key,mode,loudness >"$TMP/r.sound"
small_rows audio | "$FEATMAKE" audio64 "$recipe" a:64:2 >"$TMP/r.audio"
for k in mood sound audio; do
	refused 4 "--$k files .*$anew" "$k of another recipe" --$k "$TMP/r.$k"
done
refused 4 'different recipes' "two recipes" --mood "$c/mood.feat" --mood "$TMP/r.mood"
refused 4 'occurs twice' "a track twice" "$TMP/new1" "$TMP/new1"
printf '{"id":"mp1"}\n{"id":' >"$TMP/torn"
refused 4 'torn:2' "torn NDJSON" "$TMP/torn"
head -c 2000 "$c/mood.feat" >"$TMP/cut.feat"
refused 4 'cut.feat' "a feature file cut short" --mood "$TMP/cut.feat"
refused 3 'nothere' "no such file" "$TMP/nothere"
refused 3 'nothere' "no such list of ids" --remove "$TMP/nothere"
status 2 build-index --index "$TMP/u" --remove "$TMP/ids" "$TMP/new"
is "$(entries "$TMP/u" | grep -cE 'building|tmp')" 0 "nothing of them is left"

# No index, one of another release, a damaged one.
status 3 update "$TMP/none" "$TMP/new"
like "$(cat "$TMP/err")" 'no index at .*build' "no index to update"
damage=$BUILD/tests/helpers/indexdamage
f=$TMP/u/$(readlink "$TMP/u/current")
for way in "header version less" "page 20 random" "page 3 ones" "cut 20000"; do
	from u full
	# shellcheck disable=SC2086
	"$damage" "$TMP/full/current" "$f" $way
	cksum <"$f" >"$TMP/sum"
	status 4 update "$TMP/u" "${signals[@]}" "$TMP/new"
	like "$(cat "$TMP/err")" "$TMP/u/current: .*(build it again|build the .*again)" \
		"of $way: what to do"
	is "$(cksum <"$f") $(entries "$TMP/u" | grep -c idx)" "$(cat "$TMP/sum") 1" \
		"of $way: left as it is"
	ok build "$TMP/u" "$TMP/t48"
	ok same "$TMP/u" "$TMP/full" "of $way: a build mends it"
done

# Lists and graphs that were asked for stay, until asked otherwise.
options=(--lists 4 --graph always --links 8 --ef-construction 50)
build "$TMP/linked" "$TMP/t40"
from u linked
ok update "$TMP/u" "${new[@]}" "$TMP/new"
is "$(meta "$TMP/u" '[.text_lists, .audio_graph, .text_recall, .audio_recall]')" \
	'[4,48,1,1]' "lists and a graph stay"
ok build-index --verify --index "$TMP/u"
ok update "$TMP/u" --graph never
is "$(meta "$TMP/u" '[.text_lists, .audio_graph]')" '[4,0]' "--graph never"

# Many updates, one behind another: the answers of a build of everything.
cat >"$TMP/requests" <<'X'
{"query":"lonely rain heartbreak"}
{"query":"party dance","top_k":40}
{"query":"songs like artist 3"}
{"query":"\"rain heartbreak\" -dance"}
{"query":"energ* party 17"}
{"query":"sad","filters":{"genres":["indie"],"min_year":1990}}
{"query":"happy","filters":{"artists":["artsit 4"]}}
{"query":"calm","filters":{"exclude_artists":["Artist 1","Artist 2"],"max_year":2020}}
{"query":"new words","filters":{"languages":["en"]}}
{"query":"lonley rian 30"}
{"query":"angry","mood":{"valence":-0.5,"arousal":0.8}}
{"query":"anything","filters":{"status":["UNKNOWN","MOVED"]}}
X
answers() { # DIR
	query -q --index "$1" --per-artist 0 <"$TMP/requests" >"$TMP/found"
	jq -c 'del(.generation, .stages) |
		.candidates |= sort_by(.track_id)' "$TMP/found"
	rerank -q -k 48 --index "$1" <"$TMP/found" |
		jq -c '[.results[] | [.track_id, .score, .signals]]'
}
for way in "" "--lists 4 --graph always"; do
	# shellcheck disable=SC2206
	options=($way)
	rm -rf "$TMP/u" "$TMP/want"
	build "$TMP/u" "$TMP/t40"
	cp "$TMP/t40" "$TMP/state"
	for step in 1 2 3 4 5 6; do
		# some go, some change, some come
		awk -v s=$step 'NR % 7 == s' "$TMP/state" | head -3 |
			jq -r .id >"$TMP/ids"
		awk -v s=$step 'NR % 5 == s % 5' "$TMP/state" |
			grep -vFf "$TMP/ids" | head -4 |
			jq -c --arg s "$step" '.title += " again " + $s |
				.language = "en" | .lyrics = "la la " + $s' >"$TMP/changed"
		jq -r .id "$TMP/state" | grep -vxFf - <(jq -r .id "$TMP/all") |
			grep -vxFf "$TMP/ids" | head -5 >"$TMP/come"
		grep -Ff <(sed 's/.*/"&"/' "$TMP/come") "$TMP/all" >>"$TMP/changed"
		embed text -q --model "$c/text.pack" "$TMP/changed" >"$TMP/text.s"
		update "$TMP/u" --remove "$TMP/ids" --text "$TMP/text.s" \
			--sound "$c/sound.feat" --mood "$c/mood.feat" \
			--audio "$c/audio.feat" "$TMP/changed" 2>"$TMP/err" ||
			cat "$TMP/err"
		grep -vFf <(jq -r .id "$TMP/changed" | cat - "$TMP/ids" |
			sed 's/.*/"id":"&"/') "$TMP/state" |
			cat - "$TMP/changed" >"$TMP/state2"
		mv "$TMP/state2" "$TMP/state"
	done
	embed text -q --model "$c/text.pack" "$TMP/state" >"$TMP/text.s"
	build "$TMP/want" "$TMP/state" --text "$TMP/text.s" --sound "$c/sound.feat" \
		--mood "$c/mood.feat" --audio "$c/audio.feat"
	ok build-index --verify --index "$TMP/u"
	sections "$TMP/u" >"$TMP/a"
	sections "$TMP/want" >"$TMP/b"
	is "$(diff "$TMP/a" "$TMP/b" | awk '/^>/ { print $2 }' | sort | xargs)" \
		"${way:+audio.graph meta vector.at vector.int8 vector.lists vector.rows vector.scale}" \
		"six updates ($way): the same sections but those of lists and graphs"
	is "$(meta "$TMP/u" 'del(.audio_graph)')" \
		"$(meta "$TMP/want" 'del(.audio_graph)')" \
		"six updates ($way): the same counts and recall"
	answers "$TMP/u" >"$TMP/a"
	answers "$TMP/want" >"$TMP/b"
	ok test "$(wc -c <"$TMP/a")" -gt 20000
	is "$(cmp "$TMP/a" "$TMP/b" 2>&1)" "" \
		"six updates ($way): the same answers and scores"
done
done_testing
