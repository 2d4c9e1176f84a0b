/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/wish.h"

#include <math.h>

#include "io/json.h"

static const char *const vocals_names[VOCALS] = { "any", "none", "sung" };

void wish_reset(struct wish *w)
{
	*w = (struct wish){ .vocals = VOCALS_ANY };
	for (int a = 0; a < TIMBRE_AXES; a++)
		w->timbre[a] = NAN;
}

bool wish_any_timbre(const struct wish *w)
{
	for (int a = 0; a < TIMBRE_AXES; a++)
		if (!isnan(w->timbre[a]))
			return true;
	return false;
}

static void put_timbre(const struct wish *w, struct str *out)
{
	const char *before = "";

	str_puts(out, "\"timbre\":{");
	for (int a = 0; a < TIMBRE_AXES; a++) {
		if (isnan(w->timbre[a]))
			continue;
		str_printf(out, "%s\"%s\":", before,
			   timbre_high((enum timbre_axis)a));
		str_fixed(out, (double)w->timbre[a], 4);
		before = ",";
	}
	str_putc(out, '}');
}

static void put_rows(struct str *out, const char **before, const char *name,
		     const uint32_t *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			str_putc(out, ',');
		else
			str_printf(out, "%s\"%s\":[", *before, name);
		str_u64(out, rows[i]);
	}
	if (!count)
		return;
	str_putc(out, ']');
	*before = ",";
}

void wish_put(const struct wish *w, struct str *out)
{
	const char *before = ",\"wish\":{";
	size_t start = out->n;

	if (wish_any_timbre(w)) {
		str_puts(out, before);
		put_timbre(w, out);
		before = ",";
	}
	if (w->vocals != VOCALS_ANY) {
		str_printf(out, "%s\"vocals\":\"%s\"", before,
			   vocals_names[w->vocals]);
		before = ",";
	}
	if (w->vague) {
		str_printf(out, "%s\"vague\":true", before);
		before = ",";
	}
	if (w->artists) {
		str_printf(out, "%s\"artists\":true", before);
		before = ",";
	}
	if (w->heard) {
		str_printf(out, "%s\"heard\":true", before);
		before = ",";
	}
	put_rows(out, &before, "like", w->like, w->like_count);
	put_rows(out, &before, "keep", w->keep, w->keep_count);
	put_rows(out, &before, "unlike", w->unlike, w->unlike_count);
	if (out->n > start)
		str_putc(out, '}');
}

static int bad(struct err *err, const char *member)
{
	return err_set(err, ERR_DATA, "candidates",
		       "not a candidates object: \"%s\" of \"wish\" is not "
		       "what query writes; feed rerank from query",
		       member);
}

static int read_timbre(struct wish *w, struct span object, struct err *err)
{
	for (int a = 0; a < TIMBRE_AXES; a++) {
		struct span v =
		    json_get(object, timbre_high((enum timbre_axis)a));
		double d;

		if (!v.n)
			continue;
		if (json_number(v, &d) || !(d >= 0 && d <= 1))
			return bad(err, "timbre");
		w->timbre[a] = (float)d;
	}
	return 0;
}

static int read_vocals(struct wish *w, struct span v, struct err *err)
{
	struct str name = { 0 };
	int i = VOCALS;

	if (!json_string(v, &name))
		for (i = 0; i < VOCALS; i++)
			if (span_is(span_str(&name), vocals_names[i]))
				break;
	str_release(&name);
	if (i == VOCALS)
		return bad(err, "vocals");
	w->vocals = (enum vocals)i;
	return 0;
}

static int read_rows(struct span object, const char *name, uint32_t *rows,
		     size_t most, size_t *count, struct err *err)
{
	struct span all = json_get(object, name), element;
	size_t pos = 0;
	double d;

	while (all.n && json_each(all, &pos, &element) > 0) {
		if (*count == most || json_number(element, &d) ||
		    !(d >= 0 && d < UINT32_MAX && d == floor(d)))
			return bad(err, name);
		rows[(*count)++] = (uint32_t)d;
	}
	return 0;
}

int wish_read(struct wish *w, struct span object, struct err *err)
{
	struct span v;

	wish_reset(w);
	if (json_type(object) != JSON_OBJECT)
		return bad(err, "wish");
	v = json_get(object, "timbre");
	if (v.n && read_timbre(w, v, err))
		return -1;
	v = json_get(object, "vocals");
	if (v.n && read_vocals(w, v, err))
		return -1;
	v = json_get(object, "vague");
	if (v.n && json_bool(v, &w->vague))
		return bad(err, "vague");
	v = json_get(object, "artists");
	if (v.n && json_bool(v, &w->artists))
		return bad(err, "artists");
	v = json_get(object, "heard");
	if (v.n && json_bool(v, &w->heard))
		return bad(err, "heard");
	return read_rows(object, "like", w->like, WISH_LIKE_MAX, &w->like_count,
			 err) ||
		       read_rows(object, "keep", w->keep, WISH_LIKE_MAX,
				 &w->keep_count, err) ||
		       read_rows(object, "unlike", w->unlike, WISH_UNLIKE_MAX,
				 &w->unlike_count, err)
		   ? -1
		   : 0;
}
