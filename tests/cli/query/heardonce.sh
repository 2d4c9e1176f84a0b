# SPDX-License-Identifier: GPL-3.0-or-later
# A file that a journey is to be like is heard once, not at each of its places.
. "$ROOT/tests/tap.sh"
cd "$TMP" || exit 1
mkdir music workers
for s in ambient blues dnb fugue metal reggae tango; do
	synth -q --seconds 8 -o "music/Somebody - $s.wav" \
		"$MOODPIPE_DATA/demo/scores/$s.score"
done
mv "music/Somebody - tango.wav" new.wav
ingest -q music >tracks
ok extract-features -q -o sound.feat tracks
ok mood-map -q --fit centre.tsv --features sound.feat
ok mood-map -q --features sound.feat --centre centre.tsv -o mood.feat tracks
ok embed audio -q --fit pca.pack sound.feat
ok embed audio -q --model pca.pack --features sound.feat -o audio.feat tracks
ok build-index -q --index index --sound sound.feat --mood mood.feat \
	--audio audio.feat --sound-model pca.pack --centre centre.tsv tracks

# What hears it, counted: once for its id, once for its sound.
cat >workers/worker-guest <<END
#!/bin/sh
echo >>"$TMP/heard"
exec "$BIN/worker-guest" "\$@"
END
chmod +x workers/worker-guest
export MOODPIPE_WORKERS=$TMP/workers
times() { wc -l <heard; }
ask() { : >heard; query --index index -q "$@" >found; }
ask --like new.wav
is "$(times)" 2 "a request without a way"
ask --arc 'sad -> calm -> happy' --like new.wav
is "$(times) $(jq '.legs | length' found)" "2 7" "one of seven places"
is "$(jq '[.legs[].understood.tracks[0].heard] | all' found)" true "all of them know it"
ask --from new.wav --to 'Somebody - blues' --unlike new.wav
is "$(times)" 2 "named twice"
printf '{"arc":"sad -> happy","like":["new.wav"]}\n%.0s' 1 2 >requests
ask <requests
is "$(times) $(wc -l <found)" "4 2" "another request hears what is there then"
done_testing
