/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "encoder/parameters.h"
#include "io/tensormap.h"

static struct parameter *add(struct parameters *p, const char *name, size_t a,
			     size_t b)
{
	size_t dims[] = { a, b };
	struct parameter *x = parameters_add(p, name, dims, b ? 2 : 1);

	for (size_t i = 0; i < x->count; i++)
		x->value[i] = (float)(i + strlen(name));
	return x;
}

static void kept(void **state)
{
	struct parameters p = { 0 };
	struct parameter *first = add(&p, "z", 3, 0), *x;
	char name[16];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		add(&p, name, 2, 5);
	}
	assert_ptr_equal(parameters_find(&p, "z"), first);
	assert_null(parameters_find(&p, "p100"));
	x = parameters_find(&p, "p42");
	assert_int_equal(x->count, 10);
	assert_null(x->gradient);
	assert_int_equal(parameters_count(&p, false), 1003);
	assert_int_equal(parameters_count(&p, true), 0);
	parameter_train(x, true);
	assert_int_equal(parameters_count(&p, true), 10);
	assert_true(x->gradient[9] == 0);
	x->gradient[9] = 1;
	parameters_zero_gradients(&p);
	assert_true(x->gradient[9] == 0);
	parameter_train(x, false);
	assert_null(x->gradient);
	parameters_release(&p);
	assert_int_equal(p.count, 0);
}

static void written(void **state)
{
	struct parameters p = { 0 };
	char *path = test_path("p.safetensors");
	FILE *f = fopen(path, "w");
	struct err err = { 0 };
	struct tensormap *map;
	const struct tensormap_tensor *t;

	(void)state;
	add(&p, "b.one", 2, 3);
	add(&p, "a\"two\\", 4, 0);
	add(&p, "c", 1, 1);
	add(&p, "b.three", 5, 0);
	assert_int_equal(
	    parameters_write(&p, NULL, "{\"format\":\"pt\"}", f, &err), 0);
	assert_int_equal(fclose(f), 0);
	map = tensormap_open(path, &err);
	if (!map)
		fail_msg("%s", err.message);
	assert_int_equal(tensormap_count(map), 4);
	for (size_t i = 0; i < p.count; i++) {
		t = tensormap_find(map, p.items[i]->name);
		assert_non_null(t);
		assert_int_equal(t->type, TENSORMAP_F32);
		assert_int_equal(t->ndim, p.items[i]->ndim);
		assert_int_equal(t->dims[0], p.items[i]->dims[0]);
		assert_non_null(tensormap_view(t)); /* aligned */
		assert_memory_equal(tensormap_view(t), p.items[i]->value,
				    t->count * sizeof(float));
	}
	tensormap_close(map);
	f = fopen(path, "w");
	assert_int_equal(parameters_write(&p, "b.", NULL, f, &err), 0);
	assert_int_equal(fclose(f), 0);
	map = tensormap_open(path, &err);
	assert_non_null(map);
	assert_int_equal(tensormap_count(map), 2);
	assert_non_null(tensormap_find(map, "b.three"));
	tensormap_close(map);
	f = fopen("/dev/full", "w");
	if (f) {
		setvbuf(f, NULL, _IONBF, 0);
		assert_int_equal(parameters_write(&p, NULL, NULL, f, &err), -1);
		assert_status(&err, ERR_ENV);
		fclose(f);
	}
	parameters_release(&p);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept),
		cmocka_unit_test(written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
