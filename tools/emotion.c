/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * emotion: tell what texts feel like, and which words say so.
 *
 * Reads lines of plain text; or, with --fields, the members named there (title,
 * tags, lyrics, description by default; imputed ones too) of records, and adds
 * emotion, and on request themes and targets. The model is a pack of kind
 * "moodnet", or the folder of a transformer with a head.
 */
#include "corpus/emotionstage.h"
#include "io/stream.h"
#include "io/textlines.h"

static const char usage[] =
    "usage: emotion [FILE ...]\n"
    "       emotion --fields NAME[,NAME ...] [FILE ...]\n"
    "\n"
    "Reads lines of text and writes for each an object with what it feels "
    "like:\n"
    "classes, labels, valence, arousal, dominance, and the words that say so. "
    "With\n"
    "--fields reads records and adds that to them.\n"
    "\n"
    "      --fields LIST       members to read, title,description,tags,lyrics\n"
    "      --model MODEL       network of texts (default: "
    "models/emotion.pack), or\n"
    "                          the folder of an encoder with a head\n"
    "      --precision P       of an encoder: f32 (default), bf16 or int8\n"
    "      --themes            add what the text is about, too\n"
    "      --targets           add what music fits, too\n"
    "      --sarcasm-prior P   how common sarcasm is, in (0, 1) (0.02)\n"
    "      --sarcasm-turns P   above this probability of sarcasm valence is\n"
    "                          turned around (0.5)\n"
    "      --memo FILE         with --fields: remember what was done, and "
    "with\n"
    "      --previous FILE     the earlier output, do only what is new\n"
    "  -o, --output FILE       write there instead of to standard output\n"
    "  -j, --jobs N            threads (default: the processors)\n"
    "      --max-errors N      fail when more records failed; N or P%\n"
    "      --progress WHEN     auto, always or never\n"
    "  -q, --quiet             no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	struct emotionstage_options options;
	struct emotionstage *stage;
};

static void *scratch_new(void *ctx)
{
	const struct ctx *c = ctx;

	return emotionstage_work_new(c->stage);
}

static void scratch_free(void *scratch)
{
	emotionstage_work_free(scratch);
}

static void process_line(void *ctx, void *scratch, struct span line,
			 struct str *out)
{
	const struct ctx *c = ctx;

	emotionstage_line(c->stage, scratch, line, out);
}

static int process(void *ctx, void *scratch, struct record *r, struct err *err)
{
	const struct ctx *c = ctx;

	return emotionstage_record(c->stage, scratch, r, err);
}

static int set_up(struct ctx *c, const struct stream *s, struct err *err)
{
	if (!c->options.fields && (s->memo || s->previous))
		return err_set(err, ERR_USAGE, "usage",
			       "--memo and --previous go with --fields");
	c->stage = emotionstage_open(&c->options, err);
	return c->stage ? 0 : -1;
}

static int run(struct ctx *c, struct stream *s, char **files, int nfiles)
{
	const struct textlines plain = {
		.options = s->options,
		.ctx = c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.process = process_line,
	};

	if (!c->options.fields)
		return textlines_run(&plain, files, nfiles);
	emotionstage_recipe(c->stage, s->recipe);
	return stream_run(s, files, nfiles);
}

int main(int argc, char **argv)
{
	struct ctx c = { .options = { .emotion = emotion_defaults } };
	struct emotionstage_options *given = &c.options;
	struct options o = { 0 };
	struct stream s = {
		.options = &o,
		.ctx = &c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.process = process,
	};
	const struct option_spec specs[] = {
		{ "fields", 0, OPTION_TEXT, &given->fields, 0, 0 },
		{ "model", 0, OPTION_TEXT, &given->model, 0, 0 },
		{ "precision", 0, OPTION_TEXT, &given->precision, 0, 0 },
		{ "themes", 0, OPTION_FLAG, &given->themes, 0, 0 },
		{ "targets", 0, OPTION_FLAG, &given->targets, 0, 0 },
		{ "sarcasm-prior", 0, OPTION_REAL,
		  &given->emotion.sarcasm_prior, 0, 0 },
		{ "sarcasm-turns", 0, OPTION_REAL,
		  &given->emotion.sarcasm_turns, 0, 0 },
		{ "memo", 0, OPTION_TEXT, &s.memo, 0, 0 },
		{ "previous", 0, OPTION_TEXT, &s.previous, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first;

	first = options_parse(&o, "emotion", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (set_up(&c, &s, &err))
		status = options_fail(&o, &err);
	else
		status = run(&c, &s, argv + first, argc - first);
	emotionstage_close(c.stage);
	return status;
}
