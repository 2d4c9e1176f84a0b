#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# nightworld.pl NIGHT OUT DEMO [SOUNDCLOUD ROWS]: the world that a corpus is kept
# of, as it is in that night (1, 2 ...): a crawl of the demo's rows and of a
# SoundCloud export's first ROWS or, as "all" says, all of them, and how the test server answers for their links. By the
# night rows arrive and leave, some for good; titles, texts and addresses
# change; links die and come back, move, want a password, break. A night's world
# is a function of its number alone. Writes
#
#   OUT/crawl.csv  the table
#   OUT/rules.tsv  for faultd
#   OUT/truth.tsv  URL, status that asking it gives; links whose status asking
#                    once does not tell are left out
#
# and prints the number of rows of the table.
use strict;
use warnings;
use Digest::MD5 'md5';

my ($night, $out, $demo, $soundcloud, $most) = @ARGV;
die "usage: nightworld.pl NIGHT OUT DEMO [SOUNDCLOUD ROWS]\n"
    unless defined $demo;

# From 0 to 1, of a row and what happens to it.
sub chance { return unpack('N', md5(join "\n", @_)) / 2**32 }
# One of the nights FIRST to LAST.
sub when {
	my ($first, $last, @of) = @_;
	return $first + int(chance('when', @of) * ($last - $first + 1));
}

sub read_table { # bytes in, bytes out; cells keep their quotes
	my ($path) = @_;
	open my $f, '<:raw', $path or die "$path: $!\n";
	my ($head, @rows);
	while (defined(my $line = <$f>)) {
		while (($line =~ tr/"//) % 2) {
			my $more = <$f>;
			last unless defined $more;
			$line .= $more;
		}
		$line =~ s/\r?\n\z//;
		next if $line eq '';
		my @cells;
		while ($line =~ /\G("(?:[^"]|"")*"|[^,]*)(,|\z)/g) {
			push @cells, $1;
			last if $2 eq '';
		}
		if ($head) {
			push @rows, \@cells;
		} else {
			$cells[0] =~ s/^\xef\xbb\xbf//;
			$head = \@cells;
		}
	}
	my %at = map { $head->[$_] => $_ } 0 .. $#$head;
	return ($head, \%at, \@rows);
}

# --- links ---

my %rules; # path: lines of behaviour
open my $f, '<', "$demo/server.tsv" or die "$demo/server.tsv: $!\n";
while (<$f>) {
	chomp;
	next if /^#/ || !/\t/;
	my ($path, $rest) = split /\t/, $_, 2;
	push @{$rules{$path}}, $rest;
}
close $f;

sub told { # what asking once gives, as far as it can be said here
	my (@how) = @_;
	return unless @how == 1;
	return 'VALID' if $how[0] =~ /^(file|html)\b/;
	return 'DEAD' if $how[0] =~ /^status\t(404|410)$/;
	return 'REQUIRES_AUTH' if $how[0] =~ /^(auth$|status\t40[13]$)/;
	return;
}

my (%done, %truth);
sub link_tonight { # URL
	my ($url) = @_;
	return unless $url =~ m{^http://([^/]+)(/.*)$};
	my ($host, $path) = ($1, $2);
	return if $done{$path}++;
	push @{$rules{$path}}, 'html' if $host eq 'soundcloud.com' && !$rules{$path};
	my @how = @{$rules{$path} // []};
	my $status = told(@how) // '';
	if ($status eq 'VALID') {
		my $luck = chance('link', $path);
		my $from = when(2, 10, 'link', $path);
		if ($luck < 0.10) { # dies, and half come back
			my $back = $luck < 0.05 ? $from + 3 : 99;
			@how = ("status\t404")
			    if $night >= $from && $night < $back;
		} elsif ($luck < 0.14) {
			if ($night >= $from) {
				$rules{"/elsewhere$path"} = [@how];
				@how = ("redirect\t301 /elsewhere$path");
				$status = 'MOVED';
			}
		} elsif ($luck < 0.17) {
			@how = ('auth') if $night >= $from;
		} elsif ($luck < 0.20) { # the server breaks, for good
			@how = ('drop') if $night >= when(2, 4, 'drop', $path);
		}
		$status = told(@how) // ($status eq 'MOVED' ? $status : '');
	}
	$rules{$path} = \@how if @how;
	$truth{$url} = $status if $status;
}

# --- rows ---

sub there { # whether a row is in tonight's table
	my ($key) = @_;
	my $arrives = chance('first', $key) < 0.6 ? 1 : when(2, 13, 'in', $key);
	return 0 if $night < $arrives;
	my $luck = chance('leave', $key);
	return 1 if $luck > 0.08;
	my $leaves = when($arrives + 1, 12, 'out', $key);
	my $back = $luck < 0.03 ? $leaves + 2 : 99;
	return $night < $leaves || $night >= $back;
}

sub changed { # CELL WORDS: with the words behind what it has
	my ($cell, $words) = @_;
	return $cell =~ s/"\z/ $words"/r if $cell =~ /^".*"\z/s;
	return $cell eq '' ? $words : "$cell $words";
}

my (@header, @table);
sub rows_tonight { # TABLE'S PATH, HOW MANY ROWS (or all), ITS NAMES OF OURS
	my ($path, $most, %ours) = @_;
	my ($head, $at, $rows) = read_table($path);
	my $link = $at->{permalink_url};
	my $n = 0;
	@header = @$head unless @header;
	for my $r (@$rows) {
		if (@$r != @$head) { # broken, and to be refused
			push @table, $r unless %ours;
			next;
		}
		if (%ours) { # one host, and no TLS
			next unless $r->[$link] =~
			    s{^https://(soundcloud\.com/[^?\s"]+)$}{http://$1};
		}
		last if $most ne 'all' && ++$n > $most;
		my $key = "$r->[$at->{title}]\n$r->[$link]";
		next unless there($key);
		change($key, $r, $at, $link);
		link_tonight($r->[$link]);
		push @table, [map {
			my $c = $at->{$ours{$_} // $_};
			defined $c ? $r->[$c] : ''
		} @header];
	}
}

sub change { # a row, as it is tonight
	my ($key, $r, $at, $link) = @_;
	my $luck = chance('change', $key);
	return if $night < when(2, 13, 'change', $key);
	if ($luck < 0.08) {
		$r->[$at->{title}] = changed($r->[$at->{title}], 'at Dusk');
	} elsif ($luck < 0.12) {
		$r->[$at->{description}] = changed($r->[$at->{description}],
		    'lonely rain all winter');
	} elsif ($luck < 0.14 && $r->[$link] =~ m{^http://[^/]+(/.*)$}) {
		my $old = $1;
		$r->[$link] =~ s/\Q$old\E$/\/renamed$old/;
		$rules{"/renamed$old"} = [@{$rules{$old}}] if $rules{$old};
	}
}

rows_tonight("$demo/crawl.csv", 'all');
rows_tonight($soundcloud, $most, artist => 'username', tags => 'tag_list')
    if defined $soundcloud;
open my $o, '>:raw', "$out/crawl.new" or die "$out/crawl.new: $!\n";
print $o join(',', @$_), "\n" for \@header, @table;
close $o or die "$out/crawl.new: $!\n";
rename "$out/crawl.new", "$out/crawl.csv" or die "$out: $!\n";

open $o, '>', "$out/rules.tsv" or die "$out/rules.tsv: $!\n";
for my $path (sort keys %rules) {
	print $o "$path\t$_\n" for @{$rules{$path}};
}
close $o or die "$out/rules.tsv: $!\n";
open $o, '>', "$out/truth.tsv" or die "$out/truth.tsv: $!\n";
print $o "$_\t$truth{$_}\n" for sort keys %truth;
close $o or die "$out/truth.tsv: $!\n";
print scalar(@table), "\n";
