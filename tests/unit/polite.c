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
		polite_add(p, span_of(host), &items[i], false, 0);
}

static void test_order_and_limit(void **state)
{
	struct polite *p = polite_new(0, 2, 0);
	struct polite_item a[4] = { 0 }, b[1] = { 0 }, front = { 0 };
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
	polite_done(p, &a[0], POLITE_FINE, 0, 0);
	polite_add(p, SPAN("a"), &front, true, 0);
	assert_ptr_equal(polite_take(p, 0, &wait), &front);
	polite_done(p, &a[1], POLITE_FINE, 0, 0);
	assert_ptr_equal(polite_take(p, 0, &wait), &a[2]);
	polite_done(p, &a[2], POLITE_FINE, 0, 0);
	assert_ptr_equal(polite_take(p, 0, &wait), &a[3]);
	assert_null(polite_drain(p));
	polite_free(p);
}

static void test_rate(void **state)
{
	struct polite *p = polite_new(5, 100, 0);
	struct polite_item a[10] = { 0 }, b[3] = { 0 };
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
	struct polite *p = polite_new(0, 1, 0);
	struct polite_item a[9] = { 0 }, b[1] = { 0 }, *x;
	enum polite_outcome why = POLITE_FINE;
	double wait;

	(void)state;
	add(p, "a", a, 8);
	for (int i = 0; i < POLITE_TRIP; i++) {
		assert_null(polite_lost(p, 0, &why, &wait));
		x = polite_take(p, 0, &wait);
		assert_ptr_equal(x, &a[i]);
		polite_done(p, x, i ? POLITE_BUSY : POLITE_FAILED, 0, 0);
	}
	assert_null(polite_take(p, 0, &wait));
	for (int i = POLITE_TRIP; i < 8; i++) {
		assert_ptr_equal(polite_lost(p, 0, &why, &wait), &a[i]);
		assert_int_equal(why, POLITE_BUSY);
	}
	assert_null(polite_lost(p, 0, &why, &wait));
	polite_add(p, SPAN("a"), &a[8], false, 0); /* later ones as well */
	assert_ptr_equal(polite_lost(p, 0, &why, &wait), &a[8]);
	add(p, "b", b, 1);
	assert_ptr_equal(polite_take(p, 0, &wait), &b[0]);
	polite_free(p);
}

static void test_success_resets(void **state)
{
	struct polite *p = polite_new(0, 1, 0);
	struct polite_item a[40] = { 0 };
	enum polite_outcome why;
	double wait;

	(void)state;
	add(p, "a", a, 40);
	for (int i = 0; i < 40; i++) {
		assert_ptr_equal(polite_take(p, 0, &wait), &a[i]);
		polite_done(p, &a[i],
			    i % POLITE_TRIP == POLITE_TRIP - 1 ? POLITE_FINE
							       : POLITE_FAILED,
			    0, 0);
		assert_null(polite_lost(p, 0, &why, &wait));
	}
	polite_free(p);
}

static void test_many_hosts(void **state)
{
	enum { N = 3000 };
	static struct polite_item items[N];
	struct polite *p = polite_new(1, 1, 0);
	char name[16];
	double wait;
	int n = 0;

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "h%d", i % 1000);
		polite_add(p, span_of(name), &items[i], false, 0);
	}
	while (polite_take(p, 0, &wait))
		n++;
	assert_int_equal(n, 1000);
	while (polite_drain(p))
		n++;
	assert_int_equal(n, N);
	polite_free(p);
}

/* Five failures open the breaker; then one item at a time tries, after pauses
 * of a quarter and half of the patience, a little less by jitter. */
static void test_breaker(void **state)
{
	struct polite_item a[20] = { 0 }, *x;
	enum polite_outcome why;
	double wait, more;

	(void)state;
	for (int answered = 0; answered < 2; answered++) {
		struct polite *p = polite_new(0, 4, 20);

		add(p, "a", a, 20);
		for (int i = 0; i < POLITE_TRIP; i++) {
			x = polite_take(p, 0, &wait);
			assert_true(polite_done(p, x, POLITE_FAILED, 0, 0));
		}
		assert_null(polite_take(p, 0, &wait));
		assert_true(wait > 3.75 && wait <= 5);
		x = polite_take(p, wait + 1e-9, &more);
		assert_non_null(x);
		assert_null(polite_take(p, wait + 1e-9, &more));
		if (answered) { /* all is well again */
			polite_done(p, x, POLITE_FINE, 0, 6);
			for (int i = 0; i < 4; i++)
				assert_non_null(polite_take(p, 6, &wait));
			assert_null(polite_take(p, 6, &wait));
		} else {
			assert_true(polite_done(p, x, POLITE_FAILED, 0, 6));
			assert_null(polite_take(p, 6, &wait));
			assert_true(wait > 7.5 && wait <= 10);
			x = polite_take(p, 16, &wait);
			assert_false(polite_done(p, x, POLITE_FAILED, 0, 16));
			assert_non_null(polite_lost(p, 16, &why, &wait));
			assert_int_equal(why, POLITE_FAILED);
		}
		polite_free(p);
	}
}

static void test_busy(void **state)
{
	struct polite *p = polite_new(0, 2, 20);
	struct polite_item a[9] = { 0 }, *x, *y;
	enum polite_outcome why;
	double wait, first;

	(void)state;
	add(p, "a", a, 9);
	x = polite_take(p, 0, &wait);
	y = polite_take(p, 0, &wait);
	assert_true(polite_done(p, x, POLITE_BUSY, 3, 0));
	/* The other answer of before the pause does not double it. */
	assert_true(polite_done(p, y, POLITE_BUSY, 0, 0));
	assert_null(polite_take(p, 2.9, &wait));
	assert_null(polite_take(p, 0, &wait));
	assert_true(wait >= 3 && wait < 3.1); /* not sooner than asked for */
	x = polite_take(p, 4, &wait);
	assert_non_null(x);
	assert_true(polite_done(p, x, POLITE_BUSY, 0, 4));
	assert_null(polite_take(p, 4, &first));
	assert_true(first > 1.5 && first <= 2); /* the second pause */
	x = polite_take(p, 7, &wait);
	polite_done(p, x, POLITE_FINE, 0, 7);
	x = polite_take(p, 7, &wait);
	assert_false(polite_done(p, x, POLITE_BUSY, 7200, 8));
	assert_non_null(polite_lost(p, 8, &why, &wait));
	assert_int_equal(why, POLITE_BUSY);
	assert_true(wait >= 7200);
	polite_free(p);
}

/* Jitter is the host's and the attempt's, the same in every run. */
static void test_jitter(void **state)
{
	double waits[3];
	static const char *const hosts[] = { "a", "b", "a" };

	(void)state;
	for (int k = 0; k < 3; k++) {
		struct polite *p = polite_new(0, 1, 20);
		struct polite_item a[2] = { 0 };

		add(p, hosts[k], a, 2);
		polite_done(p, polite_take(p, 0, &waits[k]), POLITE_BUSY, 0, 0);
		assert_null(polite_take(p, 0, &waits[k]));
		polite_free(p);
	}
	assert_true(waits[0] == waits[2]);
	assert_true(waits[0] != waits[1]);
}

static void test_alone(void **state)
{
	struct polite *p = polite_new(0, 4, 0);
	struct polite_item a[4] = { 0 }, probe = { .alone = true };
	double wait;

	(void)state;
	add(p, "a", a, 4);
	assert_ptr_equal(polite_take(p, 0, &wait), &a[0]);
	polite_add(p, SPAN("a"), &probe, true, 0);
	assert_null(polite_take(p, 0, &wait)); /* until a[0] has ended */
	polite_done(p, &a[0], POLITE_FINE, 0, 0);
	polite_add(p, SPAN("a"), &a[0], true, 0); /* not before the probe */
	assert_ptr_equal(polite_take(p, 0, &wait), &probe);
	assert_null(polite_take(p, 0, &wait));
	polite_done(p, &probe, POLITE_FINE, 0, 0);
	for (int i = 0; i < 4; i++)
		assert_ptr_equal(polite_take(p, 0, &wait), &a[i]);
	polite_free(p);
}

/* The breaker holds at any rate. */
static void test_breaker_at_rate(void **state)
{
	struct polite *p = polite_new(50, 4, 20);
	struct polite_item a[100] = { 0 }, *x;
	double wait;
	int n = 0;

	(void)state;
	add(p, "a", a, 100);
	for (double now = 0; now < 30; now += 0.01)
		while ((x = polite_take(p, now, &wait))) {
			polite_done(p, x, POLITE_FAILED, 0, now);
			n++;
		}
	assert_int_equal(n, POLITE_TRIP + 2);
	polite_free(p);
}

/* Hosts that have nothing to do any more do not stay. */
static void test_forgets(void **state)
{
	struct polite *p = polite_new(0, 1, 0);
	struct polite_item item = { 0 };
	char name[16];
	double wait;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		polite_add(p, span_of(name), &item, false, i);
		assert_ptr_equal(polite_take(p, i, &wait), &item);
		polite_done(p, &item, POLITE_FINE, 0, i);
	}
	assert_in_range(polite_hosts(p), 1, 20000);
	polite_free(p);
}

/* Hosts that must be left alone for good do not keep the others in memory. */
static void test_paused_hosts(void **state)
{
	struct polite *p = polite_new(0, 8, 20);
	struct polite_item item = { 0 }, bad[POLITE_TRIP] = { 0 };
	char name[32];
	double wait;

	(void)state;
	add(p, "private", bad, POLITE_TRIP);
	for (int i = 0; i < POLITE_TRIP; i++)
		assert_ptr_equal(polite_take(p, 0, &wait), &bad[i]);
	for (int i = 0; i < POLITE_TRIP; i++)
		polite_done(p, &bad[i], POLITE_FAILED, INFINITY, 0);
	for (int i = 0; i < 50000; i++) {
		snprintf(name, sizeof(name), "host%d", i);
		polite_add(p, span_of(name), &item, false, i);
		assert_ptr_equal(polite_take(p, i, &wait), &item);
		polite_done(p, &item, POLITE_FINE, 0, i);
	}
	assert_in_range(polite_hosts(p), 1, 20000);
	polite_add(p, SPAN("private"), &item, false, 50000);
	assert_null(polite_take(p, 50000, &wait)); /* it is remembered */
	polite_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_breaker),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_breaker_at_rate),
		cmocka_unit_test(test_forgets),
		cmocka_unit_test(test_order_and_limit),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_give_up),
		cmocka_unit_test(test_success_resets),
		cmocka_unit_test(test_many_hosts),
		cmocka_unit_test(test_paused_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
