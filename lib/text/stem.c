/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/stem.h"

#include <libstemmer.h>
#include <stdlib.h>

#include "base/mem.h"

enum { STEM_MIN = 3, STEM_MAX = 64 };

struct stem {
	struct sb_stemmer *snowball;
};

struct stem *stem_new(void)
{
	struct stem *s = mem_alloc(sizeof(*s));

	s->snowball = sb_stemmer_new("english", "UTF_8");
	if (!s->snowball)
		abort(); /* libstemmer without its English */
	return s;
}

void stem_free(struct stem *s)
{
	if (!s)
		return;
	sb_stemmer_delete(s->snowball);
	free(s);
}

struct span stem_word(struct stem *s, struct span word)
{
	const sb_symbol *p;
	size_t i;

	if (word.n < STEM_MIN || word.n > STEM_MAX)
		return word;
	for (i = 0; i < word.n; i++)
		if (word.p[i] < 'a' || word.p[i] > 'z')
			return word;
	p = sb_stemmer_stem(s->snowball, (const sb_symbol *)word.p,
			    (int)word.n);
	if (!p)
		return word;
	return (struct span){ (const char *)p,
			      (size_t)sb_stemmer_length(s->snowball) };
}
