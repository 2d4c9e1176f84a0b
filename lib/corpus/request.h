/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests, man answer(5): one JSON object a line, or plain words with options
 * of the command line. Both ways say the same and are checked alike: a range
 * that ends before it begins is refused, a filter that hides what another asks
 * for is warned about.
 */
#ifndef MOODPIPE_REQUEST_H
#define MOODPIPE_REQUEST_H

#include "base/err.h"
#include "base/str.h"

#define REQUEST_TOP_K_MAX 1000
#define REQUEST_QUERY_MAX 65536 /* bytes */
#define REQUEST_OPTIONS 22
#define REQUEST_MINUTES_MAX 1440

struct request_range { /* both ends included */
	bool has_min, has_max;
	double min, max;
};

struct request {
	struct str query; /* trimmed; empty where something else is asked */
	struct str qid;   /* the asker's name for it, or empty */
	int top_k;        /* 0: not given */

	/* A place in the mood space, which is asked for in place of the
	 * words' mood; each in [-1, 1], dominance NaN: not given. */
	bool has_mood;
	float valence, arousal, dominance;

	struct request_range year, duration; /* whole years; seconds */
	struct request_range popularity;     /* [0, 100], eligible.h */
	struct str genres, artists, exclude; /* one name per line */
	struct str genres_out;               /* genres that are not wanted */
	struct str languages;                /* one lower-case code per line */
	unsigned statuses; /* bits 1 << catalogue_link; 0: not given */
	bool sets;         /* DJ sets and mixes are wanted, too */
	bool literal;      /* words are words: no filters are read of them */

	/* Tracks (reference.h), one per line: that answers are to be like; that
	 * they are to be unlike; that stay in the answer. */
	struct str like, unlike, keep;
	struct str more, less; /* aspects (aspects.h), one per line */
	/* A journey, course.h: from one track or mood to another, or past
	 * stations in words, "sad -> hopeful"; each may be empty. */
	struct str from, to, arc;
	double minutes; /* that the answer lasts; 0: not given */

	struct str warnings; /* one per line */
};

void request_reset(struct request *r); /* a zeroed request is valid */
void request_release(struct request *r);
/* Replaces *to by what *from says. */
void request_copy(struct request *to, const struct request *from);
/* Is anything asked for: words, a mood, tracks, an aspect, a journey? */
bool request_asks(const struct request *r);
bool request_is_journey(const struct request *r);

/* The names, without "--", of the options that request_option knows: filters,
 * "mood", and what names tracks, aspects or a journey. i < REQUEST_OPTIONS. */
const char *request_option_name(size_t i);
/* Adds what an option says: "min-duration" "3:30", "mood" "0.5,-0.2". Names add
 * up, of other values the last counts. -1, ERR_USAGE: no such value. */
int request_option(struct request *r, const char *option, struct span value,
		   struct err *err);
/* Sets the query and checks what the options, which stay, say with it. -1,
 * ERR_RECORD: nothing is asked, or in too many words; ERR_USAGE: options that
 * contradict each other. */
int request_words(struct request *r, struct span words, struct err *err);
/* Replaces *r with what the line says. -1, ERR_RECORD: malformed, or with a
 * member of the wrong type, or a filter that is not known, or two that
 * contradict each other; r->query is then what was understood of it. An unknown
 * member outside the filters warns. */
int request_read(struct request *r, struct span line, struct err *err);

/* Appends the request as an object that request_read takes. */
void request_put(const struct request *r, struct str *out);

/* The next name of a list, of which *rest is what is left; false at the end. */
bool request_next(struct span *rest, struct span *name);
bool request_has(const struct str *lines, struct span name);

#endif
