/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodplotsvg.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/moodcontour.h"
#include "corpus/moodmarks.h"
#include "corpus/moodtemplate.h"

/* The square of the space in data/mood-plot.svg; the list beside it. */
#define LEFT 76.0
#define TOP 112.0
#define EDGE 640.0
#define WIDTH 752
#define LIST_LEFT 752.0
#define LIST_WIDTH 368
#define LIST_TOP 150.0
#define LIST_STEP 24.0
#define MARK 20.0 /* diameter of an answer's, with air */

enum { LINE_COLUMNS = 44, QUERY_COLUMNS = 36 };

/* Shares of the weight that the bands hold, and the places of their legend. */
static const double shares[] = { 0.95, 0.8, 0.6, 0.4, 0.2, 0.05 };
enum { BANDS = sizeof(shares) / sizeof(*shares) };
#define LEGEND_LEFT 476.0
#define LEGEND_STEP 40.0
#define LEGEND_TOP 62.0

enum part {
	TITLE,
	ABOUT,
	CAPTION,
	PICTURE_WIDTH,
	BAND,
	LEGEND,
	DOTS,
	SHARE1,
	SHARE2,
	SHARE3,
	SHARE4,
	ASKED,
	LIST,
	PARTS
};
static const char *const part_names[PARTS] = {
	"title",  "about",  "caption", "width",  "bands", "legend", "dots",
	"share1", "share2", "share3",  "share4", "asked", "list"
};

static double x_of(double valence)
{
	return LEFT + (valence + 1) / 2 * EDGE;
}

static double y_of(double arousal)
{
	return TOP + (1 - arousal) / 2 * EDGE;
}

/* name="value" with one decimal */
static void put_at(struct str *out, const char *name, double v)
{
	str_printf(out, " %s=\"", name);
	str_fixed(out, v, 1);
	str_putc(out, '"');
}

/* 1234567 as 1,234,567 */
static void put_count(struct str *out, uint64_t n)
{
	if (n >= 1000) {
		put_count(out, n / 1000);
		str_printf(out, ",%03u", (unsigned)(n % 1000));
	} else {
		str_u64(out, n);
	}
}

static void put_bands(const struct moodplot *p, struct str *bands,
		      struct str *legend)
{
	struct moodcontour *c = mem_zalloc(1, sizeof(*c));

	for (size_t i = 0; i < p->count; i++) {
		const struct moodplot_track *t = &p->tracks[i];

		moodcontour_add(c, (double)t->valence, (double)t->arousal,
				(double)t->confidence);
	}
	moodcontour_smooth(c);
	for (int i = 0; i < BANDS && c->all > 0; i++) {
		str_printf(bands, "<path class=\"b%d\" d=\"", i + 1);
		moodcontour_path(c, moodcontour_level(c, shares[i]), LEFT,
				 TOP + EDGE, EDGE, bands);
		str_puts(bands, "\"/>\n");
	}
	for (int i = 0; i < BANDS; i++) {
		double x = LEGEND_LEFT + i * LEGEND_STEP;

		str_printf(legend, "<rect class=\"b%d\"", i + 1);
		put_at(legend, "x", x);
		put_at(legend, "y", LEGEND_TOP);
		put_at(legend, "width", LEGEND_STEP);
		str_puts(legend, " height=\"8\"/><text class=\"tick mid\"");
		put_at(legend, "x", x + LEGEND_STEP / 2);
		put_at(legend, "y", LEGEND_TOP + 22);
		str_printf(legend, ">%d%%</text>\n", (int)(100 * shares[i]));
	}
	free(c);
}

static void put_dots(const struct moodplot *p, struct str *out)
{
	if (!p->count || p->count > MOODPLOTSVG_DOTS)
		return;
	str_puts(out, "<path class=\"dots\" d=\"");
	for (size_t i = 0; i < p->count; i++) {
		str_putc(out, 'M');
		str_fixed(out, x_of((double)p->tracks[i].valence), 1);
		str_putc(out, ' ');
		str_fixed(out, y_of((double)p->tracks[i].arousal), 1);
		str_puts(out, "h0");
	}
	str_puts(out, "\"/>\n");
}

static void put_shares(const struct moodplot *p, struct str parts[PARTS])
{
	uint64_t counts[4] = { 0 };

	for (size_t i = 0; i < p->count; i++)
		counts[moodplot_quadrant((double)p->tracks[i].valence,
					 (double)p->tracks[i].arousal)]++;
	for (int q = 0; q < 4; q++)
		str_printf(&parts[SHARE1 + q], "%d%%",
			   p->count ? (int)lround(100 * (double)counts[q] /
						  (double)p->count)
				    : 0);
}

static void put_line(struct str *out, double x1, double y1, double x2,
		     double y2)
{
	str_puts(out, "<line class=\"lead\"");
	put_at(out, "x1", x1);
	put_at(out, "y1", y1);
	put_at(out, "x2", x2);
	put_at(out, "y2", y2);
	str_puts(out, "/>\n");
}

static void put_mark(struct str *out, const struct moodmark *m, double rank)
{
	double x = m->at_x - m->x, y = m->at_y - m->y;

	if (x * x + y * y > 9)
		put_line(out, m->x, m->y, m->at_x, m->at_y);
	str_puts(out, "<circle class=\"mark\" r=\"9\"");
	put_at(out, "cx", m->at_x);
	put_at(out, "cy", m->at_y);
	str_puts(out, "/><text class=\"number\"");
	put_at(out, "x", m->at_x);
	put_at(out, "y", m->at_y + 3.6);
	str_putc(out, '>');
	str_fixed(out, rank, 0);
	str_puts(out, "</text>\n");
}

static void put_cross(struct str *out, double x, double y)
{
	for (int i = 0; i < 2; i++) {
		str_printf(out, "<path class=\"%s\" d=\"M",
			   i ? "cross" : "halo");
		str_fixed(out, x, 1);
		str_putc(out, ' ');
		str_fixed(out, y, 1);
		str_puts(out, "m-11 0h22m-11-11v22\"/>\n");
	}
}

static size_t shown(const struct moodplot *p)
{
	return p->answer_count < MOODPLOTSVG_ANSWERS ? p->answer_count
						     : MOODPLOTSVG_ANSWERS;
}

static void put_asked(const struct moodplot *p, struct str *out)
{
	static const double low[2] = { LEFT + MARK / 2, TOP + MARK / 2 };
	static const double high[2] = { LEFT + EDGE - MARK / 2,
					TOP + EDGE - MARK / 2 };
	struct moodmark marks[MOODPLOTSVG_ANSWERS + 1];
	double ranks[MOODPLOTSVG_ANSWERS + 1] = { 0 };
	size_t n = 0;

	if (p->placed)
		marks[n++] = (struct moodmark){ .x = x_of(p->valence),
						.y = y_of(p->arousal),
						.fixed = true };
	for (size_t i = 0; i < shown(p); i++) {
		const struct moodplot_answer *a = &p->answers[i];

		if (!a->placed)
			continue;
		ranks[n] = a->rank;
		marks[n++] = (struct moodmark){ .x = x_of(a->valence),
						.y = y_of(a->arousal) };
	}
	moodmarks_place(marks, n, MARK, low, high);
	for (size_t i = n; i-- > 0;) /* the best on top */
		if (!marks[i].fixed)
			put_mark(out, &marks[i], ranks[i]);
	if (p->placed)
		put_cross(out, marks[0].x, marks[0].y);
}

static void put_text(struct str *out, const char *class, double x, double y,
		     struct span text, unsigned columns)
{
	struct str cut = { 0 };

	str_printf(out, "<text class=\"%s\"", class);
	put_at(out, "x", x);
	put_at(out, "y", y);
	str_putc(out, '>');
	moodtemplate_cut(&cut, text, columns);
	moodtemplate_xml(out, span_str(&cut));
	str_puts(out, "</text>\n");
	str_release(&cut);
}

/* "Title  Artist", the artist paler. */
static void put_entry(struct str *out, const struct moodplot_answer *a,
		      double y)
{
	struct str title = { 0 }, artist = { 0 };
	struct span none = SPAN("(no title)");

	moodtemplate_cut(&title, a->title.n ? span_str(&a->title) : none,
			 a->artist.n ? LINE_COLUMNS * 3 / 5 : LINE_COLUMNS);
	moodtemplate_cut(&artist, span_str(&a->artist), LINE_COLUMNS * 2 / 5);
	str_puts(out, "<text class=\"rank\"");
	put_at(out, "x", LIST_LEFT + 18);
	put_at(out, "y", y);
	str_putc(out, '>');
	str_fixed(out, a->rank, 0);
	str_puts(out, "</text><text class=\"entry\"");
	put_at(out, "x", LIST_LEFT + 28);
	put_at(out, "y", y);
	str_putc(out, '>');
	moodtemplate_xml(out, span_str(&title));
	str_puts(out, "<tspan class=\"artist\" dx=\"7\">");
	moodtemplate_xml(out, span_str(&artist));
	str_puts(out, a->placed ? "</tspan></text>\n"
				: "</tspan><tspan class=\"artist\" dx=\"7\">"
				  "(mood unknown)</tspan></text>\n");
	str_release(&title);
	str_release(&artist);
}

static void put_list(const struct moodplot *p, struct str *out)
{
	if (!p->asked)
		return;
	put_cross(out, LIST_LEFT + 12, TOP + 8);
	put_text(out, "asked", LIST_LEFT + 32, TOP + 14, span_str(&p->query),
		 QUERY_COLUMNS);
	for (size_t i = 0; i < shown(p); i++)
		put_entry(out, &p->answers[i],
			  LIST_TOP + (double)(i + 1) * LIST_STEP - 8);
	if (!p->answer_count)
		put_text(out, "artist", LIST_LEFT + 28,
			 LIST_TOP + LIST_STEP - 8, SPAN("No results"),
			 LINE_COLUMNS);
}

static void put_words(const struct moodplot *p, struct span title,
		      struct str parts[PARTS])
{
	moodtemplate_xml(&parts[TITLE], title);
	put_count(&parts[CAPTION], p->count);
	str_puts(&parts[CAPTION], p->count == 1 ? " track" : " tracks");
	if (p->passed) {
		str_puts(&parts[CAPTION], ", ");
		put_count(&parts[CAPTION], p->passed);
		str_puts(&parts[CAPTION], " more of unknown mood");
	}
	str_span(&parts[ABOUT], span_str(&parts[CAPTION]));
	if (p->asked) {
		str_puts(&parts[ABOUT], "; asked for: ");
		moodtemplate_xml(&parts[ABOUT], span_str(&p->query));
	}
	str_u64(&parts[PICTURE_WIDTH], p->asked ? WIDTH + LIST_WIDTH : WIDTH);
}

int moodplotsvg(const struct moodplot *p, struct span title, struct str *out,
		struct err *err)
{
	struct moodtemplate_value values[PARTS + 1] = { 0 };
	struct str parts[PARTS] = { 0 };
	int rc;

	put_words(p, title, parts);
	put_bands(p, &parts[BAND], &parts[LEGEND]);
	put_dots(p, &parts[DOTS]);
	put_shares(p, parts);
	put_asked(p, &parts[ASKED]);
	put_list(p, &parts[LIST]);
	for (int i = 0; i < PARTS; i++)
		values[i] = (struct moodtemplate_value){ part_names[i],
							 span_str(&parts[i]) };
	rc = moodtemplate_fill("mood-plot.svg", NULL, values, out, err);
	for (int i = 0; i < PARTS; i++)
		str_release(&parts[i]);
	return rc;
}
