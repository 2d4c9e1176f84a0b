# SPDX-License-Identifier: GPL-3.0-or-later
# What repair does where something cannot be built again; what verify sees that
# is sound by itself and does not belong together; builds while verify reads.
. tests/corpus.sh
unset MOODPIPE_INDEX MOODPIPE_CORPUS
export HEAL_BUDGET=20 SHARDS=2
c=$TMP/c
moodpipe() { CORPUS=$c MOODPIPE_DATA=data pipelines/verify.sh "$@"; }
flip() { # FILES: a byte in the middle of each
	local f at
	for f; do
		f=$c/$f at=$(($(wc -c <"$f") / 2))
		printf '%b' "\\x$(printf %02x $((0x$(xxd -s $at -l 1 -p "$f") ^ 1)))" |
		    dd of="$f" bs=1 seek=$at conv=notrunc status=none
	done
}
named() { cut -f1 "$1" | sed "s|^$c/||" | xargs; }
same() { # FILES...: as they were
	local f
	for f; do cmp "$TMP/whole/$f" "$c/$f"; done 2>&1
}
# Pinned models of a corpus that has changed since: most are not made again.
cp data/demo/crawl.csv "$TMP/crawl.csv"
ok demo "$c" corpus CRAWL="$TMP/crawl.csv"
sed -n '1p;20,400p' data/demo/crawl.csv >"$TMP/crawl.csv"
ok demo "$c" index CRAWL="$TMP/crawl.csv"
status 0 moodpipe verify
cp -a "$c" "$TMP/whole"

# A model is lost, and all else is mended, before it and behind it.
other="shards/001/audio.feat shards/000/filtered.ndjson shards/001/tagged.ndjson
shards/001/felt.memo shards/001/text.feat shards/000/mood.feat report/rejects.ndjson
report/tracks.feat"
flip models/enrich.pack $other report/summary.json report/index.html
cp "$c/models/enrich.pack" "$TMP/damaged.pack"
rm "$c/shards/000/audio64.feat" "$c/report/survival.tsv"
status 4 moodpipe repair
is "$(same $other shards/000/audio64.feat report/survival.tsv shards/000/enriched.ndjson)" \
    "" "what can be is mended, byte for byte"
is "$(jq .records "$c/report/summary.json")" \
    "$(jq .records "$TMP/whole/report/summary.json")" "and the report is written"
is "$(generation "$c")" "$(generation "$TMP/whole")" "what is asked is what it was"
is "$(cmp "$TMP/damaged.pack" "$c/models/enrich.pack" 2>&1)" "" "the model is put back"
like "$(grep -c . "$TMP/err") $(cat "$TMP/err")" \
    "enrich.pack was fitted .*cannot be made again.*moodpipe refit" "and told"
is "$(named "$TMP/out" | tr ' ' '\n' | tail -n 1)" models/enrich.pack "it is still named"
is "$(named "$c/state/damage")" models/enrich.pack "state/damage keeps that, and it alone"
status 4 moodpipe verify
is "$(named "$TMP/out")" models/enrich.pack "as verify does"
cp -p "$TMP/whole/models/enrich.pack" "$c/models/enrich.pack"
status 0 moodpipe repair
ok test ! -e "$c/state/damage"
like "$(cat "$TMP/err")" "did not end" "put back: the rest is for a build"
ok demo "$c" index CRAWL="$TMP/crawl.csv"
status 0 moodpipe verify
is "$(generation "$c")" "$(generation "$TMP/whole")" "which is as it was"

# So where it is gone, and where what it made is damaged, too.
rm "$c/models/enrich.pack"
flip shards/000/enriched.ndjson shards/001/mood.feat report/summary.txt
status 4 moodpipe repair
ok test ! -e "$c/models/enrich.pack"
is "$(named "$c/state/damage")" "models/enrich.pack shards/000/enriched.ndjson" \
    "one that is gone, and what it made"
is "$(same shards/001/mood.feat shards/001/enriched.ndjson report/tracks.feat)" "" \
    "all else is mended"
like "$(head -n 3 "$c/report/summary.txt")" "tracks" "the report, too"
# a copy of the model is all it takes
cp -p "$TMP/whole/models/enrich.pack" "$c/models/enrich.pack"
status 0 moodpipe repair
ok demo "$c" index CRAWL="$TMP/crawl.csv"
is "$(same shards/000/enriched.ndjson models/enrich.pack)" "" "the rest is mended"

# A generation that is not asked any more.
asked=$(basename "$(readlink -f "$c/index/current")")
old=$(find "$c/index" -name '*.idx' ! -name "$asked" -printf '%f\n')
flip "index/$old"
status 4 moodpipe verify
is "$(named "$TMP/out")" "index/$old" "the index before this one is read, too"
status 0 moodpipe repair

# Sound by themselves, of something else. Without checksums of files these alone
# tell it.
put_back() { # FILES...: with their times
	local f
	for f; do cp -p "$TMP/whole/$f" "$c/$f"; done
}
rm -rf "$TMP/whole"
cp -a "$c" "$TMP/whole"
rm "$c/state/sums"
sed -i '$s/[0-9]\t/7\t/' "$c/models/centre.tsv"
cmp -s "$c/models/centre.tsv" "$TMP/whole/models/centre.tsv" &&
    sed -i 's/\([0-9]\)$/1\1/' "$c/models/centre.tsv"
touch -r "$TMP/whole/models/centre.tsv" "$c/models/centre.tsv"
status 4 moodpipe verify
like "$(cat "$TMP/out")" "idx	.*made with another .*centre.tsv" "another middle of moods"
put_back models/centre.tsv
of=$c/shards/000
ok embed bridge -q --fit "$c/models/bridge.pack" --text "$of/text.feat" \
    --features "$of/audio64.feat" --mood "$of/mood.feat" "$of/felt.ndjson"
touch -r "$TMP/whole/models/bridge.pack" "$c/models/bridge.pack"
status 4 moodpipe verify
like "$(cat "$TMP/out")" "idx	.*made with another .*bridge.pack" "another bridge"
put_back models/bridge.pack state/sums
status 0 moodpipe verify

ok demo "$c" corpus CRAWL="$TMP/crawl.csv"
mv "$c/state/links.db" "$TMP/links.db"
status 4 moodpipe verify
like "$(cat "$TMP/out")" "links.db	is gone, and tracks were told" "no history"
: >"$c/state/links.db"
status 4 moodpipe verify
like "$(cat "$TMP/out")" "links.db	says other things" "an empty one"
want=$(generation "$c")
status 4 moodpipe repair
like "$(cat "$TMP/err")" "moodpipe refresh asks" "what to do"
is "$(generation "$c")" "$want" "nothing that was told is lost"
ok demo "$c" corpus CRAWL="$TMP/crawl.csv"
status 0 moodpipe verify

# A build goes on while verify reads the sound, and what it replaces is not
# called damaged; for the rest it waits.
mkdir "$TMP/slow"
cat >"$TMP/slow/sha256sum" <<END
#!/bin/sh
case \$* in
*$c/audio*) : >"$TMP/reads"; while [ ! -e "$TMP/built" ]; do sleep 0.1; done ;;
esac
exec $(command -v sha256sum) "\$@"
END
chmod +x "$TMP/slow/sha256sum"
PATH=$TMP/slow:$PATH moodpipe verify >"$TMP/said" 2>&1 &
for ((i = 0; i < 100; i++)); do
	[ ! -e "$TMP/reads" ] || break
	sleep 0.1
done
ok test -e "$TMP/reads"
cp data/demo/crawl.csv "$TMP/crawl.csv"
ok demo "$c" index CRAWL="$TMP/crawl.csv"
: >"$TMP/built"
wait $!
is "$? $(cat "$TMP/said")" "0 verify: $c is sound" "verify, while a build went on"
flock -s "$c/lock" sleep 2 &
ok demo "$c" index CRAWL="$TMP/crawl.csv"
like "$(cat "$TMP/log")" "waits for moodpipe verify" "a build waits for one that reads"
flock "$c/lock" sleep 2 &
sleep 0.3
status 3 moodpipe verify
like "$(cat "$TMP/err")" "being built" "which does not wait for a build"
wait
done_testing
