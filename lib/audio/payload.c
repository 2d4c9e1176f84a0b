/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define BUFFER 131072
#define TAG_ROUNDS 16 /* tags stacked at one end of a file */
#define CHUNKS_MAX 4096
#define OGG_STREAMS 64
#define RANGES 4

struct range {
	uint64_t from, to;
};

struct source {
	int fd;
	uint64_t size;
	struct range ranges[RANGES]; /* the payload, in order */
	int nranges;
	uint8_t *buf; /* BUFFER bytes */
	bool failed;
};

/* Exactly n bytes at offset at, or false (end of the file, or s->failed). */
static bool read_at(struct source *s, uint64_t at, void *p, size_t n)
{
	size_t got = 0;

	if (at > s->size || n > s->size - at)
		return false;
	while (got < n) {
		ssize_t k =
		    pread(s->fd, (char *)p + got, n - got, (off_t)(at + got));

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			s->failed = true;
			return false;
		}
		got += (size_t)k;
	}
	return true;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static uint32_t synchsafe(const uint8_t *p)
{
	return (uint32_t)(p[0] & 127) << 21 | (uint32_t)(p[1] & 127) << 14 |
	       (uint32_t)(p[2] & 127) << 7 | (p[3] & 127);
}

/* Where the sound may begin: behind ID3v2 and APEv2 tags. */
static uint64_t skip_head(struct source *s)
{
	uint64_t at = 0;
	uint8_t h[32];

	for (int i = 0; i < TAG_ROUNDS; i++) {
		uint64_t n = 0;

		if (read_at(s, at, h, 10) && !memcmp(h, "ID3", 3))
			n = 10 + (uint64_t)synchsafe(h + 6) +
			    (h[5] & 0x10 ? 10 : 0);
		else if (read_at(s, at, h, 32) && !memcmp(h, "APETAGEX", 8) &&
			 le32(h + 20) & 1u << 29)
			n = 32 + (uint64_t)le32(h + 12);
		if (!n || n > s->size - at)
			break;
		at += n;
	}
	return at;
}

/* Bytes of the tag that ends at `end`, 0 where there is none. */
static uint64_t tail_tag(struct source *s, uint64_t end)
{
	uint8_t h[32];

	if (end >= 128 && read_at(s, end - 128, h, 3) && !memcmp(h, "TAG", 3)) {
		if (end >= 355 && read_at(s, end - 355, h, 4) &&
		    !memcmp(h, "TAG+", 4))
			return 355;
		return 128;
	}
	if (end < 32 || !read_at(s, end - 32, h, 32))
		return 0;
	if (!memcmp(h, "APETAGEX", 8))
		return (uint64_t)le32(h + 12) +
		       (le32(h + 20) & 1u << 31 ? 32 : 0);
	if (!memcmp(h + 22, "3DI", 3))
		return 20 + (uint64_t)synchsafe(h + 28);
	if (!memcmp(h + 23, "LYRICS200", 9)) {
		uint64_t n = 0;

		for (int i = 17; i < 23; i++) {
			if (h[i] < '0' || h[i] > '9')
				return 0;
			n = n * 10 + (uint64_t)(h[i] - '0');
		}
		return n + 15;
	}
	return 0;
}

static uint64_t skip_tail(struct source *s, uint64_t from)
{
	uint64_t end = s->size;

	for (int i = 0; i < TAG_ROUNDS; i++) {
		uint64_t n = tail_tag(s, end);

		if (!n || n > end - from)
			break;
		end -= n;
	}
	return end;
}

static void add_range(struct source *s, uint64_t from, uint64_t to)
{
	if (s->nranges < RANGES && from < to)
		s->ranges[s->nranges++] = (struct range){ from, to };
}

/* False: broken, take the whole file. */
static bool flac_ranges(struct source *s, uint64_t at, uint64_t end)
{
	uint8_t h[4];
	bool last = false;

	at += 4;
	for (int i = 0; !last; i++) {
		uint64_t n;

		if (i >= CHUNKS_MAX || !read_at(s, at, h, 4))
			return false;
		last = h[0] & 0x80;
		n = be32(h) & 0xffffff;
		if (n > end - at - 4 || at + 4 > end)
			return false;
		if (!(h[0] & 0x7f))
			add_range(s, at + 4, at + 4 + n);
		at += 4 + n;
	}
	add_range(s, at, end);
	return s->nranges == 2 && at < end;
}

/* RIFF, RF64 and AIFF: the chunks that say and hold the sound. */
static bool chunk_ranges(struct source *s, bool riff, uint64_t end)
{
	const char *format = riff ? "fmt " : "COMM";
	const char *data = riff ? "data" : "SSND";
	uint64_t at = 12, wide = 0;
	bool found = false;
	uint8_t h[24];

	for (int i = 0; i < CHUNKS_MAX && read_at(s, at, h, 8); i++) {
		uint64_t n = riff ? le32(h + 4) : be32(h + 4);

		if (!memcmp(h, "ds64", 4) && read_at(s, at, h, 24))
			wide = le32(h + 16) | (uint64_t)le32(h + 20) << 32;
		if (!memcmp(h, data, 4) && n == 0xffffffff && wide)
			n = wide;
		if (n > s->size - at - 8)
			n = (end > at + 8 ? end : s->size) - at - 8;
		if (!memcmp(h, format, 4) || !memcmp(h, data, 4))
			add_range(s, at + 8, at + 8 + n);
		found |= !memcmp(h, data, 4) && n > 0;
		at += 8 + n + (n & 1);
	}
	return found;
}

struct ogg_stream {
	uint32_t serial;
	struct hash *hash;
	uint64_t packet; /* number of the packet under way */
	uint64_t length; /* of it so far */
	int headers;     /* packets that are headers; -1: FLAC */
	bool skip;       /* the packet under way is a header */
};

static int ogg_headers(const uint8_t *p, size_t n)
{
	if (n >= 7 && !memcmp(p, "\1vorbis", 7))
		return 3;
	if (n >= 8 && !memcmp(p, "OpusHead", 8))
		return 2;
	if (n >= 80 && !memcmp(p, "Speex   ", 8))
		return 2 + (int)(le32(p + 68) & 255);
	if (n >= 5 && !memcmp(p, "\177FLAC", 5))
		return -1;
	return 1;
}

static void ogg_segment(struct ogg_stream *o, const uint8_t *p, size_t n)
{
	if (o->length == 0) {
		if (o->packet == 0)
			o->headers = ogg_headers(p, n);
		if (o->headers >= 0)
			o->skip = o->packet < (uint64_t)o->headers;
		else if (o->packet == 0 || (n && p[0] == 0xff))
			o->skip = o->packet == 0;
		else
			o->skip = true;
	}
	if (!o->skip)
		hash_add(o->hash, p, n);
	o->length += n;
	if (n == 255)
		return;
	if (!o->skip) {
		uint8_t le[8];

		for (int i = 0; i < 8; i++)
			le[i] = (uint8_t)(o->length >> 8 * i);
		hash_add(o->hash, le, 8);
	}
	o->packet++;
	o->length = 0;
}

static struct ogg_stream *ogg_find(struct ogg_stream *streams, int *count,
				   uint32_t serial, bool begins)
{
	/* Backwards: a chained file may use a serial number twice. */
	for (int i = *count - 1; i >= 0 && !begins; i--)
		if (streams[i].serial == serial)
			return &streams[i];
	if (!begins || *count >= OGG_STREAMS)
		return NULL;
	streams[*count] =
	    (struct ogg_stream){ .serial = serial, .hash = hash_new() };
	return &streams[(*count)++];
}

/* False: broken, take the whole file. */
static bool ogg_pages(struct source *s, uint64_t at, uint64_t end,
		      struct ogg_stream *streams, int *count)
{
	uint8_t *h = s->buf, *body = s->buf + 512;

	while (at < end) {
		struct ogg_stream *o;
		size_t n = 0;

		if (!read_at(s, at, h, 27) || memcmp(h, "OggS", 4) ||
		    !read_at(s, at + 27, h + 27, h[26]))
			return false;
		for (int i = 0; i < h[26]; i++)
			n += h[27 + i];
		o = ogg_find(streams, count, le32(h + 14), h[5] & 2);
		at += 27u + h[26];
		if (!o || !read_at(s, at, body, n))
			return false;
		at += n;
		for (int i = 0; i < h[26]; i++) {
			ogg_segment(o, body, h[27 + i]);
			body += h[27 + i];
		}
		body = s->buf + 512;
	}
	return true;
}

static bool ogg_digest(struct source *s, uint64_t at, uint64_t end,
		       uint8_t out[HASH_SIZE])
{
	struct ogg_stream *streams = mem_zalloc(OGG_STREAMS, sizeof(*streams));
	struct hash *all = hash_new();
	bool sound = false, good;
	int count = 0;

	good = ogg_pages(s, at, end, streams, &count);
	for (int i = 0; i < count; i++) {
		uint8_t one[HASH_SIZE];

		hash_end(streams[i].hash, one);
		hash_add(all, one, sizeof(one));
		hash_free(streams[i].hash);
		sound |=
		    streams[i].packet >
		    (uint64_t)(streams[i].headers > 0 ? streams[i].headers : 1);
	}
	hash_end(all, out);
	hash_free(all);
	free(streams);
	return good && sound;
}

static void hash_range(struct source *s, struct hash *h, struct range r)
{
	while (r.from < r.to && !s->failed) {
		uint64_t n = r.to - r.from;

		if (n > BUFFER)
			n = BUFFER;
		if (!read_at(s, r.from, s->buf, (size_t)n)) {
			s->failed = true;
			return;
		}
		hash_add(h, s->buf, (size_t)n);
		r.from += n;
	}
}

/* True: out is the digest already (Ogg); else s->ranges are to be hashed. */
static bool find_payload(struct source *s, uint8_t out[HASH_SIZE])
{
	uint64_t from = skip_head(s), end = skip_tail(s, from);
	bool good = false;
	uint8_t h[12] = { 0 };

	if (!read_at(s, from, h, 12) && !read_at(s, from, h, 4))
		memset(h, 0, sizeof(h));
	if (!memcmp(h, "OggS", 4)) {
		if (ogg_digest(s, from, end, out))
			return true;
	} else if (!memcmp(h, "fLaC", 4)) {
		good = flac_ranges(s, from, end);
	} else if (from == 0 &&
		   (!memcmp(h, "RIFF", 4) || !memcmp(h, "RF64", 4)) &&
		   !memcmp(h + 8, "WAVE", 4)) {
		good = chunk_ranges(s, true, end);
	} else if (from == 0 && !memcmp(h, "FORM", 4) &&
		   !memcmp(h + 8, "AIF", 3)) {
		good = chunk_ranges(s, false, end);
	} else if (from > 0 || (h[0] == 0xff && (h[1] & 0xe0) == 0xe0)) {
		add_range(s, from, end);
		good = s->nranges == 1;
	}
	if (!good) {
		s->nranges = 0;
		add_range(s, 0, s->size);
	}
	return false;
}

static int open_source(const char *path, struct source *s, struct err *err)
{
	struct stat st;

	/* O_NONBLOCK: a fifo named by a record must not stop the tool. */
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (s->fd < 0 || fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		const char *why =
		    s->fd < 0 ? strerror(errno) : "not a regular file";

		if (s->fd >= 0)
			close(s->fd);
		return err_set(err, ERR_RECORD, "missing", "%s: %s", path, why);
	}
	s->size = (uint64_t)st.st_size;
	return 0;
}

int payload_digest(const char *path, uint8_t payload[HASH_SIZE],
		   uint8_t file[HASH_SIZE], struct err *err)
{
	struct source s = { 0 };
	struct hash *h;

	if (open_source(path, &s, err) != 0)
		return -1;
	s.buf = mem_alloc(BUFFER);
	h = hash_new();
	if (file) {
		hash_range(&s, h, (struct range){ 0, s.size });
		hash_end(h, file);
	}
	if (payload && !s.failed && !find_payload(&s, payload)) {
		for (int i = 0; i < s.nranges; i++)
			hash_range(&s, h, s.ranges[i]);
		hash_end(h, payload);
	}
	hash_free(h);
	free(s.buf);
	close(s.fd);
	if (s.failed)
		return err_set(err, ERR_RECORD, "io",
			       "%s: cannot be read to "
			       "its end; check the disk",
			       path);
	return 0;
}
