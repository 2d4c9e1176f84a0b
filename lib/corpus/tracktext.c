/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/tracktext.h"

#include "base/hash.h"
#include "corpus/track.h"

enum field { TITLE, ARTIST, GENRE, TAGS, DESCRIPTION, VIBE };

static const double field_weight[TRACKTEXT_FIELDS] = {
	[TITLE] = 1.0, [ARTIST] = 0.6,      [GENRE] = 1.0,
	[TAGS] = 1.2,  [DESCRIPTION] = 0.8, [VIBE] = 0.8,
};

static bool read_field(const struct record *r, enum field f, struct str *out,
		       double *confidence)
{
	*confidence = 1;
	switch (f) {
	case TITLE:
		return record_text(r, "title", out);
	case ARTIST:
		return record_text(r, "artist", out);
	case GENRE:
		return track_genre(r, out, confidence) != TRACK_ABSENT;
	case TAGS:
		return track_tags(r, out, confidence) != TRACK_ABSENT;
	case DESCRIPTION:
		return track_description(r, out, confidence) != TRACK_ABSENT;
	case VIBE:
		return record_text(r, "extracted_vibe_text", out);
	}
	return false;
}

int tracktext_read(struct tracktext *t, const struct record *r)
{
	int f, n = 0;

	for (f = 0; f < TRACKTEXT_FIELDS; f++) {
		double confidence;

		t->weight[f] = 0;
		if (!read_field(r, (enum field)f, &t->text[f], &confidence) ||
		    !(confidence > 0)) {
			str_reset(&t->text[f]);
			continue;
		}
		t->weight[f] =
		    field_weight[f] * (confidence < 1 ? confidence : 1);
		n++;
	}
	return n;
}

void tracktext_release(struct tracktext *t)
{
	int f;

	for (f = 0; f < TRACKTEXT_FIELDS; f++)
		str_release(&t->text[f]);
}

uint64_t tracktext_digest(const struct tracktext *t)
{
	struct str all = { 0 };
	uint64_t digest;
	int f;

	for (f = 0; f < TRACKTEXT_FIELDS; f++) {
		str_put(&all, &t->weight[f], sizeof(t->weight[f]));
		str_span(&all, span_str(&t->text[f]));
		str_putc(&all, '\0');
	}
	digest = hash_u64(all.p, all.n);
	str_release(&all);
	return digest;
}

void tracktext_collect(const struct tracktext *t, struct textcorpus *c,
		       uint64_t key)
{
	int f;

	textcorpus_begin(c, key);
	for (f = 0; f < TRACKTEXT_FIELDS; f++)
		if (t->weight[f] > 0)
			textcorpus_add(c, span_str(&t->text[f]), t->weight[f]);
	textcorpus_end(c);
}

int tracktext_encode(const struct tracktext *t, const struct textmodel *m,
		     struct textvector *v, float out[TEXTMODEL_DIM])
{
	int f;

	textvector_reset(v);
	for (f = 0; f < TRACKTEXT_FIELDS; f++)
		if (t->weight[f] > 0)
			textmodel_add(m, v, span_str(&t->text[f]),
				      t->weight[f]);
	return textvector_finish(v, out);
}
