/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodplot.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/track.h"
#include "index/generation.h"
#include "io/feat.h"
#include "io/input.h"
#include "io/json.h"
#include "io/stream.h"

enum { ANSWERS_MAX = 1 << 26, NAME_MAX_BYTES = 1000 };

void moodplot_release(struct moodplot *p)
{
	for (size_t i = 0; i < p->answer_count; i++) {
		str_release(&p->answers[i].title);
		str_release(&p->answers[i].artist);
	}
	free(p->tracks);
	free(p->sound);
	str_release(&p->names);
	str_release(&p->query);
	*p = (struct moodplot){ 0 };
}

static float hold(float v, float lo, float hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static struct moodplot_track *add(struct moodplot *p, uint64_t key, float v,
				  float a, float d, float confidence)
{
	struct moodplot_track *t;

	if (!isfinite(v) || !isfinite(a)) {
		p->passed++;
		return NULL;
	}
	MEM_ROOM(p->tracks, p->count + 1, p->cap);
	t = &p->tracks[p->count++];
	*t = (struct moodplot_track){
		.key = key,
		.valence = hold(v, -1, 1),
		.arousal = hold(a, -1, 1),
		.dominance = isfinite(d) ? hold(d, -1, 1) : NAN,
		.confidence = isfinite(confidence) ? hold(confidence, 0, 1) : 0,
	};
	return t;
}

static float cell(const struct feat_row *row, int column)
{
	return column < 0 ? NAN : row->values[column];
}

int moodplot_add_features(struct moodplot *p, const char *path, struct err *err)
{
	struct feat *f = feat_open(path, err);
	const struct feat_schema *s;
	struct feat_row *row;
	int v, a, d, c, rc = 0;

	if (!f)
		return -1;
	s = feat_schema(f);
	v = feat_schema_find(s, "valence");
	a = feat_schema_find(s, "arousal");
	d = feat_schema_find(s, "dominance");
	c = feat_schema_find(s, "confidence");
	if (v < 0 || a < 0)
		rc = err_set(err, ERR_DATA, "schema",
			     "%s: no columns valence and arousal; give what "
			     "mood-map wrote",
			     path);
	row = feat_row_new(s);
	while (!rc) {
		int got = feat_read(f, row, err);

		if (got <= 0) {
			rc = got;
			break;
		}
		add(p, row->key, cell(row, v), cell(row, a), cell(row, d),
		    cell(row, c));
	}
	feat_row_free(row);
	feat_close(f);
	return rc;
}

static void put_name(struct moodplot *p, struct span name, size_t *at,
		     uint32_t *n)
{
	if (name.n > NAME_MAX_BYTES)
		name.n = NAME_MAX_BYTES;
	*at = p->names.n;
	*n = (uint32_t)name.n;
	str_span(&p->names, name);
}

static int add_row(struct moodplot *p, const struct generation *g, size_t i,
		   struct err *err)
{
	struct span title, artist;
	struct moodplot_track *t =
	    add(p, g->keys[i], g->valence[i], g->arousal[i],
		g->dominance ? g->dominance[i] : NAN, g->mood_confidence[i]);

	if (!t)
		return 0;
	if (catalogue_text(g, i, CATALOGUE_TITLE, &title, err) ||
	    catalogue_text(g, i, CATALOGUE_ARTIST, &artist, err))
		return -1;
	put_name(p, title, &t->title, &t->title_n);
	put_name(p, artist, &t->artist, &t->artist_n);
	return 0;
}

int moodplot_add_index(struct moodplot *p, const char *path, struct err *err)
{
	struct generation *g = generation_open(path, err);
	int rc = 0;

	if (!g)
		return -1;
	if (!g->valence)
		rc = err_set(err, ERR_DATA, "index",
			     "%s: has no moods; build it with --mood", path);
	for (size_t i = 0; !rc && i < g->count; i++)
		rc = add_row(p, g, i, err);
	generation_close(g);
	return rc;
}

static int by_key(const void *x, const void *y)
{
	const struct moodplot_track *a = x, *b = y;

	return (a->key > b->key) - (a->key < b->key);
}

void moodplot_sort(struct moodplot *p)
{
	size_t n = 0;
	bool sorted = true;

	for (size_t i = 1; sorted && i < p->count; i++)
		sorted = p->tracks[i - 1].key < p->tracks[i].key;
	if (sorted)
		return;
	qsort(p->tracks, p->count, sizeof(*p->tracks), by_key);
	for (size_t i = 0; i < p->count; i++) {
		if (n && p->tracks[n - 1].key == p->tracks[i].key)
			n--;
		p->tracks[n++] = p->tracks[i];
	}
	p->count = n;
}

static struct moodplot_track *find(const struct moodplot *p, uint64_t key)
{
	struct moodplot_track want = { .key = key };

	return p->count
		   ? bsearch(&want, p->tracks, p->count, sizeof(want), by_key)
		   : NULL;
}

static void hear(struct moodplot *p, const struct feat_row *row, size_t count)
{
	const struct moodplot_track *t = find(p, row->key);
	double length = 0;
	int8_t *to;

	for (size_t i = 0; i < count; i++)
		length += (double)row->values[i] * (double)row->values[i];
	if (!t || !isfinite(length) || !(length > 0))
		return;
	to = p->sound + (size_t)(t - p->tracks) * MOODPLOT_SOUND;
	length = sqrt(length);
	for (size_t i = 0; i < count && i < MOODPLOT_SOUND; i++)
		to[i] = (int8_t)lround(127 * (double)row->values[i] / length);
}

int moodplot_hear(struct moodplot *p, const char *path, struct err *err)
{
	struct feat *f = feat_open(path, err);
	struct feat_row *row;
	int got;

	if (!f)
		return -1;
	if (!p->sound)
		p->sound = mem_zalloc(p->count + 1, MOODPLOT_SOUND);
	row = feat_row_new(feat_schema(f));
	while ((got = feat_read(f, row, err)) == 1)
		hear(p, row, feat_schema(f)->count);
	feat_row_free(row);
	feat_close(f);
	return got;
}

struct naming {
	struct moodplot *p;
	struct str id, text;
};

static int name_track(void *ctx, struct record *r, struct err *err)
{
	struct naming *n = ctx;
	struct moodplot_track *t;

	if (record_id(r, &n->id, err)) {
		err->status = ERR_DATA;
		return -1;
	}
	t = find(n->p, track_key(span_str(&n->id)));
	if (!t)
		return 0;
	if (record_text(r, "title", &n->text))
		put_name(n->p, span_str(&n->text), &t->title, &t->title_n);
	if (record_text(r, "artist", &n->text))
		put_name(n->p, span_str(&n->text), &t->artist, &t->artist_n);
	return 0;
}

int moodplot_name(struct moodplot *p, const char *path, struct err *err)
{
	struct naming n = { .p = p };
	char *file = mem_strdup(path);
	int rc = stream_each(&file, 1, &n, name_track, err);

	free(file);
	str_release(&n.id);
	str_release(&n.text);
	return rc;
}

/* Valence and arousal of an object; false: not both in [-1, 1]. */
static bool read_mood(struct span object, double *v, double *a)
{
	return json_type(object) == JSON_OBJECT &&
	       !json_number(json_get(object, "valence"), v) &&
	       !json_number(json_get(object, "arousal"), a) && *v >= -1 &&
	       *v <= 1 && *a >= -1 && *a <= 1;
}

static void read_answer(struct moodplot *p, struct span result)
{
	struct moodplot_answer *a = &p->answers[p->answer_count];

	*a = (struct moodplot_answer){ 0 };
	p->answer_count++;
	if (json_number(json_get(result, "rank"), &a->rank))
		a->rank = (double)p->answer_count;
	json_string(json_get(result, "title"), &a->title);
	json_string(json_get(result, "artist"), &a->artist);
	a->placed =
	    read_mood(json_get(result, "mood"), &a->valence, &a->arousal);
}

static int read_answers(struct moodplot *p, struct span text, const char *path,
			struct err *err)
{
	struct span s = span_trim(text), results, result;
	const char *why = "it is empty", *end;
	size_t at = 0;

	end = s.n ? json_skip(s.p, s.p + s.n, &why) : NULL;
	if (!end)
		return err_set(err, ERR_DATA, "json", "%s: not JSON: %s", path,
			       why);
	s.n = (size_t)(end - s.p);
	results = json_get(s, "results");
	if (json_type(results) != JSON_ARRAY)
		return err_set(err, ERR_DATA, "answer",
			       "%s: no \"results\" in it; give what rerank "
			       "wrote in the format json",
			       path);
	p->asked = true;
	json_string(json_get(s, "query"), &p->query);
	p->placed =
	    read_mood(json_get(s, "mood_detected"), &p->valence, &p->arousal);
	while (p->answer_count < MOODPLOT_ANSWERS &&
	       json_each(results, &at, &result) > 0)
		read_answer(p, result);
	return 0;
}

int moodplot_ask(struct moodplot *p, const char *path, struct err *err)
{
	struct str text = { 0 };
	int rc = input_slurp(path, ANSWERS_MAX, &text, err) ||
		 read_answers(p, span_str(&text), path, err);

	str_release(&text);
	return rc ? -1 : 0;
}

int moodplot_quadrant(double valence, double arousal)
{
	if (arousal >= 0)
		return valence >= 0 ? 0 : 1;
	return valence >= 0 ? 3 : 2;
}
