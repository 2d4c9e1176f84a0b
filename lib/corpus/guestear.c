/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/guestear.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/features.h"
#include "audio/listener.h"
#include "audio/payload.h"
#include "corpus/datadir.h"
#include "corpus/indexear.h"
#include "corpus/indexmeta.h"
#include "corpus/moodmap.h"
#include "corpus/soundrow.h"
#include "corpus/sourcealone.h"
#include "corpus/timbretable.h"
#include "corpus/track.h"
#include "index/displayrow.h"
#include "index/timbrewriter.h"
#include "io/input.h"

#define AGAIN                                                                  \
	"build it again: moodpipe index, or build-index with --sound-model"
#define KINDS "mp3, ogg, opus, flac, wav or aiff"

enum { TABLE_MAX = 1 << 20 };

struct ear {
	const struct generation *g;
	struct soundrow sound;
	struct pca *pca;
	struct pca_view view;
	struct index_origins origins;
	struct listener *listener;
	struct heard heard;
	struct feat_row *row;
};

static void ear_close(struct ear *e)
{
	feat_row_free(e->row);
	heard_release(&e->heard);
	listener_free(e->listener);
	pca_view_release(&e->view);
	pca_free(e->pca);
	soundrow_close(&e->sound);
}

/* Whether the index can hear, and as this release does. */
static int ear_open(struct ear *e, const struct generation *g, struct err *err)
{
	struct span column;

	*e = (struct ear){ .g = g };
	if (err)
		err->status = ERR_NONE;
	e->pca = indexear_model(g->pack, err);
	if (!e->pca && err->status)
		return err_prefix(err, "%s", g->path);
	if (!e->pca)
		return err_set(err, ERR_ENV, "no-ear",
			       "%s: this index cannot hear files; " AGAIN,
			       g->path);
	if (soundrow_open(&e->sound, FEATURES_SECONDS, err))
		return -1;
	if (!indexear_same(g->pack, &e->sound.schema, &column))
		return err_set(err, ERR_ENV, "no-ear",
			       "%s: this index was built by another release, "
			       "which measured %.*s in another way, so what is "
			       "heard now cannot be compared with it; " AGAIN,
			       g->path, (int)column.n, column.p);
	if (pca_bind(e->pca, &e->sound.schema, g->path, &e->view, err))
		return -1;
	index_origins_read(&e->origins, g->meta);
	e->row = feat_row_new(&e->sound.schema);
	e->listener = listener_new(FEATURES_SECONDS);
	return 0;
}

/* Without waiting for what is no file. */
static int open_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return err_set(err, ERR_RECORD, "missing",
			       errno == ENOENT || errno == ENOTDIR
				   ? "%s: there is no such file; give the "
				     "path of a sound file"
				   : "%s: it cannot be read: %s",
			       path, strerror(errno));
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size)
		return fd;
	err_set(err, ERR_RECORD, "missing",
		S_ISDIR(st.st_mode)   ? "%s: a folder; name a sound file in it"
		: S_ISREG(st.st_mode) ? "%s: an empty file; give one with sound"
				      : "%s: not a file that can be read over "
					"and over, a pipe or device; copy what "
					"it gives into one",
		path);
	close(fd);
	return -1;
}

static int listen(struct ear *e, int fd, const char *path, struct err *err)
{
	struct heard *h = &e->heard;
	struct err why = { .status = ERR_NONE };

	if (listener_hear(e->listener, fd,
			  LISTENER_FEATURES | LISTENER_GROUPS(FEATURES_HEARD),
			  h, &why))
		return err_set(err, why.status, why.code,
			       why.status == ERR_RECORD
				   ? "%s: %s; give a file that plays (" KINDS
				     ")"
				   : "%s: %s",
			       path, why.message);
	if (h->status == FEAT_TOO_SHORT)
		return err_set(err, ERR_RECORD, "undecodable",
			       "%s: %.1f seconds of sound are too short to "
			       "measure; give a file with %g and more",
			       path, h->seconds, FEATURES_SECONDS_MIN);
	if (!feat_status_measured(h->status))
		return err_set(err, ERR_RECORD, "undecodable",
			       "%s: %s in its first %g seconds; give a file "
			       "that has music there",
			       path, feat_status_text(h->status),
			       FEATURES_SECONDS);
	e->row->status = (uint8_t)h->status;
	memcpy(e->row->values, h->values,
	       e->sound.schema.count * sizeof(*h->values));
	soundrow_finish(&e->sound, e->row);
	return 0;
}

static void warn(struct guest *out, const char *what)
{
	if (out->warning.n)
		str_puts(&out->warning, "; ");
	str_puts(&out->warning, what);
}

/* Moods are those of the index where all that makes them is the same. */
static bool same_moods(const struct ear *e, struct span told)
{
	uint8_t features[HASH_SIZE], recipe[HASH_SIZE];
	char hex[ORIGIN_HEX];

	if (hash_unhex(e->origins.digest[ORIGIN_SOUND], HASH_SIZE, features))
		return false;
	moodmap_recipe(told, features, recipe);
	hash_hex(recipe, HASH_SIZE, hex);
	return !strcmp(hex, e->origins.digest[ORIGIN_MOOD]);
}

static int read_mood(const struct ear *e, const struct record *r,
		     struct guest *out, struct err *err)
{
	struct moodmap_files files = { .centre_text = pack_get(
					   e->g->pack, INDEXEAR_CENTRE) };
	struct moodwords words = { 0 };
	struct moodmap_place place;
	struct moodmap map;
	struct str told = { 0 };

	if (!e->origins.digest[ORIGIN_MOOD][0])
		return 0; /* the index has no moods */
	if (moodmap_open_schema(&map, &files, &e->sound.schema, e->g->path,
				&told, err))
		return -1;
	moodwords_read(&words, r);
	if (!same_moods(e, span_str(&told)))
		warn(out, "its mood is not told: the moods of the index were "
			  "made with other models or tables than are here "
			  "now; " AGAIN);
	else
		out->has_mood = moodmap_place(&map, &words, e->row, &place);
	if (out->has_mood) {
		out->valence = place.values[MOODMAP_VALENCE];
		out->arousal = place.values[MOODMAP_AROUSAL];
		out->dominance = place.values[MOODMAP_DOMINANCE];
		out->mood_confidence = place.values[MOODMAP_CONFIDENCE];
	}
	moodwords_release(&words);
	moodmap_close(&map);
	str_release(&told);
	return 0;
}

/* As timbre_percentiles ranks the index' own. */
static float rank(const struct generation *g, const int16_t *scores,
		  bool measured, int16_t score)
{
	uint64_t all = 0, below = 0, equal = 0;

	for (size_t i = 0; i < g->count; i++) {
		int16_t s = scores[i * TIMBRE_AXES];

		if (s == TIMBRE_NO ||
		    (measured && !(g->flags[i] & CATALOGUE_HEARD)))
			continue;
		all++;
		below += s < score;
		equal += s == score;
	}
	if (!all)
		return measured ? rank(g, scores, false, score) : NAN;
	return (float)((2 * (double)below + (double)equal) / (2 * (double)all));
}

static int read_tables(struct timbretable *t, struct err *err)
{
	static const char *const names[] = { "timbre.tsv", "voice.tsv" };
	struct str path[2] = { { 0 }, { 0 } }, text[2] = { { 0 }, { 0 } };
	int rc = 0;

	for (int i = 0; i < 2 && !rc; i++)
		rc = input_slurp(datadir_path(names[i], &path[i]), TABLE_MAX,
				 &text[i], err);
	rc = rc || timbretable_parse(t, span_str(&text[0]), path[0].p,
				     span_str(&text[1]), path[1].p, err);
	for (int i = 0; i < 2; i++) {
		str_release(&path[i]);
		str_release(&text[i]);
	}
	return rc ? -1 : 0;
}

static int read_texture(const struct ear *e, struct guest *out, struct err *err)
{
	const struct generation *g = e->g;
	const int16_t *scores =
	    g->timbre_heard ? g->timbre_heard : g->timbre_score;
	struct timbretable t = { 0 };
	struct index_heard heard;
	char hex[ORIGIN_HEX];

	for (int k = 0; k < TIMBRE_AXES; k++)
		out->timbre[k] = NAN;
	if (read_tables(&t, err))
		return -1;
	timbretable_bind(&t, &e->sound.schema);
	timbretable_hear(&t, e->row, &heard);
	out->voice = heard.voice & (VOICE_HEARD_NONE | VOICE_HEARD_SUNG);
	hash_hex(t.digest, HASH_SIZE, hex);
	if (strcmp(hex, e->origins.digest[ORIGIN_TEXTURE])) {
		warn(out, "its texture is not told: the index was built with "
			  "another timbre.tsv or voice.tsv; " AGAIN);
		return 0;
	}
	for (int k = 0; k < TIMBRE_AXES && scores; k++) {
		int16_t score = timbre_score(heard.timbre[k]);

		if (score != TIMBRE_NO)
			out->timbre[k] = rank(g, scores + k, true, score);
	}
	return 0;
}

/* What ingest would have made of it, and what mood-map of that. */
static int read_words(struct ear *e, const char *path, struct guest *out,
		      struct err *err)
{
	struct record r = { 0 };
	struct str line = { 0 };
	int rc;

	str_putc(&line, '{');
	rc = sourcealone_read(path, e->listener, &line, out->id, err);
	if (rc && err->status == ERR_RECORD)
		err_prefix(err, "%s", path);
	str_putc(&line, '}');
	rc = rc || record_parse(&r, span_str(&line), err);
	if (!rc) {
		out->key = track_key(span_of(out->id));
		record_text(&r, "title", &out->title);
		record_text(&r, "artist", &out->artist);
		record_text(&r, "album", &out->album);
		rc = read_mood(e, &r, out, err);
	}
	record_release(&r);
	str_release(&line);
	return rc ? -1 : 0;
}

static int hear(struct ear *e, int fd, const char *path, struct guest *out,
		struct err *err)
{
	int column[DISPLAY_FEATURES];

	if (listen(e, fd, path, err))
		return -1;
	out->has_sound =
	    e->g->audio[AUDIO_COMPONENTS].dim == GENERATION_AUDIO_DIM &&
	    !pca_apply(e->pca, &e->view, e->row->values, out->sound);
	out->seconds = (float)e->heard.length;
	displayrow_columns(&e->sound.schema, column);
	displayrow_read(e->row, column, &out->shown);
	return read_texture(e, out, err) || read_words(e, path, out, err) ? -1
									  : 0;
}

int guestear_hear(struct guest *out, const struct generation *g,
		  const char *path, struct err *err)
{
	struct ear e;
	int fd, rc;

	guest_release(out);
	out->valence = out->arousal = out->dominance = NAN;
	fd = open_file(path, err);
	if (fd < 0)
		return -1;
	rc = ear_open(&e, g, err) || hear(&e, fd, path, out, err);
	ear_close(&e);
	close(fd);
	return rc ? -1 : 0;
}

int guestear_id(const char *path, char id[IDENTITY_SIZE], uint64_t *key,
		struct err *err)
{
	struct identity scratch = { 0 };
	struct identity_facts facts = { .url = { NULL, 0 } };
	uint8_t payload[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	int fd = open_file(path, err);

	if (fd < 0)
		return -1;
	close(fd);
	if (payload_digest(path, payload, NULL, err))
		return err_prefix(err, "%s", path);
	hash_hex(payload, HASH_SIZE, hex);
	facts.payload = span_of(hex);
	identity_make(&scratch, &facts, id);
	identity_release(&scratch);
	*key = track_key(span_of(id));
	return 0;
}
