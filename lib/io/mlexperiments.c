/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/mlexperiments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/input.h"

#define META_MAX ((size_t)1 << 20) /* bytes of a meta.yaml */
#define UNKNOWN 0xfffd

/* --- text --- */

/* The code point s (not empty) begins with and its bytes; UNKNOWN and 1 for
 * what is no UTF-8 (Unicode 15, table 3-7). */
static size_t decode(struct span s, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = (uint8_t)s.p[0];
	size_t more = first < 0x80   ? 0
		      : first < 0xc0 ? 4
		      : first < 0xe0 ? 1
		      : first < 0xf0 ? 2
		      : first < 0xf8 ? 3
				     : 4;
	uint32_t c = more ? first & (0x3fu >> more) : first;

	*point = UNKNOWN;
	if (more == 4 || more >= s.n)
		return 1;
	for (size_t i = 1; i <= more; i++) {
		if (((uint8_t)s.p[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | ((uint8_t)s.p[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 1;
	*point = c;
	return more + 1;
}

static void encode(struct str *out, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = UNKNOWN;
	if (c < 0x80) {
		str_putc(out, (char)c);
		return;
	}
	if (c < 0x800) {
		str_putc(out, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		str_putc(out, (char)(0xe0 | c >> 12));
		str_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		str_putc(out, (char)(0xf0 | c >> 18));
		str_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		str_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	str_putc(out, (char)(0x80 | (c & 0x3f)));
}

void mlexperiments_utf8(struct str *out, struct span text)
{
	uint32_t c;

	str_reserve(out, text.n);
	for (size_t n; text.n; text.p += n, text.n -= n) {
		n = decode(text, &c);
		encode(out, c);
	}
}

void mlexperiments_quote(struct str *out, struct span text)
{
	uint32_t c;

	str_putc(out, '"');
	for (size_t n; text.n; text.p += n, text.n -= n) {
		n = decode(text, &c);
		if (c == '"' || c == '\\')
			str_printf(out, "\\%c", (int)c);
		else if (c >= 0x20 && c < 0x7f)
			str_putc(out, (char)c);
		else
			str_printf(out, c < 0x10000 ? "\\u%04X" : "\\U%08X",
				   (unsigned)c);
	}
	str_putc(out, '"');
}

/* The code point of so many hexadecimal digits at p, UNKNOWN for others. */
static uint32_t hex(struct span s, size_t digits)
{
	char text[9] = "", *end;
	unsigned long c;

	if (s.n < digits)
		return UNKNOWN;
	memcpy(text, s.p, digits);
	c = strtoul(text, &end, 16);
	return *end ? UNKNOWN : (uint32_t)c;
}

/* One escape of double quotes, s behind its backslash; the bytes it takes. */
static size_t unescape(struct span s, struct str *out)
{
	static const char names[] = "0abtnvfre",
			  values[] = "\0\a\b\t\n\v\f\r\033";
	const char *at = memchr(names, s.p[0], sizeof(names) - 1);
	size_t digits = s.p[0] == 'x'   ? 2
			: s.p[0] == 'u' ? 4
			: s.p[0] == 'U' ? 8
					: 0;

	if (digits) {
		encode(out, hex((struct span){ s.p + 1, s.n - 1 }, digits));
		return s.n > digits ? digits + 1 : s.n;
	}
	if (at)
		str_putc(out, values[at - names]);
	else if (s.p[0] == 'N' || s.p[0] == '_')
		encode(out, s.p[0] == 'N' ? 0x85 : 0xa0);
	else if (s.p[0] == 'L' || s.p[0] == 'P')
		encode(out, s.p[0] == 'L' ? 0x2028 : 0x2029);
	else
		str_putc(out, s.p[0]);
	return 1;
}

static void unquote(struct span s, struct str *out)
{
	char quote = s.n && (s.p[0] == '"' || s.p[0] == '\'') ? s.p[0] : '\0';

	if (!quote) {
		str_span(out, s);
		return;
	}
	for (size_t i = 1; i < s.n; i++) {
		if (quote == '"' && s.p[i] == '\\' && i + 1 < s.n) {
			struct span rest = { s.p + i + 1, s.n - i - 1 };

			i += unescape(rest, out);
		} else if (s.p[i] != quote) {
			str_putc(out, s.p[i]);
		} else if (quote == '\'' && i + 1 < s.n &&
			   s.p[i + 1] == quote) {
			str_putc(out, s.p[i++]);
		} else {
			return;
		}
	}
}

static struct span next_line(struct span *text)
{
	const char *end = memchr(text->p, '\n', text->n);
	struct span line = { text->p, end ? (size_t)(end - text->p) : text->n };
	size_t used = end ? line.n + 1 : line.n;

	text->p += used;
	text->n -= used;
	return line;
}

/* Whether the last byte is a backslash that no other one quotes: the line
 * break behind it is none. */
static bool continues(const struct str *s)
{
	size_t run = 0;

	while (run < s->n && s->p[s->n - 1 - run] == '\\')
		run++;
	return run % 2;
}

bool mlexperiments_member(struct span yaml, const char *key, struct str *out)
{
	struct str scalar = { 0 };
	size_t n = strlen(key);
	bool found = false;

	while (yaml.n && !found) {
		struct span line = next_line(&yaml);

		if (line.n <= n || memcmp(line.p, key, n) || line.p[n] != ':')
			continue;
		found = true;
		line = (struct span){ line.p + n + 1, line.n - n - 1 };
		str_span(&scalar, span_trim(line));
		while (yaml.n && yaml.p[0] == ' ') {
			if (continues(&scalar))
				scalar.n--;
			else
				str_putc(&scalar, ' ');
			str_span(&scalar, span_trim(next_line(&yaml)));
		}
		unquote(span_str(&scalar), out);
	}
	str_release(&scalar);
	return found;
}

int mlexperiments_write(const char *path, struct span text, struct err *err)
{
	struct atomic *a = atomic_open(path, err);

	if (!a)
		return -1;
	/* a short write shows in commit */
	(void)!fwrite(text.p ? text.p : "", 1, text.n, atomic_file(a));
	return atomic_commit(a, err);
}

/* --- experiments --- */

/* The URI of a folder that exists, RFC 8089. */
static int folder_uri(const char *path, struct str *uri, struct err *err)
{
	char *whole = realpath(path, NULL);

	if (!whole)
		return err_errno(err, "cannot find %s", path);
	str_puts(uri, "file://");
	for (const char *p = whole; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') ||
			     (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || strchr("-._~/", *p);

		if (plain)
			str_putc(uri, *p);
		else
			str_printf(uri, "%%%02X", (unsigned)(uint8_t)*p);
	}
	free(whole);
	return 0;
}

static int make_experiment(const char *dir, const char *id, struct span name,
			   int64_t now, struct err *err)
{
	struct str path = { 0 }, uri = { 0 }, text = { 0 };
	int rc;

	str_printf(&path, "%s/%s", dir, id);
	rc = atomic_mkdirs(path.p, false, err);
	if (!rc)
		rc = folder_uri(path.p, &uri, err);
	if (!rc) {
		str_puts(&text, "artifact_location: ");
		mlexperiments_quote(&text, span_str(&uri));
		str_printf(&text,
			   "\ncreation_time: %lld\nexperiment_id: \"%s\"\n"
			   "last_update_time: %lld\nlifecycle_stage: active\n"
			   "name: ",
			   (long long)now, id, (long long)now);
		mlexperiments_quote(&text, name);
		str_puts(&text, "\n");
		str_puts(&path, "/meta.yaml");
		rc = mlexperiments_write(path.p, span_str(&text), err);
	}
	str_release(&path);
	str_release(&uri);
	str_release(&text);
	return rc;
}

/* Whether the experiment in that folder is active and has that name. A folder
 * without a meta.yaml that can be read is somebody else's. */
static bool is_named(const char *dir, const char *id, struct span name)
{
	struct str path = { 0 }, text = { 0 }, value = { 0 };
	bool is = false;

	str_printf(&path, "%s/%s/meta.yaml", dir, id);
	if (!access(path.p, R_OK) &&
	    !input_slurp(path.p, META_MAX, &text, NULL) &&
	    mlexperiments_member(span_str(&text), "name", &value) &&
	    span_eq(span_str(&value), name)) {
		str_reset(&value);
		is = !mlexperiments_member(span_str(&text), "lifecycle_stage",
					   &value) ||
		     span_is(span_str(&value), "active");
	}
	str_release(&path);
	str_release(&text);
	str_release(&value);
	return is;
}

/* The first such experiment, by the order of ids; id stays empty where there
 * is none. */
static int look_up(const char *dir, struct span name, struct str *id,
		   struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	if (!d)
		return err_errno(err, "cannot read %s", dir);
	while ((entry = readdir(d))) {
		struct span this = span_of(entry->d_name);

		if (this.p[0] == '.' || !is_named(dir, this.p, name) ||
		    (id->n && span_cmp(this, span_str(id)) > 0))
			continue;
		str_reset(id);
		str_span(id, this);
	}
	closedir(d);
	return 0;
}

static bool taken(const char *dir, const char *sub, const char *id)
{
	struct str path = { 0 };
	struct stat st;
	bool is;

	str_printf(&path, "%s/%s%s", dir, sub, id);
	is = !lstat(path.p, &st);
	str_release(&path);
	return is;
}

static void free_number(const char *dir, struct str *id)
{
	uint64_t number = 0;

	do {
		str_reset(id);
		str_u64(id, ++number);
	} while (taken(dir, "", id->p) || taken(dir, ".trash/", id->p));
}

/* The store, made where it is not there, and locked: its descriptor, -1. */
static int lock_store(const char *dir, int64_t now, struct err *err)
{
	bool new = access(dir, F_OK) != 0;
	int fd, rc;

	if (atomic_mkdirs(dir, false, err))
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, "cannot open %s", dir);
	do
		rc = flock(fd, LOCK_EX);
	while (rc && errno == EINTR);
	if (rc)
		err_errno(err, "cannot lock %s", dir);
	else if (new && !taken(dir, "", "0"))
		rc = make_experiment(dir, "0", SPAN("Default"), now, err);
	if (rc) {
		close(fd);
		return -1;
	}
	return fd;
}

int mlexperiments_find(const char *dir, struct span name, int64_t now,
		       struct str *id, struct str *uri, struct err *err)
{
	struct str path = { 0 }, clean = { 0 };
	int fd = lock_store(dir, now, err), rc = -1;

	mlexperiments_utf8(&clean, name);
	str_reset(id);
	if (fd < 0 || look_up(dir, span_str(&clean), id, err))
		goto out;
	if (!id->n) {
		free_number(dir, id);
		if (make_experiment(dir, id->p, span_str(&clean), now, err))
			goto out;
	}
	str_printf(&path, "%s/%s", dir, id->p);
	rc = folder_uri(path.p, uri, err);
out:
	if (fd >= 0)
		close(fd);
	str_release(&path);
	str_release(&clean);
	return rc;
}
