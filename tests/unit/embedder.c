/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "corpus/embedder.h"

static void a_model_that_is_not_there_is_told(void **state)
{
	struct embedder e = { .features = NULL };

	(void)state;
	for (int text = 0; text < 2; text++) {
		struct err err = { 0 };

		assert_int_equal(embedder_open(&e, text, "/no/model", &err),
				 -1);
		assert_int_equal(err.status, ERR_DATA);
		assert_non_null(strstr(err.message, text
							? "embed text --fit"
							: "embed audio --fit"));
		embedder_close(&e);
		assert_null(e.pack);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_model_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
