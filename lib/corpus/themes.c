/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/themes.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/parts.h"
#include "io/json.h"
#include "math/vector.h"
#include "text/phrases.h"
#include "text/phraseuses.h"

enum { NAME = 32 }; /* bytes of a theme's name, with NUL */

struct use { /* of a phrase by a theme */
	uint32_t theme;
	float weight;
};

/* What the bytes begin with. Phrases and their uses follow, then `known` for
 * each theme, whether it has a centroid, and centroids[themes][dim]. */
#define MAGIC "mptheme1"
struct header {
	char magic[8];
	uint32_t themes, dim;         /* dim 0: no centroids */
	char names[THEMES_MAX][NAME]; /* each ends with a NUL */
};

struct themes {
	const struct header *header;
	size_t count;
	struct span lookups; /* bytes of: */
	struct phrases phrases;
	struct phraseuses uses;
	const uint8_t *known;
	const float *centroids; /* [count][TEXTMODEL_DIM]; NULL: none */
	const struct textmodel *model;
	/* where it was parsed: */
	struct str own;      /* the bytes */
	struct str spelling; /* "theme number, tab, weight, tab, phrase\n" */
	uint8_t own_known[THEMES_MAX];
	float *own_centroids;
};

struct builder {
	struct header header;
	struct phrases_builder phrases;
	struct phraseuses_builder uses;
	struct str *spelling;
	struct stem *stem;
	struct phrasewords words;
};

/* The theme's number; -1: the name is too long, or the table has too many. */
static int find_theme(struct header *h, struct span name, struct err *err)
{
	for (size_t i = h->themes; i-- > 0;)
		if (span_is(name, h->names[i]))
			return (int)i;
	if (h->themes == THEMES_MAX || name.n >= NAME)
		return err_set(err, ERR_DATA, "table",
			       "more than %d themes, or a name of more than "
			       "%d bytes",
			       THEMES_MAX, NAME - 1);
	memcpy(h->names[h->themes], name.p, name.n);
	return (int)h->themes++;
}

static int add_use(struct builder *b, struct use use, struct span phrase,
		   struct err *err)
{
	const struct use *other;
	uint32_t at = 0;
	size_t number;

	phrasewords_read(&b->words, b->stem, phrase);
	if (!b->words.count)
		return err_set(err, ERR_DATA, "table", "a row without a word");
	phrases_add(&b->phrases, &b->words, true, &number);
	while ((other = phraseuses_next(&b->uses, number, &at)))
		if (other->theme == use.theme)
			return err_set(err, ERR_DATA, "table",
				       "\"%.*s\" occurs twice in \"%s\"",
				       (int)phrase.n, phrase.p,
				       b->header.names[use.theme]);
	phraseuses_add(&b->uses, number, &use);
	str_printf(b->spelling, "%u\t%.9g\t%.*s\n", use.theme,
		   (double)use.weight, (int)phrase.n, phrase.p);
	return 0;
}

static int add_line(struct builder *b, struct span line, struct err *err)
{
	struct span name = phrases_field(&line), phrase = phrases_field(&line),
		    weight = phrases_field(&line);
	double w;
	int theme;

	if (!name.n)
		return err_set(err, ERR_DATA, "table", "a row without a theme");
	if (num_double(weight, &w) || w < THEMES_PHRASE_LEAST || w > 1)
		return err_set(err, ERR_DATA, "table",
			       "weight \"%.*s\" where %g to 1 was expected",
			       (int)weight.n, weight.p, THEMES_PHRASE_LEAST);
	theme = find_theme(&b->header, name, err);
	return theme < 0 ? -1
			 : add_use(b, (struct use){ (uint32_t)theme, (float)w },
				   phrase, err);
}

static bool has_good_names(const struct header *h)
{
	if (h->themes > THEMES_MAX)
		return false;
	for (size_t i = 0; i < h->themes; i++)
		if (!h->names[i][0] || !memchr(h->names[i], '\0', NAME))
			return false;
	return true;
}

static int view_lookups(struct themes *t, struct span *rest)
{
	t->lookups.p = rest->p;
	if (phrases_view(&t->phrases, rest) ||
	    phraseuses_view(&t->uses, sizeof(struct use), t->phrases.count,
			    rest))
		return -1;
	t->lookups.n = (size_t)(rest->p - t->lookups.p);
	return 0;
}

static int view_centroids(struct themes *t, struct span *rest)
{
	if (!t->header->dim)
		return 0;
	if (t->header->dim != TEXTMODEL_DIM)
		return -1;
	t->known = parts_take(rest, 1, t->count);
	t->centroids =
	    parts_take(rest, sizeof(float) * TEXTMODEL_DIM, t->count);
	return t->centroids ? 0 : -1;
}

static int view(struct themes *t, struct span bytes, struct err *err)
{
	struct span rest = bytes;

	t->header = parts_take(&rest, sizeof(*t->header), 1);
	if (t->header &&
	    !memcmp(t->header->magic, MAGIC, sizeof(t->header->magic)) &&
	    has_good_names(t->header)) {
		t->count = t->header->themes;
		if (!view_lookups(t, &rest) && !view_centroids(t, &rest) &&
		    !rest.n)
			return 0;
	}
	return err_set(err, ERR_DATA, "artifact",
		       "themes of %zu bytes that are damaged or of another "
		       "release; build the index again",
		       bytes.n);
}

struct themes *themes_view(struct span bytes, const struct textmodel *m,
			   struct err *err)
{
	struct themes *t = mem_zalloc(1, sizeof(*t));

	if (view(t, bytes, err)) {
		themes_free(t);
		return NULL;
	}
	t->model = t->centroids ? m : NULL;
	return t;
}

static int parse(struct builder *b, struct span tsv, struct str *out,
		 struct err *err, size_t *number)
{
	struct span line;

	while (phrases_line(&tsv, &line, number))
		if (add_line(b, line, err))
			return -1;
	parts_put(out, &b->header, sizeof(b->header), 1);
	if (phrases_compile(&b->phrases, out, err))
		return -1;
	phraseuses_compile(&b->uses, out);
	return 0;
}

struct themes *themes_parse(struct span tsv, const char *name, struct err *err)
{
	struct themes *t = mem_zalloc(1, sizeof(*t));
	struct builder b = { .header = { .magic = MAGIC },
			     .uses.size = sizeof(struct use),
			     .spelling = &t->spelling,
			     .stem = stem_new() };
	size_t number = 0;
	int rc = parse(&b, tsv, &t->own, err, &number);

	if (rc)
		err_prefix(err, "%s:%zu", name, number);
	rc = rc || view(t, span_str(&t->own), err);
	phrases_builder_release(&b.phrases);
	phraseuses_builder_release(&b.uses);
	phrasewords_release(&b.words);
	stem_free(b.stem);
	if (!rc)
		return t;
	themes_free(t);
	return NULL;
}

void themes_compile(const struct themes *t, struct str *out)
{
	struct header h = *t->header;

	str_reset(out);
	h.dim = t->centroids ? TEXTMODEL_DIM : 0;
	parts_put(out, &h, sizeof(h), 1);
	parts_put(out, t->lookups.p, 1, t->lookups.n);
	if (!t->centroids)
		return;
	parts_put(out, t->known, 1, t->count);
	parts_put(out, t->centroids, sizeof(float) * TEXTMODEL_DIM, t->count);
}

void themes_free(struct themes *t)
{
	if (!t)
		return;
	str_release(&t->own);
	str_release(&t->spelling);
	free(t->own_centroids);
	free(t);
}

size_t themes_count(const struct themes *t)
{
	return t->count;
}

const char *themes_name(const struct themes *t, size_t theme)
{
	return t->header->names[theme];
}

/* Adds the phrases of one theme to v. */
static void add_phrases(const struct themes *t, size_t theme,
			const struct textmodel *m, struct textvector *v)
{
	struct span rest = span_str(&t->spelling), line;
	size_t number = 0;

	while (phrases_line(&rest, &line, &number)) {
		uint64_t of;
		double weight;

		if (!num_u64(phrases_field(&line), &of) && of == theme &&
		    !num_double(phrases_field(&line), &weight))
			textmodel_add(m, v, line, weight);
	}
}

size_t themes_vectors(struct themes *t, const struct textmodel *m)
{
	struct textvector v = { 0 };
	size_t known = 0;

	t->model = m;
	t->known = NULL;
	t->centroids = NULL;
	if (!m)
		return 0;
	free(t->own_centroids);
	t->own_centroids =
	    mem_zalloc(t->count * TEXTMODEL_DIM + 1, sizeof(float));
	for (size_t i = 0; i < t->count; i++) {
		textvector_reset(&v);
		add_phrases(t, i, m, &v);
		t->own_known[i] = !textvector_finish(&v, t->own_centroids +
							     i * TEXTMODEL_DIM);
		known += t->own_known[i];
	}
	textvector_release(&v);
	t->known = t->own_known;
	t->centroids = t->own_centroids;
	return known;
}

struct reading {
	double weight[THEMES_MAX];
	enum theme_by by[THEMES_MAX];
};

/* Of damaged bytes, any number. */
static double weight_of(const struct use *u)
{
	return u->weight >= 0 && u->weight <= 1 ? (double)u->weight : 0;
}

static void read_words(const struct themes *t, const struct phrasewords *w,
		       struct reading *r)
{
	size_t number, length, n = 0;
	uint32_t *times = mem_zalloc(t->phrases.count + 1, sizeof(*times));
	size_t *met = mem_alloc((w->count + 1) * sizeof(*met));
	double evidence[THEMES_MAX] = { 0 };
	double spread =
	    w->count > THEMES_PLAIN ? sqrt((double)w->count / THEMES_PLAIN) : 1;

	for (size_t i = 0; i < w->count; i += length) {
		length = 1;
		if (phrases_find(&t->phrases, w, i, &number, &length) &&
		    !times[number]++)
			met[n++] = number;
	}
	for (size_t i = 0; i < n; i++) {
		size_t uses;
		const struct use *u = phraseuses_of(&t->uses, sizeof(*u),
						    met[i], THEMES_MAX, &uses);

		for (size_t k = 0; k < uses; k++)
			evidence[u[k].theme % THEMES_MAX] +=
			    weight_of(&u[k]) * (1 + log(times[met[i]]));
	}
	for (size_t i = 0; i < t->count; i++)
		r->weight[i] = 1 - pow(THEMES_DOUBT, evidence[i] / spread);
	free(times);
	free(met);
}

static void read_vector(const struct themes *t, struct span text,
			struct reading *r)
{
	double cosine[THEMES_MAX] = { 0 }, mean = 0, variance = 0;
	float unit[TEXTMODEL_DIM];
	struct textvector v = { 0 };
	size_t n = 0;
	int none;

	textvector_reset(&v);
	textmodel_add(t->model, &v, text, 1);
	none = textvector_finish(&v, unit);
	textvector_release(&v);
	for (size_t i = 0; i < t->count && !none; i++) {
		if (!t->known[i])
			continue;
		cosine[i] = (double)vector_dot(
		    unit, t->centroids + i * TEXTMODEL_DIM, TEXTMODEL_DIM);
		mean += cosine[i];
		variance += cosine[i] * cosine[i];
		n++;
	}
	if (n < 3)
		return;
	mean /= (double)n;
	variance = variance / (double)n - mean * mean;
	for (size_t i = 0; i < t->count && variance > 0; i++) {
		double z;

		if (!t->known[i] || r->weight[i] > 0)
			continue;
		z = (cosine[i] - mean) / sqrt(variance);
		if (!(cosine[i] >= THEMES_COSINE && z >= THEMES_STANDS_OUT))
			continue;
		r->weight[i] =
		    THEMES_VECTOR_MOST * fmin(1, z / (2 * THEMES_STANDS_OUT));
		r->by[i] = THEME_BY_VECTOR;
	}
}

/* Before: the heavier, then the name. */
static bool before(const struct theme_hit *a, const struct theme_hit *b)
{
	if (a->weight > b->weight || a->weight < b->weight)
		return a->weight > b->weight;
	return strcmp(a->name, b->name) < 0;
}

size_t themes_read(const struct themes *t, struct span text,
		   struct theme_hit *hits, size_t max)
{
	struct stem *stem = stem_new();
	struct phrasewords w = { 0 };
	struct reading r = { 0 };
	size_t n = 0;

	phrasewords_read(&w, stem, text);
	read_words(t, &w, &r);
	if (t->model)
		read_vector(t, text, &r);
	for (size_t i = 0; i < t->count; i++) {
		struct theme_hit hit = { themes_name(t, i), (float)r.weight[i],
					 r.by[i] };
		size_t at = n;

		if (!(hit.weight > 0))
			continue;
		while (at > 0 && before(&hit, &hits[at - 1]))
			at--;
		if (at == max)
			continue;
		n += n < max;
		memmove(&hits[at + 1], &hits[at], (n - at - 1) * sizeof(*hits));
		hits[at] = hit;
	}
	phrasewords_release(&w);
	stem_free(stem);
	return n;
}

void themes_json(const struct theme_hit *hits, size_t n, struct str *out)
{
	str_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_puts(out, i ? ",{\"name\":" : "{\"name\":");
		json_put_string(out, span_of(hits[i].name));
		str_puts(out, ",\"weight\":");
		json_put_number(out, (double)hits[i].weight, 3);
		if (hits[i].by == THEME_BY_VECTOR)
			str_puts(out, ",\"by\":\"vector\"");
		str_putc(out, '}');
	}
	str_putc(out, ']');
}
