/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodplotpage.h"

#include <math.h>

#include "base/base64.h"
#include "base/table.h"
#include "corpus/moodtemplate.h"

enum { NO_DOMINANCE = -32768, SCALE = 32767 };

/* A JSON string of base64. */
static void put_base64(struct str *out, const struct str *bytes)
{
	str_putc(out, '"');
	base64_encode(span_str(bytes), out);
	str_putc(out, '"');
}

static void put_i16(struct str *bytes, float v)
{
	int n = isfinite(v) ? (int)lround((double)v * SCALE) : NO_DOMINANCE;

	str_putc(bytes, (char)(n & 255));
	str_putc(bytes, (char)(n >> 8 & 255));
}

/* "x":base64 of one number of every track */
static void put_numbers(const struct moodplot *p, size_t count, struct str *out)
{
	static const char *const names[] = { "v", "a", "d", "c" };
	struct str bytes = { 0 };

	for (int axis = 0; axis < 4; axis++) {
		str_reset(&bytes);
		for (size_t i = 0; i < count; i++) {
			const struct moodplot_track *t = &p->tracks[i];
			const float of[] = { t->valence, t->arousal,
					     t->dominance, t->confidence };

			put_i16(&bytes, of[axis]);
		}
		str_printf(out, "\"%s\":", names[axis]);
		put_base64(out, &bytes);
		str_puts(out, ",\n");
	}
	str_release(&bytes);
}

/* "s":base64 of MOODPLOT_SOUND bytes of every track, or null */
static void put_sound(const struct moodplot *p, size_t count, struct str *out)
{
	str_puts(out, "\"s\":");
	if (p->sound) {
		str_putc(out, '"');
		base64_encode((struct span){ (const char *)p->sound,
					     count * MOODPLOT_SOUND },
			      out);
		str_putc(out, '"');
	} else {
		str_puts(out, "null");
	}
	str_puts(out, ",\n");
}

static struct span name(const struct moodplot *p, size_t at, uint32_t n)
{
	return n ? (struct span){ p->names.p + at, n } : SPAN("");
}

static void put_titles(const struct moodplot *p, size_t count, struct str *out)
{
	str_puts(out, "\"titles\":[");
	for (size_t i = 0; i < count; i++) {
		const struct moodplot_track *t = &p->tracks[i];

		str_puts(out, i ? ",\n" : "\n");
		moodtemplate_json(out, name(p, t->title, t->title_n));
	}
	str_puts(out, "],\n");
}

/* Each artist once, and who made what: 32-bit numbers. */
static void put_artists(const struct moodplot *p, size_t count, struct str *out)
{
	struct table seen = { 0 };
	struct str which = { 0 };

	str_puts(out, "\"artists\":[");
	for (size_t i = 0; i < count; i++) {
		const struct moodplot_track *t = &p->tracks[i];
		struct span s = name(p, t->artist, t->artist_n);
		uint64_t *n = table_put(&seen, s);

		if (!*n) {
			*n = seen.count;
			str_puts(out, *n > 1 ? ",\n" : "\n");
			moodtemplate_json(out, s);
		}
		for (int b = 0; b < 4; b++)
			str_putc(&which, (char)((*n - 1) >> 8 * b & 255));
	}
	str_puts(out, "],\n\"by\":");
	put_base64(out, &which);
	table_release(&seen);
	str_release(&which);
}

static void put_mood(struct str *out, bool placed, double v, double a)
{
	if (!placed) {
		str_puts(out, ",\"at\":null");
		return;
	}
	str_puts(out, ",\"at\":[");
	str_fixed(out, v, 4);
	str_putc(out, ',');
	str_fixed(out, a, 4);
	str_putc(out, ']');
}

static void put_answers(const struct moodplot *p, struct str *out)
{
	str_puts(out, ",\n\"asked\":");
	if (!p->asked) {
		str_puts(out, "null");
		return;
	}
	str_puts(out, "{\"query\":");
	moodtemplate_json(out, span_str(&p->query));
	put_mood(out, p->placed, p->valence, p->arousal);
	str_puts(out, ",\"results\":[");
	for (size_t i = 0; i < p->answer_count; i++) {
		const struct moodplot_answer *a = &p->answers[i];

		str_puts(out, i ? ",\n{\"rank\":" : "\n{\"rank\":");
		str_fixed(out, a->rank, 0);
		str_puts(out, ",\"title\":");
		moodtemplate_json(out, span_str(&a->title));
		str_puts(out, ",\"artist\":");
		moodtemplate_json(out, span_str(&a->artist));
		put_mood(out, a->placed, a->valence, a->arousal);
		str_putc(out, '}');
	}
	str_puts(out, "]}");
}

int moodplotpage(const struct moodplot *p, struct span title, size_t most,
		 struct str *out, struct err *err)
{
	size_t count = p->count < most ? p->count : most;
	struct str data = { 0 }, head = { 0 };
	struct moodtemplate_value values[3] = { 0 };
	int rc;

	moodtemplate_xml(&head, title);
	str_puts(&data, "{\"count\":");
	str_u64(&data, count);
	str_puts(&data, ",\"all\":");
	str_u64(&data, p->count);
	str_puts(&data, ",\"unknown\":");
	str_u64(&data, p->passed);
	str_puts(&data, ",\n");
	put_numbers(p, count, &data);
	put_sound(p, count, &data);
	put_titles(p, count, &data);
	put_artists(p, count, &data);
	put_answers(p, &data);
	str_putc(&data, '}');
	values[0] = (struct moodtemplate_value){ "title", span_str(&head) };
	values[1] = (struct moodtemplate_value){ "data", span_str(&data) };
	rc = moodtemplate_fill("mood-plot.html", NULL, values, out, err);
	str_release(&data);
	str_release(&head);
	return rc;
}
