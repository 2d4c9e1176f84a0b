/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * faultd: a small HTTP/1.1 server on loopback that misbehaves as told. The
 * demo corpus is served by it, and every test of the network tools runs
 * against it. HEAD, GET, Range, keep-alive; one thread, POSIX only.
 *
 *   faultd [--root DIR] [--rules FILE] [--port N] [--port-file FILE]
 *          [--pid-file FILE] [--log FILE] [--until-stdin-closes]
 *
 * It binds 127.0.0.1 and, where there is IPv6, ::1, with one port and nothing
 * else; port 0 (the default) lets the system choose. The
 * port, and a line end, appear in the port file (by rename) once connections
 * are taken; without a port file it goes to stdout. It ends with status 0 on
 * SIGTERM or SIGINT, or when its stdin closes if so asked: a test that dies
 * takes it along. 2: bad usage or rules, 3: the system refused something.
 *
 * Without a rule a path is the file of that name under DIR, or 404. The rules
 * are lines of  path TAB behaviour [TAB argument] ; "#" begins a comment line.
 * A path is looked up with its query first and then without, then the rules in
 * order for one that ends in "*" and whose beginning is the path's. Several
 * lines of one path add up: one answer and any of the modifiers.
 *
 * Answers
 *   file NAME        another file under DIR
 *   status N         that status and a short text
 *   html             200, text/html, a page without sound
 *   redirect CODE URL   Location: URL (absolute, or a path)
 *   loop             302 to itself
 *   auth             401 with a Basic challenge
 *   drop             the connection is closed without an answer
 *   hang             no answer, ever
 *   reset            half of the file, then a TCP reset
 *   short            Content-Length says more than comes, then a close
 *   long             Content-Length says half of what comes, then a close
 *   trickle          headers without end, one a second
 *   garbage          Transfer-Encoding: chunked with nonsense for sizes
 *   endless          200 and a body that never ends
 *   flood            headers that never end
 *   gzip-bomb        Content-Encoding: gzip, zeros 1:158 for ever
 * Modifiers
 *   no-head          HEAD is answered 405
 *   no-range         Range is ignored: 200 and the whole
 *   etag TEXT        ETag: "TEXT"; If-Range with another one: 200 and the whole
 *   swap TEXT        a range other than the first is of a file with that ETag,
 *                    whatever If-Range says
 *   shift N          a range other than the first begins N bytes late
 *   slow SECONDS     the answer waits (0.001 to 3600)
 *   drip BYTES       the body comes at that many bytes a second
 *   retry-after N    Retry-After: N; with no answer named, status 503
 *   date-after N     the same, as the date N seconds from now
 *   type MIME        Content-Type
 *   flaky N CODE     the first N requests get status CODE
 *   from NAME        what reset and short take from DIR, if not the path's own
 *   corrupt N        the file's bytes from the Nth on come as noise
 *
 * The log has a line per request, written before the answer is sent:
 *   METHOD PATH STATUS RANGE HOST BUSY MS
 * STATUS is 0 for drop and hang, RANGE the header's value or "-", HOST likewise,
 * BUSY the requests of that host under way, this one included, MS milliseconds
 * since the start.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CONNS = 512, REQUEST_MAX = 16384, PIECE = 16384 };

enum answer {
	AS_FILE,
	AS_STATUS,
	AS_HTML,
	AS_REDIRECT,
	AS_LOOP,
	AS_AUTH,
	AS_DROP,
	AS_HANG,
	AS_RESET,
	AS_SHORT,
	AS_GARBAGE,
	AS_ENDLESS,
	AS_FLOOD,
	AS_BOMB,
	AS_LONG,
	AS_TRICKLE,
	ANSWERS,
};
static const char *const answer_names[ANSWERS] = {
	"file",  "status",    "html",  "redirect", "loop",    "auth",
	"drop",  "hang",      "reset", "short",    "garbage", "endless",
	"flood", "gzip-bomb", "long",  "trickle",
};

struct rule {
	char *path, *text, *type; /* text: file name or Location */
	char *etag, *swap;
	enum answer answer;
	bool named, no_head, no_range, dated;
	long status, retry_after, drip, flaky, flaky_status, corrupt, shift;
	double slow;
};

enum then { THEN_NEXT, THEN_CLOSE, THEN_RESET, THEN_HANG, THEN_FILL };

struct conn {
	int fd, file; /* file: body source or -1 */
	char in[REQUEST_MAX];
	size_t in_len;
	char out[PIECE];
	size_t out_len, out_at;
	off_t left, at;   /* of file: to be read, read so far */
	off_t corrupt;    /* noise from there on, or -1 */
	const char *fill; /* THEN_FILL: repeated for ever */
	size_t fill_len;
	long drip;
	double wake; /* nothing is sent before */
	enum then then;
	bool busy; /* an answer is under way */
	char host[128];
};

struct server {
	const char *root, *rules_path, *port_file, *pid_file;
	struct rule *rules;
	size_t nrules;
	FILE *log;
	int port;
	bool until_stdin;
	double start;
	struct conn *conns[CONNS];
	size_t nconns;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void die(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));
static void die(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("faultd: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static char *copy(const char *s)
{
	char *d = strdup(s);

	if (!d)
		die(3, "out of memory");
	return d;
}

/* Rules */

static long whole(const char *s, long lo, long hi, const char *file, long line)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (errno || end == s || *end || v < lo || v > hi)
		die(2,
		    "%s:%ld: found \"%s\", expected a whole number from "
		    "%ld to %ld",
		    file, line, s, lo, hi);
	return v;
}

static struct rule *rule_of(struct server *s, const char *path)
{
	for (size_t i = 0; i < s->nrules; i++)
		if (!strcmp(s->rules[i].path, path))
			return &s->rules[i];
	return NULL;
}

static struct rule *rule_by_prefix(struct server *s, const char *path)
{
	for (size_t i = 0; i < s->nrules; i++) {
		size_t n = strlen(s->rules[i].path);

		if (s->rules[i].path[n - 1] == '*' &&
		    !strncmp(s->rules[i].path, path, n - 1))
			return &s->rules[i];
	}
	return NULL;
}

static struct rule *rule_make(struct server *s, const char *path)
{
	struct rule *r = rule_of(s, path);

	if (r)
		return r;
	if ((s->nrules & (s->nrules - 1)) == 0) {
		r = realloc(s->rules,
			    (s->nrules ? 2 * s->nrules : 1) * sizeof(*r));
		if (!r)
			die(3, "out of memory");
		s->rules = r;
	}
	r = &s->rules[s->nrules++];
	*r = (struct rule){ .path = copy(path) };
	return r;
}

static bool rule_modifier(struct rule *r, const char *word, char *arg,
			  const char *file, long line)
{
	if (!strcmp(word, "no-head")) {
		r->no_head = true;
	} else if (!strcmp(word, "no-range")) {
		r->no_range = true;
	} else if (!strcmp(word, "slow")) {
		char *end;

		r->slow = strtod(arg, &end);
		if (end == arg || *end || !(r->slow >= 1e-3 && r->slow <= 3600))
			die(2, "%s:%ld: found \"%s\", expected seconds", file,
			    line, arg);
	} else if (!strcmp(word, "drip")) {
		r->drip = whole(arg, 1, 1L << 30, file, line);
	} else if (!strcmp(word, "retry-after")) {
		r->retry_after = whole(arg, 0, 1L << 30, file, line) + 1;
	} else if (!strcmp(word, "date-after")) {
		r->retry_after = whole(arg, 0, 1L << 30, file, line) + 1;
		r->dated = true;
	} else if (!strcmp(word, "type")) {
		r->type = copy(arg);
	} else if (!strcmp(word, "etag")) {
		r->etag = copy(arg);
	} else if (!strcmp(word, "swap")) {
		r->swap = copy(arg);
	} else if (!strcmp(word, "shift")) {
		r->shift = whole(arg, 1, 1L << 30, file, line);
	} else if (!strcmp(word, "from")) {
		r->text = copy(arg);
	} else if (!strcmp(word, "corrupt")) {
		r->corrupt = whole(arg, 0, 1L << 30, file, line) + 1;
	} else if (!strcmp(word, "flaky")) {
		char *code = arg + strcspn(arg, " ");

		if (*code)
			*code++ = '\0';
		r->flaky = whole(arg, 1, 1L << 30, file, line);
		r->flaky_status = whole(code, 200, 599, file, line);
	} else {
		return false;
	}
	return true;
}

static void rule_add(struct server *s, char *path, const char *word, char *arg,
		     long line)
{
	struct rule *r = rule_make(s, path);
	const char *file = s->rules_path;
	int kind = 0;

	if (*path != '/')
		die(2,
		    "%s:%ld: found path \"%s\", expected one that begins "
		    "with /",
		    file, line, path);
	if (rule_modifier(r, word, arg, file, line))
		return;
	while (kind < ANSWERS && strcmp(word, answer_names[kind]))
		kind++;
	if (kind == ANSWERS)
		die(2, "%s:%ld: unknown behaviour \"%s\"", file, line, word);
	if (r->named)
		die(2, "%s:%ld: %s has an answer already", file, line, path);
	r->named = true;
	r->answer = (enum answer)kind;
	if (kind == AS_STATUS) {
		r->status = whole(arg, 200, 599, file, line);
	} else if (kind == AS_REDIRECT) {
		char *target = arg + strcspn(arg, " ");

		if (*target)
			*target++ = '\0';
		r->status = whole(arg, 300, 399, file, line);
		r->text = copy(target);
	} else if (kind == AS_FILE) {
		r->text = copy(arg);
	} else if (*arg && kind != AS_HTML) {
		die(2, "%s:%ld: %s takes no argument", file, line, word);
	}
}

static void rules_read(struct server *s)
{
	char buf[4096];
	long line = 0;
	FILE *f = fopen(s->rules_path, "r");

	if (!f)
		die(3, "%s: %s", s->rules_path, strerror(errno));
	while (fgets(buf, sizeof(buf), f)) {
		char none[1] = "", *word, *arg;

		line++;
		if (!strchr(buf, '\n') && strlen(buf) == sizeof(buf) - 1)
			die(2, "%s:%ld: line too long", s->rules_path, line);
		buf[strcspn(buf, "\r\n")] = '\0';
		if (!*buf || *buf == '#')
			continue;
		word = strchr(buf, '\t');
		if (!word)
			die(2, "%s:%ld: expected path TAB behaviour",
			    s->rules_path, line);
		*word++ = '\0';
		arg = strchr(word, '\t');
		if (arg)
			*arg++ = '\0';
		rule_add(s, buf, word, arg ? arg : none, line);
	}
	fclose(f);
}

/* Answers */

static void out(struct conn *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void out(struct conn *c, const char *fmt, ...)
{
	size_t room = sizeof(c->out) - c->out_len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(c->out + c->out_len, room, fmt, ap);
	va_end(ap);
	c->out_len += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static const char *reason(long status)
{
	static const struct {
		long status;
		const char *text;
	} t[] = {
		{ 200, "OK" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 410, "Gone" },
		{ 416, "Range Not Satisfiable" },
		{ 429, "Too Many Requests" },
		{ 451, "Unavailable" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		if (t[i].status == status)
			return t[i].text;
	return "Status";
}

static const char *type_of(const char *name)
{
	static const char *const t[][2] = {
		{ ".mp3", "audio/mpeg" },
		{ ".ogg", "audio/ogg" },
		{ ".flac", "audio/flac" },
		{ ".wav", "audio/x-wav" },
		{ ".html", "text/html; charset=utf-8" },
		{ ".txt", "text/plain" },
		{ ".json", "application/json" },
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(t) / sizeof(*t); i++)
		if (!strcasecmp(dot, t[i][0]))
			return t[i][1];
	return "application/octet-stream";
}

struct request {
	char method[8], target[4096], path[4096], range[128], if_range[128];
	char host[128];
	bool keep, head;
	const struct rule *rule; /* may be NULL */
	const char *type;
	long status; /* as sent, for the log */
};

static void retry_after(struct conn *c, const struct rule *r)
{
	time_t then = time(NULL) + r->retry_after - 1;
	char date[64];
	struct tm tm;

	if (r->dated) {
		gmtime_r(&then, &tm);
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	} else {
		snprintf(date, sizeof(date), "%ld", r->retry_after - 1);
	}
	out(c, "Retry-After: %s\r\n", date);
}

static void head(struct conn *c, struct request *q, long status)
{
	q->status = status;
	out(c, "HTTP/1.1 %ld %s\r\nServer: faultd\r\n", status, reason(status));
	if (!q->keep || c->then != THEN_NEXT)
		out(c, "Connection: close\r\n");
	if (q->rule && q->rule->retry_after && status >= 400)
		retry_after(c, q->rule);
}

static void text(struct conn *c, struct request *q, long status,
		 const char *header, const char *type, const char *body)
{
	head(c, q, status);
	out(c, "%sContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    header ? header : "", type, strlen(body));
	if (!q->head)
		out(c, "%s", body);
}

static void plain(struct conn *c, struct request *q, long status)
{
	text(c, q, status, NULL, "text/plain", reason(status));
}

/* bytes=a-b, a-, -n. 1 honoured, 0 not a range we know, -1 out of bounds. */
static int range(const char *s, off_t size, off_t *from, off_t *to)
{
	long long a, b;
	char *end;

	if (strncmp(s, "bytes=", 6) || strchr(s, ','))
		return 0;
	s += 6;
	if (*s == '-') {
		b = strtoll(s + 1, &end, 10);
		if (*end || end == s + 1)
			return 0;
		if (b <= 0 || size == 0)
			return -1;
		*from = b > size ? 0 : size - b;
		*to = size - 1;
		return 1;
	}
	a = strtoll(s, &end, 10);
	if (end == s || *end != '-' || a < 0)
		return 0;
	b = size - 1;
	if (end[1]) {
		s = end + 1;
		b = strtoll(s, &end, 10);
		if (*end || b < a)
			return 0;
	}
	*from = a;
	*to = b >= size ? size - 1 : b;
	return a < size ? 1 : -1;
}

static bool if_range_holds(const struct request *q)
{
	size_t n = strlen(q->if_range);

	return !n || (q->rule && q->rule->swap) ||
	       (q->rule && q->rule->etag && n > 2 &&
		strlen(q->rule->etag) == n - 2 &&
		!memcmp(q->rule->etag, q->if_range + 1, n - 2));
}

static void serve_file(struct server *s, struct conn *c, struct request *q)
{
	const struct rule *r = q->rule;
	enum answer as = r ? r->answer : AS_FILE;
	char name[PATH_MAX];
	off_t from = 0, to, size;
	struct stat st;
	int n, ranged = 0;

	n = r && r->text
		? snprintf(name, sizeof(name), "%s/%s", s->root, r->text)
		: snprintf(name, sizeof(name), "%s%s", s->root, q->path);
	if (n >= (int)sizeof(name) || strstr(name + strlen(s->root), "..") ||
	    (c->file = open(name, O_RDONLY | O_CLOEXEC)) < 0) {
		plain(c, q, 404);
		return;
	}
	if (fstat(c->file, &st) < 0 || !S_ISREG(st.st_mode)) {
		plain(c, q, 404);
		return;
	}
	size = st.st_size;
	to = size - 1;
	if (*q->range && !(r && r->no_range) && if_range_holds(q))
		ranged = range(q->range, size, &from, &to);
	if (ranged > 0 && from > 0 && r && from + r->shift <= to)
		from += r->shift;
	if (ranged < 0) {
		char h[64];

		snprintf(h, sizeof(h), "Content-Range: bytes */%lld\r\n",
			 (long long)size);
		text(c, q, 416, h, "text/plain", "");
		return;
	}
	c->left = to - from + 1;
	if (as == AS_RESET)
		c->then = THEN_RESET;
	if (as == AS_SHORT || as == AS_LONG)
		c->then = THEN_CLOSE;
	head(c, q, ranged ? 206 : 200);
	if (ranged)
		out(c, "Content-Range: bytes %lld-%lld/%lld\r\n",
		    (long long)from, (long long)to, (long long)size);
	if (!(r && r->no_range))
		out(c, "Accept-Ranges: bytes\r\n");
	if (r && r->etag)
		out(c, "ETag: \"%s\"\r\n",
		    from > 0 && r->swap ? r->swap : r->etag);
	out(c, "Content-Type: %s\r\nContent-Length: %lld\r\n\r\n",
	    q->type ? q->type : type_of(name),
	    (long long)(as == AS_SHORT  ? c->left + 4096
			: as == AS_LONG ? c->left / 2
					: c->left));
	if (as == AS_RESET)
		c->left /= 2;
	if (q->head)
		c->left = 0;
	else
		lseek(c->file, from, SEEK_SET);
	c->at = from;
	c->corrupt = r ? r->corrupt - 1 : -1;
}

/* A body without end: what is at `fill` over and over. */
static void serve_fill(struct conn *c, struct request *q, const char *header,
		       const char *fill, size_t len)
{
	c->then = THEN_CLOSE;
	head(c, q, 200);
	out(c, "Content-Type: %s\r\n%s\r\n", q->type ? q->type : "audio/mpeg",
	    header);
	if (q->head)
		return;
	c->then = THEN_FILL;
	c->fill = fill;
	c->fill_len = len;
}

/* gzip header, a fixed Huffman block that opens with a zero byte, then 8
 * copies of 258 bytes from distance 1 in 13 bytes, again and again. */
static void serve_bomb(struct conn *c, struct request *q)
{
	static const unsigned char opening[] = {
		0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3,
	};
	static char loop[13 * 1024];
	unsigned bit = 0;

	/* BFINAL 0, BTYPE 01 and literal 0 (00110000) take 11 bits: the loop,
	 * whose period is 13 bytes, is laid out at that phase. */
	serve_fill(c, q, "Content-Encoding: gzip\r\n", loop, sizeof(loop));
	if (q->head)
		return;
	memset(loop, 0, sizeof(loop));
	while (bit < 8 * sizeof(loop)) {
		/* 285 is 11000101, sent from its first bit; distance 00000 */
		static const unsigned char ones[4] = { 0, 1, 5, 7 };

		for (size_t i = 0; i < 4; i++) {
			unsigned at = (bit + ones[i] + 11) % (8 * sizeof(loop));

			loop[at / 8] |= (char)(1 << at % 8);
		}
		bit += 13;
	}
	memcpy(c->out + c->out_len, opening, sizeof(opening));
	c->out_len += sizeof(opening);
	/* The block's first 11 bits, then the loop's bits from 11 on. */
	memcpy(c->out + c->out_len, loop, 13);
	c->out[c->out_len] = (char)(2 | 0x0c << 3);
	c->out[c->out_len + 1] = (char)(loop[1] & ~7);
	c->out_len += 13;
}

static void serve_html(struct conn *c, struct request *q)
{
	static const char page[] =
	    "<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\"><title>A page</title></head>\n"
	    "<body><p>There is no sound here, only words.</p></body>"
	    "</html>\n";

	text(c, q, 200, NULL, q->type ? q->type : "text/html; charset=utf-8",
	     page);
}

static void serve_redirect(struct conn *c, struct request *q)
{
	char header[4200];

	snprintf(header, sizeof(header), "Location: %.4100s\r\n",
		 q->rule->answer == AS_LOOP ? q->target : q->rule->text);
	text(c, q, q->rule->answer == AS_LOOP ? 302 : q->rule->status, header,
	     "text/plain", "elsewhere\n");
}

/* What comes before the rule's answer; false: nothing does. */
static bool refuse(struct server *s, struct conn *c, struct request *q)
{
	const struct rule *r = q->rule;

	if (strcmp(q->method, "GET") && !q->head) {
		plain(c, q, 405);
	} else if (r && r->no_head && q->head) {
		text(c, q, 405, "Allow: GET\r\n", "text/plain", "");
	} else if (r && r->flaky > 0) {
		struct rule *w = rule_of(s, r->path);

		w->flaky--;
		plain(c, q, w->flaky_status);
	} else if (r && !r->named && r->retry_after) {
		plain(c, q, 503);
	} else {
		return false;
	}
	return true;
}

static void serve_garbage(struct conn *c, struct request *q)
{
	c->then = THEN_CLOSE;
	head(c, q, 200);
	out(c, "Content-Type: audio/mpeg\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n");
	if (!q->head)
		out(c, "zz\r\nnot a size\r\n-5\r\nnor this\r\n");
}

static void serve_status(struct conn *c, struct request *q, long status)
{
	text(c, q, status,
	     status == 401 ? "WWW-Authenticate: Basic realm=\"faultd\"\r\n"
			   : NULL,
	     "text/plain", reason(status));
}

static void answer(struct server *s, struct conn *c, struct request *q)
{
	static const char noise[] = "\xff\xfb\x90\x64 no end in sight \0\1\2";
	static const char header[] = "X-Flood: and one more header line\r\n";
	static const char trickle[] = "X-Patience: more\r\n";
	const struct rule *r = q->rule;

	if (!q->keep)
		c->then = THEN_CLOSE;
	if (refuse(s, c, q))
		return;
	switch (r ? r->answer : AS_FILE) {
	case AS_FILE:
	case AS_RESET:
	case AS_SHORT:
	case AS_LONG:
		serve_file(s, c, q);
		break;
	case AS_STATUS:
		serve_status(c, q, r->status);
		break;
	case AS_HTML:
		serve_html(c, q);
		break;
	case AS_REDIRECT:
	case AS_LOOP:
		serve_redirect(c, q);
		break;
	case AS_AUTH:
		serve_status(c, q, 401);
		break;
	case AS_DROP:
		c->then = THEN_CLOSE;
		break;
	case AS_HANG:
		c->then = THEN_HANG;
		break;
	case AS_GARBAGE:
		serve_garbage(c, q);
		break;
	case AS_ENDLESS:
		serve_fill(c, q, "", noise, sizeof(noise));
		break;
	case AS_FLOOD:
		head(c, q, 200);
		c->then = THEN_FILL;
		c->fill = header;
		c->fill_len = sizeof(header) - 1;
		break;
	case AS_BOMB:
		serve_bomb(c, q);
		break;
	case AS_TRICKLE:
		head(c, q, 200);
		c->then = THEN_FILL;
		c->fill = trickle;
		c->fill_len = sizeof(trickle) - 1;
		c->drip = (long)c->fill_len;
		break;
	case ANSWERS:
		break;
	}
}

/* Requests */

static int hex(int ch)
{
	return ch >= '0' && ch <= '9'                 ? ch - '0'
	       : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (ch | 32) - 'a' + 10
						      : -1;
}

static void path_decode(char *path, const char *target)
{
	const char *p = target;
	char *o = path;

	if (!strncasecmp(p, "http://", 7)) {
		p += 7;
		p += strcspn(p, "/");
	}
	for (; *p && *p != '?' && *p != '#'; p++)
		if (*p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
			*o++ = (char)(hex(p[1]) << 4 | hex(p[2]));
			p += 2;
		} else {
			*o++ = *p;
		}
	*o = '\0';
}

/* Parses the head at in[0, end); false: not HTTP. */
static bool parse(char *in, size_t end, struct request *q)
{
	char *line = in, *eol, *sp, *sp2;

	in[end] = '\0';
	eol = strstr(line, "\r\n");
	if (!eol)
		return false;
	*eol = '\0';
	sp = strchr(line, ' ');
	sp2 = sp ? strchr(sp + 1, ' ') : NULL;
	if (!sp2 || (size_t)(sp - line) >= sizeof(q->method) ||
	    (size_t)(sp2 - sp) >= sizeof(q->target) ||
	    strncmp(sp2 + 1, "HTTP/1.", 7))
		return false;
	memcpy(q->method, line, (size_t)(sp - line));
	memcpy(q->target, sp + 1, (size_t)(sp2 - sp - 1));
	q->keep = sp2[8] == '1';
	q->head = !strcmp(q->method, "HEAD");
	path_decode(q->path, q->target);
	for (line = eol + 2; (eol = strstr(line, "\r\n")) != NULL;
	     line = eol + 2) {
		*eol = '\0';
		if (!strncasecmp(line, "Range:", 6))
			snprintf(q->range, sizeof(q->range), "%s",
				 line + 6 + strspn(line + 6, " "));
		else if (!strncasecmp(line, "If-Range:", 9))
			snprintf(q->if_range, sizeof(q->if_range), "%s",
				 line + 9 + strspn(line + 9, " "));
		else if (!strncasecmp(line, "Host:", 5))
			snprintf(q->host, sizeof(q->host), "%s",
				 line + 5 + strspn(line + 5, " "));
		else if (!strncasecmp(line, "Connection:", 11))
			q->keep = !strcasestr(line, "close") &&
				  (q->keep || strcasestr(line, "keep-alive"));
	}
	return true;
}

static void log_request(struct server *s, const struct request *q)
{
	int busy = 0;

	if (!s->log)
		return;
	for (size_t i = 0; i < s->nconns; i++)
		busy += s->conns[i] && s->conns[i]->busy &&
			!strcmp(s->conns[i]->host, q->host);
	fprintf(s->log, "%s %s %ld %s %s %d %.0f\n", q->method,
		*q->target ? q->target : "-", q->status,
		*q->range ? q->range : "-", *q->host ? q->host : "-", busy,
		(now() - s->start) * 1e3);
	fflush(s->log);
}

/* Takes one whole request off the input, if there is one. */
static void take(struct server *s, struct conn *c)
{
	struct request q = { .status = 0 };
	char *blank;
	size_t end;

	if (c->busy)
		return;
	blank = memmem(c->in, c->in_len, "\r\n\r\n", 4);
	if (!blank) {
		if (c->in_len >= sizeof(c->in) - 1)
			c->then = THEN_CLOSE, c->busy = true;
		return;
	}
	end = (size_t)(blank - c->in) + 4;
	c->busy = true;
	c->then = THEN_NEXT;
	c->out_len = c->out_at = 0;
	c->left = c->at = 0;
	c->corrupt = -1;
	c->drip = 0;
	/* The blank line's second half is where parse puts its NUL. */
	if (parse(c->in, end - 2, &q)) {
		q.rule = rule_of(s, q.target);
		if (!q.rule)
			q.rule = rule_of(s, q.path);
		if (!q.rule)
			q.rule = rule_by_prefix(s, q.path);
		if (q.rule) {
			q.type = q.rule->type;
			c->drip = q.rule->drip;
			if (q.rule->slow > 0)
				c->wake = now() + q.rule->slow;
		}
		answer(s, c, &q);
	} else {
		c->then = THEN_CLOSE;
		snprintf(q.method, sizeof(q.method), "?");
		plain(c, &q, 400);
	}
	memmove(c->in, c->in + end, c->in_len - end);
	c->in_len -= end;
	memcpy(c->host, q.host, sizeof(c->host));
	log_request(s, &q);
}

/* Connections */

static void conn_free(struct conn *c)
{
	if (c->file >= 0)
		close(c->file);
	close(c->fd);
	free(c);
}

/* Puts the next piece into out; false: the answer is complete. */
static bool refill(struct conn *c)
{
	size_t want = sizeof(c->out);
	ssize_t n;

	c->out_at = c->out_len = 0;
	if (c->drip > 0) {
		want = c->drip < 10 ? 1 : (size_t)c->drip / 10;
		want = want > sizeof(c->out) ? sizeof(c->out) : want;
	}
	if (c->then == THEN_FILL) {
		while (c->out_len + c->fill_len <= want || !c->out_len) {
			size_t part = c->fill_len < sizeof(c->out)
					  ? c->fill_len
					  : sizeof(c->out);

			memcpy(c->out + c->out_len, c->fill, part);
			c->out_len += part;
		}
		if (c->drip > 0)
			c->wake = now() + (double)c->out_len / (double)c->drip;
		return true;
	}
	if (c->left <= 0 || c->file < 0)
		return false;
	if ((off_t)want > c->left)
		want = (size_t)c->left;
	n = read(c->file, c->out, want);
	if (n <= 0)
		return false;
	for (ssize_t i = 0; c->corrupt >= 0 && i < n; i++)
		if (c->at + i >= c->corrupt) {
			uint32_t x = (uint32_t)(c->at + i) * 2654435761u;

			c->out[i] = (char)((x ^ x >> 15) * 2246822519u >> 24);
		}
	c->at += n;
	c->left -= n;
	c->out_len = (size_t)n;
	if (c->drip > 0)
		c->wake = now() + (double)n / (double)c->drip;
	return true;
}

/* -1: the connection is over. */
static int conn_send(struct conn *c)
{
	const struct linger hard = { 1, 0 };

	if (c->then == THEN_HANG)
		return 0;
	for (;;) {
		ssize_t n;

		if (c->wake > 0 && now() < c->wake)
			return 0;
		if (c->out_at == c->out_len && !refill(c))
			break;
		n = send(c->fd, c->out + c->out_at, c->out_len - c->out_at,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		c->out_at += (size_t)n;
		if (c->then == THEN_FILL && c->out_at == c->out_len)
			return 0;
	}
	if (c->file >= 0)
		close(c->file);
	c->file = -1;
	c->wake = 0;
	if (c->then == THEN_RESET)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	if (c->then != THEN_NEXT)
		return -1;
	c->busy = false;
	return 0;
}

static int conn_receive(struct conn *c)
{
	ssize_t n;

	if (c->in_len >= sizeof(c->in) - 1)
		return 0;
	n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - 1 - c->in_len,
		 MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return -1;
	if (n > 0)
		c->in_len += (size_t)n;
	return 0;
}

static void conn_accept(struct server *s, int listener)
{
	struct conn *c;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	c = s->nconns < CONNS ? calloc(1, sizeof(*c)) : NULL;
	if (!c) {
		close(fd);
		return;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	c->fd = fd;
	c->file = -1;
	s->conns[s->nconns++] = c;
}

/* Serves what can be served; says how long poll may sleep, in ms. */
static int step(struct server *s, const struct pollfd *p)
{
	double t = now(), next = t + 60;

	for (size_t i = 0; i < s->nconns; i++) {
		struct conn *c = s->conns[i];
		int rc = p[i].revents & (POLLIN | POLLHUP | POLLERR)
			     ? conn_receive(c)
			     : 0;

		while (!rc) {
			take(s, c);
			if (!c->busy)
				break;
			rc = conn_send(c);
			if (c->busy)
				break;
		}
		if (rc) {
			conn_free(c);
			s->conns[i] = NULL;
		} else if (c->wake > 0 && c->wake < next) {
			next = c->wake;
		}
	}
	for (size_t i = 0, k = s->nconns = 0; i < CONNS; i++)
		if (s->conns[i]) {
			struct conn *c = s->conns[i];

			s->conns[i] = NULL;
			s->conns[k++] = c;
			s->nconns = k;
		}
	return next <= t ? 0 : (int)((next - t) * 1e3) + 1;
}

static void run(struct server *s, const int listeners[2])
{
	static struct pollfd p[CONNS + 3];
	int wait = 0;

	while (!stop) {
		size_t n = s->nconns;
		char sink[256];

		for (size_t i = 0; i < n; i++) {
			const struct conn *c = s->conns[i];
			bool sending =
			    c->busy && c->then != THEN_HANG && c->wake <= now();

			p[i] = (struct pollfd){
				c->fd, sending ? POLLIN | POLLOUT : POLLIN, 0
			};
			if (c->in_len >= sizeof(c->in) - 1)
				p[i].events &= ~POLLIN;
		}
		p[n] = (struct pollfd){ s->until_stdin ? 0 : -1, POLLIN, 0 };
		for (int i = 0; i < 2; i++) /* -1: poll passes over it */
			p[n + 1 + (size_t)i] =
			    (struct pollfd){ listeners[i], POLLIN, 0 };
		/* A signal between the test and the poll costs one wait. */
		if (poll(p, n + 3, wait < 500 ? wait : 500) < 0 &&
		    errno != EINTR)
			die(3, "poll: %s", strerror(errno));
		if (p[n].revents && read(0, sink, sizeof(sink)) <= 0)
			break;
		wait = step(s, p);
		for (int i = 0; i < 2; i++)
			if (p[n + 1 + (size_t)i].revents & POLLIN)
				conn_accept(s, listeners[i]);
	}
}

/* Start */

static int listener_open(struct server *s)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)s->port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	socklen_t len = sizeof(a);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die(3, "socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		die(3, "127.0.0.1:%d: %s", s->port, strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	s->port = ntohs(a.sin_port);
	return fd;
}

/* ::1, the port of the other one; -1 where there is no IPv6. */
static int listener6_open(const struct server *s)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)s->port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int one = 1, fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 128) < 0) {
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void number_file(const char *path, long number)
{
	char temporary[PATH_MAX];
	FILE *f;

	if (snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", path,
		     (long)getpid()) >= (int)sizeof(temporary))
		die(2, "%s: name too long", path);
	f = fopen(temporary, "w");
	if (!f || fprintf(f, "%ld\n", number) < 0 || fclose(f) ||
	    rename(temporary, path))
		die(3, "%s: %s", path, strerror(errno));
}

static void options(struct server *s, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;

		if (!strcmp(o, "--until-stdin-closes")) {
			s->until_stdin = true;
			continue;
		}
		if (!v)
			die(2, "%s: unknown, or an argument is missing", o);
		i++;
		if (!strcmp(o, "--root"))
			s->root = v;
		else if (!strcmp(o, "--rules"))
			s->rules_path = v;
		else if (!strcmp(o, "--port"))
			s->port = (int)whole(v, 0, 65535, "--port", 1);
		else if (!strcmp(o, "--port-file"))
			s->port_file = v;
		else if (!strcmp(o, "--pid-file"))
			s->pid_file = v;
		else if (strcmp(o, "--log"))
			die(2, "unknown option %s", o);
		else if (!(s->log = fopen(v, "a")))
			die(3, "%s: %s", v, strerror(errno));
	}
}

int main(int argc, char **argv)
{
	static struct server s = { .root = "." };
	struct sigaction act = { .sa_handler = on_signal };
	int listeners[2];

	options(&s, argc, argv);
	if (s.rules_path)
		rules_read(&s);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	s.start = now();
	listeners[0] = listener_open(&s);
	listeners[1] = listener6_open(&s);
	if (s.pid_file)
		number_file(s.pid_file, (long)getpid());
	if (s.port_file)
		number_file(s.port_file, s.port);
	else
		printf("%d\n", s.port), fflush(stdout);
	run(&s, listeners);
	return 0;
}
