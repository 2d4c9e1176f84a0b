/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soundmutate SEED FIRST COUNT DIR FILE...: writes COUNT damaged files, DIR/N,
 * each made of one or two of the good ones by one to three changes: bits
 * flipped, a run of bytes overwritten, doubled, left out or put in, the end cut
 * off, a field of the header set to an extreme, the tail of another file. The
 * same arguments give the same bytes; file N depends on SEED and N only.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_GOOD (4u << 20)
#define HEADER 512

struct file {
	uint8_t *p;
	size_t n;
};

static uint64_t next(uint64_t *s) /* splitmix64 */
{
	uint64_t z = *s += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t below(uint64_t *s, size_t n)
{
	return n ? (size_t)(next(s) % n) : 0;
}

/* A place: every other time in what is likely to be a header. */
static size_t place(uint64_t *s, size_t n)
{
	size_t limit = next(s) & 1 && n > HEADER ? HEADER : n;

	return below(s, limit);
}

static void flip(struct file *f, uint64_t *s)
{
	for (size_t i = 1 + below(s, 64); i > 0; i--)
		f->p[place(s, f->n)] ^= (uint8_t)(1u << below(s, 8));
}

static void overwrite(struct file *f, uint64_t *s)
{
	size_t at = place(s, f->n), n = 1 + below(s, 1u << below(s, 14));
	unsigned how = next(s) % 3;

	for (size_t i = at; i < at + n && i < f->n; i++)
		f->p[i] = how == 0 ? 0 : how == 1 ? 0xff : (uint8_t)next(s);
}

static void cut(struct file *f, uint64_t *s)
{
	f->n = 1 + below(s, f->n);
}

static void leave_out(struct file *f, uint64_t *s)
{
	size_t at = place(s, f->n), n = 1 + below(s, 1u << below(s, 15));

	if (n >= f->n - at)
		n = f->n - at - 1;
	memmove(f->p + at, f->p + at + n, f->n - at - n);
	f->n -= n;
}

/* Random bytes, or some of its own. */
static void put_in(struct file *f, uint64_t *s)
{
	size_t at = place(s, f->n), n = 1 + below(s, 1u << below(s, 15));
	size_t from = below(s, f->n);
	unsigned own = next(s) & 1;

	if (f->n + n > SIZE_MAX_GOOD)
		return;
	memmove(f->p + at + n, f->p + at, f->n - at);
	f->n += n;
	for (size_t i = 0; i < n; i++)
		f->p[at + i] = own ? f->p[(from + i) % f->n] : (uint8_t)next(s);
}

static void extreme(struct file *f, uint64_t *s)
{
	static const uint64_t values[] = {
		0,
		1,
		0x7f,
		0x80,
		0xff,
		0x7fff,
		0x8000,
		0xffff,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0xfffffffe,
		0x7fffffffffffffff,
		0x8000000000000000,
		UINT64_MAX,
	};
	size_t width = (size_t)1 << below(s, 4);
	size_t at = below(s, f->n < HEADER ? f->n : HEADER);
	uint64_t v = values[below(s, sizeof(values) / sizeof(*values))];
	unsigned big = next(s) & 1;

	for (size_t i = 0; i < width && at + i < f->n; i++)
		f->p[at + i] = (uint8_t)(v >> 8 * (big ? width - 1 - i : i));
}

static void splice(struct file *f, const struct file *other, uint64_t *s)
{
	size_t at = place(s, f->n), from = place(s, other->n);
	size_t n = other->n - from;

	if (at + n > SIZE_MAX_GOOD)
		return;
	memcpy(f->p + at, other->p + from, n);
	f->n = at + n;
}

static void mutate(struct file *f, const struct file *good, size_t count,
		   uint64_t *s)
{
	for (size_t i = 1 + below(s, 3); i > 0; i--)
		switch (next(s) % 7) {
		case 0:
			flip(f, s);
			break;
		case 1:
			overwrite(f, s);
			break;
		case 2:
			cut(f, s);
			break;
		case 3:
			leave_out(f, s);
			break;
		case 4:
			put_in(f, s);
			break;
		case 5:
			extreme(f, s);
			break;
		default:
			splice(f, &good[below(s, count)], s);
		}
}

static int fail(const char *what)
{
	perror(what);
	return 2;
}

static int make(const char *dir, unsigned long number, uint64_t seed,
		const struct file *good, size_t count, struct file *f)
{
	uint64_t s = seed * 1000003 + number;
	const struct file *g = &good[below(&s, count)];
	char path[4096];
	FILE *out;

	memcpy(f->p, g->p, g->n);
	f->n = g->n;
	mutate(f, good, count, &s);
	snprintf(path, sizeof(path), "%s/%lu", dir, number);
	out = fopen(path, "wb");
	if (!out || fwrite(f->p, 1, f->n, out) != f->n || fclose(out))
		return fail(path);
	return 0;
}

int main(int argc, char **argv)
{
	size_t count = argc > 5 ? (size_t)argc - 5 : 0;
	struct file *good = calloc(count + 1, sizeof(*good)), work;
	unsigned long first, many;
	int rc = 0;

	if (!good || !count) {
		fputs("soundmutate: see the source\n", stderr);
		return 2;
	}
	for (size_t i = 0; i <= count; i++) {
		FILE *f;

		good[i].p = malloc(SIZE_MAX_GOOD);
		if (!good[i].p)
			return fail("memory");
		if (i == count)
			break;
		f = fopen(argv[5 + i], "rb");
		if (!f)
			return fail(argv[5 + i]);
		good[i].n = fread(good[i].p, 1, SIZE_MAX_GOOD / 2, f);
		fclose(f);
		if (!good[i].n)
			return fail(argv[5 + i]);
	}
	work = good[count];
	first = strtoul(argv[2], NULL, 10);
	many = strtoul(argv[3], NULL, 10);
	for (unsigned long n = first; rc == 0 && n < first + many; n++)
		rc = make(argv[4], n, strtoul(argv[1], NULL, 10), good, count,
			  &work);
	for (size_t i = 0; i <= count; i++)
		free(good[i].p);
	free(good);
	return rc;
}
