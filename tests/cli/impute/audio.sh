# SPDX-License-Identifier: GPL-3.0-or-later
# Sound for the silent: genre prototypes, text neighbours, and nothing from
# nothing.
. tests/tap.sh

# Two hundred measured tracks in two genres that sound different: loud is tempo
# 140 +- 9, soft is 80 +- 9. Text vectors are (1, e) for loud, (e, 1) for soft,
# e small: neighbours are of the same genre.
python3 - "$TMP" <<'END'
import json, random, struct, sys
random.seed(7)
tmp = sys.argv[1]
def npy(name, rows):
    h = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (
        len(rows), len(rows[0]))
    h += " " * (-(len(h) + 11) % 64) + "\n"
    with open(tmp + "/" + name, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(h)) + h.encode())
        for r in rows:
            f.write(struct.pack("<%df" % len(r), *r))
def unit(v):
    n = sum(x * x for x in v) ** 0.5
    return [x / n for x in v]
tracks, sound, text, measured = [], [], [], []
for i in range(200):
    loud = i % 2
    t = {"id": "m%03d" % i, "genre": "Loud" if loud else "soft"}
    tracks.append(t)
    measured.append(t)
    e = random.random() / 5
    text.append(unit([1, e, 0] if loud else [e, 1, 0]))
    sound.append([(140 if loud else 80) + random.uniform(-9, 9),
                  4.0 if loud else 9.0, 30.0])
extra = [({"id": "text"}, unit([1, .1, 0])),
         ({"id": "genre", "genre": "LOUD"}, None),
         ({"id": "guess", "imputed": {"genre": {"value": "Loud", "method": "x",
           "confidence": .1}}}, None),
         ({"id": "alien", "genre": "Zydeco"}, None)]
with_text = list(measured)
for t, v in extra:
    tracks.append(t)
    if v:
        text.append(v)
        with_text.append(t)
for name, rows in (("tracks", tracks), ("measured", measured),
                   ("texts", with_text)):
    with open(tmp + "/" + name, "w") as f:
        for t in rows:
            f.write(json.dumps(t) + "\n")
npy("sound.npy", sound)
npy("text.npy", text)
END
feat from-npy -q --columns tempo,key,duration --ids "$TMP/measured" \
	-o "$TMP/a.feat" "$TMP/sound.npy"
feat from-npy -q --columns t0,t1,t2 --ids "$TMP/texts" -o "$TMP/t.feat" \
	"$TMP/text.npy"
both="--features $TMP/a.feat --text $TMP/t.feat"
ok impute audio --fit "$TMP/sound" $both -v "$TMP/tracks"
impute audio --fit "$TMP/again" $both -v "$TMP/tracks" 2>"$TMP/report"
like "$(cat "$TMP/report")" '^held out 20 tracks' "a tenth is held out"
like "$(cat "$TMP/report")" 'with text, with genre: error 0\.[01].*global mean [01]\.[09]' \
	"and met far better than by the global mean"
like "$(cat "$TMP/report")" 'cosine 1\.0.* [678]. % within intervals for 80 %' \
	"the truth lies within the intervals as often as they say"
like "$(cat "$TMP/report")" 'text neighbours 0\..*, regression 0\.' \
	"each method is judged alone, too"
impute audio -j1 --fit "$TMP/one" $both "$TMP/tracks"
impute audio -j3 --fit "$TMP/three" $both "$TMP/tracks"
ok cmp "$TMP/one" "$TMP/three"
impute audio -q --model "$TMP/sound" $both -o "$TMP/s.feat" "$TMP/tracks"
is $? 0 "a row for each record"
feat json --tracks "$TMP/tracks" "$TMP/s.feat" >"$TMP/s"
feat json --tracks "$TMP/tracks" "$TMP/a.feat" >"$TMP/a"
is "$(jq -c 'select(.id | startswith("m")) | [.id, .tempo, .key]' "$TMP/s" |
	sha256sum)" "$(jq -c '[.id, .tempo, .key]' "$TMP/a" | sha256sum)" \
	"measured rows pass through"
is "$(jq -c 'select(.id == "m000") | [.method, .confidence]' "$TMP/s")" \
	'["measured",1]' "as measured, confidence 1"
row() { jq -c --arg id "$1" 'select(.id == $id) | '"$2" "$TMP/s"; }
is "$(row text '[.status, .method]')" '["ok","text-neighbours"]' \
	"words alone: text neighbours"
is "$(row text '.tempo > 131 and .tempo < 149')" true "who are loud"
is "$(row text '.key')" 4 "and agree in their key"
is "$(row text '.duration')" null "a file's length is not guessed at"
is "$(row text '.confidence > 0.5')" true "trusted as far as held-out ones"
is "$(row genre '.method')" '"genre-prototype"' "a genre alone: its prototype"
is "$(row genre '.tempo > 134 and .tempo < 146')" true \
	"the mean of loud, however spelt"
is "$(row genre '.key')" null "a mean key means nothing"
is "$(row guess '[.method, .confidence]')" '["global-mean",0]' \
	"a genre hardly believed is not used: the mean, without confidence"
is "$(row alien '(.tempo > 106 and .tempo < 114)')" true "half-way"

# order, files and threads do not matter
split -n l/3 "$TMP/tracks" "$TMP/part."
tac "$TMP/tracks" >"$TMP/back"
impute audio --fit "$TMP/sound3" $both "$TMP"/part.*
impute audio --fit "$TMP/soundb" $both "$TMP/back"
ok cmp "$TMP/sound" "$TMP/sound3"
ok cmp "$TMP/sound" "$TMP/soundb"
impute audio -q -j4 --model "$TMP/sound" $both "$TMP/tracks" >"$TMP/j4"
ok cmp "$TMP/j4" "$TMP/s.feat"
impute audio --model "$TMP/sound" $both --reuse "$TMP/s.feat" \
	-o "$TMP/r.feat" "$TMP/tracks" 2>"$TMP/err"
like "$(cat "$TMP/err")" 'reused=204 ' "unchanged rows are taken over"
ok cmp "$TMP/r.feat" "$TMP/s.feat"

# nothing measured: nothing invented
: >"$TMP/nobody"
ok impute audio --fit "$TMP/empty" $both "$TMP/nobody"
is "$(tail -1 "$TMP/tracks" |
	impute audio -q --model "$TMP/empty" $both >"$TMP/n.feat"
	feat json "$TMP/n.feat" | jq -c '[.status, .tempo]')" \
	'["no-input",null]' "a model of nothing says nothing"

# metadata alone: tempo follows the year, which only the regression can see
python3 - "$TMP" <<'END'
import json, sys
tmp = sys.argv[1]
with open(tmp + "/dated", "w") as f:
    for i in range(200):
        f.write(json.dumps({"id": "m%03d" % i,
                            "year": 1970 if i % 2 else 2010}) + "\n")
    f.write('{"id":"old","year":1970}\n{"id":"new","year":2010}\n')
    f.write('{"id":"undated"}\n')
END
ok impute audio --fit "$TMP/dates" --features "$TMP/a.feat" "$TMP/dated"
impute audio -q --model "$TMP/dates" --features "$TMP/a.feat" \
	-o "$TMP/d.feat" "$TMP/dated"
feat json --tracks "$TMP/dated" "$TMP/d.feat" >"$TMP/s"
is "$(row old '[.method, .tempo > 125, .confidence > 0.5]')" \
	'["model",true,true]' "an old track is loud here, by the regression"
is "$(row new '[.method, .tempo < 95]')" '["model",true]' "a new one soft"
is "$(row undated '[.method, .confidence]')" '["global-mean",0]' \
	"and of one without a year nothing is known"

# vectors of another text model are refused
feat from-npy -q --columns u0,u1,u2 --stage other --ids "$TMP/texts" \
	-o "$TMP/u.feat" "$TMP/text.npy"
status 4 impute audio --model "$TMP/sound" --features "$TMP/a.feat" \
	--text "$TMP/u.feat" "$TMP/tracks"
like "$(cat "$TMP/err")" 'another text model' "says whose they are not"
status 4 impute audio --model "$TMP/sound" --features "$TMP/t.feat" \
	"$TMP/tracks"
like "$(cat "$TMP/err")" 'fit the model anew' "other columns: what to do"
status 2 impute audio --model "$TMP/sound" "$TMP/tracks"
status 4 impute audio --model "$TMP/absent" $both "$TMP/tracks"
head -c 9000 "$TMP/sound" >"$TMP/short"
status 4 impute audio --model "$TMP/short" $both "$TMP/tracks"
done_testing
