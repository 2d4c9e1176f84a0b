/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokenizers that are refused, and why; and those that try to take too long. */
#include "tokenizertest.h"

#include <time.h>

static void refused(const char *parts, const char *why)
{
	struct err err;
	struct tokenizer *t = open_parts(parts, &err);

	if (t)
		fail_msg("\"%s\" is not refused", parts);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why) || !strstr(err.message, "tokenizer.json"))
		fail_msg("\"%s\" does not say \"%s\"", err.message, why);
}

#define MODEL                                                                  \
	"'model': {'type': 'WordLevel', 'unk_token': '?', 'vocab': "           \
	"{'?': 0, 'a': 1}}"
#define BPE(vocab, merges)                                                     \
	"'model': {'type': 'BPE', 'vocab': {" vocab "}, 'merges': [" merges "]}"

static void test_names(void **state)
{
	(void)state;
	refused("'normalizer': {'type': 'Foo'}, " MODEL, "normalizer Foo");
	refused("'pre_tokenizer': {'type': 'Bar'}, " MODEL,
		"pre-tokenizer Bar");
	refused("'pre_tokenizer': {'type': 'UnicodeScripts'}, " MODEL,
		"pre-tokenizer UnicodeScripts");
	refused("'post_processor': {'type': 'Baz'}, " MODEL,
		"post-processor Baz");
	refused("'decoder': {'type': 'CTC'}, " MODEL, "decoder CTC");
	refused("'model': {'type': 'Qux', 'vocab': {'a': 0}}", "model Qux");
	refused("'normalizer': {'type': 'Lowercase', 'how': 1}, " MODEL,
		"\"how\"");
	refused("'normalizer': {'type': 'Sequence', 'normalizers': [{'type': "
		"'NFC'}, {'type': 'Oops'}]}, " MODEL,
		"normalizer Oops");
	refused("'normalizer': {}, " MODEL, "\"type\"");
	refused("'normalizer': 3, " MODEL, "not an object");
	refused("'more': 1, " MODEL, "more");
	refused("'pre_tokenizer': {'type': 'Split', 'pattern': {'Regex': "
		"'[a'}, 'behavior': 'Isolated'}, " MODEL,
		"regular expression");
	refused("'pre_tokenizer': {'type': 'Split', 'pattern': {'String': "
		"'a'}, 'behavior': 'Sideways'}, " MODEL,
		"Sideways");
	refused("'normalizer': {'type': 'Precompiled', "
		"'precompiled_charsmap': 'AAAA'}, " MODEL,
		"charsmap");
}

static void test_models(void **state)
{
	(void)state;
	refused("'added_tokens': []", "no model");
	refused("'model': {'type': 'WordPiece'}", "no vocabulary");
	refused("'model': {'type': 'WordPiece', 'vocab': {'a': 0}}", "[UNK]");
	refused("'model': {'type': 'WordPiece', 'vocab': [['a', 0]]}",
		"another kind");
	refused("'model': {'type': 'WordPiece', 'vocab': {'a': -1}}", "id");
	refused("'model': {'type': 'WordPiece', 'vocab': {'a': 9999999}}",
		"out of range");
	refused("'model': {'type': 'WordPiece', 'vocab': "
		"{'a': 99999999999999999999}}",
		"out of range");
	refused("'model': {'type': 'WordPiece', 'vocab': {'a': 0, 'b': 0}}",
		"two words");
	refused("'model': {'type': 'WordPiece', 'vocab': {'a': 0, 'a': 1}}",
		"twice");
	refused("'model': {'type': 'Unigram', 'vocab': [['a', 0]]}", "unk_id");
	refused("'model': {'type': 'Unigram', 'unk_id': 1, 'vocab': "
		"[['a', 0]]}",
		"unk_id");
	refused("'model': {'type': 'Unigram', 'unk_id': 0, 'vocab': "
		"[['a', 1e999]]}",
		"score");
	refused(MODEL ", " MODEL, "two models");
	refused("'model': {'vocab': {'a': 0}, 'vocab': {'b': 0}}",
		"two vocabularies");
	refused("'model': {'type': 'WordLevel', 'vocab': {'\xff': 0}}",
		"UTF-8");
}

static void test_merges(void **state)
{
	(void)state;
	refused("'model': {'type': 'BPE', 'vocab': {'a': 0}}", "no list");
	refused(BPE("'a': 0", "'a b'"), "not in the vocabulary");
	refused(BPE("'a': 0, 'b': 1", "'a b'"), "not in the vocabulary");
	refused(BPE("'a': 0, 'b': 1, 'ab': 2", "'ab'"), "two words");
	refused(BPE("'a': 0, 'b': 1, 'ab': 2", "'a b c'"), "more than two");
	refused(BPE("'a': 0, 'b': 1, 'ab': 2", "['a']"), "two strings");
	refused(BPE("'a': 0", "3"), "neither");
	refused("'model': {'type': 'BPE', 'dropout': 0.1, 'vocab': {'a': 0}, "
		"'merges': []}",
		"dropout");
	refused("'model': {'type': 'BPE', 'continuing_subword_prefix': '##', "
		"'vocab': {'a': 0, 'b': 1}, 'merges': ['a b']}",
		"without the prefix");
}

static void test_added(void **state)
{
	(void)state;
	refused("'added_tokens': [{'id': 0, 'content': 'a'}], " MODEL,
		"another's");
	refused("'added_tokens': [{'id': 1, 'content': 'z'}], " MODEL,
		"another's");
	refused("'added_tokens': [{'id': 88888888, 'content': 'z'}], " MODEL,
		"out of range");
	refused("'added_tokens': [{'id': 2, 'content': 'z'}, "
		"{'id': 2, 'content': 'y'}], " MODEL,
		"two added tokens");
	refused("'added_tokens': [{'id': 2, 'content': 'z'}, "
		"{'id': 3, 'content': 'z'}], " MODEL,
		"twice");
	refused("'added_tokens': [{'id': 2, 'content': ''}], " MODEL,
		"no content");
	refused("'post_processor': {'type': 'BertProcessing', "
		"'sep': ['a', 7], 'cls': ['a', 1]}, " MODEL,
		"not in the vocabulary");
	refused("'post_processor': {'type': 'TemplateProcessing', 'single': "
		"[], 'pair': [], 'special_tokens': {}}, " MODEL,
		"does not have A");
}

/* The file itself: cut off, no JSON, nested, too large. */
static void test_file(void **state)
{
	char *path = test_path("tokenizer.json");
	struct str s = { 0 };
	struct err err;

	(void)state;
	assert_null(tokenizer_open("/nonexistent/tokenizer.json", &err));
	assert_status(&err, ERR_ENV);
	test_save(path, "", 0);
	assert_null(tokenizer_open(path, &err));
	assert_status(&err, ERR_DATA);
	str_puts(&s, "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": "
		     "\"?\", \"vocab\": {\"?\": 0, \"a\\u00e9\": 1}}}");
	for (size_t n = 1; n < s.n; n++) {
		test_save(path, s.p, n);
		assert_null(tokenizer_open(path, &err));
		assert_status(&err, ERR_DATA);
	}
	str_reset(&s);
	str_puts(&s, "{\"normalizer\": ");
	for (int i = 0; i < 100000; i++)
		str_puts(&s, "{\"type\":\"Sequence\",\"normalizers\":[");
	test_save(path, s.p, s.n);
	assert_null(tokenizer_open(path, &err));
	assert_status(&err, ERR_DATA);
	assert_int_equal(truncate(path, 100 << 20), 0);
	assert_null(tokenizer_open(path, &err));
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "more than any tokenizer"));
	unlink(path);
	free(path);
	str_release(&s);
}

/* A regular expression that tries for ever, and a text for it. */
static void test_limits(void **state)
{
	struct tokenizer *t =
	    opened("'pre_tokenizer': {'type': 'Split', 'pattern': {'Regex': "
		   "'(a|a|aa)+$'}, 'behavior': 'Isolated'}, " MODEL);
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords x = { 0 };
	clock_t begin = clock();
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	tokenizer_encode(t, w, (struct span){ text, sizeof(text) }, &x);
	assert_int_equal(x.count, 1);
	assert_true(clock() - begin < 20 * CLOCKS_PER_SEC);
	subwords_release(&x);
	tokenizer_work_free(w);
	tokenizer_free(t);
}

/* What is put before each piece may not make a text grow without end. */
static void test_growth(void **state)
{
	struct str s = { 0 };
	struct tokenizer *t;
	struct tokenizer_work *w;
	struct subwords x = { 0 };

	(void)state;
	str_puts(&s, "'normalizer': {'type': 'Replace', 'pattern': {'String': "
		     "'a'}, 'content': '");
	for (int i = 0; i < 1000; i++)
		str_puts(&s, "aaaaaaaaaa");
	str_puts(&s, "'}, " MODEL);
	t = opened(str_z(&s));
	w = tokenizer_work_new(t);
	str_reset(&s);
	for (int i = 0; i < 100000; i++)
		str_putc(&s, 'a');
	tokenizer_encode(t, w, span_str(&s), &x);
	assert_int_equal(x.count, 1);
	subwords_release(&x);
	tokenizer_work_free(w);
	tokenizer_free(t);
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),  cmocka_unit_test(test_models),
		cmocka_unit_test(test_merges), cmocka_unit_test(test_added),
		cmocka_unit_test(test_file),   cmocka_unit_test(test_limits),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
