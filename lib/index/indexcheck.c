/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/indexcheck.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "index/indexagain.h"
#include "index/indexcheckbeside.h"
#include "io/json.h"
#include "io/packformat.h"
#include "math/vector.h"

int indexcheck_bad(const char *section, size_t at, const char *what,
		   struct err *err)
{
	return err_set(err, ERR_DATA, "artifact",
		       "section \"%s\", at %zu: %s; build the index again",
		       section, at, what);
}

static int bad(const char *section, size_t at, const char *what,
	       struct err *err)
{
	return indexcheck_bad(section, at, what, err);
}

/* --- the catalogue --- */

int indexcheck_names(const struct names *n, const char *section,
		     struct err *err)
{
	struct span before = SPAN(""), name;

	for (size_t i = 0; i < n->count; i++, before = name)
		if (names_get(n, i, &name) || !name.n ||
		    (i && span_cmp(before, name) >= 0))
			return bad(section, i, "names are out of order", err);
	return 0;
}

static bool is_amount(float v)
{
	return isnan(v) || (v >= 0 && isfinite(v));
}

static int check_numbers(const struct generation *g, size_t i, struct err *err)
{
	unsigned flags = CATALOGUE_GENRE_IMPUTED | CATALOGUE_SET |
			 CATALOGUE_TAGS_IMPUTED | CATALOGUE_HEARD |
			 CATALOGUE_INSTRUMENTAL | CATALOGUE_SUNG;

	if (!is_amount(g->duration[i]))
		return bad("track.duration", i, "no duration", err);
	if (!is_amount(g->plays[i]))
		return bad("track.plays", i, "no number of plays", err);
	if (!is_amount(g->popularity[i]))
		return bad("track.popularity", i, "no popularity", err);
	return g->flags[i] & ~flags ? bad("track.flags", i, "no such flag", err)
				    : 0;
}

static int check_usual(const struct generation *g, struct err *err)
{
	size_t usual = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (g->usual[i] != catalogue_is_usual(g->link[i], g->flags[i]))
			return bad("track.usual", i,
				   "not what link and flags "
				   "say",
				   err);
		usual += g->usual[i];
	}
	return usual == g->usual_count ? 0
				       : bad("track.usual", g->count,
					     "another number of rows", err);
}

static int check_columns(const struct generation *g, struct err *err)
{
	struct span text;

	if (g->offsets[0] ||
	    g->offsets[g->count * CATALOGUE_FIELDS] != g->blob.n)
		return bad("track.offsets", 0, "they do not fill the strings",
			   err);
	for (size_t i = 0; i < g->count; i++) {
		if (i && g->keys[i - 1] >= g->keys[i])
			return bad("track.keys", i, "keys are out of order",
				   err);
		if (check_numbers(g, i, err))
			return -1;
		if (g->artist[i] != CATALOGUE_NONE &&
		    g->artist[i] >= g->artists.count)
			return bad("track.artist", i, "no such name", err);
		if (g->genre[i] != CATALOGUE_NONE &&
		    g->genre[i] >= g->genres.count)
			return bad("track.genre", i, "no such name", err);
		if (g->language[i] != CATALOGUE_NO_LANGUAGE &&
		    g->language[i] >= g->languages.count)
			return bad("track.language", i, "no such name", err);
		if (g->tier[i] >= TIER_COUNT)
			return bad("track.tier", i, "no such tier", err);
		if (g->link[i] >= LINK_COUNT)
			return bad("track.link", i, "no such state", err);
		for (int f = 0; f < CATALOGUE_FIELDS; f++)
			if (catalogue_text(g, i, f, &text, err))
				return -1;
		catalogue_text(g, i, CATALOGUE_ID, &text, err);
		if (g->keys[i] != hash_u64(text.p, text.n))
			return bad("track.keys", i, "not the key of the id",
				   err);
	}
	return check_usual(g, err);
}

/* Every row in the list of its name, where number[] says which that is. */
static int check_rows(const struct generation *g, const struct name_rows *n,
		      const uint32_t *number, const char *section,
		      struct err *err)
{
	size_t met = 0, named = 0;

	if (n->first[0] || n->first[n->count] != n->total)
		return bad(section, 0, "names do not fill it", err);
	for (size_t i = 0; i < n->count; i++) {
		const uint32_t *rows;
		size_t k = name_rows_get(n, i, &rows);

		for (size_t j = 0; j < k; j++)
			if (rows[j] >= g->count ||
			    (j && rows[j - 1] >= rows[j]) ||
			    (number && number[rows[j]] != i))
				return bad(section, i, "rows of a name", err);
		met += k;
	}
	for (size_t i = 0; number && i < g->count; i++)
		named += number[i] != CATALOGUE_NONE;
	return met == n->total && (!number || met == named)
		   ? 0
		   : bad(section, n->count, "rows are missing", err);
}

/* --- vectors --- */

static int check_ascending(const uint32_t *rows, size_t n, size_t count,
			   const char *section, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i] >= count || (i && rows[i - 1] >= rows[i]))
			return bad(section, i, "rows are out of order", err);
	return 0;
}

/* Byte-precision copies are within the graph's error of their vectors. */
static int check_copies(const struct hnsw *h, const char *section,
			struct err *err)
{
	const struct hnsw_header *d = h->header;

	for (uint32_t node = 0; node < d->nodes; node++) {
		const int8_t *q = h->vectors + (size_t)node * d->stride;
		uint32_t row = h->rows[node];
		const float *x;
		double off = 0;

		if (row == HNSW_NONE)
			continue;
		if (row & HNSW_GROUP)
			row = h->groups[(row & ~HNSW_GROUP) + 1];
		x = h->source.floats + (size_t)row * d->dim;
		for (uint32_t k = 0; k < d->dim; k++) {
			double e = (double)x[k] - (double)d->step * q[k];

			off += e * e;
		}
		if (!(sqrt(off) <= (double)d->error * 1.0001 + 1e-6))
			return bad(section, node, "not a copy of its vector",
				   err);
	}
	return 0;
}

static int check_sound(const struct generation *g, enum audio_kind kind,
		       struct err *err)
{
	const struct audio_sections *name = &audio_sections[kind];
	const struct audio_vectors *v = &g->audio[kind];

	if (!v->count)
		return 0;
	if (check_ascending(v->rows, v->count, g->count, name->rows, err))
		return -1;
	for (size_t i = 0; i < v->count; i++) {
		const float *x = v->vectors + i * v->dim;

		if (!(fabsf(vector_dot(x, x, v->dim) - 1) < 1e-3f))
			return bad(name->vectors, i, "not of unit length", err);
		if (!(v->confidence[i] >= 0 && v->confidence[i] <= 1))
			return bad(name->confidence, i, "not within 0 and 1",
				   err);
		if (v->measured[i] > 1 ||
		    (g->display_measured &&
		     v->measured[i] != (g->display_measured[v->rows[i]] != 0)))
			return bad(name->measured, i, "not what is measured",
				   err);
	}
	for (size_t k = 0; v->mean && k < v->dim; k++)
		if (!isfinite(v->mean[k]))
			return bad(name->mean, k, "no number", err);
	if (hnsw_verify(&v->graph, err))
		return err_prefix(err, "section \"%s\"", name->graph);
	return check_copies(&v->graph, name->graph, err);
}

static int check_text(const struct generation *g, struct err *err)
{
	size_t met = 0;

	if (!g->text_count)
		return 0;
	for (size_t i = 0; i < g->count; i++)
		met += generation_text_at(g, i) != SIZE_MAX;
	if (met != g->text_count)
		return bad("vector.at", met, "rows are missing", err);
	for (size_t i = 0; i < g->text_count; i++) {
		const int8_t *q = g->text + i * g->text_dim;
		float n2 = (float)vector_dot_i8(q, q, g->text_dim);

		if (generation_text_at(g, g->text_rows[i]) != i)
			return bad("vector.rows", i, "not where it is to be",
				   err);
		if (!(n2 > 0) || g->text_scale[i] != 1 / sqrtf(n2))
			return bad("vector.scale", i, "not of unit length",
				   err);
	}
	return ivf_verify(&g->text_lists, err)
		   ? err_prefix(err, "section \"vector.lists\"")
		   : 0;
}

/* --- display features --- */

static int check_display(const struct generation *g, struct err *err)
{
	for (size_t i = 0; g->display && i < g->count; i++) {
		const float *v = g->display + i * DISPLAY_FEATURES;
		unsigned known = 0;

		for (int k = 0; k < DISPLAY_FEATURES; k++) {
			if (isinf(v[k]))
				return bad("display.values", i, "no number",
					   err);
			known |= isnan(v[k]) ? 0 : 1u << k;
		}
		if (v[DISPLAY_ENERGY] < 0 || v[DISPLAY_ENERGY] > 1)
			return bad("display.values", i, "not within 0 and 1",
				   err);
		if (g->display_measured[i] & ~known)
			return bad("display.measured", i,
				   "measured, and not there", err);
	}
	return 0;
}

/* --- moods --- */

static bool within(float v, float lo)
{
	return isnan(v) || (v >= lo && v <= 1);
}

static int check_grid(const struct generation *g, const float *const *axis,
		      size_t dims, int threads, const char *section,
		      struct err *err)
{
	struct span is = pack_get(g->pack, section);
	size_t size;
	void *again = moodgrid_build(axis, dims, g->count, threads, &size);
	bool same = size == is.n && !memcmp(again, is.p, size);

	free(again);
	return same ? 0 : bad(section, 0, "not the moods of the tracks", err);
}

static int check_moods(const struct generation *g, int threads, struct err *err)
{
	const float *axis[MOODGRID_AXES] = { g->valence, g->arousal,
					     g->dominance };

	if (!g->valence)
		return 0;
	for (size_t i = 0; i < g->count; i++)
		if (!within(g->valence[i], -1) || !within(g->arousal[i], -1) ||
		    !within(g->mood_confidence[i], 0) ||
		    (g->dominance && !within(g->dominance[i], -1)))
			return bad("mood.valence", i, "out of bounds", err);
	if (check_grid(g, axis, 2, threads, "mood.grid", err))
		return -1;
	return g->dominance ? check_grid(g, axis, 3, threads, "mood.space", err)
			    : 0;
}

/* --- what the index says about itself --- */

static int check_count(const struct generation *g, const char *member, size_t n,
		       struct err *err)
{
	double said;

	if (json_number(json_get(g->meta, member), &said))
		said = 0;
	return said == (double)n ? 0 : bad("meta", n, member, err);
}

static int check_signals(const struct generation *g, struct err *err)
{
	size_t moods = 0, shown = 0, measured = 0, heard = 0;

	for (size_t i = 0; g->valence && i < g->count; i++)
		moods += isfinite(g->valence[i]);
	for (size_t i = 0; g->display && i < g->count; i++) {
		bool any = false;

		for (size_t k = 0; k < DISPLAY_FEATURES; k++)
			any =
			    any || !isnan(g->display[i * DISPLAY_FEATURES + k]);
		shown += any;
		measured += g->display_measured[i] != 0;
	}
	for (size_t i = 0; g->timbre && i < g->count; i++) {
		bool any = false;

		for (size_t k = 0; k < TIMBRE_AXES; k++)
			any = any ||
			      g->timbre_score[i * TIMBRE_AXES + k] != TIMBRE_NO;
		heard += any;
	}
	return check_count(g, "mood", moods, err) ||
		       check_count(g, "timbre", heard, err) ||
		       check_count(g, "sound", shown, err) ||
		       check_count(g, "measured", measured, err)
		   ? -1
		   : 0;
}

static size_t nodes_of(const struct generation *g, enum audio_kind kind)
{
	const struct hnsw_header *h = g->audio[kind].graph.header;

	return g->audio[kind].count && h->m ? h->nodes : 0;
}

static size_t lists_of(const struct generation *g, enum audio_kind kind)
{
	return g->audio[kind].count ? g->audio[kind].graph.header->lists : 0;
}

static bool is_digest(struct span value)
{
	struct str text = { 0 };
	uint8_t digest[HASH_SIZE];
	bool is = !json_string(value, &text) && text.n == 2 * HASH_SIZE &&
		  !hash_unhex(text.p, HASH_SIZE, digest);

	str_release(&text);
	return is;
}

static int check_meta(const struct generation *g, struct err *err)
{
	static const char *const origins[][2] = {
		{ "text_model", "text.info" },
		{ "emotion_model", "net.info" },
		{ "sound_recipe", "display.values" },
		{ "mood_recipe", "mood.valence" },
		{ "audio_recipe", "audio.rows" },
		{ "cnn_recipe", "cnn.rows" },
	};
	const struct audio_vectors *components = &g->audio[AUDIO_COMPONENTS],
				   *network = &g->audio[AUDIO_NETWORK];

	for (size_t i = 0; i < sizeof(origins) / sizeof(*origins); i++)
		if (is_digest(json_get(g->meta, origins[i][0])) !=
		    (pack_get(g->pack, origins[i][1]).p != NULL))
			return bad(origins[i][1], 0,
				   "there or not as \"meta\" does not say",
				   err);
	return check_count(g, "format", GENERATION_VERSION, err) ||
		       check_count(g, "tracks", g->count, err) ||
		       check_count(g, "artists", g->artists.count, err) ||
		       check_count(g, "genres", g->genres.count, err) ||
		       check_count(g, "albums", g->albums.count, err) ||
		       check_count(g, "playlists", g->playlists.names.count,
				   err) ||
		       check_count(g, "lyrics", g->lyrics.count, err) ||
		       check_count(g, "text", g->text_count, err) ||
		       check_count(g, "text_lists",
				   g->text_count ? g->text_lists.nlist : 0,
				   err) ||
		       check_count(g, "audio", components->count, err) ||
		       check_count(g, "cnn", network->count, err) ||
		       check_count(g, "audio_graph",
				   nodes_of(g, AUDIO_COMPONENTS), err) ||
		       check_count(g, "audio_lists",
				   lists_of(g, AUDIO_COMPONENTS), err) ||
		       check_count(g, "cnn_lists", lists_of(g, AUDIO_NETWORK),
				   err) ||
		       check_count(g, "cnn_graph", nodes_of(g, AUDIO_NETWORK),
				   err) ||
		       check_signals(g, err)
		   ? -1
		   : 0;
}

/* The digest, which is the generation's name, is the table's. */
static int check_digest(const struct generation *g, struct err *err)
{
	uint32_t version = GENERATION_VERSION;
	char kind[PACK_NAME] = GENERATION_KIND;
	uint8_t digest[HASH_SIZE];
	struct hash *h = hash_new();
	size_t n;
	const struct pack_entry *table = pack_entries(g->pack, &n);

	hash_add(h, kind, sizeof(kind));
	hash_add(h, &version, sizeof(version));
	hash_add(h, table, n * sizeof(*table));
	hash_end(h, digest);
	hash_free(h);
	return memcmp(digest, pack_digest(g->pack), HASH_SIZE)
		   ? err_set(err, ERR_DATA, "checksum",
			     "the digest is not that of the table; build the "
			     "index again")
		   : 0;
}

int indexcheck(const struct generation *g, int threads, struct err *err)
{
	int rc = check_digest(g, err) || pack_verify(g->pack, err) ||
		 indexcheck_names(&g->artists, "artist.names", err) ||
		 indexcheck_names(&g->genres, "genre.names", err) ||
		 indexcheck_names(&g->languages, "language.names", err) ||
		 check_columns(g, err) ||
		 check_rows(g, &g->by_artist, g->artist, "artist.rows", err) ||
		 check_rows(g, &g->by_title, NULL, "title.rows", err) ||
		 check_display(g, err) || check_moods(g, threads, err) ||
		 check_text(g, err);

	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		rc = rc || check_sound(g, kind, err);
	return rc || indexcheck_beside(g, err) || check_meta(g, err) ||
		       indexagain(g, threads, err)
		   ? -1
		   : 0;
}
