/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crawlmake BYTES: a table of at least BYTES bytes on standard output, with the
 * columns, fill rates and lengths of a SoundCloud export: quoted cells of many
 * lines, doubled quotes, other scripts. Every 20th row but the first names an
 * earlier row's URL in another spelling. Always the same bytes. The last line
 * on standard error is "rows=N duplicates=M".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

static const char header[] =
    "track_id,title,username,permalink_url,genre,tag_list,description,"
    "created_at,release_date,duration_ms,playback_count,likes_count,"
    "reposts_count,comment_count,download_count,license,label_name,policy,"
    "pub_artist,pub_album,pub_writer,explicit,isrc,followers_count,source\n";

static const char *const words[] = {
	"love",  "night",  "rain", "heart", "run",   "city",  "dream", "fire",
	"blue",  "light",  "you",  "never", "again", "dance", "river", "slow",
	"gold",  "winter", "home", "gone",  "sun",   "glass", "echo",  "ghost",
	"Remix", "(feat.", "DJ",   "mix)",  "vol.",  "the",   "of",    "&",
};
static const char *const foreign[] = {
	"\xC3\xA9t\xC3\xA9",                /* Latin */
	"\xE2\x9C\xA8",                     /* sparkles */
	"\xF0\x9F\x94\xA5",                 /* fire */
	"\xD0\xBD\xD0\xBE\xD1\x87\xD1\x8C", /* Cyrillic */
	"\xE5\xA4\x9C\xE3\x81\xAE",         /* Japanese */
	"\xD9\x84\xD9\x8A\xD9\x84",         /* Arabic */
	"\xE2\x80\x93",                     /* dash */
	"K\xC3\xB6ln",
};
static const char *const sentences[] = {
	"Recorded live in one take, mixed at home. ",
	"Out now on all platforms!\n",
	"Buy it here: https://label.example.com/release/4711?ref=sc\n\n",
	"He said \"\"once more\"\" and we played it again. ",
	"Follow me:\nhttps://social.example.org/artist\n",
	"Thanks to everybody who came to the show last week. ",
	"01. Intro\n02. First light\n03. River (extended)\n",
	"Written, produced and mastered by the band. ",
};
static const char *const genres[] = {
	"House",   "Rock",      "Hip-hop & Rap",
	"Ambient", "Jazz",      "Folk & Singer-Songwriter",
	"Techno",  "Electronic"
};

struct rng {
	uint64_t s;
};

static uint64_t next(struct rng *r) /* SplitMix64 */
{
	uint64_t z = r->s += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void put_words(struct str *out, struct rng *r, size_t n, bool exotic)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t x = next(r);

		if (i)
			str_putc(out, ' ');
		str_puts(out, exotic && x >> 32 & 1 ? foreign[x % 8]
						    : words[x % 32]);
	}
}

static void put_date(struct str *out, uint64_t i)
{
	str_printf(out, "20%02u-%02u-%02uT%02u:29:05Z", (unsigned)(7 + i % 17),
		   (unsigned)(1 + i % 12), (unsigned)(1 + i % 28),
		   (unsigned)(i % 24));
}

static void put_number(struct str *out, uint64_t v)
{
	str_u64(out, v);
	str_putc(out, ',');
}

/* The URL of row i in its spelling 0, or another. */
static void put_url(struct str *out, uint64_t i, unsigned spelling)
{
	uint64_t h = i * UINT64_C(0x9e3779b97f4a7c15);

	str_puts(out, spelling & 1 ? "http://SoundCloud.com/"
				   : "https://soundcloud.com/");
	str_puts(out, words[h >> 59]);
	str_u64(out, h >> 40 & 0xffff);
	str_putc(out, '/');
	str_puts(out, words[h >> 35 & 15]);
	str_putc(out, '-');
	str_puts(out, words[h >> 30 & 15]);
	str_putc(out, '-');
	str_u64(out, i);
	if (spelling & 2)
		str_puts(out, "?utm_source=clipboard&si=0a1b");
	if (spelling & 4)
		str_puts(out, "/#top");
}

static void put_description(struct str *out, struct rng *r)
{
	bool exotic = next(r) % 10 < 3;
	size_t n = 1 + next(r) % 6;

	n += next(r) % 16 == 0 ? next(r) % 80 : 0;
	str_putc(out, '"');
	for (size_t i = 0; i < n; i++) {
		str_puts(out, sentences[next(r) % 8]);
		put_words(out, r, 4, exotic);
		str_putc(out, i % 2 ? '\n' : ' ');
	}
	str_putc(out, '"');
}

static void put_row(struct str *out, struct rng *r, uint64_t i)
{
	uint64_t plays = next(r) % (UINT64_C(1) << next(r) % 24);
	uint64_t earlier = i ? next(r) % i : 0;

	put_number(out, i * 37 + 2);
	put_words(out, r, 2 + next(r) % 5, next(r) % 10 == 0);
	str_putc(out, ',');
	put_words(out, r, 1 + next(r) % 2, next(r) % 20 == 0);
	str_putc(out, ',');
	if (i && i % 20 == 0)
		put_url(out, earlier + (earlier % 20 == 0),
			(unsigned)(i / 20 % 8));
	else
		put_url(out, i, 0);
	str_putc(out, ',');
	if (next(r) % 10 < 7)
		str_puts(out, genres[next(r) % 8]);
	str_putc(out, ',');
	if (next(r) % 10 < 6)
		put_words(out, r, 1 + next(r) % 12, next(r) % 25 == 0);
	str_putc(out, ',');
	if (next(r) % 20 < 11)
		put_description(out, r);
	str_putc(out, ',');
	put_date(out, next(r));
	str_putc(out, ',');
	if (next(r) % 5 == 0)
		put_date(out, next(r));
	str_putc(out, ',');
	put_number(out, 20000 + next(r) % 600000);
	put_number(out, plays);
	put_number(out, plays / 40);
	put_number(out, plays / 900);
	put_number(out, plays / 1000);
	put_number(out, plays / 5000);
	str_puts(out, "all-rights-reserved,");
	if (next(r) % 6 == 0)
		put_words(out, r, 2, false);
	str_puts(out, ",MONETIZE,");
	if (next(r) % 5 == 0)
		put_words(out, r, 2, false);
	str_putc(out, ',');
	if (next(r) % 7 == 0)
		put_words(out, r, 3, false);
	str_puts(out,
		 next(r) % 10 ? ",,,," : ",\"Writer, A.\",false,QZ1234567,");
	put_number(out, next(r) % 50000);
	str_puts(out, "created\n");
}

int main(int argc, char **argv)
{
	struct rng r = { 1 };
	struct str out = { 0 };
	uint64_t want, done = 0, i = 0;

	if (argc != 2 || num_u64(span_of(argv[1]), &want))
		return 2;
	str_puts(&out, header);
	while (done + out.n < want) {
		put_row(&out, &r, i++);
		if (out.n < 1 << 20)
			continue;
		if (fwrite(out.p, 1, out.n, stdout) != out.n)
			return 3;
		done += out.n;
		out.n = 0;
	}
	if (fwrite(out.p, 1, out.n, stdout) != out.n)
		return 3;
	str_release(&out);
	fprintf(stderr, "rows=%llu duplicates=%llu\n", (unsigned long long)i,
		(unsigned long long)(i ? (i - 1) / 20 : 0));
	return fflush(stdout) ? 3 : 0;
}
