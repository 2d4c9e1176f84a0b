/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ingest: one clean record per track out of a messy crawl.
 * Reads: CSV, TSV, NDJSON (gzip or not), folders of audio.
 * Adds: id, ingested_from; audio (folders). Keeps every other member.
 * Artifacts: rejects and merged rows as NDJSON.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/ledger.h"
#include "corpus/merge.h"
#include "corpus/source.h"
#include "io/atomic.h"
#include "io/json.h"
#include "io/options.h"
#include "io/progress.h"

static const char usage[] =
    "usage: ingest [--map theirs=ours]... [--format "
    "auto|csv|tsv|ndjson|audio]\n"
    "              [--delimiter C] [--row-limit SIZE] [--rejects FILE]\n"
    "              [--merged FILE] [--sorted] [-qv] [-o FILE] [--memory SIZE]\n"
    "              [--max-errors N|P%] [FILE|FOLDER]...\n"
    "\n"
    "Makes one NDJSON record per track out of tables, NDJSON or folders of "
    "audio.\n"
    "Standard input where no operand is given, or for -.\n"
    "\n"
    "  --map theirs=ours   call the column theirs by our name (may be "
    "repeated)\n"
    "  --format F          what the input is; default auto: its content says\n"
    "  --delimiter C       one character, or \"tab\"; default: found out\n"
    "  --row-limit SIZE    longest row of a table (default 4M)\n"
    "  --rejects FILE      rows that could not be used: file, line, reason, "
    "raw\n"
    "  --merged FILE       rows that went into others: id, file, line, raw\n"
    "  --sorted            records in order of their key, not of the input\n"
    "  -o, --output FILE   instead of standard output\n"
    "  --memory SIZE       for sorting (default 1G)\n"
    "  --max-errors N|P%   exit with 1 where more rows are rejected\n"
    "  -q, -v, --progress=auto|always|never, -h, -V   as in every tool\n";

#define NOTES 5 /* rejects that are also said on stderr */

struct ctx {
	struct options o;
	struct progress p;
	struct option_list maps;
	const char *format, *delimiter, *rejects_path, *merged_path;
	size_t row_limit;
	bool sorted;
	struct source_options source;
	struct merge *merge;
	struct atomic *rejects, *merged, *out;
	struct identity identity;
	struct str record, line, tail; /* tail: ,"ingested_from":..} */
	char **bases;                  /* base names of the operands */
	size_t nbases;
	uint64_t nmerged, repaired;
};

static int put(struct atomic *a, struct str *line, struct err *err)
{
	str_putc(line, '\n');
	if (fwrite(line->p, 1, line->n, atomic_file(a)) != line->n)
		return err_errno(err, "cannot write %s", atomic_name(a));
	return 0;
}

static int reject(struct ctx *c, const struct source_row *row,
		  const char *reason, struct err *err)
{
	struct ledger_entry e = { .file = c->bases[c->nbases - 1],
				  .line = row->line,
				  .reason = reason,
				  .raw = row->raw };

	c->p.errors++;
	if (c->o.verbose || (!c->o.quiet && c->p.errors <= NOTES))
		fprintf(stderr, "ingest: %s:%llu: rejected: %s\n", e.file,
			(unsigned long long)e.line, reason);
	else if (!c->o.quiet && c->p.errors == NOTES + 1)
		fputs("ingest: more rows are rejected (--rejects FILE lists "
		      "them, -v says each)\n",
		      stderr);
	if (!c->rejects)
		return 0;
	ledger_line(&e, &c->line);
	return put(c->rejects, &c->line, err);
}

static int process(struct ctx *c, const struct source_row *row, struct err *err)
{
	struct merge_row m = { .file = (uint32_t)c->nbases - 1,
			       .line = row->line };
	char id[IDENTITY_SIZE];

	if (row->reason)
		return reject(c, row, row->reason, err);
	if (identity_make(&c->identity, &row->facts, id))
		return reject(c, row,
			      "no identity: neither a usable "
			      "permalink_url nor a title",
			      err);
	str_reset(&c->record);
	str_puts(&c->record, "{\"id\":\"");
	str_puts(&c->record, id);
	str_putc(&c->record, '"');
	if (row->members.n)
		str_putc(&c->record, ',');
	str_span(&c->record, row->members);
	str_span(&c->record, span_str(&c->tail));
	m.id = span_of(id);
	m.record = span_str(&c->record);
	if (c->merged)
		m.raw = row->raw;
	return merge_add(c->merge, &m, err);
}

static int read_source(struct ctx *c, const char *path, struct err *err)
{
	struct source *s = source_open(path, &c->source, err);
	struct source_row row;
	int got;

	if (!s)
		return -1;
	c->bases = mem_resize(c->bases, c->nbases + 1, sizeof(*c->bases));
	c->bases[c->nbases++] = mem_strdup(source_base(s));
	str_reset(&c->tail);
	str_puts(&c->tail, ",\"ingested_from\":");
	json_put_string(&c->tail, span_of(source_base(s)));
	str_putc(&c->tail, '}');
	if (source_anonymous(s)) {
		source_close(s);
		return err_set(err, ERR_DATA, "header",
			       "%s: the header has neither permalink_url nor "
			       "title, so no row can be told from another; "
			       "name them with --map theirs=ours",
			       path);
	}
	while ((got = source_next(s, &row, err)) == 1) {
		c->p.in++;
		progress_show(&c->p);
		if (process(c, &row, err)) {
			got = -2;
			break;
		}
	}
	if (got == -1)
		err_prefix(err, "%s", path);
	c->repaired += source_repaired(s);
	source_close(s);
	return got ? -1 : 0;
}

static int emit(void *ctx, struct span record, struct err *err)
{
	struct ctx *c = ctx;

	c->p.ok++;
	str_reset(&c->line);
	str_span(&c->line, record);
	return put(c->out, &c->line, err);
}

static int absorbed(void *ctx, const struct merge_row *row, struct err *err)
{
	struct ctx *c = ctx;

	c->nmerged++;
	if (!c->merged)
		return 0;
	ledger_line(&(struct ledger_entry){ row->id, c->bases[row->file],
					    row->line, NULL, row->raw },
		    &c->line);
	return put(c->merged, &c->line, err);
}

static int commit(struct atomic **a, struct err *err)
{
	struct atomic *x = *a;

	*a = NULL;
	return x ? atomic_commit(x, err) : 0;
}

static int run(struct ctx *c, char **files, int nfiles, struct err *err)
{
	static const struct merge_ops ops = { emit, absorbed };
	char dash[] = "-", *from_stdin[] = { dash };

	if (nfiles == 0) {
		files = from_stdin;
		nfiles = 1;
	}
	if ((c->rejects_path &&
	     !(c->rejects = atomic_open(c->rejects_path, err))) ||
	    (c->merged_path &&
	     !(c->merged = atomic_open(c->merged_path, err))) ||
	    !(c->out = atomic_open(c->o.output, err)))
		return -1;
	c->merge = merge_new(c->o.memory, c->sorted);
	for (int i = 0; i < nfiles; i++)
		if (read_source(c, files[i], err))
			return -1;
	if (merge_run(c->merge, &ops, c, err))
		return -1;
	if (commit(&c->rejects, err) || commit(&c->merged, err))
		return -1;
	return commit(&c->out, err);
}

static int set_up(struct ctx *c, struct err *err)
{
	const char *d = c->delimiter;

	if (c->format && sourceformat_parse(c->format, &c->source.format))
		return err_set(err, ERR_USAGE, "usage",
			       "--format %s: expected "
			       "auto, csv, tsv, ndjson or audio",
			       c->format);
	if (d && sourceformat_delimiter(d, &c->source.delimiter))
		return err_set(err, ERR_USAGE, "usage",
			       "--delimiter %s: expected one character, not a "
			       "quote or line end, or \"tab\"",
			       d);
	c->source.row_limit = c->row_limit;
	c->source.map = fieldmap_new(err);
	if (!c->source.map)
		return -1;
	for (size_t i = 0; i < c->maps.count; i++)
		if (fieldmap_add(c->source.map, c->maps.items[i], err))
			return -1;
	return 0;
}

static void report(const struct ctx *c)
{
	if (c->o.verbose)
		fprintf(stderr,
			"ingest: repaired %llu cells or lines that held NUL or "
			"were not UTF-8\n",
			(unsigned long long)c->repaired);
	if (!c->o.quiet)
		fprintf(stderr,
			"ingest: in=%llu ok=%llu err=%llu merged=%llu "
			"%.1fs\n",
			(unsigned long long)c->p.in,
			(unsigned long long)c->p.ok,
			(unsigned long long)c->p.errors,
			(unsigned long long)c->nmerged,
			progress_clock() - c->p.start);
}

static void release(struct ctx *c)
{
	atomic_abort(c->rejects);
	atomic_abort(c->merged);
	atomic_abort(c->out);
	merge_free(c->merge);
	fieldmap_free(c->source.map);
	identity_release(&c->identity);
	str_release(&c->record);
	str_release(&c->line);
	str_release(&c->tail);
	for (size_t i = 0; i < c->nbases; i++)
		free(c->bases[i]);
	free(c->bases);
	free(c->maps.items);
}

int main(int argc, char **argv)
{
	struct ctx c = { .row_limit = 4 << 20 };
	const struct option_spec specs[] = {
		{ "map", 0, OPTION_LIST, &c.maps, 0, 0 },
		{ "format", 0, OPTION_TEXT, &c.format, 0, 0 },
		{ "delimiter", 0, OPTION_TEXT, &c.delimiter, 0, 0 },
		{ "row-limit", 0, OPTION_SIZE, &c.row_limit, 0, 0 },
		{ "rejects", 0, OPTION_TEXT, &c.rejects_path, 0, 0 },
		{ "merged", 0, OPTION_TEXT, &c.merged_path, 0, 0 },
		{ "sorted", 0, OPTION_FLAG, &c.sorted, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status = 0;
	int at =
	    options_parse(&c.o, "ingest", usage, specs, argc, argv, &status);

	if (at < 0)
		return status;
	progress_start(&c.p, &c.o);
	if (set_up(&c, &err) || run(&c, argv + at, argc - at, &err)) {
		status = options_fail(&c.o, &err);
	} else {
		report(&c);
		status = progress_status(&c.p);
	}
	release(&c);
	return status;
}
