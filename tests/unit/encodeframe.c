/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

#include "corpus/encodeframe.h"
#include "io/progress.h"
#include "math/random.h"

static void pair_of(int sock[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sock), 0);
}

static void test_round_trip(void **state)
{
	const struct span texts[] = { SPAN("one"), SPAN(""), SPAN("t\0o") };
	const float numbers[] = { 1, -2.5F };
	struct encodeframe f = { .what = 0 };
	int sock[2];

	(void)state;
	pair_of(sock);
	for (size_t n = 0; n <= 3; n++) {
		assert_int_equal(encodeframe_send(sock[0], ENCODEFRAME_PAIRS, 4,
						  texts, n, numbers, n % 3),
				 0);
		assert_int_equal(encodeframe_take(sock[1], INFINITY, &f),
				 ENCODEFRAME_GOT);
		assert_int_equal(f.what, ENCODEFRAME_PAIRS);
		assert_int_equal(f.status, 4);
		assert_int_equal(f.count, n);
		for (size_t i = 0; i < n; i++)
			assert_true(span_eq(f.texts[i], texts[i]));
		assert_int_equal(f.numbers_count, n % 3);
		assert_memory_equal(f.numbers, numbers,
				    n % 3 * sizeof(*numbers));
	}
	close(sock[0]);
	assert_int_equal(encodeframe_take(sock[1], INFINITY, &f),
			 ENCODEFRAME_END);
	assert_int_equal(encodeframe_send(sock[1], 0, 0, texts, 3, numbers, 2),
			 -1);
	close(sock[1]);
	encodeframe_release(&f);
}

static void test_deadline(void **state)
{
	struct encodeframe f = { .what = 0 };
	double start = progress_clock();
	int sock[2];

	(void)state;
	pair_of(sock);
	assert_int_equal(encodeframe_take(sock[1], start + 0.05, &f),
			 ENCODEFRAME_LATE);
	assert_true(progress_clock() >= start + 0.05);
	assert_int_equal(encodeframe_take(sock[1], start, &f),
			 ENCODEFRAME_LATE);
	/* half a frame is late, too */
	assert_int_equal(send(sock[0], "1234567", 7, 0), 7);
	assert_int_equal(encodeframe_take(sock[1], progress_clock() + 0.02, &f),
			 ENCODEFRAME_LATE);
	close(sock[0]);
	close(sock[1]);
	encodeframe_release(&f);
}

/* Noise, and a frame with a byte of its head changed: never out of bounds. */
static void test_noise(void **state)
{
	const struct span texts[] = { SPAN("some"), SPAN("text") };
	struct encodeframe f = { .what = 0 };
	struct random r;
	uint8_t bytes[256];

	(void)state;
	random_seed(&r, 8, 0);
	for (int i = 0; i < 2000; i++) {
		ssize_t n;
		int sock[2];

		pair_of(sock);
		encodeframe_send(sock[0], 1, 0, texts, 2, NULL, 0);
		n = recv(sock[1], bytes, sizeof(bytes), 0);
		assert_true(n > 0);
		if (i % 4)
			bytes[random_below(&r, (uint64_t)n)] =
			    (uint8_t)random_u64(&r);
		else
			for (ssize_t k = 0; k < n; k++)
				bytes[k] = (uint8_t)random_u64(&r);
		assert_int_equal(send(sock[0], bytes, (size_t)n, 0), n);
		close(sock[0]);
		if (encodeframe_take(sock[1], INFINITY, &f) == ENCODEFRAME_GOT)
			for (size_t k = 0; k < f.count; k++)
				assert_true(f.texts[k].p >= f.bytes.p &&
					    f.texts[k].p + f.texts[k].n <=
						f.bytes.p + f.bytes.n);
		close(sock[1]);
	}
	encodeframe_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
