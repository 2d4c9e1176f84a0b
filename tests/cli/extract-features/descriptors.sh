# SPDX-License-Identifier: GPL-3.0-or-later
# Descriptors: the table they come from, and how they tell recordings of
# ../shared apart, as areas under the ROC curve. Of the excerpts with mood
# labels those 150 whose artists no weight was fitted on (SHA-1 of the artist
# odd); GTZAN, music/ and its speech were never fitted on. The contrasts that
# are made for each descriptor are in tests/unit/contrasts.c.
. "$ROOT/tests/tap.sh"

# --- a broken table says where ---
mkdir "$TMP/data"
cp "$ROOT"/data/*.tsv "$TMP/data"
printf 'energy\tloudness\tround\t0\t1\t1\n' >"$TMP/data/descriptors.tsv"
echo '{"id":"a"}' >"$TMP/one"
MOODPIPE_DATA=$TMP/data extract-features -q -o "$TMP/one.feat" "$TMP/one" \
	2>"$TMP/err"
is "$?" 4 'a broken table is a bad artifact'
like "$(cat "$TMP/err")" 'descriptors.tsv:1: shape "round"' 'and says where'

shared=$ROOT/../shared/audio
if ! [ -d "$shared/moods" ] || ! [ -d "$shared/music" ]; then
	skip 'descriptors of recordings' 'no shared data'
	done_testing
fi
shared=$(cd "$shared" && pwd)

# Lines of "id path class ...", tab-separated.
cat >"$TMP/choose.pl" <<'E2'
use strict;
use warnings;
use Digest::SHA 'sha1_hex';

my $dir = shift;
my $n = 0;
open my $f, '<', "$dir/moods/labels.csv" or die;
<$f>;
while (<$f>) {
	s/\s+$//;
	my ($file, $q, $artist, $title, $genres) = split /,/;
	next if hex(substr(sha1_hex($artist), -1)) % 2 == 0 || $n++ >= 150;
	my @class = ('song', $q =~ /Q[12]/ ? 'aroused' : 'calm');
	my $soft = $genres =~ /Folk|Classical|New Age|Country|Jazz|Vocal|Easy|Blues|International/;
	my $hard = $genres =~ m{Electronic|Rap|Pop/Rock};
	my $other = $genres =~ /R&B|Avant|Stage|Reggae|Latin|Comedy|Holiday/;
	push @class, 'soft' if $soft && !$hard && !$other;
	push @class, 'hard' if $hard && !$soft &&
		$genres !~ /Latin|Stage|Avant/;
	print join("\t", $file, "$dir/moods/$file", @class), "\n";
}
if (open $f, '<', "$dir/tempo_key/gtzan/labels.csv") {
	<$f>;
	while (<$f>) {
		my ($file, $genre) = split /,/;
		print join("\t", $file, "$dir/tempo_key/gtzan/$file", 'song',
			"gtzan-$genre"), "\n";
	}
}
for (sort glob("$dir/music/*.ogg")) {
	my ($name) = m{([^/]+)$};
	my $text = '';
	if (open my $t, '<', s/ogg$/txt/r) {
		local $/;
		$text = <$t>;
	}
	my $class = $text =~ /LibriSpeech/ ? 'speech'
		: $text =~ /pibble|humpback|bird/i ? 'noise' : 'music';
	print join("\t", $name, "$dir/music/$name", $class), "\n";
}
E2
perl "$TMP/choose.pl" "$shared" >"$TMP/list"
jq -cR 'split("\t") | {id: .[0], audio: {path: .[1]}}' "$TMP/list" >"$TMP/in"
extract-features -q -o "$TMP/a.feat" "$TMP/in" 2>"$TMP/err"
feat json --tracks "$TMP/in" "$TMP/a.feat" >"$TMP/rows"

cat >"$TMP/auc.pl" <<'E2'
use strict;
use warnings;
use JSON::PP;

my ($dir, $descriptor, $positive, $negative) = @ARGV;
my (%value, @p, @n);
open my $f, '<', "$dir/rows" or die;
while (<$f>) {
	my $r = decode_json($_);
	$value{$r->{id}} = $r->{$descriptor};
}
open $f, '<', "$dir/list" or die;
while (<$f>) {
	chomp;
	my ($id, $path, @class) = split /\t/;
	my $v = $value{$id};
	next if !defined $v;
	push @p, $v if grep { /^(?:$positive)$/ } @class;
	push @n, $v if grep { /^(?:$negative)$/ } @class;
}
my $wins = 0;
for my $a (@p) {
	$wins += $a > $_ ? 1 : $a == $_ ? 0.5 : 0 for @n;
}
printf "%.3f %d %d\n", @p && @n ? $wins / @p / @n : 0, scalar @p, scalar @n;
E2
floor() { # DESCRIPTOR POSITIVE NEGATIVE FLOOR
	local got n m
	read -r got n m < <(perl "$TMP/auc.pl" "$TMP" "$1" "$2" "$3")
	if [ "$n" -eq 0 ] || [ "$m" -eq 0 ]; then
		skip "$1: $2 against $3" 'not there'
		return
	fi
	like "$(awk -v a="$got" -v b="$4" 'BEGIN { print (a >= b) }')" 1 \
		"$1: AUC $got, $n $2 against $m $3, floor $4"
}
floor speechiness speech music 0.95
floor speechiness speech song 0.95
floor speechiness speech 'song|music' 0.95
floor energy aroused calm 0.85
floor acousticness soft hard 0.80
floor acousticness 'gtzan-(classical|jazz)' 'gtzan-(metal|disco|hiphop)' 0.90
floor danceability 'gtzan-(disco|hiphop|reggae)' \
	'gtzan-(classical|metal|jazz)' 0.80
floor instrumentalness 'gtzan-(classical|jazz)' \
	'gtzan-(pop|hiphop|country|reggae|disco)' 0.80
floor instrumentalness music speech 0.95
is "$(jq -rs '[.[] | .energy, .danceability, .acousticness, .speechiness,
	.instrumentalness, .liveness | values | select(. < 0 or . > 1)] |
	length' "$TMP/rows")" 0 'all from 0 to 1'
done_testing
