/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encodertrainstate.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/atomic.h"

static const char magic[16] = "moodtrainstate1";

enum { EPOCHS_MAX = 100000 };

struct head { /* of the file, little-endian as all of it */
	char magic[16];
	uint8_t digest[HASH_SIZE];
	uint64_t step, epoch, position, best, done, epochs, numbers, kept;
	double loss, rows;
};

void encodertrainstate_release(struct encodertrainstate *s)
{
	free(s->epochs);
	free(s->best_values);
	*s = (struct encodertrainstate){ .step = 0 };
}

void encodertrainstate_keep(struct encodertrainstate *s,
			    const struct parameters *p)
{
	float *to;

	if (!s->best_values)
		s->best_values = mem_zalloc(parameters_count(p, true) + 1,
					    sizeof(*s->best_values));
	to = s->best_values;
	for (size_t i = 0; i < p->count; i++) {
		const struct parameter *q = p->items[i];

		if (!q->gradient)
			continue;
		memcpy(to, q->value, q->count * sizeof(float));
		to += q->count;
	}
}

void encodertrainstate_restore(const struct encodertrainstate *s,
			       const struct parameters *p)
{
	const float *from = s->best_values;

	for (size_t i = 0; i < p->count; i++) {
		struct parameter *q = p->items[i];

		if (!q->gradient)
			continue;
		memcpy(q->value, from, q->count * sizeof(float));
		from += q->count;
	}
}

/* What is written or read is also added to a digest, which ends the file. */
struct stream {
	FILE *f;
	struct hash *hash;
	bool failed;
};

static void put(struct stream *s, const void *p, size_t n)
{
	if (!n)
		return;
	s->failed = s->failed || fwrite(p, 1, n, s->f) != n;
	hash_add(s->hash, p, n);
}

static void get(struct stream *s, void *p, size_t n)
{
	if (!n)
		return;
	s->failed = s->failed || fread(p, 1, n, s->f) != n;
	if (!s->failed)
		hash_add(s->hash, p, n);
}

static void each(struct stream *s, const struct parameters *p,
		 void (*fn)(struct stream *, float *, size_t))
{
	for (size_t i = 0; i < p->count; i++) {
		struct parameter *q = p->items[i];

		if (!q->gradient)
			continue;
		fn(s, q->value, q->count * sizeof(float));
		for (int k = 0; k < 2; k++) {
			if (!q->moment[k])
				q->moment[k] =
				    mem_zalloc(q->count, sizeof(float));
			fn(s, q->moment[k], q->count * sizeof(float));
		}
	}
}

static void put_floats(struct stream *s, float *x, size_t bytes)
{
	put(s, x, bytes);
}

static void get_floats(struct stream *s, float *x, size_t bytes)
{
	get(s, x, bytes);
}

int encodertrainstate_write(const struct encodertrainstate *s,
			    const struct parameters *p, const char *path,
			    struct err *err)
{
	struct atomic *a = atomic_open(path, err);
	struct head h = { .step = s->step,
			  .epoch = s->epoch,
			  .position = s->position,
			  .best = s->best,
			  .done = s->done,
			  .epochs = s->count,
			  .numbers = parameters_count(p, true),
			  .kept = s->best_values != NULL,
			  .loss = s->loss,
			  .rows = s->rows };
	uint8_t digest[HASH_SIZE];
	struct stream out;

	if (!a)
		return -1;
	out = (struct stream){ atomic_file(a), hash_new(), false };
	memcpy(h.magic, magic, sizeof(magic));
	memcpy(h.digest, s->digest, HASH_SIZE);
	put(&out, &h, sizeof(h));
	put(&out, s->epochs, s->count * sizeof(*s->epochs));
	each(&out, p, put_floats);
	if (h.kept)
		put(&out, s->best_values, h.numbers * sizeof(float));
	hash_end(out.hash, digest);
	hash_free(out.hash);
	fwrite(digest, 1, HASH_SIZE, out.f);
	return atomic_commit(a, err);
}

static int broken(struct err *err, const char *path)
{
	return err_set(err, ERR_DATA, "checkpoint",
		       "%s: broken, or of another version: take it away to "
		       "train from the start",
		       path);
}

static int read_body(struct encodertrainstate *s, struct stream *in,
		     const struct head *h, const struct parameters *p,
		     const char *path, struct err *err)
{
	uint8_t want[HASH_SIZE], is[HASH_SIZE];

	s->count = (size_t)h->epochs;
	MEM_ROOM(s->epochs, s->count + 1, s->cap);
	get(in, s->epochs, s->count * sizeof(*s->epochs));
	each(in, p, get_floats);
	if (h->kept) {
		free(s->best_values);
		s->best_values =
		    mem_zalloc((size_t)h->numbers + 1, sizeof(float));
		get(in, s->best_values, (size_t)h->numbers * sizeof(float));
	}
	hash_end(in->hash, want);
	if (in->failed || fread(is, 1, HASH_SIZE, in->f) != HASH_SIZE ||
	    memcmp(is, want, HASH_SIZE) != 0)
		return broken(err, path);
	s->step = h->step;
	s->epoch = h->epoch;
	s->position = h->position;
	s->best = h->best;
	s->done = h->done;
	s->loss = h->loss;
	s->rows = h->rows;
	return 1;
}

int encodertrainstate_read(struct encodertrainstate *s,
			   const struct parameters *p, const char *path,
			   struct err *err)
{
	struct stream in = { fopen(path, "rb"), NULL, false };
	struct head h;
	int rc;

	if (!in.f)
		return errno == ENOENT ? 0 : err_errno(err, "%s", path);
	in.hash = hash_new();
	get(&in, &h, sizeof(h));
	if (in.failed || memcmp(h.magic, magic, sizeof(magic)) != 0 ||
	    h.epochs > EPOCHS_MAX)
		rc = broken(err, path);
	else if (memcmp(h.digest, s->digest, HASH_SIZE) != 0 ||
		 h.numbers != parameters_count(p, true))
		rc = err_set(err, ERR_DATA, "checkpoint",
			     "%s: begun with another configuration, base or "
			     "texts: take the folder away to train from the "
			     "start",
			     path);
	else
		rc = read_body(s, &in, &h, p, path, err);
	hash_free(in.hash);
	fclose(in.f);
	return rc;
}
