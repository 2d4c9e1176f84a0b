/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/duplicatesfit.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "corpus/duplicates.h"
#include "corpus/duplicatesame.h"
#include "corpus/track.h"
#include "io/atomic.h"
#include "io/json.h"
#include "io/sort.h"

enum {
	SAMPLED = 8,     /* one item in so many is a key */
	NEIGHBOURS = 32, /* that share a key are paired with each */
	VOTES = 2,       /* shared items that make a pair a candidate */
	GROUP_MOST = 512,
	KEY_ID = 'd', /* before all others in the order */
	KEY_ITEM = 'i',
	KEY_NAMES = 'n',
	KEY_SOUND = 's',
};

struct duplicates_fit {
	struct duplicatestore store;
	struct versions versions;
	struct duplicatesame same;
	struct sort *keys, *pairs, *rows;
	struct printcodec print;
	struct duplicate a, b;
	uint32_t *parent; /* of each track: union-find, the smallest is root */
	struct str text;
	FILE *listed;
	struct duplicates_counts counts;
};

struct duplicates_fit *duplicates_fit_new(size_t memory, struct err *err)
{
	struct duplicates_fit *f = mem_zalloc(1, sizeof(*f));

	f->keys = sort_new(memory / 2);
	f->pairs = sort_new(memory / 4);
	f->rows = sort_new(memory / 4);
	if (versions_load(&f->versions, err) ||
	    duplicatestore_init(&f->store, err)) {
		duplicates_fit_free(f);
		return NULL;
	}
	duplicatesame_init(&f->same, &f->versions);
	return f;
}

void duplicates_fit_free(struct duplicates_fit *f)
{
	if (!f)
		return;
	sort_free(f->keys);
	sort_free(f->pairs);
	sort_free(f->rows);
	duplicatestore_release(&f->store);
	duplicatesame_release(&f->same);
	versions_release(&f->versions);
	printcodec_release(&f->print);
	duplicate_release(&f->a);
	duplicate_release(&f->b);
	free(f->parent);
	str_release(&f->text);
	free(f);
}

/* --- keys --- */

static void put_be(char *out, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		out[i] = (char)(v >> 8 * (bytes - 1 - i));
}

static uint64_t get_be(const char *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static int put_key(struct duplicates_fit *f, int kind, uint64_t v,
		   struct err *err)
{
	uint32_t number = (uint32_t)f->store.count;
	char key[9];

	key[0] = (char)kind;
	put_be(key + 1, v, 8);
	return sort_put(f->keys, (struct span){ key, sizeof(key) },
			(struct span){ (const char *)&number, sizeof(number) },
			err);
}

static bool sampled(uint32_t item)
{
	item *= UINT32_C(0x9E3779B1);
	item ^= item >> 15;
	item *= UINT32_C(0x85EBCA77);
	return !((item >> 13) % SAMPLED);
}

/* Item, then hundredths of a second: neighbours in the order have both. */
static int put_items(struct duplicates_fit *f, const struct duplicate *d,
		     struct err *err)
{
	double seconds = duplicate_seconds(&d->e);
	uint32_t hundredths;

	if (!(seconds > 0))
		return 0;
	hundredths = seconds < 4e7 ? (uint32_t)(seconds * 100) : UINT32_MAX;
	for (size_t i = 0; i < d->e.items; i++) {
		if (!sampled(d->items[i]) ||
		    (i && d->items[i] == d->items[i - 1]))
			continue;
		if (put_key(f, KEY_ITEM,
			    (uint64_t)d->items[i] << 32 | hundredths, err))
			return -1;
	}
	return 0;
}

static int put_id(struct duplicates_fit *f, const struct record *r,
		  struct err *err)
{
	char key[9] = { KEY_ID };

	str_reset(&f->text);
	if (!record_text(r, "id", &f->text))
		return 0;
	put_be(key + 1, track_key(span_str(&f->text)), 8);
	return sort_put(f->keys, (struct span){ key, sizeof(key) },
			span_str(&f->text), err);
}

int duplicates_fit_each(void *ctx, struct record *r, struct err *err)
{
	struct duplicates_fit *f = ctx;
	struct duplicate *d = &f->a;
	int rc = put_id(f, r, err);

	if (rc)
		return rc;
	rc = duplicate_read(d, r, &f->print, err);
	if (rc <= 0)
		return rc;
	if (f->store.count == UINT32_MAX - 1)
		return err_set(err, ERR_DATA, "too-large",
			       "more than 2^32 tracks");
	d->e.names = duplicatesame_names(&f->same, d);
	if (put_items(f, d, err) ||
	    (d->e.names && put_key(f, KEY_NAMES, d->e.names, err)) ||
	    (d->e.sound && put_key(f, KEY_SOUND, d->e.sound, err)))
		return -1;
	return duplicatestore_add(&f->store, d, err);
}

/* --- candidates --- */

struct bucket { /* the last tracks of one key */
	char key[9];
	size_t same; /* bytes of the key that make it one */
	size_t n;
	struct {
		uint32_t number, hundredths;
	} last[NEIGHBOURS];
};

static int put_pair(struct duplicates_fit *f, uint32_t a, uint32_t b, int votes,
		    struct err *err)
{
	char key[8], data = (char)votes;

	put_be(key, a < b ? a : b, 4);
	put_be(key + 4, a < b ? b : a, 4);
	return sort_put(f->pairs, (struct span){ key, sizeof(key) },
			(struct span){ &data, 1 }, err);
}

static int add_to_bucket(struct duplicates_fit *f, struct bucket *b,
			 const char *key, uint32_t number, struct err *err)
{
	uint32_t hundredths = 0, reach = UINT32_MAX;
	int votes = key[0] == KEY_ITEM ? 1 : VOTES;
	size_t n;

	if (memcmp(key, b->key, b->same ? b->same : 1) != 0 || !b->same) {
		b->n = 0;
		b->same = key[0] == KEY_ITEM ? 5 : 9;
		memcpy(b->key, key, 9);
	}
	if (key[0] == KEY_ITEM) {
		hundredths = (uint32_t)get_be(key + 5, 4);
		reach = (uint32_t)(DUPLICATESAME_SECONDS * 100) + 1;
	}
	n = b->n < NEIGHBOURS ? b->n : NEIGHBOURS;
	for (size_t i = 0; i < n; i++)
		if (b->last[i].number == number)
			return 0;
	for (size_t i = 0; i < n; i++)
		if (hundredths - b->last[i].hundredths <= reach &&
		    put_pair(f, b->last[i].number, number, votes, err))
			return -1;
	b->last[b->n % NEIGHBOURS].number = number;
	b->last[b->n++ % NEIGHBOURS].hundredths = hundredths;
	return 0;
}

/* key: of an id, last: of the one before. */
static int check_id(char *last, const char *key, struct span id,
		    struct err *err)
{
	if (!memcmp(last, key, 9))
		return err_set(err, ERR_DATA, "collision",
			       "two tracks are \"%.*s\" or share its key; "
			       "ingest gives every track an id of its own",
			       (int)(id.n < 200 ? id.n : 200), id.p);
	memcpy(last, key, 9);
	return 0;
}

static int find_candidates(struct duplicates_fit *f, struct err *err)
{
	struct bucket b = { .same = 0 };
	char last[9] = { 0 };
	struct span key, data;
	uint32_t number;
	int rc;

	while ((rc = sort_next(f->keys, &key, &data, err)) > 0) {
		if (key.p[0] == KEY_ID) {
			if (check_id(last, key.p, data, err))
				return -1;
			continue;
		}
		memcpy(&number, data.p, sizeof(number));
		if (add_to_bucket(f, &b, key.p, number, err))
			return -1;
	}
	sort_free(f->keys);
	f->keys = NULL;
	return rc;
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i) {
		parent[i] = parent[parent[i]];
		i = parent[i];
	}
	return i;
}

static int join_pair(struct duplicates_fit *f, uint32_t a, uint32_t b,
		     uint32_t *loaded, struct err *err)
{
	uint32_t x = root_of(f->parent, a), y = root_of(f->parent, b);

	if (x == y)
		return 0;
	if (a != *loaded && duplicatestore_load(&f->store, a, &f->a, err))
		return -1;
	*loaded = a;
	if (duplicatestore_load(&f->store, b, &f->b, err))
		return -1;
	f->counts.pairs++;
	if (duplicatesame_test(&f->same, &f->a, &f->b))
		f->parent[x < y ? y : x] = x < y ? x : y;
	return 0;
}

static int join_pairs(struct duplicates_fit *f, struct err *err)
{
	uint32_t loaded = UINT32_MAX;
	struct span key, data;
	uint64_t pair = UINT64_MAX;
	int votes = 0, rc;

	while ((rc = sort_next(f->pairs, &key, &data, err)) > 0) {
		uint64_t next = get_be(key.p, 8);

		votes = next == pair ? votes : 0;
		pair = next;
		if (votes >= VOTES)
			continue;
		votes += data.p[0];
		if (votes >= VOTES && join_pair(f, (uint32_t)(pair >> 32),
						(uint32_t)pair, &loaded, err))
			return -1;
	}
	return rc;
}

/* --- groups --- */

static int put_row(struct duplicates_fit *f, const struct duplicate *d,
		   enum duplicates_role role, struct span given,
		   struct err *err)
{
	struct str data = { 0 };
	char key[8];
	int rc;

	put_be(key, d->e.key, 8);
	str_putc(&data, (char)role);
	str_span(&data, d->id);
	str_putc(&data, '\0');
	str_span(&data, given);
	rc = sort_put(f->rows, (struct span){ key, sizeof(key) },
		      span_str(&data), err);
	str_release(&data);
	return rc;
}

static void describe(struct str *out, const struct duplicate *d)
{
	double seconds = duplicate_seconds(&d->e);

	json_put_string(out, d->id);
	str_puts(out, ",\"title\":");
	json_put_string(out, d->title);
	if (d->artist.n) {
		str_puts(out, ",\"artist\":");
		json_put_string(out, d->artist);
	}
	if (seconds > 0) {
		str_puts(out, ",\"seconds\":");
		str_fixed(out, seconds, 2);
	}
}

static void describe_other(struct str *out, const struct duplicate *d,
			   const struct duplicate *keeper,
			   const struct duplicatesame *s)
{
	const double values[] = { s->similarity, s->overlap, s->offset,
				  s->names };
	static const char *const names[] = { "similarity", "overlap", "offset",
					     "names" };

	str_puts(out, "{\"id\":");
	describe(out, d);
	for (int i = 0; i < 4; i++) {
		str_printf(out, ",\"%s\":", names[i]);
		str_fixed(out, values[i], 3);
	}
	str_puts(out, d->e.sound && d->e.sound == keeper->e.sound
			  ? ",\"same_bytes\":true}"
			  : ",\"same_bytes\":false}");
}

/* The first of d[0..n) and what is the same recording as it; the others move
 * to the front. Returns how many those are, or -1. */
static long split_off(struct duplicates_fit *f, struct duplicate **d, size_t n,
		      struct err *err)
{
	struct duplicate *keeper = d[0];
	struct str sources = { 0 };
	size_t rest = 0, others = 0;
	int rc = 0;

	str_reset(&f->text);
	str_puts(&f->text, "{\"keeper\":");
	describe(&f->text, keeper);
	str_puts(&f->text, ",\"others\":[");
	for (size_t i = 1; i < n && !rc; i++) {
		if (!duplicatesame_test(&f->same, keeper, d[i])) {
			d[rest++] = d[i];
			continue;
		}
		str_putc(&sources, others ? ',' : '[');
		str_span(&sources, d[i]->source);
		if (others++)
			str_putc(&f->text, ',');
		describe_other(&f->text, d[i], keeper, &f->same);
		rc = put_row(f, d[i], DUPLICATES_OTHER, keeper->id, err);
	}
	str_putc(&sources, ']');
	str_puts(&f->text, "]}\n");
	if (!rc && others) {
		f->counts.groups++;
		f->counts.others += others;
		rc = put_row(f, keeper, DUPLICATES_KEEPER, span_str(&sources),
			     err);
		if (!rc && f->listed &&
		    fwrite(f->text.p, 1, f->text.n, f->listed) != f->text.n)
			rc = err_errno(err, "cannot write the list of groups");
	}
	str_release(&sources);
	return rc ? -1 : (long)rest;
}

static int by_order(const void *a, const void *b)
{
	const struct duplicate *const *x = a, *const *y = b;

	return duplicate_order(*x, *y);
}

static int do_group(struct duplicates_fit *f, const uint64_t *members, size_t n,
		    struct err *err)
{
	struct duplicate *tracks = mem_zalloc(n, sizeof(*tracks)), **order;
	long left = (long)n;
	int rc = 0;

	order = mem_zalloc(n, sizeof(struct duplicate *));
	for (size_t i = 0; i < n && !rc; i++) {
		rc = duplicatestore_load(&f->store, (uint32_t)members[i],
					 &tracks[i], err);
		order[i] = &tracks[i];
	}
	if (!rc)
		qsort(order, n, sizeof(struct duplicate *), by_order);
	while (!rc && left > 1) {
		left = split_off(f, order, (size_t)left, err);
		rc = left < 0 ? -1 : 0;
	}
	for (size_t i = 0; i < n; i++)
		duplicate_release(&tracks[i]);
	free(tracks);
	free(order);
	return rc;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* All that hang together, {root, number} in order. */
static uint64_t *members_of(struct duplicates_fit *f, size_t *count)
{
	size_t n = f->store.count, cap = 0;
	uint8_t *joined = mem_zalloc(n + 1, 1);
	uint64_t *out = NULL;

	for (uint32_t i = 0; i < n; i++)
		if (root_of(f->parent, i) != i)
			joined[i] = joined[root_of(f->parent, i)] = 1;
	*count = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!joined[i])
			continue;
		MEM_ROOM(out, *count + 1, cap);
		out[(*count)++] = (uint64_t)root_of(f->parent, i) << 32 | i;
	}
	free(joined);
	if (*count)
		qsort(out, *count, sizeof(*out), by_value);
	return out;
}

static int make_groups(struct duplicates_fit *f, struct err *err)
{
	size_t count, n;
	uint64_t *members = members_of(f, &count);
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i += n) {
		for (n = 1; n < GROUP_MOST && i + n < count &&
			    members[i + n] >> 32 == members[i] >> 32;)
			n++;
		rc = do_group(f, members + i, n, err);
	}
	free(members);
	return rc;
}

/* --- the table --- */

static int write_sections(struct duplicates_fit *f, struct pack_writer *w,
			  struct err *err)
{
	struct duplicates_row *rows = NULL;
	size_t n = 0, cap = 0;
	uint64_t at = 0;
	struct span key, data;
	int rc = pack_begin(w, "same.text", err);

	while (!rc && (rc = sort_next(f->rows, &key, &data, err)) > 0) {
		MEM_ROOM(rows, n + 1, cap);
		rows[n] = (struct duplicates_row){
			.key = get_be(key.p, 8),
			.at = at,
			.size = (uint32_t)data.n - 1,
			.role = (uint32_t)data.p[0],
		};
		rc = pack_put(w, data.p + 1, data.n - 1, err);
		at += data.n - 1;
		n++;
	}
	if (!rc)
		rc = pack_section(w, "same.rows", rows, n * sizeof(*rows), err);
	free(rows);
	return rc;
}

int duplicates_fit_write(struct duplicates_fit *f, const char *path,
			 FILE *listed, struct duplicates_counts *counts,
			 struct err *err)
{
	struct pack_writer *w;
	struct atomic *a;
	int rc;

	f->listed = listed;
	f->counts.prints = f->store.count;
	f->parent = mem_zalloc(f->store.count + 1, sizeof(*f->parent));
	for (uint32_t i = 0; i < f->store.count; i++)
		f->parent[i] = i;
	if (duplicatestore_end(&f->store, err) || find_candidates(f, err) ||
	    join_pairs(f, err) || make_groups(f, err))
		return -1;
	*counts = f->counts;
	a = atomic_open(path, err);
	if (!a)
		return -1;
	w = pack_writer_new(atomic_file(a), DUPLICATES_KIND, DUPLICATES_VERSION,
			    err);
	rc = w ? write_sections(f, w, err) : -1;
	if (w && pack_writer_end(w, NULL, rc ? NULL : err))
		rc = -1;
	if (rc) {
		atomic_abort(a);
		return -1;
	}
	return atomic_commit(a, err);
}
