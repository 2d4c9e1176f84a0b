/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/signalwriter.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "index/moodgrid.h"
#include "math/vector.h"

/* The columns prefix0.. of a vector stage, which must come in order. */
static int check_vector(const struct featset *s, const char *option,
			const char *first, const char *last, uint32_t dim,
			struct err *err)
{
	const struct feat_schema *schema = featset_schema(s);

	if (schema->count == dim && !strcmp(schema->columns[0].name, first) &&
	    !strcmp(schema->columns[dim - 1].name, last))
		return 0;
	return err_set(err, ERR_DATA, "columns",
		       "the %s file has %u columns "
		       "(stage \"%s\"), where %u from %s to %s were expected; "
		       "check which file it is",
		       option, schema->count, schema->stage, dim, first, last);
}

static bool all_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static bool any_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isfinite(x[i]))
			return true;
	return false;
}

static float within(float v, float lo, float hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

struct vectors {   /* what stands beside the vectors */
	int8_t *q; /* of text: the vectors themselves */
	size_t q_cap;
	uint32_t *rows;
	float *numbers; /* scale, or confidence */
	uint8_t *measured;
	size_t count;
};

static void vectors_init(struct vectors *v, size_t n)
{
	v->rows = mem_zalloc(n + 1, sizeof(*v->rows));
	v->numbers = mem_zalloc(n + 1, sizeof(*v->numbers));
	v->measured = mem_zalloc(n + 1, 1);
	v->q = NULL;
	v->q_cap = v->count = 0;
}

static void vectors_release(struct vectors *v)
{
	free(v->rows);
	free(v->numbers);
	free(v->measured);
	free(v->q);
}

static int put_text(const struct feat_row *row, uint32_t at, struct vectors *v,
		    struct pack_writer *pw, struct err *err)
{
	int8_t q[GENERATION_TEXT_DIM];
	int32_t norm2;

	if (!all_finite(row->values, GENERATION_TEXT_DIM))
		return 0;
	vector_quantise(row->values, q, GENERATION_TEXT_DIM);
	norm2 = vector_dot_i8(q, q, GENERATION_TEXT_DIM);
	if (!norm2)
		return 0;
	MEM_ROOM(v->q, (v->count + 1) * sizeof(q), v->q_cap);
	memcpy(v->q + v->count * sizeof(q), q, sizeof(q));
	v->rows[v->count] = at;
	v->numbers[v->count++] = 1 / sqrtf((float)norm2);
	return pack_put(pw, q, sizeof(q), err);
}

int signalwriter_text(struct featset *s, const uint64_t *keys, size_t n,
		      int threads, struct pack_writer *pw, size_t *count,
		      struct textlists_made *lists, struct err *err)
{
	struct ivf_rows vectors = { .dim = GENERATION_TEXT_DIM, .total = n };
	const struct feat_row *row;
	struct vectors v;
	int rc;

	if (check_vector(s, "--text", "t000", "t383", GENERATION_TEXT_DIM, err))
		return -1;
	vectors_init(&v, n);
	rc = pack_begin(pw, "vector.int8", err);
	for (size_t i = 0; i < n && !rc; i++) {
		rc = featset_find(s, keys[i], &row, err);
		if (!rc && row)
			rc = put_text(row, (uint32_t)i, &v, pw, err);
	}
	*count = v.count;
	rc = rc ||
	     pack_section(pw, "vector.rows", v.rows, v.count * sizeof(*v.rows),
			  err) ||
	     pack_section(pw, "vector.scale", v.numbers,
			  v.count * sizeof(*v.numbers), err);
	vectors.count = v.count;
	vectors.q = v.q;
	vectors.scale = v.numbers;
	vectors.rows = v.rows;
	rc = rc || textlists_write(&vectors, threads, pw, lists, err);
	vectors_release(&v);
	return rc ? -1 : 0;
}

enum audio_kind signalwriter_audio_kind(const struct feat_schema *s)
{
	return !s->count || strcmp(s->columns[0].name, "v000")
		   ? AUDIO_COMPONENTS
		   : AUDIO_NETWORK;
}

static int check_audio(const struct featset *s, enum audio_kind kind,
		       struct err *err)
{
	uint32_t count = featset_schema(s)->count;
	char last[FEAT_NAME];

	if (kind == AUDIO_COMPONENTS || count > GENERATION_AUDIO_MAX)
		return check_vector(s, "--audio", "a00", "a63",
				    GENERATION_AUDIO_DIM, err);
	snprintf(last, sizeof(last), "v%03u", count - 1);
	return check_vector(s, "--audio", "v000", last, count, err);
}

/* The mean over the rows of keys[n] that have a vector. */
static int audio_mean(struct featset *s, const uint64_t *keys, size_t n,
		      double *mean, struct err *err)
{
	const struct feat_row *row;
	size_t dim = featset_schema(s)->count, met = 0;

	for (size_t i = 0; i < n; i++) {
		if (featset_find(s, keys[i], &row, err))
			return -1;
		if (!row || !all_finite(row->values, dim))
			continue;
		met++;
		for (size_t k = 0; k < dim; k++)
			mean[k] += (double)row->values[k];
	}
	for (size_t k = 0; k < dim && met; k++)
		mean[k] /= (double)met;
	return 0;
}

static int put_audio(const struct feat_row *row, const double *mean, size_t dim,
		     uint32_t at, bool measured, struct vectors *v,
		     struct pack_writer *pw, struct err *err)
{
	float x[GENERATION_AUDIO_MAX];

	for (size_t k = 0; k < dim; k++)
		x[k] = row->values[k] - (float)mean[k];
	if (!all_finite(x, dim) || !(vector_normalise(x, dim) > 0))
		return 0;
	v->rows[v->count] = at;
	v->measured[v->count] = measured;
	v->numbers[v->count++] =
	    isfinite(row->confidence) ? within(row->confidence, 0, 1) : 0;
	return pack_put(pw, x, dim * sizeof(*x), err);
}

int signalwriter_audio(struct featset *s, enum audio_kind kind,
		       const uint64_t *keys, size_t n, const uint8_t *measured,
		       struct pack_writer *pw, size_t *count, struct err *err)
{
	const struct audio_sections *name = &audio_sections[kind];
	size_t dim = featset_schema(s)->count;
	const struct feat_row *row;
	struct vectors v;
	double *mean;
	int rc;

	if (check_audio(s, kind, err))
		return -1;
	vectors_init(&v, n);
	mean = mem_zalloc(dim, sizeof(*mean));
	/* Components are centred already. */
	rc = kind == AUDIO_NETWORK ? audio_mean(s, keys, n, mean, err) : 0;
	rc = rc || pack_begin(pw, name->vectors, err);
	for (size_t i = 0; i < n && !rc; i++) {
		rc = featset_find(s, keys[i], &row, err);
		if (!rc && row)
			rc = put_audio(row, mean, dim, (uint32_t)i,
				       measured ? measured[i] != 0
						: row->method ==
						      FEAT_METHOD_MEASURED,
				       &v, pw, err);
	}
	*count = v.count;
	rc = rc ||
	     pack_section(pw, name->rows, v.rows, v.count * sizeof(*v.rows),
			  err) ||
	     pack_section(pw, name->confidence, v.numbers,
			  v.count * sizeof(*v.numbers), err) ||
	     pack_section(pw, name->measured, v.measured, v.count, err);
	vectors_release(&v);
	free(mean);
	return rc ? -1 : 0;
}

static const char *const mood_names[3] = { "valence", "arousal", "confidence" };

static int mood_columns(const struct featset *s, int c[3], struct err *err)
{
	for (int i = 0; i < 3; i++) {
		c[i] = feat_schema_find(featset_schema(s), mood_names[i]);
		if (c[i] < 0)
			return err_set(err, ERR_DATA, "columns",
				       "the --mood "
				       "file has no column \"%s\"; make it "
				       "with mood-map",
				       mood_names[i]);
	}
	return 0;
}

static int write_grid(float *const *column, size_t n, struct pack_writer *pw,
		      struct err *err)
{
	const float *axis[2] = { column[0], column[1] };
	size_t size;
	void *grid = moodgrid_build(axis, 2, n, 1, &size);
	int rc = pack_section(pw, "mood.grid", grid, size, err);

	free(grid);
	return rc;
}

int signalwriter_mood(struct featset *s, const uint64_t *keys, size_t n,
		      struct pack_writer *pw, size_t *count, struct err *err)
{
	static const char *const sections[3] = { "mood.valence", "mood.arousal",
						 "mood.confidence" };
	const struct feat_row *row;
	int c[3], rc = mood_columns(s, c, err);
	float *column[3];

	if (rc)
		return -1;
	for (int k = 0; k < 3; k++)
		column[k] = mem_zalloc(n + 1, sizeof(float));
	*count = 0;
	for (size_t i = 0; i < n && !rc; i++) {
		bool known;

		rc = featset_find(s, keys[i], &row, err);
		known = !rc && row && isfinite(row->values[c[0]]) &&
			isfinite(row->values[c[1]]);
		for (int k = 0; k < 3; k++)
			column[k][i] =
			    known && isfinite(row->values[c[k]])
				? within(row->values[c[k]], k < 2 ? -1 : 0, 1)
				: NAN;
		*count += known;
	}
	for (int k = 0; k < 3 && !rc; k++)
		rc = pack_section(pw, sections[k], column[k], n * sizeof(float),
				  err);
	rc = rc || write_grid(column, n, pw, err);
	for (int k = 0; k < 3; k++)
		free(column[k]);
	return rc ? -1 : 0;
}

static void display_row(const struct feat_row *row,
			const int c[DISPLAY_FEATURES],
			float out[DISPLAY_FEATURES], uint8_t *measured)
{
	for (int k = 0; k < DISPLAY_FEATURES; k++) {
		out[k] = c[k] < 0 ? NAN : row->values[c[k]];
		if (!isfinite(out[k]))
			out[k] = NAN;
		else if (feat_bit(row->measured, (size_t)c[k]))
			*measured = (uint8_t)(*measured | 1u << k);
	}
	out[DISPLAY_ENERGY] = within(out[DISPLAY_ENERGY] / 0.5f, 0, 1);
}

int signalwriter_display(struct featset *s, const uint64_t *keys, size_t n,
			 uint8_t *measured, struct pack_writer *pw,
			 size_t *count, struct err *err)
{
	static const char *const names[DISPLAY_FEATURES][3] = {
		{ "tempo", "bpm" },
		{ "rms_mean", "rms" },
		{ "key" },
		{ "mode" },
		{ "loudness" }
	};
	const struct feat_row *row;
	int c[DISPLAY_FEATURES], rc = pack_begin(pw, "display.values", err);

	for (int k = 0; k < DISPLAY_FEATURES; k++)
		c[k] = featset_column(s, names[k]);
	*count = 0;
	for (size_t i = 0; i < n && !rc; i++) {
		float values[DISPLAY_FEATURES] = { NAN, NAN, NAN, NAN, NAN };

		rc = featset_find(s, keys[i], &row, err);
		if (!rc && row) {
			display_row(row, c, values, &measured[i]);
			*count += any_finite(values, DISPLAY_FEATURES);
		}
		rc = rc || pack_put(pw, values, sizeof(values), err);
	}
	rc = rc || pack_section(pw, "display.measured", measured, n, err);
	return rc ? -1 : 0;
}
