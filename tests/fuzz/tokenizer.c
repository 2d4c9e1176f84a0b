/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as tokenizer.json, with a text behind a NUL: refused, or tokens that
 * lie within the text and the vocabulary, and decode to something. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "encoder/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tokenizer *t, struct span text)
{
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords x = { 0 }, all = { 0 };
	struct subword_slice slice;
	struct str back = { 0 };
	int32_t *ids;

	for (int again = 0; again < 2; again++)
		tokenizer_encode(t, w, text, &x);
	ids = mem_alloc((x.count + 1) * sizeof(*ids));
	for (size_t i = 0; i < x.count; i++) {
		ids[i] = x.items[i].id;
		if (ids[i] < 0 || (size_t)ids[i] >= tokenizer_size(t) ||
		    x.items[i].begin > x.items[i].end ||
		    x.items[i].end > text.n)
			abort();
	}
	slice = (struct subword_slice){ x.items, x.count };
	tokenizer_finish(t, slice, NULL, &all);
	tokenizer_finish(t, slice, &slice, &all);
	for (size_t i = 0; i < all.count; i++)
		if ((size_t)all.items[i].id >= tokenizer_size(t))
			abort();
	tokenizer_decode(t, ids, x.count, true, &back);
	free(ids);
	str_release(&back);
	subwords_release(&x);
	subwords_release(&all);
	tokenizer_work_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char hard[] =
	    "UNwant\xc3\xa9"
	    "d, run 12 e\xcc\x81\xef\xac\x81 "
	    "\xe4\xb8\xad\xf0\x9f\x91\x8d\xff\0 \t don't";
	int fd = memfd_create("tokenizer", MFD_CLOEXEC);
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t n = nul ? (size_t)(nul - data) : size;
	struct span text = { hard, sizeof(hard) - 1 };
	struct tokenizer *t;
	struct err err;
	char path[32];

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	t = tokenizer_open(path, &err);
	if (t) {
		check(t, text);
		if (nul)
			check(t, (struct span){ (const char *)nul + 1,
						size - n - 1 });
	}
	tokenizer_free(t);
	close(fd);
	return 0;
}
