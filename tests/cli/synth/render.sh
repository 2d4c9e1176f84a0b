# SPDX-License-Identifier: GPL-3.0-or-later
# synth: one clip, many clips, what is kept, what is refused.
. tests/tap.sh
cat >"$TMP/a.score" <<'END'
title A test
tempo 120
key C major
genre Test
mood happy
seconds 2
track tune piano
	c4 e4 g4 e4
track kit drums
	kick x...
variant one
variant two key=A mode=minor mood=sad format=ogg
variant three format=mp3
variant four format=wav channels=2 rate=44100
END
cd "$TMP" || exit

ok synth -q -o one.flac a.score
is "$(head -c 4 one.flac)" fLaC "the suffix names the format"
synth a.score >stdout.flac
ok cmp one.flac stdout.flac
ok synth -q -o two.ogg --clip a-two a.score
ok synth -q --dir x -j 1 a.score
is "$(ls x | tr '\n' ' ')" "a-four.wav a-one.flac a-three.mp3 a-two.ogg " \
	"a file per clip"
ok cmp one.flac x/a-one.flac
ok cmp two.ogg x/a-two.ogg
sleep 1.1 # the random serial of an Ogg stream depends on the second
ok synth -q --dir y -j 4 a.score
ok diff -r x y

synth --dir x a.score 2>err
like "$(cat err)" 'in=4 made=0 kept=4' "what is up to date is kept"
rm x/a-two.ogg
synth --dir x a.score 2>err
like "$(cat err)" 'in=4 made=1 kept=3' "what is gone is made again"
sed -i 's/tempo 120/tempo 60/' a.score
synth --dir x a.score 2>err
like "$(cat err)" 'in=4 made=4 kept=0' "a changed score is rendered again"
status 1 cmp -s x/a-one.flac y/a-one.flac
printf 'nonsense' >x/.synth
ok synth -q --dir x a.score
ok synth -q --seconds 0.5 -o short.wav a.score
is "$(wc -c <short.wav)" 22094 "--seconds: 0.5 s at 22050 Hz, 16 bits"

is "$(synth --truth a.score | sed -n 3p)" \
	"$(printf 'a-two.ogg\t60\t9\t0\tTest\t3')" "--truth"

status 2 synth
status 2 synth a.score a.score
status 2 synth --clip nobody a.score
status 2 synth -o one.aiff a.score
status 2 synth -o one a.score
status 2 synth --seconds -1 a.score
status 4 synth --dir x a.score a.score
like "$(cat err)" 'a-one' "two clips of one name are refused"
printf 'title B\n\ntempo 500\n' >b.score
status 4 synth --truth b.score
like "$(cat err)" '^synth: b.score:3: found "500", expected' \
	"an error names file, line, what was found and expected"
status 3 synth --truth none.score
like "$(cat err)" 'none.score' "a missing score is named"
status 3 synth -q --dir a.score/x a.score
if [ -w /dev/full ]; then
	synth a.score >/dev/full 2>err
	is $? 3 "a full disk is noticed"
else
	skip "a full disk is noticed" "no /dev/full"
fi
done_testing
