/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderconfig.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/settings.h"
#include "io/input.h"
#include "io/json.h"

#define LABEL_MAX 256 /* bytes */
#define MPNET_BUCKETS 32
#define MPNET_PAD 1
#define DISTILBERT_EPS 1e-12f

struct reading {
	struct encoder_config *c;
	struct settings s;
};

/* What a family's members are called, and what holds where they are absent. */
struct family {
	const char *type; /* model_type */
	enum encoder_family family;
	const char *hidden, *layers, *heads, *intermediate, *activation,
	    *dropout, *attention_dropout, *head_dropout;
	double vocabulary, hidden_value, layers_value, heads_value,
	    intermediate_value, types, eps, pad, head_dropout_value;
};

#define BERT_MEMBERS                                                           \
	"hidden_size", "num_hidden_layers", "num_attention_heads",             \
	    "intermediate_size", "hidden_act", "hidden_dropout_prob",          \
	    "attention_probs_dropout_prob"
#define BASE 768, 12, 12, 3072

/* The defaults of the configurations of huggingface/transformers. */
static const struct family families[] = {
	{ "bert", ENCODER_BERT, BERT_MEMBERS, "classifier_dropout", 30522, BASE,
	  2, 1e-12, 0, -1 },
	{ "roberta", ENCODER_ROBERTA, BERT_MEMBERS, "classifier_dropout", 50265,
	  BASE, 2, 1e-12, 1, -1 },
	{ "xlm-roberta", ENCODER_ROBERTA, BERT_MEMBERS, "classifier_dropout",
	  30522, BASE, 2, 1e-12, 1, -1 },
	{ "camembert", ENCODER_ROBERTA, BERT_MEMBERS, "classifier_dropout",
	  30522, BASE, 2, 1e-12, 1, -1 },
	{ "distilbert", ENCODER_DISTILBERT, "dim", "n_layers", "n_heads",
	  "hidden_dim", "activation", "dropout", "attention_dropout",
	  "seq_classif_dropout", 30522, 768, 6, 12, 3072, 0, 1e-12, 0, 0.2 },
	{ "mpnet", ENCODER_MPNET, BERT_MEMBERS, NULL, 30527, BASE, 0, 1e-12, 1,
	  -1 },
	{ "deberta-v2", ENCODER_DEBERTA_V2, BERT_MEMBERS, "cls_dropout", 128100,
	  1536, 24, 24, 6144, 0, 1e-7, 0, -1 },
};

static int refuse(const struct reading *r, const char *name, const char *why)
{
	return err_set(r->s.err, ERR_DATA, "model",
		       "%s: \"%s\": %s is not supported; choose another model, "
		       "or one exported without it",
		       r->s.path, name, why);
}

/* What would change the result, and is not done here. */
static int refuse_others(const struct reading *r)
{
	static const struct {
		const char *name, *why;
	} flags[] = {
		{ "is_decoder", "a decoder" },
		{ "add_cross_attention", "cross-attention" },
		{ "is_encoder_decoder", "a decoder" },
	};
	struct str s = { 0 };
	bool on;
	int rc = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (settings_flag(&r->s, flags[i].name, false, &on))
			return -1;
		else if (on)
			return refuse(r, flags[i].name, flags[i].why);
	if (settings_member(&r->s, "quantization_config").p)
		return refuse(r, "quantization_config", "quantised weights");
	if (settings_member(&r->s, "auto_map").p)
		return refuse(r, "auto_map", "code of the model's own");
	if (settings_member(&r->s, "pruned_heads").p &&
	    settings_count(settings_member(&r->s, "pruned_heads")))
		return refuse(r, "pruned_heads", "pruned attention");
	rc = settings_text(&r->s, "position_embedding_type", &s);
	if (!rc && s.n && strcmp(s.p, "absolute") != 0)
		rc = settings_bad(&r->s, "position_embedding_type",
				  "\"absolute\"");
	str_release(&s);
	return rc;
}

static int find_family(const struct reading *r, const struct family **f)
{
	struct str type = { 0 }, known = { 0 };
	int rc = settings_text(&r->s, "model_type", &type);

	*f = NULL;
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		if (!strcmp(str_z(&type), families[i].type))
			*f = &families[i];
		str_printf(&known, "%s%s", i ? ", " : "", families[i].type);
	}
	if (!rc && !*f)
		rc = err_set(r->s.err, ERR_DATA, "model",
			     "%s: models of \"model_type\" \"%.40s\" are not "
			     "supported; choose one of %s",
			     r->s.path, str_z(&type), known.p);
	str_release(&type);
	str_release(&known);
	return rc;
}

static int read_shape(struct reading *r, const struct family *f)
{
	struct encoder_config *c = r->c;
	double eps, pad;

	if (settings_whole(&r->s, "vocab_size", 1, ENCODER_VOCABULARY_MAX,
			   f->vocabulary, &c->vocabulary) ||
	    settings_whole(&r->s, f->hidden, 1, ENCODER_HIDDEN_MAX,
			   f->hidden_value, &c->hidden) ||
	    settings_whole(&r->s, f->layers, 1, ENCODER_LAYERS_MAX,
			   f->layers_value, &c->layers) ||
	    settings_whole(&r->s, f->heads, 1, ENCODER_HIDDEN_MAX,
			   f->heads_value, &c->heads) ||
	    settings_whole(&r->s, f->intermediate, 1, 16 * ENCODER_HIDDEN_MAX,
			   f->intermediate_value, &c->intermediate) ||
	    settings_whole(&r->s, "max_position_embeddings", 1,
			   ENCODER_POSITIONS_MAX, 512, &c->positions) ||
	    settings_number(&r->s, "pad_token_id", 0, (double)c->vocabulary - 1,
			    f->pad, &pad) ||
	    settings_number(&r->s, "layer_norm_eps", 0, 1, f->eps, &eps) ||
	    settings_function(&r->s, f->activation, "gelu", &c->activation))
		return -1;
	if (pad != floor(pad))
		return settings_bad(&r->s, "pad_token_id", "a whole number");
	if (c->hidden % c->heads)
		return settings_bad(&r->s, f->heads,
				    "what divides the hidden size");
	c->embedding = c->hidden;
	c->tokens_max = c->positions;
	c->pad = (int32_t)pad;
	c->eps = (float)eps;
	return 0;
}

static int read_dropout(struct reading *r, const struct family *f)
{
	double all, attention, head;

	if (settings_number(&r->s, f->dropout, 0, 0.99, 0.1, &all) ||
	    settings_number(&r->s, f->attention_dropout, 0, 0.99, 0.1,
			    &attention) ||
	    settings_number(
		&r->s, f->head_dropout, 0, 0.99,
		f->head_dropout_value < 0 ? all : f->head_dropout_value, &head))
		return -1;
	r->c->dropout = (float)all;
	r->c->attention_dropout = (float)attention;
	r->c->head_dropout = (float)head;
	return 0;
}

/* The first token's row is the one behind the padding's. */
static int positions_behind_pad(struct reading *r, int32_t pad)
{
	struct encoder_config *c = r->c;

	c->position_first = (size_t)pad + 1;
	if (c->positions <= c->position_first)
		return settings_bad(&r->s, "max_position_embeddings",
				    "more than pad_token_id + 1");
	c->tokens_max = c->positions - c->position_first;
	return 0;
}

static int read_mpnet(struct reading *r)
{
	struct encoder_config *c = r->c;

	if (settings_whole(&r->s, "relative_attention_num_buckets",
			   MPNET_BUCKETS, MPNET_BUCKETS, MPNET_BUCKETS,
			   &c->buckets))
		return -1;
	return positions_behind_pad(r, MPNET_PAD);
}

/* What other sizes of layers could be told and are not provided for. */
static int check_deberta(struct reading *r)
{
	const struct encoder_config *c = r->c;
	double same = (double)c->hidden, head = (double)(c->hidden / c->heads),
	       kernel = (double)c->convolution;
	size_t none;

	if (settings_whole(&r->s, "pooler_hidden_size", same, same, same,
			   &none) ||
	    settings_whole(&r->s, "attention_head_size", head, head, head,
			   &none) ||
	    settings_whole(&r->s, "conv_groups", 1, 1, 1, &none))
		return -1;
	if (c->convolution && !(c->convolution & 1))
		return settings_bad(&r->s, "conv_kernel_size", "an odd number");
	return kernel > ENCODER_KERNEL_MAX
		   ? settings_bad(&r->s, "conv_kernel_size", "less")
		   : 0;
}

static int read_deberta(struct reading *r)
{
	struct encoder_config *c = r->c;
	struct span attention = settings_member(&r->s, "pos_att_type");
	double most = ENCODER_POSITIONS_MAX, buckets, reach;
	bool absolute;

	if (settings_flag(&r->s, "relative_attention", false, &c->relative) ||
	    settings_flag(&r->s, "position_biased_input", true, &absolute) ||
	    settings_flag(&r->s, "share_att_key", false, &c->share_key) ||
	    settings_number(&r->s, "position_buckets", -1, most, -1,
			    &buckets) ||
	    settings_number(&r->s, "max_relative_positions", -1, most, -1,
			    &reach) ||
	    settings_whole(&r->s, "embedding_size", 1, ENCODER_HIDDEN_MAX,
			   (double)c->hidden, &c->embedding) ||
	    settings_whole(&r->s, "conv_kernel_size", 0, ENCODER_KERNEL_MAX, 0,
			   &c->convolution) ||
	    settings_function(&r->s, "conv_act", "tanh",
			      &c->convolution_function) ||
	    settings_function(&r->s, "pooler_hidden_act", "gelu",
			      &c->pooler_function))
		return -1;
	if (buckets != floor(buckets))
		return settings_bad(&r->s, "position_buckets",
				    "a whole number");
	if (reach != floor(reach))
		return settings_bad(&r->s, "max_relative_positions",
				    "a whole number");
	c->relative_max = reach < 1 ? c->positions : (size_t)reach;
	c->buckets = buckets < 1 ? 0 : (size_t)buckets;
	/* log((max - 1) / mid), by which distances are divided */
	if (c->relative && c->buckets &&
	    (c->buckets < 4 || c->relative_max <= c->buckets / 2 + 1))
		return settings_bad(&r->s, "position_buckets",
				    "4 to nearly twice max_relative_positions");
	c->c2p = settings_lists(attention, "c2p");
	c->p2c = settings_lists(attention, "p2c");
	c->relative_norm = settings_lists(
	    settings_member(&r->s, "norm_rel_ebd"), "layer_norm");
	if (!absolute)
		c->positions = 0;
	return check_deberta(r);
}

static int read_types(struct reading *r, const struct family *f)
{
	if (f->family == ENCODER_DISTILBERT || f->family == ENCODER_MPNET)
		return 0;
	return settings_whole(&r->s, "type_vocab_size", 0, 4096, f->types,
			      &r->c->types);
}

static int read_family(struct reading *r)
{
	switch (r->c->family) {
	case ENCODER_ROBERTA:
		return positions_behind_pad(r, r->c->pad);
	case ENCODER_DISTILBERT:
		r->c->eps = DISTILBERT_EPS;
		r->c->pooler_function = LINEAR_RELU;
		return 0;
	case ENCODER_MPNET:
		return read_mpnet(r);
	case ENCODER_DEBERTA_V2:
		return read_deberta(r);
	case ENCODER_BERT:
	case ENCODER_FAMILIES:
		break;
	}
	return 0;
}

/* Whether a head for classes belongs to the model: by its class's name, or,
 * where none is told, by names of labels. */
static bool has_head(const struct reading *r)
{
	struct span all = settings_member(&r->s, "architectures"), one;
	struct str s = { 0 };
	size_t pos = 0;
	bool head = false;

	if (!all.p || !settings_count(all))
		return settings_member(&r->s, "id2label").p;
	while (json_each(all, &pos, &one)) {
		str_reset(&s);
		json_string(one, &s);
		head = head || strstr(str_z(&s), "ForSequenceClassification");
	}
	str_release(&s);
	return head;
}

static int bad_label(const struct reading *r)
{
	return err_set(r->s.err, ERR_DATA, "model",
		       "%s: \"id2label\" does not name \"0\", \"1\" and so on, "
		       "each once, in at most %d bytes; mend it",
		       r->s.path, LABEL_MAX);
}

static int one_label(struct reading *r, struct span raw, struct span value)
{
	struct encoder_config *c = r->c;
	struct str name = { 0 };
	size_t id = 0, n = 0;

	for (; n < raw.n && n < 5 && raw.p[n] >= '0' && raw.p[n] <= '9'; n++)
		id = id * 10 + (size_t)(raw.p[n] - '0');
	if (!n || n < raw.n || id >= c->labels || c->label[id] ||
	    json_string(value, &name) || name.n > LABEL_MAX ||
	    memchr(str_z(&name), '\0', name.n)) {
		str_release(&name);
		return bad_label(r);
	}
	c->label[id] = name.p;
	return 0;
}

static int read_labels(struct reading *r)
{
	struct span all = settings_member(&r->s, "id2label"), raw, value;
	struct encoder_config *c = r->c;
	size_t pos = 0, told = 0;
	struct str kind = { 0 };
	int rc;

	if (!has_head(r))
		return 0;
	if (json_type(all) == JSON_OBJECT)
		told = settings_count(all);
	if ((all.p && !told) || told > ENCODER_LABELS_MAX)
		return bad_label(r);
	if (!told && settings_whole(&r->s, "num_labels", 1, ENCODER_LABELS_MAX,
				    2, &told))
		return -1;
	c->labels = told;
	c->label = mem_zalloc(told, sizeof(*c->label));
	while (json_member(all, &pos, &raw, &value))
		if (one_label(r, raw, value))
			return -1;
	for (size_t i = 0; i < told; i++)
		if (!c->label[i]) {
			struct str name = { 0 };

			str_printf(&name, "LABEL_%zu", i);
			c->label[i] = name.p;
		}
	rc = settings_text(&r->s, "problem_type", &kind);
	c->multiple = !strcmp(str_z(&kind), "multi_label_classification");
	c->regression = !strcmp(kind.p, "regression") || (!kind.n && told == 1);
	str_release(&kind);
	return rc;
}

int encoder_config_parse(struct encoder_config *c, struct span json,
			 const char *path, struct err *err)
{
	struct reading r = { .c = c };
	const struct family *f;

	*c = (struct encoder_config){ .pooler_function = LINEAR_TANH };
	if (settings_parse(&r.s, json, path, err))
		return -1;
	if (find_family(&r, &f))
		return -1;
	c->family = f->family;
	if (refuse_others(&r) || read_shape(&r, f) || read_types(&r, f) ||
	    read_dropout(&r, f) || read_family(&r) || read_labels(&r)) {
		encoder_config_release(c);
		return -1;
	}
	return 0;
}

int encoder_config_read(struct encoder_config *c, const char *path,
			struct err *err)
{
	struct str all = { 0 };
	int rc;

	*c = (struct encoder_config){ 0 };
	rc = input_slurp(path, SETTINGS_MAX, &all, err);
	if (!rc)
		rc = encoder_config_parse(c, span_str(&all), path, err);
	str_release(&all);
	return rc;
}

void encoder_config_release(struct encoder_config *c)
{
	for (size_t i = 0; i < c->labels && c->label; i++)
		free(c->label[i]);
	free(c->label);
	*c = (struct encoder_config){ 0 };
}

bool encoder_config_same_labels(const struct encoder_config *a,
				const struct encoder_config *b)
{
	bool same = a->labels == b->labels;

	for (size_t i = 0; same && i < a->labels; i++)
		same = strcmp(a->label[i], b->label[i]) == 0;
	return same;
}
