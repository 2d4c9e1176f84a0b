/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage that does nothing: what the frame itself costs (make bench), and
 * the subject of the pass-through and malformed-input tests. --set NAME
 * rewrites one member, --fail NAME fails the records that have it.
 */
#include "io/stream.h"

static const char usage[] =
    "Usage: identity [--set NAME] [--fail NAME] [--memo FILE "
    "--previous FILE] [FILE...]\n";

struct ctx {
	const char *set, *fail;
};

static int process(void *ctx, void *scratch, struct record *r, struct err *err)
{
	const struct ctx *c = ctx;

	(void)scratch;
	if (c->fail && record_get(r, c->fail).p)
		return err_set(err, ERR_RECORD, "asked", "it has \"%s\"",
			       c->fail);
	if (c->set)
		record_set_number(r, c->set, 1, 0);
	return 0;
}

int main(int argc, char **argv)
{
	struct ctx ctx = { 0 };
	struct options o;
	struct stream s = { .options = &o, .ctx = &ctx, .process = process };
	const struct option_spec specs[] = {
		{ "set", 0, OPTION_TEXT, &ctx.set, 0, 0 },
		{ "fail", 0, OPTION_TEXT, &ctx.fail, 0, 0 },
		{ "memo", 0, OPTION_TEXT, &s.memo, 0, 0 },
		{ "previous", 0, OPTION_TEXT, &s.previous, 0, 0 },
		{ 0 }
	};
	int status = 0, first;

	first =
	    options_parse(&o, "identity", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	return stream_run(&s, argv + first, argc - first);
}
