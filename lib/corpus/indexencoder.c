/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexencoder.h"

#include <stdlib.h>

#include "corpus/encoderprecision.h"
#include "corpus/trackencoder.h"
#include "encoder/encoderfolder.h"

/* Which of the precisions made the rows. -1: none did. */
static int find_precision(struct encodermark *m, const struct encoderfolder *f,
			  const uint8_t digest[HASH_SIZE],
			  const uint8_t rows[HASH_SIZE])
{
	uint8_t recipe[HASH_SIZE];

	for (int p = 0; p < ENCODERPRECISIONS; p++) {
		trackencoder_recipe(f, digest, (enum linear_precision)p, false,
				    recipe);
		if (memcmp(recipe, rows, HASH_SIZE) != 0)
			continue;
		m->precision = (enum linear_precision)p;
		hash_hex(recipe, HASH_SIZE, m->recipe);
		return 0;
	}
	return -1;
}

/* Where it is, whatever the working directory. */
static void set_path(struct encodermark *m, const char *path)
{
	char *whole = realpath(path, NULL);

	str_reset(&m->path);
	str_puts(&m->path, whole ? whole : path);
	free(whole);
}

static int describe(struct encodermark *m, const struct encoderfolder *f,
		    const struct featset *text, const char *text_path,
		    struct err *err)
{
	uint8_t digest[HASH_SIZE], stamp[ENCODERFOLDER_STAMP];

	if (encoderfolder_digest(f, digest, err) ||
	    encoderfolder_stamp(f, stamp, err))
		return -1;
	hash_hex(digest, HASH_SIZE, m->digest);
	hash_hex(stamp, HASH_SIZE, m->stamp);
	str_reset(&m->name);
	str_puts(&m->name, f->name);
	set_path(m, f->path);
	m->dim = text ? f->dim : 0;
	if (!text ||
	    !find_precision(m, f, digest, featset_schema(text)->recipe))
		return 0;
	return err_set(err, ERR_DATA, "recipe",
		       "%s was not made with %s; make it again: embed text "
		       "--model %s",
		       text_path, f->path, f->path);
}

static int open_folder(struct encodermark *m, const char *path,
		       const struct featset *text, const char *text_path,
		       struct err *err)
{
	char *whole = realpath(path, NULL);
	/* As query will open it: the stamp has the files' names. */
	struct encoderfolder *f = encoderfolder_open(whole ? whole : path, err);
	int rc = f ? describe(m, f, text, text_path, err) : -1;

	encoderfolder_close(f);
	free(whole);
	return rc;
}

static bool made_by(const struct featset *text, const struct encodermark *m)
{
	char hex[ENCODERMARK_HEX];

	hash_hex(featset_schema(text)->recipe, HASH_SIZE, hex);
	return !strcmp(hex, m->recipe);
}

/* What the index has, beside what is named. */
static int check_base(struct encodermark *m, struct encodermark *was,
		      const char *path, const struct featset *text,
		      const char *text_path, struct err *err)
{
	if (path && strcmp(m->digest, was->digest) != 0)
		return err_set(err, ERR_DATA, "recipe",
			       "%s is not the encoder of the index that is to "
			       "be updated (%s, %.12s); build it anew, without "
			       "--update",
			       path, str_z(&was->name), was->digest);
	if (text && !made_by(text, was))
		return err_set(err, ERR_DATA, "recipe",
			       "%s was not made with the encoder of the index "
			       "that is to be updated (%s, %.12s); make it "
			       "again: embed text --model %s --precision %s",
			       text_path, str_z(&was->name), was->digest,
			       str_z(&was->path),
			       encoderprecision_name(was->precision));
	if (!path) {
		set_path(m, str_z(&was->path));
		str_reset(&m->name);
		str_span(&m->name, span_str(&was->name));
		memcpy(m->digest, was->digest, sizeof(m->digest));
		memcpy(m->stamp, was->stamp, sizeof(m->stamp));
	}
	memcpy(m->recipe, was->recipe, sizeof(m->recipe));
	m->dim = was->dim;
	m->precision = was->precision;
	return 0;
}

int indexencoder_open(struct encodermark *m, const char *path,
		      const struct featset *text, const char *text_path,
		      const struct generation *base, struct err *err)
{
	struct encodermark was = { .dim = 0 };
	int rc = 0;

	if (base && base->encoder.p)
		rc = encodermark_read(&was, base->encoder, err);
	if (!rc && path && base && base->text_count && !was.dim)
		rc = err_set(err, ERR_DATA, "recipe",
			     "the index that is to be updated has vectors of a "
			     "model of words, not of %s; build it anew, "
			     "without --update",
			     path);
	if (!rc && path)
		rc = open_folder(m, path, text, text_path, err);
	if (!rc && was.dim)
		rc = check_base(m, &was, path, text, text_path, err);
	encodermark_release(&was);
	return rc;
}
