/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Damages an index, or any pack, in one way of many (tests/corrupt/index.sh).
 *
 *   indexdamage list INDEX        every way there is, one a line; the first
 *                                 word is the kind
 *   indexdamage INDEX OUT WAY...  writes it so damaged to OUT
 *
 *   byte N            of header or table, another value
 *   header FIELD V    its checksum made right again; V as below
 *   table S FIELD V   of section S, all checksums of tables made right again
 *   cut N             the first N bytes
 *   page N FILL       page N of the file; FILL: zeros, ones or random
 *   sealed S P FILL   page P of section S, and every checksum made right again
 *   swap S N E        likewise: elements N and N + 1 of E bytes change places
 *   add S N E V       likewise: V is added to element N of E bytes
 *   short S N         likewise: the section is shorter by N bytes
 *   less S            likewise: without the section
 * V: zero, one, ones, more, less, double, high (the top bit flipped).
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/checksum.h"
#include "io/packformat.h"
#include "math/random.h"

struct file {
	char *p;
	size_t n;
	struct pack_header *header; /* in it */
	struct pack_entry *table;
	size_t count;
};

static const char *const values[] = { "zero", "one",    "ones", "more",
				      "less", "double", "high" };
static const char *const fills[] = { "zeros", "ones", "random" };
enum { VALUES = 7, FILLS = 3 };

static void die(const char *what)
{
	fprintf(stderr, "indexdamage: %s\n", what);
	exit(3);
}

static void load(struct file *f, const char *path)
{
	FILE *in = fopen(path, "r");
	struct str s = { 0 };
	char room[65536];
	size_t n;

	if (!in)
		die(path);
	while ((n = fread(room, 1, sizeof(room), in)))
		str_put(&s, room, n);
	fclose(in);
	if (s.n < PACK_PAGE)
		die("no pack");
	f->p = s.p;
	f->n = s.n;
	f->header = (void *)s.p;
	f->table = (void *)(s.p + f->header->table);
	f->count = f->header->count;
}

static void store(const char *path, const char *p, size_t n)
{
	FILE *out = fopen(path, "w");

	if (!out || fwrite(p, 1, n, out) != n || fclose(out))
		die(path);
}

/* --- numbers and bytes --- */

static uint64_t changed(uint64_t was, size_t size, const char *value)
{
	uint64_t top = UINT64_C(1) << (8 * size - 1);

	return !strcmp(value, "zero")     ? 0
	       : !strcmp(value, "one")    ? 1
	       : !strcmp(value, "ones")   ? UINT64_MAX
	       : !strcmp(value, "more")   ? was + 1
	       : !strcmp(value, "less")   ? was - 1
	       : !strcmp(value, "double") ? was * 2
					  : was ^ top;
}

static void change(char *at, size_t size, const char *value)
{
	uint64_t v = 0;

	if (size == 1 || size == 2 || size == 4 || size == 8) {
		memcpy(&v, at, size);
		v = changed(v, size, value);
		memcpy(at, &v, size);
	} else { /* text, digest */
		v = changed((unsigned char)*at, 1, value);
		memset(at, (int)(v & 0xff), !strcmp(value, "ones") ? size : 1);
	}
}

static void fill(char *at, size_t n, const char *how, uint64_t seed)
{
	struct random r;

	random_seed(&r, 6, seed);
	for (size_t i = 0; i < n; i++)
		at[i] = (char)(!strcmp(how, "zeros")  ? 0
			       : !strcmp(how, "ones") ? 0xff
						      : random_u64(&r) >> 32);
}

static void seal_header(struct file *f)
{
	f->header->crc = checksum(f->p, offsetof(struct pack_header, crc));
}

/* --- header and table --- */

struct field {
	const char *name;
	size_t at, size;
};

static const struct field header_fields[] = {
	{ "magic", 0, 8 },     { "format", 8, 4 }, { "version", 12, 4 },
	{ "kind", 16, 24 },    { "count", 40, 4 }, { "zero", 44, 4 },
	{ "table", 48, 8 },    { "size", 56, 8 },  { "digest", 64, 32 },
	{ "table_crc", 96, 4 }
};
static const struct field table_fields[] = {
	{ "name", 0, 24 },
	{ "offset", 24, 8 },
	{ "size", 32, 8 },
	{ "digest", 40, 32 },
};
enum { HEADER_FIELDS = 10, TABLE_FIELDS = 4 };

static const struct field *field_of(const struct field *f, int n,
				    const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(f[i].name, name))
			return &f[i];
	die(name);
	return NULL;
}

static void damage_header(struct file *f, char **way)
{
	const struct field *d = field_of(header_fields, HEADER_FIELDS, way[1]);

	change(f->p + d->at, d->size, way[2]);
	seal_header(f);
}

static size_t section_of(const struct file *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->table[i].name, name))
			return i;
	die(name);
	return 0;
}

static void damage_table(struct file *f, char **way)
{
	const struct field *d = field_of(table_fields, TABLE_FIELDS, way[2]);
	char *entry = (char *)&f->table[section_of(f, way[1])];

	change(entry + d->at, d->size, way[3]);
	f->header->table_crc = checksum(f->table, f->count * sizeof(*f->table));
	seal_header(f);
}

/* --- sections, with checksums made right again --- */

static void write_anew(const struct file *f, const char *path, size_t without)
{
	FILE *out = fopen(path, "w+");
	struct pack_writer *w = out ? pack_writer_new(out, f->header->kind,
						      f->header->version, NULL)
				    : NULL;

	if (!w)
		die(path);
	for (size_t i = 0; i < f->count; i++)
		if (i != without &&
		    pack_section(w, f->table[i].name, f->p + f->table[i].offset,
				 f->table[i].size, NULL))
			die(path);
	if (pack_writer_end(w, NULL, NULL) || fclose(out))
		die(path);
}

static void damage_section(struct file *f, const char *out, char **way)
{
	size_t s = section_of(f, way[1]);
	struct pack_entry *e = &f->table[s];
	char *p = f->p + e->offset, room[64];
	size_t at = way[2] ? strtoull(way[2], NULL, 10) : 0;
	size_t size = way[2] && way[3] ? strtoull(way[3], NULL, 10) : 0;

	if (!strcmp(*way, "sealed")) {
		at *= PACK_PAGE;
		fill(p + at,
		     e->size - at < PACK_PAGE ? e->size - at : PACK_PAGE,
		     way[3], e->offset + at);
	} else if (!strcmp(*way, "swap")) {
		p += at * size;
		memcpy(room, p, size);
		memcpy(p, p + size, size);
		memcpy(p + size, room, size);
	} else if (!strcmp(*way, "add")) {
		change(p + at * size, size, way[4]);
	} else if (!strcmp(*way, "short")) {
		e->size -= at;
	}
	write_anew(f, out, !strcmp(*way, "less") ? s : SIZE_MAX);
}

static void damage(struct file *f, const char *out, char **way)
{
	size_t n = way[1] ? strtoull(way[1], NULL, 10) : 0;

	if (!strcmp(*way, "byte")) {
		f->p[n] = (char)(f->p[n] + 1 + (char)(n % 255));
	} else if (!strcmp(*way, "cut")) {
		f->n = n;
	} else if (!strcmp(*way, "page")) {
		size_t at = n * PACK_PAGE;

		fill(f->p + at, f->n - at < PACK_PAGE ? f->n - at : PACK_PAGE,
		     way[2], at);
	} else if (!strcmp(*way, "header")) {
		damage_header(f, way);
	} else if (!strcmp(*way, "table")) {
		damage_table(f, way);
	} else {
		damage_section(f, out, way);
		return;
	}
	store(out, f->p, f->n);
}

/* --- the ways --- */

static void list_outside(const struct file *f)
{
	size_t table = f->header->table;

	for (size_t i = 0; i < offsetof(struct pack_header, crc) + 4; i++)
		printf("byte %zu\n", i);
	for (size_t i = table; i < f->n; i++)
		printf("byte %zu\n", i);
	for (int i = 0; i < HEADER_FIELDS; i++)
		for (int v = 0; v < VALUES; v++)
			printf("header %s %s\n", header_fields[i].name,
			       values[v]);
	for (size_t s = 0; s < f->count; s++)
		for (int i = 0; i < TABLE_FIELDS; i++)
			for (int v = 0; v < VALUES; v++)
				printf("table %s %s %s\n", f->table[s].name,
				       table_fields[i].name, values[v]);
	for (size_t n = 0; n <= 104; n += 52)
		printf("cut %zu\n", n);
	for (size_t s = 0; s < f->count; s++)
		for (size_t d = 0; d < 3; d++) {
			size_t at = f->table[s].offset;

			printf("cut %zu\ncut %zu\n", at + d - 1,
			       at + f->table[s].size + d - 1);
		}
	printf("cut %zu\ncut %zu\ncut %zu\ncut %zu\n", table - 1, table,
	       table + 1, f->n - 1);
}

/* Elements near the ends and in the middle. */
static void list_elements(const char *name, size_t bytes, size_t size)
{
	size_t n = bytes / size;
	const size_t at[] = { 0, 1, n / 2, n - 2, n - 1 };

	for (int i = 0; i < 5; i++) {
		if (at[i] >= n || (i && at[i] <= at[i - 1]))
			continue;
		if (at[i] + 1 < n)
			printf("swap %s %zu %zu\n", name, at[i], size);
		for (int v = 0; v < VALUES; v++)
			printf("add %s %zu %zu %s\n", name, at[i], size,
			       values[v]);
	}
}

static void list_sections(const struct file *f)
{
	for (size_t i = 0; i < f->n; i += PACK_PAGE)
		for (int k = 0; k < FILLS; k++)
			printf("page %zu %s\n", i / PACK_PAGE, fills[k]);
	for (size_t s = 0; s < f->count; s++) {
		const struct pack_entry *e = &f->table[s];

		printf("less %s\n", e->name);
		if (!e->size)
			continue;
		for (size_t i = 0; i < e->size; i += PACK_PAGE)
			for (int k = 0; k < FILLS; k++)
				printf("sealed %s %zu %s\n", e->name,
				       i / PACK_PAGE, fills[k]);
		for (size_t size = 1; size <= 8; size *= 2)
			if (!(e->size % size))
				list_elements(e->name, e->size, size);
		for (size_t n = 1; n <= e->size; n *= 8)
			printf("short %s %zu\n", e->name, n);
		printf("short %s %zu\n", e->name, (size_t)e->size);
	}
}

int main(int argc, char **argv)
{
	struct file f;

	if (argc == 3 && !strcmp(argv[1], "list")) {
		load(&f, argv[2]);
		list_outside(&f);
		list_sections(&f);
	} else if (argc > 4) {
		load(&f, argv[1]);
		damage(&f, argv[2], argv + 3);
	} else {
		die("list INDEX, or INDEX OUT WAY...");
	}
	free(f.p);
	return 0;
}
