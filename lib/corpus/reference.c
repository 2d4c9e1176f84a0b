/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/reference.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/percent.h"
#include "corpus/audiofolder.h"
#include "corpus/identity.h"
#include "text/url.h"

void reference_release(struct reference *r)
{
	guest_release(&r->guest);
	str_release(&r->as);
}

void reference_name(const struct generation *g, size_t row, struct str *out)
{
	struct str text = { 0 };
	struct err err;

	if (!catalogue_copy(g, row, CATALOGUE_ARTIST, &text, &err) && text.n) {
		str_span(out, span_str(&text));
		str_puts(out, " - ");
	}
	if (!catalogue_copy(g, row, CATALOGUE_TITLE, &text, &err))
		str_span(out, span_str(&text));
	str_release(&text);
}

/* Takes a row, if it is one. */
static bool take(struct reference *r, const struct generation *g, size_t row)
{
	if (row >= g->count)
		return false;
	r->rows[0] = (uint32_t)row;
	r->count = 1;
	reference_name(g, row, &r->as);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The row; the number of rows: none. Likewise the next ones. */
static size_t find_key(const struct generation *g, uint64_t key)
{
	const uint64_t *at =
	    g->count ? bsearch(&key, g->keys, g->count, sizeof(key), by_key)
		     : NULL;

	return at ? (size_t)(at - g->keys) : g->count;
}

static size_t find_id(const struct generation *g, struct span id)
{
	size_t row = find_key(g, hash_u64_plain(id.p, id.n));
	struct span is;
	struct err err;

	return !catalogue_text(g, row, CATALOGUE_ID, &is, &err) &&
		       span_eq(is, id)
		   ? row
		   : g->count;
}

/* By the id that ingest makes of such a link. */
static size_t find_source(const struct generation *g, struct span url)
{
	char id[IDENTITY_SIZE];

	return identity_of_url(url, id) ? g->count : find_id(g, span_of(id));
}

/* By the link that works, or one that means the same. */
static size_t find_working(const struct generation *g, struct span url)
{
	struct str want = { 0 }, has = { 0 };
	bool comparable = !url_canonical(url, &want);
	struct span is;
	struct err err;
	size_t row;

	for (row = 0; row < g->count; row++) {
		if (catalogue_text(g, row, CATALOGUE_URL, &is, &err) || !is.n)
			continue;
		if (span_eq(is, url) ||
		    (comparable && !url_canonical(is, &has) &&
		     span_eq(span_str(&has), span_str(&want))))
			break;
	}
	str_release(&want);
	str_release(&has);
	return row;
}

static size_t find_url(const struct generation *g, struct span url)
{
	size_t row = find_source(g, url);

	return row < g->count ? row : find_working(g, url);
}

/* The track that a file is another copy of, by its tags. */
static void find_copy(struct reference *r, struct whois *who)
{
	struct str name = { 0 }, as = { 0 };

	str_span(&name, span_str(&r->guest.artist));
	str_puts(&name, " - ");
	str_span(&name, span_str(&r->guest.title));
	str_span(&r->as, span_str(r->guest.artist.n ? &name : &r->guest.title));
	if (r->guest.artist.n && r->guest.title.n &&
	    whois_tracks(who, span_str(&name), false, 1, r->rows, &as) &&
	    memmem(str_z(&as), as.n, " - ", 3))
		r->count = 1;
	str_release(&name);
	str_release(&as);
}

/* In the index, whatever its path there, else heard. */
static int find_file(struct reference *r, const struct generation *g,
		     struct whois *who, const char *path, struct err *err)
{
	char id[IDENTITY_SIZE];
	uint64_t key;

	if (guest_id(path, id, &key, err))
		return -1;
	if (take(r, g, find_key(g, key)))
		return 0;
	if (guest_hear(&r->guest, g, path, err))
		return -1;
	r->heard = true;
	find_copy(r, who);
	if (!r->as.n)
		str_puts(&r->as, path);
	return 0;
}

static bool begins(struct span text, const char *with)
{
	size_t n = strlen(with);

	return text.n >= n && !memcmp(text.p, with, n);
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static int not_found(struct span text, struct err *err)
{
	return err_set(err, ERR_RECORD, "no-track",
		       "no track \"%.*s\": give an id, a URL, \"Artist - "
		       "Title\", or the path of a sound file that is there",
		       (int)(text.n < 200 ? text.n : 200), text.p);
}

int reference_find(struct reference *r, const struct generation *g,
		   struct whois *who, struct span text, size_t room,
		   struct err *err)
{
	struct str path = { 0 };
	int rc = 0;

	r->count = 0;
	r->heard = false;
	str_reset(&r->as);
	text = span_trim(text);
	if (!text.n || !room)
		return not_found(text, err);
	if (begins(text, "file://"))
		percent_decode((struct span){ text.p + 7, text.n - 7 }, &path);
	else
		str_span(&path, text);
	if (take(r, g, find_id(g, text)) ||
	    (memmem(text.p, text.n, "://", 3) && take(r, g, find_url(g, text))))
		goto out;
	if (is_file(str_z(&path)) || audiofolder_is_sound(str_z(&path)))
		rc = find_file(r, g, who, str_z(&path), err);
	else
		r->count = whois_tracks(who, text, true, room, r->rows, &r->as);
	if (!rc && !r->count && !r->heard)
		rc = not_found(text, err);
out:
	str_release(&path);
	return rc;
}
