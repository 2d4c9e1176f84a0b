/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emotionmake FILE: writes the small network of emotionpack.h. */
#include "emotionpack.h"

int main(int argc, char **argv)
{
	struct err err = { 0 };

	if (argc != 2)
		return 2;
	if (emotionpack_write(argv[1], NULL, &err)) {
		fprintf(stderr, "emotionmake: %s\n", err.message);
		return 3;
	}
	return 0;
}
