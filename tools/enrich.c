/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * enrich: derive what a record implies: era, recency, popularity, standing of
 * its artist, how well it is described, its language, whether it is sung.
 *
 * Reads title, artist, year, created_at, genre, tags, description,
 * playback_count, permalink_url, extracted_vibe_text, likes_count,
 * favoritings_count, lyrics, measured_elsewhere. Adds release_year, era_category, recency_score,
 * popularity, popularity_tier, engagement_rate, artist_track_count,
 * artist_avg_playback, is_prolific, artist_authority, metadata_richness,
 * text_length, language, languages, instrumental, instrumental_reason. With
 * --fit writes a model (a pack of kind "moodrich").
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/eras.h"
#include "corpus/fields.h"
#include "corpus/richmodel.h"
#include "corpus/wording.h"
#include "io/stream.h"
#include "learn/recipe.h"

static const char usage[] =
    "usage: enrich [--model FILE] [--as-of DATE] [FILE ...]\n"
    "       enrich --fit FILE [--as-of DATE] [FILE ...]\n"
    "\n"
    "Adds what a record implies: its year and era, recency, popularity and "
    "tier,\n"
    "engagement, the standing of its artist, richness of metadata, text "
    "length,\n"
    "language, and whether it is instrumental.\n"
    "\n"
    "      --fit FILE      fit a model on all records and write it to FILE\n"
    "      --model FILE    apply this model; without one, members that need "
    "the\n"
    "                      whole corpus are left out\n"
    "      --as-of DATE    the day recency counts from, YYYY-MM-DD\n"
    "                      (default: the model's)\n"
    "      --memo FILE     remember what was done, and with\n"
    "      --previous FILE the earlier output, do only what is new\n"
    "  -o, --output FILE   write there instead of to standard output\n"
    "  -j, --jobs N        threads (default: the processors)\n"
    "      --memory SIZE   for --fit, sort on disk beyond it (default 1G)\n"
    "      --max-errors N  fail when more records failed; N or P%\n"
    "      --progress WHEN auto, always or never\n"
    "  -q, --quiet         no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { PROLIFIC = 10 }; /* tracks; more is prolific */

struct ctx {
	struct richmodel model;
	bool has_as_of;
	int64_t as_of;
	struct wording wording;
};

struct scratch {
	struct fields f;
	struct str text, folded;
	uint64_t artist;
	bool has_artist;
	struct wording_scratch wording;
};

static void *scratch_new(void *ctx)
{
	(void)ctx;
	return mem_zalloc(1, sizeof(struct scratch));
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	str_release(&s->text);
	str_release(&s->folded);
	wording_scratch_release(&s->wording);
	free(s);
}

/* An earlier run's members. Those of a record that enrich has not seen are
 * its source's, and stay unless replaced. */
static void forget(struct record *r)
{
	static const char *const own[] = {
		"release_year",       "era_category",
		"recency_score",      "popularity",
		"popularity_tier",    "engagement_rate",
		"artist_track_count", "artist_avg_playback",
		"is_prolific",        "artist_authority",
		"metadata_richness",  "text_length",
		"language",           "languages",
		"instrumental",       "instrumental_reason",
	};

	if (!record_get(r, "metadata_richness").p)
		return;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		record_remove(r, own[i]);
}

static void add_era(const struct ctx *c, struct scratch *s, struct record *r)
{
	struct span created = fields_text(s->f.at[FIELD_CREATED_AT], &s->text);
	int64_t day = 0;
	int year, created_year;
	bool dated = created.p && eras_year(created, &created_year) &&
		     !num_date(created, &day);
	char era[ERAS_NAME];

	if (!eras_year(fields_text(s->f.at[FIELD_YEAR], &s->folded), &year)) {
		if (created.p && eras_year(created, &created_year))
			year = created_year;
		else if (!eras_year(fields_text(s->f.at[FIELD_RELEASE_YEAR],
						&s->folded),
				    &year))
			return;
	}
	eras_name(year, era);
	record_set_number(r, "release_year", year, 0);
	record_set_text(r, "era_category", span_of(era));
	if (!c->has_as_of)
		return;
	if (!dated || created_year != year)
		day = eras_midyear(year);
	record_set_number(r, "recency_score", eras_recency(day, c->as_of), 4);
}

static void add_plays(const struct ctx *c, struct scratch *s, struct record *r)
{
	const struct popularity *p = &c->model.popularity;
	double plays, likes;

	if (!richmodel_plays(s->f.at[FIELD_PLAYBACK_COUNT], &plays))
		return;
	if (p->count) {
		record_set_number(r, "popularity", popularity_score(p, plays),
				  4);
		record_set_text(
		    r, "popularity_tier",
		    span_of(popularity_tier_name(popularity_tier(p, plays))));
	}
	if (plays > 0 &&
	    (fields_number(s->f.at[FIELD_LIKES_COUNT], &likes) ||
	     fields_number(s->f.at[FIELD_FAVORITINGS_COUNT], &likes)) &&
	    likes >= 0)
		record_set_number(r, "engagement_rate", likes / plays, 6);
}

/* Looked up later: by then its memory is at hand. */
static void expect_artist(const struct ctx *c, struct scratch *s)
{
	struct span name = { 0 };

	if (c->model.artists.starts)
		name = fields_text(s->f.at[FIELD_ARTIST], &s->text);
	s->has_artist = name.p != NULL;
	if (!name.p)
		return;
	s->artist = artists_key(name, &s->folded);
	artists_prefetch(&c->model.artists, s->artist);
}

static void add_artist(const struct ctx *c, struct scratch *s, struct record *r)
{
	const struct richmodel *m = &c->model;
	const struct artist *a;

	a = s->has_artist ? artists_find(&m->artists, s->artist) : NULL;
	if (!a)
		return;
	record_set_number(r, "artist_track_count", a->tracks, 0);
	if (a->played)
		record_set_number(r, "artist_avg_playback",
				  a->plays / a->played, 2);
	record_set(r, "is_prolific",
		   a->tracks > PROLIFIC ? SPAN("true") : SPAN("false"));
	record_set_number(r, "artist_authority",
			  artists_authority(a, &m->limits), 4);
}

static void add_text(struct scratch *s, struct record *r)
{
	const struct span *at = s->f.at;
	size_t filled = 0, length;

	for (int i = 0; i < FIELD_CRAWL_COUNT; i++)
		filled += fields_filled(at[i]);
	record_set_number(r, "metadata_richness",
			  (double)filled / FIELD_CRAWL_COUNT, 2);
	length = fields_length(at[FIELD_TITLE]) +
		 fields_length(at[FIELD_DESCRIPTION]) +
		 fields_length(at[FIELD_VIBE_TEXT]);
	if (length)
		record_set_number(r, "text_length", (double)length, 0);
}

static int process(void *ctx, void *scratch, struct record *r, struct err *err)
{
	const struct ctx *c = ctx;
	struct scratch *s = scratch;

	(void)err;
	fields_find(&s->f, r);
	forget(r);
	expect_artist(c, s);
	add_era(c, s, r);
	add_plays(c, s, r);
	add_text(s, r);
	add_artist(c, s, r);
	wording_add(&c->wording, &s->wording, r);
	return 0;
}

static int fit(const struct options *o, const struct ctx *c, const char *path,
	       char **files, int nfiles, struct err *err)
{
	struct richmodel_fit *f = richmodel_fit_new(o->memory);
	int rc = stream_each(files, nfiles, f, richmodel_fit_each, err);

	if (!rc)
		rc = richmodel_fit_write(f, c->has_as_of ? &c->as_of : NULL,
					 path, err);
	richmodel_fit_free(f);
	return rc;
}

static int set_up(struct ctx *c, const char *model, const char *as_of,
		  const char *fit_path, struct err *err)
{
	if (fit_path && model)
		return err_set(err, ERR_USAGE, "usage",
			       "--fit and --model "
			       "exclude each other");
	if (model && richmodel_open(&c->model, model, err))
		return -1;
	if (!fit_path && wording_open(&c->wording, err))
		return -1;
	c->has_as_of = c->model.has_as_of;
	c->as_of = c->model.as_of;
	if (!as_of)
		return 0;
	if (num_date(span_of(as_of), &c->as_of))
		return err_set(err, ERR_USAGE, "usage",
			       "--as-of \"%s\" is no "
			       "date; expected YYYY-MM-DD",
			       as_of);
	c->has_as_of = true;
	return 0;
}

static void make_recipe(const struct ctx *c, uint8_t recipe[HASH_SIZE])
{
	struct str parameters = { 0 };
	char wording[2 * HASH_SIZE + 1];

	str_puts(&parameters, "as-of=");
	if (c->has_as_of)
		str_i64(&parameters, c->as_of);
	hash_hex(c->wording.digest, HASH_SIZE, wording);
	str_printf(&parameters, " wording=%s", wording);
	recipe_make("enrich/2", str_z(&parameters),
		    c->model.pack ? pack_digest(c->model.pack) : NULL, recipe);
	str_release(&parameters);
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct options o = { 0 };
	const char *model = NULL, *as_of = NULL, *fit_path = NULL;
	struct stream s = {
		.options = &o,
		.ctx = &c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.process = process,
	};
	const struct option_spec specs[] = {
		{ "model", 0, OPTION_TEXT, &model, 0, 0 },
		{ "fit", 0, OPTION_TEXT, &fit_path, 0, 0 },
		{ "as-of", 0, OPTION_TEXT, &as_of, 0, 0 },
		{ "memo", 0, OPTION_TEXT, &s.memo, 0, 0 },
		{ "previous", 0, OPTION_TEXT, &s.previous, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first;

	first = options_parse(&o, "enrich", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (set_up(&c, model, as_of, fit_path, &err)) {
		status = options_fail(&o, &err);
	} else if (!fit_path) {
		make_recipe(&c, s.recipe);
		status = stream_run(&s, argv + first, argc - first);
	} else {
		status = 0;
		if (fit(&o, &c, fit_path, argv + first, argc - first, &err))
			status = options_fail(&o, &err);
	}
	richmodel_close(&c.model);
	wording_close(&c.wording);
	return status;
}
