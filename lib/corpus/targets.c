/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/targets.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/json.h"
#include "text/phrases.h"

static const struct {
	const char *name;
	double lo, hi;
	int decimals;
} measures[TARGET_MEASURES] = {
	[TARGET_VALENCE] = { "valence", 0, 1, 3 },
	[TARGET_ENERGY] = { "energy", 0, 1, 3 },
	[TARGET_DANCEABILITY] = { "danceability", 0, 1, 3 },
	[TARGET_TEMPO] = { "tempo", 30, 250, 0 },
};

struct row {
	struct span emotion;
	double lo[TARGET_MEASURES], hi[TARGET_MEASURES];
	int mode;
	struct span genres[TARGETS_GENRES];
	size_t genre_count;
};

struct targets {
	char *text;
	struct row *rows;
	size_t count, cap;
};

const char *target_measure_name(enum target_measure m)
{
	return measures[m].name;
}

void target_measure_bounds(enum target_measure m, double *lo, double *hi)
{
	*lo = measures[m].lo;
	*hi = measures[m].hi;
}

static const struct row *find(const struct targets *t, struct span emotion)
{
	for (size_t i = 0; i < t->count; i++)
		if (span_eq(t->rows[i].emotion, emotion))
			return &t->rows[i];
	return NULL;
}

bool targets_has(const struct targets *t, const char *emotion)
{
	return find(t, span_of(emotion)) != NULL;
}

static int read_range(struct span *line, int m, struct row *r, struct err *err)
{
	struct span lo = phrases_field(line), hi = phrases_field(line);

	if (!num_double(lo, &r->lo[m]) && !num_double(hi, &r->hi[m]) &&
	    r->lo[m] >= measures[m].lo && r->hi[m] <= measures[m].hi &&
	    r->lo[m] < r->hi[m])
		return 0;
	return err_set(err, ERR_DATA, "table",
		       "\"%.*s\", \"%.*s\" where a range of %s within %g to "
		       "%g was expected",
		       (int)lo.n, lo.p, (int)hi.n, hi.p, measures[m].name,
		       measures[m].lo, measures[m].hi);
}

static int read_mode(struct span s, int *mode, struct err *err)
{
	*mode = span_is(s, "major") - span_is(s, "minor");
	if (*mode || span_is(s, "any"))
		return 0;
	return err_set(err, ERR_DATA, "table",
		       "mode \"%.*s\" where major, minor or any was expected",
		       (int)s.n, s.p);
}

static int read_genres(struct span list, struct row *r, struct err *err)
{
	while (list.n) {
		const char *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n;
		struct span genre = span_trim((struct span){ list.p, n });

		n += comma ? 1 : 0;
		list = (struct span){ list.p + n, list.n - n };
		if (!genre.n)
			continue;
		if (r->genre_count == TARGETS_GENRES)
			return err_set(err, ERR_DATA, "table",
				       "more than %d genres", TARGETS_GENRES);
		r->genres[r->genre_count++] = genre;
	}
	return r->genre_count
		   ? 0
		   : err_set(err, ERR_DATA, "table", "a row without genres");
}

static int add_line(struct targets *t, struct span line, struct err *err)
{
	struct row r = { .emotion = phrases_field(&line) };

	if (!r.emotion.n || find(t, r.emotion))
		return err_set(err, ERR_DATA, "table",
			       "emotion \"%.*s\" is empty or occurs twice",
			       (int)r.emotion.n, r.emotion.p);
	for (int m = 0; m < TARGET_MEASURES; m++)
		if (read_range(&line, m, &r, err))
			return -1;
	if (read_mode(phrases_field(&line), &r.mode, err) ||
	    read_genres(phrases_field(&line), &r, err))
		return -1;
	MEM_ROOM(t->rows, t->count + 1, t->cap);
	t->rows[t->count++] = r;
	return 0;
}

struct targets *targets_parse(struct span tsv, const char *name,
			      struct err *err)
{
	struct targets *t = mem_zalloc(1, sizeof(*t));
	struct span text, line;
	size_t number = 0;
	int rc = 0;

	t->text = mem_dup(tsv.p, tsv.n);
	text = (struct span){ t->text, tsv.n };
	while (!rc && phrases_line(&text, &line, &number))
		rc = add_line(t, line, err);
	if (!rc)
		return t;
	err_prefix(err, "%s:%zu", name, number);
	targets_free(t);
	return NULL;
}

void targets_free(struct targets *t)
{
	if (!t)
		return;
	free(t->rows);
	free(t->text);
	free(t);
}

struct ranked {
	struct span genre;
	double score;
};

static void add_genres(const struct row *r, double share, struct ranked *list,
		       size_t *n)
{
	for (size_t i = 0; i < r->genre_count; i++) {
		double score = share / (double)(i + 1);
		size_t k = 0;

		while (k < *n && !span_eq(list[k].genre, r->genres[i]))
			k++;
		if (k == *n)
			list[(*n)++] = (struct ranked){ r->genres[i], 0 };
		list[k].score += score;
	}
}

/* Stable, by score. */
static void merge_genres(const struct row *const rows[2], const double share[2],
			 struct target *out)
{
	struct ranked list[2 * TARGETS_GENRES];
	int stronger = share[1] > share[0];
	size_t n = 0;

	for (int i = 0; i < 2; i++)
		if (share[i ^ stronger] > 0)
			add_genres(rows[i ^ stronger], share[i ^ stronger],
				   list, &n);
	for (size_t i = 1; i < n; i++) {
		struct ranked x = list[i];
		size_t k = i;

		for (; k > 0 && list[k - 1].score < x.score; k--)
			list[k] = list[k - 1];
		list[k] = x;
	}
	out->genre_count = n < TARGETS_GENRES ? n : TARGETS_GENRES;
	for (size_t i = 0; i < out->genre_count; i++)
		out->genres[i] = list[i].genre;
}

int targets_blend(const struct targets *t, const char *first,
		  double first_weight, const char *second, double second_weight,
		  double confidence, struct target *out)
{
	const struct row *rows[2] = { find(t, span_of(first)), NULL };
	double sum, share[2], widen;

	rows[1] = second ? find(t, span_of(second)) : rows[0];
	sum = first_weight + (second ? second_weight : 0);
	if (!rows[0] || !rows[1] || !(first_weight >= 0) ||
	    (second && !(second_weight >= 0)) || !(sum > 0) || !isfinite(sum) ||
	    !(confidence >= 0 && confidence <= 1))
		return -1;
	share[0] = first_weight / sum;
	share[1] = 1 - share[0];
	widen = 1 + TARGETS_WIDEN * (1 - confidence);
	for (int m = 0; m < TARGET_MEASURES; m++) {
		double centre[2], half = 0;

		for (int i = 0; i < 2; i++) {
			centre[i] = (rows[i]->lo[m] + rows[i]->hi[m]) / 2;
			half +=
			    share[i] * (rows[i]->hi[m] - rows[i]->lo[m]) / 2;
		}
		half += sqrt(share[0] * share[1]) * fabs(centre[0] - centre[1]);
		out->centre[m] = share[0] * centre[0] + share[1] * centre[1];
		out->half[m] = half * widen;
	}
	out->mode =
	    confidence * (share[0] * rows[0]->mode + share[1] * rows[1]->mode);
	merge_genres(rows, share, out);
	return 0;
}

void target_window(const struct target *t, enum target_measure m, double *lo,
		   double *hi)
{
	*lo = fmax(t->centre[m] - t->half[m], measures[m].lo);
	*hi = fmin(t->centre[m] + t->half[m], measures[m].hi);
}

void targets_json(const struct target *t, struct str *out)
{
	for (int m = 0; m < TARGET_MEASURES; m++) {
		double lo, hi;

		target_window(t, (enum target_measure)m, &lo, &hi);
		str_printf(out, "%c\"%s\":[", m ? ',' : '{', measures[m].name);
		json_put_number(out, lo, measures[m].decimals);
		str_putc(out, ',');
		json_put_number(out, hi, measures[m].decimals);
		str_putc(out, ']');
	}
	str_printf(out, ",\"mode\":\"%s\",\"genres\":[",
		   t->mode >= TARGETS_MODE    ? "major"
		   : t->mode <= -TARGETS_MODE ? "minor"
					      : "any");
	for (size_t i = 0; i < t->genre_count; i++) {
		if (i)
			str_putc(out, ',');
		json_put_string(out, t->genres[i]);
	}
	str_puts(out, "]}");
}
