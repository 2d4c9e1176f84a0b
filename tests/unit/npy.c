/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "io/npy.h"

static void make(struct str *out)
{
	static const float values[6] = { 1, 2, 3, -4, 0.5f, 1e30f };
	char *path = test_path("npy");
	FILE *f = fopen(path, "w");

	assert_int_equal(npy_write_header(f, 2, 3, NULL), 0);
	assert_int_equal(fwrite(values, 4, 6, f), 6);
	fclose(f);
	test_load(path, out);
	unlink(path);
	free(path);
}

/* Rows read, or -1. */
static int use(const struct str *bytes, struct err *e)
{
	char *path = test_path("npy");
	struct npy n;
	int rc = -1, rows = 0;

	test_save(path, bytes->p, bytes->n);
	if (!npy_open(&n, path, e)) {
		float *row = malloc(n.columns * sizeof(*row));

		while ((rc = npy_read(&n, row, e)) > 0)
			rows++;
		free(row);
	}
	npy_close(&n);
	unlink(path);
	free(path);
	return rc ? -1 : rows;
}

/* numpy.lib.format: magic, version, length, padding to 64, newline. */
static void header(void **state)
{
	struct str b = { 0 };

	(void)state;
	make(&b);
	assert_memory_equal(b.p,
			    "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', "
			    "'fortran_order': False, 'shape': (2, 3), }",
			    69);
	assert_int_equal(b.n, 128 + 24);
	assert_int_equal(b.p[127], '\n');
	assert_int_equal(use(&b, NULL), 2);
	str_release(&b);
}

static void cut_and_long(void **state)
{
	struct str b = { 0 };
	struct err e = { 0 };
	size_t n;

	(void)state;
	make(&b);
	for (n = b.n; n--;) {
		b.n = n;
		assert_int_equal(use(&b, &e), -1);
		assert_status(&e, ERR_DATA);
	}
	b.n = 128 + 24;
	str_putc(&b, 0);
	assert_int_equal(use(&b, &e), -1);
	str_release(&b);
}

/* Any header: an error or rows that fit, no crash. */
static void mutations(void **state)
{
	static const char some[] = "0123456789(),'\0\xff\n <f4";
	struct str b = { 0 };
	uint64_t rng = 31;
	char was[4];
	int i, k;

	(void)state;
	make(&b);
	for (i = 0; i < 20000; i++) {
		size_t at[4];

		for (k = 0; k < 4; k++) {
			at[k] = rng_below(&rng, k ? 70 : 128);
			was[k] = b.p[at[k]];
			b.p[at[k]] = some[rng_below(&rng, sizeof(some) - 1)];
			if (rng_below(&rng, 2))
				break;
		}
		use(&b, NULL);
		for (k = k > 3 ? 3 : k; k >= 0; k--)
			b.p[at[k]] = was[k];
	}
	assert_int_equal(use(&b, NULL), 2);
	str_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header),
		cmocka_unit_test(cut_and_long),
		cmocka_unit_test(mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
