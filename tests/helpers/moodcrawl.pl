#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# moodcrawl.pl CLIPS HALF OUT [SEED]: the clips of CLIPS/labels.csv whose
# artists are of HALF (a: the SHA-256 of the name begins with an even byte; b)
# as a user's crawl: half of the links lead to sound, the others to a page
# without, a tenth is dead; of genres and tags, which describe the music, three
# in four are gone. Which, a hash of the seed and the file's name says. How often
# a track was played has nothing to do with its mood. Writes
#   OUT/crawl.csv  title, artist, genre, tags, playback_count, permalink_url
#   OUT/root/      what faultd answers with
#   OUT/truth.tsv  name in the link, quadrant, artist, genres, state of the
#                  link (heard, silent, dead), playback_count
#   OUT/other.tsv  file, quadrant, artist of the clips of the other half
# labels.csv: file, quadrant, artist, title, genres, moods; no cell is quoted.
use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);

my ($clips, $half, $out, $seed) = @ARGV; # CLIPS: an absolute path
$seed //= 1;
die "usage: moodcrawl.pl CLIPS a|b OUT [SEED]\n"
    unless defined $out && $half =~ /^[ab]$/;

sub to { open my $f, '>', "$out/$_[0]" or die "$out/$_[0]: $!\n"; return $f }
sub number { # 0 to 1, of what and which
	return hex(substr(sha256_hex("$seed:$_[0]:$_[1]"), 0, 8)) / 2**32;
}
# The share of the files that has the smallest numbers.
sub draw {
	my ($what, $share, @files) = @_;
	my @sorted = sort { number($what, $a) <=> number($what, $b) } @files;
	return map { $_ => 1 } @sorted[0 .. int($share * @files + .5) - 1];
}
sub cell { my $x = shift; $x =~ s/"/""/g; return "\"$x\"" }

my (%row, @files);
my $other = to('other.tsv');
open my $labels, '<', "$clips/labels.csv" or die "$clips/labels.csv: $!\n";
<$labels>;
while (<$labels>) {
	s/[\r\n]+$//;
	my ($file, $quadrant, $artist, @more) = split /,/, $_, -1;
	if ((ord(sha256($artist)) % 2 ? 'b' : 'a') eq $half) {
		push @files, $file;
		$row{$file} = [$quadrant, $artist, @more];
	} else {
		print $other "$file\t$quadrant\t$artist\n";
	}
}
@files = sort @files;

my %dead = draw('dead', .1, @files);
my %heard = draw('heard', .5, @files);
my %genre = draw('genre', .25, @files);
my %tags = draw('tags', .25, @files);
mkdir "$out/$_" for 'root', 'root/silent';
my ($crawl, $truth) = (to('crawl.csv'), to('truth.tsv'));
print $crawl "title,artist,genre,tags,playback_count,permalink_url\n";
for my $file (@files) {
	my ($quadrant, $artist, $title, $genres, $moods) = @{$row{$file}};
	my $state = $dead{$file} ? 'dead' : $heard{$file} ? 'heard' : 'silent';
	# most are played seldom, a few very often
	my $plays = int(exp(3 + 11 * number('plays', $file)));
	my $path = $state eq 'heard' ? $file : "$state/$file.html";
	if ($state eq 'heard') {
		symlink "$clips/$file", "$out/root/$file" or die "$file: $!\n";
	} elsif ($state eq 'silent') {
		print { to("root/$path") }
		    "<!DOCTYPE html><title>$title by $artist</title>\n",
		    "<p>$title by $artist.</p>\n";
	}
	print $crawl join(',', cell($title), cell($artist),
	    cell($genre{$file} ? $genres : ''),
	    cell($tags{$file} ? $moods : ''), $plays,
	    "http://corpus.test/$path"), "\n";
	print $truth "$path\t$quadrant\t$artist\t$genres\t$state\t$plays\n";
}
