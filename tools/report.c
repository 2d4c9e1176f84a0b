/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report: sum up a corpus, for people, programs and monitoring.
 *
 * Reads records as a build leaves them, rows of impute audio and mood-map, and
 * counts lines of what ingest and dedupe listed. Adds nothing. Artifacts: the
 * summary in the forms asked for; the tracks seen, for the next one.
 */
#include <stdlib.h>

#include "corpus/reportpage.h"
#include "corpus/overview.h"
#include "io/atomic.h"
#include "io/options.h"
#include "io/window.h"

static const char usage[] =
    "usage: report [--sound FEAT]... [--mood FEAT]... [FILE ...]\n"
    "\n"
    "Sums up records, as a build leaves them, as one JSON object.\n"
    "\n"
    "      --sound FEAT     rows of impute audio\n"
    "      --mood FEAT      rows of mood-map\n"
    "      --heard FEAT     rows of extract-features: what it could read\n"
    "      --errors FILE    records of a stage that notes errors in them\n"
    "      --rejects FILE   rows that ingest refused\n"
    "      --slowest FILE   what took longest, as $MOODPIPE_SLOWEST had it\n"
    "      --sound-model FILE  model of impute audio: how right guesses are\n"
    "      --vectors FEAT   rows of embed audio: neighbours by sound (page)\n"
    "      --merged FILE    rows that it merged\n"
    "      --joined FILE    recordings that dedupe joined\n"
    "      --survival FILE  what linkcheck --report told (page)\n"
    "      --seen FILE      tracks of the summary before; those of this one\n"
    "                       take their place\n"
    "      --text FILE      write lines for people there, too\n"
    "      --metrics FILE   and metrics for Prometheus' textfile collector\n"
    "      --html FILE      and a page\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -q, --quiet          no last line\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	struct option_list sound, mood, heard, errors, slowest, vectors;
	const char *rejects, *merged, *joined, *survival, *seen, *sound_model;
	const char *text, *metrics, *html;
	struct overview summary;
};

static int count_lines(const char *path, uint64_t *n, struct err *err)
{
	struct input *in;
	struct window w;
	struct span line;
	bool cut;
	int got;

	if (!path)
		return 0;
	in = input_open(path, err);
	if (!in)
		return -1;
	window_init(&w, in);
	while ((got = window_line(&w, 1 << 20, &line, &cut, err)) == 1)
		++*n;
	window_release(&w);
	input_close(in);
	return got;
}

static int read_all(struct ctx *c, char **files, int count, struct err *err)
{
	struct overview *s = &c->summary;
	static char dash[] = "-";
	char *standard[] = { dash };
	int rc = c->seen ? overview_before(s, c->seen, err) : 0;

	for (size_t i = 0; !rc && i < c->slowest.count; i++)
		rc = overview_slow(s, c->slowest.items[i], err);
	if (!rc && c->sound_model)
		rc = overview_sound_model(s, c->sound_model, err);
	if (!rc && c->rejects)
		rc = overview_rejects(s, c->rejects, err);
	if (!count) {
		files = standard;
		count = 1;
	}
	for (int i = 0; !rc && i < count; i++)
		rc = overview_records(s, files[i], err);
	for (size_t i = 0; !rc && i < c->sound.count; i++)
		rc = overview_sound(s, c->sound.items[i], err);
	for (size_t i = 0; !rc && i < c->mood.count; i++)
		rc = overview_moods(s, c->mood.items[i], err);
	for (size_t i = 0; !rc && i < c->heard.count; i++)
		rc = overview_heard(s, c->heard.items[i], err);
	for (size_t i = 0; !rc && i < c->errors.count; i++)
		rc = overview_errors(s, c->errors.items[i], err);
	if (rc || count_lines(c->merged, &s->merged, err) ||
	    count_lines(c->joined, &s->joined, err))
		return -1;
	overview_end(s);
	return 0;
}

static int put(const char *path, const struct str *text, struct err *err)
{
	struct atomic *a = atomic_open(path, err);

	if (!a)
		return -1;
	fwrite(text->p, 1, text->n, atomic_file(a));
	return atomic_commit(a, err);
}

static int put_form(const char *path,
		    void (*form)(const struct overview *, struct str *),
		    const struct overview *s, struct err *err)
{
	struct str out = { 0 };
	int rc;

	form(s, &out);
	rc = put(path, &out, err);
	str_release(&out);
	return rc;
}

static int put_page(const struct ctx *c, char **files, int count,
		    struct err *err)
{
	struct str out = { 0 };
	struct reportpage page = { .summary = &c->summary,
				   .survival = c->survival,
				   .moods = c->mood,
				   .vectors = c->vectors,
				   .records = files,
				   .record_count = count };
	int rc = reportpage(&page, &out, err);

	if (!rc)
		rc = put(c->html, &out, err);
	str_release(&out);
	return rc;
}

/* What was seen comes last: killed before, the next report says it again. */
static int write_all(const struct ctx *c, const struct options *o, char **files,
		     int count, struct err *err)
{
	struct atomic *a;

	if ((c->text && put_form(c->text, overview_text, &c->summary, err)) ||
	    (c->metrics &&
	     put_form(c->metrics, overview_metrics, &c->summary, err)) ||
	    (c->html && put_page(c, files, count, err)) ||
	    put_form(o->output, overview_json, &c->summary, err))
		return -1;
	if (!c->seen)
		return 0;
	a = atomic_open(c->seen, err);
	if (!a)
		return -1;
	if (overview_write_tracks(&c->summary, atomic_file(a), err)) {
		atomic_abort(a);
		return -1;
	}
	return atomic_commit(a, err);
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct options o = { 0 };
	const struct option_spec specs[] = {
		{ "sound", 0, OPTION_LIST, &c.sound, 0, 0 },
		{ "mood", 0, OPTION_LIST, &c.mood, 0, 0 },
		{ "heard", 0, OPTION_LIST, &c.heard, 0, 0 },
		{ "errors", 0, OPTION_LIST, &c.errors, 0, 0 },
		{ "slowest", 0, OPTION_LIST, &c.slowest, 0, 0 },
		{ "vectors", 0, OPTION_LIST, &c.vectors, 0, 0 },
		{ "sound-model", 0, OPTION_TEXT, &c.sound_model, 0, 0 },
		{ "rejects", 0, OPTION_TEXT, &c.rejects, 0, 0 },
		{ "merged", 0, OPTION_TEXT, &c.merged, 0, 0 },
		{ "joined", 0, OPTION_TEXT, &c.joined, 0, 0 },
		{ "survival", 0, OPTION_TEXT, &c.survival, 0, 0 },
		{ "seen", 0, OPTION_TEXT, &c.seen, 0, 0 },
		{ "text", 0, OPTION_TEXT, &c.text, 0, 0 },
		{ "metrics", 0, OPTION_TEXT, &c.metrics, 0, 0 },
		{ "html", 0, OPTION_TEXT, &c.html, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status = 0, first;

	first = options_parse(&o, "report", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (read_all(&c, argv + first, argc - first, &err) ||
	    write_all(&c, &o, argv + first, argc - first, &err))
		status = options_fail(&o, &err);
	else if (!o.quiet)
		fprintf(stderr, "report: tracks=%llu\n",
			(unsigned long long)c.summary.records);
	overview_release(&c.summary);
	free(c.sound.items);
	free(c.mood.items);
	free(c.heard.items);
	free(c.errors.items);
	free(c.slowest.items);
	free(c.vectors.items);
	return status;
}
