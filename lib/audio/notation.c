/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/notation.h"
#include "base/num.h"

bool notation_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct span notation_word(struct span *line)
{
	struct span w;

	while (line->n && notation_blank(*line->p))
		line->p++, line->n--;
	w = (struct span){ line->p, 0 };
	while (w.n < line->n && !notation_blank(line->p[w.n]))
		w.n++;
	line->p += w.n;
	line->n -= w.n;
	return w;
}

int notation_fraction(struct span s, double lo, double hi, double *out)
{
	const char *slash = memchr(s.p, '/', s.n);
	double a, b = 1;

	if (slash) {
		size_t n = (size_t)(slash - s.p);

		if (num_double((struct span){ slash + 1, s.n - n - 1 }, &b) ||
		    b <= 0)
			return -1;
		s.n = n;
	}
	if (num_double(s, &a) || !(a / b >= lo && a / b <= hi))
		return -1;
	*out = a / b;
	return 0;
}

/* Letter and accidentals at *s, taken off: 0-11 (or -1 and 12), else -2. */
static int pitch_class(struct span *s)
{
	static const int steps[7] = { 9, 11, 0, 2, 4, 5, 7 };
	int c, pc;

	if (!s->n)
		return -2;
	c = s->p[0] | 32;
	if (c < 'a' || c > 'g')
		return -2;
	pc = steps[c - 'a'];
	s->p++, s->n--;
	if (s->n && (*s->p == '#' || *s->p == 'b')) {
		pc += *s->p == '#' ? 1 : -1;
		s->p++, s->n--;
	}
	return pc;
}

double notation_pitch(struct span s)
{
	int pc, octave;

	if (!s.n || s.p[0] < 'a')
		return -1;
	pc = pitch_class(&s);
	if (pc == -2 || num_int(s, 0, 8, &octave))
		return -1;
	return pc + 12 * (octave + 1);
}

int notation_chord(struct span s, double out[NOTATION_CHORD])
{
	static const struct {
		const char *name;
		int n, steps[5];
	} kinds[] = {
		{ "", 3, { 0, 4, 7 } },
		{ "m", 3, { 0, 3, 7 } },
		{ "7", 4, { 0, 4, 7, 10 } },
		{ "m7", 4, { 0, 3, 7, 10 } },
		{ "maj7", 4, { 0, 4, 7, 11 } },
		{ "5", 3, { 0, 7, 12 } },
		{ "6", 4, { 0, 4, 7, 9 } },
		{ "m6", 4, { 0, 3, 7, 9 } },
		{ "sus4", 3, { 0, 5, 7 } },
		{ "sus2", 3, { 0, 2, 7 } },
		{ "dim", 3, { 0, 3, 6 } },
		{ "m7b5", 4, { 0, 3, 6, 10 } },
		{ "9", 5, { 0, 4, 7, 10, 14 } },
		{ "m9", 5, { 0, 3, 7, 10, 14 } },
		{ "dim7", 4, { 0, 3, 6, 9 } },
	};
	int pc;

	if (!s.n || s.p[0] < 'A' || s.p[0] > 'G')
		return 0;
	pc = pitch_class(&s);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (span_is(s, kinds[i].name)) {
			for (int k = 0; k < kinds[i].n; k++)
				out[k] = 48 + pc + kinds[i].steps[k];
			return kinds[i].n;
		}
	return 0;
}

static int key(struct span v, int *out)
{
	int pc = v.n && *v.p >= 'A' && *v.p <= 'G' ? pitch_class(&v) : -2;

	if (pc == -2 || v.n)
		return -1;
	*out = (pc + 12) % 12;
	return 0;
}

static int one_of(struct span v, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (span_is(v, names[i]))
			return i;
	return -1;
}

/* Copies a word, "_" as a space. */
static int text(struct span v, char *to, size_t size)
{
	if (!v.n || v.n >= size)
		return -1;
	for (size_t i = 0; i < v.n; i++)
		to[i] = v.p[i] == '_' ? ' ' : v.p[i];
	to[v.n] = '\0';
	return 0;
}

static int choice(struct span v, const char *const *names, int n, int *out)
{
	int i = one_of(v, names, n);

	if (i >= 0)
		*out = i;
	return i < 0 ? -1 : 0;
}

int notation_setting(struct score_clip *c, struct span name, struct span v,
		     const char **expected)
{
	static const char *const modes[] = { "minor", "major" };
	static const char *const moods[] = { "", "happy", "tense", "sad",
					     "calm" };
	static const char *const formats[] = { "flac", "ogg", "wav", "mp3" };
	const struct {
		const char *name;
		double *to, lo, hi;
	} reals[] = {
		{ "tempo", &c->tempo, 20, 300 },
		{ "seconds", &c->seconds, .1, 600 },
		{ "level", &c->level, -50, -6 },
		{ "bright", &c->bright, .1, 4 },
		{ "reverb", &c->reverb, 0, 1 },
		{ "swing", &c->swing, .5, .75 },
	};
	const struct {
		const char *name;
		int *to, lo, hi;
	} ints[] = {
		{ "octave", &c->octave, -3, 3 },
		{ "rate", &c->rate, 8000, 48000 },
		{ "channels", &c->channels, 1, 2 },
	};
	int format;

	*expected = "a number in range";
	for (size_t k = 0; k < sizeof(reals) / sizeof(*reals); k++)
		if (span_is(name, reals[k].name))
			return notation_fraction(v, reals[k].lo, reals[k].hi,
						 reals[k].to);
	for (size_t k = 0; k < sizeof(ints) / sizeof(*ints); k++)
		if (span_is(name, ints[k].name))
			return num_int(v, ints[k].lo, ints[k].hi, ints[k].to);
	if (span_is(name, "seed"))
		return num_u64(v, &c->seed);
	*expected = "a key such as C, F# or Bb";
	if (span_is(name, "key"))
		return key(v, &c->key);
	*expected = "major or minor";
	if (span_is(name, "mode"))
		return choice(v, modes, 2, &c->mode);
	*expected = "happy, tense, sad or calm";
	if (span_is(name, "mood"))
		return v.n ? choice(v, moods, 5, &c->quadrant) : -1;
	*expected = "a genre of at most 47 bytes";
	if (span_is(name, "genre"))
		return text(v, c->genre, sizeof(c->genre));
	*expected = "flac, ogg, wav or mp3";
	if (span_is(name, "format"))
		return choice(v, formats, 4, &format)
			   ? -1
			   : text(v, c->format, sizeof(c->format));
	return 1;
}
