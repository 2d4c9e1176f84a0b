/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/encodeframe.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/progress.h"

struct head {
	uint32_t what;
	int32_t status;
	uint64_t texts, bytes, numbers;
};

void encodeframe_release(struct encodeframe *f)
{
	free(f->texts);
	free(f->numbers);
	free(f->lengths);
	str_release(&f->bytes);
	*f = (struct encodeframe){ .what = 0 };
}

static int put(int sock, const void *p, size_t n)
{
	const char *from = p;

	while (n > 0) {
		ssize_t k = send(sock, from, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return -1;
		from += k;
		n -= (size_t)k;
	}
	return 0;
}

int encodeframe_send(int sock, uint32_t what, int32_t status,
		     const struct span *texts, size_t count,
		     const float *numbers, size_t numbers_count)
{
	struct head h = { .what = what,
			  .status = status,
			  .texts = count,
			  .numbers = numbers_count };
	struct str out = { 0 };
	int rc;

	for (size_t i = 0; i < count; i++)
		h.bytes += texts[i].n;
	str_put(&out, &h, sizeof(h));
	for (size_t i = 0; i < count; i++) {
		uint32_t n = (uint32_t)texts[i].n;

		str_put(&out, &n, sizeof(n));
	}
	for (size_t i = 0; i < count; i++)
		str_span(&out, texts[i]);
	str_put(&out, numbers, numbers_count * sizeof(*numbers));
	rc = put(sock, out.p, out.n);
	str_release(&out);
	return rc;
}

static enum encodeframe_got take(int sock, void *p, size_t n, double deadline)
{
	char *to = p;

	while (n > 0) {
		struct pollfd f = { .fd = sock, .events = POLLIN };
		double left = deadline - progress_clock();
		ssize_t k;

		if (left <= 0)
			return ENCODEFRAME_LATE;
		k = poll(&f, 1, left < 1e6 ? (int)ceil(left * 1000) : -1);
		if (k <= 0)
			continue;
		k = recv(sock, to, n, MSG_DONTWAIT);
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k <= 0)
			return ENCODEFRAME_END;
		to += k;
		n -= (size_t)k;
	}
	return ENCODEFRAME_GOT;
}

/* Lengths add up to the bytes there are. */
static bool cut(struct encodeframe *f)
{
	size_t at = 0;

	MEM_ROOM(f->texts, f->count + 1, f->texts_cap);
	for (size_t i = 0; i < f->count; i++) {
		if (f->lengths[i] > f->bytes.n - at)
			return false;
		f->texts[i] = (struct span){ f->bytes.p + at, f->lengths[i] };
		at += f->lengths[i];
	}
	return at == f->bytes.n;
}

enum encodeframe_got encodeframe_take(int sock, double deadline,
				      struct encodeframe *f)
{
	struct head h;
	enum encodeframe_got got = take(sock, &h, sizeof(h), deadline);

	if (got != ENCODEFRAME_GOT)
		return got;
	/* What is half read would be taken for the next frame: once begun, to
	 * its end. It was sent in one piece. */
	deadline = (double)INFINITY;
	if (h.what >= ENCODEFRAME_WHATS || h.texts > ENCODEFRAME_TEXTS ||
	    h.bytes > ENCODEFRAME_BYTES || h.numbers > ENCODEFRAME_NUMBERS)
		return ENCODEFRAME_END;
	f->what = h.what;
	f->status = h.status;
	f->count = (size_t)h.texts;
	f->numbers_count = (size_t)h.numbers;
	MEM_ROOM(f->lengths, f->count + 1, f->lengths_cap);
	MEM_ROOM(f->numbers, f->numbers_count + 1, f->numbers_cap);
	str_reset(&f->bytes);
	str_reserve(&f->bytes, (size_t)h.bytes + 1);
	got = take(sock, f->lengths, f->count * sizeof(*f->lengths), deadline);
	if (got == ENCODEFRAME_GOT)
		got = take(sock, f->bytes.p, (size_t)h.bytes, deadline);
	if (got == ENCODEFRAME_GOT)
		got = take(sock, f->numbers,
			   f->numbers_count * sizeof(*f->numbers), deadline);
	if (got != ENCODEFRAME_GOT)
		return got;
	f->bytes.n = (size_t)h.bytes;
	f->bytes.p[f->bytes.n] = '\0';
	return cut(f) ? ENCODEFRAME_GOT : ENCODEFRAME_END;
}
