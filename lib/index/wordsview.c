/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of words.h that opens an index, and needs no more. */

#include "index/wordswork.h"

static bool model_valid(const struct words_header *h)
{
	if (!(h->model.k1 > 0 && h->model.k1 < 1e6F))
		return false;
	for (int f = 0; f < WORDS_FIELDS; f++)
		if (!(h->model.weight[f] >= 0 && h->model.weight[f] < 1e6F &&
		      h->model.b[f] >= 0 && h->model.b[f] <= 1 &&
		      h->average[f] >= 1 && h->average[f] < 1e6F))
			return false;
	return true;
}

static bool parts_valid(const struct words_header *h, size_t size)
{
	const uint64_t keys[2] = { h->parts[WORDS_TERM_KEYS].size,
				   h->parts[WORDS_FORM_KEYS].size };

	for (int i = 0; i < WORDS_PARTS; i++)
		if (h->parts[i].offset % WORDS_ALIGN ||
		    h->parts[i].offset > size ||
		    h->parts[i].size > size - h->parts[i].offset)
			return false;
	return h->postings <= h->parts[WORDS_POSTINGS].size &&
	       h->parts[WORDS_LENGTHS].size ==
		   h->rows * WORDS_FIELDS * sizeof(uint16_t) &&
	       h->parts[WORDS_LISTS].size / 8 == h->terms + 1 &&
	       keys[0] % 8 == 0 && keys[1] % 8 == 0 &&
	       h->parts[WORDS_TERMS].size == keys[0] / 8 * WORDS_PAGE &&
	       h->parts[WORDS_FORMS].size == keys[1] / 8 * WORDS_PAGE;
}

int words_view(struct words_view *v, struct span bytes, struct err *err)
{
	const struct words_header *h = (const void *)bytes.p;

	if (!bytes.p || bytes.n < sizeof(*h) || (uintptr_t)bytes.p % 8)
		return err_set(err, ERR_DATA, "artifact",
			       "word index: %zu bytes are too few: build it "
			       "again",
			       bytes.n);
	if (h->version != WORDS_VERSION || h->fields != WORDS_FIELDS)
		return err_set(err, ERR_DATA, "version",
			       "word index: version %u, this program reads %d: "
			       "build it again with this release",
			       h->version, WORDS_VERSION);
	if (h->rows > WORDS_ROWS_MAX || h->documents > h->rows ||
	    h->terms >= UINT32_MAX || !model_valid(h) ||
	    !parts_valid(h, bytes.n))
		return err_set(err, ERR_DATA, "artifact",
			       "word index: its header makes no sense; the "
			       "file is damaged: build it again");
	*v = (struct words_view){ .base = (const uint8_t *)bytes.p,
				  .size = bytes.n,
				  .header = h,
				  .rows = (size_t)h->rows };
	return 0;
}
