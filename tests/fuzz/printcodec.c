/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a fingerprint: refused and empty, or items that are like
 * themselves, no more than the text can hold. */
#include <stdint.h>
#include <stdlib.h>

#include "audio/printcodec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct printcodec p = { 0 };
	size_t overlap;

	if (printcodec_decode((struct span){ (const char *)data, size }, &p)) {
		if (p.count)
			abort();
	} else if (p.count > 8 * size ||
		   printcodec_distinct(p.items, p.count) > p.count) {
		abort();
	} else if (p.count && printcodec_similarity(p.items, p.count, p.items,
						    p.count, 0, &overlap) < 1) {
		abort();
	}
	printcodec_release(&p);
	return 0;
}
