/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/namesakes.h"

#include <math.h>

#include "base/hash.h"
#include "io/json.h"

/* man heal(1) says what they rest on. */
static const double one_giver = 0.8, more_givers = 0.9, unknown_length = 0.6;

int namesakes_open(struct namesakes *n, const char *path, struct err *err)
{
	*n = (struct namesakes){ 0 };
	n->pack = pack_open(path, NAMESAKES_KIND, NAMESAKES_VERSION, err);
	if (!n->pack)
		return -1;
	n->text = pack_get(n->pack, "text");
	n->rows = pack_array(n->pack, "rows", sizeof(*n->rows), SIZE_MAX,
			     &n->count, err);
	if (n->rows && n->text.p)
		return 0;
	if (n->rows)
		err_set(err, ERR_DATA, "corrupt", "section text is missing");
	err_prefix(err, "%s", path);
	namesakes_close(n);
	return -1;
}

void namesakes_close(struct namesakes *n)
{
	pack_close(n->pack);
	*n = (struct namesakes){ 0 };
}

static size_t first_of(const struct namesakes *n, uint64_t key)
{
	size_t lo = 0, hi = n->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (n->rows[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* How sure it is that row is about a track of that duration; 0: it is not. */
static double confidence_of(const struct namesakes_row *row, double duration)
{
	double sure = row->givers > 1 ? more_givers : one_giver;

	if (duration > 0 && row->low > 0) {
		double nearest = fmin(fmax(duration, row->low), row->high);

		return match_durations(duration, nearest) >= NAMESAKES_ALIKE
			   ? sure
			   : 0;
	}
	return row->flags & NAMESAKES_LONE ? sure * unknown_length : 0;
}

bool namesakes_find(const struct namesakes *n, struct span key, double duration,
		    struct str *finding)
{
	uint64_t h = hash_u64(key.p, key.n);
	const struct namesakes_row *best = NULL;
	double sure = 0;
	const char *why, *end;

	for (size_t i = first_of(n, h); i < n->count; i++) {
		const struct namesakes_row *row = &n->rows[i];
		double s;

		if (row->key != h)
			break;
		s = confidence_of(row, duration);
		if (s <= sure || row->at > n->text.n ||
		    row->n > n->text.n - row->at)
			continue;
		best = row;
		sure = s;
	}
	if (!best)
		return false;
	str_reset(finding);
	str_put(finding, n->text.p + best->at, best->n);
	str_puts(finding, ",\"confidence\":");
	json_put_number(finding, sure, 3);
	str_putc(finding, '}');
	/* Models are not trusted. */
	end = finding->p + finding->n;
	return json_type(span_str(finding)) == JSON_OBJECT &&
	       json_skip(finding->p, end, &why) == end;
}
