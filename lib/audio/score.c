/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "audio/notation.h"
#include "audio/score.h"
#include "base/mem.h"
#include "base/num.h"
#include "io/input.h"

enum { NEST = 8, CHORD = 8, NOTES_MAX = 100000, CLIPS_MAX = 256 };

struct group { /* an open parenthesis */
	size_t note;
	double at;
};

struct parser {
	struct score *score;
	const char *name;
	int line;
	struct err *err;
	struct score_clip base;
	bool has_key;
	/* of the current track */
	int track; /* -1: none yet */
	bool drums, root;
	char drum_name[SCORE_NAME];
	struct score_track drum_like;
	double at, length, velocity, arp, pulse, step;
	struct group open[NEST];
	size_t depth;
};

static int wrong(struct parser *p, struct span found, const char *expected)
{
	return err_set(p->err, ERR_DATA, "score",
		       "%s:%d: found \"%.*s\", expected %s", p->name, p->line,
		       found.n > 60 ? 60 : (int)found.n, found.p, expected);
}

static int add(struct parser *p, double start, double length, double midi,
	       double velocity)
{
	struct score_track *t = &p->score->tracks[p->track];

	if (t->count >= NOTES_MAX)
		return err_set(p->err, ERR_DATA, "score",
			       "%s:%d: more than %d notes in a track", p->name,
			       p->line, NOTES_MAX);
	MEM_ROOM(t->notes, t->count + 1, t->cap);
	t->notes[t->count++] = (struct score_note){
		start,
		length,
		(float)midi,
		(float)velocity,
	};
	return 0;
}

/* One event of a track: some pitches together, broken or repeated. */
static int event(struct parser *p, const double *pitches, int n)
{
	double step = p->arp > 0 ? p->arp : p->pulse;
	double end = p->at + p->length;
	int at = 0;

	if (p->root && n > 1)
		n = 1;
	for (double t = p->at; t < end - 1e-9; t += step) {
		double length = step > 0 && step < end - t ? step : end - t;
		int from = p->arp > 0 && n ? at++ % n : 0;
		int to = p->arp > 0 && n ? from + 1 : n;

		for (int i = from; i < to; i++)
			if (add(p, t, length, pitches[i], p->velocity))
				return -1;
		if (step <= 0)
			break;
	}
	p->at = end;
	return 0;
}

static int group_close(struct parser *p, struct span w)
{
	struct score_track *t = &p->score->tracks[p->track];
	struct group g;
	size_t end = t->count;
	double span;
	int times;

	if (w.n < 3 || w.p[1] != '*' ||
	    num_int((struct span){ w.p + 2, w.n - 2 }, 1, 999, &times))
		return wrong(p, w, ")*N with N from 1 to 999");
	if (!p->depth)
		return wrong(p, w, "a ( before it");
	g = p->open[--p->depth];
	span = p->at - g.at;
	for (int k = 1; k < times; k++)
		for (size_t i = g.note; i < end; i++) {
			struct score_note n = t->notes[i];

			if (add(p, n.start + k * span, n.length, n.pitch,
				n.velocity))
				return -1;
		}
	p->at = g.at + times * span;
	return 0;
}

/* Takes ":LENGTH" off the end of a word. */
static int take_length(struct parser *p, struct span *w)
{
	const char *colon = memchr(w->p, ':', w->n);
	size_t n;

	if (!colon)
		return 0;
	n = (size_t)(colon - w->p);
	if (notation_fraction((struct span){ colon + 1, w->n - n - 1 }, 1e-3,
			      1e3, &p->length))
		return wrong(p, *w, "a length in beats such as :1.5 or :1/3");
	w->n = n;
	return 0;
}

static int note_word(struct parser *p, struct span w)
{
	double pitches[CHORD];
	int n = 0;

	if (*w.p == '(' && w.n == 1) {
		if (p->depth == NEST)
			return wrong(p, w,
				     "at most 8 groups, one in the "
				     "other");
		p->open[p->depth++] = (struct group){
			p->score->tracks[p->track].count,
			p->at,
		};
		return 0;
	}
	if (*w.p == ')')
		return group_close(p, w);
	if (*w.p == '|' && w.n == 1)
		return 0;
	if (*w.p == '@') {
		w.p++, w.n--;
		return notation_fraction(w, 0, 1, &p->velocity)
			   ? wrong(p, w, "a loudness from 0 to 1")
			   : 0;
	}
	if (take_length(p, &w))
		return -1;
	if (span_is(w, "r"))
		return event(p, pitches, 0);
	n = notation_chord(w, pitches);
	if (n)
		return event(p, pitches, n);
	for (struct span rest = w; rest.n;) { /* c4+e4+g4 */
		const char *plus = memchr(rest.p, '+', rest.n);
		size_t len = plus ? (size_t)(plus - rest.p) : rest.n;

		struct span one = { rest.p, len };

		if (n == CHORD || (plus && len + 1 == rest.n) ||
		    (pitches[n] = notation_pitch(one)) < 0)
			return wrong(p, w,
				     "a note such as f#4, notes joined "
				     "by +, a chord such as Am7, or r");
		n++;
		len += plus ? 1 : 0;
		rest.p += len;
		rest.n -= len;
	}
	return n ? event(p, pitches, n) : wrong(p, w, "a note before the :");
}

/* "kick x...x..." : a track of its own under the drum track's name. */
static int drum_line(struct parser *p, struct span line)
{
	struct score *s = p->score;
	struct span w = notation_word(&line);
	int voice = voice_find(w);

	if (voice < 0 || !voice_is_drum((enum voice)voice))
		return wrong(p, w,
			     "a drum: kick snare hat openhat clap "
			     "tom rim noise");
	if (s->ntracks == SCORE_TRACKS)
		return wrong(p, w, "at most 32 tracks and drum lines");
	p->track = (int)s->ntracks;
	s->tracks[s->ntracks] = p->drum_like;
	s->tracks[s->ntracks++].voice = (enum voice)voice;
	p->at = 0;
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		double velocity = c == 'X' ? 1 : c == 'x' ? .75 : .4;

		if (notation_blank(c) || c == '|')
			continue;
		if (c != '.' && c != 'x' && c != 'X' && c != 'o')
			return wrong(p, line,
				     "steps: x hit, X accent, o soft, "
				     ". rest");
		if (c != '.' && add(p, p->at, p->step, 60, velocity))
			return -1;
		p->at += p->step;
	}
	s->tracks[p->track].length = p->at;
	return 0;
}

static int track_end(struct parser *p)
{
	if (p->track >= 0 && !p->drums) {
		p->score->tracks[p->track].length = p->at;
		if (p->depth)
			return wrong(p, SPAN("("), "its )*N in the same track");
	}
	return 0;
}

static int track_option(struct parser *p, struct score_track *t, struct span w)
{
	const char *eq = memchr(w.p, '=', w.n);
	double octave = 0, *to = NULL, lo = 0, hi = 4;
	struct span name, value;

	if (span_is(w, "once")) {
		t->once = true;
		return 0;
	}
	if (span_is(w, "root")) {
		p->root = true;
		return 0;
	}
	name = (struct span){ w.p, eq ? (size_t)(eq - w.p) : 0 };
	value = (struct span){ w.p + name.n + 1, eq ? w.n - name.n - 1 : 0 };
	if (span_is(name, "volume"))
		to = &t->volume;
	else if (span_is(name, "pan"))
		to = &t->pan, lo = -1, hi = 1;
	else if (span_is(name, "bright"))
		to = &t->bright, lo = .1;
	else if (span_is(name, "gate"))
		to = &t->gate, lo = .05, hi = 2;
	else if (span_is(name, "octave"))
		to = &octave, lo = -3, hi = 3;
	else if (span_is(name, "arp"))
		to = &p->arp, lo = 1. / 16, hi = 16;
	else if (span_is(name, "pulse"))
		to = &p->pulse, lo = 1. / 16, hi = 16;
	else if (span_is(name, "step"))
		to = &p->step, lo = 1. / 16, hi = 16;
	if (!to || notation_fraction(value, lo, hi, to))
		return wrong(p, w,
			     "once, root, or volume= pan= bright= gate= "
			     "octave= arp= pulse= step= and a number in range");
	if (to == &octave)
		t->octave = (int)octave;
	return 0;
}

static int track_begin(struct parser *p, struct span line)
{
	struct score *s = p->score;
	struct score_track t = { .volume = 1, .bright = 1, .gate = .95 };
	struct span name = notation_word(&line), kind = notation_word(&line), w;
	int voice = voice_find(kind);

	if (track_end(p))
		return -1;
	if (!name.n || name.n >= SCORE_NAME || memchr(name.p, '=', name.n))
		return wrong(p, name, "a track's name");
	memcpy(t.name, name.p, name.n);
	p->drums = span_is(kind, "drums");
	if (!p->drums && (voice < 0 || voice_is_drum((enum voice)voice)))
		return wrong(p, kind, "an instrument, see man synth, or drums");
	p->arp = p->pulse = p->at = 0;
	p->length = 1;
	p->velocity = .75;
	p->step = .25;
	p->root = false;
	p->depth = 0;
	for (w = notation_word(&line); w.n; w = notation_word(&line))
		if (track_option(p, &t, w))
			return -1;
	p->drum_like = t;
	p->track = -1;
	if (p->drums)
		return 0;
	if (s->ntracks == SCORE_TRACKS)
		return wrong(p, name, "at most 32 tracks and drum lines");
	t.voice = (enum voice)voice;
	p->track = (int)s->ntracks;
	s->tracks[s->ntracks++] = t;
	return 0;
}

static int setting(struct parser *p, struct score_clip *c, struct span name,
		   struct span v)
{
	const char *expected;
	int rc = notation_setting(c, name, v, &expected);

	return rc < 0 ? wrong(p, v, expected) : rc;
}

/* TRACK=INSTRUMENT or without=TRACK in a variant. 1: no such track. */
static int rearrange(struct parser *p, struct score_clip *c, struct span name,
		     struct span v)
{
	bool drop = span_is(name, "without"), found = false;
	int voice = drop ? 0 : voice_find(v);

	for (size_t i = 0; i < p->score->ntracks; i++) {
		if (!span_is(drop ? v : name, p->score->tracks[i].name))
			continue;
		if (voice < 0)
			return wrong(p, v, "an instrument");
		found = true;
		if (drop)
			c->muted[i] = true;
		else
			c->voice[i] = (enum voice)voice;
	}
	return found ? 0 : 1;
}

static struct score_clip *clip_add(struct parser *p, struct span variant)
{
	const char *slash = strrchr(p->name, '/');
	struct span stem = span_of(slash ? slash + 1 : p->name);
	struct score *s = p->score;
	struct str name = { 0 };
	struct score_clip *c;
	const char *dot = memchr(stem.p, '.', stem.n);

	stem.n = dot ? (size_t)(dot - stem.p) : stem.n;
	s->clips = mem_resize(s->clips, s->nclips + 1, sizeof(*s->clips));
	c = &s->clips[s->nclips++];
	*c = p->base;
	str_span(&name, stem);
	if (variant.n) {
		str_putc(&name, '-');
		str_span(&name, variant);
	}
	if (name.n >= sizeof(c->name))
		name.n = sizeof(c->name) - 1;
	memcpy(c->name, name.p, name.n);
	c->name[name.n] = '\0';
	str_release(&name);
	for (size_t i = 0; i < s->ntracks; i++)
		c->voice[i] = s->tracks[i].voice;
	return c;
}

static int variant(struct parser *p, struct span line)
{
	struct span w = notation_word(&line);
	struct score_clip *c;

	if (!w.n || w.n > 20 || memchr(w.p, '=', w.n) ||
	    p->score->nclips == CLIPS_MAX)
		return wrong(p, w, "a variant's name of at most 20 bytes");
	if (track_end(p))
		return -1;
	c = clip_add(p, w);
	for (w = notation_word(&line); w.n; w = notation_word(&line)) {
		const char *eq = memchr(w.p, '=', w.n);
		struct span name = { w.p, eq ? (size_t)(eq - w.p) : 0 };
		struct span v = { w.p + name.n + 1, eq ? w.n - name.n - 1 : 0 };
		int rc = eq ? setting(p, c, name, v) : 1;

		if (rc == 1 && eq)
			rc = rearrange(p, c, name, v);
		if (rc == 1)
			return wrong(p, w,
				     "SETTING=VALUE, TRACK=INSTRUMENT or "
				     "without=TRACK");
		if (rc)
			return -1;
	}
	return 0;
}

static int header_line(struct parser *p, struct span line)
{
	struct span w = notation_word(&line), rest = span_trim(line);
	struct score *s = p->score;
	int rc;

	if (span_is(w, "track"))
		return s->nclips ? wrong(p, w, "tracks before variants")
				 : track_begin(p, line);
	if (span_is(w, "variant"))
		return variant(p, line);
	if (s->ntracks || s->nclips || p->drums)
		return wrong(p, w, "track or variant (settings come first)");
	if (span_is(w, "title")) {
		if (!rest.n || rest.n >= sizeof(s->title))
			return wrong(p, rest, "a title of at most 127 bytes");
		memcpy(s->title, rest.p, rest.n);
		return 0;
	}
	if (span_is(w, "key")) { /* key A minor */
		struct span key = notation_word(&line);
		struct span mode = notation_word(&line);

		p->has_key = true;
		if (setting(p, &p->base, w, key) ||
		    setting(p, &p->base, SPAN("mode"), mode))
			return -1;
		s->key = p->base.key;
		s->mode = p->base.mode;
		return 0;
	}
	rc = setting(p, &p->base, w, rest);
	return rc == 1 ? wrong(p, w,
			       "a setting (title tempo key genre mood "
			       "seconds ...), track or variant")
		       : rc;
}

static int parse_line(struct parser *p, struct span line)
{
	bool indented = line.n && notation_blank(*line.p);
	const char *hash = memchr(line.p, '#', line.n);

	/* "#" opens a comment at the line's start or after white space. */
	while (hash && hash > line.p && !notation_blank(hash[-1]))
		hash =
		    memchr(hash + 1, '#', line.n - (size_t)(hash + 1 - line.p));
	if (hash)
		line.n = (size_t)(hash - line.p);
	line = span_trim(line);
	if (!line.n)
		return 0;
	if (!indented)
		return header_line(p, line);
	if (p->drums)
		return drum_line(p, line);
	if (p->track < 0)
		return wrong(p, line, "a track line before notes");
	for (struct span w = notation_word(&line); w.n;
	     w = notation_word(&line))
		if (note_word(p, w))
			return -1;
	return 0;
}

static int parse_all(struct parser *p, struct span text)
{
	struct score *s = p->score;

	while (text.n) {
		const char *nl = memchr(text.p, '\n', text.n);
		size_t n = nl ? (size_t)(nl - text.p) : text.n;

		p->line++;
		if (parse_line(p, (struct span){ text.p, n }))
			return -1;
		n += nl ? 1 : 0;
		text.p += n;
		text.n -= n;
	}
	if (track_end(p))
		return -1;
	if (!s->ntracks || !*s->title || p->base.tempo <= 0 || !p->has_key ||
	    !*p->base.genre || !p->base.quadrant)
		return wrong(p, SPAN("end of file"),
			     "title, tempo, key, "
			     "genre, mood and a track");
	if (!s->nclips)
		clip_add(p, (struct span){ 0 });
	return 0;
}

int score_parse(struct score *s, struct span text, const char *name,
		struct err *err)
{
	struct parser p = {
		.score = s,
		.name = name,
		.err = err,
		.track = -1,
		.base = { .format = "flac",
			  .seconds = 16,
			  .level = -18,
			  .bright = 1,
			  .reverb = .15,
			  .swing = .5,
			  .rate = 22050,
			  .channels = 1,
			  .seed = 1 },
	};

	*s = (struct score){ .key = 0 };
	if (!parse_all(&p, text))
		return 0;
	score_release(s);
	return -1;
}

int score_read(struct score *s, const char *path, struct err *err)
{
	struct str text = { 0 };
	int rc;

	*s = (struct score){ .key = 0 };
	rc = input_slurp(path, 1 << 20, &text, err);
	if (!rc)
		rc = score_parse(s, span_str(&text), path, err);
	str_release(&text);
	return rc;
}

void score_release(struct score *s)
{
	for (size_t i = 0; i < s->ntracks; i++)
		free(s->tracks[i].notes);
	free(s->clips);
	*s = (struct score){ .key = 0 };
}

double score_pitch(const struct score *s, const struct score_clip *c,
		   const struct score_track *t, double written)
{
	int degree = ((int)lround(written) - s->key + 120) % 12;
	int move = (c->key - s->key + 12) % 12;
	double shift = 0;

	if (s->mode && !c->mode && (degree == 4 || degree == 9 || degree == 11))
		shift = -1;
	if (!s->mode && c->mode && (degree == 3 || degree == 8 || degree == 10))
		shift = 1;
	if (move > 6)
		move -= 12;
	return written + shift + move + 12 * (t->octave + c->octave);
}

double score_time(const struct score_clip *c, double beat)
{
	double whole = floor(beat + 1e-9), f = beat - whole;

	if (f < .5)
		f *= 2 * c->swing;
	else
		f = c->swing + (f - .5) * 2 * (1 - c->swing);
	return (whole + f) * 60 / c->tempo;
}
