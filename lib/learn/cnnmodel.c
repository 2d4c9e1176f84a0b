/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/cnnmodel.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/doc.h"
#include "io/input.h"

#define CONFIG_MAX ((size_t)1 << 20)
#define MELS_MIN 8

struct cnnmodel {
	struct cnn *cnn;
	int mels;
	size_t dim, to;       /* of the network; of what comes out */
	float *eigen, *means; /* [to][dim], [dim]; or NULL */
	uint8_t digest[HASH_SIZE];
};

struct cnnmodel_work {
	struct cnn_work *cnn;
	float *vectors; /* [CNN_BATCH][dim] */
	double *sum;    /* [dim] */
};

struct opening {
	struct cnnmodel *m;
	const char *dir;
	struct str config_path, weights_path, pca_path;
	struct str text; /* of the configuration */
	struct doc *config;
	struct tensors weights, pca;
};

static bool exists(struct str *path, const char *dir, const char *name)
{
	str_reset(path);
	str_printf(path, "%s/%s", dir, name);
	return !access(path->p, F_OK);
}

/* The first of names that is in the folder; leaves *path empty for none. */
static bool find_file(struct str *path, const char *dir,
		      const char *const *names)
{
	for (; *names; names++)
		if (exists(path, dir, *names))
			return true;
	str_reset(path);
	return false;
}

static int bad_config(const struct opening *o, struct err *err, const char *fmt,
		      int layer)
{
	struct str what = { 0 };

	str_printf(&what, fmt, layer);
	err_set(err, ERR_DATA, "model", "%s: %s; see embed(1)",
		o->config_path.p, str_z(&what));
	str_release(&what);
	return -1;
}

static int load_config(struct opening *o, const char *usual, int mels,
		       struct err *err)
{
	double number = 64;
	const struct doc *d;

	if (!exists(&o->config_path, o->dir, "config.json")) {
		str_reset(&o->config_path);
		str_puts(&o->config_path, usual);
	}
	if (input_slurp(o->config_path.p, CONFIG_MAX, &o->text, err))
		return -1;
	o->config = doc_parse(span_str(&o->text), o->config_path.p, err);
	if (!o->config)
		return -1;
	d = doc_get(o->config, "mels");
	if ((d && !doc_number(d, &number)) || !(number >= MELS_MIN) ||
	    number > CNNMODEL_MELS_MAX || number > floor(number))
		return bad_config(o, err, "\"mels\" is not 8 to %d",
				  CNNMODEL_MELS_MAX);
	o->m->mels = mels ? mels : (int)number;
	return 0;
}

/* A tensor NAME + suffix of the first name that there is. */
static struct tensor *find_tensor(const struct opening *o, const char *name,
				  const char *suffix)
{
	struct str full = { 0 };
	struct tensor *t;

	str_printf(&full, "%s%s", name, suffix);
	t = tensors_find(&o->weights, str_z(&full));
	str_release(&full);
	return t;
}

struct found {
	struct tensor *weights, *bias;
	enum cnn_layout layout;
};

static bool find_layer(const struct opening *o, const char *name,
		       struct found *f)
{
	static const char *const suffixes[2][2] = {
		[CNN_HWIO] = { "/weights", "/biases" },
		[CNN_OIHW] = { ".weight", ".bias" },
	};

	for (int k = 0; name && k < 2; k++) {
		f->layout = (enum cnn_layout)k;
		f->weights = find_tensor(o, name, suffixes[k][0]);
		f->bias = find_tensor(o, name, suffixes[k][1]);
		if (f->weights && f->bias)
			return true;
	}
	return false;
}

/* names: one, or an array of which the weights have one. */
static int find_names(const struct opening *o, const struct doc *names,
		      struct found *f, struct err *err)
{
	const char *name = doc_text(names);
	struct str all = { 0 };

	for (size_t i = 0; i < doc_size(names) || (name && !i); i++) {
		const char *one = name ? name : doc_text(doc_at(names, i));

		if (find_layer(o, one, f)) {
			str_release(&all);
			return 0;
		}
		if (one)
			str_printf(&all,
				   "%s\"%.60s/weights\" or \"%.60s.weight\"",
				   all.n ? ", " : "", one, one);
	}
	err_set(err, ERR_DATA, "model",
		"%s has no tensor %s (with its bias): name the layers in "
		"config.json as the weights do",
		o->weights_path.p, str_z(&all));
	str_release(&all);
	return -1;
}

/* Whether a rectifier follows: as said, else behind all layers but the last. */
static bool rectified(const struct doc *layer, bool last)
{
	bool v;

	return doc_bool(doc_get(layer, "relu"), &v) ? v : !last;
}

static int add_layer(struct opening *o, const struct doc *layer, int number,
		     bool last, struct err *err)
{
	const struct doc *conv = doc_get(layer, "conv");
	const struct doc *dense = doc_get(layer, "dense");
	const char *order = doc_text(doc_get(layer, "flatten"));
	struct found f;
	double side;

	if (order && (!strcmp(order, "hwc") || !strcmp(order, "chw"))) {
		if (*order == 'c')
			cnn_channels_first(o->m->cnn);
		return 0;
	}
	if (doc_number(doc_get(layer, "pool"), &side) && side >= 2 && side <= 2)
		return cnn_pool(o->m->cnn, err);
	if (!conv && !dense)
		return bad_config(o, err,
				  "layer %d is none of \"conv\": NAME, "
				  "\"pool\": 2, \"dense\": NAME, \"flatten\": "
				  "\"hwc\" or \"chw\"",
				  number);
	if (find_names(o, conv ? conv : dense, &f, err))
		return -1;
	return conv ? cnn_conv(o->m->cnn, f.weights, f.bias, f.layout,
			       rectified(layer, last), err)
		    : cnn_dense(o->m->cnn, f.weights, f.bias, f.layout,
				rectified(layer, last), err);
}

static int load_layers(struct opening *o, struct err *err)
{
	const struct doc *layers = doc_get(o->config, "layers");
	size_t n = doc_size(layers);

	if (!n || n > 2 * CNN_LAYERS_MAX)
		return bad_config(o, err, "\"layers\" is not a list of 1 to %d",
				  2 * CNN_LAYERS_MAX);
	o->m->cnn = cnn_new(CNNMODEL_FRAMES, (size_t)o->m->mels);
	for (size_t i = 0; i < n; i++)
		if (add_layer(o, doc_at(layers, i), (int)i + 1, i + 1 == n,
			      err)) {
			if (!strstr(err->message, o->dir))
				err_prefix(err, "%s", o->weights_path.p);
			return -1;
		}
	o->m->dim = o->m->to = cnn_dim(o->m->cnn);
	if (o->m->dim > CNNMODEL_DIM_MAX)
		return bad_config(o, err,
				  "more than %d numbers come out of the last "
				  "layer",
				  CNNMODEL_DIM_MAX);
	return 0;
}

static struct tensor *find_pca(const struct opening *o, const char *name)
{
	struct str full = { 0 };
	struct tensor *t = tensors_find(&o->pca, name);

	str_printf(&full, "pproc.%s", name);
	if (!t)
		t = tensors_find(&o->weights, name);
	if (!t)
		t = tensors_find(&o->weights, full.p);
	str_release(&full);
	return t;
}

/* A matrix or, with columns 1, a vector; takes its values. */
static float *take(struct tensor *t)
{
	float *values = t->values;

	t->values = NULL;
	for (size_t i = 0; i < t->count && values; i++)
		if (!isfinite(values[i])) {
			free(values);
			return NULL;
		}
	return values;
}

static int load_pca(struct opening *o, struct err *err)
{
	struct tensor *eigen = find_pca(o, "pca_eigen_vectors");
	struct tensor *means = find_pca(o, "pca_means");
	struct cnnmodel *m = o->m;
	const char *path = o->pca_path.n ? o->pca_path.p : o->weights_path.p;

	if (!eigen && !means && !o->pca_path.n)
		return 0;
	if (!eigen || !means || eigen->ndim != 2 || eigen->dims[1] != m->dim ||
	    !eigen->count || eigen->dims[0] > m->dim || means->count != m->dim)
		return err_set(err, ERR_DATA, "model",
			       "%s: expected pca_eigen_vectors, any x %zu, and "
			       "pca_means, %zu numbers: give those of this "
			       "network, or none",
			       path, m->dim, m->dim);
	m->to = eigen->dims[0];
	m->eigen = take(eigen);
	m->means = take(means);
	if (!m->eigen || !m->means)
		return err_set(err, ERR_DATA, "model",
			       "%s: principal components that are no finite "
			       "numbers: export them again",
			       path);
	return 0;
}

static int load(struct opening *o, const char *usual, int mels, struct err *err)
{
	static const char *const weights[] = { "weights.safetensors",
					       "weights.npz", NULL };
	static const char *const pca[] = { "pca.safetensors", "pca.npz",
					   "vggish_pca_params.npz", NULL };
	uint8_t digests[2][HASH_SIZE] = { { 0 } };
	struct hash *h;

	if (!find_file(&o->weights_path, o->dir, weights))
		return err_set(err, ERR_DATA, "model",
			       "%s: neither weights.safetensors nor "
			       "weights.npz in it: put a network's weights "
			       "there, embed(1)",
			       o->dir);
	if (load_config(o, usual, mels, err) ||
	    tensors_load(&o->weights, o->weights_path.p, digests[0], err) ||
	    (find_file(&o->pca_path, o->dir, pca) &&
	     tensors_load(&o->pca, o->pca_path.p, digests[1], err)) ||
	    load_layers(o, err) || load_pca(o, err))
		return -1;
	h = hash_new();
	hash_add(h, digests, sizeof(digests));
	hash_add(h, o->text.p, o->text.n);
	hash_end(h, o->m->digest);
	hash_free(h);
	return 0;
}

struct cnnmodel *cnnmodel_open(const char *dir, const char *usual, int mels,
			       struct err *err)
{
	struct opening o = { .m = mem_zalloc(1, sizeof(*o.m)), .dir = dir };

	if (load(&o, usual, mels, err)) {
		cnnmodel_free(o.m);
		o.m = NULL;
	}
	tensors_release(&o.weights);
	tensors_release(&o.pca);
	doc_free(o.config);
	str_release(&o.text);
	str_release(&o.config_path);
	str_release(&o.weights_path);
	str_release(&o.pca_path);
	return o.m;
}

void cnnmodel_free(struct cnnmodel *m)
{
	if (!m)
		return;
	cnn_free(m->cnn);
	free(m->eigen);
	free(m->means);
	free(m);
}

int cnnmodel_mels(const struct cnnmodel *m)
{
	return m->mels;
}

size_t cnnmodel_dim(const struct cnnmodel *m)
{
	return m->to;
}

const uint8_t *cnnmodel_digest(const struct cnnmodel *m)
{
	return m->digest;
}

struct cnnmodel_work *cnnmodel_work_new(const struct cnnmodel *m)
{
	struct cnnmodel_work *w = mem_zalloc(1, sizeof(*w));

	w->cnn = cnn_work_new(m->cnn);
	w->vectors = mem_zalloc(m->dim, CNN_BATCH * sizeof(float));
	w->sum = mem_zalloc(m->dim, sizeof(*w->sum));
	return w;
}

void cnnmodel_work_free(struct cnnmodel_work *w)
{
	if (!w)
		return;
	cnn_work_free(w->cnn);
	free(w->vectors);
	free(w->sum);
	free(w);
}

int cnnmodel_apply(const struct cnnmodel *m, struct cnnmodel_work *w,
		   const float *patches, size_t n, float *out)
{
	size_t size = CNNMODEL_FRAMES * (size_t)m->mels;
	bool finite = true;

	memset(w->sum, 0, m->dim * sizeof(*w->sum));
	for (size_t at = 0; at < n; at += CNN_BATCH) {
		size_t k = n - at < CNN_BATCH ? n - at : CNN_BATCH;

		cnn_apply(m->cnn, w->cnn, patches + at * size, k, w->vectors);
		for (size_t i = 0; i < k * m->dim; i++)
			w->sum[i % m->dim] += w->vectors[i];
	}
	for (size_t i = 0; i < m->dim; i++)
		w->sum[i] = w->sum[i] / (double)n -
			    (m->means ? (double)m->means[i] : 0);
	for (size_t i = 0; i < m->to; i++) {
		double v = m->eigen ? 0 : w->sum[i];

		for (size_t k = 0; k < m->dim && m->eigen; k++)
			v += (double)m->eigen[i * m->dim + k] * w->sum[k];
		out[i] = (float)v;
		finite = finite && isfinite(out[i]);
	}
	for (size_t i = 0; i < m->to && !finite; i++)
		out[i] = NAN;
	return finite ? 0 : -1;
}
