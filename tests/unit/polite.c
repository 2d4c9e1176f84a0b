/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "net/polite.h"

static void add(struct polite *p, const char *host, struct polite_item *items,
		int n)
{
	for (int i = 0; i < n; i++)
		polite_add(p, span_of(host), &items[i], false);
}

static void test_order_and_limit(void **state)
{
	struct polite *p = polite_new(0, 2);
	struct polite_item a[4], b[1], front;
	double wait;

	(void)state;
	assert_null(polite_take(p, 0, &wait));
	assert_true(isinf(wait));
	add(p, "a", a, 4);
	assert_ptr_equal(polite_take(p, 0, &wait), &a[0]);
	assert_ptr_equal(polite_take(p, 0, &wait), &a[1]);
	assert_null(polite_take(p, 0, &wait));
	assert_true(isinf(wait));
	add(p, "b", b, 1); /* another host need not wait for the first */
	assert_ptr_equal(polite_take(p, 0, &wait), &b[0]);
	polite_done(p, &a[0], POLITE_FINE);
	polite_add(p, SPAN("a"), &front, true);
	assert_ptr_equal(polite_take(p, 0, &wait), &front);
	polite_done(p, &a[1], POLITE_FINE);
	assert_ptr_equal(polite_take(p, 0, &wait), &a[2]);
	polite_done(p, &a[2], POLITE_FINE);
	assert_ptr_equal(polite_take(p, 0, &wait), &a[3]);
	assert_null(polite_drain(p));
	polite_free(p);
}

static void test_rate(void **state)
{
	struct polite *p = polite_new(5, 100);
	struct polite_item a[10], b[3];
	double wait, now = 100;
	int taken = 0;

	(void)state;
	add(p, "a", a, 10);
	add(p, "b", b, 3);
	for (; now < 101; now += 0.01)
		while (polite_take(p, now, &wait))
			taken++;
	/* A second: five or six of a, all of b. */
	assert_in_range(taken, 8, 9);
	assert_true(wait > 0 && wait <= 0.2001);
	polite_free(p);
}

static void test_give_up(void **state)
{
	struct polite *p = polite_new(0, 1);
	struct polite_item a[9], b[1], *x;
	enum polite_outcome why = POLITE_FINE;
	double wait;

	(void)state;
	add(p, "a", a, 8);
	for (int i = 0; i < POLITE_TRIP; i++) {
		assert_null(polite_lost(p, &why));
		x = polite_take(p, 0, &wait);
		assert_ptr_equal(x, &a[i]);
		polite_done(p, x, i ? POLITE_BUSY : POLITE_FAILED);
	}
	assert_null(polite_take(p, 0, &wait));
	for (int i = POLITE_TRIP; i < 8; i++) {
		assert_ptr_equal(polite_lost(p, &why), &a[i]);
		assert_int_equal(why, POLITE_BUSY);
	}
	assert_null(polite_lost(p, &why));
	polite_add(p, SPAN("a"), &a[8], false); /* later ones as well */
	assert_ptr_equal(polite_lost(p, &why), &a[8]);
	add(p, "b", b, 1);
	assert_ptr_equal(polite_take(p, 0, &wait), &b[0]);
	polite_free(p);
}

static void test_success_resets(void **state)
{
	struct polite *p = polite_new(0, 1);
	struct polite_item a[40];
	enum polite_outcome why;
	double wait;

	(void)state;
	add(p, "a", a, 40);
	for (int i = 0; i < 40; i++) {
		assert_ptr_equal(polite_take(p, 0, &wait), &a[i]);
		polite_done(p, &a[i],
			    i % POLITE_TRIP == POLITE_TRIP - 1 ? POLITE_FINE
							       : POLITE_FAILED);
		assert_null(polite_lost(p, &why));
	}
	polite_free(p);
}

static void test_many_hosts(void **state)
{
	enum { N = 3000 };
	static struct polite_item items[N];
	struct polite *p = polite_new(1, 1);
	char name[16];
	double wait;
	int n = 0;

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "h%d", i % 1000);
		polite_add(p, span_of(name), &items[i], false);
	}
	while (polite_take(p, 0, &wait))
		n++;
	assert_int_equal(n, 1000);
	while (polite_drain(p))
		n++;
	assert_int_equal(n, N);
	polite_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_limit),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_give_up),
		cmocka_unit_test(test_success_resets),
		cmocka_unit_test(test_many_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
