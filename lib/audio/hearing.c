/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/hearing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audio/features.h"
#include "audio/logmel.h"
#include "base/mem.h"
#include "text/utf8.h"

#define TEXTS 8
#define MESSAGE (TEXTS - 1)
#define REQUEST_MAGIC 0x31524148u /* "HAR1" */
#define REPLY_MAGIC 0x31595248u   /* "HRY1" */

union rights { /* a control message with one descriptor */
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void put_double(uint8_t *p, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, 8);
	put32(p, (uint32_t)bits);
	put32(p + 4, (uint32_t)(bits >> 32));
}

static double get_double(const uint8_t *p)
{
	uint64_t bits = get32(p) | (uint64_t)get32(p + 4) << 32;
	double v;

	memcpy(&v, &bits, 8);
	return v;
}

static void texts_of(struct heard *h, struct str *message, struct str *texts[])
{
	struct str *all[TEXTS] = { &h->title, &h->artist, &h->album, &h->genre,
				   &h->date,  &h->lyrics, &h->print, message };

	memcpy(texts, all, sizeof(all));
}

static size_t text_max(int i)
{
	return i == 5 || i == 6 ? HEARING_LONG_MAX : HEARING_TEXT_MAX;
}

int hearing_ask(int sock, int fd, unsigned wishes, double seconds)
{
	uint8_t request[HEARING_REQUEST_SIZE];
	union rights rights = { 0 };
	struct iovec v = { request, sizeof(request) };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &rights,
			    .msg_controllen = sizeof(rights) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t n;

	put32(request, REQUEST_MAGIC);
	put32(request + 4, wishes);
	put_double(request + 8, seconds);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	/* There is room where all earlier requests were read. */
	do
		n = sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n == sizeof(request) ? 0 : -1;
}

/* One request: 1, 0 at the end, -1. */
static int receive(int sock, int *fd, unsigned *wishes, double *seconds)
{
	uint8_t request[HEARING_REQUEST_SIZE];
	union rights rights = { 0 };
	struct iovec v = { request, sizeof(request) };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &rights,
			    .msg_controllen = sizeof(rights) };
	struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(sock, &m, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	c = CMSG_FIRSTHDR(&m);
	if (n != sizeof(request) || get32(request) != REQUEST_MAGIC || !c ||
	    c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(fd, CMSG_DATA(c), sizeof(int));
	*wishes = get32(request + 4);
	*seconds = get_double(request + 8);
	return 1;
}

static int put_all(int fd, const void *p, size_t n)
{
	const char *from = p;

	while (n > 0) {
		ssize_t k = write(fd, from, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return -1;
		from += k;
		n -= (size_t)k;
	}
	return 0;
}

/* Cut to what may be said: before a NUL, at a character's boundary. */
static void cut(struct str *s, size_t max)
{
	s->n = strnlen(str_z(s), s->n);
	if (s->n <= max)
		return;
	while (max > 0 && ((uint8_t)s->p[max] & 0xc0) == 0x80)
		max--;
	s->n = max;
}

/* Numbers of a patch; 0: none are asked for, or what is asked cannot be. */
static size_t patch_size(unsigned wishes)
{
	int mels = LISTENER_MELS_OF(wishes);

	return wishes & LISTENER_LOGMEL && mels >= LOGMEL_BANDS_MIN &&
		       mels <= LOGMEL_BANDS_MAX
		   ? (size_t)mels * LOGMEL_FRAMES
		   : 0;
}

static int outcome_of(const struct err *err)
{
	if (!strcmp(err->code, "missing"))
		return HEARING_MISSING;
	return strcmp(err->code, "unsupported") ? HEARING_FAILED
						: HEARING_UNSUPPORTED;
}

static int reply(int outcome, unsigned wishes, struct heard *h,
		 struct str *message, struct str *out)
{
	uint8_t head[HEARING_REPLY_SIZE] = { 0 }, number[4];
	bool features = wishes & LISTENER_FEATURES;
	size_t count =
	    features ? features_count() : h->patch_count * patch_size(wishes);
	const float *values = features ? h->values : h->patches;
	struct str *texts[TEXTS];

	texts_of(h, message, texts);
	put32(head, REPLY_MAGIC);
	put32(head + 4, (uint32_t)outcome);
	put32(head + 8, (uint32_t)h->status);
	put32(head + 12, (uint32_t)count);
	put_double(head + 16, h->seconds);
	put_double(head + 24, h->length);
	for (int i = 0; i < TEXTS; i++) {
		cut(texts[i], text_max(i));
		put32(head + 32 + 4 * i, (uint32_t)texts[i]->n);
	}
	str_reset(out);
	str_put(out, head, sizeof(head));
	for (size_t i = 0; i < count; i++) {
		uint32_t bits;

		memcpy(&bits, &values[i], 4);
		put32(number, bits);
		str_put(out, number, 4);
	}
	for (int i = 0; i < TEXTS; i++)
		str_put(out, texts[i]->p, texts[i]->n);
	return put_all(STDOUT_FILENO, out->p, out->n);
}

int hearing_serve(int sock, void *ctx,
		  int (*hear)(void *ctx, int fd, unsigned wishes,
			      double seconds, struct heard *h, struct err *err))
{
	struct str out = { 0 }, message = { 0 };
	struct heard h = { .values = mem_zalloc(features_count(),
						sizeof(*h.values)) };
	unsigned wishes;
	double seconds;
	int fd = -1, rc;

	rc = put_all(STDOUT_FILENO, HEARING_HELLO, strlen(HEARING_HELLO));
	while (rc == 0 && (rc = receive(sock, &fd, &wishes, &seconds)) > 0) {
		struct err err = { 0 };
		struct str *texts[TEXTS];

		texts_of(&h, &message, texts);
		for (int i = 0; i < TEXTS; i++)
			str_reset(texts[i]);
		for (size_t i = 0; i < features_count(); i++)
			h.values[i] = NAN;
		h.patch_count = 0;
		h.status = FEAT_OK;
		h.seconds = 0;
		h.length = NAN;
		rc = hear(ctx, fd, wishes, seconds, &h, &err);
		if (rc != 0) {
			utf8_clean(span_of(err.message), &message);
			rc = outcome_of(&err);
		}
		rc = reply(rc, wishes, &h, &message, &out);
		close(fd);
	}
	heard_release(&h);
	str_release(&message);
	str_release(&out);
	return rc;
}

/* Whether so many numbers answer the wishes. */
static bool values_fit(struct hearing_reply *r, unsigned wishes)
{
	size_t patch = patch_size(wishes);

	r->patches = 0;
	if (!r->values)
		return true;
	if (wishes & LISTENER_FEATURES)
		return r->values == features_count();
	if (!patch || r->values % patch)
		return false;
	r->patches = r->values / patch;
	return r->patches <= LOGMEL_PATCHES_MAX;
}

bool hearing_head(const uint8_t head[HEARING_REPLY_SIZE], unsigned wishes,
		  struct hearing_reply *r, struct heard *h)
{
	uint32_t outcome = get32(head + 4), status = get32(head + 8);

	r->values = get32(head + 12);
	if (get32(head) != REPLY_MAGIC || outcome >= HEARING_OUTCOMES ||
	    !values_fit(r, wishes))
		return false;
	if (!feat_status_measured(status) && !feat_status_mute(status) &&
	    status != FEAT_TOO_SHORT)
		return false;
	r->outcome = (int)outcome;
	r->body = r->values * sizeof(float);
	for (int i = 0; i < TEXTS; i++) {
		r->texts[i] = get32(head + 32 + 4 * i);
		if (r->texts[i] > text_max(i))
			return false;
		r->body += r->texts[i];
	}
	h->status = (enum feat_status)status;
	h->seconds = get_double(head + 16);
	h->length = get_double(head + 24);
	return h->seconds >= 0 && isfinite(h->seconds) &&
	       (isnan(h->length) || (h->length >= 0 && isfinite(h->length)));
}

static bool is_base64(const struct str *s)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	return s->n == 0 || strspn(s->p, alphabet) == s->n;
}

bool hearing_body(const struct hearing_reply *r, const uint8_t *body,
		  struct heard *h, struct str *message)
{
	struct str *texts[TEXTS];
	float *to = h->values;

	texts_of(h, message, texts);
	h->patch_count = r->patches;
	if (r->patches) {
		MEM_ROOM(h->patches, r->values, h->patch_cap);
		to = h->patches;
	}
	for (size_t i = 0; i < r->values; i++, body += 4) {
		uint32_t bits = get32(body);

		memcpy(&to[i], &bits, 4);
		if (isinf(to[i]) || (r->patches && isnan(to[i])))
			return false;
	}
	for (int i = 0; i < TEXTS; i++) {
		str_reset(texts[i]);
		str_put(texts[i], body, r->texts[i]);
		body += r->texts[i];
		if (memchr(str_z(texts[i]), '\0', texts[i]->n) ||
		    !utf8_valid(span_str(texts[i])))
			return false;
	}
	return is_base64(&h->print);
}
