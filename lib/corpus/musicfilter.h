/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a record music, and of which kind? Evidence from its words, duration,
 * plays and sound (filterwords.h) and from the artist's other tracks is added
 * up as log-odds against a track; the four sums give probabilities (softmax).
 * A record is no music where talk and noise together reach the table's limit:
 * a wrong removal loses a song, a wrong stay only costs a place.
 */
#ifndef MOODPIPE_MUSICFILTER_H
#define MOODPIPE_MUSICFILTER_H

#include "corpus/artists.h"
#include "corpus/filterwords.h"
#include "io/feat.h"
#include "io/pack.h"
#include "io/record.h"

struct musicfilter {
	struct filterwords words;
	double start[MUSIC_CLASSES];
	double limit;
	/* Ramps over columns of a schema, where one was bound. */
	struct musicfilter_ramp {
		size_t row;
		int column;
	} * ramps;
	size_t ramp_count;

	struct pack *model; /* or NULL */
	struct artists_index index;
};

/* A table's text. name is for messages. -1: ERR_DATA. */
int musicfilter_parse(struct musicfilter *m, struct span tsv, const char *name,
		      struct err *err);
/* Finds the columns of the sound rows. -1, ERR_DATA: one is missing. */
int musicfilter_bind(struct musicfilter *m, const struct feat_schema *s,
		     const char *source, struct err *err);
/* A model that musicfilter_fit wrote: what an artist's tracks say together. */
int musicfilter_open(struct musicfilter *m, const char *path, struct err *err);
void musicfilter_release(struct musicfilter *m); /* a zeroed one is fine */

/* Per thread; zeroed it is valid. */
struct musicfilter_scratch {
	struct filter_scan scan;
	struct str text;
	struct evidence {
		size_t row; /* of the table */
		enum filter_where field;
		double value; /* minutes, plays, share; else 0 */
		double weight[MUSIC_CLASSES];
	} * found;
	size_t count, cap;
};
void musicfilter_scratch_release(struct musicfilter_scratch *s);

struct music_verdict {
	bool is_music;
	enum music_class class;
	double p[MUSIC_CLASSES]; /* they sum to 1 */
};
/* sound: the record's row of the schema bound to, or NULL. The evidence stays
 * in s for musicfilter_reasons. */
struct music_verdict musicfilter_judge(const struct musicfilter *m,
				       struct musicfilter_scratch *s,
				       const struct record *r,
				       const struct feat_row *sound);
/* Appends the JSON array of the reasons for the verdict, at most `most`, the
 * strongest first ("title: interview with"); returns their number. Uses the
 * evidence up. */
int musicfilter_reasons(const struct musicfilter *m,
			struct musicfilter_scratch *s,
			const struct music_verdict *v, int most,
			struct str *out);

/* What the record last judged with s adds to its artist: how much its words
 * speak for no music or for music, in log-odds from 0 to 6 where 3 is
 * neither; its duration and the rest may take from that, not add to it, so
 * doubts do not add up. */
double musicfilter_lean(const struct musicfilter *m,
			const struct musicfilter_scratch *s);

/* Fitting: for every artist of the corpus how many tracks there are and the
 * sum of musicfilter_lean. */
#define MUSICFILTER_KIND "moodmusic"
#define MUSICFILTER_VERSION 2
struct musicfilter_fit {
	const struct musicfilter *filter; /* without a model */
	struct musicfilter_scratch scratch;
	struct artists_fit artists;
};
void musicfilter_fit_init(struct musicfilter_fit *f,
			  const struct musicfilter *m, size_t memory);
void musicfilter_fit_release(struct musicfilter_fit *f);
/* Of the shape of stream_each's callback; ctx is the fit. */
int musicfilter_fit_each(void *ctx, struct record *r, struct err *err);
int musicfilter_fit_write(struct musicfilter_fit *f, const char *path,
			  struct err *err);

#endif
