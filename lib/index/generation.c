/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/generation.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/num.h"
#include "index/generationbeside.h"

const struct audio_sections audio_sections[AUDIO_KINDS] = {
	{ "audio.rows", "audio.vectors", "audio.confidence", "audio.measured",
	  NULL, "audio.graph" },
	{ "cnn.rows", "cnn.vectors", "cnn.confidence", "cnn.measured",
	  "cnn.mean", "cnn.graph" },
};
const struct name_sections artist_sections = { "artist.first", "artist.rows",
					       "artist.find" };
const struct name_sections title_sections = { "title.first", "title.rows",
					      "title.find" };

/* hash_hex would bring the hash library into query. */
static void set_name(struct generation *g)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *d = pack_digest(g->pack);

	for (size_t i = 0; i < GENERATION_NAME / 2; i++) {
		g->name[2 * i] = hex[d[i] >> 4];
		g->name[2 * i + 1] = hex[d[i] & 15];
	}
	g->name[GENERATION_NAME - 1] = '\0';
}

bool generation_is_name(struct span s)
{
	if (s.n != GENERATION_NAME - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
		      (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

/* The section as [count] elements; leaves *out NULL and fails unless it has
 * exactly that shape. */
#define ARRAY(g, field, name, n)                                               \
	(((g)->field = pack_array((g)->pack, name, sizeof(*(g)->field), (n),   \
				  NULL, err)) == NULL)

int generation_open_names(const struct generation *g, struct names *n,
			  const char *offsets, const char *blob,
			  struct err *err)
{
	size_t found;

	n->offsets = pack_array(g->pack, offsets, sizeof(*n->offsets), SIZE_MAX,
				&found, err);
	if (!n->offsets)
		return -1;
	n->blob = pack_get(g->pack, blob);
	if (!found || found > CATALOGUE_NONE || !n->blob.p)
		return err_set(err, ERR_DATA, "artifact",
			       "section \"%s\" has no names; build the index "
			       "again",
			       offsets);
	n->count = found - 1;
	return 0;
}

/* A section's bytes, which must be there. */
static int section(const struct generation *g, const char *name,
		   struct span *bytes, struct err *err)
{
	*bytes = pack_get(g->pack, name);
	return bytes->p ? 0
			: err_set(err, ERR_DATA, "artifact",
				  "section \"%s\" is missing; build the "
				  "index again",
				  name);
}

static int open_rows(struct generation *g, struct name_rows *n,
		     const struct name_sections *name, struct err *err)
{
	struct span find;
	size_t found;

	n->first = pack_array(g->pack, name->first, sizeof(*n->first), SIZE_MAX,
			      &found, err);
	if (!n->first || section(g, name->find, &find, err))
		return -1;
	n->rows = pack_array(g->pack, name->rows, sizeof(*n->rows), SIZE_MAX,
			     &n->total, err);
	if (!n->rows)
		return -1;
	n->count = found ? found - 1 : 0;
	if (namefind_view(&n->find, find, err))
		return err_prefix(err, "section \"%s\"", name->find);
	return found && n->find.names == n->count
		   ? 0
		   : err_set(err, ERR_DATA, "artifact",
			     "sections \"%s\" and \"%s\" are not of one "
			     "index; build it again",
			     name->first, name->find);
}

static int open_found(struct generation *g, struct err *err)
{
	struct span words;

	if (open_rows(g, &g->by_artist, &artist_sections, err) ||
	    open_rows(g, &g->by_title, &title_sections, err) ||
	    section(g, "words", &words, err))
		return -1;
	if (g->by_artist.count != g->artists.count)
		return err_set(err, ERR_DATA, "artifact",
			       "section \"artist.first\" is of another index; "
			       "build it again");
	if (words_view(&g->words, words, err))
		return err_prefix(err, "section \"words\"");
	return g->words.rows == g->count
		   ? 0
		   : err_set(err, ERR_DATA, "artifact",
			     "section \"words\" is of %zu rows, the index of "
			     "%zu; build it again",
			     g->words.rows, g->count);
}

/* Behind how many they are. */
static int open_usual(struct generation *g, struct err *err)
{
	const uint8_t *p = pack_array(g->pack, "track.usual", 1,
				      g->count + sizeof(uint64_t), NULL, err);
	uint64_t usual;

	if (!p)
		return -1;
	memcpy(&usual, p, sizeof(usual));
	if (usual > g->count)
		return err_set(err, ERR_DATA, "artifact",
			       "section \"track.usual\" has more rows than "
			       "the index; build it again");
	g->usual = p + sizeof(usual);
	g->usual_count = (size_t)usual;
	return 0;
}

static int open_catalogue(struct generation *g, struct err *err)
{
	size_t n, strings;

	g->keys = pack_array(g->pack, "track.keys", sizeof(*g->keys), SIZE_MAX,
			     &g->count, err);
	n = g->count;
	if (!g->keys)
		return -1;
	if (n >= CATALOGUE_NONE || num_muladd(n, CATALOGUE_FIELDS, 1, &strings))
		return err_set(err, ERR_DATA, "artifact",
			       "%zu rows are more than an index holds", n);
	if (ARRAY(g, artist, "track.artist", n) ||
	    ARRAY(g, genre, "track.genre", n) ||
	    ARRAY(g, language, "track.language", n) ||
	    ARRAY(g, year, "track.year", n) ||
	    ARRAY(g, duration, "track.duration", n) ||
	    ARRAY(g, plays, "track.plays", n) ||
	    ARRAY(g, popularity, "track.popularity", n) ||
	    ARRAY(g, tier, "track.tier", n) ||
	    ARRAY(g, link, "track.link", n) ||
	    ARRAY(g, flags, "track.flags", n) || open_usual(g, err) ||
	    ARRAY(g, offsets, "track.offsets", strings))
		return -1;
	return section(g, "track.strings", &g->blob, err) ||
		       generation_open_names(g, &g->artists, "artist.offsets",
					     "artist.names", err) ||
		       generation_open_names(g, &g->genres, "genre.offsets",
					     "genre.names", err) ||
		       generation_open_names(g, &g->languages,
					     "language.offsets",
					     "language.names", err) ||
		       open_found(g, err)
		   ? -1
		   : 0;
}

static bool has(const struct generation *g, const char *section)
{
	return pack_get(g->pack, section).p != NULL;
}

static int open_graph(const struct generation *g, struct audio_vectors *v,
		      const struct audio_sections *name, struct err *err)
{
	struct hnsw_source source = { .count = v->count,
				      .dim = v->dim,
				      .floats = v->vectors,
				      .rows = v->rows };
	struct span bytes;

	if (section(g, name->graph, &bytes, err))
		return -1;
	return hnsw_view(&v->graph, bytes, &source, err)
		   ? err_prefix(err, "section \"%s\" (build the index again)",
				name->graph)
		   : 0;
}

/* How long vectors are follows from how many there are, and where there are
 * none from their mean. */
static int open_audio(const struct generation *g, struct audio_vectors *v,
		      const struct audio_sections *name, struct err *err)
{
	size_t found, n;

	v->rows = pack_array(g->pack, name->rows, sizeof(*v->rows), SIZE_MAX,
			     &n, err);
	if (!v->rows)
		return -1;
	v->confidence = pack_array(g->pack, name->confidence,
				   sizeof(*v->confidence), n, NULL, err);
	if (!v->confidence)
		return -1;
	v->measured = pack_array(g->pack, name->measured, 1, n, NULL, err);
	if (!v->measured)
		return -1;
	v->vectors = pack_array(g->pack, name->vectors, sizeof(*v->vectors),
				SIZE_MAX, &found, err);
	if (!v->vectors)
		return -1;
	v->count = n;
	v->dim = n ? found / n : GENERATION_AUDIO_DIM;
	if (name->mean) {
		v->mean = pack_array(g->pack, name->mean, sizeof(*v->mean),
				     n ? v->dim : SIZE_MAX, &v->dim, err);
		if (!v->mean)
			return -1;
	}
	if (!v->dim || v->dim > GENERATION_AUDIO_MAX ||
	    (!name->mean && v->dim != GENERATION_AUDIO_DIM) ||
	    found != v->dim * n)
		return err_set(err, ERR_DATA, "artifact",
			       "section \"%s\" holds %zu numbers for %zu "
			       "rows; build the index again",
			       name->vectors, found, n);
	return n ? open_graph(g, v, name, err) : 0;
}

static int open_grid(struct generation *g, const char *name, size_t dims,
		     struct moodgrid *grid, struct err *err)
{
	struct span bytes;

	if (section(g, name, &bytes, err))
		return -1;
	if (moodgrid_view(grid, bytes, g->count, err))
		return err_prefix(err, "section \"%s\"", name);
	return grid->dims == dims
		   ? 0
		   : err_set(err, ERR_DATA, "artifact",
			     "section \"%s\" has %zu axes; build the index "
			     "again",
			     name, grid->dims);
}

static int open_lists(struct generation *g, struct err *err)
{
	struct ivf_rows rows = { g->text_count, g->text_dim,  g->text,
				 g->text_scale, g->text_rows, g->count };
	struct span bytes;

	if (section(g, "vector.lists", &bytes, err))
		return -1;
	if (!rows.count) /* they alone know */
		g->text_dim = rows.dim = ivf_dim(bytes);
	return ivf_view(&g->text_lists, bytes, &rows, err)
		   ? err_prefix(err, "section \"vector.lists\"")
		   : 0;
}

static int open_text(struct generation *g, struct err *err)
{
	size_t found;

	g->text_rows = pack_array(g->pack, "vector.rows", sizeof(*g->text_rows),
				  SIZE_MAX, &g->text_count, err);
	if (!g->text_rows)
		return -1;
	g->text = pack_array(g->pack, "vector.int8", 1, SIZE_MAX, &found, err);
	if (!g->text)
		return -1;
	g->text_dim = g->text_count ? found / g->text_count : 0;
	if (found != g->text_count * g->text_dim ||
	    g->text_dim > GENERATION_TEXT_MAX)
		return err_set(err, ERR_DATA, "artifact",
			       "section \"vector.int8\" holds %zu numbers for "
			       "%zu rows; build the index again",
			       found, g->text_count);
	return ARRAY(g, text_scale, "vector.scale", g->text_count) ||
		       ARRAY(g, text_at, "vector.at", g->count) ||
		       open_lists(g, err)
		   ? -1
		   : 0;
}

static int open_signals(struct generation *g, struct err *err)
{
	size_t n = g->count;

	if (has(g, "mood.valence") &&
	    (ARRAY(g, valence, "mood.valence", n) ||
	     ARRAY(g, arousal, "mood.arousal", n) ||
	     ARRAY(g, mood_confidence, "mood.confidence", n) ||
	     open_grid(g, "mood.grid", 2, &g->grid, err)))
		return -1;
	if (g->valence && has(g, "mood.dominance") &&
	    (ARRAY(g, dominance, "mood.dominance", n) ||
	     open_grid(g, "mood.space", 3, &g->space, err)))
		return -1;
	if (has(g, "display.values") &&
	    (ARRAY(g, display, "display.values", n * DISPLAY_FEATURES) ||
	     ARRAY(g, display_measured, "display.measured", n)))
		return -1;
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (has(g, audio_sections[kind].rows) &&
		    open_audio(g, &g->audio[kind], &audio_sections[kind], err))
			return -1;
	return has(g, "vector.rows") ? open_text(g, err) : 0;
}

static int open_sections(struct generation *g, struct err *err)
{
	g->lexicon = pack_get(g->pack, "lexicon");
	g->themes = pack_get(g->pack, "themes");
	g->foreign = pack_get(g->pack, "foreign");
	g->targets = pack_get(g->pack, "targets");
	g->weights = pack_get(g->pack, "weights");
	g->asking = pack_get(g->pack, "asking");
	g->meta = pack_get(g->pack, "meta");
	g->encoder = pack_get(g->pack, "encoder");
	g->emotion = has(g, "net.info");
	if (!g->lexicon.p || !g->themes.p || !g->foreign.p || !g->targets.p ||
	    !g->weights.p || !g->meta.p)
		return err_set(err, ERR_DATA, "artifact",
			       "a section is missing; build the index again");
	return open_catalogue(g, err) || open_signals(g, err) ||
		       generation_open_beside(g, err)
		   ? -1
		   : 0;
}

static struct generation *open_file(const char *path, struct err *err)
{
	struct generation *g = mem_zalloc(1, sizeof(*g));

	g->path = mem_strdup(path);
	g->pack = pack_open(path, GENERATION_KIND, GENERATION_VERSION, err);
	if (!g->pack) {
		generation_close(g);
		return NULL;
	}
	set_name(g);
	if (open_sections(g, err)) {
		if (err && strncmp(err->message, path, strlen(path)))
			err_prefix(err, "%s", path);
		generation_close(g);
		return NULL;
	}
	return g;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

struct generation *generation_open(const char *path, struct err *err)
{
	struct str file = { 0 };
	struct generation *g = NULL;

	str_puts(&file, path);
	if (is_directory(path))
		str_puts(&file, "/" GENERATION_CURRENT);
	if (exists(str_z(&file)))
		g = open_file(file.p, err);
	else
		err_set(err, ERR_ENV, "no-index",
			"no index at %s; build one with \"moodpipe "
			"corpus\" or \"make corpus\" (or build-index), or "
			"name another with --index or $MOODPIPE_INDEX",
			file.p);
	str_release(&file);
	return g;
}

struct generation *generation_open_named(const char *path, const char *name,
					 struct err *err)
{
	struct str file = { 0 };
	struct generation *g = NULL;
	const char *slash = strrchr(path, '/');

	if (is_directory(path)) {
		str_printf(&file, "%s/%s.idx", path, name);
	} else {
		g = exists(path) ? open_file(path, err) : NULL;
		if (g && !strcmp(g->name, name))
			return g;
		generation_close(g);
		str_put(&file, path, slash ? (size_t)(slash - path) + 1 : 0);
		str_printf(&file, "%s.idx", name);
	}
	if (exists(file.p)) {
		g = open_file(file.p, err);
	} else {
		g = NULL;
		err_set(err, ERR_ENV, "no-generation",
			"no index generation %s at %s: the candidates come "
			"from another index (give query and rerank the same "
			"--index or $MOODPIPE_INDEX), or it was pruned since "
			"(ask query again)",
			name, path);
	}
	if (g && strcmp(g->name, name)) {
		err_set(err, ERR_DATA, "artifact",
			"%s holds generation %s; "
			"build the index again",
			file.p, g->name);
		generation_close(g);
		g = NULL;
	}
	str_release(&file);
	return g;
}

void generation_close(struct generation *g)
{
	if (!g)
		return;
	pack_close(g->pack);
	free(g->path);
	free(g);
}
