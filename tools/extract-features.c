/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * extract-features: measure the sound of the audio files that records name.
 *
 * Reads audio{path, sha256}; adds nothing but error. Writes a feature file,
 * man feat-audio(5).
 */
#include <stdlib.h>
#include <unistd.h>

#include "audio/features.h"
#include "audio/listener.h"
#include "base/mem.h"
#include "corpus/soundrow.h"
#include "corpus/trackaudio.h"
#include "io/stream.h"

static const char usage[] =
    "usage: extract-features [--audio-root DIR] [--reuse OLD.feat]\n"
    "                        [--records FILE] [--seconds N] [FILE ...]\n"
    "\n"
    "Decodes the audio that records name and writes one row of features for "
    "each:\n"
    "tempo and beats, timbre, chroma, key, loudness; man feat-audio.\n"
    "\n"
    "      --audio-root DIR  where relative audio paths start (default: here)\n"
    "      --reuse OLD.feat  take rows whose audio is unchanged from there\n"
    "      --records FILE    write the records there, failures marked\n"
    "      --seconds N       measure the first N seconds, 3 to 600 (default "
    "30)\n"
    "  -o, --output FILE     write there instead of to standard output\n"
    "  -j, --jobs N          threads (default: the processors)\n"
    "      --memory SIZE     not used\n"
    "      --max-errors N    fail when more records failed; N or P%\n"
    "      --progress WHEN   auto, always or never\n"
    "  -q, --quiet           no last line\n"
    "  -v, --verbose         say why a record failed\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { SECONDS_MAX = 600 };

struct ctx {
	const char *root, *reuse, *records;
	double seconds;
	struct soundrow sound;
};

struct scratch {
	struct listener *listener;
	struct heard heard;
	struct trackaudio audio;
};

static void *scratch_new(void *ctx)
{
	const struct ctx *c = ctx;
	struct scratch *s = mem_zalloc(1, sizeof(*s));

	s->listener = listener_new(c->seconds);
	return s;
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	listener_free(s->listener);
	heard_release(&s->heard);
	trackaudio_release(&s->audio);
	free(s);
}

static uint64_t digest(void *ctx, void *scratch, const struct record *r)
{
	const struct ctx *c = ctx;

	return trackaudio_digest(&((struct scratch *)scratch)->audio, r,
				 c->root);
}

/* Finds and hears the record's audio: 1, 0 where it names none, -1. */
static int hear(const struct ctx *c, struct scratch *s, const struct record *r,
		unsigned groups, struct err *err)
{
	int rc = trackaudio_find(&s->audio, r, c->root, err), fd;

	if (rc <= 0)
		return rc;
	fd = trackaudio_open(&s->audio, err);
	if (fd < 0)
		return -1;
	rc = listener_hear(s->listener, fd,
			   LISTENER_FEATURES | LISTENER_GROUPS(groups),
			   &s->heard, err);
	close(fd);
	return rc ? -1 : 1;
}

static int measure(void *ctx, void *scratch, struct record *r,
		   struct feat_row *row, struct err *err)
{
	const struct ctx *c = ctx;
	struct scratch *s = scratch;
	int rc = hear(c, s, r, FEATURES_HEARD, err);

	row->status = FEAT_NO_INPUT;
	if (rc == 0)
		return 0;
	if (rc < 0) {
		row->status = strcmp(err->code, "missing")
				  ? (uint8_t)s->heard.status
				  : FEAT_UNREADABLE;
		err->retry = row->status == FEAT_UNREADABLE;
		return -1;
	}
	row->status = (uint8_t)s->heard.status;
	memcpy(row->values, s->heard.values,
	       c->sound.schema.count * sizeof(*row->values));
	soundrow_finish(&c->sound, row);
	return 0;
}

/* Hears only what is missing, and nothing where the descriptors are. Values
 * outlive the sound: where it was given up they stay, without the others. */
static int complete(void *ctx, void *scratch, struct record *r,
		    struct feat_row *row, const uint8_t *taken, struct err *err)
{
	const struct ctx *c = ctx;
	struct scratch *s = scratch;
	unsigned groups = features_lacking(taken) & FEATURES_HEARD;
	int rc = groups ? hear(c, s, r, groups, err) : 0;

	if (rc < 0 && !strcmp(err->code, "missing")) {
		groups = 0;
	} else if (groups && (rc <= 0 || s->heard.status != row->status)) {
		feat_row_clear(row, &c->sound.schema); /* no longer that file */
		return measure(ctx, scratch, r, row, err);
	}
	for (size_t i = 0; groups && i < c->sound.schema.count; i++)
		if (!feat_bit(taken, i))
			row->values[i] = s->heard.values[i];
	soundrow_finish(&c->sound, row);
	return 0;
}

int main(int argc, char **argv)
{
	struct ctx c = { .seconds = FEATURES_SECONDS };
	const struct option_spec specs[] = {
		{ "audio-root", 0, OPTION_TEXT, &c.root, 0, 0 },
		{ "reuse", 0, OPTION_TEXT, &c.reuse, 0, 0 },
		{ "records", 0, OPTION_TEXT, &c.records, 0, 0 },
		{ "seconds", 0, OPTION_REAL, &c.seconds, 0, 0 },
		{ 0 }
	};
	struct options o;
	struct stream s = {
		.options = &o,
		.ctx = &c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.measure = measure,
		.complete = complete,
		.digest = digest,
		.schema = &c.sound.schema,
		.batch = 1,
	};
	int status, first;
	struct err err;

	first = options_parse(&o, "extract-features", usage, specs, argc, argv,
			      &status);
	if (first < 0)
		return status;
	if (c.seconds < FEATURES_SECONDS_MIN || c.seconds > SECONDS_MAX) {
		err_set(&err, ERR_USAGE, "usage",
			"--seconds %g: 3 to %d are "
			"possible",
			c.seconds, SECONDS_MAX);
		return options_fail(&o, &err);
	}
	s.reuse = c.reuse;
	s.records_path = c.records;
	status = soundrow_open(&c.sound, c.seconds, &err)
		     ? options_fail(&o, &err)
		     : stream_run(&s, argv + first, argc - first);
	soundrow_close(&c.sound);
	return status;
}
