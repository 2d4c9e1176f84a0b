/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/bridgefit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/eachline.h"
#include "corpus/moodsound.h"
#include "corpus/track.h"
#include "index/featset.h"
#include "math/algebra.h"
#include "math/topk.h"
#include "math/vector.h"
#include "text/utf8.h"

enum { LINE_MAX_BYTES = 64 << 20, HELD = 10 /* one artist in so many */ };

struct pairs { /* tracks with words and a measured sound */
	size_t count, from, to;
	double *text, *sound; /* [count][from], [count][to]; unit length */
	float (*mood)[2];     /* [count], NaN: none */
	bool *held;
	size_t text_room, sound_room, mood_room, held_room;
};

struct reading {
	struct featset *text, *sound, *mood;
	struct record record;
	struct str id, artist, folded;
	struct pairs p;
	uint64_t seen;
};

static bool finite_row(const struct feat_row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(row->values[i]))
			return false;
	return true;
}

/* By artist, so that nobody's words tell his own sound. */
static bool is_held(struct reading *r, uint64_t key)
{
	if (record_text(&r->record, "artist", &r->artist)) {
		str_reset(&r->folded);
		utf8_fold(span_str(&r->artist), &r->folded);
		key = hash_mix(r->folded.p, r->folded.n);
	}
	return hash_mix(&key, sizeof(key)) % HELD == 0;
}

static void keep(double *to, const struct feat_row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (double)row->values[i];
}

/* Each find ends the row before it of that set. */
static int add(struct reading *r, uint64_t key, struct err *err)
{
	struct pairs *p = &r->p;
	const struct feat_row *text, *sound, *mood = NULL;
	size_t n = p->count;

	if (featset_find(r->text, key, &text, err) ||
	    featset_find(r->sound, key, &sound, err) ||
	    (r->mood && featset_find(r->mood, key, &mood, err)))
		return -1;
	if (!text || !sound || sound->method != FEAT_METHOD_MEASURED ||
	    !finite_row(text, p->from) || !finite_row(sound, p->to))
		return 0;
	MEM_ROOM(p->text, (n + 1) * p->from, p->text_room);
	MEM_ROOM(p->sound, (n + 1) * p->to, p->sound_room);
	MEM_ROOM(p->mood, n + 1, p->mood_room);
	MEM_ROOM(p->held, n + 1, p->held_room);
	keep(p->text + n * p->from, text, p->from);
	keep(p->sound + n * p->to, sound, p->to);
	for (int k = 0; k < 2; k++)
		p->mood[n][k] = mood ? mood->values[k] : NAN;
	p->held[n] = is_held(r, key);
	p->count++;
	return 0;
}

static int read_track(void *ctx, struct span line, struct err *err)
{
	struct reading *r = ctx;

	r->seen++;
	if (r->p.count == BRIDGEFIT_ROWS)
		return 0;
	if (record_parse(&r->record, line, err))
		return -1;
	if (record_id(&r->record, &r->id, err))
		return 0;
	return add(r, track_key(span_str(&r->id)), err);
}

static int open_set(struct featset **set, const struct option_list *paths,
		    const char *first, struct err *err)
{
	if (!paths->count)
		return 0;
	*set = featset_open(paths->items, paths->count, err);
	if (!*set)
		return -1;
	return !strcmp(featset_schema(*set)->columns[0].name, first)
		   ? 0
		   : err_set(err, ERR_DATA, "columns",
			     "%s has the column %s first, expected %s",
			     paths->items[0],
			     featset_schema(*set)->columns[0].name, first);
}

/* --- the fit --- */

struct map { /* a fit on some of the pairs */
	const struct pairs *p;
	double *mean, *add; /* [from], [to] */
	double *x;          /* [from][to] */
};

/* Centred copies of those to be fitted. */
static size_t centre(const struct map *m, bool all, double **a, double **y)
{
	const struct pairs *p = m->p;
	size_t n = 0;

	*a = mem_zalloc(p->count * p->from + 1, sizeof(**a));
	*y = mem_zalloc(p->count * p->to + 1, sizeof(**y));
	memset(m->mean, 0, p->from * sizeof(*m->mean));
	memset(m->add, 0, p->to * sizeof(*m->add));
	for (size_t i = 0; i < p->count; i++) {
		if (p->held[i] && !all)
			continue;
		memcpy(*a + n * p->from, p->text + i * p->from,
		       p->from * sizeof(**a));
		memcpy(*y + n * p->to, p->sound + i * p->to,
		       p->to * sizeof(**y));
		for (size_t k = 0; k < p->from; k++)
			m->mean[k] += p->text[i * p->from + k];
		for (size_t k = 0; k < p->to; k++)
			m->add[k] += p->sound[i * p->to + k];
		n++;
	}
	for (size_t k = 0; k < p->from && n; k++)
		m->mean[k] /= (double)n;
	for (size_t k = 0; k < p->to && n; k++)
		m->add[k] /= (double)n;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < p->from; k++)
			(*a)[i * p->from + k] -= m->mean[k];
		for (size_t k = 0; k < p->to; k++)
			(*y)[i * p->to + k] -= m->add[k];
	}
	return n;
}

static int solve(struct map *m, const double *a, const double *y, size_t n,
		 double strength, struct err *err)
{
	const struct pairs *p = m->p;
	double *ridge = mem_zalloc(p->from, sizeof(*ridge));
	int rc;

	/* In units of the mean eigenvalue of unit vectors. */
	for (size_t k = 0; k < p->from; k++)
		ridge[k] = strength * (double)n / (double)p->from;
	rc = algebra_ridge(m->x, a, y, ridge, n, p->from, p->to, err);
	free(ridge);
	return rc;
}

static double cosine(const double *a, const double *b, size_t n)
{
	double ab = 0, aa = 0, bb = 0;

	for (size_t k = 0; k < n; k++) {
		ab += a[k] * b[k];
		aa += a[k] * a[k];
		bb += b[k] * b[k];
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static double gain_of_row(const struct map *m, size_t i, double *says)
{
	const struct pairs *p = m->p;
	const double *sound = p->sound + i * p->to;

	memcpy(says, m->add, p->to * sizeof(*says));
	for (size_t j = 0; j < p->from; j++) {
		double d = p->text[i * p->from + j] - m->mean[j];

		for (size_t k = 0; k < p->to; k++)
			says[k] += d * m->x[j * p->to + k];
	}
	return cosine(says, sound, p->to) - cosine(m->add, sound, p->to);
}

/* Over those held out. */
static double gain(const struct map *m)
{
	const struct pairs *p = m->p;
	double *says = mem_zalloc(p->to, sizeof(*says)), sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		if (p->held[i]) {
			sum += gain_of_row(m, i, says);
			n++;
		}
	free(says);
	return n ? sum / (double)n : 0;
}

/* The mean sound of the fitted tracks nearest in mood, likewise. */
static double mood_gain(const struct map *m)
{
	const struct pairs *p = m->p;
	size_t fitted = 0, n = 0;
	double *says = mem_zalloc(p->to, sizeof(*says)), sum = 0;
	struct topk near;

	for (size_t i = 0; i < p->count; i++)
		fitted += !p->held[i] && isfinite(p->mood[i][0]);
	topk_init(&near, moodsound_tracks(fitted));
	for (size_t i = 0; i < p->count && fitted; i++) {
		const double *sound = p->sound + i * p->to;

		if (!p->held[i] || !isfinite(p->mood[i][0]))
			continue;
		topk_reset(&near);
		for (size_t j = 0; j < p->count; j++)
			if (!p->held[j])
				topk_offer(
				    &near,
				    -hypotf(p->mood[j][0] - p->mood[i][0],
					    p->mood[j][1] - p->mood[i][1]),
				    (uint32_t)j);
		memset(says, 0, p->to * sizeof(*says));
		for (size_t j = 0; j < near.count; j++)
			for (size_t k = 0; k < p->to; k++)
				says[k] +=
				    p->sound[near.items[j].index * p->to + k];
		sum +=
		    cosine(says, sound, p->to) - cosine(m->add, sound, p->to);
		n++;
	}
	topk_release(&near);
	free(says);
	return n ? sum / (double)n : 0;
}

static float skill_of(double gained)
{
	return gained >= (double)BRIDGEFIT_SKILL ? (float)gained : 0;
}

/* The strength that says most of those held out. */
static int choose(struct map *m, struct bridge_info *info, struct err *err)
{
	static const double strengths[] = { 0.03, 0.1, 0.3, 1, 3, 10 };
	double *a, *y, best = -2;
	size_t n = centre(m, false, &a, &y);
	int rc = 0;

	for (size_t s = 0; s < sizeof(strengths) / sizeof(*strengths) && !rc;
	     s++) {
		double gained;

		rc = solve(m, a, y, n, strengths[s], err);
		gained = rc ? -2 : gain(m);
		if (gained > best) {
			best = gained;
			info->ridge = (float)strengths[s];
		}
	}
	info->skill = skill_of(best);
	info->mood_skill = skill_of(mood_gain(m));
	free(a);
	free(y);
	return rc;
}

static int fit(struct map *m, struct bridge_info *info, struct err *err)
{
	double *a, *y;
	size_t n;
	int rc;

	for (size_t i = 0; i < m->p->count; i++)
		info->held += m->p->held[i];
	if (m->p->count < BRIDGEFIT_LEAST || !info->held)
		return 0;
	if (choose(m, info, err))
		return -1;
	n = centre(m, true, &a, &y);
	rc = solve(m, a, y, n, (double)info->ridge, err);
	free(a);
	free(y);
	return rc;
}

static int put_floats(struct pack_writer *pw, const char *name, const double *x,
		      size_t rows, size_t columns, struct err *err)
{
	int rc = pack_begin(pw, name, err);

	/* x[columns][rows], turned */
	for (size_t i = 0; i < rows && !rc; i++)
		for (size_t k = 0; k < columns && !rc; k++) {
			float f = (float)x[k * rows + i];

			rc = pack_put(pw, &f, sizeof(f), err);
		}
	return rc;
}

static int write_model(const struct map *m, const struct bridge_info *info,
		       FILE *out, struct err *err)
{
	struct pack_writer *pw =
	    pack_writer_new(out, BRIDGE_KIND, BRIDGE_VERSION, err);
	int rc;

	if (!pw)
		return -1;
	rc = pack_section(pw, "bridge.info", info, sizeof(*info), err) ||
	     put_floats(pw, "bridge.from", m->mean, m->p->from, 1, err) ||
	     put_floats(pw, "bridge.to", m->add, m->p->to, 1, err) ||
	     put_floats(pw, "bridge.weights", m->x, m->p->to, m->p->from, err);
	return pack_writer_end(pw, NULL, rc ? NULL : err) || rc ? -1 : 0;
}

static int fit_and_write(struct reading *r, FILE *out, struct bridge_info *info,
			 struct err *err)
{
	struct map m = { .p = &r->p };
	int rc;

	info->from = (uint32_t)r->p.from;
	info->to = (uint32_t)r->p.to;
	info->rows = (uint32_t)r->p.count;
	memcpy(info->text_recipe, featset_schema(r->text)->recipe, HASH_SIZE);
	memcpy(info->sound_recipe, featset_schema(r->sound)->recipe, HASH_SIZE);
	m.mean = mem_zalloc(r->p.from, sizeof(*m.mean));
	m.add = mem_zalloc(r->p.to, sizeof(*m.add));
	m.x = mem_zalloc(r->p.from * r->p.to, sizeof(*m.x));
	rc = fit(&m, info, err) || write_model(&m, info, out, err);
	free(m.mean);
	free(m.add);
	free(m.x);
	return rc ? -1 : 0;
}

int bridgefit_write(const struct bridgefit *f, FILE *out, uint64_t *seen,
		    uint64_t *used, struct bridge_info *info, struct err *err)
{
	struct reading r = { .seen = 0 };
	int rc = open_set(&r.text, &f->text, "t000", err) ||
		 open_set(&r.sound, &f->sound, "a00", err) ||
		 open_set(&r.mood, &f->mood, "valence", err);

	*info = (struct bridge_info){ 0 };
	if (!rc) {
		r.p.from = featset_schema(r.text)->count;
		r.p.to = featset_schema(r.sound)->count;
	}
	rc = rc || eachline(f->tracks, f->ntracks, LINE_MAX_BYTES, &r,
			    read_track, err);
	rc = rc || fit_and_write(&r, out, info, err);
	*seen = r.seen;
	*used = r.p.count;
	featset_close(r.text);
	featset_close(r.sound);
	featset_close(r.mood);
	record_release(&r.record);
	str_release(&r.id);
	str_release(&r.artist);
	str_release(&r.folded);
	free(r.p.text);
	free(r.p.sound);
	free(r.p.mood);
	free(r.p.held);
	return rc ? -1 : 0;
}
