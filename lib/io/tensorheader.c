/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tensorheader.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/json.h"

struct scan {
	const char *p, *end;
	const unsigned char *data;
	size_t size;
	const char *path;
	struct str name; /* decoded, where it has to be */
	struct err *err;
};

/* The format's types and their sizes; some stand on less than a byte. */
static const struct {
	const char *name;
	size_t bits;
	enum tensormap_type type;
} types[] = {
	{ "F32", 32, TENSORMAP_F32 },      { "F16", 16, TENSORMAP_F16 },
	{ "BF16", 16, TENSORMAP_BF16 },    { "F64", 64, TENSORMAP_F64 },
	{ "I64", 64, TENSORMAP_I64 },      { "U64", 64, TENSORMAP_OTHER },
	{ "I32", 32, TENSORMAP_OTHER },    { "U32", 32, TENSORMAP_OTHER },
	{ "I16", 16, TENSORMAP_OTHER },    { "U16", 16, TENSORMAP_OTHER },
	{ "I8", 8, TENSORMAP_OTHER },      { "U8", 8, TENSORMAP_OTHER },
	{ "BOOL", 8, TENSORMAP_OTHER },    { "F8_E5M2", 8, TENSORMAP_OTHER },
	{ "F8_E4M3", 8, TENSORMAP_OTHER }, { "F8_E8M0", 8, TENSORMAP_OTHER },
	{ "F6_E2M3", 6, TENSORMAP_OTHER }, { "F6_E3M2", 6, TENSORMAP_OTHER },
	{ "F4", 4, TENSORMAP_OTHER },      { "C64", 64, TENSORMAP_OTHER },
};
#define TYPES (sizeof(types) / sizeof(types[0]))

int tensorheader_broken(const char *path, const char *what, struct err *err)
{
	return err_set(err, ERR_DATA, "model",
		       "%s: not a whole .safetensors file: %s; fetch or export "
		       "the weights again",
		       path, what);
}

static int broken(const struct scan *s, const char *what)
{
	return tensorheader_broken(s->path, what, s->err);
}

static int broken_tensor(const struct scan *s, const char *name,
			 const char *what)
{
	return err_set(s->err, ERR_DATA, "model",
		       "%s: tensor \"%.80s\" %s; fetch or export the weights "
		       "again",
		       s->path, name, what);
}

static int not_json(const struct scan *s)
{
	return broken(s, "its header is not JSON");
}

static void space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' ||
				 *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

/* Passes the character c and white space around it. */
static bool pass(struct scan *s, char c)
{
	space(s);
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	space(s);
	return true;
}

static int any_value(struct scan *s, struct span *value)
{
	const char *why, *end = json_skip(s->p, s->end, &why);

	if (!end)
		return not_json(s);
	*value = (struct span){ s->p, (size_t)(end - s->p) };
	s->p = end;
	return 0;
}

/* A member's name, without quotes, and the colon behind it. */
static int member_name(struct scan *s, struct span *raw)
{
	if (s->p == s->end || *s->p != '"' || any_value(s, raw) ||
	    !pass(s, ':'))
		return not_json(s);
	raw->p++;
	raw->n -= 2;
	return 0;
}

/* Behind a member or element: 1 for one more, 0 for the end. */
static int more(struct scan *s, char closing)
{
	if (pass(s, ','))
		return 1;
	return pass(s, closing) ? 0 : not_json(s);
}

/* An array of at most `most` whole numbers; how many, or -1 and no message. */
static int numbers(struct scan *s, uint64_t *out, int most)
{
	int n = 0;

	if (!pass(s, '['))
		return -1;
	if (pass(s, ']'))
		return 0;
	do {
		const char *from = s->p;

		while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
			s->p++;
		if (n == most || (s->p > from + 1 && *from == '0') ||
		    num_u64((struct span){ from, (size_t)(s->p - from) },
			    &out[n++]))
			return -1;
	} while (pass(s, ','));
	return pass(s, ']') ? n : -1;
}

/* The text in the header's store, ended by NUL; NULL: it has grown, for it is
 * no UTF-8. A name and its quotes are longer than it is, so there is room. */
static const char *keep(struct tensorheader *h, struct scan *s, struct span raw)
{
	struct span text = raw;
	char *to = h->names + h->used;
	bool plain = true;

	for (size_t i = 0; i < raw.n; i++)
		plain = plain && raw.p[i] != '\\' &&
			!((unsigned char)raw.p[i] & 0x80);
	if (!plain) {
		str_reset(&s->name);
		json_string((struct span){ raw.p - 1, raw.n + 2 }, &s->name);
		text = span_str(&s->name);
		if (text.n > raw.n)
			return NULL;
	}
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	h->used += text.n + 1;
	return to;
}

struct told { /* of a tensor */
	struct span dtype;
	uint64_t shape[TENSORMAP_DIMS], offset[2];
	int ndim, offsets; /* -1: not told */
};

static int tell_member(struct scan *s, struct span raw, struct told *t)
{
	struct span value = { 0 };

	if (span_is(raw, "shape")) {
		t->ndim = numbers(s, t->shape, TENSORMAP_DIMS);
		return t->ndim < 0;
	}
	if (span_is(raw, "data_offsets")) {
		t->offsets = numbers(s, t->offset, 2);
		return t->offsets != 2;
	}
	if (any_value(s, &value))
		return -1;
	if (span_is(raw, "dtype") && value.p[0] == '"')
		t->dtype = (struct span){ value.p + 1, value.n - 2 };
	return 0;
}

static int tell(struct scan *s, struct told *t)
{
	static const char lacking[] = "a tensor without shape or offsets";
	struct span raw;
	int rc;

	*t = (struct told){ .ndim = -1, .offsets = -1 };
	if (s->p == s->end)
		return not_json(s);
	if (!pass(s, '{') || pass(s, '}'))
		return broken(s, lacking);
	do {
		if (member_name(s, &raw))
			return -1;
		rc = tell_member(s, raw, t);
		if (rc)
			return rc < 0 ? -1 : broken(s, lacking);
		rc = more(s, '}');
	} while (rc > 0);
	if (!rc && (t->ndim < 0 || t->offsets < 0 || !t->dtype.p))
		return broken(s, lacking);
	return rc;
}

/* The type, and how many bytes count numbers of it take; size 0 where the type
 * is not one of the format's. -1: more than there can be. */
static int type_of(struct span dtype, struct tensormap_tensor *t, size_t *size)
{
	size_t bits;

	t->type = TENSORMAP_OTHER;
	*size = 0;
	for (size_t i = 0; i < TYPES; i++)
		if (span_is(dtype, types[i].name)) {
			t->type = types[i].type;
			t->dtype = types[i].name;
			if (num_muladd(t->count, types[i].bits, 7, &bits))
				return -1;
			*size = bits / 8;
			return 0;
		}
	return 0;
}

static int add_tensor(struct tensorheader *h, struct scan *s, struct span raw,
		      const struct told *told)
{
	struct tensormap_tensor t = { .path = s->path,
				      .ndim = told->ndim,
				      .count = 1 };
	size_t size;
	bool overflow = false;

	t.name = keep(h, s, raw);
	if (!t.name)
		return broken(s, "a tensor without a name");
	if (h->count == TENSORHEADER_TENSORS)
		return broken(s, "more tensors than a model has");
	for (int i = 0; i < t.ndim; i++) {
		t.dims[i] = (size_t)told->shape[i];
		overflow |= num_muladd(t.count, t.dims[i], 0, &t.count) != 0;
	}
	if (overflow || type_of(told->dtype, &t, &size))
		return broken_tensor(s, t.name,
				     "has a size that no memory holds");
	t.size = (size_t)(told->offset[1] - told->offset[0]);
	if (told->offset[0] > told->offset[1] || told->offset[1] > s->size ||
	    (t.dtype && t.size != size))
		return broken_tensor(s, t.name, "is out of bounds");
	if (!t.dtype)
		t.dtype = keep(h, s, told->dtype);
	if (!t.dtype)
		return broken_tensor(s, t.name, "has a type without a name");
	t.bytes = s->data + told->offset[0];
	MEM_ROOM(h->items, h->count + 1, h->cap);
	h->items[h->count++] = t;
	return 0;
}

static int one_member(struct tensorheader *h, struct scan *s)
{
	struct span raw, value;
	struct told told;

	if (member_name(s, &raw))
		return -1;
	if (span_is(raw, "__metadata__"))
		return any_value(s, &value);
	if (!raw.n)
		return broken(s, "a tensor without a name");
	return tell(s, &told) || add_tensor(h, s, raw, &told) ? -1 : 0;
}

static int scan_header(struct tensorheader *h, struct scan *s)
{
	int rc = 1;

	if (!pass(s, '{'))
		return not_json(s);
	if (pass(s, '}'))
		rc = 0;
	while (rc > 0) {
		if (one_member(h, s))
			return -1;
		rc = more(s, '}');
	}
	if (!rc && s->p != s->end)
		return not_json(s);
	return rc;
}

static int by_place(const void *a, const void *b)
{
	const struct tensormap_tensor *x = a, *y = b;
	const unsigned char *p = x->bytes, *q = y->bytes;

	if (p != q)
		return p < q ? -1 : 1;
	return x->size < y->size ? -1 : x->size > y->size;
}

/* Each tensor begins where another ended: the format allows no hole, which
 * something could hide in. */
static int check_places(struct tensorheader *h, const struct scan *s)
{
	const unsigned char *at = s->data;

	if (h->count)
		qsort(h->items, h->count, sizeof(*h->items), by_place);
	for (size_t i = 0; i < h->count; i++) {
		const struct tensormap_tensor *t = &h->items[i];

		if (t->bytes != at)
			return broken_tensor(
			    s, t->name,
			    (const unsigned char *)t->bytes < at
				? "lies over another"
				: "lies behind bytes that are no tensor's");
		at += t->size;
	}
	if (at != s->data + s->size)
		return broken(s, "bytes behind its last tensor");
	return 0;
}

int tensorheader_parse(struct tensorheader *h, struct span text,
		       const unsigned char *data, size_t size, const char *path,
		       struct err *err)
{
	struct scan s = { .p = text.p,
			  .end = text.p + text.n,
			  .data = data,
			  .size = size,
			  .path = path,
			  .err = err };
	int rc;

	h->names = mem_alloc(text.n + 1);
	h->used = 0;
	rc = scan_header(h, &s);
	if (!rc)
		rc = check_places(h, &s);
	str_release(&s.name);
	return rc;
}

void tensorheader_release(struct tensorheader *h)
{
	free(h->items);
	free(h->names);
	*h = (struct tensorheader){ 0 };
}
