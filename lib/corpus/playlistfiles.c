/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/playlistfiles.h"

#include <math.h>

#include "base/percent.h"
#include "corpus/playlist.h"
#include "corpus/playlistpath.h"
#include "corpus/why.h"
#include "io/json.h"

#define NAMESPACE "urn:x-moodpipe:" /* of ids and of what meta says */

/* A track's seconds; below 0: not known. */
static double seconds_of(const struct answer *a, const struct answer_track *t)
{
	const float *at = a->g->duration + t->s->row;
	float seconds, room;

	memcpy(&seconds, generation_look(a->g, at, sizeof(seconds), &room),
	       sizeof(seconds));
	return seconds > 0 && seconds < 1e7F ? (double)seconds : -1;
}

/* The next that can be played, from *rank on: 1, 0 at the end. */
static int next_track(const struct answer *a, size_t *rank,
		      struct answer_track *t, struct err *err)
{
	while (*rank < a->count) {
		if (answer_track(a, (*rank)++, t, err))
			return -1;
		if (t->text[CATALOGUE_URL].n)
			return 1;
	}
	return 0;
}

/* --- M3U --- */

int playlistfiles_m3u(const struct answer *a, size_t number, struct span dir,
		      struct str *out, struct err *err)
{
	struct answer_track t;
	size_t rank = 0;
	int got;

	if (number == 1)
		str_puts(out, "#EXTM3U\n");
	str_puts(out, "#PLAYLIST:");
	playlist_put_title(a, out);
	str_putc(out, '\n');
	str_puts(out, "# ");
	if (playlist_put_note(a, out))
		str_putc(out, '\n');
	else
		out->n -= 2;
	while ((got = next_track(a, &rank, &t, err)) > 0) {
		double seconds = seconds_of(a, &t);

		str_puts(out, "#EXTINF:");
		str_fixed(out, seconds < 0 ? -1 : round(seconds), 0);
		str_putc(out, ',');
		playlist_put_name(&t, out);
		str_putc(out, '\n');
		playlistpath_plain(dir, t.text[CATALOGUE_URL], out);
		str_putc(out, '\n');
	}
	return got;
}

/* --- XSPF and JSPF, of the same facts --- */

enum fact {
	FACT_LOCATION,
	FACT_IDENTIFIER,
	FACT_TITLE,
	FACT_CREATOR,
	FACT_ANNOTATION,
	FACT_DURATION, /* milliseconds */
	FACT_META,     /* what follows has a name of ours */
	FACT_SCORE = FACT_META,
	FACT_STATION,
	FACT_GENERATION,
	FACTS
};

static const char *const names[FACTS] = {
	"location", "identifier", "title",   "creator",   "annotation",
	"duration", "score",      "station", "generation"
};

struct facts { /* empty: absent */
	struct str of[FACTS];
};

static void release(struct facts *f)
{
	for (int i = 0; i < FACTS; i++)
		str_release(&f->of[i]);
}

static void track_facts(const struct answer *a, const struct answer_track *t,
			struct span dir, struct facts *f)
{
	double seconds = seconds_of(a, t);
	struct str why = { 0 };

	for (int i = 0; i < FACTS; i++)
		str_reset(&f->of[i]);
	playlistpath_uri(dir, t->text[CATALOGUE_URL], &f->of[FACT_LOCATION]);
	str_puts(&f->of[FACT_IDENTIFIER], NAMESPACE);
	percent_encode(t->text[CATALOGUE_ID], "", &f->of[FACT_IDENTIFIER]);
	playlist_mask(t->text[CATALOGUE_TITLE], &f->of[FACT_TITLE]);
	playlist_mask(t->text[CATALOGUE_ARTIST], &f->of[FACT_CREATOR]);
	if (a->why)
		why_put(a->why, a, t, &why);
	playlist_mask(span_str(&why), &f->of[FACT_ANNOTATION]);
	if (seconds > 0)
		str_fixed(&f->of[FACT_DURATION], round(1e3 * seconds), 0);
	str_fixed(&f->of[FACT_SCORE], (double)t->s->score, 6);
	if (t->stop)
		playlist_mask(t->stop->station, &f->of[FACT_STATION]);
	str_release(&why);
}

static void list_facts(const struct answer *a, struct facts *f)
{
	playlist_put_title(a, &f->of[FACT_TITLE]);
	str_puts(&f->of[FACT_CREATOR], "moodpipe");
	playlist_put_note(a, &f->of[FACT_ANNOTATION]);
	str_puts(&f->of[FACT_GENERATION], a->c->generation);
}

/* Masked text; what is left of what XML 1.0 has no place for are U+FFFE and
 * U+FFFF. */
static void put_escaped(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.n - i >= 3 && (!memcmp(s.p + i, "\xef\xbf\xbe", 3) ||
				     !memcmp(s.p + i, "\xef\xbf\xbf", 3))) {
			str_puts(out, "\xef\xbf\xbd");
			i += 2;
		} else if (s.p[i] == '&') {
			str_puts(out, "&amp;");
		} else if (s.p[i] == '<') {
			str_puts(out, "&lt;");
		} else if (s.p[i] == '>') {
			str_puts(out, "&gt;");
		} else {
			str_putc(out, s.p[i]);
		}
	}
}

static void put_elements(struct str *out, const char *indent,
			 const struct facts *f)
{
	for (int i = 0; i < FACTS; i++) {
		if (!f->of[i].n)
			continue;
		str_puts(out, indent);
		if (i < FACT_META)
			str_printf(out, "<%s>", names[i]);
		else
			str_printf(out, "<meta rel=\"%s%s\">", NAMESPACE,
				   names[i]);
		put_escaped(out, span_str(&f->of[i]));
		str_printf(out, "</%s>\n", i < FACT_META ? names[i] : "meta");
	}
}

int playlistfiles_xspf(const struct answer *a, struct span dir, struct str *out,
		       struct err *err)
{
	struct facts f = { 0 };
	struct answer_track t;
	size_t rank = 0;
	int got;

	str_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<playlist version=\"1\" "
		      "xmlns=\"http://xspf.org/ns/0/\">\n");
	list_facts(a, &f);
	put_elements(out, "  ", &f);
	str_puts(out, "  <trackList>\n");
	while ((got = next_track(a, &rank, &t, err)) > 0) {
		track_facts(a, &t, dir, &f);
		str_puts(out, "    <track>\n");
		put_elements(out, "      ", &f);
		str_puts(out, "    </track>\n");
	}
	str_puts(out, "  </trackList>\n</playlist>\n");
	release(&f);
	return got;
}

static void put_member(struct str *out, const char *name)
{
	if (out->p[out->n - 1] != '{')
		str_putc(out, ',');
	str_printf(out, "\"%s\":", name);
}

/* The members without the object's braces. */
static void put_members(struct str *out, const struct facts *f)
{
	const char *before = "";

	for (int i = 0; i < FACT_META; i++) {
		bool list = i == FACT_LOCATION || i == FACT_IDENTIFIER;

		if (!f->of[i].n)
			continue;
		put_member(out, names[i]);
		if (list)
			str_putc(out, '[');
		if (i == FACT_DURATION)
			str_span(out, span_str(&f->of[i]));
		else
			json_put_string(out, span_str(&f->of[i]));
		if (list)
			str_putc(out, ']');
	}
	put_member(out, "meta");
	str_putc(out, '[');
	for (int i = FACT_META; i < FACTS; i++) {
		if (!f->of[i].n)
			continue;
		str_printf(out, "%s{\"%s%s\":", before, NAMESPACE, names[i]);
		json_put_string(out, span_str(&f->of[i]));
		str_putc(out, '}');
		before = ",";
	}
	str_putc(out, ']');
}

int playlistfiles_jspf(const struct answer *a, struct span dir, struct str *out,
		       struct err *err)
{
	struct facts f = { 0 };
	struct answer_track t;
	size_t rank = 0, first = 0;
	int got;

	str_puts(out, "{\"playlist\":{");
	list_facts(a, &f);
	put_members(out, &f);
	str_puts(out, ",\"track\":[");
	first = out->n;
	while ((got = next_track(a, &rank, &t, err)) > 0) {
		track_facts(a, &t, dir, &f);
		str_puts(out, out->n == first ? "\n  {" : ",\n  {");
		put_members(out, &f);
		str_putc(out, '}');
	}
	str_puts(out, "]}}\n");
	release(&f);
	return got;
}
