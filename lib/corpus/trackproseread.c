/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of trackprose.h that reads records. */
#include "corpus/trackprose.h"

#include "corpus/track.h"

void trackprose_release(struct trackprose_work *w)
{
	str_release(&w->title);
	str_release(&w->artist);
	str_release(&w->genre);
	str_release(&w->tags);
	str_release(&w->description);
	str_release(&w->vibe);
}

static struct span known(const struct str *s, bool there, double confidence)
{
	return there && confidence >= TRACKPROSE_CONFIDENCE
		   ? span_str(s)
		   : (struct span){ NULL, 0 };
}

bool trackprose_read(struct trackprose_work *w, const struct record *r,
		     struct str *out)
{
	struct trackprose p;
	double sure = 1;
	bool there;

	p.title = known(&w->title, record_text(r, "title", &w->title), 1);
	p.artist = known(&w->artist, record_text(r, "artist", &w->artist), 1);
	there = track_genre(r, &w->genre, &sure) != TRACK_ABSENT;
	p.genre = known(&w->genre, there, sure);
	there = track_tags(r, &w->tags, &sure) != TRACK_ABSENT;
	p.tags = known(&w->tags, there, sure);
	there = track_description(r, &w->description, &sure) != TRACK_ABSENT;
	p.description = known(&w->description, there, sure);
	p.vibe =
	    known(&w->vibe, record_text(r, "extracted_vibe_text", &w->vibe), 1);
	return trackprose_write(&p, out);
}
