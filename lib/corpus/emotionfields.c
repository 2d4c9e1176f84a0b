/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionfields.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/track.h"

static const struct {
	const char *name;
	double weight;
	enum track_origin (*read)(const struct record *r, struct str *out,
				  double *confidence);
} known[] = {
	{ "title", 1.0, NULL },
	{ "tags", 1.2, track_tags },
	{ "lyrics", 1.0, NULL },
	{ "description", 0.8, track_description },
	{ "genre", 1.0, track_genre },
};

static int add_name(struct emotionfields *f, struct span name, struct err *err)
{
	if (!name.n || memchr(name.p, '\0', name.n))
		return err_set(err, ERR_USAGE, "usage",
			       "--fields has an empty name; expected names of "
			       "members with commas between, "
			       "\"title,description,tags,lyrics\"");
	for (size_t i = 0; i < f->count; i++)
		if (span_is(name, f->names[i]))
			return err_set(err, ERR_USAGE, "usage",
				       "--fields names \"%s\" twice",
				       f->names[i]);
	if (f->count == EMOTIONFIELDS_MOST)
		return err_set(err, ERR_USAGE, "usage",
			       "--fields has more than %d names",
			       EMOTIONFIELDS_MOST);
	f->names[f->count++] = mem_dup(name.p, name.n);
	return 0;
}

int emotionfields_parse(struct emotionfields *f, struct span list,
			struct err *err)
{
	for (size_t start = 0, i = 0; i <= list.n; i++) {
		struct span name = { list.p + start, i - start };

		if (i < list.n && list.p[i] != ',')
			continue;
		if (add_name(f, span_trim(name), err))
			return -1;
		start = i + 1;
	}
	return 0;
}

void emotionfields_release(struct emotionfields *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->names[i]);
	*f = (struct emotionfields){ .count = 0 };
}

/* Replaces *out with the field's text: what it weighs, 0 where absent. */
static double read_field(const struct record *r, const char *name,
			 struct str *out)
{
	double confidence = 1;

	str_reset(out);
	for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++) {
		if (strcmp(known[k].name, name) != 0)
			continue;
		if (!known[k].read)
			return record_text(r, name, out) ? known[k].weight : 0;
		if (known[k].read(r, out, &confidence) == TRACK_ABSENT)
			return 0;
		return known[k].weight * fmin(confidence, 1);
	}
	return record_text(r, name, out) ? 1 : 0;
}

void emotionfields_read(const struct emotionfields *f, const struct record *r,
			struct emotionfields_texts *t)
{
	t->count = 0;
	for (size_t i = 0; i < f->count; i++) {
		struct str *bytes = &t->bytes[t->count];
		double weight = read_field(r, f->names[i], bytes);

		if (!(weight > 0))
			continue;
		/* no pair of words reaches from one tag to the next */
		for (size_t b = 0; b < bytes->n && !strcmp(f->names[i], "tags");
		     b++)
			if (bytes->p[b] == '\n')
				bytes->p[b] = ',';
		t->texts[t->count++] =
		    (struct emotion_text){ span_str(bytes), weight };
	}
}

void emotionfields_texts_release(struct emotionfields_texts *t)
{
	for (size_t i = 0; i < EMOTIONFIELDS_MOST; i++)
		str_release(&t->bytes[i]);
	t->count = 0;
}
