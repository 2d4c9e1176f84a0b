/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tokenize TOKENIZER.JSON [--decode | --round | --time N] <TEXTS: each text is
 * its number of bytes, a newline, the bytes. One line of each: "id:begin:end
 * ...", then, with --decode, a tab and what its ids decode to, as a JSON string.
 * --round: how many texts decode to what they were. --time: all texts N times,
 * and how long opening and encoding took. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "encoder/tokenizer.h"
#include "io/input.h"
#include "io/json.h"

struct ctx {
	const struct tokenizer *t;
	struct tokenizer_work *work;
	struct subwords tokens;
	enum { SHOW, DECODE, ROUND, TIME } what;
	int32_t *ids;
	size_t cap, texts, same, bytes;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool next(struct span *rest, struct span *text)
{
	const char *line = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n;

	if (!line)
		return false;
	n = strtoul(rest->p, NULL, 10);
	line++;
	if (n > (size_t)(rest->p + rest->n - line))
		return false;
	*text = (struct span){ line, n };
	rest->n -= (size_t)(line - rest->p) + n;
	rest->p = line + n;
	return true;
}

static void decode(struct ctx *c, struct str *out)
{
	MEM_ROOM(c->ids, c->tokens.count, c->cap);
	for (size_t i = 0; i < c->tokens.count; i++)
		c->ids[i] = c->tokens.items[i].id;
	tokenizer_decode(c->t, c->ids, c->tokens.count, false, out);
}

static void show(struct ctx *c, struct span text)
{
	struct str back = { 0 }, line = { 0 };

	for (size_t i = 0; i < c->tokens.count && c->what != ROUND; i++)
		str_printf(&line, "%s%d:%u:%u", i ? " " : "",
			   (int)c->tokens.items[i].id, c->tokens.items[i].begin,
			   c->tokens.items[i].end);
	if (c->what != SHOW)
		decode(c, &back);
	if (c->what == DECODE) {
		str_putc(&line, '\t');
		json_put_string(&line, span_str(&back));
	}
	c->same += span_eq(span_str(&back), text);
	if (c->what != ROUND)
		puts(str_z(&line));
	str_release(&back);
	str_release(&line);
}

static void run(struct ctx *c, struct span rest)
{
	struct span text;

	while (next(&rest, &text)) {
		tokenizer_encode(c->t, c->work, text, &c->tokens);
		c->texts++;
		c->bytes += text.n;
		if (c->what != TIME)
			show(c, text);
	}
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[2] : "";
	struct ctx c = { .what = !strcmp(how, "--decode")  ? DECODE
				 : !strcmp(how, "--round") ? ROUND
				 : !strcmp(how, "--time")  ? TIME
							   : SHOW };
	long times = argc > 3 ? strtol(argv[3], NULL, 10) : 1;
	struct str in = { 0 };
	struct err err;
	double begin = now(), opened;
	struct tokenizer *t = argc > 1 ? tokenizer_open(argv[1], &err) : NULL;

	if (!t) {
		fprintf(stderr, "tokenize: %s\n", argc > 1 ? err.message : "?");
		return 4;
	}
	opened = now() - begin;
	if (input_slurp("-", SIZE_MAX, &in, &err))
		return 3;
	c.t = t;
	c.work = tokenizer_work_new(t);
	begin = now();
	for (long i = 0; i < times; i++)
		run(&c, span_str(&in));
	if (c.what == TIME)
		printf("open %.2f ms, %.2f MB/s\n", opened * 1e3,
		       (double)c.bytes / 1e6 / (now() - begin));
	else if (c.what == ROUND)
		printf("%zu of %zu texts come back\n", c.same, c.texts);
	subwords_release(&c.tokens);
	free(c.ids);
	str_release(&in);
	tokenizer_work_free(c.work);
	tokenizer_free(t);
	return 0;
}
