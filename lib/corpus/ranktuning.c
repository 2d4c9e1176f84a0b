/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/ranktuning.h"

#include <stddef.h>

#include "base/num.h"
#include "corpus/datadir.h"
#include "io/tableline.h"

struct number {
	const char *name;
	size_t at;
	float lo, hi;
};

#define NUMBER(name, lo, hi)                                                   \
	{                                                                      \
#name, offsetof(struct ranktuning, name), lo, hi               \
	}

static const struct number numbers[] = {
	NUMBER(trust_least, 0, 1),
	NUMBER(unknown, 0, 1),
	NUMBER(span, 0, 1),
	NUMBER(met, 0, 10),
	NUMBER(ranks, 1e-3f, 1e6f),
	NUMBER(instrumental, 0, 1),
	NUMBER(texture, 0, 1),
	NUMBER(vocals_against, 0, 1),
	NUMBER(vocals_unknown, 0, 1),
	NUMBER(link, 0, 1),
	NUMBER(vague, 0, 1),
	NUMBER(playlists, 0, 1),
	NUMBER(lyric_share, 0, 1),
	NUMBER(lyric_words, 1, 1000),
	NUMBER(lambda, 0, 1),
	NUMBER(per_artist, 0, 1e6f),
	NUMBER(spacing, 0, 1000),
	NUMBER(spacing_worth, 0, 1),
	NUMBER(album_spacing, 0, 1000),
	NUMBER(genre_share, 0, 1),
	NUMBER(genre_worth, 0, 1),
	NUMBER(few_artists, 0, 1e6f),
	NUMBER(seed_band, 0, 1),
	NUMBER(journey_sound, 0, 100),
	NUMBER(journey_mood, 0, 100),
	NUMBER(journey_tempo, 0, 100),
	NUMBER(journey_key, 0, 100),
	NUMBER(journey_loudness, 0, 100),
	NUMBER(journey_floor, 0, 1),
	NUMBER(journey_near, 1e-3f, 10),
	NUMBER(journey_late, 0, 100),
	NUMBER(journey_seconds, 1, 86400),
};
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static int add_line(struct ranktuning *t, struct span line, unsigned *met,
		    struct err *err)
{
	struct span name = tableline_field(&line),
		    text = tableline_field(&line);
	double v;
	int i = 0;

	while (i < NUMBERS && !span_is(name, numbers[i].name))
		i++;
	if (i == NUMBERS)
		return err_set(err, ERR_DATA, "table",
			       "unknown number \"%.*s\"", (int)name.n, name.p);
	if (num_double(text, &v) || !(v >= (double)numbers[i].lo) ||
	    !(v <= (double)numbers[i].hi))
		return err_set(err, ERR_DATA, "table",
			       "\"%.*s\" where a number from %g to %g was "
			       "expected for %s",
			       (int)text.n, text.p, (double)numbers[i].lo,
			       (double)numbers[i].hi, numbers[i].name);
	*(float *)(void *)((char *)t + numbers[i].at) = (float)v;
	*met |= 1u << i;
	return 0;
}

int ranktuning_parse(struct ranktuning *t, struct span tsv, const char *name,
		     struct err *err)
{
	struct span line;
	size_t number = 0;
	unsigned met = 0;

	*t = (struct ranktuning){ 0 };
	while (tableline_next(&tsv, &line, &number))
		if (add_line(t, line, &met, err))
			return err_prefix(err, "%s:%zu", name, number);
	for (int i = 0; i < NUMBERS; i++)
		if (!(met >> i & 1))
			return err_set(err, ERR_DATA, "table",
				       "%s: no line for \"%s\"", name,
				       numbers[i].name);
	return 0;
}

static int parse(void *to, struct span tsv, const char *path, struct err *err)
{
	return ranktuning_parse(to, tsv, path, err);
}

int ranktuning_load(struct ranktuning *t, struct err *err)
{
	return datadir_load("ranking.tsv", parse, t, err);
}
