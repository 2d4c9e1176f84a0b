/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/aspects.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "corpus/datadir.h"
#include "io/tableline.h"

#define TABLE "aspects.tsv"
enum { SAMPLE = 4096 }; /* rows that a median is of */

static const char *axis_name(int axis)
{
	static const char *const names[ASPECT_AXES] = {
		[ASPECT_VALENCE] = "valence",
		[ASPECT_AROUSAL] = "arousal",
		[ASPECT_TEMPO] = "tempo",
		[ASPECT_POPULARITY] = "popularity",
		[ASPECT_YEAR] = "year",
		[ASPECT_VOCALS] = "vocals",
	};

	return names[axis]
		   ? names[axis]
		   : timbre_high((enum timbre_axis)(axis - ASPECT_TIMBRE));
}

/* --- the table --- */

/* As lines. */
static void put_words(struct str *out, struct span words)
{
	while (words.n) {
		str_span(out, tableline_cut(&words, ','));
		str_putc(out, '\n');
	}
}

static int add_line(struct aspects *t, struct span line, struct err *err)
{
	struct span kind = tableline_field(&line),
		    name = tableline_field(&line),
		    move = tableline_field(&line),
		    beyond = tableline_field(&line),
		    high = tableline_field(&line), low = tableline_field(&line);
	double by, least;
	int axis = 0;

	while (axis < ASPECT_AXES && !span_is(name, axis_name(axis)))
		axis++;
	if (!span_is(kind, "aspect") || axis == ASPECT_AXES || !high.n ||
	    !low.n || num_double(move, &by) || num_double(beyond, &least) ||
	    !(by >= 0 && by <= 2) ||
	    !(least >= (axis == ASPECT_TEMPO ? 1 : 0) && least <= 100))
		return err_set(err, ERR_DATA, "table",
			       "not \"aspect\", a known axis, two numbers from "
			       "0 (the factor of tempo from 1), and words for "
			       "both ends: \"%.*s\"",
			       (int)(name.n < 64 ? name.n : 64), name.p);
	t->move[axis] = (float)by;
	t->beyond[axis] = (float)least;
	put_words(&t->words[axis][0], high);
	put_words(&t->words[axis][1], low);
	return 0;
}

int aspects_parse(struct aspects *t, struct span tsv, const char *name,
		  struct err *err)
{
	struct span line;
	size_t number = 0;

	while (tableline_next(&tsv, &line, &number))
		if (add_line(t, line, err))
			return err_prefix(err, "%s:%zu", name, number);
	return 0;
}

static int parse(void *to, struct span text, const char *path, struct err *err)
{
	return aspects_parse(to, text, path, err);
}

int aspects_load(struct aspects *t, struct err *err)
{
	return datadir_load(TABLE, parse, t, err);
}

void aspects_release(struct aspects *t)
{
	for (int axis = 0; axis < ASPECT_AXES; axis++)
		for (int end = 0; end < 2; end++)
			str_release(&t->words[axis][end]);
}

/* --- what is asked --- */

static bool has_word(const struct str *words, struct span word)
{
	struct span rest = span_str(words), line;

	while (rest.n) {
		line = tableline_cut(&rest, '\n');
		if (line.n == word.n && !strncasecmp(line.p, word.p, word.n))
			return true;
	}
	return false;
}

static void put_names(const struct aspects *t, struct str *out)
{
	for (int axis = 0; axis < ASPECT_AXES; axis++)
		for (int end = 0; end < 2; end++) {
			struct span rest = span_str(&t->words[axis][end]);

			str_puts(out, out->n ? ", " : "");
			str_span(out, tableline_cut(&rest, '\n'));
		}
}

int aspects_read(const struct aspects *t, struct span word, int way,
		 struct aspects_asked *asked, struct err *err)
{
	struct str names = { 0 };
	bool found = false;

	word = span_trim(word);
	for (int axis = 0; axis < ASPECT_AXES; axis++)
		for (int end = 0; end < 2; end++) {
			if (!has_word(&t->words[axis][end], word))
				continue;
			asked->way[axis] = end ? -way : way;
			found = true;
		}
	if (found)
		return 0;
	put_names(t, &names);
	err_set(err, ERR_RECORD, "request",
		"no aspect \"%.*s\" to have more or less of; there are %s",
		(int)(word.n < 64 ? word.n : 64), word.p, str_z(&names));
	str_release(&names);
	return -1;
}

bool aspects_any(const struct aspects_asked *asked)
{
	for (int axis = 0; axis < ASPECT_AXES; axis++)
		if (asked->way[axis])
			return true;
	return false;
}

/* --- where tracks are --- */

static float place_of(const struct generation *g, size_t row, int axis)
{
	struct displayed shown;

	switch (axis) {
	case ASPECT_VALENCE:
		return g->valence ? g->valence[row] : NAN;
	case ASPECT_AROUSAL:
		return g->arousal ? g->arousal[row] : NAN;
	case ASPECT_TEMPO:
		generation_displayed(g, row, &shown);
		return shown.value[DISPLAY_TEMPO];
	case ASPECT_POPULARITY:
		return g->popularity[row];
	case ASPECT_YEAR:
		return g->year[row] == CATALOGUE_NO_YEAR ? NAN : g->year[row];
	default:
		break;
	}
	if (axis < ASPECT_TEMPO && g->timbre) {
		uint8_t percent = g->timbre[row * TIMBRE_AXES +
					    (size_t)(axis - ASPECT_TIMBRE)];

		return percent == TIMBRE_NONE ? NAN : (float)percent / 100.0F;
	}
	return NAN;
}

static int by_value(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of an even part of the rows; NaN: none is known. */
static float median_of(const struct generation *g, int axis)
{
	float values[SAMPLE];
	size_t step = g->count / SAMPLE + 1, n = 0;

	for (size_t row = 0; row < g->count; row += step) {
		float v = place_of(g, row, axis);

		if (isfinite(v))
			values[n++] = v;
	}
	if (!n)
		return NAN;
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

static int fact_of(int axis)
{
	static const int facts[ASPECT_AXES] = {
		[ASPECT_VALENCE] = LIKENESS_VALENCE,
		[ASPECT_AROUSAL] = LIKENESS_AROUSAL,
		[ASPECT_TEMPO] = LIKENESS_TEMPO,
		[ASPECT_POPULARITY] = LIKENESS_POPULARITY,
		[ASPECT_YEAR] = LIKENESS_YEAR,
	};

	return axis >= ASPECT_TIMBRE && axis < ASPECT_TEMPO
		   ? LIKENESS_TIMBRE + axis - ASPECT_TIMBRE
		   : facts[axis];
}

static float clamp(int axis, float v)
{
	if (axis < ASPECT_TIMBRE)
		return fmaxf(-1, fminf(1, v));
	return axis < ASPECT_TEMPO ? fmaxf(0, fminf(1, v)) : v;
}

/* A factor of tempo; of the rest an amount. */
static float limit_of(int axis, float base, float beyond, int way)
{
	if (axis == ASPECT_TEMPO)
		return way > 0 ? base * beyond : base / beyond;
	if (axis == ASPECT_POPULARITY)
		return base;
	return base + (float)way * beyond;
}

void aspects_aim(const struct aspects *t, const struct aspects_asked *asked,
		 const float base[LIKENESS_FACTS], const struct generation *g,
		 struct aspects_aim *aim, struct str *told)
{
	aim->asked = *asked;
	for (int axis = 0; axis < ASPECT_VOCALS; axis++) {
		int way = asked->way[axis];
		float at = base[fact_of(axis)];

		if (!way)
			continue;
		if (!isfinite(at))
			at = median_of(g, axis);
		if (!isfinite(at)) {
			aim->asked.way[axis] = 0;
			str_printf(told,
				   "no track of the index has a known %s: it "
				   "is not heeded\n",
				   axis_name(axis));
			continue;
		}
		aim->base[axis] = at;
		aim->want[axis] = clamp(axis, at + (float)way * t->move[axis]);
		aim->limit[axis] = limit_of(axis, at, t->beyond[axis], way);
	}
}

void aspects_put(const struct aspects_aim *aim, struct str *out)
{
	for (int axis = 0; axis < ASPECT_AXES; axis++) {
		if (!aim->asked.way[axis])
			continue;
		str_printf(out, "%s\"%s\":", out->n ? "," : "",
			   axis_name(axis));
		if (axis == ASPECT_VOCALS) {
			str_puts(out, aim->asked.way[axis] > 0 ? "\"sung\""
							       : "\"none\"");
			continue;
		}
		str_puts(out, "{\"asked\":");
		str_fixed(out, (double)aim->base[axis], 4);
		str_puts(out, aim->asked.way[axis] > 0 ? ",\"above\":"
						       : ",\"below\":");
		str_fixed(out, (double)aim->limit[axis], 4);
		str_putc(out, '}');
	}
}

bool aspects_moves_mood(const struct aspects_aim *aim)
{
	return aim->asked.way[ASPECT_VALENCE] || aim->asked.way[ASPECT_AROUSAL];
}

bool aspects_demands(const struct aspects_aim *aim)
{
	for (int axis = 0; axis < ASPECT_VOCALS; axis++)
		if (aim->asked.way[axis])
			return true;
	return false;
}

float aspects_want(const struct aspects_aim *aim, enum aspect_axis axis,
		   float otherwise)
{
	return aim->asked.way[axis] ? aim->want[axis] : otherwise;
}

void aspects_wish(const struct aspects_aim *aim, struct wish *wish)
{
	int vocals = aim->asked.way[ASPECT_VOCALS];

	for (int a = 0; a < TIMBRE_AXES; a++)
		wish->timbre[a] =
		    aspects_want(aim, (enum aspect_axis)(ASPECT_TIMBRE + a),
				 wish->timbre[a]);
	if (vocals)
		wish->vocals = vocals > 0 ? VOCALS_SUNG : VOCALS_NONE;
}

static bool is_beyond(const struct aspects_aim *aim, int axis, float v)
{
	return aim->asked.way[axis] > 0 ? v > aim->limit[axis]
					: v < aim->limit[axis];
}

size_t aspects_apply(const struct aspects_aim *aim, const struct generation *g,
		     uint8_t *rows, size_t count, struct str *told)
{
	for (int axis = 0; axis < ASPECT_VOCALS; axis++) {
		size_t left = 0;

		if (!aim->asked.way[axis])
			continue;
		for (size_t row = 0; row < g->count; row++)
			left += rows[row] &&
				is_beyond(aim, axis, place_of(g, row, axis));
		if (!left) {
			str_printf(told,
				   "no track goes further in %s: the nearest "
				   "are taken\n",
				   axis_name(axis));
			continue;
		}
		for (size_t row = 0; row < g->count; row++)
			rows[row] =
			    rows[row] &&
			    is_beyond(aim, axis, place_of(g, row, axis));
		count = left;
	}
	return count;
}
