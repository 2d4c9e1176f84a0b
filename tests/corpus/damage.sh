# SPDX-License-Identifier: GPL-3.0-or-later
# Every kind of file of a corpus, damaged: verify names it, and repair brings
# back what was there, byte for byte, or says why it cannot.
. tests/corpus.sh
unset MOODPIPE_INDEX MOODPIPE_CORPUS
export HEAL_BUDGET=20 SHARDS=2
c=$TMP/c
ok demo "$c" corpus
moodpipe() { CORPUS=$c MOODPIPE_DATA=data pipelines/verify.sh "$@"; }
status 0 moodpipe verify
flip() { # FILE: a byte in its middle
	local at=$(($(wc -c <"$1") / 2))
	printf '%b' "\\x$(printf %02x $((0x$(xxd -s $at -l 1 -p "$1") ^ 1)))" |
	    dd of="$1" bs=1 seek=$at conv=notrunc status=none
}
idx() { readlink -f "$c/index/current"; }
sound=$(cd "$c/audio" && find . -type f | sort | sed -n 5p)
derived="shards/000/crawl.ndjson shards/001/printed.ndjson
shards/000/printed.memo shards/000/tracks.ndjson shards/001/audio.feat
shards/001/filtered.ndjson shards/000/enriched.ndjson shards/001/enriched.memo
shards/000/tagged.ndjson shards/000/felt.ndjson shards/000/felt.memo
shards/001/text.feat shards/000/sound.feat shards/000/mood.feat
shards/001/audio64.feat shards/same.pack report/rejects.ndjson
report/merged.ndjson report/same.ndjson report/survival.tsv
index/$(basename "$(idx)")"
models=$(cd "$c" && echo models/*)
state="state/settings state/remembered state/columns state/crawl state/version
state/text state/cnn state/encoder state/000.digest"
written="report/summary.txt report/summary.json report/index.html
report/tracks.feat report/moodpipe.prom shards/000/heard.ndjson"
cp -a "$c" "$TMP/whole"

# Named, all of them and nothing else, whether together or alone.
put_back() { local f; for f; do cp -p "$TMP/whole/$f" "$c/$f"; done; }
names() { # FILES...: those that are damaged
	local f
	for f; do flip "$c/$f"; done
	moodpipe verify >"$TMP/said" 2>"$TMP/err"
	is "$? $(cut -f1 "$TMP/said" | sed "s|^$c/||" | sort | xargs)" \
	    "4 $(printf '%s\n' "$@" | sort | xargs)" "named: $(echo "$@" | cut -c1-40)"
	put_back "$@"
}
names $derived $models $state $written "audio/${sound#./}"
for f in shards/000/crawl.ndjson models/centre.tsv state/settings state/sums; do
	names $f
done
rm "$c/shards/001/mood.feat" "$c/report/slowest/linkcheck.ndjson"
status 4 moodpipe verify
is "$(sed "s|^$c/||" "$TMP/out" | xargs)" \
    "report/slowest/linkcheck.ndjson is gone shards/001/mood.feat is gone" \
    "what is gone is named"
put_back shards/001/mood.feat report/slowest/linkcheck.ndjson
rm -r "$TMP/whole/report/slowest" "$TMP/whole/report/costs.tsv"

# Damaged all at once, built again.
for f in $derived $state; do flip "$c/$f"; done
rm "$c/shards/000/text.feat" "$c/shards/001/tracks.ndjson"
status 0 moodpipe repair
same() { # FILES...: as they were
	local f
	for f; do cmp "$TMP/whole/$f" "$c/$f"; done 2>&1
}
is "$(same $derived $state $models shards/000/text.feat \
    shards/001/tracks.ndjson shards/000/heard.ndjson)" "" "byte for byte"
for f in $written; do flip "$c/$f"; done
status 0 moodpipe repair
is "$(jq .records "$c/report/summary.json")" 308 "the report is written anew"
is "$(same shards/000/heard.ndjson report/tracks.feat)" "" "and what it needs"

# Models of the corpus as it is are fitted again to the same bytes ...
for f in $models; do flip "$c/$f"; done
status 0 moodpipe repair
is "$(same $models $derived)" "" "models"
# ... those of an earlier one cannot be.
sed -n '1p;20,400p' data/demo/crawl.csv >"$TMP/crawl.csv"
ok demo "$c" index CRAWL="$TMP/crawl.csv"
want=$(generation "$c")
flip "$c/models/enrich.pack"
status 4 moodpipe repair
like "$(cat "$TMP/err")" "enrich.pack was fitted .* moodpipe refit" "is said"
is "$(generation "$c")" "$want" "what is asked is what it was"
cp -p "$TMP/whole/models/enrich.pack" "$c/models/enrich.pack"
status 0 moodpipe repair
is "$(generation "$c")" "$want" "put back"

# Sound and history are asked for again.
ok demo "$c" corpus CRAWL=data/demo/crawl.csv
is "$(generation "$c")" "$(generation "$TMP/whole")" "the crawl as it was"
rm "$c/audio/$sound"
status 4 moodpipe repair
like "$(cat "$TMP/err")" "moodpipe refresh" "says what to do"
like "$(cat "$TMP/out")" "is gone, and [1-9].* tracks refer to it" "and why"
ok demo "$c" corpus
status 0 moodpipe verify
is "$(generation "$c")" "$(generation "$TMP/whole")" "as it was"

# A build that was killed: nothing is damaged.
printf x >>"$c/shards/000/felt.memo"
mv "$c/state/sums" "$c/state/sums.before"
status 0 moodpipe verify
like "$(cat "$TMP/err")" "did not end" "and it is said"
done_testing
