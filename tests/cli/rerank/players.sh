# SPDX-License-Identifier: GPL-3.0-or-later
# Playlists that rerank writes: M3U, XSPF, JSPF. Files are found from where the
# list lies, whatever they are called, and ingest reads the same tracks again.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
wav() { # FILE SAMPLES : 8-bit mono
	local n=${#2}
	le() { printf "\\$(printf %o $(($1 & 255)))\\$(printf %o $(($1 >> 8 & 255)))\\0\\0"; }
	{ printf RIFF; le $((36 + n)); printf 'WAVEfmt '; le 16
	  printf '\1\0\1\0\100\037\0\0\100\037\0\0\1\0\10\0data'; le "$n"
	  printf %s "$2"; } >"$1"
}
mkdir -p 'music/a b' 'music/50% off' 'music/c:/e.example' lists/deep
names=('a b/plain.wav' '50% off/x%41y.wav' '#first.wav' $'new\nline.wav'
	'back\slash.wav' 'café.wav' ' lead.wav' 'c:/e.example/x.wav'
	'q?x#y&z;<]]>.wav' "it's \"q\".wav" $'esc\e[31m.wav')
n=0
for name in "${names[@]}"; do
	n=$((n + 1))
	wav "music/$name" "$(printf %0$((n * 9000))d "$n")"
done
is "$(find music -name '*.wav' -printf 'x\n' | grep -c x)" ${#names[@]} "sound files of difficult names"
ingest -q music >own
cat >web <<'X'
{"id":"mpa","title":"]]></title>&amp;\u0007 a\nhttps://forged.example/","artist":"A\u202eB","permalink_url":"https://e.example/?a=1&b=<\"2","duration_ms":61500}
{"id":"mpb","title":"no link"}
X
cat own web >tracks
jq -r '.id + " 5 0.9 0.1 0.1 - 0.9"' tracks | "$BUILD/tests/helpers/featmake" \
	mood - valence,arousal,dominance,confidence >mood
build-index -q --index idx --mood mood tracks
export MOODPIPE_INDEX=$TMP/idx
echo '{"mood":{"valence":0,"arousal":0}}' | query -q --per-artist 0 >c.json
list() { rerank -q -k 50 --per-artist 0 --keep-versions "$@" <c.json; }
for format in m3u m3u8 xspf jspf; do
	status 0 list --format $format -o lists/l.$format
done
ok cmp lists/l.m3u lists/l.m3u8

# What players find
files() { jq -c 'select(.audio) | [.id, .audio.path]' "$@" | sort; }
found() { # paths of a list of paths, from the folder it lies in
	grep -v '^#' "$1" | while IFS= read -r line; do
		case $line in
		file://* | https://*) continue ;;
		esac
		(cd "${1%/*}" && realpath -- "$line")
	done
}
is "$(grep -c '^\.\./music/' lists/l.m3u)" 5 "M3U: plain relative paths"
is "$(found lists/l.m3u | sort)" "$(printf '%s\n' "$TMP/music/a b/plain.wav" \
	"$TMP/music/café.wav" "$TMP/music/ lead.wav" "$TMP/music/c:/e.example/x.wav" \
	"$TMP/music/it's \"q\".wav" | sort)" "which are those of the files"
is "$(grep '^file://' lists/l.m3u | sed "s|^file://$TMP/music/||" | sort)" "$(printf '%s\n' \
	'%23first.wav' '50%25%20off/x%2541y.wav' 'back%5Cslash.wav' \
	'esc%1B%5B31m.wav' 'new%0Aline.wav' 'q%3Fx%23y%26z%3B%3C%5D%5D%3E.wav' | sort)" \
	"what players would not agree on is a file URL"
is "$(grep -c '^#EXTINF:' lists/l.m3u)" $((${#names[@]} + 1)) \
	"a track without a link or a file is in no list"
like "$(cat lists/l.m3u)" '^#EXTINF:62,A.*B - ' "whole seconds"
like "$(grep -B1 plain.wav lists/l.m3u)" '^#EXTINF:1,' "those of a file"
is "$(LC_ALL=C tr -d '\n\40-\176\200-\377' <lists/l.m3u | wc -c)" 0 "no control characters"
is "$(grep -c '^https://forged' lists/l.m3u)" 0 "no forged line"

cat >read.py <<'X'
import json, os, sys, urllib.parse as u, xml.etree.ElementTree as E
name, base = sys.argv[1:]
if name.endswith("jspf"):
    tracks = [t for t in json.load(open(name))["playlist"]["track"]]
    got = [(t["location"][0], t.get("title"), t.get("duration")) for t in tracks]
else:
    ns = "{http://xspf.org/ns/0/}"
    root = E.parse(name).getroot()
    assert root.tag == ns + "playlist" and root.get("version") == "1"
    got = [(t.find(ns + "location").text, t.findtext(ns + "title"),
            t.findtext(ns + "duration")) for t in root.find(ns + "trackList")]
for where, title, ms in got:
    url = u.urlsplit(u.urljoin("file://" + u.quote(base), where))
    path = u.unquote(url.path)
    print("file" if url.scheme == "file" and os.path.isfile(path) else where,
          repr(path) if url.scheme == "file" else repr(title), ms)
X
for format in xspf jspf; do
	python3 read.py lists/l.$format "$TMP/lists/l.$format" >got.$format
	is "$(grep -c '^file ' got.$format)" ${#names[@]} "$format: relative URIs of all files"
	is "$(grep -c 'file://' lists/l.$format)" 0 "$format: none is absolute"
	like "$(cat got.$format)" '^https://e.example/\?a=1&b=%3C%222 .* 61500$' \
		"$format: a link, and milliseconds"
done
is "$(cut -d' ' -f2- got.jspf)" "$(cut -d' ' -f2- got.xspf)" "both say the same"
if command -v xmllint >/dev/null; then
	ok xmllint --noout --nonet lists/l.xspf
else
	skip "xmllint" "it is not installed"
fi

# The same tracks again
for format in m3u xspf jspf; do
	ingest -q lists/l.$format >again
	is "$(files again)" "$(files tracks)" "$format: ingest finds the files"
	like "$(jq -r 'select(.audio|not).permalink_url' again)" \
		'^https://e\.example/\?a=1&b=(<"|%3C%22)2$' "$format: and the link"
done

# From where: -o, a redirection, the current folder; or absolute
list --format m3u -o lists/deep/l.m3u
like "$(cat lists/deep/l.m3u)" '^\.\./\.\./music/a b/plain' "from the folder of -o"
list --format m3u >lists/r.m3u
ok cmp lists/l.m3u lists/r.m3u
like "$(list --format m3u)" '^music/a b/plain' "else from here"
like "$(cd lists && rerank -q -k 50 --per-artist 0 --format m3u <../c.json | cat)" \
	'^\.\./music/a b/plain' "wherever that is"
like "$(list --format m3u --absolute-paths)" "^$TMP/music/a b/plain" "--absolute-paths"
like "$(list --format xspf --absolute-paths)" "<location>file://$TMP/music/a%20b/plain" \
	"of an XSPF: URIs"
ln -s lists other
list --format m3u -o other/s.m3u
ok cmp lists/l.m3u lists/s.m3u
status 3 list --format m3u -o nowhere/l.m3u

# One list a file
for format in xspf jspf marks; do
	cat c.json c.json >two.json
	rm -f o
	status 2 rerank -q --format $format -o o two.json
	like "$(cat err)" "a second request, and $format has room for one" "it says so"
	ok test ! -e o
done
is "$(rerank -q --format m3u two.json | grep -c '^#PLAYLIST')" 2 "an M3U takes several"

# Refused requests, none at all, what cannot be written
echo '{"query":""}' | query -q >refused
for format in m3u xspf jspf; do
	rerank -q --format $format refused >o
	like "$(cat o)" 'the query is empty|nothing is asked' "$format: why it is empty"
	is "$(rerank -q --format $format </dev/null | wc -c)" 0 "$format: no request, no list"
	status 3 bash -c "rerank -q --format $format c.json >/dev/full"
done
rerank -q --format xspf refused >r.xspf
is "$(python3 read.py r.xspf / | wc -l)" 0 "an empty XSPF is one"
for i in $(seq 300); do cat c.json; done >many
bash -c 'rerank --format m3u many 2>err; echo $? >rc' | head -1 >/dev/null
is "$(cat rc)" 3 "a closed pipe"
like "$(list --format table)" " $TMP/music/a b/plain" "a table shows paths"
done_testing
