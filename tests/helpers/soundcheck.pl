#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# soundcheck.pl ROWS EXPECTED BASE: rows as "feat json" prints them against
# lines of id, status, seconds, tolerance of the seconds, decoded fraction (or
# -), and how alike the features are to those of the row BASE: none, beat
# (tempo or its alternative 1 %, key), loud (also loudness 0.3 LU), near (also loudness 0.2 LU,
# centroid, rolloff, bandwidth 5 %, RMS 2 %), same (0.1 LU, 1 %, each MFCC mean
# 0.5 dB). TAP without a plan on standard output, one test per line.
use strict;
use warnings;
use JSON::PP;
my ($rows, $expected, $base) = @ARGV;
my (%row, $failed);
my $count = 0;
open my $f, '<', $rows or die "$rows: $!";
while (<$f>) {
	my $r = decode_json($_);
	$row{ $r->{id} } = $r;
}
my $b = $row{$base} or die "no row $base";
my %limits = (
	none => {},
	beat => { beat => 1 },
	loud => { beat => 1, loudness => .3 },
	near => { beat => 1, loudness => .2, shape => .05, rms => .02 },
	same => { beat => 1, loudness => .1, shape => .01, rms => .01,
		mfcc => .5 },
);
open my $e, '<', $expected or die "$expected: $!";
while (<$e>) {
	chomp;
	my ($id, $status, $seconds, $within, $fraction, $class) = split /\t/;
	my $r = $row{$id};
	my $l = $limits{$class} or die "class $class";
	my @bad;
	my $differs = sub {
		my ($name, $limit, $relative) = @_;
		my ($x, $y) = ($r->{$name} // 'nan', $b->{$name} // 'nan');
		my $d = $x eq 'nan' || $y eq 'nan' ? ($x eq $y ? 0 : 9e9)
			: abs($x - $y) / ($relative ? abs($y) || 1 : 1);
		push @bad, sprintf '%s %s, not %s', $name, $x, $y
			unless $d <= $limit;
	};
	if (!$r) {
		push @bad, 'no row';
	} else {
		push @bad, "status $r->{status}, not $status"
			if $r->{status} ne $status;
		push @bad, "duration " . ($r->{duration} // 'none') . ", not $seconds"
			unless $seconds eq '-' || defined $r->{duration} &&
			abs($r->{duration} - $seconds) <= $within;
		push @bad, "fraction " . ($r->{decoded_fraction} // 'none')
			unless $fraction eq '-' || defined $r->{decoded_fraction} &&
			abs($r->{decoded_fraction} - $fraction) <= .02;
		if ($l->{beat}) {
			# Of two octaves that are as good either will do.
			$differs->('tempo', .01, 1)
				unless $class =~ /beat|loud/ &&
				abs(($r->{tempo_alt} // 0) / ($b->{tempo} // 1) - 1)
				< .01;
			$differs->($_, 0, 0) for qw(key mode);
		}
		$differs->('loudness', $l->{loudness}, 0) if $l->{loudness};
		if ($l->{shape}) {
			$differs->("${_}_mean", $l->{shape}, 1)
				for qw(centroid rolloff bw);
		}
		$differs->('rms_mean', $l->{rms}, 1) if $l->{rms};
		if ($l->{mfcc}) {
			$differs->("mfcc${_}_mean", $l->{mfcc}, 0) for 1 .. 13;
		}
	}
	my $n = ++$count;
	printf "%s %d - %s\n", @bad ? 'not ok' : 'ok', $n, $id;
	print "# $_\n" for @bad;
	$failed = 1 if @bad;
}
exit($failed ? 1 : 0);
