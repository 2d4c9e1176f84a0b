/* SPDX-License-Identifier: GPL-3.0-or-later */
/* treecopy < in > out: NDJSON through a jansson tree and back, the peer that
 * make bench measures the record frame against. */
#include <jansson.h>

int main(void)
{
	json_t *j;

	while ((j = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, NULL))) {
		if (json_dumpf(j, stdout, JSON_COMPACT) || putchar('\n') == EOF)
			return 3;
		json_decref(j);
	}
	return 0;
}
