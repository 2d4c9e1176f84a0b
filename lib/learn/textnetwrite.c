/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "learn/textnetfit.h"

static int write_numbers(const struct textdata *d,
			 const struct textheads *heads,
			 const struct textnetfit_member *members, size_t count,
			 const float *stack, size_t stacked,
			 struct pack_writer *w, struct err *err)
{
	size_t n = stacked * (heads->columns + TEXTCUES + 1);
	float *none = mem_zalloc(n + 1, sizeof(float));
	int rc = pack_begin(w, "net.numbers", err) ||
		 pack_put(w, d->cue_mean, sizeof(d->cue_mean), err) ||
		 pack_put(w, d->cue_rate, sizeof(d->cue_rate), err);

	for (size_t m = 0; m < count && !rc; m++)
		rc = pack_put(
		    w, members[m].numbers,
		    textnet_layout(&members[m].shape, heads->columns).count *
			sizeof(float),
		    err);
	if (!rc)
		rc = pack_put(w, stack ? stack : none, n * sizeof(float), err);
	free(none);
	return rc ? -1 : 0;
}

static int write_rows(const struct textnetfit_member *members, size_t count,
		      struct pack_writer *w, struct err *err)
{
	char name[PACK_NAME];

	for (size_t m = 0; m < count; m++) {
		const struct str *wide = &members[m].wide;
		const struct str *deep = &members[m].deep;

		snprintf(name, sizeof(name), "net.wide.%u", (unsigned)m);
		if (members[m].shape.wide &&
		    pack_section(w, name, wide->p, wide->n, err))
			return -1;
		snprintf(name, sizeof(name), "net.deep.%u", (unsigned)m);
		if (members[m].shape.dim &&
		    pack_section(w, name, deep->p, deep->n, err))
			return -1;
	}
	return 0;
}

int textnetfit_write(const struct textdata *d, const struct textheads *heads,
		     const struct textcues *cues,
		     const struct textnetfit_member *members, size_t count,
		     const float *stack, FILE *out, uint8_t digest[HASH_SIZE],
		     struct err *err)
{
	struct textnet_info info = { UTTERANCE_VERSION,
				     TEXTCUES_VERSION,
				     TEXTGRAMS_VERSION,
				     (uint32_t)heads->columns,
				     (uint32_t)count,
				     0,
				     { { 0 } },
				     { 0 },
				     0 };
	struct pack_writer *w =
	    pack_writer_new(out, TEXTNET_KIND, TEXTNET_VERSION, err);
	struct str json = { 0 };
	int rc;

	if (!w)
		return -1;
	for (size_t m = 0; m < count; m++)
		info.shape[m] = members[m].shape;
	for (size_t i = 0; i < heads->count; i++)
		if (heads->head[i].stacked)
			info.stacked += (uint32_t)heads->head[i].count;
	memcpy(info.group, d->options.group, sizeof(info.group));
	textheads_write(heads, &json);
	rc = pack_section(w, "net.info", &info, sizeof(info), err) ||
	     pack_section(w, "net.heads", json.p, json.n, err) ||
	     pack_section(w, "net.cues", cues->rows,
			  cues->count * sizeof(*cues->rows), err) ||
	     write_numbers(d, heads, members, count, stack, info.stacked, w,
			   err) ||
	     write_rows(members, count, w, err);
	str_release(&json);
	if (pack_writer_end(w, digest, rc ? NULL : err) || rc)
		return -1;
	return 0;
}
