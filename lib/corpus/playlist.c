/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/playlist.h"

#include <math.h>

#include "corpus/playlistpath.h"
#include "corpus/why.h"
#include "io/json.h"

/* One code point at p < end; malformed bytes, one at a time, are U+FFFD. Not
 * utf8.h: rerank would link the Unicode library for this alone. */
static const char *next_code(const char *p, const char *end, uint32_t *code)
{
	unsigned char c = (unsigned char)*p++;
	int more = c >= 0xf0 && c < 0xf5   ? 3
		   : c >= 0xe0 && c < 0xf0 ? 2
		   : c >= 0xc2 && c < 0xe0 ? 1
					   : 0;
	uint32_t v = more ? c & (0x3fu >> more) : c;
	const char *q = p;

	for (int i = 0; i < more; i++, q++) {
		if (q >= end || ((unsigned char)*q & 0xc0) != 0x80)
			more = 4;
		else
			v = v << 6 | ((unsigned char)*q & 0x3f);
	}
	if (more == 4 || (c >= 0x80 && !more) || v > 0x10ffff ||
	    (v >= 0xd800 && v < 0xe000) || (more == 2 && v < 0x800) ||
	    (more == 3 && v < 0x10000)) {
		*code = 0xfffd;
		return p;
	}
	*code = v;
	return q;
}

static bool is_masked(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd ||
	       c == 0x2028 || c == 0x2029 || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static size_t width_of(uint32_t c)
{
	if ((c >= 0x300 && c < 0x370) || (c >= 0x200b && c <= 0x200d) ||
	    (c >= 0xfe00 && c <= 0xfe0f))
		return 0;
	if ((c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) ||
	    (c >= 0xac00 && c < 0xd7a4) || (c >= 0xf900 && c < 0xfb00) ||
	    (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
	    (c >= 0xffe0 && c < 0xffe7) || (c >= 0x1f300 && c < 0x1f650) ||
	    (c >= 0x1f900 && c < 0x1fa00) || (c >= 0x20000 && c < 0x3fffe))
		return 2;
	return 1;
}

/* Masked text up to `most` columns (an ellipsis where it is cut). */
static size_t mask(struct span s, size_t most, struct str *out)
{
	const char *p = s.p, *end = s.p + s.n, *next;
	size_t width = 0, back = out->n, back_width = 0;
	uint32_t c;

	for (; p < end; p = next) {
		size_t w;

		next = next_code(p, end, &c);
		w = is_masked(c) ? 1 : width_of(c);
		if (width + w > most) {
			out->n = back;
			str_puts(out, "\xe2\x80\xa6");
			return back_width + 1;
		}
		if (is_masked(c))
			str_puts(out, "\xef\xbf\xbd");
		else
			str_put(out, p, (size_t)(next - p));
		width += w;
		if (width < most) {
			back = out->n;
			back_width = width;
		}
	}
	return width;
}

size_t playlist_mask(struct span s, struct str *out)
{
	return s.n ? mask(s, SIZE_MAX, out) : 0;
}

enum column {
	COLUMN_RANK,
	COLUMN_AT,      /* these two */
	COLUMN_STATION, /* of a journey alone */
	COLUMN_SCORE,
	COLUMN_ARTIST,
	COLUMN_TITLE,
	COLUMN_YEAR,
	COLUMN_GENRE,
	COLUMN_MOOD,
	COLUMN_URL,
	COLUMNS
};

static const struct {
	const char *name;
	size_t most; /* terminal columns */
	bool right;
} columns[COLUMNS] = {
	[COLUMN_RANK] = { "#", 6, true },
	[COLUMN_AT] = { "at", 8, true },
	[COLUMN_STATION] = { "station", 24, false },
	[COLUMN_SCORE] = { "score", 6, true },
	[COLUMN_ARTIST] = { "artist", 24, false },
	[COLUMN_TITLE] = { "title", 36, false },
	[COLUMN_YEAR] = { "year", 6, true },
	[COLUMN_GENRE] = { "genre", 16, false },
	[COLUMN_MOOD] = { "mood", 12, false },
	[COLUMN_URL] = { "url", 240, false },
};

static bool has_column(const struct answer *a, int c)
{
	return (c != COLUMN_AT && c != COLUMN_STATION) || a->journey;
}

/* 4:05, 1:02:03 */
static void put_clock(double seconds, struct str *out)
{
	long s = lround(seconds);

	if (s >= 3600)
		str_printf(out, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60,
			   s % 60);
	else
		str_printf(out, "%ld:%02ld", s / 60, s % 60);
}

/* Of a file its path, which a shell takes as it is. */
static size_t put_url(struct span url, struct str *out)
{
	struct str path = { 0 };
	bool file = playlistpath_of(url, &path);
	size_t width =
	    mask(file ? span_str(&path) : url, columns[COLUMN_URL].most, out);

	str_release(&path);
	return width;
}

/* ~ stands before a guess. */
static size_t put_genre(const struct answer_track *t, struct str *out)
{
	struct span genre = t->text[CATALOGUE_GENRE];
	size_t sign = genre.n && t->s->flags & CATALOGUE_GENRE_IMPUTED;

	if (sign)
		str_putc(out, '~');
	return sign + mask(genre, columns[COLUMN_GENRE].most - sign, out);
}

static size_t put_cell(const struct answer *a, size_t rank, enum column c,
		       const struct answer_track *t, struct str *out)
{
	size_t before = out->n;
	int16_t year = a->g->year[t->s->row];

	switch (c) {
	case COLUMN_RANK:
		str_u64(out, rank + 1);
		break;
	case COLUMN_AT:
		put_clock(t->stop->at, out);
		break;
	case COLUMN_STATION:
		return mask(t->stop->station, columns[c].most, out);
	case COLUMN_SCORE:
		str_printf(out, "%.3f", (double)t->s->score);
		break;
	case COLUMN_ARTIST:
		return mask(t->text[CATALOGUE_ARTIST], columns[c].most, out);
	case COLUMN_TITLE:
		return mask(t->text[CATALOGUE_TITLE], columns[c].most, out);
	case COLUMN_YEAR:
		if (year != CATALOGUE_NO_YEAR)
			str_i64(out, year);
		break;
	case COLUMN_GENRE:
		return put_genre(t, out);
	case COLUMN_MOOD:
		if (isfinite(t->s->valence) && isfinite(t->s->arousal))
			str_printf(out, "%+.2f %+.2f", (double)t->s->valence,
				   (double)t->s->arousal);
		break;
	default:
		return put_url(t->text[CATALOGUE_URL], out);
	}
	return out->n - before;
}

static void pad(struct str *out, size_t n)
{
	while (n--)
		str_putc(out, ' ');
}

/* A row of cells, aligned; t NULL: the heading. */
static void put_line(const struct answer *a, size_t rank,
		     const struct answer_track *t, const size_t widest[COLUMNS],
		     struct str *out)
{
	struct str cell = { 0 };

	for (int c = 0; c < COLUMNS; c++) {
		size_t width;

		if (!has_column(a, c))
			continue;
		str_reset(&cell);
		if (t) {
			width = put_cell(a, rank, (enum column)c, t, &cell);
		} else {
			str_puts(&cell, columns[c].name);
			width = cell.n;
		}
		if (c)
			str_puts(out, "  ");
		if (columns[c].right)
			pad(out, widest[c] - width);
		str_span(out, span_str(&cell));
		if (!columns[c].right && c + 1 < COLUMNS)
			pad(out, widest[c] - width);
	}
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	str_putc(out, '\n');
	str_release(&cell);
}

static int measure(const struct answer *a, size_t widest[COLUMNS],
		   struct err *err)
{
	struct str cell = { 0 };
	struct answer_track t;
	int rc = 0;

	for (int c = 0; c < COLUMNS; c++)
		widest[c] = strlen(columns[c].name);
	for (size_t i = 0; i < a->count && !rc; i++) {
		rc = answer_track(a, i, &t, err);
		for (int c = 0; c < COLUMNS && !rc; c++) {
			size_t width;

			if (!has_column(a, c))
				continue;
			str_reset(&cell);
			width = put_cell(a, i, (enum column)c, &t, &cell);
			if (width > widest[c])
				widest[c] = width;
		}
	}
	str_release(&cell);
	return rc;
}

/* A string, or a list of them, behind its word. */
static void put_asked(struct span value, const char *word, size_t start,
		      struct str *out)
{
	struct str text = { 0 };
	struct span one;
	size_t pos = 0;

	if (json_type(value) == JSON_NUMBER)
		str_span(&text, value);
	else if (json_type(value) == JSON_STRING)
		json_string(value, &text);
	while (json_each(value, &pos, &one) > 0) {
		if (text.n)
			str_puts(&text, " and ");
		json_string(one, &text);
	}
	if (text.n) {
		if (out->n > start)
			str_puts(out, ", ");
		str_puts(out, word);
		playlist_mask(span_str(&text), out);
	}
	str_release(&text);
}

void playlist_put_title(const struct answer *a, struct str *out)
{
	static const char *const said[][2] = {
		{ "arc", "" },       { "from", "from " }, { "to", "to " },
		{ "like", "like " }, { "more", "more " }, { "less", "less " },
		{ "minutes", "" }
	};
	struct span asked = span_str(&a->c->asked);
	size_t start = out->n, before;

	playlist_mask(span_str(&a->c->query), out);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		before = out->n;
		put_asked(json_get(asked, said[i][0]), said[i][1], start, out);
		if (out->n > before && !strcmp(said[i][0], "minutes"))
			str_puts(out, " minutes");
	}
}

bool playlist_put_note(const struct answer *a, struct str *out)
{
	struct span error = span_str(&a->c->error);
	struct str message = { 0 };
	size_t before = out->n;

	if (!error.n)
		str_span(&message, answer_hint(a));
	else if (json_string(json_get(error, "message"), &message))
		str_span(&message, error);
	playlist_mask(span_str(&message), out);
	str_release(&message);
	return out->n > before;
}

void playlist_put_name(const struct answer_track *t, struct str *out)
{
	playlist_mask(t->text[CATALOGUE_ARTIST], out);
	if (t->text[CATALOGUE_ARTIST].n && t->text[CATALOGUE_TITLE].n)
		str_puts(out, " - ");
	playlist_mask(t->text[CATALOGUE_TITLE], out);
}

static void put_why(const struct answer *a, const struct answer_track *t,
		    size_t indent, struct str *out)
{
	struct str line = { 0 };

	if (a->why)
		why_put(a->why, a, t, &line);
	if (line.n) {
		pad(out, indent);
		playlist_mask(span_str(&line), out);
		str_putc(out, '\n');
	}
	str_release(&line);
}

int playlist_table(const struct answer *a, bool why, struct str *out,
		   struct err *err)
{
	size_t widest[COLUMNS];
	struct answer_track t;
	size_t before = out->n, title;

	playlist_put_title(a, out);
	if (a->c->mood_by != MOODBY_NONE && !a->c->error.n)
		str_printf(out, "  (valence %+.2f, arousal %+.2f)",
			   (double)a->c->valence, (double)a->c->arousal);
	title = out->n;
	if (title > before)
		str_puts(out, ": ");
	if (!playlist_put_note(a, out))
		out->n = title;
	str_putc(out, '\n');
	if (!a->count || a->c->error.n)
		return 0;
	if (measure(a, widest, err))
		return -1;
	put_line(a, 0, NULL, widest, out);
	for (size_t i = 0; i < a->count; i++) {
		if (answer_track(a, i, &t, err))
			return -1;
		put_line(a, i, &t, widest, out);
		if (why)
			put_why(a, &t, widest[COLUMN_RANK] + 2, out);
	}
	return 0;
}

/* A word of a run: blanks and controls in it become _. */
static void put_word(struct str *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		str_putc(out, (unsigned char)s.p[i] <= ' ' ? '_' : s.p[i]);
}

int playlist_trec(const struct answer *a, size_t number, const char *tag,
		  struct str *out, struct err *err)
{
	struct answer_track t;

	for (size_t i = 0; i < a->count; i++) {
		if (answer_track(a, i, &t, err))
			return -1;
		if (a->c->qid.n)
			put_word(out, span_str(&a->c->qid));
		else
			str_u64(out, number);
		str_puts(out, " Q0 ");
		put_word(out, t.text[CATALOGUE_ID]);
		str_printf(out, " %zu %zu ", i + 1, a->count - i);
		put_word(out, span_of(tag));
		str_putc(out, '\n');
	}
	return 0;
}
