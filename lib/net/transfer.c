/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/transfer.h"

#include "base/num.h"
#include "net/extent.h"
#include "net/sniff.h"
#include "text/markup.h"

#define LEGS 8

static bool field(struct span line, const char *name, struct span *value)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' ||
	    !span_ieq((struct span){ line.p, n }, name))
		return false;
	*value = span_trim((struct span){ line.p + n + 1, line.n - n - 1 });
	return true;
}

static struct span until(struct span *rest, char stop)
{
	const char *end = memchr(rest->p, stop, rest->n);
	struct span s = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

	*rest = (struct span){ rest->p + s.n + !!end, rest->n - s.n - !!end };
	return s;
}

/* "bytes 0-65535/1000000", "bytes 5-9/" and "*", or of 416 "bytes *" "/10". */
static void content_range(struct transfer *t, struct span v)
{
	uint64_t from, total;
	struct span first;

	if (v.n < 6 || !span_ieq((struct span){ v.p, 6 }, "bytes "))
		return;
	v = span_trim((struct span){ v.p + 6, v.n - 6 });
	first = until(&v, '/');
	t->total = num_u64(v, &total) ? 0 : total;
	if (!num_u64(until(&first, '-'), &from) && from < SIZE_MAX / 2)
		t->from = (size_t)from;
}

static void charset(struct transfer *t, struct span v)
{
	struct span name;

	str_reset(&t->charset);
	until(&v, ';');
	while (v.n) {
		struct span part = until(&v, ';');

		name = span_trim(until(&part, '='));
		part = span_trim(part);
		if (part.n > 2 && part.p[0] == '"')
			part = (struct span){ part.p + 1, part.n - 2 };
		if (span_ieq(name, "charset") && part.n < 32)
			str_span(&t->charset, part);
	}
}

static void on_header(struct http_job *job, struct span line)
{
	struct transfer *t = job->owner;
	uint64_t length;
	struct span v;
	int code;

	line = span_trim(line);
	if (line.n > 5 && !memcmp(line.p, "HTTP/", 5)) {
		until(&line, ' ');
		t->code =
		    num_int(until(&line, ' '), 100, 999, &code) ? 0 : code;
		t->from = SIZE_MAX;
		t->total = 0;
		str_reset(&t->validator);
		str_reset(&t->charset);
	} else if (field(line, "content-range", &v)) {
		content_range(t, v);
	} else if (field(line, "content-length", &v)) {
		if (t->code == 200 && !num_u64(v, &length))
			t->total = length;
	} else if (field(line, "content-type", &v)) {
		charset(t, v);
	} else if (field(line, "etag", &v)) {
		/* If-Range takes no weak ones. */
		if (v.n > 2 && v.p[0] == '"') {
			str_reset(&t->validator);
			str_span(&t->validator, v);
		}
	} else if (field(line, "last-modified", &v) && !t->validator.n) {
		str_span(&t->validator, v);
	}
}

static size_t most_of(const struct transfer *t)
{
	return t->ext || !t->why || strcmp(t->why, "page") ? t->o->max_bytes
							   : MARKUP_SIZE;
}

/* Looks at what is there and moves the target, by the same steps whatever came
 * in which pieces: 1 there is enough (and no more), 0 not yet, -1. */
static int weigh(struct transfer *t, bool complete, struct err *err)
{
	struct str head = { 0 };
	int rc = 0;

	while (!rc && !t->settled && (t->part.size >= t->target || complete)) {
		size_t n = t->part.size < t->target ? t->part.size : t->target;
		size_t want = n;
		bool known = true;

		rc = store_read(&t->part, n, &head, err);
		if (rc)
			break;
		t->ext = sniff_audio(span_str(&head), &t->why);
		if (t->ext)
			known = extent_of(span_str(&head), t->ext,
					  t->part.total, t->o->seconds, &want);
		else if (!strcmp(t->why, "page"))
			want = MARKUP_SIZE;
		if (want > most_of(t))
			want = most_of(t);
		t->settled = known || want <= n || n < t->target;
		t->target = want;
	}
	str_release(&head);
	if (rc)
		return -1;
	if (t->part.size < t->target && !complete)
		return 0;
	if (t->part.size > t->target)
		rc = store_cut(&t->part, t->target, err);
	return rc ? -1 : 1;
}

static void want_first(struct transfer *t)
{
	t->settled = false;
	t->target =
	    t->o->max_bytes < TRANSFER_FIRST ? t->o->max_bytes : TRANSFER_FIRST;
}

/* A range of another file than the part's, whatever became of If-Range. */
static bool is_other(const struct transfer *t)
{
	const struct store_part *p = &t->part;

	return (t->total && p->total && t->total != p->total) ||
	       (t->validator.n && p->validator.n &&
		!span_eq(span_str(&t->validator), span_str(&p->validator)));
}

/* The first bytes of an answer: they go on with the part, or begin it. */
static int take_up(struct transfer *t, struct http_job *job)
{
	bool on = job->from > 0 && t->code == 206;

	t->misfit = t->code == 206 && (t->from != job->from || !job->range ||
				       (on && is_other(t)));
	if (t->misfit)
		return -1;
	if (store_open(&t->part, &t->err))
		return -1;
	if (on && t->part.size != job->from) {
		t->misfit = true;
		return -1;
	}
	if (on)
		return 0;
	want_first(t);
	/* A whole file is ended by the sink. */
	if (t->code != 206)
		job->limit = t->o->max_bytes > MARKUP_SIZE ? t->o->max_bytes
							   : MARKUP_SIZE;
	return store_restart(&t->part, span_str(&t->validator), t->total,
			     &t->err);
}

static int sink(struct http_job *job, const void *p, size_t n)
{
	struct transfer *t = job->owner;
	int rc;

	if (!job->bytes && take_up(t, job))
		return -1;
	if (store_write(&t->part, p, n, &t->err))
		return -1;
	rc = t->part.size >= t->target ? weigh(t, false, &t->err) : 0;
	if (rc > 0)
		job->limit = job->bytes + n;
	return rc < 0 ? -1 : 0;
}

/* The next request: for what is missing. */
static void ask(struct transfer *t)
{
	struct http_job *job = t->job;
	bool on = t->part.size && (t->legs || t->part.validator.n);

	job->from = on ? t->part.size : 0;
	job->range = t->target;
	job->limit = t->target - job->from;
	if (job->url.n > 5 && !memcmp(job->url.p, "file:", 5))
		job->range = 0;
	job->if_range = t->part.validator.n ? str_z(&t->part.validator) : NULL;
	t->misfit = false;
	t->legs++;
}

void transfer_begin(struct transfer *t, const struct transfer_options *o,
		    struct http_job *job)
{
	transfer_release(t);
	t->o = o;
	t->job = job;
	want_first(t);
	store_find(&t->part, o->store, span_str(&job->url));
	if (!t->part.validator.n)
		t->part.size = 0;
	/* An earlier process' part may have the first range, and more: then
	 * its last byte is asked for once more. */
	if (t->part.size >= t->target && !store_open(&t->part, &t->err) &&
	    weigh(t, false, &t->err) > 0)
		store_cut(&t->part, t->part.size - 1, &t->err);
	store_pause(&t->part);
	job->sink = sink;
	job->header = on_header;
	job->owner = t;
	ask(t);
}

/* Once more from the beginning; without a range where ranges do not fit. */
static int begin_anew(struct transfer *t, bool ranges)
{
	if (t->anew)
		return TRANSFER_FAILED;
	t->anew = true;
	t->part.size = 0;
	want_first(t);
	ask(t);
	if (!ranges)
		t->job->range = 0;
	return TRANSFER_AGAIN;
}

static int answered(struct transfer *t, struct err *err)
{
	struct http_job *job = t->job;
	bool complete = !job->cut;
	int rc;

	if (!job->bytes && !job->from) {
		t->why = "empty";
		return TRANSFER_DONE;
	}
	/* A range ends before the file does. */
	if (t->code == 206)
		complete = t->part.total
			       ? t->part.size >= t->part.total
			       : !job->bytes || t->part.size < job->range;
	if (!job->bytes || t->legs >= LEGS)
		complete = true;
	if (store_open(&t->part, err))
		return -1;
	rc = weigh(t, complete, err);
	if (rc < 0)
		return -1;
	if (rc > 0)
		return TRANSFER_DONE;
	store_pause(&t->part);
	ask(t);
	return TRANSFER_AGAIN;
}

int transfer_end(struct transfer *t, struct err *err)
{
	struct http_job *job = t->job;
	int rc;

	if (t->misfit)
		return begin_anew(t, t->code != 206);
	if (job->result == HTTP_SINK) {
		*err = t->err;
		return -1;
	}
	if (job->result == HTTP_ANSWER && job->code == 416 && job->from) {
		if (t->total && t->total != job->from)
			return begin_anew(t, true);
		rc = store_open(&t->part, err) ? -1 : weigh(t, true, err);
		return rc < 0 ? -1 : TRANSFER_DONE;
	}
	if (job->result == HTTP_ANSWER && job->code == 416) {
		/* There is no first byte. */
		t->why = "empty";
		return TRANSFER_DONE;
	}
	if (job->result == HTTP_ANSWER && job->code >= 200 && job->code < 300)
		return answered(t, err);
	if (job->result == HTTP_ANSWER && job->code >= 400 &&
	    job->code != 429 && job->code < 500)
		store_drop(&t->part);
	store_pause(&t->part);
	return TRANSFER_FAILED;
}

void transfer_release(struct transfer *t)
{
	store_close(&t->part);
	str_release(&t->validator);
	str_release(&t->charset);
	*t = (struct transfer){ 0 };
}
