/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * synth: renders written-out music to sound files.
 * Reads scores (man synth). Artifacts: sound files; DIR/.synth says from what
 * each of them was made. No records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "audio/render.h"
#include "audio/score.h"
#include "audio/wave.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/table.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/options.h"

/* Goes up when the sound of an unchanged score changes. */
#define SYNTH_VERSION "synth 1\n"

static const char usage[] =
    "usage: synth [-o FILE] [--clip NAME] [--seconds N] SCORE\n"
    "       synth --dir DIR [-j N] [--seconds N] SCORE...\n"
    "       synth --truth SCORE...\n"
    "\n"
    "Renders a score, or every clip of many scores, to FLAC, WAV, Ogg or MP3.\n"
    "\n"
    "  -o, --output FILE  the suffix names the format (default: stdout)\n"
    "      --clip NAME    this clip of the score instead of its first\n"
    "      --dir DIR      every clip as DIR/CLIP.FORMAT; what is there and up "
    "to\n"
    "                     date is kept\n"
    "      --seconds N    that long, whatever the score says\n"
    "      --truth        print what is true of each clip, as TSV\n"
    "  -j, --jobs N       threads (default: the processors)\n"
    "  -q, --quiet        no last line\n"
    "  -h, --help         this text\n"
    "  -V, --version      the version\n";

struct clip {
	const struct score *score;
	struct score_clip *clip;
	char digest[2 * HASH_SIZE + 1];
	char *path;
	bool keep;
	struct err err;
	int rc;
};

struct ctx {
	struct options options;
	const char *dir, *name;
	double seconds;
	bool truth;
	struct score *scores;
	size_t nscores;
	struct clip *clips;
	size_t nclips;
};

static void clip_digest(struct ctx *c, struct span text, struct clip *k)
{
	uint8_t digest[HASH_SIZE];
	struct hash *h = hash_new();
	struct str s = { 0 };

	str_puts(&s, SYNTH_VERSION);
	str_fixed(&s, c->seconds, 6);
	str_printf(&s, "\n%s\n", k->clip->name);
	hash_add(h, s.p, s.n);
	hash_add(h, text.p, text.n);
	hash_end(h, digest);
	hash_hex(digest, sizeof(digest), k->digest);
	hash_free(h);
	str_release(&s);
}

static int load(struct ctx *c, const char *path, struct score *s,
		struct err *err)
{
	struct str text = { 0 };

	if (input_slurp(path, 1 << 20, &text, err) ||
	    score_parse(s, span_str(&text), path, err)) {
		str_release(&text);
		return -1;
	}
	c->clips =
	    mem_resize(c->clips, c->nclips + s->nclips, sizeof(*c->clips));
	for (size_t i = 0; i < s->nclips; i++) {
		struct clip *k = &c->clips[c->nclips++];

		*k = (struct clip){ .score = s, .clip = &s->clips[i] };
		if (c->seconds > 0)
			s->clips[i].seconds = c->seconds;
		clip_digest(c, span_str(&text), k);
	}
	str_release(&text);
	return 0;
}

static int load_all(struct ctx *c, char **files, int n, struct err *err)
{
	struct table names = { 0 };
	int rc = 0;

	c->scores = mem_zalloc((size_t)n, sizeof(*c->scores));
	for (int i = 0; i < n && !rc; i++) {
		rc = load(c, files[i], &c->scores[i], err);
		c->nscores += !rc;
	}
	for (size_t i = 0; i < c->nclips && !rc; i++) {
		const char *p = c->clips[i].clip->name;
		struct span name = { p, strlen(p) };

		if (table_get(&names, name))
			rc = err_set(err, ERR_DATA, "score",
				     "two clips are "
				     "called %s; rename a score or a variant",
				     p);
		*table_put(&names, name) = 1;
	}
	table_release(&names);
	return rc;
}

static int make(const struct clip *k, const char *path, struct err *err)
{
	struct wave w;
	int rc;

	render_clip(k->score, k->clip, &w);
	rc = wave_write(&w, path, k->clip->format, err);
	render_release(&w);
	return rc;
}

static int one(struct ctx *c, struct err *err)
{
	for (size_t i = 0; i < c->nclips; i++)
		if (!c->name || !strcmp(c->name, c->clips[i].clip->name))
			return make(&c->clips[i], c->options.output, err);
	return err_set(err, ERR_USAGE, "clip",
		       "no clip is called %s; --truth "
		       "lists them",
		       c->name ? c->name : "");
}

static int truth(struct ctx *c, struct err *err)
{
	struct atomic *a = atomic_open(c->options.output, err);
	struct str s = { 0 };

	if (!a)
		return -1;
	str_puts(&s, "clip\tbpm\tkey\tmode\tgenre\tquadrant\n");
	for (size_t i = 0; i < c->nclips; i++) {
		const struct score_clip *k = c->clips[i].clip;

		str_printf(&s, "%s.%s\t", k->name, k->format);
		str_fixed(&s, k->tempo, 3);
		str_printf(&s, "\t%d\t%d\t%s\t%d\n", k->key, k->mode, k->genre,
			   k->quadrant);
	}
	fwrite(s.p, 1, s.n, atomic_file(a));
	str_release(&s);
	return atomic_commit(a, err);
}

/* DIR/.synth has lines "FILE DIGEST"; without it everything is made. */
static int journal_read(struct ctx *c, const char *path, struct err *err)
{
	struct table made = { 0 };
	struct str text = { 0 };
	struct stat st;
	int rc = 0;

	if (!stat(path, &st))
		rc = input_slurp(path, 1 << 24, &text, err);
	for (struct span rest = span_str(&text); rest.n;) {
		const char *nl = memchr(rest.p, '\n', rest.n);
		size_t n = nl ? (size_t)(nl - rest.p) + 1 : rest.n;

		*table_put(&made, (struct span){ rest.p, n }) = 1;
		rest.p += n;
		rest.n -= n;
	}
	for (size_t i = 0; i < c->nclips && !rc; i++) {
		struct clip *k = &c->clips[i];
		struct str line = { 0 };

		str_printf(&line, "%s.%s %s\n", k->clip->name, k->clip->format,
			   k->digest);
		k->keep = table_get(&made, span_str(&line)) &&
			  !stat(k->path, &st) && st.st_size > 0;
		str_release(&line);
	}
	str_release(&text);
	table_release(&made);
	return rc;
}

static int journal_write(struct ctx *c, const char *path, struct err *err)
{
	struct atomic *a = atomic_open(path, err);

	if (!a)
		return -1;
	for (size_t i = 0; i < c->nclips; i++)
		if (!c->clips[i].rc)
			fprintf(atomic_file(a), "%s.%s %s\n",
				c->clips[i].clip->name,
				c->clips[i].clip->format, c->clips[i].digest);
	return atomic_commit_changed(a, NULL, err);
}

static void batch_one(void *ctx, size_t i, int thread)
{
	struct clip *k = &((struct ctx *)ctx)->clips[i];

	(void)thread;
	if (!k->keep)
		k->rc = make(k, k->path, &k->err);
}

static int batch(struct ctx *c, struct err *err)
{
	struct str journal = { 0 };
	size_t kept = 0;
	struct timespec t0, t1;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &t0);
	if (atomic_mkdirs(c->dir, false, err))
		return -1;
	for (size_t i = 0; i < c->nclips; i++) {
		struct str path = { 0 };

		str_printf(&path, "%s/%s.%s", c->dir, c->clips[i].clip->name,
			   c->clips[i].clip->format);
		c->clips[i].path = path.p;
	}
	str_printf(&journal, "%s/.synth", c->dir);
	rc = journal_read(c, str_z(&journal), err);
	if (!rc) {
		parallel_for(c->options.jobs, c->nclips, batch_one, c);
		rc = journal_write(c, str_z(&journal), err);
	}
	for (size_t i = 0; i < c->nclips; i++) {
		kept += c->clips[i].keep;
		if (!rc && c->clips[i].rc) {
			*err = c->clips[i].err;
			rc = -1;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	if (!rc && !c->options.quiet)
		fprintf(stderr, "synth: in=%zu made=%zu kept=%zu %.1fs\n",
			c->nclips, c->nclips - kept, kept,
			(double)(t1.tv_sec - t0.tv_sec) +
			    (double)(t1.tv_nsec - t0.tv_nsec) * 1e-9);
	str_release(&journal);
	return rc;
}

int main(int argc, char **argv)
{
	struct ctx c = { .seconds = 0 };
	const struct option_spec specs[] = {
		{ "dir", 0, OPTION_TEXT, &c.dir, 0, 0 },
		{ "clip", 0, OPTION_TEXT, &c.name, 0, 0 },
		{ "seconds", 0, OPTION_REAL, &c.seconds, 0, 0 },
		{ "truth", 0, OPTION_FLAG, &c.truth, 0, 0 },
		{ 0 },
	};
	struct err err = { 0 };
	int status = 0, at, rc;

	at = options_parse(&c.options, "synth", usage, specs, argc, argv,
			   &status);
	if (at < 0)
		return status;
	if (at == argc || (!c.dir && !c.truth && argc - at > 1))
		rc = err_set(&err, ERR_USAGE, "usage", "%s",
			     at == argc ? "a score is missing, see --help"
					: "many scores need --dir or --truth");
	else if (c.seconds < 0 || c.seconds > 3600)
		rc = err_set(&err, ERR_USAGE, "usage",
			     "--seconds: expected "
			     "more than 0, at most 3600");
	else
		rc = load_all(&c, argv + at, argc - at, &err);
	if (!rc)
		rc = c.truth ? truth(&c, &err)
		     : c.dir ? batch(&c, &err)
			     : one(&c, &err);
	for (size_t i = 0; i < c.nclips; i++)
		free(c.clips[i].path);
	free(c.clips);
	for (size_t i = 0; i < c.nscores; i++)
		score_release(&c.scores[i]);
	free(c.scores);
	return rc ? options_fail(&c.options, &err) : 0;
}
