#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# plant.pl SHARED OUT [SEED]: 500 titles of real crawls as records with dead
# links (OUT/records.ndjson), and catalogues for tests/helpers/replica.c with
# the true recordings of 70 % of them, spelt as other people spell them, among
# covers, live versions, remixes, karaoke, namesakes and other titles of the
# artist (OUT/catalogue.ndjson). OUT/truth.tsv: id, half (dev or test, by a hash
# of the title), 1 where the recording is planted. Links and ids of true
# recordings hold "true-N"; their year is 1981, that of all others 1922.
use strict;
use warnings;
use utf8;
use Digest::MD5 qw(md5_hex);
use Encode qw(encode_utf8);
use JSON::PP;
use Unicode::Normalize;

my ($shared, $out, $seed) = @ARGV;
$seed //= 1;
my $json = JSON::PP->new->canonical->utf8;
my $state = hex(substr(md5_hex("seed $seed"), 0, 8));

sub rnd { # 0 .. n-1
	$state = ($state * 1103515245 + 12345) % 4294967296;
	return int(($state >> 8) / 16777216 * $_[0]);
}
sub maybe { return rnd(1000) < 1000 * $_[0] }
sub pick { return $_[rnd(scalar @_)] }
sub hash_of { return md5_hex(encode_utf8("$seed $_[0]")) }

# --- the titles ---

sub read_csv { # one row of a CSV file, fields may span lines
	my ($f) = @_;
	my $line = <$f>;
	return unless defined $line;
	while (($line =~ tr/"//) % 2) {
		my $more = <$f>;
		last unless defined $more;
		$line .= $more;
	}
	$line =~ s/\r?\n\z//;
	my @fields;
	while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(,|\z)/g) {
		my ($v, $end) = (defined $1 ? $1 : $2, $3);
		$v =~ s/""/"/g;
		push @fields, $v;
		last if $end eq '';
	}
	return \@fields;
}

sub jamendo {
	my @all;
	open my $f, '<', "$shared/jamendo/moodtheme_titled.ndjson" or return;
	while (<$f>) {
		my $r = $json->decode($_);
		push @all, { title => $r->{title}, artist => $r->{artist},
			duration => 0 + $r->{duration}, known => 1,
			genre => $r->{genre}[0] };
	}
	return @all;
}

sub soundcloud {
	my @all;
	open my $f, '<:utf8', "$shared/soundcloud/tracks.csv" or return;
	my $head = read_csv($f);
	my %at = map { $head->[$_] => $_ } 0 .. $#$head;
	while (my $r = read_csv($f)) {
		my $ms = $r->[$at{duration_ms}] // 0;
		next unless $ms =~ /^\d+$/ && $ms > 30000;
		push @all, { title => $r->[$at{title}], known => 1,
			artist => $r->[$at{username}], duration => $ms / 1000,
			published => $r->[$at{pub_artist}] // '' };
	}
	return @all;
}

sub lyrics {
	my @all;
	open my $f, '<:utf8', "$shared/lyrics_topics/tcc_pop_1950_1990.csv"
	    or return;
	my $head = read_csv($f);
	while (my $r = read_csv($f)) {
		# The file has no durations: these are made up, and half of
		# the records do not know them.
		push @all, { title => $r->[2], artist => $r->[1],
			duration => 120 + rnd(180),
			known => maybe(0.5) };
	}
	return @all;
}

sub key { return lc(NFKD($_[0]{artist} . "\n" . $_[0]{title})) }

sub choose { # N of them, by hash, none twice
	my ($n, @all) = @_;
	my (%seen, @chosen);
	for my $t (sort { hash_of(key($a)) cmp hash_of(key($b)) } @all) {
		next if $seen{key($t)}++ || $t->{title} !~ /\w/
		    || $t->{artist} !~ /\w/;
		push @chosen, $t;
		last if @chosen == $n;
	}
	return @chosen;
}

my @jamendo = jamendo();
my @soundcloud = soundcloud();
my @lyrics = lyrics();
unless (@jamendo && @soundcloud && @lyrics) {
	print STDERR "no shared data\n";
	exit 1;
}
my @all = (@jamendo, @soundcloud, @lyrics);
my %of_artist;
push @{$of_artist{$_->{artist}}}, $_->{title} for @all;
my @titles = (choose(170, @jamendo), choose(170, @soundcloud),
	choose(160, @lyrics));

my %asked = map { ("$_->{artist}\n" . lc $_->{title} => 1) } @titles;

# --- how other people spell ---

my @people = ('Nadia Ferro', 'MC Okello', 'Lars Bergqvist', 'DJ Pomelo',
	'Yuki Tanabe', 'The Paper Kites Club', 'Rosa Vidal', 'Blind Otto',
	'Kwame Asante', 'Zoë Lind', 'Los Faroles', 'Ivan Petrov', 'Mira Sen');
my @labels = ('Gravel Records', 'Blue Heron', 'Night Kiosk Recordings',
	'Monophon', 'Lagoon Music', 'Pale Fox', 'Tonhalle Digital');
my @places = ('Paradiso', 'the Roundhouse', 'Wembley', 'Köln', 'Montreux 1986',
	'KEXP', 'the Fillmore', 'Tokyo');

sub no_accents { my $s = NFD($_[0]); $s =~ s/\p{Mn}//g; return $s }

sub typo {
	my @w = split / /, $_[0];
	my @long = grep { length($w[$_]) > 4 && $w[$_] =~ /^\p{L}+$/ } 0 .. $#w;
	return $_[0] unless @long;
	my $i = pick(@long);
	my $at = 1 + rnd(length($w[$i]) - 2);
	if (maybe(0.5)) {
		substr($w[$i], $at, 1) = '';
	} else {
		my $two = substr($w[$i], $at, 2);
		substr($w[$i], $at, 2) = reverse $two;
	}
	return join ' ', @w;
}

sub punctuation {
	my ($s) = @_;
	$s =~ s/'/’/g if maybe(0.4);
	$s =~ s/['’]//g if maybe(0.4);
	$s =~ s/ & / and /g or $s =~ s/ and / & /gi;
	$s =~ s/[,!?.]//g if maybe(0.6);
	$s =~ s/(\w)-(\w)/$1 $2/g if maybe(0.4);
	$s =~ s/ - / – /g;
	return $s;
}

sub letters {
	my $k = rnd(4);
	return $k == 0 ? lc $_[0] : $k == 1 ? uc $_[0]
	    : join ' ', map { ucfirst lc } split / /, $_[0];
}

sub respell { # as every catalogue does a little
	my ($title, $artist) = @_;
	($title, $artist) = map { no_accents($_) } $title, $artist
	    if maybe(0.4);
	($title, $artist) = (letters($title), letters($artist)) if maybe(0.4);
	$title = punctuation($title) if maybe(0.4);
	$artist = punctuation($artist) if maybe(0.2);
	return ($title, $artist);
}

# The true recording under another spelling.
sub disguise {
	my ($t) = @_;
	my ($title, $artist) = ($t->{title}, $t->{artist});

	if (($t->{published} // '') =~ /\w/ && maybe(0.5)) {
		$artist = $t->{published};
	} elsif (defined $t->{published} && $title =~ /^(.+?) - (.+)$/
	    && maybe(0.5)) {
		($artist, $title) = ($1, $2);
	}
	($title, $artist) = respell($title, $artist);
	$title = typo($title) if maybe(0.06);
	$artist = typo($artist) if maybe(0.04);
	$title =~ s/\bPart\b/Pt./ or $title =~ s/\bpt\.?(?= )/Part/i;
	$artist =~ s/^The (.+)$/pick("$1, The", $1)/e if maybe(0.6);
	my $guest = pick(@people);
	if (maybe(0.12)) {
		$title .= pick(" (feat. $guest)", " ft. $guest",
			" [featuring $guest]", " feat. $guest");
	} elsif (maybe(0.1)) {
		$artist .= pick(" feat. $guest", " & $guest", ", $guest",
			" ft. $guest");
	}
	my $year = 1990 + rnd(34);
	if (maybe(0.15)) {
		$title .= pick(" (Remastered $year)", " - $year Remaster",
			" [Remastered]", " (Remastered)",
			" - Remastered Version", " ($year Digital Remaster)");
	} elsif (maybe(0.12)) {
		$title .= pick(' (Official Video)', ' [Official Audio]',
			' (Lyrics)', ' [HD]', ' (Original Mix)',
			' [Free Download]', ' (Album Version)',
			' (official music video)', ' [OUT NOW]');
	}
	$title =~ s/ *[(\[][^)\]]*[)\]]$// if maybe(0.04);
	my $label = pick(@labels);
	if (maybe(0.08)) {
		$title .= pick(" [$label]", " | $label", " // $label",
			" ($label)");
	}
	if (maybe(0.06)) {
		$title = sprintf(pick('%02d - %s', '%d. %s', '%02d %s'),
			1 + rnd(14), $title);
	} elsif (maybe(0.1)) {
		$title = "$artist - $title";
		$artist = $label if maybe(0.6);
	} elsif (maybe(0.04)) {
		($title, $artist) = ($artist, $title);
	} elsif (maybe(0.04)) {
		$title = "$title - $artist";
		$artist = $label;
	}
	my $d = $t->{duration};
	my $k = rnd(100);
	$d += $k < 70 ? rnd(5) - 2 : $k < 82 ? pick(-1, 1) * (2 + rnd(4))
	    : $k < 90 ? pick(-1, 1) * (5 + rnd(8)) : 0;
	$d = 0 if $k >= 90;
	return { title => $title, artist => $artist, duration => $d };
}

# --- what is not it ---

# "Artist - Title" by somebody else is the same recording uploaded again: what
# others play is called by the title alone.
sub song {
	my ($t) = @_;
	return $1 if defined $t->{published} && $t->{title} =~ /^.+? [-|] (.+)$/;
	return $t->{title};
}

my @strangers = map { $_->{artist} } choose(400, reverse @all);
sub stranger {
	my ($not) = @_;
	for (1 .. 20) {
		my $s = pick(@strangers);
		return $s if lc $s ne lc $not;
	}
	return 'Nobody At All';
}

sub cover {
	my ($t) = @_;
	my $by = maybe(0.3) ? pick(@people) : stranger($t->{artist});
	my $title = song($t);
	$title .= pick(" ($t->{artist} Cover)", ' (Cover)',
		" ($t->{artist} cover)", ' - Cover', ' (Cover Version)',
		" (Tribute to $t->{artist})") if maybe(0.5);
	return { title => $title, artist => $by,
		duration => $t->{duration} + rnd(41) - 20 };
}

sub live {
	my ($t) = @_;
	my $place = pick(@places);
	my %d = (title => $t->{title}, artist => $t->{artist},
		duration => $t->{duration} + pick(-1, 1) * (4 + rnd(56)));
	if (maybe(0.12)) {
		$d{album} = "Live in $place"; # only its album says so
	} else {
		$d{title} .= pick(" (Live at $place)", ' - Live', ' (Live)',
			" [live in $place]", ' (En Vivo)', ' (Ao Vivo)',
			" - Live at $place", ' (live session)', ' (en directo)',
			" (Live From $place)");
	}
	return \%d;
}

sub remix {
	my ($t) = @_;
	my $who = pick(@people);
	return { title => $t->{title} . pick(" ($who Remix)", ' (Remix)',
			" - $who Remix", ' (Club Mix)', " ($who Rework)",
			' (Extended Mix)', ' (Radio Edit)', " ($who Bootleg)",
			' (VIP Mix)', " [$who remix]", ' (Dub)'),
		artist => maybe(0.8) ? $t->{artist} : $who,
		duration => maybe(0.2) ? $t->{duration}
		    : $t->{duration} + rnd(180) - 60 };
}

sub imitation {
	my ($t) = @_;
	# another one of what it is would be the same
	return if $t->{title} =~
	    /karaoke|instrumental|acoustic|demo|piano|slowed|sped|cappella/i;
	my ($by, $d) = ($t->{artist}, $t->{duration});
	my $mark = pick('(Karaoke Version)', '(Instrumental)', '(Acoustic)',
		'(Demo)', '(Sped Up)', '(slowed + reverb)', '(Nightcore)',
		"(In the Style of $by)", "(Originally Performed by $by)",
		'- Acoustic Version', '- Instrumental', '(8D Audio)',
		'(Piano Version)', '(A Cappella)', '(Alternate Take)');
	$by = pick('Karaoke Hits Band', 'Sing Along Stars', 'Party Tyme')
	    if $mark =~ /Style|Performed/ || ($mark =~ /Karaoke/ && maybe(0.6));
	$d *= $mark =~ /Sped|Night/ ? 0.83 : $mark =~ /slowed/ ? 1.2 : 1;
	return { title => "$t->{title} $mark", artist => $by,
		duration => $d + rnd(5) - 2 };
}

sub namesake {
	my ($t) = @_;
	return { title => song($t), artist => stranger($t->{artist}),
		duration => maybe(0.25) ? $t->{duration} + rnd(5) - 2
		    : 100 + rnd(300) };
}

sub sibling { # another title of the artist
	my ($t) = @_;
	my @others = grep { !$asked{"$t->{artist}\n" . lc} }
	    @{$of_artist{$t->{artist}}};
	my $title;
	if (@others && maybe(0.7)) {
		$title = pick(@others);
	} elsif ($t->{title} =~ /\D\d/ && maybe(0.7)) {
		($title = $t->{title}) =~ s/(?<=\D)(\d+)/$1 + 1 + rnd(3)/e;
	} elsif (maybe(0.4)) {
		$title = $t->{title} . pick(', Pt. 2', ' II', ' (Part 2)',
			' 2', ' (Interlude)', ' (Reprise)');
	} else {
		my @w = split / /, $t->{title};
		$w[rnd(scalar @w)] = pick('Winter', 'Nobody', 'Street', 'Gold',
			'Morning', 'Sister', 'Again');
		$title = join ' ', @w;
	}
	return { title => $title, artist => $t->{artist},
		duration => maybe(0.25) ? $t->{duration} + rnd(5) - 2
		    : 100 + rnd(300) };
}

sub original { # of a title that is itself a version
	my ($t) = @_;
	(my $title = $t->{title}) =~
	    s/ *[(\[][^)\]]*(remix|live|cover|edit|mix|acoustic|version)[^)\]]*[)\]]//i
	    or return;
	return unless $title =~ /\w/;
	return { title => $title, artist => $t->{artist},
		duration => $t->{duration} + pick(-1, 1) * (5 + rnd(60)) };
}

# --- writing ---

open my $records, '>', "$out/records.ndjson" or die;
open my $catalogue, '>', "$out/catalogue.ndjson" or die;
open my $truth, '>', "$out/truth.tsv" or die;
my ($n, $serial) = (0, 0);

sub enter {
	my ($in, $d, $true) = @_;
	my $id = $true ? "true-$n" : 'other-' . $serial++;
	my %e = (in => $in, id => $id, title => $d->{title},
		artist => $d->{artist}, year => $true ? 1981 : 1922);
	$e{duration} = 0 + sprintf '%.2f', $d->{duration}
	    if $d->{duration} > 0;
	$e{album} = $d->{album} if defined $d->{album};
	$e{genre} = $true ? 'right' : 'wrong';
	$e{lyrics} = $true ? "right $n\nwords" : 'wrong words';
	$e{url} = "https://audio.example/$id.mp3";
	if ($in eq 'archive') { # an item of its own
		$e{id} = "$id.mp3";
		$e{item} = "item-$id";
		$e{itemtitle} = $d->{album} // $d->{title};
		$e{title} = undef if maybe(0.1) && !defined $d->{album};
		$e{itemtitle} = $d->{title} unless defined $e{title};
	}
	if ($in eq 'musicbrainz' && $e{title} =~ s/ \(([Ll]ive[^)]*)\)$//) {
		$e{disambiguation} = $1; # that is where it says so
	}
	print $catalogue $json->encode(\%e), "\n";
}

for my $t (@titles) {
	$n++;
	my $planted = maybe(0.7);
	my %r = (id => "t$n", title => $t->{title}, artist => $t->{artist},
		permalink_url => "https://gone.example/$n",
		url_status => 'DEAD');
	$r{duration_ms} = int($t->{duration} * 1000) if $t->{known};
	print $records $json->encode(\%r), "\n";
	my $half = hex(substr(md5_hex(encode_utf8(key($t))), -1)) % 2 ? 'dev'
	    : 'test'; # whatever the seed
	print $truth "t$n\t$half\t", $planted ? 1 : 0, "\n";

	my @decoys = (cover($t), live($t), remix($t), imitation($t),
		namesake($t), sibling($t));
	push @decoys, original($t) // ();
	for my $in (qw(archive jamendo musicbrainz listenbrainz lrclib)) {
		my $here = $planted && ($in eq 'musicbrainz' ||
			$in eq 'lrclib' || $in eq 'listenbrainz' ||
			maybe(0.6));
		# one of the two has it
		$here = 1 if $planted && $in eq 'jamendo' && !$t->{there};
		$t->{there} = 1 if $here && $in eq 'archive';
		my @here = map { my ($ti, $ar) = respell($_->{title},
			$_->{artist});
			+{ %$_, title => $ti, artist => $ar } }
		    grep { maybe(0.8) } @decoys;
		my @entries = map { [$_, 0] } @here;
		splice @entries, rnd(@entries + 1), 0, [disguise($t), 1]
		    if $here;
		enter($in, @$_) for @entries;
	}
}
