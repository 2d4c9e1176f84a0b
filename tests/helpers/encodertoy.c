/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * encodertoy: a model's folder for tests, of BERT's shape and random weights
 * that follow from the seed, with little in its layers: so texts that share
 * words have vectors that are alike. Operands: the folder (made where needed),
 * the seed, how long vectors are (a multiple of 4), and for a head its labels
 * with commas between and how they are meant: single, multiple or regression.
 * Words that are to be one token come on standard input, one a line; all else is
 * spelt.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/num.h"
#include "encoder/encoderconfig.h"
#include "io/json.h"
#include "math/random.h"
#include "tensorwriter.h"

enum { SPECIAL = 4, LENGTH = 48 };
static const char *const special[SPECIAL] = { "[PAD]", "[UNK]", "[CLS]",
					      "[SEP]" };

static void fail(const char *what)
{
	fprintf(stderr, "encodertoy: %s\n", what);
	exit(2);
}

static void save(const char *dir, const char *name, const struct str *s)
{
	struct str path = { 0 };
	FILE *f;

	str_printf(&path, "%s/%s", dir, name);
	f = fopen(path.p, "w");
	if (!f || fwrite(s->p, 1, s->n, f) != s->n || fclose(f))
		fail(path.p);
	str_release(&path);
}

static void put_token(struct str *out, struct span token, size_t *n)
{
	if (*n)
		str_putc(out, ',');
	json_put_string(out, token);
	str_printf(out, ":%zu", (*n)++);
}

/* The vocabulary as JSON; returns how many tokens it has. */
static size_t vocabulary(struct str *out)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyz0123456789.,:!?'-&()/";
	char *line = NULL, piece[4] = "##";
	size_t cap = 0, n = 0;
	ssize_t got;

	for (size_t i = 0; i < SPECIAL; i++)
		put_token(out, span_of(special[i]), &n);
	for (size_t i = 0; letters[i]; i++) {
		piece[2] = letters[i];
		put_token(out, (struct span){ piece + 2, 1 }, &n);
		put_token(out, (struct span){ piece, 3 }, &n);
	}
	while ((got = getline(&line, &cap, stdin)) > 0) {
		struct span word =
		    span_trim((struct span){ line, (size_t)got });

		if (word.n > 1)
			put_token(out, word, &n);
	}
	free(line);
	return n;
}

static void put_template(struct str *out, bool pair)
{
	str_printf(out,
		   "\"%s\":[{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":0}}"
		   ",{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
		   "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}}",
		   pair ? "pair" : "single");
	if (pair)
		str_puts(out, ",{\"Sequence\":{\"id\":\"B\",\"type_id\":1}},"
			      "{\"SpecialToken\":{\"id\":\"[SEP]\","
			      "\"type_id\":1}}");
	str_puts(out, "],");
}

static size_t write_tokenizer(const char *dir)
{
	struct str s = { 0 };
	size_t n;

	str_puts(&s, "{\"version\":\"1.0\",\"truncation\":null,\"padding\":"
		     "null,\"added_tokens\":[],\"normalizer\":{\"type\":"
		     "\"BertNormalizer\",\"clean_text\":true,"
		     "\"handle_chinese_chars\":true,\"strip_accents\":null,"
		     "\"lowercase\":true},\"pre_tokenizer\":{\"type\":"
		     "\"BertPreTokenizer\"},\"post_processor\":{\"type\":"
		     "\"TemplateProcessing\",");
	put_template(&s, false);
	put_template(&s, true);
	str_puts(&s, "\"special_tokens\":{\"[CLS]\":{\"id\":\"[CLS]\",\"ids\":"
		     "[2],\"tokens\":[\"[CLS]\"]},\"[SEP]\":{\"id\":\"[SEP]\","
		     "\"ids\":[3],\"tokens\":[\"[SEP]\"]}}},\"decoder\":null,"
		     "\"model\":{\"type\":\"WordPiece\",\"unk_token\":"
		     "\"[UNK]\",\"continuing_subword_prefix\":\"##\","
		     "\"max_input_chars_per_word\":100,\"vocab\":{");
	n = vocabulary(&s);
	str_puts(&s, "}}}");
	save(dir, "tokenizer.json", &s);
	str_release(&s);
	return n;
}

static void put_labels(struct str *out, const char *labels, const char *kind)
{
	struct span rest = span_of(labels);
	size_t n = 0;

	str_puts(out, ",\"id2label\":{");
	for (; rest.n; n++) {
		const char *comma = memchr(rest.p, ',', rest.n);
		struct span label = rest;

		if (comma)
			label.n = (size_t)(comma - rest.p);
		str_printf(out, "%s\"%zu\":", n ? "," : "", n);
		json_put_string(out, label);
		rest.p += label.n + (comma != NULL);
		rest.n -= label.n + (comma != NULL);
	}
	str_printf(out, "},\"problem_type\":\"%s\"",
		   !strcmp(kind, "multiple") ? "multi_label_classification"
		   : !strcmp(kind, "regression")
		       ? "regression"
		       : "single_label_classification");
}

static void put_tensor(const struct encoder_config *c, enum encoder_tensor t,
		       size_t layer, struct random *r, struct tensorwriter *w)
{
	size_t dims[3] = { 1, 1, 1 }, n = 1;
	int ndim = encoder_dims(c, t, dims);
	struct str name = { 0 };
	bool table = t == ENCODER_WORDS, head = t >= ENCODER_HEAD_FIRST;
	float *x, share;

	for (int i = 0; i < ndim; i++)
		n *= dims[i];
	share = table ? 1 : (float)((head ? 3 : 0.1) / sqrt((double)dims[1]));
	encoder_name(c, t, layer, &name);
	x = mem_alloc(n * sizeof(*x));
	for (size_t i = 0; i < n; i++)
		x[i] = ndim > 1 ? share * (float)random_normal(r)
				: strstr(str_z(&name), "Norm.weight") != NULL;
	tensorwriter_add(w, str_z(&name), x, dims, ndim);
	str_release(&name);
	free(x);
}

static void write_weights(const char *dir, const struct encoder_config *c,
			  uint64_t seed)
{
	struct tensorwriter w = { { 0 }, { 0 } };
	struct str file = { 0 };
	struct random r;

	for (int t = 0; t < ENCODER_TENSORS; t++) {
		bool in_layer = t >= (int)ENCODER_LAYER_FIRST &&
				t < (int)ENCODER_HEAD_FIRST;

		random_seed(&r, seed, (uint64_t)t);
		for (size_t i = 0; i < (in_layer ? c->layers : 1) &&
				   encoder_has(c, (enum encoder_tensor)t);
		     i++)
			put_tensor(c, (enum encoder_tensor)t, i, &r, &w);
	}
	tensorwriter_end(&w, &file);
	save(dir, "model.safetensors", &file);
	str_release(&file);
}

int main(int argc, char **argv)
{
	struct encoder_config c = { 0 };
	struct str config = { 0 };
	uint64_t seed = 0, hidden = 0;
	struct err err;

	if ((argc != 4 && argc != 6) || num_u64(span_of(argv[2]), &seed) ||
	    num_u64(span_of(argv[3]), &hidden) || !hidden || hidden % 4)
		fail("DIR SEED DIM [LABELS single|multiple|regression]");
	if (mkdir(argv[1], 0777) && errno != EEXIST)
		fail(argv[1]);
	str_printf(&config,
		   "{\"model_type\":\"bert\",\"vocab_size\":%zu,"
		   "\"hidden_size\":%llu,\"num_hidden_layers\":2,"
		   "\"num_attention_heads\":2,\"intermediate_size\":%llu,"
		   "\"hidden_act\":\"gelu\",\"layer_norm_eps\":1e-12,"
		   "\"max_position_embeddings\":%d,\"type_vocab_size\":2,"
		   "\"pad_token_id\":0",
		   write_tokenizer(argv[1]), (unsigned long long)hidden,
		   2 * (unsigned long long)hidden, LENGTH);
	if (argc == 6)
		put_labels(&config, argv[4], argv[5]);
	str_putc(&config, '}');
	if (encoder_config_parse(&c, span_str(&config), "config.json", &err))
		fail(err.message);
	save(argv[1], "config.json", &config);
	write_weights(argv[1], &c, seed);
	encoder_config_release(&c);
	str_release(&config);
	return 0;
}
