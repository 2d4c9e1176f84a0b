/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/musicfilter.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/filtershape.h"
#include "corpus/track.h"

/* An artist is a speaker, most of whose tracks are no music, or a musician,
 * who seldom speaks; of all tracks a tenth is no music. */
static const double share_prior = 0.1, share_speaker = 0.8,
		    share_musician = 0.02, start_speaker = -2.5;
static const double lean_most = 3; /* what one track says of its artist */
/* Other tracks: fewer prove nothing, what more say is the same again. */
enum { ARTIST_LEAST = 2, ARTIST_MOST = 8 };

static void set_up_row(struct musicfilter *m, const struct filter_row *r)
{
	switch (r->where) {
	case 1u << FILTER_START:
		memcpy(m->start, r->weight, sizeof(m->start));
		return;
	case 1u << FILTER_LIMIT:
		m->limit = r->weight[MUSIC_TALK];
		return;
	default:
		return;
	}
}

int musicfilter_parse(struct musicfilter *m, struct span tsv, const char *name,
		      struct err *err)
{
	*m = (struct musicfilter){ 0 };
	if (filterwords_parse(&m->words, tsv, name, err))
		return -1;
	for (size_t i = 0; i < m->words.count; i++)
		set_up_row(m, &m->words.rows[i]);
	if (m->limit > 0.5 && m->limit < 1)
		return 0;
	musicfilter_release(m);
	return err_set(err, ERR_DATA, "table",
		       "%s: a row \"limit\" with a probability above 0.5 and "
		       "below 1 in the column of talk was expected",
		       name);
}

int musicfilter_bind(struct musicfilter *m, const struct feat_schema *s,
		     const char *source, struct err *err)
{
	size_t cap = 0;
	char column[FEAT_NAME];

	for (size_t i = 0; i < m->words.count; i++) {
		const struct filter_row *r = &m->words.rows[i];
		int at = -1;

		if (r->where != 1u << FILTER_SOUND)
			continue;
		if (r->what.n < sizeof(column)) {
			memcpy(column, r->what.p, r->what.n);
			column[r->what.n] = '\0';
			at = feat_schema_find(s, column);
		}
		if (at < 0)
			return err_set(err, ERR_DATA, "schema",
				       "%s: no column \"%.*s\"; give the "
				       "features of extract-features(1)",
				       source, (int)r->what.n, r->what.p);
		MEM_ROOM(m->ramps, m->ramp_count + 1, cap);
		m->ramps[m->ramp_count++] = (struct musicfilter_ramp){ i, at };
	}
	return 0;
}

void musicfilter_release(struct musicfilter *m)
{
	artists_index_release(&m->index);
	pack_close(m->model);
	filterwords_release(&m->words);
	free(m->ramps);
	*m = (struct musicfilter){ 0 };
}

void musicfilter_scratch_release(struct musicfilter_scratch *s)
{
	filter_scan_release(&s->scan);
	str_release(&s->text);
	free(s->found);
	*s = (struct musicfilter_scratch){ 0 };
}

/* Where evidence is put while a field is read. */
struct finding {
	const struct musicfilter *m;
	struct musicfilter_scratch *s;
	enum filter_where field;
	double value, factor;
};

static double strength(const struct filter_row *r)
{
	double most = 0;

	for (int c = 0; c < MUSIC_CLASSES; c++)
		most = fmax(most, fabs(r->weight[c]));
	return most;
}

static void found(void *ctx, size_t row)
{
	struct finding *f = ctx;
	struct musicfilter_scratch *s = f->s;
	const struct filter_row *rows = f->m->words.rows, *r = &rows[row];
	struct evidence *e = NULL;

	for (size_t i = 0; i < s->count; i++) {
		e = &s->found[i];
		if (e->row == row)
			return;
		if (!r->group || rows[e->row].group != r->group)
			continue;
		if (strength(&rows[e->row]) >= strength(r))
			return;
		break; /* e makes place */
	}
	if (!s->count || !r->group || rows[e->row].group != r->group) {
		MEM_ROOM(s->found, s->count + 1, s->cap);
		e = &s->found[s->count++];
	}
	*e = (struct evidence){ .row = row,
				.field = f->field,
				.value = f->value };
	for (int c = 0; c < MUSIC_CLASSES; c++)
		e->weight[c] = f->factor * r->weight[c];
}

static void read_text(struct finding *f, enum filter_where field, bool wanted)
{
	if (!wanted)
		return;
	f->field = field;
	filterwords_each(&f->m->words, &f->s->scan, field,
			 span_str(&f->s->text), f, found);
}

/* What the source says; a genre that was imputed counts as far as it is
 * sure. Imputed tags and descriptions only repeat the other texts. */
static void read_texts(struct finding *f, const struct record *r)
{
	struct str *t = &f->s->text;

	read_text(f, FILTER_TITLE, record_text(r, "title", t));
	read_text(f, FILTER_ARTIST, record_text(r, "artist", t));
	read_text(f, FILTER_TAG, track_tags(r, t, NULL) == TRACK_SOURCE);
	read_text(f, FILTER_DESCRIPTION,
		  track_description(r, t, NULL) == TRACK_SOURCE);
	read_text(f, FILTER_VIBE, record_text(r, "extracted_vibe_text", t));
	read_text(f, FILTER_GENRE, track_genre(r, t, &f->factor));
	f->factor = 1;
}

static void read_range(struct finding *f, enum filter_where where, bool known)
{
	const struct filterwords *w = &f->m->words;

	f->field = where;
	for (size_t i = 0; known && i < w->count; i++)
		if (w->rows[i].where == 1u << where &&
		    f->value >= w->rows[i].low && f->value < w->rows[i].high)
			found(f, i);
	f->value = 0;
}

static bool speaks_for_music(const struct finding *f)
{
	for (size_t i = 0; i < f->s->count; i++)
		if (f->s->found[i].weight[MUSIC_TALK] < 0 &&
		    (f->s->found[i].field < FILTER_TEXTS ||
		     f->s->found[i].field == FILTER_HAS))
			return true;
	return false;
}

static bool has(const struct finding *f, const struct record *r,
		struct span member)
{
	char name[64];

	if (member.n >= sizeof(name))
		return false;
	memcpy(name, member.p, member.n);
	name[member.n] = '\0';
	return record_text(r, name, &f->s->text);
}

/* Members that are there, then those that are not: what lacks a sign of music
 * is judged by all signs of it. */
static void read_members(struct finding *f, const struct record *r)
{
	const struct filterwords *w = &f->m->words;
	bool music;

	f->field = FILTER_HAS;
	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].where == 1u << FILTER_HAS &&
		    has(f, r, w->rows[i].what))
			found(f, i);
	music = speaks_for_music(f);
	f->field = FILTER_LACKS;
	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].where == 1u << FILTER_LACKS &&
		    !(span_is(w->rows[i].what, "music")
			  ? music
			  : has(f, r, w->rows[i].what)))
			found(f, i);
}

static void read_shape(struct finding *f, const struct record *r)
{
	const struct filterwords *w = &f->m->words;
	struct str *t = &f->s->text;

	if (!record_text(r, "title", t))
		return;
	f->field = FILTER_SHAPE;
	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].where == 1u << FILTER_SHAPE &&
		    filtershape_is(w->rows[i].shape, span_str(t)))
			found(f, i);
}

static double ramp(const struct filter_row *r, double x)
{
	double v = (x - r->low) / (r->high - r->low);

	return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* What is known of the sound itself, not guessed. */
static void read_sound(struct finding *f, const struct feat_row *sound)
{
	const struct musicfilter *m = f->m;
	const struct filterwords *w = &m->words;

	if (!sound || sound->method > FEAT_METHOD_MEASURED)
		return;
	f->field = FILTER_SOUND;
	for (size_t i = 0; i < m->ramp_count; i++) {
		f->value = (double)sound->values[m->ramps[i].column];
		f->factor = isnan(f->value)
				? 0
				: ramp(&w->rows[m->ramps[i].row], f->value);
		if (f->factor > 0)
			found(f, m->ramps[i].row);
	}
	f->factor = 1;
	f->field = FILTER_HEARD;
	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].where == 1u << FILTER_HEARD &&
		    span_is(w->rows[i].what, feat_status_name(sound->status)))
			found(f, i);
}

static struct music_verdict decide(const struct musicfilter *m,
				   const struct musicfilter_scratch *s)
{
	struct music_verdict v = { 0 };
	double sum[MUSIC_CLASSES], all = 0, most = 0;
	double *p = v.p;

	memcpy(sum, m->start, sizeof(sum));
	for (size_t i = 0; i < s->count; i++)
		for (int c = 0; c < MUSIC_CLASSES; c++)
			sum[c] += s->found[i].weight[c];
	for (int c = 0; c < MUSIC_CLASSES; c++)
		most = fmax(most, sum[c]);
	for (int c = 0; c < MUSIC_CLASSES; c++)
		all += p[c] = exp(sum[c] - most);
	for (int c = 0; c < MUSIC_CLASSES; c++)
		p[c] /= all;
	v.is_music = p[MUSIC_TALK] + p[MUSIC_NOISE] < m->limit;
	if (v.is_music)
		v.class =
		    p[MUSIC_SET] > p[MUSIC_TRACK] ? MUSIC_SET : MUSIC_TRACK;
	else
		v.class =
		    p[MUSIC_NOISE] > p[MUSIC_TALK] ? MUSIC_NOISE : MUSIC_TALK;
	return v;
}

static double odds(double p)
{
	return log(p / (1 - p));
}

static double other_odds(const double sum[MUSIC_CLASSES])
{
	return log((exp(sum[MUSIC_TALK]) + exp(sum[MUSIC_NOISE])) /
		   (exp(sum[MUSIC_TRACK]) + exp(sum[MUSIC_SET])));
}

/* Log-odds of no music against music, against those of a record of which
 * nothing is known: of all evidence, or of what also tells of the artist. The
 * name is the same on all tracks and would be counted over and over. */
static double lean_of(const struct musicfilter *m,
		      const struct musicfilter_scratch *s, bool words)
{
	double sum[MUSIC_CLASSES], start;

	memcpy(sum, m->start, sizeof(sum));
	start = other_odds(sum);
	for (size_t i = 0; i < s->count; i++) {
		const struct evidence *e = &s->found[i];

		if (e->field == FILTER_ARTISTS ||
		    (words &&
		     (e->field >= FILTER_TEXTS || e->field == FILTER_ARTIST ||
		      m->words.rows[e->row].alone)))
			continue;
		for (int c = 0; c < MUSIC_CLASSES; c++)
			sum[c] += e->weight[c];
	}
	return other_odds(sum) - start;
}

/* How much likelier the track is a speaker's than a musician's: either has
 * both kinds, so a speaker's song says less than a musician's sermon. */
double musicfilter_lean(const struct musicfilter *m,
			const struct musicfilter_scratch *s)
{
	double ratio = exp(fmin(lean_of(m, s, true), lean_of(m, s, false)));
	double lean = log((share_speaker * ratio + 1 - share_speaker) /
			  (share_musician * ratio + 1 - share_musician));

	return lean_most + fmax(fmin(lean, lean_most), -lean_most);
}

/* The artist's other tracks: the share of what is no music that is to be
 * expected of them, in log-odds against the usual. */
static void read_artist(struct finding *f, const struct record *r)
{
	const struct filterwords *w = &f->m->words;
	const struct artist *a;
	struct str folded = { 0 };
	double n, mean, speaker;

	if (!f->m->model || !record_text(r, "artist", &f->s->text))
		return;
	a = artists_find(&f->m->index,
			 artists_key(span_str(&f->s->text), &folded));
	str_release(&folded);
	if (!a || a->tracks < ARTIST_LEAST + 1)
		return;
	n = a->tracks - 1.0;
	mean = (a->plays - musicfilter_lean(f->m, f->s)) / n - lean_most;
	speaker = start_speaker + mean * fmin(n, ARTIST_MOST);
	speaker = 1 / (1 + exp(-speaker));
	f->value = speaker * share_speaker + (1 - speaker) * share_musician;
	f->factor = odds(f->value) - odds(share_prior);
	f->field = FILTER_ARTISTS;
	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].where == 1u << FILTER_ARTISTS &&
		    f->value >= w->rows[i].low && f->value < w->rows[i].high)
			found(f, i);
}

struct music_verdict musicfilter_judge(const struct musicfilter *m,
				       struct musicfilter_scratch *s,
				       const struct record *r,
				       const struct feat_row *sound)
{
	struct finding f = { .m = m, .s = s, .factor = 1 };
	bool known;

	s->count = 0;
	read_texts(&f, r);
	known = record_number(r, "duration_ms", &f.value) && f.value > 0;
	f.value /= 60000;
	read_range(&f, FILTER_MINUTES, known);
	known = record_number(r, "playback_count", &f.value);
	read_range(&f, FILTER_PLAYS, known);
	read_members(&f, r);
	read_shape(&f, r);
	read_artist(&f, r);
	f.factor = 1;
	read_sound(&f, sound);
	return decide(m, s);
}
