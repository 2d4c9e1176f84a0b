/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes: a span is somebody else's memory, a str is an owned growing buffer.
 * A zeroed struct str is empty and valid. Neither needs to be NUL-terminated;
 * a str that is not empty always has a NUL behind its last byte.
 */
#ifndef MOODPIPE_STR_H
#define MOODPIPE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p; /* NULL: absent */
	size_t n;
};

struct str {
	char *p;
	size_t n, cap;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })
static inline struct span span_of(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}
static inline struct span span_str(const struct str *s)
{
	return (struct span){ s->p ? s->p : "", s->n };
}
bool span_eq(struct span a, struct span b);
bool span_is(struct span a, const char *s);
bool span_ieq(struct span a, const char *s); /* ASCII case folded */
struct span span_trim(struct span s);        /* ASCII white space off */
/* memcmp order, the shorter first. */
int span_cmp(struct span a, struct span b);

void str_release(struct str *s); /* frees; s is empty again */
static inline void str_reset(struct str *s)
{
	s->n = 0;
}
void str_reserve(struct str *s, size_t more); /* room for `more` bytes + NUL */
static inline void str_put(struct str *s, const void *p, size_t n)
{
	if (n >= s->cap - s->n || !s->cap)
		str_reserve(s, n);
	if (n)
		memcpy(s->p + s->n, p, n);
	s->n += n;
	s->p[s->n] = '\0';
}
static inline void str_span(struct str *s, struct span x)
{
	str_put(s, x.p, x.n);
}
void str_puts(struct str *s, const char *z);
static inline void str_putc(struct str *s, char c)
{
	if (s->n + 1 >= s->cap)
		str_reserve(s, 1);
	s->p[s->n++] = c;
	s->p[s->n] = '\0';
}
void str_printf(struct str *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const char *str_z(struct str *s); /* NUL-terminated, "" if empty */

/* Decimal numbers, locale-free. str_fixed writes at most `decimals` (0-9)
 * digits after the point, trailing zeros dropped; v must be finite. */
void str_u64(struct str *s, uint64_t v);
void str_i64(struct str *s, int64_t v);
void str_fixed(struct str *s, double v, int decimals);

#endif
