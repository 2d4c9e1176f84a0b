/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/audiofolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define DEPTH_MAX 64
#define TRACK_MAX 40 /* "99 Luftballons" is no track number */

enum extension { EXT_NONE, EXT_AUDIO, EXT_REFUSED };

static struct span extension_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return dot && dot != base ? span_of(dot + 1) : (struct span){ 0 };
}

static enum extension classify(const char *path)
{
	static const char audio[][5] = { "mp3",  "ogg", "oga", "opus",
					 "flac", "wav", "aif", "aiff" };
	static const char refused[][5] = { "m4a", "aac", "wma" };
	struct span ext = extension_of(path);

	for (size_t i = 0; i < sizeof(audio) / sizeof(audio[0]); i++)
		if (span_ieq(ext, audio[i]))
			return EXT_AUDIO;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (span_ieq(ext, refused[i]))
			return EXT_REFUSED;
	return EXT_NONE;
}

const char *audiofolder_refusal(const char *path)
{
	return classify(path) == EXT_REFUSED ? "AAC and WMA cannot be decoded; "
					       "convert it to FLAC, Opus or MP3"
					     : NULL;
}

bool audiofolder_is_sound(const char *path)
{
	return classify(path) != EXT_NONE;
}

static void add(struct audiofolder *f, const char *path)
{
	MEM_ROOM(f->paths, f->count + 1, f->cap);
	f->paths[f->count++] = mem_strdup(path);
}

static int walk(struct audiofolder *f, const char *dir, int depth,
		struct err *err)
{
	struct str path = { 0 };
	struct dirent *e;
	DIR *d;

	if (depth > DEPTH_MAX)
		return err_set(err, ERR_DATA, "depth",
			       "%s: more than %d "
			       "folders deep",
			       dir, DEPTH_MAX);
	d = opendir(dir);
	if (!d)
		return err_errno(err, "%s", dir);
	for (errno = 0; (e = readdir(d)); errno = 0) {
		struct stat link, st;

		if (e->d_name[0] == '.')
			continue;
		str_reset(&path);
		str_printf(&path, "%s/%s", dir, e->d_name);
		if (lstat(str_z(&path), &link) || stat(str_z(&path), &st))
			continue; /* gone, or a link to nothing */
		if (S_ISDIR(link.st_mode)) {
			if (walk(f, str_z(&path), depth + 1, err))
				goto fail;
		} else if (S_ISREG(st.st_mode) &&
			   classify(e->d_name) != EXT_NONE) {
			add(f, str_z(&path));
		}
	}
	if (errno) {
		err_errno(err, "%s", dir);
		goto fail;
	}
	closedir(d);
	str_release(&path);
	return 0;
fail:
	closedir(d);
	str_release(&path);
	return -1;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int audiofolder_list(struct audiofolder *f, const char *dir, struct err *err)
{
	char *whole = realpath(dir, NULL);
	int rc;

	memset(f, 0, sizeof(*f));
	if (!whole)
		return err_errno(err, "%s", dir);
	rc = walk(f, whole, 0, err);
	free(whole);
	if (rc) {
		audiofolder_release(f);
		return -1;
	}
	if (f->count)
		qsort(f->paths, f->count, sizeof(*f->paths), by_bytes);
	return 0;
}

void audiofolder_release(struct audiofolder *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->paths[i]);
	free(f->paths);
	memset(f, 0, sizeof(*f));
}

void audiofolder_name_release(struct audiofolder_name *n)
{
	str_release(&n->artist);
	str_release(&n->title);
	str_release(&n->album);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Drops "07 ", "07. ", "07 - ", "1-07 " from the front. A bare number before
 * a space must look like a track's. */
static struct span drop_number(struct span s)
{
	size_t i = 0, start = 0;
	int number;

	if (s.n > 3 && is_digit(s.p[0]) && s.p[1] == '-' && is_digit(s.p[2]))
		start = i = 2;
	while (i < s.n && is_digit(s.p[i]))
		i++;
	if (i - start != 2)
		return s;
	number = (s.p[start] - '0') * 10 + s.p[start + 1] - '0';
	if (i < s.n && (s.p[i] == '.' || s.p[i] == ')')) {
		i++;
	} else if (i + 2 < s.n && s.p[i] == ' ' && s.p[i + 1] == '-' &&
		   s.p[i + 2] == ' ') {
		i += 3;
	} else if (i == s.n || (s.p[i] != ' ' && s.p[i] != '-') ||
		   number > TRACK_MAX) {
		return s;
	} else {
		i++;
	}
	if (!span_trim((struct span){ s.p + i, s.n - i }).n)
		return s;
	return span_trim((struct span){ s.p + i, s.n - i });
}

void audiofolder_parse(const char *path, struct audiofolder_name *out)
{
	const char *slash = strrchr(path, '/');
	struct span base = span_of(slash ? slash + 1 : path);
	struct span ext = extension_of(path);
	struct str plain = { 0 };
	struct span name;
	const char *dash;

	str_reset(&out->artist);
	str_reset(&out->title);
	str_reset(&out->album);
	if (slash && slash > path) {
		const char *up = slash;
		while (up > path && up[-1] != '/')
			up--;
		str_put(&out->album, up, (size_t)(slash - up));
	}
	if (ext.n)
		base.n -= ext.n + 1;
	str_span(&plain, base);
	if (plain.n && !memchr(plain.p, ' ', plain.n))
		for (size_t i = 0; i < plain.n; i++)
			if (plain.p[i] == '_')
				plain.p[i] = ' ';
	name = drop_number(span_trim(span_str(&plain)));
	dash = name.n ? memmem(name.p, name.n, " - ", 3) : NULL;
	if (dash && dash > name.p && dash + 3 < name.p + name.n) {
		str_span(&out->artist, span_trim((struct span){
					   name.p, (size_t)(dash - name.p) }));
		name.n -= (size_t)(dash + 3 - name.p);
		name.p = dash + 3;
		name = drop_number(span_trim(name));
	}
	str_span(&out->title, name);
	str_release(&plain);
}
