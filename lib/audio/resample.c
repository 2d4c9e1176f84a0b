/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/resample.h"

#include <soxr.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define STEP 16384 /* output samples asked for at a time */

struct resample {
	soxr_t soxr; /* NULL: the rate is right already */
};

struct resample *resample_new(double rate, double to, struct err *err)
{
	soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
	soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
	soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
	soxr_error_t why = NULL;
	struct resample *r = mem_zalloc(1, sizeof(*r));

	if (rate > to || rate < to)
		r->soxr =
		    soxr_create(rate, to, 1, &why, &io, &quality, &runtime);
	if (why) {
		free(r);
		err_set(err, ERR_RECORD, "resample", "%.0f Hz: %s", rate, why);
		return NULL;
	}
	return r;
}

void resample_free(struct resample *r)
{
	if (!r)
		return;
	soxr_delete(r->soxr);
	free(r);
}

int resample_add(struct resample *r, const float *in, size_t n,
		 struct samples *out, struct err *err)
{
	size_t used = 0, made = 0, at = 0;

	if (!r->soxr) {
		if (!in)
			return 0;
		MEM_ROOM(out->v, out->count + n, out->cap);
		memcpy(out->v + out->count, in, n * sizeof(*in));
		out->count += n;
		return 0;
	}
	do {
		soxr_error_t why;

		MEM_ROOM(out->v, out->count + STEP, out->cap);
		why = soxr_process(r->soxr, in ? in + at : NULL, n - at, &used,
				   out->v + out->count, STEP, &made);
		if (why)
			return err_set(err, ERR_RECORD, "resample", "%s", why);
		at += used;
		out->count += made;
	} while (made == STEP || (in && at < n && used + made > 0));
	return 0;
}
