/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokenizers against what the tests of the hub's libraries expect of them
 * (huggingface/transformers, tests/models/{bert,roberta,clip,xlm_roberta}/
 * test_tokenization_*.py), and against small cases that are worked out. */
#include "tokenizertest.h"

#define LOWER BERT_NORMALIZER("true", "null")

static void test_bert(void **state)
{
	struct tokenizer *t =
	    opened(BERT_ADDED LOWER BERT_PRE BERT_POST BERT_MODEL);

	(void)state;
	encodes(t,
		SPAN("UNwant\xc3\xa9"
		     "d,running"),
		"un ##want ##ed , runn ##ing");
	encodes(t, SPAN("unwantedX running"), "[UNK] runn ##ing");
	encodes(t, SPAN(""), "");
	encodes(t, SPAN(" \t\n"), "");
	encodes(t, SPAN(" \tHeLLo!how  \n Are yoU?  "),
		"hello ! how are you ?");
	encodes(t, SPAN("H\xc3\xa9llo"), "hello");
	encodes(t, SPAN("He\xcc\x81llo"), "hello");
	encodes(t,
		SPAN("ah\xe5\x8d\x9a\xe6\x8e\xa8"
		     "zz"),
		"ah \xe5\x8d\x9a \xe6\x8e\xa8 zz");
	encodes(t, SPAN("\xe2\x80\x8e\xe2\x80\x8f"), ""); /* U+200E U+200F */
	encodes(t, SPAN("\xc2\xad"), "");                 /* soft hyphen */
	encodes(t, SPAN("hel\xc2\xadlo\0 \x7fyou"), "hello you");
	encodes(t, SPAN("low\xff\xfe"), "low"); /* U+FFFD, which BERT drops */
	encodes(t, SPAN("how[MASK]are [mask]"),
		"how [MASK] are [UNK] [UNK] [UNK]");
	assert_int_equal(tokenizer_size(t), 30);
	assert_int_equal(tokenizer_id(t, SPAN("##ing")), 11);
	assert_int_equal(tokenizer_id(t, SPAN("##in")), -1);
	test_span_is(tokenizer_spelling(t, 9), "un");
	assert_null(tokenizer_spelling(t, 30).p);
	assert_null(tokenizer_spelling(t, -1).p);
	tokenizer_free(t);
}

static void test_bert_options(void **state)
{
	static const char text[] = " \tH\xc3\xa4LLo!how  \n Are yoU?  ";

	(void)state;
	one_case(BERT_NORMALIZER("true", "false") BERT_PRE BERT_MODEL, text,
		 "h\xc3\xa4llo ! how are you ?");
	one_case(BERT_NORMALIZER("true", "true") BERT_PRE BERT_MODEL, text,
		 "hallo ! how are you ?");
	one_case(BERT_NORMALIZER("false", "null") BERT_PRE BERT_MODEL,
		 " \tHeLLo!how  \n Are yoU?  ", "HeLLo ! how Are yoU ?");
}

static void test_places(void **state)
{
	struct tokenizer *t =
	    opened(BERT_ADDED LOWER BERT_PRE BERT_POST BERT_MODEL);
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords a = { 0 }, b = { 0 }, all = { 0 };
	static const uint32_t begin[] = { 0, 2, 6, 9, 10, 14, 18 };
	static const uint32_t end[] = { 2, 6, 9, 10, 14, 17, 24 };

	(void)state;
	tokenizer_encode(t, w,
			 SPAN("UNwant\xc3\xa9"
			      "d,running [MASK]"),
			 &a);
	assert_int_equal(a.count, 7);
	for (size_t i = 0; i < a.count; i++) {
		assert_int_equal(a.items[i].begin, begin[i]);
		assert_int_equal(a.items[i].end, end[i]);
		assert_false(a.items[i].special);
	}
	tokenizer_encode(t, w, SPAN("how"), &b);
	assert_int_equal(tokenizer_added(t, false), 2);
	assert_int_equal(tokenizer_added(t, true), 3);
	tokenizer_finish(t, (struct subword_slice){ a.items, 2 },
			 &(struct subword_slice){ b.items, 1 }, &all);
	assert_int_equal(all.count, 6);
	assert_int_equal(all.items[0].id, 1);
	assert_true(all.items[0].special);
	assert_int_equal(all.items[3].id, 2);
	assert_int_equal(all.items[3].type, 0);
	assert_int_equal(all.items[4].id, 18);
	assert_int_equal(all.items[4].type, 1);
	assert_int_equal(all.items[5].type, 1);
	all.count = 0;
	tokenizer_finish(t, (struct subword_slice){ NULL, 0 }, NULL, &all);
	assert_int_equal(all.count, 2);
	subwords_release(&a);
	subwords_release(&b);
	subwords_release(&all);
	tokenizer_work_free(w);
	tokenizer_free(t);
}

#define ROBERTA(space)                                                         \
	"'added_tokens': [{'id': 19, 'content': '<unk>', 'special': true, "    \
	"'normalized': false, 'lstrip': true}], "                              \
	"'pre_tokenizer': {'type': 'ByteLevel', 'add_prefix_space': " space    \
	", 'trim_offsets': true, 'use_regex': true}, "                         \
	"'post_processor': {'type': 'RobertaProcessing', "                     \
	"'sep': ['d', 8], 'cls': ['s', 5], 'trim_offsets': true, "             \
	"'add_prefix_space': " space "}, "                                     \
	"'decoder': {'type': 'ByteLevel'}, 'model': {'type': 'BPE', "          \
	"'vocab': {'l': 0, 'o': 1, 'w': 2, 'e': 3, 'r': 4, 's': 5, 't': 6, "   \
	"'i': 7, 'd': 8, 'n': 9, '\\u0120': 10, '\\u0120l': 11, "              \
	"'\\u0120n': 12, '\\u0120lo': 13, '\\u0120low': 14, 'er': 15, "        \
	"'\\u0120lowest': 16, '\\u0120newer': 17, '\\u0120wider': 18, "        \
	"'<unk>': 19}, 'merges': ['#version: 0.2', '\\u0120 l', "              \
	"'\\u0120l o', ['\\u0120lo', 'w'], 'e r']}"

static void test_roberta(void **state)
{
	struct tokenizer *t = opened(ROBERTA("false"));
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords x = { 0 }, all = { 0 };
	struct subword_slice slice;
	struct str s = { 0 };
	int32_t ids[] = { 14, 15, 10, 9, 3, 2, 15, 19 };

	(void)state;
	encodes(t, SPAN("lower newer"), "l o w er \xc4\xa0 n e w er");
	encodes(t, SPAN(" lower  lower"),
		"\xc4\xa0low er \xc4\xa0 \xc4\xa0low er");
	encodes(t, SPAN("low <unk>lo"), "l o w <unk> l o");
	tokenizer_encode(t, w, SPAN("no lower"), &x);
	assert_int_equal(x.items[2].id, 14); /* its blank is not its own */
	assert_int_equal(x.items[2].begin, 3);
	assert_int_equal(x.items[2].end, 6);
	slice = (struct subword_slice){ x.items, x.count };
	tokenizer_finish(t, slice, &slice, &all); /* s A d d A d, one type */
	assert_int_equal(all.count, 2 * x.count + 4);
	assert_int_equal(all.items[x.count + 2].id, 8);
	assert_int_equal(all.items[x.count + 3].type, 0);
	tokenizer_decode(t, ids, 8, true, &s);
	assert_string_equal(str_z(&s), " lower newer");
	str_release(&s);
	subwords_release(&x);
	subwords_release(&all);
	tokenizer_work_free(w);
	tokenizer_free(t);
	one_case(ROBERTA("true"), "low <unk>low",
		 "\xc4\xa0low <unk> \xc4\xa0low");
}

static void test_clip(void **state)
{
	(void)state;
	one_case("'pre_tokenizer': {'type': 'Split', 'pattern': {'Regex': "
		 "'`s|`t|[\\\\p{L}]+|[\\\\p{N}]|[^\\\\s\\\\p{L}\\\\p{N}]+'}, "
		 "'behavior': 'Removed', 'invert': true}, 'model': {"
		 "'unk_token': '<unk>', 'end_of_word_suffix': '</w>', "
		 "'vocab': {'l': 0, 'o': 1, 'w': 2, 'e': 3, 'r': 4, 's': 5, "
		 "'t': 6, 'i': 7, 'd': 8, 'n': 9, 'lo': 10, 'l</w>': 11, "
		 "'w</w>': 12, 'r</w>': 13, 't</w>': 14, 'low</w>': 15, "
		 "'er</w>': 16, 'lowest</w>': 17, 'newer</w>': 18, "
		 "'wider': 19, '<unk>': 20}, 'merges': ['#version: 0.2', "
		 "'l o', 'lo w</w>', 'e r</w>']}",
		 "lower newer low zz",
		 "lo w er</w> n e w er</w> low</w> <unk> <unk>");
}

#define MARK "\xe2\x96\x81"
#define XLMR(more)                                                             \
	"'pre_tokenizer': {'type': 'Metaspace', 'replacement': '" MARK         \
	"', " more "}, 'model': {'type': 'Unigram', 'unk_id': 0, 'vocab': ["   \
	"['<unk>', 0], ['" MARK "This', -7], ['" MARK "is', -5], "             \
	"['" MARK "a', -4], ['" MARK "t', -6], ['est', -7], ['" MARK           \
	"', -3], ['I', -5], ['" MARK "I', -4], ['" MARK "was', -5], "          \
	"['" MARK "b', -6], ['or', -6], ['n', -5], ['" MARK "in', -4], "       \
	"['2', -8], ['0', -7], [',', -3], ['" MARK "and', -4], "               \
	"['" MARK "this', -5], ['" MARK "f', -6], ['al', -6], ['s', -4], "     \
	"['.', -3], ['e', -5], ['t', -5], ['a', -5], ['l', -6], ['o', -6]]}"

static void test_xlm_roberta(void **state)
{
	(void)state;
	one_case(XLMR("'add_prefix_space': true"), "This is a test",
		 MARK "This " MARK "is " MARK "a " MARK "t est");
	one_case(XLMR("'prepend_scheme': 'always', 'split': true"),
		 "I was born in 92000, and this is fals\xc3\xa9.",
		 MARK "I " MARK "was " MARK "b or n " MARK "in " MARK
		      " <unk> 2 0 0 0 , " MARK "and " MARK "this " MARK
		      "is " MARK "f al s <unk> .");
	one_case(XLMR("'prepend_scheme': 'never'"), "I was", "I " MARK "was");
	/* Neighbours that are not known are one, also across what is cut. */
	one_case(XLMR("'prepend_scheme': 'first', 'split': false"), "I zzz I",
		 MARK "I " MARK " <unk> " MARK "I");
}

#define WORDS(norm, pre)                                                       \
	norm pre "'model': {'type': 'WordLevel', 'unk_token': '?', "           \
		 "'vocab': {'?': 0, 'a': 1, 'b': 2, '-': 3, 'a-': 4, "         \
		 "'-b': 5, '--': 6, '1': 7, '12': 8, 'ab': 9, 'a--': 10, "     \
		 "'--b': 11, 'x': 12, '\xc3\xa9': 13, 'e': 14, "               \
		 "'e\xcc\x81': 15, 'fi': 16, 'xab': 17, '-b-': 18}}"
#define SPLIT(how)                                                             \
	"'pre_tokenizer': {'type': 'Split', 'pattern': {'String': '-'}, "      \
	"'behavior': '" how "', 'invert': false}, "
#define PRE(what) "'pre_tokenizer': {'type': " what "}, "
#define NORM(what) "'normalizer': {'type': " what "}, "

static void test_splits(void **state)
{
	(void)state;
	one_case(WORDS("", SPLIT("Removed")), "a--b", "a b");
	one_case(WORDS("", SPLIT("Isolated")), "a--b", "a - - b");
	one_case(WORDS("", SPLIT("Contiguous")), "a--b", "a -- b");
	one_case(WORDS("", SPLIT("MergedWithPrevious")), "a--b", "a- - b");
	one_case(WORDS("", SPLIT("MergedWithNext")), "a--b", "a - -b");
	one_case(WORDS("", PRE("'Digits', 'individual_digits': true")), "a12b",
		 "a 1 ? b");
	one_case(WORDS("", PRE("'Digits'")), "a12b", "a 12 b");
	one_case(WORDS("", PRE("'Punctuation'")), "a--b", "a - - b");
	one_case(WORDS("", PRE("'CharDelimiterSplit', 'delimiter': '-'")),
		 "a--b", "a b");
	one_case(WORDS("", PRE("'Whitespace'")), "a--b \xc3\xa9",
		 "a -- b \xc3\xa9");
	one_case(WORDS("", PRE("'WhitespaceSplit'")), "a--b\xc2\xa0 b", "? b");
	one_case(WORDS("", PRE("'Sequence', 'pretokenizers': [{'type': "
			       "'WhitespaceSplit'}, {'type': 'Digits'}]")),
		 "12a b", "12 a b");
}

static void test_normalizers(void **state)
{
	(void)state;
	one_case(WORDS(NORM("'NFC'"), ""), "e\xcc\x81", "\xc3\xa9");
	one_case(WORDS(NORM("'NFD'"), ""), "\xc3\xa9", "e\xcc\x81");
	one_case(WORDS(NORM("'NFKC'"), ""), "\xef\xac\x81", "fi");
	one_case(WORDS(NORM("'NFKD'"), ""), "\xef\xac\x81", "fi");
	one_case(WORDS(NORM("'Lowercase'"), ""), "AB", "ab");
	one_case(WORDS(NORM("'StripAccents'"), ""), "e\xcc\x81", "e");
	one_case(WORDS(NORM("'Strip'"), ""),
		 " \xc2\xa0"
		 "ab\n",
		 "ab");
	one_case(WORDS(NORM("'Strip', 'strip_left': false"), ""), " ab", "?");
	one_case(WORDS(NORM("'Prepend', 'prepend': 'x'"), ""), "ab", "xab");
	one_case(WORDS(NORM("'Nmt'"), PRE("'WhitespaceSplit'")),
		 "a\xef\xbb\xbf"
		 "b\x01",
		 "a b");
	one_case(WORDS(NORM("'Replace', 'pattern': {'Regex': '[yz]+'}, "
			    "'content': 'b'"),
		       ""),
		 "ayzy", "ab");
	one_case(WORDS(NORM("'Replace', 'pattern': {'String': '.'}, "
			    "'content': '-'"),
		       SPLIT("Isolated")),
		 "a.b", "a - b");
	one_case(WORDS(NORM("'Sequence', 'normalizers': [{'type': 'NFD'}, "
			    "{'type': 'StripAccents'}]"),
		       ""),
		 "\xc3\xa9", "e");
}

/* A charsmap with one rule, a to b: a double array of 98 units, then the
 * replacements. */
static void put_charsmap(struct str *json)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char bytes[4 + 98 * 4 + 3] = { 98 * 4 % 256, 98 * 4 / 256 };
	unsigned char *units = bytes + 4;

	units[97 * 4] = 'a';       /* label */
	units[97 * 4 + 1] = 1 | 4; /* it has a leaf, one place away */
	memcpy(bytes + 4 + 98 * 4, "b", 2);
	for (size_t i = 0; i < sizeof(bytes); i += 3) {
		uint32_t x = (uint32_t)bytes[i] << 16 |
			     (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];

		for (int k = 18; k >= 0; k -= 6)
			str_putc(json, digits[x >> k & 63]);
	}
}

static void test_charsmap(void **state)
{
	struct str json = { 0 };
	struct tokenizer *t;

	(void)state;
	str_puts(&json, "'normalizer': {'type': 'Precompiled', "
			"'precompiled_charsmap': '");
	put_charsmap(&json);
	str_puts(&json, "'}, " WORDS("", SPLIT("Isolated")));
	t = opened(str_z(&json));
	encodes(t, SPAN("a-x-b"), "b - x - b");
	encodes(t, SPAN("ax"), "?"); /* bx */
	/* A cluster that begins with what is rewritten is, as a whole. */
	encodes(t, SPAN("a\xcc\x81-e\xcc\x81"), "b - e\xcc\x81");
	tokenizer_free(t);
	str_release(&json);
}

#define ADDED(more) "'added_tokens': [{'id': 40, 'content': 'Ab', " more "}], "

static void test_added(void **state)
{
	(void)state;
	one_case(ADDED("'normalized': false")
		     WORDS("", PRE("'WhitespaceSplit'")),
		 "aAbb x", "a Ab b x");
	one_case(ADDED("'normalized': false, 'single_word': true")
		     WORDS("", PRE("'WhitespaceSplit'")),
		 "aAbb Ab-", "? Ab -");
	one_case(ADDED("'normalized': true")
		     WORDS(NORM("'Lowercase'"), PRE("'WhitespaceSplit'")),
		 "aAbb xaB", "a Ab b x Ab");
	one_case(ADDED("'lstrip': true, 'rstrip': true") WORDS("", ""),
		 "a  Ab b", "a Ab b");
}

static void test_bytes_of_unknown(void **state)
{
	struct tokenizer *t = opened(
	    "'decoder': {'type': 'Sequence', 'decoders': [{'type': "
	    "'ByteFallback'}, {'type': 'Fuse'}, {'type': 'Strip', "
	    "'content': ' ', 'start': 1, 'stop': 0}]}, "
	    "'model': {'type': 'BPE', 'unk_token': 'u', 'fuse_unk': true, "
	    "'byte_fallback': true, 'vocab': {'u': 0, 'a': 1, '<0xC3>': 2, "
	    "'<0xA9>': 3, ' ': 4}, 'merges': []}");
	struct str s = { 0 };

	(void)state;
	encodes(t, SPAN("a\xc3\xa9zza"), "a <0xC3> <0xA9> u a");
	tokenizer_decode(t, (int32_t[]){ 4, 1, 2, 3 }, 4, false, &s);
	assert_string_equal(str_z(&s), "a\xc3\xa9");
	str_reset(&s);
	tokenizer_decode(t, (int32_t[]){ 1, 2, 99, 1 }, 4, false, &s);
	assert_string_equal(str_z(&s), "a\xef\xbf\xbd"
				       "a");
	str_release(&s);
	tokenizer_free(t);
}

static void decodes(const char *parts, struct span text, const char *want)
{
	struct tokenizer *t = opened(parts);
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords x = { 0 };
	int32_t ids[64];
	struct str s = { 0 };

	tokenizer_encode(t, w, text, &x);
	assert_true(x.count < 64);
	for (size_t i = 0; i < x.count; i++)
		ids[i] = x.items[i].id;
	tokenizer_decode(t, ids, x.count, true, &s);
	assert_string_equal(str_z(&s), want);
	str_release(&s);
	subwords_release(&x);
	tokenizer_work_free(w);
	tokenizer_free(t);
}

static void test_decoders(void **state)
{
	(void)state;
	decodes("'decoder': {'type': 'WordPiece', 'prefix': '##', "
		"'cleanup': true}, " BERT_ADDED LOWER BERT_PRE BERT_MODEL,
		SPAN("[CLS]unwanted, running!how"), "unwanted, running! how");
	decodes("'decoder': {'type': 'Metaspace', 'replacement': '" MARK
		"', 'prepend_scheme': 'always'}, " XLMR(
		    "'prepend_scheme': 'always'"),
		SPAN("I was in"), "I was in");
	decodes("'decoder': {'type': 'Replace', 'pattern': {'String': '-'}, "
		"'content': '+'}, " WORDS("", SPLIT("Isolated")),
		SPAN("a-b"), "a+b");
	decodes("'decoder': {'type': 'BPEDecoder', 'suffix': '-'}, " WORDS(
		    "", SPLIT("MergedWithPrevious")),
		SPAN("a-b"), "a b");
	decodes(WORDS("", SPLIT("Isolated")), SPAN("a-b"), "a - b");
}

/* A long text is no worse than linear, and its places hold. */
static void test_long(void **state)
{
	struct tokenizer *t = opened(XLMR("'prepend_scheme': 'always'"));
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords x = { 0 };
	struct str s = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++)
		str_puts(&s, i % 3 ? "al" : "\xc3\xa9z");
	tokenizer_encode(t, w, span_str(&s), &x);
	assert_int_equal(x.items[0].end, 2); /* the mark put before */
	assert_int_equal(x.items[1].begin, 0);
	assert_int_equal(x.items[1].end, 3);
	assert_int_equal(x.items[x.count - 1].end, s.n);
	for (size_t i = 1; i < x.count; i++)
		assert_true(x.items[i].begin >= x.items[i - 1].begin);
	str_release(&s);
	subwords_release(&x);
	tokenizer_work_free(w);
	tokenizer_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bert),
		cmocka_unit_test(test_bert_options),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_roberta),
		cmocka_unit_test(test_clip),
		cmocka_unit_test(test_xlm_roberta),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_normalizers),
		cmocka_unit_test(test_charsmap),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_bytes_of_unknown),
		cmocka_unit_test(test_decoders),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
