/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/overview.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/eachline.h"
#include "corpus/moodplot.h"
#include "corpus/track.h"
#include "io/feat.h"
#include "io/json.h"

#define LINE_LIMIT ((size_t)64 << 20)

struct overview_track {
	uint64_t key, digest;
};

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
	str_release(&s->failed);
	str_release(&s->arrived);
	*s = (struct overview){ 0 };
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = ((const struct overview_track *)a)->key;
	uint64_t y = ((const struct overview_track *)b)->key;

	return (x > y) - (x < y);
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

	MEM_ROOM(s->before, s->before_count + 1, s->before_cap);
	s->before[s->before_count++] =
	    (struct overview_track){ row->key, row->digest };
}

int overview_before(struct overview *s, const char *path, struct err *err)
{
	struct reading r = { .s = s, .each = take_before };

	if (access(path, F_OK) && errno == ENOENT)
		return 0;
	if (rows_of(&r, path, NULL, 0, err))
		return -1;
	if (s->before_count)
		qsort(s->before, s->before_count, sizeof(*s->before), by_key);
	s->compared = true;
	return 0;
}

static void count(struct overview *s, enum overview_group g, struct span name)
{
	++*table_put(&s->groups[g], name);
}

static void count_text(struct overview *s, enum overview_group g,
		       const struct record *r, const char *member,
		       struct str *text)
{
	if (record_text(r, member, text))
		count(s, g, span_str(text));
}

static void put_object(struct str *to, const char *const *names,
		       const struct str *values, size_t n)
{
	if (to->n)
		str_puts(to, ",\n  ");
	for (size_t i = 0; i < n; i++) {
		str_printf(to, "%s\"%s\":", i ? "," : "{", names[i]);
		json_put_string(to, span_str(&values[i]));
	}
	str_putc(to, '}');
}

static void take_error(struct overview *s, const struct record *r,
		       struct str *text)
{
	static const char *const names[] = { "id", "title", "tool", "message" };
	struct span error = record_get(r, "error");
	struct str v[4] = { { 0 } };
	struct err none;

	if (!error.p)
		return;
	json_string(json_get(error, "tool"), &v[2]);
	json_string(json_get(error, "message"), &v[3]);
	str_reset(text);
	str_span(text, span_str(&v[2]));
	str_puts(text, ": ");
	json_string(json_get(error, "code"), text);
	count(s, OVERVIEW_ERRORS, span_str(text));
	if (s->failed_count++ < OVERVIEW_SHOWN) {
		record_id(r, &v[0], &none);
		record_text(r, "title", &v[1]);
		put_object(&s->failed, names, v, 4);
	}
	for (int i = 0; i < 4; i++)
		str_release(&v[i]);
}

static void take_fields(struct overview *s, const struct record *r,
			struct str *text)
{
	enum track_origin origin[OVERVIEW_FIELDS];
	double sure[OVERVIEW_FIELDS] = { 0 };
	int year;

	origin[OVERVIEW_GENRE] = track_genre(r, text, &sure[OVERVIEW_GENRE]);
	origin[OVERVIEW_TAGS] = track_tags(r, text, &sure[OVERVIEW_TAGS]);
	origin[OVERVIEW_DESCRIPTION] =
	    track_description(r, text, &sure[OVERVIEW_DESCRIPTION]);
	origin[OVERVIEW_YEAR] =
	    track_year(r, &year) ? TRACK_SOURCE : TRACK_ABSENT;
	for (int f = 0; f < OVERVIEW_FIELDS; f++) {
		s->fields[f].source += origin[f] == TRACK_SOURCE;
		if (origin[f] != TRACK_IMPUTED)
			continue;
		s->fields[f].imputed++;
		s->fields[f].confidence += sure[f];
	}
}

static void take_emotion(struct overview *s, const struct record *r,
			 struct str *text)
{
	struct span top, first;
	size_t pos = 0;

	top = json_get(record_get(r, "emotion"), "top");
	str_reset(text);
	if (json_each(top, &pos, &first) && !json_string(first, text))
		count(s, OVERVIEW_EMOTIONS, span_str(text));
}

static void compare(struct overview *s, const struct overview_track *t,
		    const struct record *r, struct str *text)
{
	const struct overview_track *old =
	    s->before_count
		? bsearch(t, s->before, s->before_count, sizeof(*t), by_key)
		: NULL;

	s->changed += old && old->digest != t->digest;
	if (old || s->added++ >= OVERVIEW_SHOWN)
		return;
	if (!record_text(r, "title", text))
		return;
	if (s->arrived.n)
		str_putc(&s->arrived, ',');
	json_put_string(&s->arrived, span_str(text));
}

struct records {
	struct overview *s;
	struct record r;
	struct str text, reason;
};

static int take_record(void *ctx, struct span line, struct err *err)
{
	struct records *c = ctx;
	struct overview *s = c->s;
	struct overview_track t;

	if (record_parse(&c->r, line, err) || record_id(&c->r, &c->text, err))
		return -1;
	t.key = track_key(span_str(&c->text));
	t.digest = hash_u64(line.p, line.n);
	MEM_ROOM(s->tracks, s->count + 1, s->cap);
	s->tracks[s->count++] = t;
	s->records++;
	if (s->compared)
		compare(s, &t, &c->r, &c->text);
	count_text(s, OVERVIEW_LINKS, &c->r, "url_status", &c->text);
	if (c->text.n && record_text(&c->r, "url_reason", &c->reason)) {
		str_puts(&c->text, ": ");
		str_span(&c->text, span_str(&c->reason));
		count(s, OVERVIEW_REASONS, span_str(&c->text));
	}
	count_text(s, OVERVIEW_AUDIO, &c->r, "audio_status", &c->text);
	count_text(s, OVERVIEW_CLASSES, &c->r, "music_class", &c->text);
	count_text(s, OVERVIEW_ERAS, &c->r, "era_category", &c->text);
	count_text(s, OVERVIEW_LANGUAGES, &c->r, "language", &c->text);
	s->recovered += record_text(&c->r, "recovered_url", &c->text);
	take_emotion(s, &c->r, &c->text);
	take_fields(s, &c->r, &c->text);
	return 0;
}

static int take_failed(void *ctx, struct span line, struct err *err)
{
	struct records *c = ctx;

	if (record_parse(&c->r, line, err))
		return -1;
	take_error(c->s, &c->r, &c->text);
	return 0;
}

static int lines_of(struct overview *s, const char *path,
		    int (*each)(void *ctx, struct span line, struct err *err),
		    struct err *err)
{
	struct records c = { .s = s };
	int rc = eachline_of(path, LINE_LIMIT, &c, each, err);

	record_release(&c.r);
	str_release(&c.text);
	str_release(&c.reason);
	return rc;
}

int overview_records(struct overview *s, const char *path, struct err *err)
{
	return lines_of(s, path, take_record, err);
}

int overview_errors(struct overview *s, const char *path, struct err *err)
{
	return lines_of(s, path, take_failed, err);
}

static void take_heard(const struct reading *r, const struct feat_row *row)
{
	count(r->s, OVERVIEW_HEARD, span_of(feat_status_name(row->status)));
}

int overview_heard(struct overview *s, const char *path, struct err *err)
{
	struct reading r = { .s = s, .each = take_heard };

	return rows_of(&r, path, NULL, 0, err);
}

static void take_sound(const struct reading *r, const struct feat_row *row)
{
	struct overview *s = r->s;

	if (row->method == FEAT_METHOD_MEASURED)
		s->heard++;
	else
		s->guessed += row->method != FEAT_METHOD_NONE;
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
	/* Every track that is not new was there before; one may come twice. */
	if (s->compared && s->before_count + s->added > s->records)
		s->gone = s->before_count + s->added - s->records;
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

	feat_schema_add(&schema, "seen", "");
	row = feat_row_new(&schema);
	w = feat_writer_new(out, &schema, err);
	for (size_t i = 0; w && !rc && i < s->count; i++) {
		row->key = s->tracks[i].key;
		row->digest = s->tracks[i].digest;
		rc = feat_write(w, row, err);
	}
	if (!w || feat_writer_end(w, err))
		rc = -1;
	feat_row_free(row);
	feat_schema_release(&schema);
	return rc;
}
