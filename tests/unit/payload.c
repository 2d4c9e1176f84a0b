/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "audio/payload.h"
#include "base/str.h"

static char path[256];

static void digest(const struct str *text, uint8_t out[HASH_SIZE])
{
	uint8_t whole[HASH_SIZE], want[HASH_SIZE];
	FILE *f = fopen(path, "wb");
	struct err err;

	assert_non_null(f);
	assert_int_equal(fwrite(text->n ? text->p : "", 1, text->n, f),
			 text->n);
	fclose(f);
	assert_int_equal(payload_digest(path, out, whole, &err), 0);
	hash_sha256(text->p, text->n, want);
	assert_memory_equal(whole, want, HASH_SIZE);
}

static void is_digest_of(const struct str *text, const struct str *payload)
{
	uint8_t got[HASH_SIZE], want[HASH_SIZE];

	digest(text, got);
	hash_sha256(payload->p, payload->n, want);
	assert_memory_equal(got, want, HASH_SIZE);
}

static void zeros(struct str *s, size_t n)
{
	while (n--)
		str_putc(s, 0);
}

static void mp3_body(struct str *s)
{
	for (int i = 0; i < 700; i++) {
		str_put(s, "\xff\xfb\x90\x44", 4);
		zeros(s, 413);
	}
}

static void test_mp3(void **state)
{
	struct str body = { 0 }, all = { 0 };

	(void)state;
	mp3_body(&body);
	is_digest_of(&body, &body);
	/* ID3v2 of 200 bytes in front. */
	str_put(&all, "ID3\4\0\0\0\0\1\x48", 10);
	zeros(&all, 200);
	mp3_body(&all);
	is_digest_of(&all, &body);
	/* APEv2 of 40 bytes and a header of its own, then ID3v1. */
	str_put(&all,
		"APETAGEX\xd0\7\0\0\x28\0\0\0\0\0\0\0\0\0\0\xa0"
		"\0\0\0\0\0\0\0\0",
		32);
	zeros(&all, 8);
	str_put(&all,
		"APETAGEX\xd0\7\0\0\x28\0\0\0\0\0\0\0\0\0\0\x80"
		"\0\0\0\0\0\0\0\0",
		32);
	str_puts(&all, "TAG");
	zeros(&all, 125);
	is_digest_of(&all, &body);
	/* A tag that claims more than there is: the whole file. */
	str_reset(&all);
	str_put(&all, "ID3\4\0\0\x7f\x7f\x7f\x7f", 10);
	zeros(&all, 100);
	is_digest_of(&all, &all);
	str_release(&all);
	str_release(&body);
}

static void flac(struct str *s, size_t tags, size_t frames)
{
	str_put(s, "fLaC\0\0\0\x22", 8);
	for (int i = 0; i < 34; i++)
		str_putc(s, (char)i);
	str_putc(s, 4); /* comments */
	str_putc(s, 0);
	str_putc(s, (char)(tags >> 8));
	str_putc(s, (char)tags);
	zeros(s, tags);
	str_put(s, "\x81\0\0\x10", 4); /* padding, last */
	zeros(s, 16);
	for (size_t i = 0; i < frames; i++)
		str_putc(s, (char)(i * 7));
}

static void test_flac(void **state)
{
	struct str a = { 0 }, want = { 0 };
	uint8_t got[HASH_SIZE], other[HASH_SIZE];

	(void)state;
	for (int i = 0; i < 34; i++)
		str_putc(&want, (char)i);
	for (size_t i = 0; i < 5000; i++)
		str_putc(&want, (char)(i * 7));
	flac(&a, 100, 5000);
	is_digest_of(&a, &want);
	str_reset(&a);
	flac(&a, 60000, 5000);
	is_digest_of(&a, &want);
	digest(&a, got);
	str_reset(&a);
	flac(&a, 100, 5001);
	digest(&a, other);
	assert_memory_not_equal(got, other, HASH_SIZE);
	a.n = 60; /* cut within the comments */
	is_digest_of(&a, &a);
	str_release(&a);
	str_release(&want);
}

static void chunk(struct str *s, const char *id, const char *data, size_t n,
		  int big)
{
	str_put(s, id, 4);
	for (int i = 0; i < 4; i++)
		str_putc(s, (char)(n >> 8 * (big ? 3 - i : i)));
	str_put(s, data, n);
	if (n & 1)
		str_putc(s, 0);
}

static void test_chunks(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		const char *format = big ? "COMM" : "fmt ";
		const char *data = big ? "SSND" : "data";
		struct str a = { 0 }, want = { 0 };

		str_puts(&a, big ? "FORM" : "RIFF");
		zeros(&a, 4);
		str_puts(&a, big ? "AIFF" : "WAVE");
		chunk(&a, "LIST", "title", 5, big);
		chunk(&a, format, "0123456789abcdef", 16, big);
		chunk(&a, data, "sound", 5, big);
		chunk(&a, "id3 ", "tag", 3, big);
		str_puts(&want, "0123456789abcdefsound");
		is_digest_of(&a, &want);
		str_reset(&a); /* no data: the whole file */
		str_puts(&a, big ? "FORM" : "RIFF");
		zeros(&a, 4);
		str_puts(&a, big ? "AIFF" : "WAVE");
		chunk(&a, format, "0123456789abcdef", 16, big);
		is_digest_of(&a, &a);
		str_release(&a);
		str_release(&want);
	}
}

/* Packets into pages of at most `room` segments. */
static void ogg(struct str *s, const struct str *packets, size_t count,
		size_t room)
{
	uint8_t lace[255];
	struct str body = { 0 };
	size_t n = 0, page = 0;

	for (size_t p = 0; p < count; p++) {
		size_t at = 0, size;

		do {
			size =
			    packets[p].n - at < 255 ? packets[p].n - at : 255;
			lace[n++] = (uint8_t)size;
			str_put(&body, packets[p].p + at, size);
			at += size;
			if (n == room || (p + 1 == count && size < 255)) {
				str_put(s, "OggS\0", 5);
				str_putc(s, page++ == 0 ? 2 : 0);
				zeros(s, 8);
				str_put(s, "\1\2\3\4", 4);
				zeros(s, 8); /* number, checksum */
				str_putc(s, (char)n);
				str_put(s, lace, n);
				str_put(s, body.p, body.n);
				str_reset(&body);
				n = 0;
			}
		} while (size == 255);
	}
	str_release(&body);
}

static void test_ogg(void **state)
{
	struct str packets[6] = { { 0 } }, a = { 0 };
	uint8_t first[HASH_SIZE], got[HASH_SIZE];

	(void)state;
	str_put(&packets[0], "\1vorbis-head", 12);
	str_put(&packets[1], "\3vorbis-comment", 15);
	str_put(&packets[2], "\5vorbis-setup", 13);
	for (int i = 0; i < 255 * 2; i++)
		str_putc(&packets[3], (char)i); /* whole segments */
	str_puts(&packets[4], "short");
	for (int i = 0; i < 3000; i++)
		str_putc(&packets[5], (char)(i * 3));
	ogg(&a, packets, 6, 255);
	digest(&a, first);
	for (size_t room = 1; room < 20; room++) {
		str_reset(&a);
		ogg(&a, packets, 6, room);
		digest(&a, got);
		assert_memory_equal(got, first, HASH_SIZE);
	}
	for (int i = 0; i < 1000; i++) /* another comment */
		str_putc(&packets[1], 'x');
	str_reset(&a);
	ogg(&a, packets, 6, 7);
	digest(&a, got);
	assert_memory_equal(got, first, HASH_SIZE);
	packets[5].p[2999] ^= 1; /* other sound */
	str_reset(&a);
	ogg(&a, packets, 6, 7);
	digest(&a, got);
	assert_memory_not_equal(got, first, HASH_SIZE);
	a.n -= 5; /* broken: the whole file */
	is_digest_of(&a, &a);
	for (int i = 0; i < 6; i++)
		str_release(&packets[i]);
	str_release(&a);
}

static void test_others(void **state)
{
	struct str a = { 0 };
	uint8_t out[HASH_SIZE];
	struct err err;

	(void)state;
	is_digest_of(&a, &a);
	str_puts(&a, "x");
	is_digest_of(&a, &a);
	str_puts(&a, "not a sound file at all, TAG or no TAG");
	is_digest_of(&a, &a);
	remove(path);
	assert_int_equal(payload_digest(path, out, NULL, &err), -1);
	assert_string_equal(err.code, "missing");
	assert_int_equal(payload_digest("/dev/null", out, NULL, &err), -1);
	str_release(&a);
}

static int set_up(void **state)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/payloadXXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	remove(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mp3),    cmocka_unit_test(test_flac),
		cmocka_unit_test(test_chunks), cmocka_unit_test(test_ogg),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
