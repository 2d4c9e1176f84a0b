/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokenizers that a test writes: JSON with ' for ", so that it can be read. */
#ifndef MOODPIPE_TOKENIZERTEST_H
#define MOODPIPE_TOKENIZERTEST_H

#include "testing.h"

#include "encoder/tokenizer.h"

/* Opens parts, the members of a tokenizer.json. NULL with *err set. */
static inline struct tokenizer *open_parts(const char *parts, struct err *err)
{
	char *path = test_path("tokenizer.json");
	struct str s = { 0 };
	struct tokenizer *t;

	str_printf(&s, "{'version': '1.0', %s}", parts);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\'')
			s.p[i] = '"';
		else if (s.p[i] == '`')
			s.p[i] = '\'';
	test_save(path, s.p, s.n);
	t = tokenizer_open(path, err);
	unlink(path);
	free(path);
	str_release(&s);
	return t;
}

/* The spellings of a text's tokens, with a blank between. */
static inline char *spellings(const struct tokenizer *t,
			      const struct subwords *tokens)
{
	struct str s = { 0 };

	for (size_t i = 0; i < tokens->count; i++) {
		if (i)
			str_putc(&s, ' ');
		str_span(&s, tokenizer_spelling(t, tokens->items[i].id));
	}
	str_z(&s);
	return s.p;
}

static inline void encodes(const struct tokenizer *t, struct span text,
			   const char *want)
{
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords tokens = { 0 };
	char *got;

	for (int again = 0; again < 2; again++) { /* seen, and remembered */
		tokenizer_encode(t, w, text, &tokens);
		got = spellings(t, &tokens);
		assert_string_equal(got, want);
		free(got);
	}
	subwords_release(&tokens);
	tokenizer_work_free(w);
}

static inline struct tokenizer *opened(const char *parts)
{
	struct err err;
	struct tokenizer *t = open_parts(parts, &err);

	if (!t)
		fail_msg("%s", err.message);
	return t;
}

static inline void one_case(const char *parts, const char *text,
			    const char *want)
{
	struct tokenizer *t = opened(parts);

	encodes(t, span_of(text), want);
	tokenizer_free(t);
}

#define BERT_MODEL                                                             \
	"'model': {'type': 'WordPiece', 'unk_token': '[UNK]', "                \
	"'continuing_subword_prefix': '##', 'max_input_chars_per_word': 100, " \
	"'vocab': {'[UNK]': 0, '[CLS]': 1, '[SEP]': 2, '[PAD]': 3, "           \
	"'[MASK]': 4, 'want': 5, '##want': 6, '##ed': 7, 'wa': 8, 'un': 9, "   \
	"'runn': 10, '##ing': 11, ',': 12, 'low': 13, 'lowest': 14, "          \
	"'hello': 15, 'h\xc3\xa4llo': 16, '!': 17, 'how': 18, 'are': 19, "     \
	"'you': 20, '?': 21, 'HeLLo': 22, 'Are': 23, 'yoU': 24, 'ah': 25, "    \
	"'\xe5\x8d\x9a': 26, '\xe6\x8e\xa8': 27, 'zz': 28, 'hallo': 29}}"
#define BERT_NORMALIZER(lower, accents)                                        \
	"'normalizer': {'type': 'BertNormalizer', 'clean_text': true, "        \
	"'handle_chinese_chars': true, 'strip_accents': " accents              \
	", 'lowercase': " lower "}, "
#define BERT_PRE "'pre_tokenizer': {'type': 'BertPreTokenizer'}, "
#define SPECIAL(id, content)                                                   \
	"{'id': " id ", 'content': '" content "', 'single_word': false, "      \
	"'lstrip': false, 'rstrip': false, 'normalized': false, "              \
	"'special': true}"
#define BERT_ADDED                                                             \
	"'added_tokens': [" SPECIAL("1", "[CLS]") ", " SPECIAL(                \
	    "2", "[SEP]") ", " SPECIAL("4", "[MASK]") "], "
#define BERT_POST                                                              \
	"'post_processor': {'type': 'TemplateProcessing', 'single': ["         \
	"{'SpecialToken': {'id': '[CLS]', 'type_id': 0}}, "                    \
	"{'Sequence': {'id': 'A', 'type_id': 0}}, "                            \
	"{'SpecialToken': {'id': '[SEP]', 'type_id': 0}}], 'pair': ["          \
	"{'SpecialToken': {'id': '[CLS]', 'type_id': 0}}, "                    \
	"{'Sequence': {'id': 'A', 'type_id': 0}}, "                            \
	"{'SpecialToken': {'id': '[SEP]', 'type_id': 0}}, "                    \
	"{'Sequence': {'id': 'B', 'type_id': 1}}, "                            \
	"{'SpecialToken': {'id': '[SEP]', 'type_id': 1}}], "                   \
	"'special_tokens': {'[CLS]': {'id': '[CLS]', 'ids': [1], "             \
	"'tokens': ['[CLS]']}, '[SEP]': {'id': '[SEP]', 'ids': [2], "          \
	"'tokens': ['[SEP]']}}}, "

#endif
