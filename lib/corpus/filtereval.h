/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well music-filter removes what is no music: its answers against labels
 * of a stratified sample, of one part of the uploaders. tests/labels/README
 * says how the sample was drawn; here its rules are applied anew:
 *
 *	half	   dev: uploaders of whom a track has a label of dev; test: all
 *		   others, whether labelled or not
 *	stratum	   words: one of a list of words is in "title genre tags";
 *		   else long: above 15 minutes; else rest
 *	weight	   of a labelled record: records of its half and stratum, by
 *		   the labelled ones among them
 *
 * So all records of the crawl must be given, not the labelled ones alone.
 * Intervals are Wilson's (1927) at 95 %, of the effective sample size
 * (sum w)^2 / sum w^2 (Kish 1965).
 */
#ifndef MOODPIPE_FILTEREVAL_H
#define MOODPIPE_FILTEREVAL_H

#include "base/table.h"
#include "corpus/filterwords.h"
#include "io/record.h"

enum filter_half { FILTER_DEV, FILTER_TEST, FILTER_HALVES };
enum filter_stratum {
	FILTER_IN_WORDS,
	FILTER_LONG,
	FILTER_REST,
	FILTER_STRATA
};

/* text: title, genre and tags, joined by blanks, tags with blanks quoted. */
enum filter_stratum filtereval_stratum(struct span text, double duration_ms);

/* Lower and upper bound of a share p of n. */
void filtereval_wilson(double p, double n, double *low, double *high);

struct filtereval {
	enum filter_half half;
	bool sure;            /* leave out doubtful labels, "talk?" */
	bool list;            /* list wrong removals and stays; of dev only */
	struct table labels;  /* track_id -> class + 1 | doubt | test */
	struct table artists; /* name -> number of its uploader + 1 */
	struct filtereval_uploader {
		bool dev; /* has a label of dev */
		size_t records[FILTER_STRATA];
	} * uploaders;
	size_t uploader_cap;
	struct filtereval_item {
		uint64_t label; /* number of its entry */
		enum music_class truth, said;
		enum filter_stratum stratum;
		bool removed, test; /* test: label of the test half */
		size_t uploader;
	} * items; /* of both halves until the report */
	size_t count, cap;
	size_t records[FILTER_STRATA]; /* of the half, from the report on */
	struct str text, part;
};

/* Lines "track_id<TAB>label", or with "<TAB>test" or "<TAB>dev" behind them.
 * -1: ERR_ENV, ERR_DATA. */
int filtereval_read_labels(struct filtereval *e, const char *path,
			   struct err *err);
/* Of the shape of stream_each's callback; ctx is the struct filtereval. */
int filtereval_each(void *ctx, struct record *r, struct err *err);
/* Appends the table, or one JSON object. Once only. */
void filtereval_report(struct filtereval *e, bool json, struct str *out);
void filtereval_release(struct filtereval *e);

#endif
