# SPDX-License-Identifier: GPL-3.0-or-later
# What a build must notice: deletions, crawls with old dates, settings that are
# not given again, a network half that failed or was killed.
. tests/tap.sh
export AS_OF=2024-06-30 JOBS=2 HEAL_BUDGET=0
demo=$ROOT/data/demo/crawl.csv
build() { # TARGET [VAR=value...]
	local target=$1
	shift
	env CORPUS="$TMP/c" "$@" pipelines/corpus.sh "$target" >"$TMP/log" 2>&1
}
records() { cat "$TMP"/c/shards/*/crawl.ndjson | wc -l; }
generation() { sha256sum <"$TMP/c/index/current"; }

mkdir "$TMP/in"
{ head -1 "$demo" | sed 's/permalink_url/link/'; tail -n +2 "$demo"; } \
    >"$TMP/in/crawl.csv"
map="--map link=permalink_url"
ok build index CRAWL="$TMP/in/crawl.csv" SHARDS=3 INGEST_OPTIONS="$map"
n=$(records) first=$(generation)

ok build index
is "$(sed 1d "$TMP/c/state/settings")" "SHARDS=3
INGEST_OPTIONS=$map
SOURCES=" "settings that are not given stay"
is "$(cat "$TMP/log")" "" "and nothing is built again"

rm "$TMP/c/shards/001/crawl.ndjson"
ok build index
is "$(records)" "$n" "a deleted shard is made again"
is "$(generation)" "$first" "and the index is the same"
rm "$TMP/c/report/same.ndjson"
ok build index
ok test -e "$TMP/c/report/same.ndjson"
is "$(grep -c '^enrich: in=' "$TMP/log")" 0 "the list of groups is made again"
ok build index VERSION="another release"
is "$(grep -cE '^(enrich|music-filter|extract-features|mood-map): in=' \
    "$TMP/log")" 12 "another release: every stage looks at every shard"
is "$(generation)" "$first" "and finds the same"
rm "$TMP"/c/index/*.idx
ok build index
is "$(generation)" "$first" "a deleted generation is made again"

# models in the format of another release
for m in music near enrich meta text sound pca; do
	"$BUILD/tests/helpers/indexdamage" "$TMP/c/models/$m.pack" \
	    "$TMP/other" header version more
	mv "$TMP/other" "$TMP/c/models/$m.pack"
done
ok build index
is "$(grep -c 'pack is of another release: fitted anew$' "$TMP/log")" 7 \
    "models of another format are fitted anew"
is "$(generation)" "$first" "as they were"
ok build index
is "$(cat "$TMP/log")" "" "once"
"$BUILD/tests/helpers/indexdamage" "$TMP/c/models/bridge.pack" \
    "$TMP/other" header version more
mv "$TMP/other" "$TMP/c/models/bridge.pack"
touch "$TMP/c/shards/000/felt.ndjson"
build index
is "$?" 4 "a map of another format is an error"
like "$(cat "$TMP/log")" "bridge.pack.*make refit" "that says what to do"
ok build refit
is "$(generation)" "$first" "and that does it"

head -20 "$TMP/in/crawl.csv" >"$TMP/in/new"
touch -d 2020-01-01 "$TMP/in/new"
mv "$TMP/in/new" "$TMP/in/crawl.csv"
ok build index ALLOW_FEWER=1
ok test "$(records)" -lt 20

# the network half fails, or is killed after it has asked
mkdir "$TMP/bin"
ln -s "$BIN"/* "$TMP/bin"
rm "$TMP/bin/fetch-audio"
cat >"$TMP/bin/fetch-audio" <<EOF
#!/bin/bash
case " \$* " in
*" --offline "* | *" --due "*) exec "$BIN/fetch-audio" "\$@" ;;
esac
cat >/dev/null
echo "fetch-audio: no room" >&2
exit 3
EOF
chmod +x "$TMP/bin/fetch-audio"
printf '%s\n' title,permalink_url A, B, >"$TMP/in/two.csv"
export CRAWL="$TMP/in/two.csv" INGEST_OPTIONS=
ok build corpus
ok test -e "$TMP/c/state/000.seen"
touch "$TMP/in/two.csv"
printf '%s\n' C, D, E, F, G, H, >>"$TMP/in/two.csv"
build corpus BIN="$TMP/bin"
like "$?" '^[^0]' "corpus: a failing fetch-audio is not status 0"
ok test "$(find "$TMP/c/state" -name '*.seen' | wc -l)" -lt 3
ok build corpus
is "$(find "$TMP/c/state" -name '*.seen' | wc -l)" 3 "it is asked again"
echo garbage >"$TMP/c/state/links.db"
build refresh
like "$?" '^[^0]' "refresh: a broken history is not status 0"

# a folder of audio: names with spaces, files that go
mkdir "$TMP/music"
synth -q --dir "$TMP/synth" "$(ls -d data/demo/scores/* | head -1)" \
    "$(ls -d data/demo/scores/* | sed -n 2p)"
i=0
for f in "$TMP"/synth/*; do
	i=$((i + 1))
	cp "$f" "$TMP/music/My song $i.${f##*.}"
done
rm -r "$TMP/c"
ok build index CRAWL="$TMP/music"
is "$(records)" "$i" "names with spaces"

# Other columns, here by another table of descriptors: what was fitted on them is
# fitted anew, and the corpus is as a new one of these files.
cp -rL data "$TMP/data"
sed -i 's/^\(energy\tloudness\t.*\t\).*/\10.9/' "$TMP/data/descriptors.tsv"
pca=$(sha256sum <"$TMP/c/models/pca.pack")
words=$(sha256sum <"$TMP/c/models/text.pack")
ok build index CRAWL="$TMP/music" MOODPIPE_DATA="$TMP/data"
ok test "$pca" != "$(sha256sum <"$TMP/c/models/pca.pack")"
is "$(sha256sum <"$TMP/c/models/text.pack")" "$words" "words are left alone"
like "$(cat "$TMP/c/report/summary.txt")" "^heard
 +$i  ok" "the report counts what was heard"
upgraded=$(generation)
rm -r "$TMP/c"
ok build index CRAWL="$TMP/music" MOODPIPE_DATA="$TMP/data"
is "$(generation)" "$upgraded" "as if built anew"

rm "$TMP"/music/*1.*
ok build index CRAWL="$TMP/music"
is "$(records)" "$((i - 1))" "a file that went, went"
done_testing
