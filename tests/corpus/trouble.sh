# SPDX-License-Identifier: GPL-3.0-or-later
# Odd paths, bad settings, damage: said with the right status, or mended.
. tests/corpus.sh
export HEAL_BUDGET=0 # no catalogue is asked
ingest_one() { # NAME: a crawl of one row, of that file name
	printf 'title,artist\nOne,Two\n' >"$TMP/$1"
}
for name in "a b.csv" "a&b.csv" "it's.csv" '(x);$y.csv' "a:b%c.csv"; do
	ingest_one "$name"
	rm -rf "$TMP/odd"
	status 0 env CORPUS="$TMP/odd" CRAWL="$TMP/$name" \
	    pipelines/corpus.sh corpus
	is "$(cat "$TMP"/odd/shards/*/tracks.ndjson | wc -l)" 1 "$name is read"
done
mkdir "$TMP/music"
cp "$DEMO_AUDIO"/t/rock-garage.mp3 "$TMP/music/Some Band - A: Song.mp3" \
    2>/dev/null || synth -q -o "$TMP/music/Some Band - A: Song.flac" \
    data/demo/scores/rock.score
status 0 env CORPUS="$TMP/m" CRAWL="$TMP/music" pipelines/corpus.sh corpus
query --index "$TMP/m/index" rock | rerank --index "$TMP/m/index" --format m3u \
    -o "$TMP/rock.m3u"
like "$(cat "$TMP/rock.m3u")" "^music/Some Band - A: Song" \
    "a folder's song can be played, from where the list lies"

one=$TMP/a\ b.csv
status 2 env CORPUS="$TMP/x y" CRAWL="$one" pipelines/corpus.sh corpus
status 2 env CORPUS="$TMP/n" CRAWL="$one" SHARDS=abc pipelines/corpus.sh corpus
status 2 env CORPUS="$TMP/n" CRAWL="$one" SHARDS=501 pipelines/corpus.sh corpus
status 2 env CORPUS="$TMP/n" CRAWL="$one" LINK_BUDGET=x pipelines/corpus.sh corpus
status 2 env -u CORPUS CRAWL="$one" pipelines/corpus.sh corpus
status 2 env CORPUS="$TMP/n" pipelines/corpus.sh corpus
status 3 env CORPUS=/proc/none CRAWL="$one" pipelines/corpus.sh corpus

demo "$TMP/c" corpus
want=$(generation "$TMP/c")
# a model that is damaged is a bad artifact: 4, and nothing is swapped
cp "$TMP/c/models/enrich.pack" "$TMP/keep"
head -c 5000 "$TMP/keep" >"$TMP/c/models/enrich.pack"
status 4 env CORPUS="$TMP/c" pipelines/corpus.sh index
like "$(cat "$TMP/err")" "enrich.pack" "it is named"
cp "$TMP/keep" "$TMP/c/models/enrich.pack"
ok env CORPUS="$TMP/c" pipelines/corpus.sh index
is "$(generation "$TMP/c")" "$want" "put back: the same index"

truncate -s 5000 "$(readlink -f "$TMP/c/index/current")"
ok env CORPUS="$TMP/c" pipelines/corpus.sh index
is "$(generation "$TMP/c")" "$want" "a truncated generation is made again"

# A disk that is not mounted, a crawl that was cut off: nothing is lost of it.
mv "$TMP/c/audio" "$TMP/unmounted"
status 3 env CORPUS="$TMP/c" pipelines/corpus.sh refresh
like "$(cat "$TMP/err")" "audio holds 0 files.*not mounted.*ALLOW_FEWER" \
    "a store that went is called so"
rm -d "$TMP/c/audio"
mv "$TMP/unmounted" "$TMP/c/audio"
seq 100 | sed 's/.*/Song &,Band &/; 1i title,artist' >"$TMP/long.csv"
ok env CORPUS="$TMP/cut" CRAWL="$TMP/long.csv" pipelines/corpus.sh index
whole=$(generation "$TMP/cut")
cp "$TMP/long.csv" "$TMP/whole.csv"
truncate -s 400 "$TMP/long.csv"
status 3 env CORPUS="$TMP/cut" pipelines/corpus.sh index
like "$(cat "$TMP/err")" "[0-9]+ records, and at least 50 .*ALLOW_FEWER" \
    "as is a crawl that was cut off"
is "$(generation "$TMP/cut")" "$whole" "the index is what it was"
cp -r "$TMP/cut" "$TMP/few"
of() { # CRAWL [NAME=VALUE]: builds from that one
	env CORPUS="$TMP/few" CRAWL="$TMP/$1" "${@:2}" pipelines/corpus.sh index
}
tracks() { cat "$TMP"/few/shards/*/crawl.ndjson | wc -l; }
echo title,artist >"$TMP/none.csv"
status 3 of none.csv
like "$(cat "$TMP/err")" "0 records, and at least 1 .*ALLOW_FEWER" \
    "no track at all is refused of another crawl, too"
head -c 100 /dev/zero >"$TMP/sound.wav"
status 4 of sound.wav
is "$(cat "$TMP/err")" \
    "ingest: $TMP/sound.wav: a sound file; give the folder it is in" \
    "one that cannot be read is that, and no disk, in one line"
is "$(tracks) $(generation "$TMP/few")" "100 $whole" "nothing is lost by either"
head -n 3 "$TMP/whole.csv" >"$TMP/few.csv"
ok of few.csv
is "$(tracks)" 2 "a smaller one is read"
ok of none.csv ALLOW_FEWER=1
is "$(tracks)" 0 "and none, where it is meant"
ok env CORPUS="$TMP/cut" ALLOW_FEWER=1 pipelines/corpus.sh index
is "$(jq .records "$TMP/cut/report/summary.json")" \
    "$(($(wc -l <"$TMP/long.csv") - 1))" "unless it is meant"
cp "$TMP/whole.csv" "$TMP/long.csv"
ok env CORPUS="$TMP/cut" pipelines/corpus.sh index
is "$(generation "$TMP/cut")" "$whole" "and again with the whole crawl"

rm -rf "$TMP/c/audio"
ok demo "$TMP/c" corpus ALLOW_FEWER=1
is "$(generation "$TMP/c")" "$want" "a store that went is fetched again"

head -c 3000 /dev/urandom >"$TMP/c/state/links.db"
status 4 env CORPUS="$TMP/c" pipelines/corpus.sh refresh
rm "$TMP/c/state/links.db"
ok demo "$TMP/c" corpus
is "$(generation "$TMP/c")" "$want" "a history that went is asked again"
done_testing
