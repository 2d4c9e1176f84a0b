# SPDX-License-Identifier: GPL-3.0-or-later
# A corpus with a network (CNN=folder): remembered, heard once, in the index
# beside the components; another network is only itself heard anew.
. tests/corpus.sh
i=0
mkdir "$TMP/music"
for score in $(ls -d data/demo/scores/* | head -6); do
	synth -q --dir "$TMP/synth" "$score"
done
for f in "$TMP"/synth/*; do
	i=$((i + 1))
	mv "$f" "$TMP/music/Song $i.${f##*.}"
done
last=$TMP/last.${f##*.}
mv "$TMP/music/Song $i.${f##*.}" "$last"
n=$((i - 1))

network() { # SEED: as another export would put it there
	"$BUILD/tests/helpers/netmake" tf "$1" "$TMP/net.new.safetensors" \
	    c:n/one:1:4 d:n/two:6144:128
	mv "$TMP/net.new.safetensors" "$TMP/my net/weights.safetensors"
}
mkdir "$TMP/my net"
cat >"$TMP/my net/config.json" <<END
{"mels": 64, "layers": [{"conv": "n/one"}, {"pool": 2}, {"flatten": "hwc"},
 {"dense": "n/two"}]}
END
network 1
build() { # TARGET [VAR=value...]
	local target=$1
	shift
	env CORPUS="$TMP/c" CRAWL="$TMP/music" SHARDS=2 "$@" \
	    pipelines/corpus.sh "$target" >"$TMP/log" 2>&1
}
heard() { sha256sum "$TMP"/c/shards/*/cnn.feat; }
counts() { # DIR: of the index' components and network's vectors
	grep -ao '{"format":.*}' "$1/index/current" | jq -c '[.audio, .cnn]'
}

ok build index
plain=$(generation "$TMP/c")
is "$(counts "$TMP/c")" "[$n,null]" "without a network: components"

ok build index CNN="$TMP/my net"
is "$(counts "$TMP/c")" "[$n,$n]" "with one: both"
for stage in ingest extract-features enrich mood-map; do
	is "$(runs "$stage")" 0 "a network is no reason to run $stage"
done
is "$(computed "embed audio")" "$n" "every track is heard"
with=$(generation "$TMP/c") first=$(heard)
is "$(query --index "$TMP/c/index" sad | rerank --index "$TMP/c/index" |
	jq '[.results[].signals.audio != null] | [length, all]' | jq -c)" \
	"[$n,true]" "it answers"

ok build index
is "$(cat "$TMP/log")" "" "remembered, and nothing to do"
ok build refit
is "$(generation "$TMP/c")" "$with" "a refit leaves it alone"
is "$(heard)" "$first" "and what was heard"

for how in "1 1" "3 4"; do
	set -- $how
	ok env CORPUS="$TMP/s$1" CRAWL="$TMP/music" SHARDS="$1" JOBS="$2" \
	    CNN="$TMP/my net" pipelines/corpus.sh index
	is "$(generation "$TMP/s$1")" "$with" "$1 shards, -j$2: the same bytes"
done

network 2
ok build index
is "$(runs "embed audio") $(computed "embed audio")" "2 $n" \
	"another network: its vectors alone are computed"
is "$(runs extract-features) $(runs "impute audio")" "0 0" "and nothing else"
ok test "$(generation "$TMP/c")" != "$with"
network 1
ok build index
is "$(generation "$TMP/c")" "$with" "the first again: the first generation"

mv "$last" "$TMP/music/Song $i.${last##*.}"
ok build index
is "$(computed "embed audio")" 2 "one more track: one vector of each kind"
is "$(counts "$TMP/c")" "[$((n + 1)),$((n + 1))]" "both are there"
rm "$TMP/music/Song $i.${last##*.}"
ok build index CNN=
is "$(generation "$TMP/c")" "$plain" "CNN=: as if there had been none"
ok build index
is "$(generation "$TMP/c")" "$plain" "that is remembered, too"

# What somebody else called a network's file is no setting.
touch "$TMP/my net/"$'x\nINGEST_OPTIONS=--nonsense'
ok build index CNN="$TMP/my net"
ok build index
rm "$TMP/my net/"x*
ok build index CNN=
status 2 env CORPUS="$TMP/c" CNN=$'a\nCRAWL=b' pipelines/corpus.sh index
like "$(cat "$TMP/err")" 'CNN=.*' "nor is a line of its path"

status 3 env CORPUS="$TMP/c" CNN="$TMP/nowhere" pipelines/corpus.sh index
like "$(cat "$TMP/err")" 'no such folder: .*nowhere .*CNN=' "a missing folder"
mkdir "$TMP/empty"
status 4 env CORPUS="$TMP/c" CNN="$TMP/empty" pipelines/corpus.sh index
like "$(cat "$TMP/err")" 'neither weights.safetensors nor weights.npz' "an empty one"
is "$(generation "$TMP/c")" "$plain" "the index stays"

# Within a quota sound goes when it was heard for both, not before.
gone() { cat "$TMP"/d/shards/*/tracks.ndjson | grep -c '"audio_status":"evicted"'; }
ok demo "$TMP/d" corpus
rm -f "$TMP/d/state/000.seen"	# as if this shard had something new
ok demo "$TMP/d" corpus AUDIO_QUOTA=2M CNN="$TMP/my net"
is "$(gone)" 0 "what the network has not heard stays"
first=$(cat "$TMP"/d/shards/*/cnn.feat | sha256sum) with=$(generation "$TMP/d")
rm -f "$TMP/d/state/000.seen"
ok demo "$TMP/d" corpus
ok test "$(gone)" -gt 0
is "$(cat "$TMP"/d/shards/*/cnn.feat | sha256sum)" "$first" \
	"vectors outlive their sound"
is "$(generation "$TMP/d")" "$with" "and so does the index"
done_testing
