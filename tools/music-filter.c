/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * music-filter: tell songs and DJ sets from speech and noise, and say why.
 *
 * Reads title, artist, genre, tags, description, extracted_vibe_text, imputed,
 * duration_ms, playback_count, isrc, and a feature file of extract-features.
 * Adds is_music, music_class, music_confidence, music_reasons. With --fit
 * writes a model (a pack of kind "moodmusic").
 */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/musicfilter.h"
#include "corpus/trackrows.h"
#include "io/input.h"
#include "io/stream.h"
#include "learn/recipe.h"

static const char usage[] =
    "usage: music-filter [--model FILE] [--features FILE] [FILE ...]\n"
    "       music-filter --fit FILE [FILE ...]\n"
    "\n"
    "Marks podcasts, interviews, audiobooks and recordings that are no music, "
    "and DJ\n"
    "sets, each with its reasons. Nothing is removed.\n"
    "\n"
    "      --fit FILE      sum up what each artist's tracks say, and write "
    "it to FILE\n"
    "      --model FILE    let an artist's other tracks speak, too\n"
    "      --features FILE rows of extract-features: let the sound speak, "
    "too\n"
    "      --words FILE    table of evidence (default: filter-words.tsv)\n"
    "      --memo FILE     remember what was done, and with\n"
    "      --previous FILE the earlier output, do only what is new\n"
    "  -o, --output FILE   write there instead of to standard output\n"
    "  -j, --jobs N        threads (default: the processors)\n"
    "      --memory SIZE   for --fit, sort on disk beyond it (default 1G)\n"
    "      --max-errors N  fail when more records failed; N or P%\n"
    "      --progress WHEN auto, always or never\n"
    "  -q, --quiet         no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { TABLE_MAX = 1 << 24, REASONS = 6 };

struct ctx {
	const char *words_path, *features, *model, *fit;
	struct musicfilter filter;
};

struct scratch {
	struct trackrows rows;
	struct musicfilter_scratch judge;
	struct str reasons;
	struct err err;
};

static void *scratch_new(void *ctx)
{
	const struct ctx *c = ctx;
	struct scratch *s = mem_zalloc(1, sizeof(*s));

	if (c->features)
		trackrows_open(&s->rows, c->features, &s->err);
	return s;
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	trackrows_release(&s->rows);
	musicfilter_scratch_release(&s->judge);
	str_release(&s->reasons);
	free(s);
}

static int process(void *ctx, void *scratch, struct record *r, struct err *err)
{
	const struct ctx *c = ctx;
	struct scratch *s = scratch;
	const struct feat_row *sound = NULL;
	struct music_verdict v;

	if (c->features) {
		int found = -1;

		if (!s->err.status)
			found = trackrows_find(&s->rows, r, &s->err);
		if (found < 0) {
			*err = s->err;
			return -1;
		}
		sound = found ? s->rows.row : NULL;
	}
	v = musicfilter_judge(&c->filter, &s->judge, r, sound);
	record_set(r, "is_music", v.is_music ? SPAN("true") : SPAN("false"));
	record_set_text(r, "music_class", span_of(music_class_name(v.class)));
	record_set_number(r, "music_confidence", v.p[v.class], 3);
	str_reset(&s->reasons);
	if (musicfilter_reasons(&c->filter, &s->judge, &v, REASONS,
				&s->reasons))
		record_set(r, "music_reasons", span_str(&s->reasons));
	else
		record_remove(r, "music_reasons");
	return 0;
}

static int fit(const struct options *o, struct ctx *c, char **files, int nfiles,
	       struct err *err)
{
	struct musicfilter_fit f;
	int rc;

	musicfilter_fit_init(&f, &c->filter, o->memory);
	rc = stream_each(files, nfiles, &f, musicfilter_fit_each, err);
	if (!rc)
		rc = musicfilter_fit_write(&f, c->fit, err);
	musicfilter_fit_release(&f);
	return rc;
}

/* Adds the digest of a whole file. */
static int add_digest(const char *path, struct str *parameters, struct err *err)
{
	char hex[2 * HASH_SIZE + 1], buffer[1 << 16];
	struct input *in = input_open(path, err);
	struct hash *h;
	uint8_t sum[HASH_SIZE];
	ssize_t n;

	if (!in)
		return -1;
	h = hash_new();
	while ((n = input_read(in, buffer, sizeof(buffer), err)) > 0)
		hash_add(h, buffer, (size_t)n);
	hash_end(h, sum);
	hash_free(h);
	input_close(in);
	hash_hex(sum, HASH_SIZE, hex);
	str_printf(parameters, "features=%s ", hex);
	return n < 0 ? -1 : 0;
}

static int set_up(struct ctx *c, struct stream *s, struct err *err)
{
	struct str text = { 0 }, path = { 0 }, parameters = { 0 };
	const char *words = c->words_path;
	char hex[2 * HASH_SIZE + 1];
	uint8_t sum[HASH_SIZE];
	struct feat *f = NULL;
	int rc = -1;

	if (c->fit && (c->model || c->features || s->memo))
		return err_set(err, ERR_USAGE, "usage",
			       "--fit goes with --words and --memory only");
	if (!words)
		words = datadir_path("filter-words.tsv", &path);
	if (input_slurp(words, TABLE_MAX, &text, err) ||
	    musicfilter_parse(&c->filter, span_str(&text), words, err) ||
	    (c->model && musicfilter_open(&c->filter, c->model, err)))
		goto out;
	hash_sha256(text.p, text.n, sum);
	hash_hex(sum, HASH_SIZE, hex);
	str_printf(&parameters, "words=%s ", hex);
	if (c->features) {
		f = feat_open(c->features, err);
		if (!f ||
		    musicfilter_bind(&c->filter, feat_schema(f), c->features,
				     err) ||
		    (s->memo && add_digest(c->features, &parameters, err)))
			goto out;
	}
	recipe_make("music-filter/2", str_z(&parameters),
		    c->filter.model ? pack_digest(c->filter.model) : NULL,
		    s->recipe);
	rc = 0;
out:
	feat_close(f);
	str_release(&text);
	str_release(&path);
	str_release(&parameters);
	return rc;
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct options o = { 0 };
	struct stream s = {
		.options = &o,
		.ctx = &c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.process = process,
	};
	const struct option_spec specs[] = {
		{ "model", 0, OPTION_TEXT, &c.model, 0, 0 },
		{ "fit", 0, OPTION_TEXT, &c.fit, 0, 0 },
		{ "features", 0, OPTION_TEXT, &c.features, 0, 0 },
		{ "words", 0, OPTION_TEXT, &c.words_path, 0, 0 },
		{ "memo", 0, OPTION_TEXT, &s.memo, 0, 0 },
		{ "previous", 0, OPTION_TEXT, &s.previous, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first;

	first = options_parse(&o, "music-filter", usage, specs, argc, argv,
			      &status);
	if (first < 0)
		return status;
	if (set_up(&c, &s, &err))
		status = options_fail(&o, &err);
	else if (!c.fit)
		status = stream_run(&s, argv + first, argc - first);
	else
		status = fit(&o, &c, argv + first, argc - first, &err)
			     ? options_fail(&o, &err)
			     : 0;
	musicfilter_release(&c.filter);
	return status;
}
