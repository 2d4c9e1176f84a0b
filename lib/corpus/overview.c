/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/overview.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/moodplot.h"
#include "corpus/overviewparts.h"
#include "io/feat.h"

static const char *const columns[] = {
	"tempo",        "loudness",    "energy",           "danceability",
	"acousticness", "speechiness", "instrumentalness", "liveness",
};
enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

const char *overview_column(size_t i)
{
	return i < COLUMNS ? columns[i] : NULL;
}

void overview_release(struct overview *s)
{
	for (int g = 0; g < OVERVIEW_GROUPS; g++)
		table_release(&s->groups[g]);
	for (size_t i = 0; s->spreads && i < COLUMNS; i++)
		free(s->spreads[i].values);
	free(s->spreads);
	free(s->before);
	free(s->tracks);
	overview_items_release(&s->failures);
	overview_items_release(&s->turned);
	overview_slowest_release(&s->slowest);
	table_release(&s->failed_before);
	str_release(&s->arrived);
	*s = (struct overview){ 0 };
}

/* Calls each for the rows of a feature file; at: of the columns named. */
struct reading {
	struct overview *s;
	const int *at;
	void (*each)(const struct reading *r, const struct feat_row *row);
};
static int rows_of(struct reading *r, const char *path,
		   const char *const *names, size_t n, struct err *err)
{
	struct feat *f = feat_open(path, err);
	struct feat_row *row;
	int got, *at;

	if (!f)
		return -1;
	at = mem_alloc((n + 1) * sizeof(*at));
	for (size_t i = 0; i < n; i++)
		at[i] = feat_schema_find(feat_schema(f), names[i]);
	r->at = at;
	row = feat_row_new(feat_schema(f));
	while ((got = feat_read(f, row, err)) == 1)
		r->each(r, row);
	feat_row_free(row);
	feat_close(f);
	free(at);
	return got;
}

static void take_before(const struct reading *r, const struct feat_row *row)
{
	struct overview *s = r->s;
	float link = r->at[0] < 0 ? 0 : row->values[r->at[0]];

	MEM_ROOM(s->before, s->before_count + 1, s->before_cap);
	s->before[s->before_count++] = (struct overview_track){
		row->key, row->digest,
		link > 0 && link < OVERVIEW_STATUSES ? (int)link : 0
	};
}

int overview_before(struct overview *s, const char *path, struct err *err)
{
	static const char *const names[] = { "link" };
	struct reading r = { .s = s, .each = take_before };

	if (access(path, F_OK) && errno == ENOENT)
		return 0;
	if (rows_of(&r, path, names, 1, err))
		return -1;
	if (s->before_count)
		qsort(s->before, s->before_count, sizeof(*s->before),
		      overview_by_key);
	s->compared = true;
	return 0;
}

int overview_slow(struct overview *s, const char *path, struct err *err)
{
	return overview_slowest_take(&s->slowest, path, err);
}

int overview_sound_model(struct overview *s, const char *path, struct err *err)
{
	struct pack *p =
	    pack_open(path, SOUNDMODEL_KIND, SOUNDMODEL_VERSION, err);
	const struct soundmodel_params *params;

	if (!p)
		return -1;
	params = pack_array(p, "sound.params", sizeof(*params), 1, NULL, err);
	s->measured = params != NULL;
	if (params)
		memcpy(s->errors, params->scores, sizeof(s->errors));
	pack_close(p);
	return params ? 0 : -1;
}

static void take_heard(const struct reading *r, const struct feat_row *row)
{
	overview_count(r->s, OVERVIEW_HEARD,
		       span_of(feat_status_name(row->status)));
}

int overview_heard(struct overview *s, const char *path, struct err *err)
{
	struct reading r = { .s = s, .each = take_heard };

	return rows_of(&r, path, NULL, 0, err);
}

static void take_sound(const struct reading *r, const struct feat_row *row)
{
	struct overview *s = r->s;

	overview_count(
	    s, OVERVIEW_SOUND_BY,
	    span_of(feat_method_name((enum feat_method)row->method)));
	if (row->method == FEAT_METHOD_MEASURED) {
		s->heard++;
	} else if (row->method != FEAT_METHOD_NONE) {
		s->guessed++;
		s->sure += (double)row->confidence;
	}
	for (size_t i = 0; i < COLUMNS; i++) {
		struct overview_spread *to = &s->spreads[i];

		if (r->at[i] < 0 || !isfinite(row->values[r->at[i]]))
			continue;
		MEM_ROOM(to->values, to->count + 1, to->cap);
		to->values[to->count++] = row->values[r->at[i]];
	}
}

int overview_sound(struct overview *s, const char *path, struct err *err)
{
	struct reading r = { .s = s, .each = take_sound };

	if (!s->spreads)
		s->spreads = mem_zalloc(COLUMNS, sizeof(*s->spreads));
	return rows_of(&r, path, columns, COLUMNS, err);
}

static size_t bin(float v)
{
	float at = (v + 1) / 2 * OVERVIEW_BINS;

	return at <= 0               ? 0
	       : at >= OVERVIEW_BINS ? OVERVIEW_BINS - 1
				     : (size_t)at;
}

static void take_mood(const struct reading *r, const struct feat_row *row)
{
	struct overview *s = r->s;
	float v, a;

	if (r->at[0] < 0 || r->at[1] < 0)
		return;
	v = row->values[r->at[0]];
	a = row->values[r->at[1]];
	if (!isfinite(v) || !isfinite(a))
		return;
	s->moods++;
	overview_count(
	    s, OVERVIEW_MOOD_BY,
	    span_of(feat_method_name((enum feat_method)row->method)));
	s->quadrants[moodplot_quadrant((double)v, (double)a)]++;
	s->valence[bin(v)]++;
	s->arousal[bin(a)]++;
}

int overview_moods(struct overview *s, const char *path, struct err *err)
{
	static const char *const names[] = { "valence", "arousal" };
	struct reading r = { .s = s, .each = take_mood };

	return rows_of(&r, path, names, 2, err);
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

void overview_end(struct overview *s)
{
	for (size_t i = 0; s->spreads && i < COLUMNS; i++)
		if (s->spreads[i].count)
			qsort(s->spreads[i].values, s->spreads[i].count,
			      sizeof(float), by_value);
	overview_slowest_end(&s->slowest);
	/* Every track that is not new was there before; one may come twice. */
	if (s->compared && s->before_count + s->added > s->records)
		s->gone = s->before_count + s->added - s->records;
}

void overview_histogram(const struct overview_spread *s, float *low,
			float *high, uint64_t bins[OVERVIEW_BINS])
{
	*low = overview_quantile(s, 0.01);
	*high = overview_quantile(s, 0.99);
	memset(bins, 0, OVERVIEW_BINS * sizeof(*bins));
	for (size_t i = 0; i < s->count; i++) {
		float width = *high - *low;

		bins[width > 0 ? bin(2 * (s->values[i] - *low) / width - 1)
			       : OVERVIEW_BINS / 2]++;
	}
}

float overview_quantile(const struct overview_spread *s, double q)
{
	return s->count ? s->values[(size_t)(q * (double)(s->count - 1) + 0.5)]
			: NAN;
}

int overview_write_tracks(const struct overview *s, FILE *out, struct err *err)
{
	struct feat_schema schema = { .stage = "report" };
	struct feat_writer *w;
	struct feat_row *row;
	int rc = 0;

	feat_schema_add(&schema, "link", "");
	row = feat_row_new(&schema);
	w = feat_writer_new(out, &schema, err);
	for (size_t i = 0; w && !rc && i < s->count; i++) {
		row->key = s->tracks[i].key;
		row->digest = s->tracks[i].digest;
		row->values[0] = (float)s->tracks[i].link;
		rc = feat_write(w, row, err);
	}
	if (!w || feat_writer_end(w, err))
		rc = -1;
	feat_row_free(row);
	feat_schema_release(&schema);
	return rc;
}
