/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fingerprint: tell recordings by their sound, however they were encoded.
 *
 * Reads audio{path}. Adds fingerprint.
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "audio/listener.h"
#include "audio/print.h"
#include "base/mem.h"
#include "corpus/trackaudio.h"
#include "io/json.h"
#include "io/stream.h"
#include "learn/recipe.h"

static const char usage[] =
    "usage: fingerprint [--audio-root DIR] [--seconds N] [FILE ...]\n"
    "\n"
    "Adds Chromaprint's fingerprint of the audio that records name, and how "
    "long\n"
    "it is. A record whose audio cannot be heard is left without.\n"
    "\n"
    "      --audio-root DIR  where relative audio paths start (default: here)\n"
    "      --seconds N       listen to the first N seconds, 10 to 600 "
    "(default 120)\n"
    "      --memo FILE       remember what was done, and with\n"
    "      --previous FILE   the earlier output, do only what is new\n"
    "  -o, --output FILE     write there instead of to standard output\n"
    "  -j, --jobs N          threads (default: the processors)\n"
    "      --memory SIZE     not used\n"
    "      --max-errors N    fail when more records failed; N or P%\n"
    "      --progress WHEN   auto, always or never\n"
    "  -q, --quiet           no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { SECONDS_MIN = 10, SECONDS_MAX = 600 };

struct ctx {
	const struct options *options;
	const char *root;
	int seconds;
};

struct scratch {
	struct listener *listener;
	struct heard heard;
	struct trackaudio audio;
	struct str text;
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
	str_release(&s->text);
	free(s);
}

/* {"print":"...","length":seconds}: of the whole file where it says how long
 * it is, else of what was decoded. A print is base64: nothing to escape. */
static void add(struct scratch *s, struct record *r)
{
	const struct heard *h = &s->heard;

	str_reset(&s->text);
	str_puts(&s->text, "{\"print\":\"");
	str_span(&s->text, span_str(&h->print));
	str_puts(&s->text, "\",\"length\":");
	str_fixed(&s->text, isnan(h->length) ? h->seconds : h->length, 2);
	str_putc(&s->text, '}');
	record_set(r, "fingerprint", span_str(&s->text));
}

static int process(void *ctx, void *scratch, struct record *r, struct err *err)
{
	const struct ctx *c = ctx;
	struct scratch *s = scratch;
	int fd, rc = trackaudio_find(&s->audio, r, c->root, err);

	record_remove(r, "fingerprint");
	if (rc == 0)
		return 0;
	fd = rc > 0 ? trackaudio_open(&s->audio, err) : -1;
	rc = -1;
	if (fd >= 0) {
		rc = listener_hear(s->listener, fd, LISTENER_PRINT, &s->heard,
				   err);
		close(fd);
	}
	if (rc == 0 && s->heard.print.n)
		add(s, r);
	/* extract-features says what is wrong with a file. */
	return rc < 0 && err->status > ERR_RECORD ? -1 : 0;
}

static uint64_t digest(void *ctx, void *scratch, const struct record *r)
{
	const struct ctx *c = ctx;
	struct trackaudio *a = &((struct scratch *)scratch)->audio;

	if (trackaudio_find(a, r, c->root, NULL) <= 0 || !a->sha256.n)
		return 0;
	return hash_u64(a->sha256.p, a->sha256.n);
}

/* Also where the file is gone by now. */
static bool adopt(void *ctx, void *scratch, struct record *r,
		  const struct record *before)
{
	struct span print = record_get(before, "fingerprint");

	(void)ctx;
	(void)scratch;
	if (json_type(print) != JSON_OBJECT)
		return false;
	record_set(r, "fingerprint", print);
	return true;
}

int main(int argc, char **argv)
{
	struct ctx c = { .seconds = 120 };
	struct options o;
	struct stream s = {
		.options = &o,
		.ctx = &c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.process = process,
		.digest = digest,
		.adopt = adopt,
		.batch = 1,
	};
	const struct option_spec specs[] = {
		{ "audio-root", 0, OPTION_TEXT, &c.root, 0, 0 },
		{ "seconds", 0, OPTION_INT, &c.seconds, SECONDS_MIN,
		  SECONDS_MAX },
		{ "memo", 0, OPTION_TEXT, &s.memo, 0, 0 },
		{ "previous", 0, OPTION_TEXT, &s.previous, 0, 0 },
		{ 0 }
	};
	struct str parameters = { 0 };
	int status, first;

	first =
	    options_parse(&o, "fingerprint", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	str_printf(&parameters, "print=%s seconds=%d", PRINT_VERSION,
		   c.seconds);
	recipe_make("fingerprint/1", str_z(&parameters), NULL, s.recipe);
	str_release(&parameters);
	return stream_run(&s, argv + first, argc - first);
}
