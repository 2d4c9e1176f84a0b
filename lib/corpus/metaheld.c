/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/metaheld.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/metatext.h"
#include "corpus/track.h"
#include "learn/calibration.h"

enum { SHARE = 10, TRUE_TAGS = 64 };
/* Of imputed tags, before it is known: as on a crawl of SoundCloud. */
static const double tag_usual = 0.15, tag_prior = 10; /* tags */
static const double asked_usual = 0.05;
/* How sure tags must be that no text has: the best of these, held out. */
static const float asked[] = { 0.03f, 0.05f, 0.07f, 0.1f, 0.15f, 0.2f, 0.3f };

struct line {
	uint64_t order;
	struct span text; /* owned */
};

struct metaheld {
	struct line *lines;
	size_t count, cap;
};

struct metaheld *metaheld_new(void)
{
	return mem_zalloc(1, sizeof(struct metaheld));
}

static void drop_from(struct metaheld *h, size_t first)
{
	for (size_t i = first; i < h->count; i++)
		free((char *)(uintptr_t)h->lines[i].text.p);
	if (h->count > first)
		h->count = first;
}

void metaheld_free(struct metaheld *h)
{
	if (!h)
		return;
	drop_from(h, 0);
	free(h->lines);
	free(h);
}

bool metaheld_is(struct span id)
{
	return hash_mix(id.p, id.n) % SHARE == 0;
}

static int by_order(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return span_cmp(x->text, y->text);
}

static void keep_first(struct metaheld *h)
{
	if (h->count)
		qsort(h->lines, h->count, sizeof(*h->lines), by_order);
	drop_from(h, METAHELD_MOST);
}

void metaheld_add(struct metaheld *h, struct span id, struct span line)
{
	if (h->count >= 2 * (size_t)METAHELD_MOST)
		keep_first(h);
	MEM_ROOM(h->lines, h->count + 1, h->cap);
	h->lines[h->count++] =
	    (struct line){ hash_mix(id.p, id.n),
			   { mem_dup(line.p, line.n), line.n } };
}

void metaheld_usual(struct metaheld_result *out)
{
	*out = (struct metaheld_result){ 0 };
	for (size_t i = 0; i < TAGMODEL_SOURCES; i++)
		out->sure[i] = (float)tag_usual;
	out->sure[TAGMODEL_LIKELY] = 1;
	out->sure[TAGMODEL_ASKED] = (float)asked_usual;
}

/* --- checking --- */

struct outcomes { /* of one method: how sure it was, whether right */
	float sure[METAHELD_MOST], right[METAHELD_MOST];
	size_t count;
};

struct check {
	const struct metamodel *m;
	struct tagmodel tags; /* its, with what is known by now */
	struct featset *sound;
	int *column;
	struct metatext text;
	struct outcomes of[GENRE_METHODS];
	/* of tracks whose artist the model does not know: their words and
	 * sounds are not those of the artist's other tracks */
	struct outcomes strange[GENRE_METHODS];
	size_t genres, tracks; /* with a genre; with tags */
	double told[TAGMODEL_SOURCES], hits[TAGMODEL_SOURCES];
	double true_tags, shares;
	struct str key, guess, names;
};

static int find_sound(struct check *c, const struct record *r,
		      struct genre_clues *clues, struct err *err)
{
	const struct feat_row *row;

	if (!c->sound)
		return 0;
	if (record_id(r, &c->text.id, err) ||
	    featset_find(c->sound, track_key(span_str(&c->text.id)), &row,
			 err) < 0)
		return -1;
	if (row && feat_status_measured(row->status))
		clues->sound = soundgenre_cluster(&c->m->genres.sound,
						  c->column, row->values) +
			       1;
	return 0;
}

static void add_outcome(struct outcomes *o, double sure, bool right)
{
	o->sure[o->count] = (float)sure;
	o->right[o->count++] = right;
}

static int check_genre(struct check *c, const struct record *r, struct err *err)
{
	struct metatext *t = &c->text;
	struct genre_guess guess[GENRE_METHODS];
	struct genre_clues clues;

	if (metatext_clues(t, &c->m->genres.sound, r, &clues, err) ||
	    find_sound(c, r, &clues, err))
		return -1;
	if (!genremodel_key(fields_text(t->fields.at[FIELD_GENRE], &t->text),
			    NULL, &t->tokens, &c->key))
		return 0;
	genremodel_guesses(&c->m->genres, &clues, guess);
	c->genres++;
	for (int i = 0; i < GENRE_METHODS; i++) {
		bool right;

		if (!guess[i].value.p)
			continue;
		genremodel_key(guess[i].value, NULL, &t->tokens, &c->guess);
		right = span_eq(span_str(&c->guess), span_str(&c->key));
		add_outcome(&c->of[i], guess[i].confidence, right);
		if (!guess[GENRE_ARTIST].value.p)
			add_outcome(&c->strange[i], guess[i].confidence, right);
	}
	return 0;
}

/* The tags of the vocabulary among the uploader's. */
static size_t true_tags(struct check *c, const struct record *r,
			uint32_t out[TRUE_TAGS])
{
	size_t n = 0, start = 0;

	if (track_tags(r, &c->names, NULL) != TRACK_SOURCE)
		return 0;
	for (size_t i = 0; i <= c->names.n && n < TRUE_TAGS; i++) {
		uint32_t tag;
		bool known = false;

		if (i < c->names.n && c->names.p[i] != '\n')
			continue;
		if (tagmodel_named(
			&c->tags,
			(struct span){ c->names.p + start, i - start },
			&c->text.tokens, &c->key, &tag, 1)) {
			for (size_t k = 0; k < n; k++)
				known = known || out[k] == tag;
			if (!known)
				out[n++] = tag;
		}
		start = i + 1;
	}
	return n;
}

static void check_tags(struct check *c, const struct record *r)
{
	struct metatext *t = &c->text;
	struct tagmodel_clues clues;
	uint32_t truth[TRUE_TAGS];
	size_t count = true_tags(c, r, truth), n;

	if (!count)
		return;
	str_reset(&t->genre);
	str_span(&t->genre, fields_text(t->fields.at[FIELD_GENRE], &t->text));
	metatext_tag_clues(t, &c->tags, span_str(&t->genre), &clues);
	n = tagmodel_choose(&c->tags, &clues, t->tags);
	c->tracks++;
	c->true_tags += (double)count;
	for (size_t i = 0; i < n; i++) {
		c->told[t->tags[i].source]++;
		c->shares +=
		    t->tags[i].source == TAGMODEL_LIKELY ? t->tags[i].share : 0;
		for (size_t k = 0; k < count; k++)
			c->hits[t->tags[i].source] +=
			    truth[k] == t->tags[i].tag;
	}
}

static int check_line(struct check *c, struct span line, bool genres,
		      struct err *err)
{
	struct record r = { 0 };
	int rc = record_parse(&r, line, err);

	if (!rc) {
		fields_find(&c->text.fields, &r);
		metatext_read(&c->text, true, true);
		if (genres && metatext_has(&c->text, FIELD_GENRE))
			rc = check_genre(c, &r, err);
		if (!rc)
			check_tags(c, &r);
	}
	record_release(&r);
	return rc;
}

static void report_genres(const struct check *c, struct str *report)
{
	str_printf(report, "held out %zu tracks with a genre:", c->genres);
	for (int i = 0; i < GENRE_METHODS; i++) {
		const struct outcomes *o = &c->of[i];
		double right = 0;

		for (size_t k = 0; k < o->count; k++)
			right += (double)o->right[k];
		str_printf(report, "%s %s %.3f of %zu", i ? "," : "",
			   genre_method_name((enum genre_method)i),
			   o->count ? right / (double)o->count : 0, o->count);
	}
	str_puts(report, " right\n");
}

struct f1 {
	double precision, recall, f1;
};

static struct f1 f1_of(const struct check *c)
{
	double told = 0, hits = 0;
	struct f1 f = { 0, 0, 0 };

	for (size_t i = 0; i < TAGMODEL_SOURCES; i++) {
		told += c->told[i];
		hits += c->hits[i];
	}
	if (!(hits > 0))
		return f;
	f.precision = hits / told;
	f.recall = hits / c->true_tags;
	f.f1 = 2 * f.precision * f.recall / (f.precision + f.recall);
	return f;
}

static void report_tags(const struct check *c, struct str *report)
{
	struct f1 f = f1_of(c);

	str_printf(report,
		   "held out %zu tracks with tags: precision %.3f, recall "
		   "%.3f, F1 %.3f; precision",
		   c->tracks, f.precision, f.recall, f.f1);
	for (size_t i = 0; i < TAGMODEL_SOURCES; i++)
		str_printf(report, "%s %s %.2f of %g", i ? "," : "",
			   i < VOCABULARY_KINDS
			       ? vocabulary_kind_name((enum vocabulary_kind)i)
			   : i == TAGMODEL_GENRE   ? "by genre"
			   : i == TAGMODEL_IMPLIED ? "implied"
						   : "associated",
			   c->told[i] > 0 ? c->hits[i] / c->told[i] : 0,
			   c->told[i]);
	str_putc(report, '\n');
}

static void conclude(const struct check *c, struct metaheld_result *out)
{
	for (int i = 0; i < GENRE_METHODS; i++) {
		const struct outcomes *o = c->strange[i].count >= METAHELD_LEAST
					       ? &c->strange[i]
					       : &c->of[i];

		if (c->genres < METAHELD_LEAST || o->count < METAHELD_LEAST)
			continue;
		out->curves[i].count = calibration_isotonic(
		    o->sure, o->right, o->count, out->curves[i].x,
		    out->curves[i].y, GENREMODEL_KNOTS);
	}
	for (size_t i = 0; i < TAGMODEL_SOURCES; i++)
		out->sure[i] = (float)((c->hits[i] + tag_prior * tag_usual) /
				       (c->told[i] + tag_prior));
	out->sure[TAGMODEL_LIKELY] =
	    (float)fmin(1, (c->hits[TAGMODEL_LIKELY] + tag_prior * tag_usual) /
			       (c->shares + tag_prior * tag_usual));
}

static int check_lines(struct check *c, const struct metaheld *h, bool genres,
		       struct err *err)
{
	int rc = 0;

	memset(c->told, 0, sizeof(c->told));
	memset(c->hits, 0, sizeof(c->hits));
	c->true_tags = c->shares = 0;
	c->tracks = 0;
	for (size_t i = 0; i < h->count && !rc; i++)
		rc = check_line(c, h->lines[i].text, genres, err);
	return rc;
}

/* Of equally good ones the highest. */
static int choose_asked(struct check *c, const struct metaheld *h,
			struct metaheld_result *out, struct err *err)
{
	float *asks = &out->sure[TAGMODEL_ASKED], best_asks = *asks;
	double best = 0;

	c->tags.sure = out->sure;
	for (size_t i = 0;
	     i < sizeof(asked) / sizeof(*asked) && c->tracks >= METAHELD_LEAST;
	     i++) {
		*asks = asked[i];
		if (check_lines(c, h, false, err))
			return -1;
		if (f1_of(c).f1 >= best) {
			best = f1_of(c).f1;
			best_asks = *asks;
		}
	}
	*asks = best_asks;
	return check_lines(c, h, false, err);
}

int metaheld_check(struct metaheld *h, const struct metamodel *m,
		   struct featset *sound, struct metaheld_result *out,
		   struct str *report, struct err *err)
{
	struct check *c = mem_zalloc(1, sizeof(*c));
	int rc = 0;

	c->m = m;
	c->tags = m->tags;
	c->sound = sound;
	metaheld_usual(out);
	keep_first(h);
	if (sound) {
		c->column = soundgenre_bind(
		    &m->genres.sound, featset_schema(sound), "features", err);
		rc = c->column ? 0 : -1;
	}
	if (!rc)
		rc = check_lines(c, h, true, err);
	if (!rc) {
		report_genres(c, report);
		conclude(c, out);
		rc = choose_asked(c, h, out, err);
	}
	if (!rc)
		report_tags(c, report);
	free(c->column);
	metatext_release(&c->text);
	str_release(&c->key);
	str_release(&c->guess);
	str_release(&c->names);
	free(c);
	return rc;
}
