/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replica: catalogues of music on loopback. Answers searches as the Internet
 * Archive, Jamendo, MusicBrainz, ListenBrainz and LRCLIB document theirs, out
 * of a planted file; the tests of heal run against it.
 *
 *   replica --catalogue FILE --port-file FILE [--log FILE] [--fail NAME:CODE]
 *
 * It binds 127.0.0.1 on a port of the system's choice, which appears in the
 * port file, and ends when its stdin closes. The catalogue has a JSON object in
 * each line: in ("archive", "jamendo", "musicbrainz", "listenbrainz",
 * "lrclib"), id, title, artist, and where known album, duration (seconds),
 * year, genre, tags, license, lyrics, disambiguation, item and itemtitle (the
 * Archive's item a file is in). The services live below /NAME/ of these names.
 *
 * A search finds what shares words with it: those of the title count most, the
 * artist's less; the best 25, of equals the first in the file. It is far more
 * generous than the originals: whoever asks must know what to take. A query
 * with broken Lucene syntax gets status 400. The log has a line per request:
 * service, status, user agent, milliseconds since the start, path.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/input.h"
#include "io/json.h"
#include "text/tokens.h"

enum { CONNS = 256, REQUEST_MAX = 65536, BEST = 25, WORDS = 64 };

static const char *const services[] = { "archive", "jamendo", "musicbrainz",
					"listenbrainz", "lrclib" };
enum service { ARCHIVE, JAMENDO, MUSICBRAINZ, LISTENBRAINZ, LRCLIB, SERVICES };

struct entry {
	enum service in;
	struct span raw;
	struct str title, artist; /* " word word " folded */
};

struct conn {
	int fd;
	struct str in, out;
	size_t sent;
};

struct server {
	struct entry *entries;
	size_t count, cap;
	struct conn conns[CONNS];
	FILE *log;
	int fail[SERVICES];
	struct timespec start;
};

static void die(const char *what)
{
	fprintf(stderr, "replica: %s\n", what);
	exit(3);
}

/* --- the catalogue --- */

static void fold_words(struct span s, struct str *out)
{
	struct tokens t = { 0 };
	struct token k;

	str_reset(out);
	str_putc(out, ' ');
	tokens_start(&t, s);
	while (tokens_next(&t, &k)) {
		str_span(out, k.text);
		str_putc(out, ' ');
	}
	tokens_release(&t);
}

static void member(struct span object, const char *name, struct str *out)
{
	struct span v = json_get(object, name);

	str_reset(out);
	if (json_type(v) == JSON_STRING)
		json_string(v, out);
	else if (v.p)
		str_span(out, v);
}

static void load(struct server *s, const char *path)
{
	struct str *text = mem_zalloc(1, sizeof(*text)), name = { 0 };
	struct err err;
	struct span rest;

	if (input_slurp(path, (size_t)1 << 30, text, &err))
		die(err.message);
	rest = span_str(text);
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		struct entry *e;

		MEM_ROOM(s->entries, s->count + 1, s->cap);
		e = &s->entries[s->count];
		*e = (struct entry){ .raw = { rest.p, n } };
		member(e->raw, "in", &name);
		while (e->in < SERVICES &&
		       !span_is(span_str(&name), services[e->in]))
			e->in++;
		if (e->in == SERVICES)
			die("an entry of an unknown catalogue");
		member(e->raw, "title", &name);
		if (!name.n || span_is(span_str(&name), "null"))
			member(e->raw, "itemtitle", &name);
		fold_words(span_str(&name), &e->title);
		member(e->raw, "artist", &name);
		fold_words(span_str(&name), &e->artist);
		s->count++;
		n += end != NULL;
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	str_release(&name);
}

/* --- searching --- */

static int shared_words(const struct str *query, const struct str *in)
{
	int n = 0;
	char *p = query->p, *end = p + query->n;

	while (p + 1 < end) {
		char *blank = memchr(p + 1, ' ', (size_t)(end - p - 1));
		size_t len;

		if (!blank)
			break;
		len = (size_t)(blank - p) + 1; /* with both blanks */
		if (len > 2 && memmem(in->p, in->n, p, len))
			n++;
		p = blank;
	}
	return n;
}

struct hit {
	int score;
	size_t at;
};

static size_t search(const struct server *s, enum service in, struct span title,
		     struct span artist, struct hit *best)
{
	struct str t = { 0 }, a = { 0 };
	size_t n = 0;

	fold_words(title, &t);
	fold_words(artist, &a);
	for (size_t i = 0; i < s->count; i++) {
		const struct entry *e = &s->entries[i];
		int score;
		size_t k;

		if (e->in != in)
			continue;
		score = 4 * shared_words(&t, &e->title) +
			2 * shared_words(&a, &e->artist) +
			shared_words(&a, &e->title) +
			shared_words(&t, &e->artist);
		if (score < 2)
			continue;
		for (k = n; k && best[k - 1].score < score; k--)
			if (k < BEST)
				best[k] = best[k - 1];
		if (k == BEST)
			continue;
		best[k] = (struct hit){ score, i };
		n += n < BEST;
	}
	str_release(&t);
	str_release(&a);
	return n;
}

/* --- queries --- */

static int hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

static void decode(struct span s, struct str *out)
{
	str_reset(out);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n + 0 && hex(s.p[i + 1]) >= 0 &&
		    hex(s.p[i + 2]) >= 0) {
			str_putc(out, (char)(hex(s.p[i + 1]) << 4 |
					     hex(s.p[i + 2])));
			i += 2;
		} else {
			str_putc(out, s.p[i] == '+' ? ' ' : s.p[i]);
		}
	}
}

static bool parameter(struct span query, const char *name, struct str *out)
{
	str_reset(out);
	while (query.n) {
		const char *amp = memchr(query.p, '&', query.n);
		size_t n = amp ? (size_t)(amp - query.p) : query.n;
		size_t len = strlen(name);

		if (n > len && !memcmp(query.p, name, len) &&
		    query.p[len] == '=') {
			decode((struct span){ query.p + len + 1, n - len - 1 },
			       out);
			return true;
		}
		n += amp != NULL;
		query = (struct span){ query.p + n, query.n - n };
	}
	return false;
}

/* FIELD:(words) AND FIELD:(words): the words of a field. Everything that is
 * syntax must be escaped or in place; -1 where it is not. */
static int lucene_field(struct span q, const char *field, struct str *out)
{
	size_t i = 0;
	bool wanted = false;
	int depth = 0;

	str_reset(out);
	while (i < q.n) {
		char c = q.p[i];

		if (c == '\\') {
			if (i + 1 == q.n)
				return -1;
			if (wanted && depth)
				str_putc(out, q.p[i + 1]);
			i += 2;
			continue;
		}
		if (c == '(') {
			if (depth++ || !i || q.p[i - 1] != ':')
				return -1;
		} else if (c == ')') {
			if (--depth < 0)
				return -1;
			wanted = false;
		} else if (c == ':') {
			size_t n = strlen(field);

			if (depth)
				return -1;
			wanted = i >= n && !memcmp(q.p + i - n, field, n) &&
				 (i == n || q.p[i - n - 1] == ' ');
		} else if (depth && strchr("\"+-!{}[]^~*?/&|", c)) {
			return -1;
		} else if (wanted && depth) {
			str_putc(out, c);
		}
		i++;
	}
	if (depth)
		return -1;
	return 0;
}

/* --- answers --- */

static void put(struct str *out, const char *name, struct span e,
		const char *from)
{
	struct span v = json_get(e, from);

	if (out->n && out->p[out->n - 1] != '{' && out->p[out->n - 1] != '[')
		str_putc(out, ',');
	str_printf(out, "\"%s\":", name);
	if (v.p)
		str_span(out, v);
	else
		str_puts(out, "null");
}

static double number(struct span e, const char *name)
{
	double v = 0;

	json_number(json_get(e, name), &v);
	return v;
}

static void archive_search(const struct server *s, const struct hit *h,
			   size_t n, struct str *out)
{
	str_printf(out,
		   "{\"responseHeader\":{\"status\":0},\"response\":{"
		   "\"numFound\":%zu,\"start\":0,\"docs\":[",
		   n);
	for (size_t i = 0; i < n; i++) {
		struct span e = s->entries[h[i].at].raw;

		str_puts(out, i ? ",{" : "{");
		put(out, "identifier", e, "item");
		put(out, "title", e, "itemtitle");
		put(out, "creator", e, "artist");
		str_putc(out, '}');
	}
	str_puts(out, "]}}");
}

/* An item: its files, originals and what was derived from them. */
static void archive_item(const struct server *s, struct span item,
			 struct str *out)
{
	struct str name = { 0 };
	bool any = false;

	str_puts(out, "{\"created\":1,\"dir\":\"/1/items/x\",\"files\":[");
	for (size_t i = 0; i < s->count; i++) {
		struct span e = s->entries[i].raw;

		if (s->entries[i].in != ARCHIVE)
			continue;
		member(e, "item", &name);
		if (!span_eq(span_str(&name), item))
			continue;
		str_puts(out, any ? ",{" : "{");
		any = true;
		put(out, "name", e, "id");
		str_puts(out, ",\"source\":\"original\",\"format\":"
			      "\"VBR MP3\"");
		put(out, "title", e, "title");
		put(out, "creator", e, "artist");
		if (number(e, "duration") > 0)
			str_printf(out, ",\"length\":\"%.2f\"",
				   number(e, "duration"));
		str_puts(out, "},{\"name\":\"x_spectrogram.png\",\"format\":"
			      "\"Spectrogram\"}");
	}
	str_puts(out, "],\"metadata\":{\"mediatype\":\"audio\"}}");
	str_release(&name);
}

static void jamendo(const struct server *s, const struct hit *h, size_t n,
		    struct str *out)
{
	str_printf(out,
		   "{\"headers\":{\"status\":\"success\",\"code\":0,"
		   "\"results_count\":%zu},\"results\":[",
		   n);
	for (size_t i = 0; i < n; i++) {
		struct span e = s->entries[h[i].at].raw;

		str_puts(out, i ? ",{" : "{");
		put(out, "id", e, "id");
		put(out, "name", e, "title");
		str_printf(out, ",\"duration\":%.0f", number(e, "duration"));
		put(out, "artist_name", e, "artist");
		put(out, "album_name", e, "album");
		str_puts(out, ",\"releasedate\":");
		str_printf(out, "\"%.0f-05-01\"", number(e, "year"));
		put(out, "license_ccurl", e, "license");
		put(out, "audiodownload", e, "url");
		str_puts(out, ",\"audiodownload_allowed\":true,\"musicinfo\":{"
			      "\"tags\":{\"genres\":[");
		if (json_get(e, "genre").p)
			str_span(out, json_get(e, "genre"));
		str_puts(out, "],\"vartags\":[\"calm\"]}}}");
	}
	str_puts(out, "]}");
}

static void musicbrainz(const struct server *s, const struct hit *h, size_t n,
			struct str *out)
{
	str_printf(out,
		   "{\"created\":\"2024-01-01T00:00:00.000Z\",\"count\":"
		   "%zu,\"offset\":0,\"recordings\":[",
		   n);
	for (size_t i = 0; i < n; i++) {
		struct span e = s->entries[h[i].at].raw;

		str_puts(out, i ? ",{" : "{");
		put(out, "id", e, "id");
		str_printf(out, ",\"score\":%d", 100 - (int)i);
		put(out, "title", e, "title");
		if (number(e, "duration") > 0)
			str_printf(out, ",\"length\":%.0f",
				   number(e, "duration") * 1000);
		if (json_get(e, "disambiguation").p)
			put(out, "disambiguation", e, "disambiguation");
		str_puts(out, ",\"video\":null,\"artist-credit\":[{");
		put(out, "name", e, "artist");
		str_puts(out, "}],\"first-release-date\":");
		str_printf(out, "\"%.0f-03-02\"", number(e, "year"));
		str_puts(out, ",\"releases\":[{");
		put(out, "title", e, "album");
		str_puts(out, "}],\"tags\":[{\"count\":2,");
		str_puts(out, "\"name\":");
		if (json_get(e, "genre").p)
			str_span(out, json_get(e, "genre"));
		else
			str_puts(out, "\"music\"");
		str_puts(out, "}]}");
	}
	str_puts(out, "]}");
}

static void listenbrainz(const struct server *s, const struct hit *h, size_t n,
			 struct str *out)
{
	struct span e;

	str_putc(out, '{');
	if (n) {
		e = s->entries[h[0].at].raw;
		put(out, "artist_credit_name", e, "artist");
		put(out, "recording_name", e, "title");
		put(out, "release_name", e, "album");
		put(out, "recording_mbid", e, "id");
		str_puts(out, ",\"metadata\":{\"recording\":{");
		if (number(e, "duration") > 0)
			str_printf(out, "\"length\":%.0f",
				   number(e, "duration") * 1000);
		str_printf(out, "},\"release\":{\"year\":%.0f}}",
			   number(e, "year"));
	}
	str_putc(out, '}');
}

static void lrclib(const struct server *s, const struct hit *h, size_t n,
		   struct str *out)
{
	str_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		struct span e = s->entries[h[i].at].raw;

		str_puts(out, i ? ",{" : "{");
		str_printf(out, "\"id\":%zu", i + 1);
		put(out, "trackName", e, "title");
		put(out, "artistName", e, "artist");
		put(out, "albumName", e, "album");
		put(out, "duration", e, "duration");
		str_puts(out, ",\"instrumental\":false");
		put(out, "plainLyrics", e, "lyrics");
		str_puts(out, ",\"syncedLyrics\":null}");
	}
	str_putc(out, ']');
}

/* The body, and the status. */
static int answer(const struct server *s, enum service in, struct span path,
		  struct span query, struct str *out)
{
	struct str a = { 0 }, b = { 0 }, q = { 0 };
	struct hit best[BEST];
	bool ok;
	size_t n = 0;

	if (in == ARCHIVE && path.n > 18 &&
	    !memcmp(path.p, "/archive/metadata/", 18)) {
		decode((struct span){ path.p + 18, path.n - 18 }, &a);
		archive_item(s, span_str(&a), out);
		str_release(&a);
		return 200;
	}
	if (in == ARCHIVE || in == MUSICBRAINZ) {
		ok = parameter(query, in == ARCHIVE ? "q" : "query", &q) &&
		     !lucene_field(span_str(&q),
				   in == ARCHIVE ? "title" : "recording", &a) &&
		     !lucene_field(span_str(&q),
				   in == ARCHIVE ? "creator" : "artist", &b);
	} else if (in == JAMENDO) {
		ok = parameter(query, "client_id", &q) && q.n &&
		     parameter(query, "search", &a);
	} else {
		ok = parameter(
		    query, in == LRCLIB ? "track_name" : "recording_name", &a);
		parameter(query, "artist_name", &b);
	}
	if (ok)
		n = search(s, in, span_str(&a), span_str(&b), best);
	if (in == ARCHIVE)
		archive_search(s, best, n, out);
	else if (in == JAMENDO)
		jamendo(s, best, n, out);
	else if (in == MUSICBRAINZ)
		musicbrainz(s, best, n, out);
	else if (in == LISTENBRAINZ)
		listenbrainz(s, best, n, out);
	else
		lrclib(s, best, n, out);
	str_release(&a);
	str_release(&b);
	str_release(&q);
	return ok ? 200 : 400;
}

/* --- the server --- */

static struct span header_of(struct span request, const char *name)
{
	const char *at = memmem(request.p, request.n, name, strlen(name));
	const char *end;

	if (!at)
		return SPAN("-");
	at += strlen(name);
	end = memchr(at, '\r', (size_t)(request.p + request.n - at));
	return (struct span){ at, end ? (size_t)(end - at) : 0 };
}

static void respond(struct server *s, struct conn *c, struct span request)
{
	struct str body = { 0 };
	const char *path = request.p + 4, *end, *mark;
	struct span p, q = { 0 }, agent;
	struct timespec now;
	int in = 0, status = 404;

	end = memchr(path, ' ', request.n - 4);
	if (!end)
		end = path;
	p = (struct span){ path, (size_t)(end - path) };
	mark = p.n ? memchr(p.p, '?', p.n) : NULL;
	if (mark) {
		q = (struct span){ mark + 1, (size_t)(end - mark - 1) };
		p.n = (size_t)(mark - p.p);
	}
	for (; in < SERVICES; in++) {
		size_t n = strlen(services[in]);

		if (p.n > n + 1 && !memcmp(p.p + 1, services[in], n) &&
		    p.p[n + 1] == '/')
			break;
	}
	if (in < SERVICES && s->fail[in])
		status = s->fail[in];
	else if (in < SERVICES)
		status = answer(s, (enum service)in, p, q, &body);
	clock_gettime(CLOCK_MONOTONIC, &now);
	agent = header_of(request, "User-Agent: ");
	if (s->log) {
		fprintf(s->log, "%s %d \"%.*s\" %lld %.*s\n",
			in < SERVICES ? services[in] : "-", status,
			(int)agent.n, agent.p,
			(long long)(now.tv_sec - s->start.tv_sec) * 1000 +
			    (now.tv_nsec - s->start.tv_nsec) / 1000000,
			(int)(end - path), path);
		fflush(s->log);
	}
	str_printf(&c->out,
		   "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
		   "Content-Length: %zu\r\n\r\n",
		   status, body.n);
	str_span(&c->out, span_str(&body));
	str_release(&body);
}

static void drop(struct conn *c)
{
	close(c->fd);
	c->fd = -1;
	str_reset(&c->in);
	str_reset(&c->out);
	c->sent = 0;
}

static void receive(struct server *s, struct conn *c)
{
	char buf[16384];
	ssize_t n = read(c->fd, buf, sizeof(buf));
	char *end;

	if (n <= 0 || c->in.n > REQUEST_MAX) {
		drop(c);
		return;
	}
	str_put(&c->in, buf, (size_t)n);
	while ((end = memmem(c->in.p, c->in.n, "\r\n\r\n", 4))) {
		size_t len = (size_t)(end - c->in.p) + 4;

		if (memcmp(c->in.p, "GET ", 4)) {
			drop(c);
			return;
		}
		respond(s, c, (struct span){ c->in.p, len });
		memmove(c->in.p, c->in.p + len, c->in.n - len);
		c->in.n -= len;
	}
}

static void transmit(struct conn *c)
{
	ssize_t n = write(c->fd, c->out.p + c->sent, c->out.n - c->sent);

	if (n <= 0) {
		drop(c);
		return;
	}
	c->sent += (size_t)n;
	if (c->sent == c->out.n) {
		str_reset(&c->out);
		c->sent = 0;
	}
}

static void serve(struct server *s, int listener)
{
	struct pollfd p[CONNS + 2];

	for (;;) {
		p[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = listener, .events = POLLIN };
		for (int i = 0; i < CONNS; i++)
			p[i + 2] = (struct pollfd){
				.fd = s->conns[i].fd,
				.events = s->conns[i].out.n ? POLLOUT : POLLIN,
			};
		if (poll(p, CONNS + 2, -1) < 0)
			continue;
		if (p[0].revents)
			return;
		for (int i = 0; p[1].revents && i < CONNS; i++)
			if (s->conns[i].fd < 0) {
				s->conns[i].fd = accept(listener, NULL, NULL);
				break;
			}
		for (int i = 0; i < CONNS; i++) {
			struct conn *c = &s->conns[i];

			if (c->fd < 0 || !p[i + 2].revents ||
			    p[i + 2].fd != c->fd)
				continue;
			if (c->out.n)
				transmit(c);
			else
				receive(s, c);
		}
	}
}

static int listen_on_loopback(const char *port_file)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct str tmp = { 0 };
	FILE *f;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(fd, 128) || getsockname(fd, (struct sockaddr *)&a, &len))
		die("cannot listen on loopback");
	str_printf(&tmp, "%s.tmp", port_file);
	f = fopen(str_z(&tmp), "w");
	if (!f || fprintf(f, "%d\n", ntohs(a.sin_port)) < 0 || fclose(f) ||
	    rename(str_z(&tmp), port_file))
		die("cannot write the port file");
	str_release(&tmp);
	return fd;
}

int main(int argc, char **argv)
{
	static struct server s;
	const char *catalogue = NULL, *port_file = NULL;

	signal(SIGPIPE, SIG_IGN);
	clock_gettime(CLOCK_MONOTONIC, &s.start);
	for (int i = 0; i < CONNS; i++)
		s.conns[i].fd = -1;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--catalogue"))
			catalogue = argv[i + 1];
		else if (!strcmp(argv[i], "--port-file"))
			port_file = argv[i + 1];
		else if (!strcmp(argv[i], "--log"))
			s.log = fopen(argv[i + 1], "we");
		else if (!strcmp(argv[i], "--fail"))
			for (int k = 0; k < SERVICES; k++) {
				size_t n = strlen(services[k]);
				int code;

				if (!strncmp(argv[i + 1], services[k], n) &&
				    !num_int(span_of(argv[i + 1] + n + 1), 100,
					     599, &code))
					s.fail[k] = code;
			}
		else
			die("unknown option");
	}
	if (!catalogue || !port_file)
		die("--catalogue and --port-file are needed");
	load(&s, catalogue);
	serve(&s, listen_on_loopback(port_file));
	return 0;
}
