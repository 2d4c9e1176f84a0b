/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shard: splits records into contiguous, equal ranges of the key space, each
 * a file sorted by key.
 * Reads: id. Adds nothing; every line is kept byte for byte.
 * Artifacts: DIR/<n>/crawl.ndjson, rewritten only where its content changes.
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "corpus/track.h"
#include "io/atomic.h"
#include "io/options.h"
#include "io/progress.h"
#include "io/sort.h"
#include "io/window.h"

static const char usage[] =
    "usage: shard --count N [--at-least N] [-q] [--memory SIZE] DIR [FILE]...\n"
    "\n"
    "Sorts NDJSON records by key and splits them into DIR/000/crawl.ndjson,\n"
    "DIR/001/crawl.ndjson ...: N contiguous, equal ranges of the key space.\n"
    "A file whose content has not changed is left alone, its time too; folders "
    "of\n"
    "shards beyond N are removed. Nothing is written where a record is "
    "malformed\n"
    "or an id occurs twice.\n"
    "\n"
    "  --count N       shards, 1 to 500\n"
    "  --at-least N    write nothing when there are fewer records (0)\n"
    "  --memory SIZE   for sorting (default 1G)\n"
    "  -q, --progress=auto|always|never, -h, -V   as in every tool\n";

#define COUNT_MAX 500 /* all files are open at once */
#define LINE_MAX_BYTES (64u << 20)

struct ctx {
	struct options o;
	struct progress p;
	int count, at_least;
	const char *dir;
	struct sort *sort;
	struct record record;
	struct str id, last_id, data;
	uint64_t last_key;
	bool any;
	struct atomic **out; /* [count] */
	int changed, removed;
};

/* One line of input: key, then the length of the id, the id, the line. */
static int add(struct ctx *c, const char *file, uint64_t number,
	       struct span line, struct err *err)
{
	uint32_t n;
	uint64_t key;
	char be[8];

	if (record_parse(&c->record, line, err) ||
	    record_id(&c->record, &c->id, err)) {
		err->status = ERR_DATA;
		return err_prefix(err, "%s:%llu", file,
				  (unsigned long long)number);
	}
	key = track_key(span_str(&c->id));
	for (int i = 0; i < 8; i++)
		be[i] = (char)(key >> (56 - 8 * i));
	n = (uint32_t)c->id.n;
	str_reset(&c->data);
	str_put(&c->data, &n, sizeof(n));
	str_span(&c->data, span_str(&c->id));
	str_span(&c->data, line);
	return sort_put(c->sort, (struct span){ be, 8 }, span_str(&c->data),
			err);
}

static int read_file(struct ctx *c, const char *path, struct err *err)
{
	struct input *in = input_open(path, err);
	struct window w;
	struct span line;
	uint64_t number = 0;
	bool cut;
	int got;

	if (!in)
		return -1;
	window_init(&w, in);
	while ((got = window_line(&w, LINE_MAX_BYTES, &line, &cut, err)) == 1) {
		number++;
		if (cut)
			got =
			    err_set(err, ERR_DATA, "line",
				    "%s:%llu: a line "
				    "of more than 64 MiB",
				    input_name(in), (unsigned long long)number);
		if (!cut && !span_trim(line).n)
			continue;
		if (cut || (got = add(c, input_name(in), number, line, err)))
			break;
		c->p.in++;
		progress_show(&c->p);
	}
	window_release(&w);
	input_close(in);
	return got ? -1 : 0;
}

static int open_shards(struct ctx *c, struct err *err)
{
	struct str path = { 0 };
	int rc = 0;

	c->out = mem_zalloc((size_t)c->count, sizeof(*c->out));
	for (int i = 0; i < c->count && !rc; i++) {
		str_reset(&path);
		str_printf(&path, "%s/%03d/crawl.ndjson", c->dir, i);
		rc = atomic_mkdirs(str_z(&path), true, err);
		if (!rc && !(c->out[i] = atomic_open(str_z(&path), err)))
			rc = -1;
	}
	str_release(&path);
	return rc;
}

static int check_order(struct ctx *c, uint64_t key, struct span id,
		       struct err *err)
{
	if (c->any && key == c->last_key) {
		if (span_eq(id, span_str(&c->last_id)))
			return err_set(err, ERR_DATA, "duplicate",
				       "id %.*s "
				       "occurs twice; ingest merges duplicates",
				       (int)id.n, id.p);
		return err_set(err, ERR_DATA, "collision",
			       "ids %.*s and %.*s "
			       "have the same 64-bit key; remove one of the "
			       "records",
			       (int)c->last_id.n, c->last_id.p, (int)id.n,
			       id.p);
	}
	c->any = true;
	c->last_key = key;
	str_reset(&c->last_id);
	str_span(&c->last_id, id);
	return 0;
}

static int write_shards(struct ctx *c, struct err *err)
{
	struct span be, data;
	int got;

	while ((got = sort_next(c->sort, &be, &data, err)) == 1) {
		uint64_t key = 0;
		uint32_t n;
		FILE *f;
		size_t i;

		for (int b = 0; b < 8; b++)
			key = key << 8 | (unsigned char)be.p[b];
		memcpy(&n, data.p, sizeof(n));
		data.p += sizeof(n);
		data.n -= sizeof(n);
		if (check_order(c, key, (struct span){ data.p, n }, err))
			return -1;
		data.p += n;
		data.n -= n;
		i = (size_t)((unsigned __int128)key * (unsigned)c->count >> 64);
		f = atomic_file(c->out[i]);
		if (fwrite(data.p, 1, data.n, f) != data.n ||
		    putc('\n', f) == EOF)
			return err_errno(err, "cannot write %s",
					 atomic_name(c->out[i]));
		c->p.ok++;
	}
	return got;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

/* Folders named like shards beyond the last. */
static int remove_stale(struct ctx *c, struct err *err)
{
	DIR *d = opendir(c->dir);
	struct str path = { 0 };
	struct dirent *e;
	int rc = 0;

	if (!d)
		return err_errno(err, "%s", c->dir);
	while (!rc && (e = readdir(d))) {
		const char *n = e->d_name;
		if (strlen(n) != 3 || strspn(n, "0123456789") != 3 ||
		    strtol(n, NULL, 10) < c->count)
			continue;
		str_reset(&path);
		str_printf(&path, "%s/%s", c->dir, n);
		if (nftw(str_z(&path), remove_one, 16, FTW_DEPTH | FTW_PHYS))
			rc = err_errno(err, "cannot remove %s", path.p);
		c->removed++;
	}
	closedir(d);
	str_release(&path);
	return rc;
}

static int run(struct ctx *c, char **files, int nfiles, struct err *err)
{
	c->sort = sort_new(c->o.memory);
	if (nfiles == 0 && read_file(c, "-", err))
		return -1;
	for (int i = 0; i < nfiles; i++)
		if (read_file(c, files[i], err))
			return -1;
	if (c->p.in < (uint64_t)c->at_least)
		return err_set(
		    err, ERR_ENV, "fewer",
		    "%llu records, and at least %d are expected: "
		    "nothing was written. Is a disk not mounted, or a "
		    "file cut off? If not, say --at-least 0 (of a corpus: "
		    "ALLOW_FEWER=1)",
		    (unsigned long long)c->p.in, c->at_least);
	if (open_shards(c, err) || write_shards(c, err))
		return -1;
	for (int i = 0; i < c->count; i++) {
		struct atomic *a = c->out[i];
		bool changed;

		c->out[i] = NULL;
		if (atomic_commit_changed(a, &changed, err))
			return -1;
		c->changed += changed;
	}
	return remove_stale(c, err);
}

static void release(struct ctx *c)
{
	for (int i = 0; c->out && i < c->count; i++)
		atomic_abort(c->out[i]);
	free(c->out);
	sort_free(c->sort);
	record_release(&c->record);
	str_release(&c->id);
	str_release(&c->last_id);
	str_release(&c->data);
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	const struct option_spec specs[] = { { .name = "count",
					       .kind = OPTION_INT,
					       .value = &c.count,
					       .lo = 1,
					       .hi = COUNT_MAX },
					     { .name = "at-least",
					       .kind = OPTION_INT,
					       .value = &c.at_least,
					       .lo = 0,
					       .hi = INT_MAX },
					     { 0 } };
	struct err err = { 0 };
	int status = 0;
	int at =
	    options_parse(&c.o, "shard", usage, specs, argc, argv, &status);

	if (at < 0)
		return status;
	if (!c.count || at == argc) {
		fputs(usage, stderr);
		return ERR_USAGE;
	}
	c.dir = argv[at++];
	progress_start(&c.p, &c.o);
	if (run(&c, argv + at, argc - at, &err)) {
		status = options_fail(&c.o, &err);
	} else {
		if (c.o.verbose)
			fprintf(stderr,
				"shard: %d of %d files rewritten, %d "
				"stale folders removed\n",
				c.changed, c.count, c.removed);
		progress_end(&c.p, false);
	}
	release(&c);
	return status;
}
