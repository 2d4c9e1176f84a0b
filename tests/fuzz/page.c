/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a web page or feed, and as a file whose extent is asked for:
 * what comes out is an address, cleaned; what is needed is more than there is,
 * or known. */
#include <stdlib.h>

#include "net/extent.h"
#include "io/mpegframe.h"
#include "net/sniff.h"
#include "text/page.h"
#include "text/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void find(struct span bytes, const char *charset)
{
	const struct page_query q = { .url = SPAN("http://h.example/a/b?c"),
				      .track = SPAN("https://h.example/t"),
				      .title = SPAN("One"),
				      .charset = charset };
	struct page_links l = { 0 };
	struct str again = { 0 };

	page_find_audio(bytes, &q, &l);
	for (size_t i = 0; i < l.count; i++) {
		struct span url = span_str(&l.at[i].url);

		if (url_clean(url, &again) || !span_eq(url, span_str(&again)))
			abort();
		if (i && l.at[i - 1].rank > l.at[i].rank)
			abort();
	}
	page_links_release(&l);
	str_release(&again);
}

static void measure(struct span bytes)
{
	static const char *const exts[] = { "mp3", "ogg", "flac", "wav",
					    "aiff" };
	const char *why, *ext = sniff_audio(bytes, &why);
	size_t need;

	if (!ext == !why)
		abort();
	for (int i = 0; i < 5; i++)
		if (!extent_of(bytes, exts[i], bytes.n * 3, 30, &need) &&
		    need <= bytes.n)
			abort();
	if (mpegframe_find(bytes, 0, 3) > bytes.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };

	find(bytes, NULL);
	if (size && data[0] % 8 == 0)
		find((struct span){ bytes.p + 1, size - 1 },
		     data[0] % 16 ? "windows-1251" : "utf-16");
	measure(bytes);
	return 0;
}
