/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * worker: read hostile files in a sandbox, for the other tools.
 *
 * Not for people: man worker(1) has the protocol. Reads no records, adds no
 * members.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audio/condition.h"
#include "audio/decode.h"
#include "audio/features.h"
#include "audio/hearing.h"
#include "audio/logmel.h"
#include "audio/tags.h"
#include "base/mem.h"
#include "base/noopen.h"
#include "io/archive.h"
#include "io/workermain.h"

static const char usage[] =
    "usage: worker\n"
    "\n"
    "Decodes sound and reads tags and archives in a sandbox. Other tools start "
    "it,\n"
    "people do not: man worker.\n"
    "\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	struct features *features;
	struct logmel *logmel; /* of the bands asked for last, or NULL */
	struct sound sound;
};

/* TagLib opens files by this; man worker says why. */
FILE *fopen(const char *restrict name, const char *restrict mode)
{
	return tags_fopen(name, mode);
}

static int hear_logmel(struct ctx *c, int fd, int bands, double seconds,
		       struct heard *h, struct err *err)
{
	const struct samples *x = &c->sound.mono;

	if (bands < LOGMEL_BANDS_MIN || bands > LOGMEL_BANDS_MAX)
		return err_set(err, ERR_RECORD, "undecodable",
			       "%d mel bands cannot be", bands);
	if (decode_fd_at(fd, seconds, LOGMEL_RATE, &c->sound, err) != 0)
		return -1;
	h->seconds = c->sound.seconds;
	if (!isnan(c->sound.length))
		h->length = c->sound.length;
	if (!c->logmel || logmel_bands(c->logmel) != bands) {
		logmel_free(c->logmel);
		c->logmel = logmel_new(bands);
	}
	h->patch_count = logmel_patches(x->count);
	h->status = h->patch_count ? condition_of(&c->sound, LOGMEL_RATE)
				   : FEAT_TOO_SHORT;
	if (!feat_status_measured(h->status)) {
		h->patch_count = 0;
		return 0;
	}
	MEM_ROOM(h->patches, h->patch_count * LOGMEL_FRAMES * (size_t)bands,
		 h->patch_cap);
	logmel_compute(c->logmel, x->v, x->count, h->patches);
	return 0;
}

static int hear(void *ctx, int fd, unsigned wishes, double seconds,
		struct heard *h, struct err *err)
{
	struct ctx *c = ctx;

	if (wishes & LISTENER_TAGS)
		tags_read(fd, h);
	if (wishes & LISTENER_LOGMEL)
		return hear_logmel(c, fd, LISTENER_MELS_OF(wishes), seconds, h,
				   err);
	if (!(wishes & (LISTENER_FEATURES | LISTENER_DECODES))) {
		double length = decode_length(fd);

		if (!isnan(length))
			h->length = length;
		return 0;
	}
	if (decode_fd(fd, seconds, &c->sound, err) != 0)
		return -1;
	h->seconds = c->sound.seconds;
	if (!isnan(c->sound.length))
		h->length = c->sound.length;
	if (wishes & LISTENER_FEATURES)
		h->status =
		    features_compute(c->features, &c->sound,
				     LISTENER_GROUPS_OF(wishes), h->values);
	else if (c->sound.partial)
		h->status = FEAT_PARTIAL;
	return 0;
}

static int job_hear(const struct worker_limits *limits)
{
	struct ctx c = { .features = features_new() };
	struct err err;

	if (worker_confine(limits, &err) != 0)
		return WORKER_UNCONFINED;
	return hearing_serve(STDIN_FILENO, &c, hear) ? ERR_DATA : 0;
}

static int job_unpack(const struct worker_limits *limits)
{
	struct err err;

	archive_prepare();
	if (worker_confine(limits, &err) != 0)
		return WORKER_UNCONFINED;
	return archive_unpack(STDIN_FILENO, STDOUT_FILENO, &err) ? ERR_DATA : 0;
}

static int run(const char *job, const struct worker_limits *limits)
{
	if (!strcmp(job, "hear"))
		_exit(job_hear(limits));
	if (!strcmp(job, "unpack"))
		_exit(job_unpack(limits));
	_exit(ERR_USAGE);
}

int main(int argc, char **argv)
{
	return workermain(argc, argv, "worker", usage, run);
}
