# SPDX-License-Identifier: GPL-3.0-or-later
# Mood from sound by the formula, from words by the lexicon, from both.
. tests/tap.sh

columns=tempo,rms_mean,centroid_mean,onset_mean,chroma_std,flux_mean,flux_std
# matrix ROW... : a .npy of float32 rows of seven numbers
matrix() { python3 -c '
import sys, struct
rows = [r.split(",") for r in sys.argv[1:]]
h = ("{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (%d, 7), }"
     % len(rows)).replace("\"", chr(39))
h += " " * (-(len(h) + 11) % 64) + "\n"
out = sys.stdout.buffer
out.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(h)) + h.encode())
for r in rows:
    out.write(struct.pack("<7f", *map(float, r)))' "$@"; }

cat >"$TMP/tracks" <<'END'
{"id":"least","title":"one"}
{"id":"most","title":"two"}
{"id":"middle","title":"sad sad song"}
{"id":"nobeat","title":"three"}
{"id":"nothing","title":"four"}
{"id":"words","title":"Happy","tags":["calm"]}
{"id":"failed","title":"happy","error":{"tool":"x","code":"y","message":"z","retry":false}}
END
head -5 "$TMP/tracks" >"$TMP/five"
matrix 60,0,500,0,0.5,1,0.9 200,0.5,5000,2,0,1,0.1 130,0.25,2750,1,0.25,1,0.1 \
	nan,0.5,5000,2,0,1,0.1 nan,nan,nan,nan,nan,nan,nan >"$TMP/npy"
ok feat from-npy --columns "$columns" --ids "$TMP/five" -o "$TMP/a.feat" \
	"$TMP/npy"
mood-map --features "$TMP/a.feat" -o "$TMP/m.feat" "$TMP/tracks" 2>"$TMP/err"
is $? 0 "rows of some tracks only are fine"
like "$(cat "$TMP/err")" '^mood-map: in=7 ok=7 err=0' "the last line"
feat json --tracks "$TMP/tracks" "$TMP/m.feat" >"$TMP/m"
row() { # ID [MEMBERS]
	jq -c --arg id "$1" 'select(.id == $id) | [.status, .method,
		(.valence, .arousal | if . then . * 1000 | round / 1000 + 0
		 else . end)]' "$TMP/m"
}
is "$(row least)" '["ok","formula",-1,-1]' "every term at its low end"
is "$(row most)" '["ok","formula",1,1]' "every term at its high end"
is "$(row middle)" '["ok","formula",0.1,0]' \
	"half of each; steady flux is all of its 0.1; words do not count"
is "$(row nobeat)" '["ok","formula",1,1]' \
	"without a tempo the other terms stand for it"
is "$(row nothing | jq -c '.[0:2]')" '["no-input","none"]' \
	"neither features nor words: missing"
is "$(row words)" '["ok","lexicon",0.55,-0.1]' \
	"no row: the mean of happy .8/.5 and calm .3/-.7"
is "$(row failed | jq -c '.[0]')" '"upstream"' "a failed record has a row"
is "$(jq -c 'select(.id == "words").confidence * 10 | round' "$TMP/m")" 2 \
	"two words: 0.2"
is "$(jq -c 'select(.id == "least").dominance' "$TMP/m")" null \
	"dominance is not known yet"

mood-map -q --words --features "$TMP/a.feat" "$TMP/five" >"$TMP/both.feat"
feat json --tracks "$TMP/five" "$TMP/both.feat" >"$TMP/both"
is "$(jq -c 'select(.id == "middle") | [.method,
	(.valence, .arousal | . * 1000 | round)]' "$TMP/both")" \
	'["formula",-167,-100]' \
	"--words: .1/0 at 0.4 and sad twice, -.7/-.3, at 0.2"
is "$(jq -c 'select(.id == "most") | [.valence, .arousal]' "$TMP/both")" \
	'[1,1]' "and sound where there are no words"

# the same from words alone, and from many threads
mood-map -q "$TMP/tracks" >"$TMP/w.feat"
is "$(feat json --tracks "$TMP/tracks" "$TMP/w.feat" |
	jq -c 'select(.id == "middle") | [.method, (.valence * 10 | round)]')" \
	'["lexicon",-7]' "without features the words speak"
mood-map -q -j4 --features "$TMP/a.feat" "$TMP/tracks" >"$TMP/j4"
ok cmp "$TMP/j4" "$TMP/m.feat"

# reuse: all rows, or all but the changed one, and the same bytes
mood-map --features "$TMP/a.feat" --reuse "$TMP/m.feat" -o "$TMP/r.feat" \
	"$TMP/tracks" 2>"$TMP/err"
like "$(cat "$TMP/err")" ' reused=6 ' "all rows are taken over but the failed"
ok cmp "$TMP/r.feat" "$TMP/m.feat"
sed 's/"sad sad song"/"Happy"/' "$TMP/tracks" >"$TMP/changed"
mood-map --features "$TMP/a.feat" --reuse "$TMP/m.feat" -o "$TMP/r.feat" \
	"$TMP/changed" 2>"$TMP/err"
like "$(cat "$TMP/err")" ' reused=5 ' "but for the one that changed"

# records pass through
mood-map -q --features "$TMP/a.feat" --records "$TMP/rec" -o "$TMP/r.feat" \
	"$TMP/tracks"
ok cmp "$TMP/rec" "$TMP/tracks"

matrix 1,2,3,4,5,6,7 >"$TMP/npy"
head -1 "$TMP/tracks" >"$TMP/one"
feat from-npy -q --columns a,b,c,d,e,f,g --ids "$TMP/one" -o "$TMP/o.feat" \
	"$TMP/npy"
status 4 mood-map --features "$TMP/o.feat" "$TMP/one"
like "$(cat "$TMP/err")" 'no column "tempo"' "says which column is missing"
status 3 mood-map --features "$TMP/absent" "$TMP/one"
head -c 300 "$TMP/a.feat" >"$TMP/cut.feat"
status 4 mood-map --features "$TMP/cut.feat" "$TMP/one"
printf 'x\ttempo\t-\tramp\tlow\t1\t1\t1\n' >"$TMP/table"
status 4 mood-map --formula "$TMP/table" "$TMP/one"
like "$(cat "$TMP/err")" '/table:1: ' "names the file and line of a broken table"
status 4 mood-map <<<'{"title":"no id"}'
status 4 mood-map <<<'{"id":'
if [ -w /dev/full ]; then
	bash -c "mood-map -q '$TMP/one' >/dev/full" 2>"$TMP/err"
	is $? 3 "a full disk is noticed"
else
	skip "full disk" "no /dev/full"
fi
done_testing
