/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "encoder/encodertrainparts.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/json.h"

enum { FILE_MAX = 1 << 28, CONFIG_MAX = 1 << 22 };

/* What the hub calls the classes of a model's family. */
static const struct {
	const char *type, *name;
} families[] = {
	{ "bert", "Bert" },
	{ "roberta", "Roberta" },
	{ "xlm-roberta", "XLMRoberta" },
	{ "distilbert", "DistilBert" },
	{ "mpnet", "MPNet" },
	{ "deberta-v2", "DebertaV2" },
};

void encodertrain_path(const struct encodertraining *t, const char *name,
		       struct str *out)
{
	str_printf(out, "%s/.training/%s", t->o->out, name);
}

/* --- config.json --- */

static void put_architecture(const struct encodertraining *t, struct span type,
			     struct str *out)
{
	static const char *const ends[] = { "ForSequenceClassification",
					    "Model", "ForMaskedLM" };
	size_t k = 0;

	while (k < sizeof(families) / sizeof(*families) &&
	       !span_is(type, families[k].type))
		k++;
	if (k < sizeof(families) / sizeof(*families))
		str_printf(out, ",\n  \"architectures\": [\"%s%s\"]",
			   families[k].name, ends[t->config.task]);
}

static void put_label(const struct textheads *heads, const struct texthead *h,
		      size_t k, struct str *out)
{
	struct str name = { 0 };

	if (heads->count > 1)
		str_printf(&name, "%s.", h->name);
	str_puts(&name, h->label[k]);
	json_put_string(out, span_str(&name));
	str_release(&name);
}

static void put_labels(const struct textheads *heads, struct str *out)
{
	static const char *const problems[] = { "multi_label_classification",
						"single_label_classification",
						"regression" };

	for (int inverse = 0; inverse < 2; inverse++) {
		str_puts(out, inverse ? ",\n  \"label2id\": {"
				      : ",\n  \"id2label\": {");
		for (size_t i = 0; i < heads->count; i++)
			for (size_t k = 0; k < heads->head[i].count; k++) {
				const struct texthead *h = &heads->head[i];
				size_t at = h->first + k;

				str_puts(out, at ? ", " : "");
				if (!inverse)
					str_printf(out, "\"%zu\": ", at);
				put_label(heads, h, k, out);
				if (inverse)
					str_printf(out, ": %zu", at);
			}
		str_putc(out, '}');
	}
	if (heads->count == 1)
		str_printf(out, ",\n  \"problem_type\": \"%s\"",
			   problems[heads->head[0].kind]);
}

static void put_shape(const struct encodertraining *t, struct str *out)
{
	const struct encodertrain_shape *s = &t->config.shape;

	str_printf(out,
		   "\n  \"model_type\": \"bert\",\n  \"vocab_size\": %zu,\n"
		   "  \"hidden_size\": %u,\n  \"num_hidden_layers\": %u,\n"
		   "  \"num_attention_heads\": %u,\n  \"intermediate_size\": "
		   "%u,\n  \"max_position_embeddings\": %u,\n",
		   tokenizer_size(t->tokenizer), s->hidden, s->layers, s->heads,
		   s->intermediate, s->positions);
	str_printf(out,
		   "  \"type_vocab_size\": 2,\n  \"hidden_act\": \"gelu\",\n"
		   "  \"hidden_dropout_prob\": %g,\n"
		   "  \"attention_probs_dropout_prob\": %g,\n"
		   "  \"initializer_range\": 0.02,\n"
		   "  \"layer_norm_eps\": 1e-12,\n  \"pad_token_id\": 0,\n"
		   "  \"position_embedding_type\": \"absolute\"",
		   s->dropout, s->dropout);
}

/* The members of the base's config.json that stay. */
static int put_base(const struct encodertraining *t, struct str *type,
		    struct str *out, struct err *err)
{
	static const char *const ours[] = { "architectures", "id2label",
					    "label2id",      "problem_type",
					    "num_labels",    "torch_dtype",
					    "dtype",         NULL };
	struct str path = { 0 }, json = { 0 };
	struct span object, name, value;
	size_t pos = 0, n = 0;
	int rc;

	str_printf(&path, "%s/config.json", t->base_path.p);
	rc = input_slurp(path.p, CONFIG_MAX, &json, err);
	object = span_trim(span_str(&json));
	while (!rc && json_member(object, &pos, &name, &value)) {
		size_t k = 0;

		while (ours[k] && !json_name_is(name, ours[k]))
			k++;
		if (ours[k])
			continue;
		str_puts(out, n++ ? ",\n  \"" : "\n  \"");
		str_span(out, name);
		str_puts(out, "\": ");
		str_span(out, value);
	}
	json_string(json_get(object, "model_type"), type);
	str_release(&path);
	str_release(&json);
	return rc;
}

int encodertrain_describe(struct encodertraining *t, struct err *err)
{
	struct str *out = &t->model_json, type = { 0 };
	int rc = 0;

	str_putc(out, '{');
	if (t->base) {
		rc = put_base(t, &type, out, err);
	} else {
		put_shape(t, out);
		str_puts(&type, "bert");
	}
	put_architecture(t, span_str(&type), out);
	if (t->config.task == ENCODERTRAIN_HEADS)
		put_labels(&t->config.heads, out);
	str_puts(out, ",\n  \"torch_dtype\": \"float32\"\n}\n");
	str_release(&type);
	return rc ||
	       encoder_config_parse(&t->model, span_str(out),
				    t->base ? t->base_path.p : "shape", err);
}

/* --- files --- */

static int write_file(const struct encodertraining *t, const char *name,
		      struct span bytes, struct err *err)
{
	struct str path = { 0 };
	struct atomic *a;

	str_printf(&path, "%s/%s", t->o->out, name);
	a = atomic_mkdirs(path.p, true, err) ? NULL : atomic_open(path.p, err);
	str_release(&path);
	if (!a)
		return -1;
	fwrite(bytes.p, 1, bytes.n, atomic_file(a));
	return atomic_commit(a, err);
}

/* Copies files of the base, where it has them. */
static int copy_files(const struct encodertraining *t, const char *const *names,
		      struct err *err)
{
	for (size_t i = 0; names[i]; i++) {
		struct str path = { 0 }, bytes = { 0 };
		int rc = 0;

		str_printf(&path, "%s/%s", t->base_path.p, names[i]);
		if (!access(path.p, F_OK))
			rc = input_slurp(path.p, FILE_MAX, &bytes, err) ||
			     write_file(t, names[i], span_str(&bytes), err);
		str_release(&path);
		str_release(&bytes);
		if (rc)
			return -1;
	}
	return 0;
}

static int write_tokenizer(const struct encodertraining *t, struct err *err)
{
	static const char *const names[] = { "tokenizer.json",
					     "tokenizer_config.json",
					     "special_tokens_map.json",
					     "added_tokens.json",
					     "vocab.txt",
					     "vocab.json",
					     "merges.txt",
					     "sentencepiece.bpe.model",
					     "spm.model",
					     NULL };
	struct str s = { 0 };
	int rc;

	if (t->base)
		return copy_files(t, names, err);
	str_printf(&s,
		   "{\n  \"tokenizer_class\": \"BertTokenizer\",\n"
		   "  \"do_lower_case\": %s,\n  \"model_max_length\": %u,\n"
		   "  \"pad_token\": \"[PAD]\",\n  \"unk_token\": \"[UNK]\",\n"
		   "  \"cls_token\": \"[CLS]\",\n  \"sep_token\": \"[SEP]\",\n"
		   "  \"mask_token\": \"[MASK]\"\n}\n",
		   t->config.vocabulary.lowercase ? "true" : "false",
		   t->config.shape.positions);
	rc = write_file(t, "tokenizer.json", span_str(&t->tokenizer_json),
			err) ||
	     write_file(t, "tokenizer_config.json", span_str(&s), err);
	str_release(&s);
	return rc;
}

/* The prefixes that texts were given in training, wherever they are from. */
static int write_prompts(const struct encodertraining *t, struct err *err)
{
	static const char file[] = "config_sentence_transformers.json";
	const char *const *p = t->reading.prefix;
	struct str s = { 0 };
	int rc;

	if (!t->base)
		return 0;
	if (!*p[0] && !*p[1])
		return copy_files(t, (const char *const[]){ file, NULL }, err);
	str_puts(&s, "{\n  \"prompts\": {\"query\": ");
	json_put_string(&s, span_of(p[0]));
	str_puts(&s, ", \"passage\": ");
	json_put_string(&s, span_of(p[1]));
	str_puts(&s, "}\n}\n");
	rc = write_file(t, file, span_str(&s), err);
	str_release(&s);
	return rc;
}

/* What sentence-transformers reads of vectors. */
static int write_modules(const struct encodertraining *t, struct err *err)
{
	static const char modules[] =
	    "[\n  {\"idx\": 0, \"name\": \"0\", \"path\": \"\", \"type\": "
	    "\"sentence_transformers.models.Transformer\"},\n"
	    "  {\"idx\": 1, \"name\": \"1\", \"path\": \"1_Pooling\", "
	    "\"type\": \"sentence_transformers.models.Pooling\"},\n"
	    "  {\"idx\": 2, \"name\": \"2\", \"path\": \"2_Normalize\", "
	    "\"type\": \"sentence_transformers.models.Normalize\"}\n]\n";
	static const struct {
		const char *name;
		unsigned mode;
	} modes[] = {
		{ "pooling_mode_cls_token", POOLING_CLS },
		{ "pooling_mode_mean_tokens", POOLING_MEAN },
		{ "pooling_mode_max_tokens", POOLING_MAX },
		{ "pooling_mode_mean_sqrt_len_tokens", POOLING_MEAN_SQRT },
		{ "pooling_mode_weightedmean_tokens", POOLING_WEIGHTED },
		{ "pooling_mode_lasttoken", POOLING_LAST },
	};
	struct str s = { 0 };
	int rc;

	str_printf(&s, "{\n  \"word_embedding_dimension\": %zu",
		   t->model.hidden);
	for (int i = 0; i < 6; i++)
		str_printf(&s, ",\n  \"%s\": %s", modes[i].name,
			   t->task.pooling == modes[i].mode ? "true" : "false");
	str_puts(&s, ",\n  \"include_prompt\": true\n}\n");
	rc = write_file(t, "1_Pooling/config.json", span_str(&s), err);
	str_reset(&s);
	str_printf(&s,
		   "{\n  \"max_seq_length\": %zu,\n  \"do_lower_case\": "
		   "false\n}\n",
		   t->reading.tokens_max);
	rc = rc ||
	     write_file(t, "sentence_bert_config.json", span_str(&s), err) ||
	     write_file(t, "2_Normalize/config.json", SPAN("{}\n"), err) ||
	     write_prompts(t, err) ||
	     write_file(t, "modules.json", SPAN(modules), err);
	str_release(&s);
	return rc;
}

/* --- heads --- */

static float *values_of(const struct encodertraining *t, enum encoder_tensor k)
{
	struct str name = { 0 };
	const struct parameter *p;

	encoder_name(&t->model, k, 0, &name);
	p = parameters_find(&t->parameters, str_z(&name));
	str_release(&name);
	return p ? p->value : NULL;
}

/* Column `at` of the head becomes factor z + offset. */
static void fold(struct encodertraining *t, size_t at, double factor,
		 double offset)
{
	float *w = values_of(t, ENCODER_CLASSIFIER);
	float *b = values_of(t, ENCODER_CLASSIFIER_BIAS);
	size_t n = t->model.hidden, columns = t->config.heads.columns;

	for (size_t j = 0; j < n; j++)
		w[at * n + j] *= (float)factor;
	b[at] = (float)(factor * (double)b[at] + offset);
	for (size_t j = 0; t->wide && j < encoderwide_inputs(t->wide); j++)
		t->task.wide->value[j * columns + at] *= (float)factor;
}

/* Calibration goes into the weights, so that softmax, sigmoid or the number
 * itself is right to everybody who reads the folder; curves stay beside it. */
static void fold_all(struct encodertraining *t)
{
	struct textheads *heads = &t->config.heads;

	for (size_t i = 0; i < heads->count; i++) {
		struct texthead *h = &heads->head[i];

		for (size_t k = 0; k < h->count; k++) {
			if (h->kind == TEXTHEAD_REGRESSION) {
				fold(t, h->first + k, h->deviation[k],
				     h->mean[k]);
				h->mean[k] = 0;
				h->deviation[k] = 1;
			} else if (h->calibration != TEXTHEAD_ISOTONIC) {
				fold(t, h->first + k, h->slope[k],
				     h->offset[k]);
				h->slope[k] = 1;
				h->offset[k] = 0;
			}
		}
	}
}

static int write_heads(struct encodertraining *t, struct err *err)
{
	struct str s = { 0 };
	int rc;

	fold_all(t);
	str_puts(&s, "{\"version\": 1, \"heads\": ");
	textheads_write(&t->config.heads, &s);
	str_puts(&s, "}\n");
	rc = write_file(t, "heads.json", span_str(&s), err);
	str_release(&s);
	if (!rc && t->wide)
		rc = encoderwide_write(t->wide, t->task.wide->value, t->o->out,
				       err);
	return rc;
}

static int write_weights(struct encodertraining *t, struct err *err)
{
	const struct encodertrain_config *c = &t->config;
	struct str path = { 0 };
	char *base = t->base ? realpath(t->base_path.p, NULL) : NULL;
	int rc;

	if (c->has_lora && !t->o->merge) {
		rc = lora_write(&t->model, &c->lora, &t->parameters,
				base ? base : t->base_path.p, t->base_digest,
				t->o->out, err);
	} else {
		if (c->has_lora)
			lora_merge(&t->model, &c->lora, &t->parameters);
		str_printf(&path, "%s/model.safetensors", t->o->out);
		rc = encoderpass_write(&t->model, &t->parameters, path.p, err);
	}
	free(base);
	str_release(&path);
	return rc;
}

/* What an earlier training left there and this one does not write. */
static void drop_old(const struct encodertraining *t)
{
	bool heads = t->config.task == ENCODERTRAIN_HEADS;
	bool adapter = t->config.has_lora && !t->o->merge;
	const struct {
		const char *name;
		bool kept;
	} files[] = { { "heads.json", heads },
		      { "wide.json", t->wide != NULL },
		      { "wide.safetensors", t->wide != NULL },
		      { "wide.cues", t->wide != NULL },
		      { "adapter_config.json", adapter },
		      { "adapter_model.safetensors", adapter },
		      { "model.safetensors", !adapter },
		      { "modules.json", t->config.task == ENCODERTRAIN_PAIRS },
		      { "sentence_bert_config.json", false },
		      { "config_sentence_transformers.json", false },
		      { "tokenizer_config.json", false } };
	struct str path = { 0 };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		str_reset(&path);
		str_printf(&path, "%s/%s", t->o->out, files[i].name);
		if (!files[i].kept)
			unlink(path.p);
	}
	str_release(&path);
}

int encodertrain_write(struct encodertraining *t, struct err *err)
{
	int rc;

	drop_old(t);
	rc = atomic_mkdirs(t->o->out, false, err) ||
	     (t->config.task == ENCODERTRAIN_HEADS && write_heads(t, err)) ||
	     write_weights(t, err) || write_tokenizer(t, err) ||
	     (t->config.task == ENCODERTRAIN_PAIRS && write_modules(t, err)) ||
	     write_file(t, "config.json", span_str(&t->model_json), err);

	return rc ? -1 : 0;
}
