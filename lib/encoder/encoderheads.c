/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/encoderheads.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/input.h"
#include "io/json.h"

enum { JSON_MAX = 1 << 20 };

static int parse(struct encoderheads *h, struct span json, struct err *err)
{
	const char *why = NULL, *end;
	double version;

	end = json_skip(json.p, json.p + json.n, &why);
	if (!end || end != json.p + json.n)
		return err_set(err, ERR_DATA, "heads", "no JSON: %s",
			       why ? why : "something behind it");
	if (json_number(json_get(json, "version"), &version) || version != 1)
		return err_set(err, ERR_DATA, "heads", "version 1 expected");
	h->heads = mem_zalloc(1, sizeof(*h->heads));
	return textheads_read(h->heads, json_get(json, "heads"), err);
}

int encoderheads_open(struct encoderheads *h, const char *dir, size_t labels,
		      struct err *err)
{
	struct str path = { 0 }, json = { 0 };
	bool none = true;
	int rc = 0;

	*h = (struct encoderheads){ NULL, NULL };
	str_printf(&path, "%s/heads.json", dir);
	if (!access(path.p, F_OK) || errno != ENOENT)
		rc = input_slurp(path.p, JSON_MAX, &json, err);
	if (!rc && json.n && parse(h, span_trim(span_str(&json)), err))
		rc = err_prefix(err, "%s", path.p);
	if (!rc) {
		h->wide = encoderwide_open(dir, &none, err);
		rc = h->wide || none ? 0 : -1;
	}
	if (!rc && ((h->heads && h->heads->columns != labels) ||
		    (h->wide && encoderwide_columns(h->wide) != labels)))
		rc = err_set(err, ERR_DATA, "heads",
			     "%s: heads.json and wide.json are not of the %zu "
			     "labels that config.json has",
			     dir, labels);
	str_release(&path);
	str_release(&json);
	if (rc)
		encoderheads_release(h);
	return rc ? -1 : 0;
}

void encoderheads_release(struct encoderheads *h)
{
	free(h->heads);
	encoderwide_free(h->wide);
	*h = (struct encoderheads){ NULL, NULL };
}

void encoderheads_digest(const struct encoderheads *h,
			 uint8_t digest[HASH_SIZE])
{
	struct hash *sum;
	struct str json = { 0 };

	if (!h->heads && !h->wide)
		return;
	sum = hash_new();
	hash_add(sum, digest, HASH_SIZE);
	if (h->heads)
		textheads_write(h->heads, &json);
	hash_add(sum, str_z(&json), json.n);
	if (h->wide)
		encoderwide_hash(h->wide, sum);
	hash_end(sum, digest);
	hash_free(sum);
	str_release(&json);
}

double encoderheads_threshold(const struct encoderheads *h, size_t k,
			      double otherwise)
{
	for (size_t i = 0; h->heads && i < h->heads->count; i++) {
		const struct texthead *head = &h->heads->head[i];

		if (head->kind == TEXTHEAD_LABELS && k >= head->first &&
		    k < head->first + head->count)
			return head->threshold[k - head->first];
	}
	return otherwise;
}
