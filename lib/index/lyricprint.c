/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/lyricprint.h"

#include "index/lyricprintformat.h"

const struct lyricprint_sections lyricprint_lyrics = {
	"lyricprint.rows", "lyricprint.first", "lyricprint.words",
	"lyricprint.buckets", "lyricprint.grams"
};
const struct lyricprint_sections lyricprint_titles = {
	"titleprint.titles", "titleprint.first", "titleprint.words",
	"titleprint.buckets", "titleprint.grams"
};

static int unfit(const char *section, struct err *err)
{
	return err_set(err, ERR_DATA, "artifact",
		       "section \"%s\" does not fit the others of its print; "
		       "build the index again",
		       section);
}

unsigned lyricprint_width(size_t count)
{
	unsigned bits = 1;

	while (bits < 32 && count > (size_t)1 << bits)
		bits++;
	return bits;
}

unsigned lyricprint_bucket_bits(size_t words, unsigned width)
{
	unsigned bits = 1;

	while ((size_t)LYRICPRINT_PER_BUCKET << bits < words)
		bits++;
	while (bits > 36 || bits + LYRICPRINT_MARK + width > 64)
		bits--;
	return bits;
}

int lyricprint_view(struct lyricprint *p, const struct pack *pack,
		    const struct lyricprint_sections *name, struct err *err)
{
	size_t buckets;

	*p = (struct lyricprint){ .count = 0 };
	if (!pack_get(pack, name->text).p)
		return 0;
	p->text = pack_array(pack, name->text, sizeof(*p->text), SIZE_MAX,
			     &p->count, err);
	if (!p->text)
		return -1;
	if (!p->count || p->count > LYRICPRINT_TEXTS)
		return unfit(name->text, err);
	p->first = pack_array(pack, name->first, sizeof(*p->first),
			      p->count + 1, NULL, err);
	if (!p->first)
		return -1;
	p->words = pack_array(pack, name->words, sizeof(*p->words), SIZE_MAX,
			      &p->total, err);
	if (!p->words)
		return -1;
	p->width = lyricprint_width(p->count);
	p->bits = lyricprint_bucket_bits(p->total, p->width);
	buckets = ((size_t)1 << p->bits) + 1;
	p->buckets = pack_array(pack, name->buckets, sizeof(*p->buckets),
				buckets, NULL, err);
	if (!p->buckets)
		return -1;
	p->grams = pack_get(pack, name->grams);
	return !p->grams.p || p->grams.n < sizeof(uint64_t)
		   ? unfit(name->grams, err)
		   : 0;
}

size_t lyricprint_words(const struct lyricprint *p, size_t i,
			const uint16_t **words)
{
	uint64_t from, to;

	if (i >= p->count)
		return 0;
	from = p->first[i];
	to = p->first[i + 1];
	if (from > to || to > p->total || to - from > LYRICPRINT_WORDS)
		return 0;
	*words = p->words + from;
	return (size_t)(to - from);
}

/* The output function of SplitMix64. */
uint64_t lyricprint_gram(uint16_t a, uint16_t b, uint16_t c)
{
	uint64_t h = (uint64_t)a << 32 | (uint64_t)b << 16 | c;

	h += UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

/* The entry at a place: mark, then text. Beyond the end: all ones. */
static uint64_t entry(const struct lyricprint *p, uint64_t place)
{
	unsigned size = LYRICPRINT_MARK + p->width;
	uint64_t bit = place * size, word;

	if (bit / 8 > p->grams.n - sizeof(word))
		return UINT64_MAX >> (64 - size);
	memcpy(&word, p->grams.p + bit / 8, sizeof(word));
	return word >> (bit & 7) & (UINT64_MAX >> (64 - size));
}

size_t lyricprint_at(const struct lyricprint *p, uint64_t place)
{
	size_t i = (size_t)(entry(p, place) & (UINT64_MAX >> (64 - p->width)));

	return i < p->count ? i : SIZE_MAX;
}

/* The first place in from..to whose mark is not below. */
static uint64_t lower(const struct lyricprint *p, uint64_t from, uint64_t to,
		      uint64_t mark)
{
	while (from < to) {
		uint64_t middle = from + (to - from) / 2;

		if (entry(p, middle) >> p->width < mark)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct lyricprint_run lyricprint_find(const struct lyricprint *p, uint64_t gram)
{
	uint64_t mark = gram << p->bits >> (64 - LYRICPRINT_MARK);
	size_t bucket = (size_t)(gram >> (64 - p->bits));
	struct lyricprint_run run = { 0, 0 };

	if (!p->count || p->buckets[bucket] >= p->buckets[bucket + 1])
		return run;
	run.from = lower(p, p->buckets[bucket], p->buckets[bucket + 1], mark);
	run.to = lower(p, run.from, p->buckets[bucket + 1], mark + 1);
	return run;
}
