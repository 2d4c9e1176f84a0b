/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/eras.h"

#include <math.h>

#include "base/num.h"

bool eras_year(struct span text, int *year)
{
	if (text.n < 4 || (text.n > 4 && text.p[4] >= '0' && text.p[4] <= '9'))
		return false;
	text.n = 4;
	return !num_int(text, ERAS_YEAR_MIN, ERAS_YEAR_MAX, year);
}

void eras_name(int year, char out[ERAS_NAME])
{
	out[0] = (char)('0' + year / 1000 % 10);
	out[1] = (char)('0' + year / 100 % 10);
	out[2] = (char)('0' + year / 10 % 10);
	out[3] = '0';
	out[4] = 's';
	out[5] = '\0';
}

int64_t eras_midyear(int year)
{
	char text[] = "0000-07-01";
	int64_t days = 0;

	for (int i = 3; i >= 0; i--, year /= 10)
		text[i] = (char)('0' + year % 10);
	num_date(span_of(text), &days);
	return days;
}

double eras_recency(int64_t day, int64_t as_of)
{
	double age = (double)(as_of - day);

	return age <= 0 ? 1 : exp2(-age / ERAS_HALF_LIFE);
}
