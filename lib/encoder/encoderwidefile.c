/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "encoder/encoderwideparts.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/json.h"
#include "io/tensormap.h"

enum { JSON_MAX = 1 << 20, ROWS_MAX = 1 << 26 };

static const char *const kinds[] = { "tags", "number", "count", "hour" };

/* --- writing --- */

static void put_numbers(struct str *out, const char *name, const float *x,
			size_t n)
{
	str_printf(out, ",\n  \"%s\": [", name);
	for (size_t i = 0; i < n; i++)
		str_printf(out, "%s%.9g", i ? "," : "", (double)x[i]);
	str_putc(out, ']');
}

static void describe(const struct encoderwide *w, struct str *out)
{
	const struct encoderwide_options *o = &w->options;
	uint8_t digest[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];

	hash_sha256(w->cues.rows, w->cues.count * sizeof(*w->cues.rows),
		    digest);
	hash_hex(digest, HASH_SIZE, hex);
	str_printf(out,
		   "{\n  \"version\": 1,\n  \"buckets\": %u,\n  \"columns\": "
		   "%zu,\n  \"least\": %u,\n  \"words\": %.9g,\n  "
		   "\"characters\": %.9g,\n  \"labels\": %.9g,\n  \"cues\": "
		   "%s,\n  \"rows\": %zu,\n  \"rows_sha256\": \"%s\"",
		   o->buckets, w->columns, o->least, o->words, o->characters,
		   o->labels, o->cues ? "true" : "false", w->cues.count, hex);
	str_puts(out, ",\n  \"fields\": [");
	for (size_t i = 0; i < o->field_count; i++) {
		str_puts(out, i ? ", {\"name\": " : "{\"name\": ");
		json_put_string(out, span_of(o->field[i].name));
		str_printf(out, ", \"kind\": \"%s\"}", kinds[o->field[i].kind]);
	}
	str_putc(out, ']');
	put_numbers(out, "field_mean", w->mean, o->field_count);
	put_numbers(out, "field_rate", w->rate, o->field_count);
	put_numbers(out, "cue_mean", w->cue_mean, TEXTCUES);
	put_numbers(out, "cue_rate", w->cue_rate, TEXTCUES);
	str_puts(out, "\n}\n");
}

static int write_tensors(const struct encoderwide *w, const float *weights,
			 FILE *out, struct err *err)
{
	struct parameter rarity = { .name = (char *)(uintptr_t) "rarity",
				    .ndim = 1,
				    .dims = { w->options.buckets },
				    .count = w->options.buckets,
				    .value = w->rarity };
	struct parameter weight = { .name = (char *)(uintptr_t) "weight",
				    .ndim = 2,
				    .dims = { encoderwide_inputs(w),
					      w->columns },
				    .count = encoderwide_inputs(w) * w->columns,
				    .value = (float *)(uintptr_t)weights };
	struct parameter_name items[] = { { "wide.rarity", &rarity },
					  { "wide.weight", &weight } };

	return parameters_write_as(items, 2, "{\"format\":\"pt\"}", out, err);
}

static struct atomic *open_in(const char *dir, const char *name,
			      struct err *err)
{
	struct str path = { 0 };
	struct atomic *a;

	str_printf(&path, "%s/%s", dir, name);
	a = atomic_open(path.p, err);
	str_release(&path);
	return a;
}

int encoderwide_write(const struct encoderwide *w, const float *weights,
		      const char *dir, struct err *err)
{
	struct str json = { 0 };
	struct atomic *a = open_in(dir, "wide.cues", err);
	int rc = -1;

	if (a) {
		fwrite(w->cues.rows, sizeof(*w->cues.rows), w->cues.count,
		       atomic_file(a));
		rc = atomic_commit(a, err);
	}
	a = rc ? NULL : open_in(dir, "wide.safetensors", err);
	if (a && write_tensors(w, weights, atomic_file(a), err)) {
		atomic_abort(a);
		a = NULL;
	}
	rc = a ? atomic_commit(a, err) : -1;
	a = rc ? NULL : open_in(dir, "wide.json", err);
	if (!a)
		return -1;
	describe(w, &json);
	fwrite(json.p, 1, json.n, atomic_file(a));
	str_release(&json);
	return atomic_commit(a, err);
}

/* --- reading --- */

static int get_number(struct span json, const char *name, double least,
		      double most, double *out, struct err *err)
{
	return json_number(json_get(json, name), out) ||
		       !(*out >= least && *out <= most)
		   ? err_set(err, ERR_DATA, "wide",
			     "%s: a number from %g to %g expected", name, least,
			     most)
		   : 0;
}

static int get_numbers(struct span json, const char *name, float *out, size_t n,
		       struct err *err)
{
	struct span array = json_get(json, name), e;
	size_t pos = 0, i = 0;
	double v;

	while (json_each(array, &pos, &e)) {
		if (i == n || json_number(e, &v) || !(fabs(v) < 1e12))
			break;
		out[i++] = (float)v;
	}
	return i == n && !json_each(array, &pos, &e)
		   ? 0
		   : err_set(err, ERR_DATA, "wide", "%s: %zu numbers expected",
			     name, n);
}

static int get_fields(struct span json, struct encoderwide_options *o,
		      struct err *err)
{
	struct span array = json_get(json, "fields"), e;
	struct str name = { 0 }, kind = { 0 };
	size_t pos = 0;
	int rc = 0;

	while (!rc && json_each(array, &pos, &e)) {
		int k = 0;

		str_reset(&name);
		str_reset(&kind);
		json_string(json_get(e, "name"), &name);
		json_string(json_get(e, "kind"), &kind);
		while (k < 4 && strcmp(str_z(&kind), kinds[k]) != 0)
			k++;
		if (k == 4 || name.n >= ENCODERWIDE_NAME ||
		    o->field_count == ENCODERWIDE_FIELDS) {
			rc = err_set(err, ERR_DATA, "wide",
				     "fields: name and kind, at most %d of "
				     "them, expected",
				     ENCODERWIDE_FIELDS);
			break;
		}
		memcpy(o->field[o->field_count].name, str_z(&name), name.n + 1);
		o->field[o->field_count++].kind = (enum encoderwide_kind)k;
	}
	str_release(&name);
	str_release(&kind);
	return rc;
}

static struct encoderwide *parse(struct span json, struct err *err)
{
	struct encoderwide_options o = { 0 };
	struct encoderwide *w;
	double version, buckets, columns, least;

	if (get_number(json, "version", 1, 1, &version, err) ||
	    get_number(json, "buckets", 16, 1 << 24, &buckets, err) ||
	    get_number(json, "columns", 1, TEXTHEADS_COLUMNS, &columns, err) ||
	    get_number(json, "least", 0, 1e9, &least, err) ||
	    get_number(json, "words", 0, 10, &o.words, err) ||
	    get_number(json, "characters", 0, 10, &o.characters, err) ||
	    get_number(json, "labels", 0, 10, &o.labels, err) ||
	    get_fields(json, &o, err))
		return NULL;
	o.buckets = (uint32_t)buckets;
	o.least = (uint32_t)least;
	if ((o.buckets & (o.buckets - 1)) || buckets != floor(buckets) ||
	    json_bool(json_get(json, "cues"), &o.cues)) {
		err_set(err, ERR_DATA, "wide",
			"buckets is a power of two, cues true or false");
		return NULL;
	}
	w = encoderwide_new(&o, &(struct textcues){ 0 }, (size_t)columns);
	if (get_numbers(json, "field_mean", w->mean, o.field_count, err) ||
	    get_numbers(json, "field_rate", w->rate, o.field_count, err) ||
	    get_numbers(json, "cue_mean", w->cue_mean, TEXTCUES, err) ||
	    get_numbers(json, "cue_rate", w->cue_rate, TEXTCUES, err)) {
		encoderwide_free(w);
		return NULL;
	}
	return w;
}

static int read_tensors(struct encoderwide *w, const char *path,
			struct err *err)
{
	struct tensormap *m = tensormap_open(path, err);
	const struct tensormap_tensor *rarity, *weight;
	size_t n = encoderwide_inputs(w) * w->columns;
	bool finite = true;

	if (!m)
		return -1;
	rarity = tensormap_find(m, "wide.rarity");
	weight = tensormap_find(m, "wide.weight");
	if (!rarity || !weight || rarity->count != w->options.buckets ||
	    weight->count != n || !tensormap_readable(rarity) ||
	    !tensormap_readable(weight)) {
		tensormap_close(m);
		return err_set(err, ERR_DATA, "wide",
			       "%s: wide.rarity and wide.weight are not those "
			       "of wide.json",
			       path);
	}
	w->weights = mem_zalloc(n, sizeof(*w->weights));
	tensormap_floats(rarity, 0, w->options.buckets, w->rarity);
	tensormap_floats(weight, 0, n, w->weights);
	tensormap_close(m);
	for (size_t i = 0; i < n; i++)
		finite = finite && isfinite(w->weights[i]);
	for (size_t i = 0; i < w->options.buckets; i++)
		finite = finite && w->rarity[i] >= 0 && w->rarity[i] < 1e6F;
	return finite ? 0
		      : err_set(err, ERR_DATA, "wide",
				"%s: a number that is not finite", path);
}

struct encoderwide *encoderwide_open(const char *dir, bool *none,
				     struct err *err)
{
	struct str path = { 0 }, json = { 0 };
	struct encoderwide *w = NULL;
	const char *why, *end;
	int rc;

	str_printf(&path, "%s/wide.json", dir);
	*none = access(path.p, F_OK) != 0 && errno == ENOENT;
	if (*none) {
		str_release(&path);
		return NULL;
	}
	rc = input_slurp(path.p, JSON_MAX, &json, err);
	if (!rc) {
		struct span s = span_trim(span_str(&json));

		end = json_skip(s.p, s.p + s.n, &why);
		if (!end || end != s.p + s.n)
			rc = err_set(err, ERR_DATA, "wide", "no JSON");
		else
			w = parse(s, err);
		if (!w)
			rc = err_prefix(err, "%s", path.p);
	}
	if (!rc) {
		str_reset(&path);
		str_printf(&path, "%s/wide.cues", dir);
		rc = input_slurp(path.p, ROWS_MAX, &w->rows, err) ||
		     textcues_view(&w->cues, w->rows.p, w->rows.n, err);
		if (!rc) {
			str_reset(&path);
			str_printf(&path, "%s/wide.safetensors", dir);
			rc = read_tensors(w, path.p, err);
		}
	}
	str_release(&path);
	str_release(&json);
	if (rc) {
		encoderwide_free(w);
		w = NULL;
	}
	return w;
}
