/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rows N [csv|ndjson]: N synthetic tracks on standard output, as sparse as a
 * real crawl: the input of make bench and make scale. Always the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

static const char *const words[] = {
	"love", "night",  "rain", "heart", "run",   "city",  "dream", "fire",
	"blue", "light",  "you",  "never", "again", "dance", "river", "slow",
	"gold", "winter", "home", "gone",  "sun",   "glass", "echo",  "ghost",
};
static const char *const genres[] = { "House", "Rock", "Hip Hop", "Ambient",
				      "Jazz",  "Folk", "Techno" };

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

static void put_words(struct str *out, struct rng *r, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i)
			str_putc(out, ' ');
		str_puts(out,
			 words[next(r) % (sizeof(words) / sizeof(*words))]);
		if (next(r) % 8 == 0) /* a long tail of words */
			str_u64(out, next(r) % 100000);
	}
}

struct row {
	struct str title, description, tags;
	const char *genre;
	uint64_t artist, plays, likes;
	unsigned year;
};

static void make(struct row *w, struct rng *r)
{
	w->title.n = w->description.n = w->tags.n = 0;
	put_words(&w->title, r, 2 + next(r) % 4);
	if (next(r) % 10 < 3)
		put_words(&w->description, r, 10 + next(r) % 60);
	if (next(r) % 10 < 2)
		put_words(&w->tags, r, 1 + next(r) % 5);
	w->genre = next(r) % 4 ? "" : genres[next(r) % 7];
	w->artist = next(r) % 400000;
	w->plays = 1ull << next(r) % 24;
	w->plays += next(r) % w->plays;
	w->likes = next(r) % (w->plays / 8 + 1);
	w->year = next(r) % 2 ? 1950 + (unsigned)(next(r) % 74) : 0;
}

static void csv(struct str *out, const struct row *w, uint64_t i)
{
	str_printf(out, "%s,Artist %llu,", w->title.p,
		   (unsigned long long)w->artist);
	if (w->year)
		str_u64(out, w->year);
	str_printf(out,
		   ",20%02u-%02u-11,%s,%s,\"%s\",%llu,"
		   "https://example.org/a%llu/t%llu,\n",
		   (unsigned)(7 + i % 17), (unsigned)(1 + i % 12), w->genre,
		   w->tags.n ? w->tags.p : "",
		   w->description.n ? w->description.p : "",
		   (unsigned long long)w->plays, (unsigned long long)w->artist,
		   (unsigned long long)i);
}

static void ndjson(struct str *out, const struct row *w, uint64_t i)
{
	str_printf(out,
		   "{\"id\":\"mp%020llx\",\"title\":\"%s\","
		   "\"artist\":\"Artist %llu\"",
		   (unsigned long long)i * 0x9e3779b97f4a7ull, w->title.p,
		   (unsigned long long)w->artist);
	if (w->year)
		str_printf(out, ",\"year\":%u", w->year);
	str_printf(out, ",\"created_at\":\"20%02u-%02u-11T08:00:00Z\"",
		   (unsigned)(7 + i % 17), (unsigned)(1 + i % 12));
	if (*w->genre)
		str_printf(out, ",\"genre\":\"%s\"", w->genre);
	if (w->tags.n)
		str_printf(out, ",\"tags\":\"%s\"", w->tags.p);
	if (w->description.n)
		str_printf(out, ",\"description\":\"%s\"", w->description.p);
	str_printf(out,
		   ",\"playback_count\":%llu,\"likes_count\":%llu,"
		   "\"permalink_url\":\"https://example.org/a%llu/t%llu\","
		   "\"license\":\"cc-by\",\"duration_ms\":%llu,"
		   "\"url_status\":\"VALID\"}\n",
		   (unsigned long long)w->plays, (unsigned long long)w->likes,
		   (unsigned long long)w->artist, (unsigned long long)i,
		   60000 + (unsigned long long)i % 240000);
}

int main(int argc, char **argv)
{
	bool table = argc > 2 && !strcmp(argv[2], "csv");
	struct rng r = { 1 };
	struct row w = { 0 };
	struct str out = { 0 };
	uint64_t n, i;

	if (argc < 2 || num_u64(span_of(argv[1]), &n))
		return 2;
	if (table)
		str_puts(&out, "title,artist,year,created_at,genre,tags,"
			       "description,playback_count,permalink_url,"
			       "extracted_vibe_text\n");
	for (i = 0; i < n; i++) {
		make(&w, &r);
		(table ? csv : ndjson)(&out, &w, i);
		if (out.n > 1 << 20 || i + 1 == n) {
			if (fwrite(out.p, 1, out.n, stdout) != out.n)
				return 3;
			out.n = 0;
		}
	}
	str_release(&out);
	str_release(&w.title);
	str_release(&w.description);
	str_release(&w.tags);
	return fflush(stdout) ? 3 : 0;
}
