/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a table of descriptors: refused with the line, or applied to a
 * row, giving shares or nothing. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "audio/descriptors.h"
#include "audio/features.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct descriptors d;
	struct feat_schema s;
	struct feat_row *row;
	struct err err;

	if (descriptors_parse(&d, (struct span){ (const char *)data, size },
			      "table", &err))
		return 0;
	features_schema(&s, FEATURES_SECONDS);
	row = feat_row_new(&s);
	for (uint32_t i = 0; i < s.count; i++)
		row->values[i] = i % 5 ? (float)i - 200 : NAN;
	if (!descriptors_bind(&d, &s, "schema", &err)) {
		descriptors_apply(&d, row->values);
		for (int i = 0; i < DESCRIPTOR_COUNT; i++)
			if (row->values[d.column[i]] < 0 ||
			    row->values[d.column[i]] > 1)
				abort();
	}
	feat_row_free(row);
	feat_schema_release(&s);
	return 0;
}
