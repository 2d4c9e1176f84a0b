/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/duplicates.h"

#include "corpus/track.h"

int duplicates_open(struct duplicates *d, const char *path, struct err *err)
{
	*d = (struct duplicates){ 0 };
	d->pack = pack_open(path, DUPLICATES_KIND, DUPLICATES_VERSION, err);
	if (!d->pack)
		return -1;
	d->rows = pack_array(d->pack, "same.rows", sizeof(*d->rows), SIZE_MAX,
			     &d->count, err);
	if (!d->rows) {
		duplicates_close(d);
		return -1;
	}
	d->text = pack_get(d->pack, "same.text");
	for (size_t i = 0; i < d->count; i++) {
		const struct duplicates_row *r = &d->rows[i];

		if (r->at <= d->text.n && r->size <= d->text.n - r->at &&
		    (!i || r->key > d->rows[i - 1].key))
			continue;
		duplicates_close(d);
		return err_set(err, ERR_DATA, "model",
			       "%s: row %zu is out of order or points outside; "
			       "fit the table anew",
			       path, i);
	}
	return 0;
}

void duplicates_close(struct duplicates *d)
{
	pack_close(d->pack);
	*d = (struct duplicates){ 0 };
}

static const struct duplicates_row *row_of(const struct duplicates *d,
					   uint64_t key)
{
	size_t low = 0, high = d->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (d->rows[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < d->count && d->rows[low].key == key ? &d->rows[low] : NULL;
}

enum duplicates_role duplicates_find(const struct duplicates *d, struct span id,
				     struct span *given)
{
	const struct duplicates_row *row = row_of(d, track_key(id));
	const char *p;

	if (!row || row->size <= id.n)
		return DUPLICATES_NONE;
	p = d->text.p + row->at;
	if (memcmp(p, id.p, id.n) != 0 || p[id.n])
		return DUPLICATES_NONE;
	*given = (struct span){ p + id.n + 1, row->size - id.n - 1 };
	return row->role == DUPLICATES_KEEPER ? DUPLICATES_KEEPER
					      : DUPLICATES_OTHER;
}

int duplicates_mark(const struct duplicates *d, struct record *r,
		    struct str *scratch, struct err *err)
{
	struct span given;
	enum duplicates_role role;

	if (record_id(r, scratch, err))
		return -1;
	role = duplicates_find(d, span_str(scratch), &given);
	record_remove(r, "fingerprint");
	record_remove(r, "sources");
	record_remove(r, "duplicate_of");
	if (role == DUPLICATES_KEEPER)
		record_set(r, "sources", given);
	else if (role == DUPLICATES_OTHER)
		record_set_text(r, "duplicate_of", given);
	return 0;
}
