# SPDX-License-Identifier: GPL-3.0-or-later
# Sound that could not be read, for the time being, is heard by the next
# refresh; with a quota sound that was heard goes, and its features stay.
. tests/corpus.sh
export HEAL_BUDGET=0 # no catalogue is asked
mkdir "$TMP/music" "$TMP/bin"
synth -q --dir "$TMP/music" data/demo/scores/amazing-grace.score
clips=$(ls "$TMP/music" | wc -l)
ln -s "$BIN"/* "$TMP/bin"
rm "$TMP/bin/extract-features"
cat >"$TMP/bin/extract-features" <<EOF
#!/bin/bash
mv "$TMP/music" "$TMP/away"
"$BIN/extract-features" "\$@"
status=\$?
mv "$TMP/away" "$TMP/music"
exit \$status
EOF
chmod +x "$TMP/bin/extract-features"
build() {
	env CORPUS="$TMP/c" CRAWL="$TMP/music" SHARDS=2 "$@" \
	    pipelines/corpus.sh corpus >"$TMP/log" 2>&1
}
unread() { cat "$TMP"/c/shards/*/heard.ndjson | grep -c '"retry":true'; }
ok build BIN="$TMP/bin" JOBS=1
is "$(unread)" "$clips" "the folder was away: errors that may be retried"
ok build
is "$(unread)" 0 "the next build has heard it"
ok build
is "$(cat "$TMP/log")" "" "and the one after it has nothing to do"

ok demo "$TMP/d" corpus
features=$(cat "$TMP"/d/shards/*/audio.feat | sha256sum)
first=$(generation "$TMP/d")
rm -f "$TMP/d/state/000.seen"	# as if this shard had something new
ok demo "$TMP/d" corpus AUDIO_QUOTA=2M
ok test "$(du -sk "$TMP/d/audio" | cut -f1)" -lt 2400
evicted() { grep -c '"audio_status":"evicted"'; }
gone=$(cat "$TMP"/d/shards/*/tracks.ndjson | evicted)
ok test "$gone" -gt 0
is "$(fetch-audio -q --offline --state "$TMP/d/state/links.db" \
    --store "$TMP/d/audio" "$TMP"/d/shards/*/tracks.ndjson | evicted)" "$gone" \
	"what went is news to every shard"
is "$(cat "$TMP"/d/shards/*/audio.feat | sha256sum)" "$features" \
	"features outlive their sound"
is "$(generation "$TMP/d")" "$first" "and so does the index"
ok demo "$TMP/d" corpus
is "$(cat "$TMP/log")" "" "what was evicted is not fetched again"
like "$(cat "$TMP/d/state/remembered")" 'AUDIO_QUOTA=2M' "the quota is remembered"
is "$(jq '.links | add' "$TMP/d/report/summary.json")" \
	"$(cat "$TMP"/d/shards/*/tracks.ndjson | wc -l)" "the report adds up"

# Files of an older release, whose format nothing reads.
for f in "$TMP"/d/shards/*/audio.feat; do
	printf '\1' | dd of="$f" bs=1 seek=8 conv=notrunc status=none
done
echo older >"$TMP/d/state/version"
rm -f "$TMP/d/state/000.seen"
ok demo "$TMP/d" corpus
ok feat verify -q "$TMP"/d/shards/*/audio.feat
done_testing
