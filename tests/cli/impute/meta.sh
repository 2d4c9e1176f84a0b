# SPDX-License-Identifier: GPL-3.0-or-later
# Guesses at genre, tags and description, with the reasons.
. tests/tap.sh

{
	# Ann: House 3 of 4. Bob: one unlabelled techno uploader.
	for i in 1 2 3; do
		printf '{"id":"ann%d","artist":"Ann","title":"Night drive %d","genre":"%s"}\n' \
			$i $i "$([ $i = 3 ] && echo house || echo House)"
	done
	printf '{"id":"ann4","artist":"Ann","title":"x","genre":"Techno"}\n'
	# five artists say "warehouse" over techno, five "fiddle" over folk
	for i in 1 2 3 4 5; do
		printf '{"id":"t%d","artist":"T%d","title":"warehouse tool","genre":"Techno"}\n' $i $i
		printf '{"id":"f%d","artist":"F%d","title":"fiddle reel","genre":"Folk"}\n' $i $i
	done
	for i in $(seq 30); do
		printf '{"id":"n%d","artist":"N%d","title":"no genre"}\n' $i $i
	done
	printf '{"id":"typo","artist":"N","title":"meloncholic fidle"}\n'
	printf '{"id":"j1","artist":"J","title":"x","genre":"http://spam.example"}\n'
	printf '{"id":"j2","artist":"J","title":"x","genre":"2017"}\n'
	printf '{"id":"j3","artist":"J","title":"x","genre":"Unknown"}\n'
} >"$TMP/corpus"
ok impute meta --fit "$TMP/meta" "$TMP/corpus"
get() { impute meta -q --model "$TMP/meta" <<<"$2" | jq -c ".imputed.$1"; }

is "$(get genre '{"id":"a","artist":"ANN","title":"y"}')" \
	'{"value":"House","method":"artist-mode","confidence":0.643}' \
	"3 of 4, most frequent spelling; (3 + 3/14) / (4 + 1)"
is "$(get genre.value '{"id":"a","artist":"Zed","title":"A fiddle"}')" \
	'"Folk"' "a word that five artists of folk use"
is "$(get genre.method '{"id":"a","artist":"Zed","title":"A fiddle"}')" \
	'"keyword"' "by keyword"
is "$(get genre '{"id":"a","artist":"J","title":"y"}')" \
	'{"value":"Techno","method":"most-common","confidence":0.429}' \
	"URLs, numbers and Unknown are no genres: 6 of 14 are Techno"
is "$(get genre '{"id":"a","artist":"Ann","genre":"Ska"}')" null \
	"a source's genre is not guessed at"
is "$(get genre.value '{"id":"a","artist":"Ann","genre":null}')" '"House"' \
	"null is absent"

is "$(get tags.value '{"id":"a","artist":"Q","genre":"Ska","title":"Fiddle, warehouse and zzz"}')" \
	'["ska","fiddle","rave","folk","reggae","violin"]' \
	"names of the vocabulary, the genre's, and what they imply"
is "$(get tags.value '{"id":"a","artist":"Q","genre":"x","title":"HipHop fidle meloncholic deephouse"}')" \
	'["deep house","hip hop","melancholic","house","sad"]' \
	"however spelt; the typing errors of the corpus are known"
is "$(get tags.value '{"id":"a","artist":"Q","genre":"x","title":"zzz soft rock"}')" \
	'["soft rock","rock"]' "words of a pair do not stand for themselves"
is "$(get tags '{"id":"a","artist":"Q","genre":"Deep House"}')" \
	'{"value":["deep house","house","electronic"],"method":"genre","confidence":0.15}' \
	"a genre alone, and what it is a kind of"
is "$(get tags '{"id":"a","artist":"Q","title":"fiddle","tags":"own"}')" \
	null "a source's tags stay alone"
is "$(get tags '{"id":"a","artist":"Fiddle","title":"fiddle","genre":"x"}')" null \
	"the artist's name is no tag"

d() { get description "$1"; }
is "$(d '{"id":"a","artist":"Ann","extracted_vibe_text":"warm \"pads\""}')" \
	'{"value":"warm \"pads\"","method":"vibe-text","confidence":0.8}' \
	"the vibe text"
is "$(d '{"id":"a","artist":"Ann","year":1999}' | jq -r .value)" \
	"A House track by Ann from 1999" "the template"
is "$(d '{"id":"a","genre":"Electro","year":1999}' | jq -r .value)" \
	"An Electro track from 1999" "with what is known"
is "$(d '{"id":"a"}')" null "or nothing"
is "$(d '{"id":"a","artist":"Ann","description":"own"}')" null \
	"a source's description stays"

# what others put into imputed stays; twice is once; files do not matter
is "$(impute meta -q --model "$TMP/meta" <<<'{"id":"a","description":"d","genre":"g","tags":"t","imputed":{"bpm":{"value":120},"genre":{"value":"old"}}}')" \
	'{"id":"a","description":"d","genre":"g","tags":"t","imputed":{"bpm":{"value":120}}}' \
	"only its own three are replaced"
impute meta -q --model "$TMP/meta" "$TMP/corpus" >"$TMP/once"
impute meta -q -j4 --model "$TMP/meta" "$TMP/once" >"$TMP/twice"
ok cmp "$TMP/once" "$TMP/twice"
is "$(jq -c 'del(.imputed)' "$TMP/once" | sha256sum)" \
	"$(jq -c . "$TMP/corpus" | sha256sum)" "nothing foreign changed"
split -n l/4 "$TMP/corpus" "$TMP/part."
impute meta --fit "$TMP/meta4" "$TMP"/part.*
impute meta --fit "$TMP/metas" --memory 4K "$TMP/corpus"
ok cmp "$TMP/meta" "$TMP/meta4"
ok cmp "$TMP/meta" "$TMP/metas"
: >"$TMP/nothing"
ok impute meta --fit "$TMP/none" "$TMP/nothing"
is "$(impute meta -q --model "$TMP/none" <<<'{"id":"a","title":"x"}')" \
	'{"id":"a","title":"x"}' "a model of nothing guesses nothing"

# Two hundred tracks of artists who have one each: the four who share a sound
# share a genre, and what is said of the held-out tenth decides who is believed.
python3 - "$TMP" <<'END'
import json, random, struct, sys
random.seed(5)
tmp = sys.argv[1]
rows = []
with open(tmp + "/heard", "w") as f:
    for i in range(600):
        loud = i % 3 == 0
        f.write(json.dumps({"id": "h%d" % i, "artist": "H%d" % (i // 2),
            "title": "untitled", "genre": "Noise" if loud else "Folk",
            "tags": ["folk"] if i % 2 else ["noise", "dark"]}) + "\n")
        a = 5 if loud else -5
        rows.append([a + random.random(), -a + random.random(), 1.0])
h = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 3), }" % len(rows)
h += " " * (-(len(h) + 11) % 64) + "\n"
with open(tmp + "/heard.npy", "wb") as f:
    f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(h)) + h.encode())
    for r in rows:
        f.write(struct.pack("<3f", *r))
END
feat from-npy -q --columns a,b,duration --ids "$TMP/heard" -o "$TMP/h.feat" \
	"$TMP/heard.npy"
impute meta --fit "$TMP/sounds" --features "$TMP/h.feat" -v "$TMP/heard" \
	2>"$TMP/report"
like "$(cat "$TMP/report")" 'sound-cluster 1\.000 of' "clusters of sound are right"
like "$(cat "$TMP/report")" 'most-common 0\.[5-8][0-9]* of' "the most common is not"
like "$(cat "$TMP/report")" 'tracks with tags: precision 0\.[3-6]' "tags are checked"
sound() { impute meta -q --model "$TMP/sounds" --features "$TMP/h.feat" <<<"$1" |
	jq -c ".imputed.genre"; }
is "$(sound '{"id":"h3"}')" \
	'{"value":"Noise","method":"sound-cluster","confidence":0.95}' \
	"so they are believed, but never quite"
is "$(sound '{"id":"h4","artist":"H1"}' | jq -r .value)" Folk \
	"before an artist who does both"
is "$(sound '{"id":"unheard"}' | jq -r .method)" most-common "or not heard"
shuf --random-source="$TMP/meta" "$TMP/heard" >"$TMP/mixed"
split -n l/3 "$TMP/mixed" "$TMP/mixed."
impute meta --fit "$TMP/sounds2" --features "$TMP/h.feat" "$TMP"/mixed.??
ok cmp "$TMP/sounds" "$TMP/sounds2"
ok test ! -e "$TMP/sounds.held"
impute meta -q -j1 --model "$TMP/sounds" --features "$TMP/h.feat" \
	<(jq -c 'del(.genre)' "$TMP/heard") >"$TMP/j1"
impute meta -q -j4 --model "$TMP/sounds" --features "$TMP/h.feat" \
	<(jq -c 'del(.genre)' "$TMP/heard") >"$TMP/j4"
ok cmp "$TMP/j1" "$TMP/j4"
feat from-npy -q --columns x,y,z --ids "$TMP/heard" -o "$TMP/x.feat" \
	"$TMP/heard.npy"
status 4 impute meta --model "$TMP/sounds" --features "$TMP/x.feat" "$TMP/heard"
like "$(cat "$TMP/err")" 'fit it anew' "features of other columns are refused"

status 2 impute
status 2 impute meta
status 2 impute meta --text x --fit "$TMP/x"
status 3 impute meta --features "$TMP/absent" --fit "$TMP/x" "$TMP/corpus"
status 4 impute meta --model "$TMP/absent" "$TMP/corpus"
head -c 4100 "$TMP/meta" >"$TMP/short"
status 4 impute meta --model "$TMP/short" "$TMP/corpus"
status 4 impute audio --model "$TMP/meta" --features "$TMP/corpus"
status 4 impute meta --model "$TMP/meta" <<<'{"id":"a"'
if [ -w /dev/full ]; then
	bash -c "impute meta -q --model '$TMP/meta' '$TMP/corpus' >/dev/full" \
		2>"$TMP/err"
	is $? 3 "a full disk is noticed"
else
	skip "full disk" "no /dev/full"
fi
done_testing
