/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/metatext.h"

#include <stdlib.h>

#include "corpus/artists.h"
#include "corpus/track.h"
#include "io/json.h"

void metatext_open(struct metatext *t, const struct soundgenre *sound,
		   const char *features)
{
	*t = (struct metatext){ 0 };
	if (!features)
		return;
	t->features = feat_open(features, &t->err);
	if (!t->features)
		return;
	t->row = feat_row_new(feat_schema(t->features));
	t->column =
	    soundgenre_bind(sound, feat_schema(t->features), features, &t->err);
}

void metatext_release(struct metatext *t)
{
	ngrams_release(&t->texts);
	ngrams_release(&t->all);
	ngrams_release(&t->name);
	str_release(&t->text);
	str_release(&t->folded);
	str_release(&t->out);
	str_release(&t->genre);
	str_release(&t->id);
	tokens_release(&t->tokens);
	feat_close(t->features);
	feat_row_free(t->row);
	free(t->column);
	*t = (struct metatext){ 0 };
}

bool metatext_has(struct metatext *t, enum field field)
{
	struct span value = t->fields.at[field];

	return field == FIELD_TAGS ? fields_filled(value)
				   : fields_text(value, &t->text).p != NULL;
}

static void add_text(struct metatext *t, struct ngrams *g, enum field field)
{
	struct span s = fields_text(t->fields.at[field], &t->text);

	if (s.p)
		ngrams_add(g, s);
}

/* Source tags, a string or an array of strings. */
static void add_tags(struct metatext *t, struct ngrams *g)
{
	struct span value = t->fields.at[FIELD_TAGS], element;
	size_t pos = 0;

	add_text(t, g, FIELD_TAGS);
	while (json_each(value, &pos, &element) > 0) {
		element = fields_text(element, &t->text);
		if (element.p)
			ngrams_add(g, element);
	}
}

void metatext_read(struct metatext *t, bool texts, bool all)
{
	ngrams_reset(&t->texts);
	ngrams_reset(&t->all);
	for (int i = 0; i < 2; i++) {
		struct ngrams *g = i ? &t->all : &t->texts;

		if (!(i ? all : texts))
			continue;
		add_text(t, g, FIELD_TITLE);
		add_text(t, g, FIELD_DESCRIPTION);
		add_text(t, g, FIELD_VIBE_TEXT);
		if (i)
			add_tags(t, g);
		ngrams_merge(g);
	}
}

static void read_name(struct metatext *t)
{
	struct span artist = fields_text(t->fields.at[FIELD_ARTIST], &t->text);

	ngrams_reset(&t->name);
	if (artist.p)
		ngrams_add(&t->name, artist);
	ngrams_merge(&t->name);
}

int metatext_clues(struct metatext *t, const struct soundgenre *sound,
		   const struct record *r, struct genre_clues *clues,
		   struct err *err)
{
	struct span artist = fields_text(t->fields.at[FIELD_ARTIST], &t->text);
	int rc;

	*clues = (struct genre_clues){ .terms = &t->all };
	if (artist.p) {
		clues->has_artist = true;
		clues->artist = artists_key(artist, &t->folded);
	}
	if (t->err.status) {
		*err = t->err;
		return -1;
	}
	if (!t->features || !sound)
		return 0;
	if (record_id(r, &t->id, err))
		return -1;
	rc = feat_find(t->features, track_key(span_str(&t->id)), t->row, err);
	if (rc > 0 && feat_status_measured(t->row->status))
		clues->sound =
		    soundgenre_cluster(sound, t->column, t->row->values) + 1;
	return rc < 0 ? -1 : 0;
}

size_t metatext_likely(struct metatext *t, struct span genre)
{
	struct span artist;
	size_t n = 0;

	t->likely[n++] = TAGLIKELY_ANY;
	if (genremodel_key(genre, NULL, &t->tokens, &t->folded))
		t->likely[n++] = taglikely_genre(span_str(&t->folded));
	artist = fields_text(t->fields.at[FIELD_ARTIST], &t->text);
	if (artist.p)
		t->likely[n++] =
		    taglikely_artist(artists_key(artist, &t->folded));
	return n;
}

void metatext_tag_clues(struct metatext *t, const struct tagmodel *tags,
			struct span genre, struct tagmodel_clues *clues)
{
	*clues = (struct tagmodel_clues){ .terms = &t->texts,
					  .not = &t->name,
					  .genre = t->named,
					  .likely = t->likely };
	clues->genres = tagmodel_named(tags, genre, &t->tokens, &t->folded,
				       t->named, METATEXT_GENRES);
	clues->likely_count = metatext_likely(t, genre);
	read_name(t);
}
