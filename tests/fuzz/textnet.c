/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network of texts with words of its sections overwritten or sections cut:
 * refused, or what it tells is made of finite numbers. Input: a count, so many
 * times {section, where, what (4 bytes)}, then a text. A first byte 255: the
 * rest is the heads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "learn/rowtable.h"
#include "learn/textnetformat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	SECTIONS = 6,
	COLUMNS = 5,
	DIM = 16,
	FILTERS = 2,
	HIDDEN = 2,
	CHANGE = 7
};
static const char *const names[SECTIONS] = { "net.info",   "net.heads",
					     "net.cues",   "net.numbers",
					     "net.wide.0", "net.deep.0" };
static const char heads[] =
    "[{\"name\":\"a\",\"kind\":\"labels\",\"labels\":[\"x\",\"y\"]},"
    "{\"name\":\"b\",\"kind\":\"class\",\"labels\":[\"p\",\"q\"],"
    "\"slope\":[1.5,1.5],\"offset\":[0,0.5]},"
    "{\"name\":\"c\",\"kind\":\"regression\",\"labels\":[\"v\"],"
    "\"stacked\":true,\"mean\":[3],\"deviation\":[0.5]}]";
static const char text[] = "so sad!!! i don't like it :(";

static void need(bool what)
{
	if (!what)
		abort();
}

static float number(size_t i)
{
	return (float)((i * 7919) % 201) / 100 - 1;
}

static void make_rows(struct str *out, size_t dim)
{
	struct utterance u = { 0 };
	struct textgrams g = { 0 };
	float rows[64 * DIM], rarity[64];
	uint64_t hash[64];

	utterance_read(&u, SPAN(text));
	textgrams_read(&g, &u, NULL);
	for (size_t i = 0; i < 64; i++) {
		hash[i] = g.items[i % g.count].hash;
		rarity[i] = (float)i / 8;
	}
	for (size_t i = 0; i < 64 * dim; i++)
		rows[i] = number(i);
	rowtable_write(out, hash, rarity, rows, 64, dim);
	textgrams_release(&g);
	utterance_release(&u);
}

static void make(struct str section[SECTIONS])
{
	struct textnet_info info = { .utterance = UTTERANCE_VERSION,
				     .cues = TEXTCUES_VERSION,
				     .grams = TEXTGRAMS_VERSION,
				     .columns = COLUMNS,
				     .members = 1,
				     .stacked = 1,
				     .group = { 1, 1, 1 } };
	struct textcue cue[3] = { { .hash = 1 << 20, .known = 15 },
				  { .hash = 5, .known = 1 } };
	struct textnet_layout l;
	size_t count;

	info.shape[0] = (struct textnet_shape){ 1, DIM, FILTERS, HIDDEN };
	l = textnet_layout(&info.shape[0], COLUMNS);
	count = 2 * TEXTCUES + l.count + COLUMNS + TEXTCUES + 1;
	str_put(&section[0], &info, sizeof(info));
	str_puts(&section[1], heads);
	str_put(&section[2], cue, sizeof(cue));
	for (size_t i = 0; i < count; i++) {
		float v = number(i);

		str_put(&section[3], &v, sizeof(v));
	}
	make_rows(&section[4], DIM);
	make_rows(&section[5], DIM);
}

static void tell(const struct textnet *n, struct span s)
{
	struct textnet_work *w = textnet_work_new(n);
	struct textnet_told told;
	float parts[UTTERANCE_TOKENS], direction[TEXTHEADS_COLUMNS] = { 1, -1 };

	textnet_read(n, w, s, 0, &told);
	for (size_t k = 0; k < textnet_heads(n)->columns; k++)
		need(isfinite(told.logit[k]) && isfinite(told.value[k]));
	textnet_parts(n, w, s, direction, parts);
	for (size_t t = 0; t < UTTERANCE_TOKENS; t++)
		need(isfinite(parts[t]));
	textnet_work_free(w);
}

static void try_rows(const struct str *s)
{
	char *exact = mem_alloc(s->n ? s->n : 1);
	float y[4096] = { 0 };
	struct rowtable t;

	memcpy(exact, s->p, s->n);
	if (!rowtable_view(&t, (struct span){ exact, s->n }, NULL))
		for (uint64_t h = 1; h; h <<= 3) {
			const struct rowtable_row *r =
			    rowtable_find(&t, h * 0x9E3779B97F4A7C15);

			if (r)
				rowtable_add(r, t.dim, 1, y);
		}
	free(exact);
}

static void try_heads(struct span json)
{
	char *exact = mem_alloc(json.n ? json.n : 1);
	struct textheads h;
	struct str again = { 0 };
	struct textheads same;

	memcpy(exact, json.p, json.n);
	if (!textheads_read(&h, (struct span){ exact, json.n }, NULL)) {
		textheads_write(&h, &again);
		need(!textheads_read(&same, span_str(&again), NULL));
		need(same.columns == h.columns && same.count == h.count);
	}
	str_release(&again);
	free(exact);
}

static void open_all(const struct str section[SECTIONS], struct span s)
{
	int fd = memfd_create("net", MFD_CLOEXEC);
	FILE *f = fdopen(fd, "w+");
	struct pack_writer *w =
	    pack_writer_new(f, TEXTNET_KIND, TEXTNET_VERSION, NULL);
	struct textnet *n = NULL;
	struct pack *p;
	char path[40];

	for (int i = 0; i < SECTIONS; i++)
		need(!pack_section(w, names[i], section[i].p, section[i].n,
				   NULL));
	need(!pack_writer_end(w, NULL, NULL));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	p = pack_open(path, TEXTNET_KIND, TEXTNET_VERSION, NULL);
	need(p != NULL);
	n = textnet_open(p, NULL);
	if (n)
		tell(n, s);
	textnet_free(n);
	pack_close(p);
	fclose(f);
}

static void change(struct str *s, const uint8_t *p)
{
	size_t at = (size_t)p[1] | (size_t)p[2] << 8;

	if (p[0] & 0x80)
		s->n = at < s->n ? at : s->n;
	else if (s->n >= 4)
		memcpy(s->p + at % (s->n - 3), p + 3, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str section[SECTIONS] = { { 0 } };
	size_t at = 1, count = size ? data[0] : 0;

	if (count == 255) {
		try_heads((struct span){ (const char *)data + 1, size - 1 });
		return 0;
	}
	make(section);
	for (count &= 15; count && size - at >= CHANGE; count--, at += CHANGE)
		change(&section[(data[at] & 0x7F) % SECTIONS], data + at);
	try_rows(&section[4]);
	try_heads(span_str(&section[1]));
	open_all(section, (struct span){ (const char *)data + at,
					 size > at ? size - at : 0 });
	for (int i = 0; i < SECTIONS; i++)
		str_release(&section[i]);
	return 0;
}
