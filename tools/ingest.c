/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ingest: one clean record per track out of a messy crawl.
 * Reads: CSV, TSV, NDJSON, playlists, AcousticBrainz JSON, archives of these
 * (gzip or not), folders of audio.
 * Adds: id, ingested_from; audio (folders), lyrics_origin, measured_elsewhere.
 * Keeps every other member.
 * Artifacts: rejects and merged rows as NDJSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "corpus/ledgers.h"
#include "corpus/merge.h"
#include "corpus/origins.h"
#include "corpus/source.h"
#include "io/options.h"
#include "io/progress.h"

static const char usage[] =
    "usage: ingest [--map theirs=ours]... [--format "
    "auto|csv|tsv|ndjson|audio|json|\n"
    "              m3u|xspf]"
    " [--delimiter C] [--row-limit SIZE] [--rejects FILE]\n"
    "              [--merged FILE] [--sorted] [-qv] [-o FILE] [--memory SIZE]\n"
    "              [--max-errors N|P%] [FILE|FOLDER]...\n"
    "\n"
    "Makes one NDJSON record per track out of tables, NDJSON, playlists, "
    "AcousticBrainz\n"
    "JSON, archives of these, and folders of audio.\n"
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
	bool folder; /* is what is read, whose rows are files */
	struct source_options source;
	struct merge *merge;
	struct ledgers files;
	struct origins origins;
	struct identity identity;
	struct str record, note;
	uint64_t nmerged, repaired, mended, outside;
};

static void say_rejected(struct ctx *c, const struct ledger_entry *e)
{
	str_reset(&c->note);
	if (c->folder)
		str_span(&c->note, e->raw);
	else
		str_printf(&c->note, "%s:%llu", e->file,
			   (unsigned long long)e->line);
	str_printf(&c->note, ": rejected: %s", e->reason);
	options_say(&c->o, str_z(&c->note));
}

static int reject(struct ctx *c, const struct source_row *row,
		  const char *reason, struct err *err)
{
	struct ledger_entry e = { .file = str_z(&c->origins.name),
				  .line = row->line,
				  .reason = reason,
				  .raw = row->raw };

	c->p.errors++;
	if (c->o.verbose || (!c->o.quiet && c->p.errors <= NOTES))
		say_rejected(c, &e);
	else if (!c->o.quiet && c->p.errors == NOTES + 1)
		fputs("ingest: more rows are rejected (--rejects FILE lists "
		      "them, -v says each)\n",
		      stderr);
	return ledgers_note(&c->files, c->files.rejects, &e, err);
}

static int process(struct ctx *c, const struct source_row *row, struct err *err)
{
	struct merge_row m = { .file = (uint32_t)c->origins.file,
			       .line = row->line };
	char id[IDENTITY_SIZE];

	if (row->reason)
		return reject(c, row, row->reason, err);
	if (identity_make(&c->identity, &row->facts, id))
		return reject(c, row,
			      "no identity: neither a usable "
			      "permalink_url nor a title",
			      err);
	m.id = (struct span){ id, IDENTITY_SIZE - 1 };
	m.key = merge_expect(c->merge, m.id);
	str_reset(&c->record);
	str_puts(&c->record, "{\"id\":\"");
	str_puts(&c->record, id);
	str_putc(&c->record, '"');
	if (row->members.n)
		str_putc(&c->record, ',');
	str_span(&c->record, row->members);
	str_span(&c->record, span_str(&c->origins.tail));
	m.record = span_str(&c->record);
	if (c->merged_path)
		m.raw = row->raw;
	return merge_add(c->merge, &m, err);
}

static int read_source(struct ctx *c, const char *path, struct err *err)
{
	struct source *s = source_open(path, &c->source, err);
	struct source_row row;
	struct stat st;
	int got;

	if (!s)
		return -1;
	c->folder = !stat(path, &st) && S_ISDIR(st.st_mode);
	origins_begin(&c->origins, source_base(s));
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
		origins_follow(&c->origins, row.inside);
		if (process(c, &row, err)) {
			got = -2;
			break;
		}
	}
	if (got == -1)
		err_prefix(err, "%s", path);
	c->repaired += source_repaired(s);
	c->mended += source_mended(s);
	c->outside += source_outside(s);
	source_close(s);
	return got ? -1 : 0;
}

static int emit(void *ctx, struct span record, struct err *err)
{
	struct ctx *c = ctx;

	c->p.ok++;
	return ledgers_record(&c->files, record, err);
}

static int absorbed(void *ctx, const struct merge_row *row, struct err *err)
{
	struct ctx *c = ctx;

	c->nmerged++;
	return ledgers_note(&c->files, c->files.merged,
			    &(struct ledger_entry){ row->id,
						    c->origins.names[row->file],
						    row->line, NULL, row->raw },
			    err);
}

static int run(struct ctx *c, char **files, int nfiles, struct err *err)
{
	static const struct merge_ops ops = { emit, absorbed };
	char dash[] = "-", *from_stdin[] = { dash };

	if (nfiles == 0) {
		files = from_stdin;
		nfiles = 1;
	}
	if (ledgers_open(&c->files, c->o.output, c->rejects_path,
			 c->merged_path, err))
		return -1;
	c->merge = merge_new(c->o.memory, c->sorted);
	for (int i = 0; i < nfiles; i++)
		if (read_source(c, files[i], err))
			return -1;
	if (merge_run(c->merge, &ops, c, err))
		return -1;
	return ledgers_commit(&c->files, err);
}

static int set_up(struct ctx *c, struct err *err)
{
	const char *d = c->delimiter;

	if (c->format && sourceformat_parse(c->format, &c->source.format))
		return err_set(err, ERR_USAGE, "usage",
			       "--format %s: expected "
			       "auto, csv, tsv, ndjson, audio, json, m3u or "
			       "xspf",
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

/* Said whatever the options: the outcome is hardly what was asked for. */
static void warn(const struct ctx *c)
{
	const char *option;
	struct span theirs;
	size_t at = 0;

	while ((option = fieldmap_unmet(c->source.map, &at, &theirs)))
		fprintf(stderr,
			"ingest: warning: --map %s: no operand has a column "
			"or member \"%.*s\"; look at the spelling and case\n",
			option, (int)theirs.n, theirs.p);
}

static void report(const struct ctx *c)
{
	warn(c);
	if (c->o.verbose)
		fprintf(stderr,
			"ingest: repaired %llu cells or lines that held NUL or "
			"were not UTF-8, mended %llu texts, left out %llu "
			"features out of range\n",
			(unsigned long long)c->repaired,
			(unsigned long long)c->mended,
			(unsigned long long)c->outside);
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
	ledgers_release(&c->files);
	origins_release(&c->origins);
	merge_free(c->merge);
	fieldmap_free(c->source.map);
	identity_release(&c->identity);
	str_release(&c->record);
	str_release(&c->note);
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
