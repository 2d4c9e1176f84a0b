#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# journeyscore.pl LABELS VECTORS <answers: do journeys go where they should, by
# what people say of the tracks? LABELS: id, valence, arousal. VECTORS: what
# `feat json --tracks` says of vectors of sound. The qid of an answer is its way:
# "v,a v,a ...". Prints, for each number of stations, the means of
#   rho    Spearman's correlation of a track's place in the list with its
#          label's on the line from the first station to the last; of two
#   away   how far labels are from the way, each from its track's place
#   step   how far neighbours' labels are apart, by any two of the list's (what
#          a shuffled list has is 1), and
#   sorted the same of the list sorted along the line, of two stations
#   alike  the cosine of neighbours' vectors, less that of any two
#   off    seconds from what was asked for, where minutes were
use strict;
use warnings;
use JSON::PP;

die "usage: journeyscore.pl LABELS VECTORS <answers\n" unless @ARGV == 2;
my (%label, %vector);
open my $labels, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
while (<$labels>) {
	chomp;
	my ($id, @place) = split /\t/;
	$label{$id} = \@place;
}
open my $vectors, '<', $ARGV[1] or die "$ARGV[1]: $!\n";
while (<$vectors>) {
	my $row = decode_json($_);
	my $id = delete $row->{id};
	delete @$row{qw(status method confidence)};
	my @x = map { $row->{$_} // 0 } sort keys %$row;
	my $norm = 0;
	$norm += $_ * $_ for @x;
	$norm = sqrt($norm) || 1;
	$vector{$id} = [map { $_ / $norm } @x];
}

sub away { # two places
	my ($p, $q) = @_;
	return sqrt(($p->[0] - $q->[0])**2 + ($p->[1] - $q->[1])**2);
}
sub cosine {
	my ($x, $y) = @_;
	my $sum = 0;
	$sum += $x->[$_] * $y->[$_] for 0 .. $#$x;
	return $sum;
}
sub mean { my $sum = 0; $sum += $_ for @_; return @_ ? $sum / @_ : 0 }
sub ranks { # equals have the mean of theirs
	my @x = @_;
	return map {
		my $v = $_;
		(grep { $_ < $v } @x) + ((grep { $_ == $v } @x) + 1) / 2
	} @x;
}
sub correlation {
	my ($x, $y) = @_;
	my ($mx, $my) = (mean(@$x), mean(@$y));
	my ($xy, $xx, $yy) = (0, 0, 0);
	for (0 .. $#$x) {
		$xy += ($x->[$_] - $mx) * ($y->[$_] - $my);
		$xx += ($x->[$_] - $mx)**2;
		$yy += ($y->[$_] - $my)**2;
	}
	return $xx * $yy > 0 ? $xy / sqrt($xx * $yy) : 0;
}
# What neighbours are like, and any two.
sub pairs {
	my ($like, @x) = @_;
	my (@near, @any);
	for my $i (0 .. $#x) {
		push @near, $like->($x[$i - 1], $x[$i]) if $i;
		push @any, map { $like->($x[$i], $x[$_]) } 0 .. $i - 1;
	}
	return (mean(@near), mean(@any));
}
sub on_the_way { # a share of it, and the stations
	my ($share, @way) = @_;
	my $at = $share * $#way;
	my $i = $at >= $#way ? $#way - 1 : int $at;
	return [map { $way[$i][$_] + ($at - $i) *
		    ($way[$i + 1][$_] - $way[$i][$_]) } 0, 1];
}

my %figures;
while (<STDIN>) {
	my $answer = decode_json($_);
	my @way = map { [split /,/] } split / /, $answer->{qid};
	my @id = grep { $label{$_} && $vector{$_} }
	    map { $_->{track_id} } @{$answer->{results}};
	my @place = map { $label{$_} } @id;
	my $to = $figures{scalar @way} //= {};
	my $journey = $answer->{metadata}{journey};
	next if @id < 3;

	push @{$to->{away}}, mean(map {
		away($place[$_], on_the_way($_ / $#place, @way)) } 0 .. $#place);
	my ($near, $any) = pairs(\&away, @place);
	push @{$to->{step}}, $any ? $near / $any : 1;
	my ($like, $other) = pairs(\&cosine, map { $vector{$_} } @id);
	push @{$to->{alike}}, $like - $other;
	push @{$to->{off}}, abs($journey->{seconds} - 60 * $journey->{minutes})
	    if $journey->{minutes};
	next if @way > 2;
	my @along = map {
		($_->[0] - $way[0][0]) * ($way[1][0] - $way[0][0]) +
		($_->[1] - $way[0][1]) * ($way[1][1] - $way[0][1]) } @place;
	push @{$to->{rho}}, correlation([0 .. $#along], [ranks(@along)]);
	my @sorted = sort { $along[$a] <=> $along[$b] || $a <=> $b } 0 .. $#along;
	($near) = pairs(\&away, @place[@sorted]);
	push @{$to->{sorted}}, $any ? $near / $any : 1;
}
my @kinds = qw(rho away step sorted alike off);
print join("\t", 'stations', 'journeys', @kinds), "\n";
for my $stations (sort { $a <=> $b } keys %figures) {
	my $of = $figures{$stations};
	print join("\t", $stations, scalar @{$of->{away} // []}, map {
		$of->{$_} ? sprintf('%.3f', mean(@{$of->{$_}})) : '-' } @kinds), "\n";
}
