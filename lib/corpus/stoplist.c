/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/stoplist.h"
#include "io/tableline.h"

#include "text/tokens.h"

static int add_line(struct stoplist *s, struct tokens *tokens,
		    struct str *phrase, struct span line, struct err *err)
{
	const char *tab = memchr(line.p, '\t', line.n);
	size_t n = tab ? (size_t)(tab - line.p) : line.n;
	struct span use = { line.p + n, line.n - n };
	struct token token;
	uint64_t bits;

	use = span_trim(use);
	bits = span_is(use, "tag")     ? STOPLIST_TAG
	       : span_is(use, "genre") ? STOPLIST_GENRE
	       : span_is(use, "both")  ? STOPLIST_TAG | STOPLIST_GENRE
				       : 0;
	if (!bits)
		return err_set(err, ERR_DATA, "table",
			       "use \"%.*s\" where "
			       "tag, genre or both was expected",
			       (int)use.n, use.p);
	str_reset(phrase);
	tokens_start(tokens, (struct span){ line.p, n });
	while (tokens_next(tokens, &token)) {
		if (phrase->n)
			str_putc(phrase, ' ');
		str_span(phrase, token.text);
	}
	*table_put(&s->words, span_str(phrase)) |= bits;
	return 0;
}

int stoplist_parse(struct stoplist *s, struct span tsv, const char *name,
		   struct err *err)
{
	struct span line;
	struct tokens tokens = { 0 };
	struct str phrase = { 0 };
	size_t number = 0;
	int rc = 0;

	*s = (struct stoplist){ 0 };
	while (!rc && tableline_next(&tsv, &line, &number))
		rc = add_line(s, &tokens, &phrase, line, err);
	tokens_release(&tokens);
	str_release(&phrase);
	if (!rc)
		return 0;
	stoplist_release(s);
	return err_prefix(err, "%s:%zu", name, number);
}

void stoplist_release(struct stoplist *s)
{
	table_release(&s->words);
}

bool stoplist_has(const struct stoplist *s, struct span phrase,
		  enum stoplist_use use)
{
	const uint64_t *bits = table_get(&s->words, phrase);

	return bits && (*bits & (uint64_t)use);
}
