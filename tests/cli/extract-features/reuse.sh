# SPDX-License-Identifier: GPL-3.0-or-later
# extract-features --reuse: a new version of some columns recomputes these
# alone. The old files are made by featmake: a value that is wrong on purpose
# and comes out again was taken over, one that does not was computed anew.
. "$ROOT/tests/tap.sh"
featmake=$BUILD/tests/helpers/featmake
cd "$TMP" || exit 1
mkdir audio data
# Of a row's own columns, so that nothing here depends on what is heard.
for d in energy danceability acousticness speechiness instrumentalness liveness
do printf '%s\ttempo\tlinear\t100\t50\t1\n' $d; done >data/descriptors.tsv
export MOODPIPE_DATA=$TMP/data

# tone FILE SECONDS HERTZ: 16-bit mono at 8 kHz, with a beat every half second.
tone() {
	LC_ALL=C awk -v s="$2" -v f="$3" 'BEGIN {
		n = s * 8000
		printf "%08x", n
		for (i = 0; i < n; i++) {
			env = i % 4000 < 600 ? 1 : 0.2
			v = int(9000 * env * sin(i * f * 6.283185307 / 8000))
			printf "%04x", v < 0 ? v + 65536 : v
		}
	}' | perl -e 'my $h = <STDIN>; my $n = hex substr $h, 0, 8;
		my $d = pack "v*", map { hex } unpack "x8 (a4)*", $h;
		print "RIFF", pack("V", 36 + 2 * $n), "WAVEfmt ",
			pack("VvvVVvv", 16, 1, 1, 8000, 16000, 2, 16),
			"data", pack("V", 2 * $n), $d' >"$1"
}
tone audio/a.wav 8 440
tone audio/b.wav 9 523.25
tone audio/short.wav 2 440
# "b" is known by the bytes of the file.
cat >in.ndjson <<-EOF
	{"id":"a","audio":{"path":"a.wav","sha256":"0a"}}
	{"id":"b","audio":{"path":"b.wav"}}
	{"id":"c","audio":{"path":"short.wav","sha256":"0c"}}
	{"id":"d","title":"no audio"}
EOF
extract() { extract-features --audio-root audio "$@" in.ndjson 2>err; }
said() { tail -1 err; }
value() { # FILE COLUMN: of each row, "-" where it has none
	feat json --tracks in.ndjson "$1" | jq -r ".$2 // \"-\"" | tr '\n' ' '
}
rhythm='tempo tempo_alt tempo_conf beat_int_mean beat_int_std beat_regularity
	onset_rate'
every() { printf "%s$1 " $2; }

status 0 extract -o fresh.feat
is "$(said | cut -d' ' -f2-4)" 'in=4 ok=3 err=1' 'a fresh file'
status 0 feat verify -q fresh.feat
extract --reuse fresh.feat -o again.feat
like "$(said)" ' reused=4 [0-9.]*s$' 'nothing changed: all rows as they are'
ok cmp fresh.feat again.feat

# Other versions of the rhythm, with values that no sound has.
$featmake alter $(every '@' "$rhythm") $(every '=777' "$rhythm") \
	<fresh.feat >old.feat
is "$(value old.feat tempo)" '777 777 - - ' 'an old file with wrong tempi'
extract --reuse old.feat -o new.feat
like "$(said)" ' reused=2 partly=2 ' 'rows with sound are reused in part'
ok cmp fresh.feat new.feat
for j in 1 3; do
	extract -q -j $j --reuse old.feat -o j.feat
	ok cmp fresh.feat j.feat
done

# Beside them, columns of the same version with values that can be told apart.
kept='mfcc1_mean key loudness_range dissonance_max chroma_mean'
$featmake alter $(every '@' "$rhythm") $(every '=777' "$rhythm $kept") \
	<fresh.feat >old.feat
extract --reuse old.feat -o new.feat
for c in mfcc1_mean key dissonance_max chroma_mean; do
	is "$(value new.feat $c)" '777 777 - - ' "$c is taken over"
done
is "$(value new.feat tempo)" "$(value fresh.feat tempo)" \
	'tempo is computed anew'
is "$(value new.feat energy)" "$(value fresh.feat energy)" \
	'and what follows from it'
ok feat verify new.feat

# One column of each group.
for c in centroid_q75 chroma_std tempo_conf tuning dissonance_mean loudness \
	decoded_fraction dynamic_range; do
	$featmake alter $c@ $c=777 <fresh.feat >old.feat
	extract --reuse old.feat -o new.feat
	ok cmp fresh.feat new.feat
done
like "$(said)" ' partly=2 ' 'counted'
$featmake alter duration@ duration=777 <fresh.feat >old.feat
extract --reuse old.feat -o new.feat
like "$(said)" ' reused=1 partly=3 ' \
	'a row that is too short has a duration, too'
ok cmp fresh.feat new.feat

# A new column here; more columns, or another order, there.
$featmake alter -key -liveness <fresh.feat >old.feat
extract --reuse old.feat -o new.feat
like "$(said)" ' reused=2 partly=2 ' 'a column that was not there'
ok cmp fresh.feat new.feat
$featmake alter +sparkle reverse <fresh.feat >old.feat
is "$(feat columns old.feat | sed -n '1p;$p' | cut -f1 | tr '\n' ' ')" \
	'liveness sparkle ' 'a file of another order'
extract --reuse old.feat -o new.feat
like "$(said)" ' reused=4 [0-9.]*s$' 'needs no more than it has'
ok cmp fresh.feat new.feat

# Only descriptors: nothing is opened. "a" is gone, and known by its sha256.
mv audio/a.wav away.wav
extract --reuse fresh.feat -o new.feat
like "$(said)" ' reused=4 ' 'a whole row needs no file'
sed 's/100/150/' data/descriptors.tsv >table
mv table data/descriptors.tsv
extract --reuse fresh.feat -o new.feat
like "$(said)" ' ok=3 err=1 reused=2 partly=2 ' \
	'another table of descriptors: no sound is heard'
extract --reuse old.feat -o new2.feat
mv away.wav audio/a.wav
extract -o table.feat
ok cmp table.feat new.feat
ok cmp table.feat new2.feat
isnt_same() { ! cmp -s "$@"; }
ok isnt_same table.feat fresh.feat

# For another column it is. Values outlive a sound that is gone; what is there
# but no longer the same is measured.
$featmake alter key@ <table.feat >old.feat
mv audio/a.wav away.wav
extract --reuse old.feat -o new.feat
like "$(said)" ' ok=3 err=1 reused=2 partly=2 ' 'a file that is gone'
is "$(feat json new.feat | jq -r .status | tr '\n' ' ')" \
	'ok ok too-short no-input ' 'is still known'
is "$(value new.feat tempo)" "$(value table.feat tempo)" 'by its old values'
is "$(value new.feat key | cut -d' ' -f1)" - 'and by no others'
cp audio/short.wav audio/a.wav
extract --reuse old.feat -o new.feat
is "$(feat json new.feat | jq -r .status | tr '\n' ' ')" \
	'too-short ok too-short no-input ' 'another file in its place'
extract -o fresh.feat
ok cmp fresh.feat new.feat
mv away.wav audio/a.wav

# Another recipe, another format, no file: nothing is taken.
extract -o fresh.feat
extract --seconds 5 --reuse fresh.feat -o new.feat
like "$(said)" ' reused=0 [0-9.]*s$' 'another recipe'
extract --seconds 5.0004 -o fraction.feat
ok cmp new.feat fraction.feat # a recipe says milliseconds
extract --reuse nowhere.feat -o new.feat
like "$(said)" ' reused=0 [0-9.]*s$' 'no file'
like "$(cat err)" 'nowhere.feat: no such file' 'which is said: was it typed wrong?'
# One's own output may have nothing to reuse, as in a first build or a refit.
extract --reuse own.feat -o own.feat
is "$(wc -l <err)" 1 'no file yet'
extract --seconds 5 --reuse own.feat -o own.feat
like "$(said)" ' reused=0 [0-9.]*s$' 'but one of other settings'
is "$(wc -l <err)" 1 'which is normal'
extract -v --reuse own.feat -o own.feat
like "$(cat err)" 'own.feat: no feature file of this' 'and said at -v'
ok cmp fresh.feat own.feat
perl -e 'local $/; $_ = <STDIN>; substr($_, 8, 1) = "\1"; print' \
	<fresh.feat >one.feat
extract --reuse one.feat -o new.feat
like "$(said)" ' reused=0 [0-9.]*s$' 'format 1'
like "$(cat err)" 'one.feat: no feature file of this format' 'and why'
ok cmp fresh.feat new.feat
status 4 feat info one.feat
like "$(cat err)" 'older moodpipe; build it again with make' \
	'elsewhere it is refused, with a remedy'

# A record that named no audio, and now names some that cannot be read.
echo '{"id":"e"}' >e.ndjson
extract-features -q --audio-root audio -o old.feat e.ndjson
for path in nowhere.wav ../audio/a.wav; do
	echo "{\"id\":\"e\",\"audio\":{\"path\":\"$path\"}}" >e.ndjson
	extract-features --audio-root audio --reuse old.feat -o new.feat \
		e.ndjson 2>err
	is "$(said | cut -d' ' -f2-5)" 'in=1 ok=0 err=1 reused=0' \
		"nothing is not the same as $path"
done

# Standard input is the records, a fifo would never open.
mkfifo fifo
for old in - /dev/stdin fifo .; do
	timeout 20 extract-features --audio-root audio --reuse "$old" \
		-o new.feat <in.ndjson 2>err
	is "$(said | cut -d' ' -f2-5)" 'in=4 ok=3 err=1 reused=0' \
		"an old file that is none: $old"
done

rm data/descriptors.tsv
status 3 extract -o x.feat
echo nonsense >data/descriptors.tsv
status 4 extract -o x.feat
like "$(cat err)" 'descriptors.tsv:1' 'a broken table is named'
done_testing
