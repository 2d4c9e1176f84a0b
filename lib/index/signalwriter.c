/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/signalwriter.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "index/displayrow.h"
#include "index/soundwriter.h"
#include "index/timbrenet.h"
#include "index/timbrewriter.h"
#include "io/scratch.h"
#include "math/vector.h"

/* --- text --- */

struct vectors {    /* of text, ascending rows */
	FILE *file; /* int8[count][dim] */
	uint32_t *rows;
	float *scale;
	uint32_t *was; /* positions in the base, or UINT32_MAX */
	size_t count, dim;
};

/* Position of a row's text vector in the base, SIZE_MAX: none. */
static size_t old_text(const struct signal_rows *r, uint32_t row)
{
	return r->base && row != CATALOGUE_NONE
		   ? generation_text_at(r->base, row)
		   : SIZE_MAX;
}

static int put_text(const struct signal_rows *r, const int8_t *q, float scale,
		    size_t i, struct vectors *v, struct err *err)
{
	size_t at = old_text(r, r->was[i]);

	v->was[v->count] =
	    at != SIZE_MAX && !memcmp(r->base->text + at * v->dim, q, v->dim)
		? (uint32_t)at
		: UINT32_MAX;
	v->rows[v->count] = (uint32_t)i;
	v->scale[v->count++] = scale;
	return fwrite(q, v->dim, 1, v->file) == 1
		   ? 0
		   : err_errno(err, "cannot set vectors aside in $TMPDIR");
}

static int put_text_row(const struct signal_rows *r, struct featset *set,
			size_t i, struct vectors *v, struct err *err)
{
	int8_t q[GENERATION_TEXT_MAX];
	const struct feat_row *row;
	uint32_t old;
	int32_t norm2;
	size_t at;

	if (signal_look_up(r, set, i, &row, &old, err))
		return -1;
	at = old_text(r, old);
	if (at != SIZE_MAX)
		return put_text(r, r->base->text + at * v->dim,
				r->base->text_scale[at], i, v, err);
	if (!row || !signal_all_finite(row->values, v->dim))
		return 0;
	vector_quantise(row->values, q, v->dim);
	norm2 = vector_dot_i8(q, q, v->dim);
	return norm2 ? put_text(r, q, 1 / sqrtf((float)norm2), i, v, err) : 0;
}

static int write_lists(const struct signal_rows *r,
		       const struct index_sources *s, const struct vectors *v,
		       struct pack_writer *pw, struct textlists_made *made,
		       struct err *err)
{
	size_t size = v->count * v->dim;
	struct ivf_rows vectors = { .count = v->count,
				    .dim = v->dim,
				    .scale = v->scale,
				    .rows = v->rows,
				    .total = r->count };
	struct ivf_old old = { r->base ? &r->base->text_lists : NULL, v->was };
	struct textlists_options o = s->lists;
	void *q = scratch_map(v->file, size, err);
	int rc;

	if (size && !q)
		return -1;
	vectors.q = q;
	o.threads = s->threads;
	rc =
	    textlists_write(&vectors, &o, r->base ? &old : NULL, pw, made, err);
	if (q)
		munmap(q, size);
	return rc;
}

/* How long vectors are: as the file says, and the base, if any. */
static int text_dim(const struct signal_rows *r, const struct index_sources *s,
		    size_t *dim, struct err *err)
{
	size_t was = r->base && r->base->text_rows ? r->base->text_dim : 0;
	char last[FEAT_NAME];

	*dim = s->text ? featset_schema(s->text)->count : was;
	if (*dim < 1 || *dim > GENERATION_TEXT_MAX)
		return err_set(err, ERR_DATA, "columns",
			       "the --text file has %zu columns; vectors of 1 "
			       "to %d numbers go into an index",
			       *dim, GENERATION_TEXT_MAX);
	if (was && *dim != was)
		return err_set(
		    err, ERR_DATA, "columns",
		    "the --text file has vectors of %zu numbers, the "
		    "index that is to be updated of %zu; build it "
		    "anew, without --update",
		    *dim, was);
	snprintf(last, sizeof(last), "t%03zu", *dim - 1);
	return s->text ? signal_check(s->text, "--text", "t000", last,
				      (uint32_t)*dim, err)
		       : 0;
}

static int write_text(const struct signal_rows *r,
		      const struct index_sources *s, struct pack_writer *pw,
		      struct index_counts *counts, struct err *err)
{
	struct vectors v = { 0 };
	int rc = 0;

	if (!s->text && !(r->base && r->base->text_rows))
		return 0;
	if (text_dim(r, s, &v.dim, err))
		return -1;
	v.file = scratch_open(err);
	if (!v.file)
		return -1;
	v.rows = mem_zalloc(r->count + 1, sizeof(*v.rows));
	v.scale = mem_zalloc(r->count + 1, sizeof(*v.scale));
	v.was = mem_zalloc(r->count + 1, sizeof(*v.was));
	for (size_t i = 0; i < r->count && !rc; i++)
		rc = put_text_row(r, s->text, i, &v, err);
	counts->text = v.count;
	rc = rc || write_lists(r, s, &v, pw, &counts->lists, err);
	fclose(v.file);
	free(v.rows);
	free(v.scale);
	free(v.was);
	return rc ? -1 : 0;
}

/* --- moods --- */

enum mood_column { VALENCE, AROUSAL, CONFIDENCE, DOMINANCE, MOOD_COLUMNS };

static int mood_columns(const struct featset *s, int c[MOOD_COLUMNS],
			struct err *err)
{
	static const char *const names[MOOD_COLUMNS] = { "valence", "arousal",
							 "confidence",
							 "dominance" };

	for (int i = 0; i < MOOD_COLUMNS; i++) {
		c[i] = feat_schema_find(featset_schema(s), names[i]);
		if (c[i] < 0 && i != DOMINANCE)
			return err_set(err, ERR_DATA, "columns",
				       "the --mood "
				       "file has no column \"%s\"; make it "
				       "with mood-map",
				       names[i]);
	}
	return 0;
}

static void mood_row(const struct feat_row *row, const int c[MOOD_COLUMNS],
		     float out[MOOD_COLUMNS])
{
	bool known = isfinite(row->values[c[VALENCE]]) &&
		     isfinite(row->values[c[AROUSAL]]);

	for (int k = 0; k < MOOD_COLUMNS; k++) {
		float v = c[k] < 0 ? NAN : row->values[c[k]];

		out[k] = known && isfinite(v)
			     ? signal_within(v, k == CONFIDENCE ? 0 : -1, 1)
			     : NAN;
	}
}

static void old_mood(const struct generation *g, uint32_t row,
		     float out[MOOD_COLUMNS])
{
	out[VALENCE] = g->valence[row];
	out[AROUSAL] = g->arousal[row];
	out[CONFIDENCE] = g->mood_confidence[row];
	out[DOMINANCE] = g->dominance ? g->dominance[row] : NAN;
}

static int write_grid(const float *const *axis, size_t dims, size_t n,
		      int threads, const char *section, struct pack_writer *pw,
		      struct err *err)
{
	size_t size;
	void *grid = moodgrid_build(axis, dims, n, threads, &size);
	int rc = pack_section(pw, section, grid, size, err);

	free(grid);
	return rc;
}

static int put_moods(float *const column[MOOD_COLUMNS], size_t n, int threads,
		     struct pack_writer *pw, struct err *err)
{
	static const char *const sections[MOOD_COLUMNS] = { "mood.valence",
							    "mood.arousal",
							    "mood.confidence",
							    "mood.dominance" };
	const float *axis[3] = { column[VALENCE], column[AROUSAL],
				 column[DOMINANCE] };
	int columns =
	    signal_any_finite(column[DOMINANCE], n) ? MOOD_COLUMNS : DOMINANCE;
	int rc = 0;

	for (int k = 0; k < columns && !rc; k++)
		rc = pack_section(pw, sections[k], column[k], n * sizeof(float),
				  err);
	rc = rc || write_grid(axis, 2, n, threads, "mood.grid", pw, err);
	if (columns == MOOD_COLUMNS)
		rc = rc ||
		     write_grid(axis, 3, n, threads, "mood.space", pw, err);
	return rc ? -1 : 0;
}

static int write_moods(const struct signal_rows *r,
		       const struct index_sources *s, struct pack_writer *pw,
		       struct index_counts *counts, struct err *err)
{
	float *column[MOOD_COLUMNS], value[MOOD_COLUMNS];
	const struct feat_row *row;
	int c[MOOD_COLUMNS], rc = 0;
	uint32_t old;

	if (!s->mood && !(r->base && r->base->valence))
		return 0;
	if (s->mood && mood_columns(s->mood, c, err))
		return -1;
	for (int k = 0; k < MOOD_COLUMNS; k++)
		column[k] = mem_zalloc(r->count + 1, sizeof(float));
	for (size_t i = 0; i < r->count && !rc; i++) {
		for (int k = 0; k < MOOD_COLUMNS; k++)
			value[k] = NAN;
		rc = signal_look_up(r, s->mood, i, &row, &old, err);
		if (!rc && row)
			mood_row(row, c, value);
		else if (!rc && old != CATALOGUE_NONE && r->base->valence)
			old_mood(r->base, old, value);
		for (int k = 0; k < MOOD_COLUMNS; k++)
			column[k][i] = value[k];
		counts->mood += isfinite(value[VALENCE]);
	}
	rc = rc || put_moods(column, r->count, s->threads, pw, err);
	for (int k = 0; k < MOOD_COLUMNS; k++)
		free(column[k]);
	return rc ? -1 : 0;
}

/* --- display features --- */

/* What is heard in a row: scores by axis, and the voice. */
static void hear_row(const struct index_sources *s, const struct feat_row *row,
		     int16_t scores[TIMBRE_AXES], uint8_t *voice)
{
	struct index_heard heard;

	if (!s->hearing.hear)
		return;
	s->hearing.hear(s->hearing.ctx, row, &heard);
	for (int k = 0; k < TIMBRE_AXES; k++)
		scores[k] = timbre_score(heard.timbre[k]);
	*voice = heard.voice & (VOICE_HEARD_NONE | VOICE_HEARD_SUNG);
}

static void old_heard(const struct generation *g, uint32_t row,
		      int16_t scores[TIMBRE_AXES], uint8_t *voice)
{
	const int16_t *was =
	    g->timbre_heard ? g->timbre_heard : g->timbre_score;

	if (was)
		memcpy(scores, was + (size_t)row * TIMBRE_AXES,
		       TIMBRE_AXES * sizeof(*scores));
	*voice = g->voice[row] & (VOICE_HEARD_NONE | VOICE_HEARD_SUNG);
}

/* Fills heard, and scores [rows][TIMBRE_AXES]. */
static int write_display(const struct signal_rows *r,
			 const struct index_sources *s,
			 struct signal_heard *heard, int16_t *scores,
			 struct pack_writer *pw, struct index_counts *counts,
			 struct err *err)
{
	uint8_t *measured = heard->measured;
	const struct feat_row *row;
	struct displayed shown;
	int c[DISPLAY_FEATURES] = { 0 }, rc;
	uint32_t old;

	if (s->sound)
		displayrow_columns(featset_schema(s->sound), c);
	rc = pack_begin(pw, "display.values", err);
	for (size_t i = 0; i < r->count && !rc; i++) {
		float values[DISPLAY_FEATURES] = { NAN, NAN, NAN, NAN, NAN };
		int16_t *score = scores + i * TIMBRE_AXES;

		for (int k = 0; k < TIMBRE_AXES; k++)
			score[k] = TIMBRE_NO;
		rc = signal_look_up(r, s->sound, i, &row, &old, err);
		if (!rc && row) {
			displayrow_read(row, c, &shown);
			memcpy(values, shown.value, sizeof(values));
			measured[i] = (uint8_t)shown.measured;
			hear_row(s, row, score, &heard->voice[i]);
		} else if (!rc && old != CATALOGUE_NONE && r->base->display) {
			memcpy(values,
			       r->base->display +
				   (size_t)old * DISPLAY_FEATURES,
			       sizeof(values));
			measured[i] = r->base->display_measured[old];
			old_heard(r->base, old, score, &heard->voice[i]);
		}
		counts->display += signal_any_finite(values, DISPLAY_FEATURES);
		counts->measured += measured[i] != 0;
		rc = rc || pack_put(pw, values, sizeof(values), err);
	}
	return rc || pack_section(pw, "display.measured", measured, r->count,
				  err)
		   ? -1
		   : 0;
}

/* The network's vectors, as they are written. -1: ERR_ENV. */
static int written_vectors(const struct signal_rows *r,
			   const struct signal_heard *heard,
			   struct pack_writer *pw, struct timbrenet *n,
			   struct err *err)
{
	const struct audio_sections *name = &audio_sections[AUDIO_NETWORK];
	struct span rows = pack_written(pw, name->rows, err);
	struct span vectors = pack_written(pw, name->vectors, err);

	if (!rows.p || !vectors.p)
		return -1;
	*n = (struct timbrenet){ .rows = r->count,
				 .measured = heard->measured,
				 .row = (const void *)rows.p,
				 .vectors = (const void *)vectors.p };
	n->count = rows.n / sizeof(*n->row);
	if (n->count)
		n->dim = vectors.n / sizeof(*n->vectors) / n->count;
	return 0;
}

/* scores are those of the features alone. */
static int write_timbre(const struct signal_rows *r,
			const struct signal_heard *heard, int16_t *scores,
			struct pack_writer *pw, struct index_counts *counts,
			struct err *err)
{
	size_t size = r->count * TIMBRE_AXES * sizeof(*scores);
	int16_t *was = mem_dup(scores, size);
	struct timbrenet net;
	int rc = written_vectors(r, heard, pw, &net, err);

	if (!rc && timbrenet_refine(&net, scores))
		rc = pack_section(pw, "timbre.heard", was, size, err);
	free(was);
	return rc ? -1
		  : timbre_write(scores, heard->measured, r->count, pw,
				 &counts->timbre, err);
}

int signalwriter_write(const struct signal_rows *rows,
		       const struct index_sources *s,
		       struct signal_heard *heard, struct pack_writer *pw,
		       struct index_counts *counts, struct err *err)
{
	bool known = s->sound || (rows->base && rows->base->display);
	int16_t *scores =
	    mem_zalloc(rows->count + 1, TIMBRE_AXES * sizeof(*scores));
	int rc =
	    (known && write_display(rows, s, heard, scores, pw, counts, err)) ||
	    write_moods(rows, s, pw, counts, err);

	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		rc = rc || soundwriter_write(rows, s, kind,
					     known ? heard->measured : NULL, pw,
					     counts, err);
	if (known)
		rc = rc || write_timbre(rows, heard, scores, pw, counts, err);
	free(scores);
	return rc || write_text(rows, s, pw, counts, err) ? -1 : 0;
}
