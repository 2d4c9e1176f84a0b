# SPDX-License-Identifier: GPL-3.0-or-later
# Sound from real recordings, when they are there.
. "$ROOT/tests/tap.sh"
music=$ROOT/../shared/audio/moods
if [ ! -d "$music" ]; then
	skip "principal components of recordings" "no ../shared/audio/moods"
	done_testing
fi
cd "$TMP" || exit 1
i=0
for f in "$music"/*.ogg; do
	i=$((i + 1))
	[ $i -le 12 ] || break
	printf '{"id":"r%02d","audio":{"path":"%s","sha256":"%064d"}}\n' \
		$i "${f##*/}" $i
done >some
printf '{"id":"silent"}\n' >>some
ok extract-features -q --seconds 5 --audio-root "$music" -o sound.feat some
status 0 embed audio --fit pca.pack --features sound.feat
like "$(cat err)" 'in=13 ok=12' "the fit counts measured rows only"
ok embed audio --fit same.pack -q sound.feat
ok cmp pca.pack same.pack
status 0 embed audio --model pca.pack --features sound.feat -j1 -o one.feat some
ok embed audio --model pca.pack --features sound.feat -q -j4 -o four.feat some
ok cmp one.feat four.feat
tac some >backwards
ok embed audio --model pca.pack --features sound.feat -q -o back.feat backwards
status 0 embed audio --model pca.pack --features sound.feat --reuse back.feat \
	-o again.feat some
like "$(cat err)" 'reused=13' "rows are reused by key, not by place"
ok cmp one.feat again.feat
head -6 some >half
ok embed audio --model pca.pack --features sound.feat -q -o half.feat half
ok feat verify half.feat
done_testing
