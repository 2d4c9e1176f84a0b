#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make impute-quality: how well impute guesses what was taken away. SOURCES: a
# folder as ../shared, which is the default. PARTS: dev, on which everything was
# chosen; test; or both.
#
#   soundcloud  a crawl: title, artist, genre, tags, description, counts
#   fma         titles and tags of rock and hip hop; Echo Nest's features of some
#   jamendo     titles with genres, instruments and moods as tags
#   moods       524 clips with title, artist, genre, mood words; our features
#
# Each set is in two halves, dev and test, by artist (fma names none: by the
# hundred of the number, albums being numbered together). Of a half, each of
# genre, tags, description and features is missing for 30, 50 or 75 % of the
# tracks, each for itself ("tracks"), or for all tracks of 30, 50, 75 % of the
# artists ("artists": nothing is known of the artist; fma: of ten numbers). The
# models are fitted on what is left, and guess the rest.
#
#   genre  share of guesses that are the genre, whatever the case and blanks; the
#          most frequent genre; and by method, of how many
#   tags   micro-averaged F1 of the tags of data/tags.tsv among the uploader's;
#          the most frequent ones, as many as do best
#   sound  mean absolute error in standard deviations of what is left; the mean
#          of what is left; the cosine of guess and truth
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BIN:=$here/bin}" "${SOURCES:=$here/../shared}" "${PARTS:=dev}"
if [ ! -d "$SOURCES/data/music/fma" ]; then
	echo "impute-quality: skipped, no $SOURCES/data/music: give SOURCES=DIR"
	exit 0
fi
export PATH SOURCES MOODPIPE_DATA=$here/data LC_ALL=C.UTF-8
PATH=$(realpath "$BIN"):$PATH
python=python3 # one that has numpy: the system's, maybe
"$python" -c "import numpy" 2>/dev/null || python=/usr/bin/python3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cat >"$tmp/read.py" <<'END'
# SET: writes the tracks of a set to TMP/SET.ndjson, features where there are
import csv, json, os, sys
import numpy
name, tmp = sys.argv[1:]
music = os.environ["SOURCES"] + "/data/music/"
out = open(tmp + "/" + name + ".ndjson", "w")
def put(t):
    out.write(json.dumps({k: v for k, v in t.items() if v}) + "\n")
if name == "fma":
    echo = json.load(open(music + "fma/echonest-metrics.json"))
    columns = [c for c in echo if c != "track_id"]
    sound = {str(t): [echo[c][i] for c in columns]
             for i, t in echo["track_id"].items()}
    heard, rows = open(tmp + "/fma.heard", "w"), []
    for r in csv.DictReader(open(music + "fma/fma-rock-vs-hiphop.csv")):
        t = r["track_id"]
        put({"id": t, "title": r["title"], "genre": r["genre_top"],
             "tags": [x.strip(" '\"") for x in r["tags"][1:-1].split(",")
                      if x.strip(" '\"")],
             "playback_count": int(r["listens"]),
             "likes_count": int(r["favorites"]),
             "duration_ms": 1000 * int(r["duration"]),
             "created_at": r["date_created"][:10]})
        if t in sound:
            heard.write(json.dumps({"id": t}) + "\n")
            rows.append(sound[t])
    numpy.save(tmp + "/fma.npy", numpy.array(rows, "<f4"))
    open(tmp + "/fma.columns", "w").write(",".join(columns))
elif name == "jamendo":
    for line in open(music + "jamendo/moodtheme_titled.ndjson"):
        r = json.loads(line)
        put({"id": r["track"], "title": r["title"], "artist": r["artist"],
             "genre": (r["genre"] or [None])[0],
             "tags": r["genre"][1:] + r["instrument"] + r["moodtheme"],
             "duration_ms": 1000 * r["duration"]})
elif name == "moods":
    folder = os.environ["SOURCES"] + "/audio/moods/"
    for r in csv.DictReader(open(folder + "labels.csv")):
        genres = [g.strip() for g in r["genres"].split(";") if g.strip()]
        put({"id": r["file"], "title": r["title"], "artist": r["artist"],
             "genre": (genres or [None])[0],
             "tags": [m.strip() for m in r["moods"].split(";")],
             "audio": {"path": folder + r["file"]}})
END

cat >"$tmp/part.py" <<'END'
# SET PART MISSING HOW: TMP/in with what is left, TMP/truth with all of it, and
# TMP/left and left.npy, tracks whose features are left
import hashlib, json, os, sys
name, part, missing, how, tmp = sys.argv[1:]
def chance(*what):
    h = hashlib.md5("\0".join(what).encode()).digest()
    return int.from_bytes(h[:6], "big") / 2 ** 48
def artist(t, numbers):
    if name == "fma":
        return str(int(t["id"]) // numbers)
    return t.get("artist", t["id"]).casefold()
heard = {}
if os.path.exists(tmp + "/" + name + ".npy"):
    import numpy
    matrix = numpy.load(tmp + "/" + name + ".npy")
    heard = {json.loads(l)["id"]: i
             for i, l in enumerate(open(tmp + "/" + name + ".heard"))}
rows = []
out, truth, left = (open(tmp + "/" + f, "w") for f in ("in", "truth", "left"))
for line in open(tmp + "/" + name + ".ndjson"):
    t = json.loads(line)
    if (chance("part", artist(t, 100)) < .5) != (part == "dev"):
        continue
    who = artist(t, 10) if how == "artists" else t["id"]
    gone = [f for f in ("genre", "tags", "description", "sound")
            if chance(f, who) < int(missing) / 100]
    t["gone"] = gone
    truth.write(json.dumps(t) + "\n")
    if "sound" not in gone and t["id"] in heard:
        left.write(json.dumps({"id": t["id"]}) + "\n")
        rows.append(heard[t["id"]])
    out.write(json.dumps({k: v for k, v in t.items()
                          if k not in gone and k not in ("gone", "audio")})
              + "\n")
if heard:
    numpy.save(tmp + "/left.npy", matrix[rows])
END

cat >"$tmp/score.py" <<'END'
# the lines of one table row; TMP/out: imputed, TMP/sound.json, TMP/all.json
import collections, json, math, os, re, sys, unicodedata
name, part, missing, how, tmp = sys.argv[1:]
def key(s):
    s = unicodedata.normalize("NFKD", str(s)).casefold()
    return re.sub(r"[^\w]|_|\band\b|&", "", s)
tags = {}
for line in open(os.environ["MOODPIPE_DATA"] + "/tags.tsv"):
    if line[0] != "#":
        c = line.rstrip("\n").split("\t")
        for n in [c[0]] + [a for a in c[3].split(",") if a != "-"]:
            tags[key(n)] = c[0]
def own(t):
    v = t.get("tags") or []
    v = re.split(r"[,;|\n]", v) if isinstance(v, str) else v
    return {tags[key(x)] for x in v if key(x) in tags}
truth = [json.loads(l) for l in open(tmp + "/truth")]
guess = {t["id"]: t.get("imputed", {})
         for t in map(json.loads, open(tmp + "/out"))}
row = "%-4s %-10s %3s %%  %-7s " % (part, name, missing, how)
# genre
left = collections.Counter(key(t["genre"]) for t in truth
                           if t.get("genre") and "genre" not in t["gone"])
asked = [t for t in truth if t.get("genre") and "genre" in t["gone"]]
if asked and left:
    most = left.most_common(1)[0][0]
    by = collections.defaultdict(list)
    for t in asked:
        g = guess[t["id"]].get("genre", {})
        by[g.get("method", "none")].append(
            (key(g.get("value", "")) == key(t["genre"]),
             g.get("confidence", 0)))
    right = [r for v in by.values() for r in v]
    n = len(right)
    p = sum(r for r, c in right) / n
    print(row + "genre %5d  %.3f (%.3f)  most frequent %.3f, confidence %.3f;"
          % (n, p, math.sqrt(p * (1 - p) / n),
             sum(key(t["genre"]) == most for t in asked) / n,
             sum(c for r, c in right) / n),
          ", ".join("%s %.3f of %d" % (m, sum(r for r, c in v) / len(v),
                                      len(v)) for m, v in sorted(by.items())))
# tags
left = collections.Counter()
for t in truth:
    if "tags" not in t["gone"]:
        left.update(own(t))
asked = [t for t in truth if "tags" in t["gone"] and own(t)]
def f1(answers):
    hits = sum(len(set(a) & own(t)) for a, t in zip(answers, asked))
    told = sum(len(set(a)) for a in answers)
    return 2 * hits / max(1, told + sum(len(own(t)) for t in asked)), hits, told
if asked and left:
    ours, hits, told = f1([guess[t["id"]].get("tags", {}).get("value", [])
                           for t in asked])
    wanted = sum(len(own(t)) for t in asked)
    common = [t for t, n in sorted(left.items(), key=lambda x: (-x[1], x[0]))]
    best = max(f1([common[:k]] * len(asked))[0] for k in range(1, 11))
    print(row + "tags  %5d  %.3f          most frequent %.3f; precision "
          "%.3f, recall %.3f" % (len(asked), ours, best, hits / max(1, told),
                                 hits / wanted))
# sound
if os.path.exists(tmp + "/sound.json"):
    rows = {r["id"]: r for r in map(json.loads, open(tmp + "/all.json"))}
    ours = {r["id"]: r for r in map(json.loads, open(tmp + "/sound.json"))}
    skip = {"id", "key", "mode", "duration", "decoded_fraction", "status",
            "method", "confidence"}
    fit = [rows[t["id"]] for t in truth
           if t["id"] in rows and "sound" not in t["gone"]]
    columns = [c for c, v in fit[0].items() if c not in skip and
               all(isinstance(r.get(c), (int, float)) for r in fit)]
    mean = {c: sum(r[c] for r in fit) / len(fit) for c in columns}
    dev = {c: math.sqrt(sum((r[c] - mean[c]) ** 2 for r in fit) / len(fit))
           for c in columns}
    columns = [c for c in columns if dev[c] > 0]
    error = mean_error = n = cosine = 0
    methods = collections.Counter()
    asked = [t for t in truth if t["id"] in rows and "sound" in t["gone"]]
    for t in asked:
        dot = a = b = 0
        methods[ours[t["id"]]["method"]] += 1
        for c in columns:
            if not isinstance(rows[t["id"]].get(c), (int, float)):
                continue
            y = (rows[t["id"]][c] - mean[c]) / dev[c]
            x = (ours[t["id"]][c] - mean[c]) / dev[c]
            error, mean_error, n = error + abs(x - y), mean_error + abs(y), n + 1
            dot, a, b = dot + x * y, a + x * x, b + y * y
        cosine += dot / math.sqrt(a * b) if a * b > 0 else 0
    print(row + "sound %5d  %.3f          global mean %.3f, cosine %.3f;"
          % (len(asked), error / n, mean_error / n, cosine / len(asked)),
          ", ".join("%s %d" % m for m in sorted(methods.items())))
END

# SET: TMP/SET.npy, the features of the tracks of SET.heard, where there are any
features() {
	if [ "$1" = moods ]; then
		extract-features -q -o "$tmp/moods.feat" "$tmp/moods.ndjson" \
			>/dev/null
		feat columns "$tmp/moods.feat" | cut -f 1 | paste -sd , \
			>"$tmp/moods.columns"
		feat npy "$tmp/moods.feat" >"$tmp/moods.npy"
		cp "$tmp/moods.ndjson" "$tmp/moods.heard"
	fi
	if [ -e "$tmp/$1.npy" ]; then
		feat from-npy --columns "$(<"$tmp/$1.columns")" \
			--ids "$tmp/$1.heard" -o "$tmp/$1.feat" "$tmp/$1.npy"
	fi
}
# SET PART MISSING HOW
row() {
	local sound=()

	rm -f "$tmp/sound.json"
	"$python" "$tmp/part.py" "$@" "$tmp"
	if [ -e "$tmp/$1.feat" ]; then
		feat from-npy --columns "$(<"$tmp/$1.columns")" \
			--ids "$tmp/left" -o "$tmp/left.feat" "$tmp/left.npy"
		sound=(--features "$tmp/left.feat")
	fi
	impute meta --fit "$tmp/meta" "${sound[@]}" "$tmp/in"
	impute meta -q --model "$tmp/meta" "${sound[@]}" -o "$tmp/out" "$tmp/in"
	if [ -e "$tmp/$1.feat" ]; then
		embed text -q --fit "$tmp/text" "$tmp/out"
		embed text -q --model "$tmp/text" -o "$tmp/text.feat" "$tmp/out"
		impute audio --fit "$tmp/sound" "${sound[@]}" \
			--text "$tmp/text.feat" "$tmp/out"
		impute audio -q --model "$tmp/sound" "${sound[@]}" \
			--text "$tmp/text.feat" -o "$tmp/sound.feat" "$tmp/out"
		feat json --tracks "$tmp/out" "$tmp/sound.feat" >"$tmp/sound.json"
		feat json --tracks "$tmp/$1.ndjson" "$tmp/$1.feat" >"$tmp/all.json"
	fi
	"$python" "$tmp/score.py" "$@" "$tmp"
}

echo "part set     missing  whole   what      n  ours (se)"
for set in ${SETS:-soundcloud fma jamendo moods}; do
	if [ "$set" = soundcloud ]; then
		ingest -q -o "$tmp/soundcloud.ndjson" \
			"$SOURCES/data/music/soundcloud/tracks.csv"
	else
		"$python" "$tmp/read.py" "$set" "$tmp"
	fi
	features "$set"
	for part in $PARTS; do
		for missing in 30 50 75; do
			row "$set" "$part" "$missing" tracks
			row "$set" "$part" "$missing" artists
		done
	done
done
