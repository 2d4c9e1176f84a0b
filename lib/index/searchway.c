/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/searchway.h"

const char *search_way_name(enum search_way w)
{
	static const char *const names[SEARCH_WAYS] = { "none", "exact",
							"lists", "graph",
							"bytes" };

	return names[w < SEARCH_WAYS ? w : SEARCH_NONE];
}
