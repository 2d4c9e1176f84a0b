/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contours of a bell of known width: what they enclose, in closed form. */
#include "testing.h"

#include <math.h>

#include "corpus/moodcontour.h"

/* The area within a path of M, l and z, by the shoelace formula; rings around
 * holes count negatively. */
static double area(const char *p, size_t *rings)
{
	double sum = 0, x = 0, y = 0, x0 = 0, y0 = 0;

	*rings = 0;
	while (*p) {
		char *end;
		double dx, dy;
		bool move = *p == 'M';

		if (*p == 'z') {
			sum += x * y0 - x0 * y;
			p++;
			continue;
		}
		assert_true(move || *p == 'l');
		dx = strtod(p + 1, &end);
		p = end;
		dy = strtod(p, &end);
		assert_true(end > p);
		p = end;
		if (move) {
			x = x0 = dx;
			y = y0 = dy;
			++*rings;
			continue;
		}
		sum += x * (y + dy) - (x + dx) * y;
		x += dx;
		y += dy;
	}
	return fabs(sum) / 2;
}

/* Of a normal distribution of deviation s the densest share p is a disc of area
 * 2 pi s^2 ln(1 / (1 - p)). */
static void test_bell(void **state)
{
	struct moodcontour *c = mem_zalloc(1, sizeof(*c));
	struct str path = { 0 };
	double s = 0.2;

	(void)state;
	for (int i = -256; i < 256; i++) /* four a cell */
		for (int j = -256; j < 256; j++) {
			double x = (i + 0.5) / 256, y = (j + 0.5) / 256;

			moodcontour_add(c, x, y,
					exp(-(x * x + y * y) / 2 / s / s));
		}
	moodcontour_smooth(c);
	for (int i = 1; i < 10; i += 2) {
		double p = i / 10.0, want, got;
		size_t rings;

		str_reset(&path);
		moodcontour_path(c, moodcontour_level(c, p), 10, 1010, 1000,
				 &path);
		/* of 1000 units for 2; the smoothing widens it a little */
		want = 2 * acos(-1) * s * s * log(1 / (1 - p)) * 250000;
		got = area(str_z(&path), &rings);
		assert_int_equal((int)rings, 1);
		if (fabs(got / want - 1) > 0.08)
			fail_msg("%g of it: area %g, wanted %g", p, got, want);
	}
	str_release(&path);
	free(c);
}

static void test_rings(void **state)
{
	struct moodcontour *c = mem_zalloc(1, sizeof(*c));
	struct str path = { 0 };
	double sum = 0;
	size_t rings;

	(void)state;
	assert_true(moodcontour_level(c, 0.5) <= 0);
	moodcontour_smooth(c);
	moodcontour_path(c, moodcontour_level(c, 0.5), 0, 100, 100, &path);
	assert_int_equal((int)path.n, 0);

	/* a ring of points has a hole, a corner's are held in */
	for (int i = 0; i < 1000; i++) {
		double t = i / 1000.0 * 2 * acos(-1);

		moodcontour_add(c, 0.5 * cos(t), 0.5 * sin(t), 1);
	}
	moodcontour_add(c, 7, -7, 400);
	moodcontour_smooth(c);
	for (size_t i = 0; i < MOODCONTOUR_SIDE + 2; i++)
		for (size_t j = 0; j < MOODCONTOUR_SIDE + 2; j++)
			sum += c->cells[i][j];
	assert_true(fabs(sum - 1400) < 1e-6); /* nothing is lost */
	moodcontour_path(c, moodcontour_level(c, 0.9), 0, 100, 100, &path);
	area(str_z(&path), &rings);
	assert_int_equal((int)rings, 3);
	str_release(&path);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bell),
		cmocka_unit_test(test_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
