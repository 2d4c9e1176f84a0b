/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mood-plot: draw where the tracks of a corpus lie in the mood space.
 *
 * Reads feature files of mood-map, or an index; of records id, title, artist;
 * of an answer query, mood_detected, results. Writes SVG or HTML.
 */
#include <stdlib.h>

#include "corpus/indexpath.h"
#include "corpus/moodplotpage.h"
#include "corpus/moodplotsvg.h"
#include "io/atomic.h"
#include "io/options.h"

static const char usage[] =
    "usage: mood-plot [--tracks FILE]... [--answers FILE] [--html] FEAT ...\n"
    "       mood-plot --index PATH [--answers FILE] [--html]\n"
    "\n"
    "Draws where tracks lie in the mood space: as SVG, or as a page to search "
    "and\n"
    "to zoom into. Reads what mood-map wrote, or an index.\n"
    "\n"
    "      --index PATH     directory of generations or an .idx file\n"
    "      --tracks FILE    records that name the tracks\n"
    "      --answers FILE   what rerank wrote (JSON): the request and its "
    "results\n"
    "                       are drawn, too; - is standard input\n"
    "      --html           a page instead of SVG\n"
    "      --most N         tracks in a page, at most (100000)\n"
    "      --title TEXT     over the picture (\"Mood space\")\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -j, --jobs N         accepted and not needed\n"
    "      --max-errors N   accepted and not needed\n"
    "      --memory SIZE    accepted and not needed\n"
    "      --progress WHEN  accepted and not needed\n"
    "  -q, --quiet          no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { MOST = 100000, MOST_LIMIT = 10000000 };

struct ctx {
	const char *index, *answers, *title;
	struct option_list tracks;
	bool html;
	int most;
	struct moodplot plot;
};

static int check(const struct ctx *c, int operands, struct err *err)
{
	if (c->index && (operands || c->tracks.count))
		return err_set(err, ERR_USAGE, "usage",
			       "an index has moods and names: give --index, or "
			       "feature files and --tracks");
	if (!c->index && !operands)
		return err_set(err, ERR_USAGE, "usage",
			       "nothing to draw; give what mood-map wrote, or "
			       "--index PATH");
	return 0;
}

static int read_all(struct ctx *c, char **files, int count, struct err *err)
{
	struct moodplot *p = &c->plot;
	struct str path = { 0 };
	int rc = 0;

	if (c->index)
		rc = moodplot_add_index(p, indexpath(c->index, &path), err);
	for (int i = 0; !rc && i < count; i++)
		rc = moodplot_add_features(p, files[i], err);
	moodplot_sort(p);
	for (size_t i = 0; !rc && i < c->tracks.count; i++)
		rc = moodplot_name(p, c->tracks.items[i], err);
	if (!rc && c->answers)
		rc = moodplot_ask(p, c->answers, err);
	str_release(&path);
	return rc;
}

static int draw(const struct ctx *c, const struct options *o, struct err *err)
{
	struct str out = { 0 };
	struct atomic *a = NULL;
	int rc;

	rc = c->html ? moodplotpage(&c->plot, span_of(c->title),
				    (size_t)c->most, &out, err)
		     : moodplotsvg(&c->plot, span_of(c->title), &out, err);
	if (!rc) {
		a = atomic_open(o->output, err);
		rc = a ? 0 : -1;
	}
	if (a) {
		fwrite(out.p, 1, out.n, atomic_file(a));
		rc = atomic_commit(a, err);
	}
	str_release(&out);
	return rc;
}

int main(int argc, char **argv)
{
	struct ctx c = { .most = MOST, .title = "Mood space" };
	struct options o = { 0 };
	const struct option_spec specs[] = {
		{ "index", 0, OPTION_TEXT, &c.index, 0, 0 },
		{ "tracks", 0, OPTION_LIST, &c.tracks, 0, 0 },
		{ "answers", 0, OPTION_TEXT, &c.answers, 0, 0 },
		{ "html", 0, OPTION_FLAG, &c.html, 0, 0 },
		{ "most", 0, OPTION_INT, &c.most, 1, MOST_LIMIT },
		{ "title", 0, OPTION_TEXT, &c.title, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status = 0, first;

	first =
	    options_parse(&o, "mood-plot", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (check(&c, argc - first, &err) ||
	    read_all(&c, argv + first, argc - first, &err) ||
	    draw(&c, &o, &err))
		status = options_fail(&o, &err);
	else if (!o.quiet)
		fprintf(stderr, "mood-plot: tracks=%zu without-mood=%llu\n",
			c.plot.count, (unsigned long long)c.plot.passed);
	moodplot_release(&c.plot);
	free(c.tracks.items);
	return status;
}
