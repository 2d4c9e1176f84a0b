/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "corpus/overview.h"

/* For people; those of none are not in the text. */
static const char *const group_titles[OVERVIEW_GROUPS] = {
	[OVERVIEW_REJECTS] = "rows refused, why",
	[OVERVIEW_LINKS] = "links",
	[OVERVIEW_REASONS] = "links, and why",
	[OVERVIEW_RECOVERED] = "dead links found elsewhere, by",
	[OVERVIEW_CLASSES] = "music or not",
	[OVERVIEW_TALK] = "not music, why",
	[OVERVIEW_AUDIO] = "sound, or why there is none",
	[OVERVIEW_HEARD] = "heard",
	[OVERVIEW_LANGUAGES] = "languages",
	[OVERVIEW_ERRORS] = "failed",
	[OVERVIEW_TURNED] = "links that turned since last time",
};

static void text_line(struct str *out, const char *name, uint64_t n)
{
	str_printf(out, "%-22s %llu\n", name, (unsigned long long)n);
}

static void put_name(struct str *out, const struct table_entry *e)
{
	str_printf(out, "  %9llu  ", (unsigned long long)e->value);
	overview_mask(out, e->key);
	str_putc(out, '\n');
}

static void text_group(const struct overview *s, enum overview_group g,
		       size_t most, struct str *out)
{
	const struct table *t = &s->groups[g];
	const struct table_entry **list = overview_ranked(t);
	uint64_t rest = 0;

	if (t->count)
		str_printf(out, "%s\n", group_titles[g]);
	for (size_t i = 0; i < t->count; i++) {
		if (i >= most)
			rest += list[i]->value;
		else
			put_name(out, list[i]);
	}
	if (rest)
		str_printf(out, "  %9llu  of %zu others\n",
			   (unsigned long long)rest, t->count - most);
	free(list);
}

static void text_fields(const struct overview *s, struct str *out)
{
	str_puts(out, "fields                  given   guessed  absent  "
		      "right (expected)\n");
	for (int f = 0; f < OVERVIEW_FIELDS; f++) {
		const struct overview_coverage *c = &s->fields[f];

		str_printf(
		    out, "  %-16s %10llu %9llu %7llu",
		    overview_field_name((enum overview_field)f),
		    (unsigned long long)c->source,
		    (unsigned long long)c->imputed,
		    (unsigned long long)(s->records - c->source - c->imputed));
		if (c->imputed)
			str_printf(
			    out, "  %.0f %%",
			    100 * overview_mean(c->confidence, c->imputed));
		str_putc(out, '\n');
	}
}

/* A guess is right by the share of the truth's variance that it explains. */
static void text_sound(const struct overview *s, struct str *out)
{
	uint64_t known = s->heard + s->guessed;

	if (!known)
		return;
	str_printf(
	    out, "  %-16s %10llu %9llu %7llu", "sound",
	    (unsigned long long)s->heard, (unsigned long long)s->guessed,
	    (unsigned long long)(s->records > known ? s->records - known : 0));
	if (s->guessed)
		str_printf(out, "  %.0f %% of what differs",
			   100 * overview_mean(s->sure, s->guessed));
	str_putc(out, '\n');
}

static void text_moods(const struct overview *s, struct str *out)
{
	static const char *const names[] = { "excited, joyful", "angry, tense",
					     "sad, melancholic",
					     "calm, peaceful" };

	str_puts(out, "moods\n");
	for (int q = 0; q < 4; q++)
		str_printf(out, "  %9llu  %s\n",
			   (unsigned long long)s->quadrants[q], names[q]);
	if (s->records > s->moods)
		str_printf(out, "  %9llu  without\n",
			   (unsigned long long)(s->records - s->moods));
}

void overview_text(const struct overview *s, struct str *out)
{
	text_line(out, "tracks", s->records);
	if (s->compared)
		str_printf(out,
			   "since last time        %llu new, %llu changed, "
			   "%llu gone\n",
			   (unsigned long long)s->added,
			   (unsigned long long)s->changed,
			   (unsigned long long)s->gone);
	text_line(out, "rows refused", s->rejected);
	text_line(out, "rows merged", s->merged);
	text_line(out, "recordings joined", s->joined);
	text_line(out, "dead links found", s->recovered);
	text_line(out, "sound measured", s->heard);
	text_line(out, "sound guessed", s->guessed);
	text_group(s, OVERVIEW_LINKS, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_REASONS, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_TURNED, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_RECOVERED, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_AUDIO, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_HEARD, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_CLASSES, OVERVIEW_SHOWN, out);
	text_group(s, OVERVIEW_TALK, OVERVIEW_SHOWN / 4, out);
	text_group(s, OVERVIEW_REJECTS, OVERVIEW_SHOWN / 2, out);
	text_fields(s, out);
	text_sound(s, out);
	text_moods(s, out);
	text_group(s, OVERVIEW_LANGUAGES, OVERVIEW_SHOWN / 2, out);
	overview_slowest_text(&s->slowest, out);
	text_group(s, OVERVIEW_ERRORS, OVERVIEW_SHOWN, out);
	overview_failures_text(&s->failures, OVERVIEW_SHOWN / 2, out);
}

/* A label's value (Prometheus' text format 0.0.4). */
static void put_label(struct str *out, struct span value)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\\' || c == '"')
			str_putc(out, '\\');
		if (c == '\n')
			str_puts(out, "\\n");
		else
			str_putc(out, c);
	}
}

static void metric(struct str *out, const char *name, const char *help)
{
	str_printf(out, "# HELP moodpipe_%s %s\n# TYPE moodpipe_%s gauge\n",
		   name, help, name);
}

static void metric_group(const struct overview *s, enum overview_group g,
			 const char *name, const char *help, struct str *out)
{
	const struct table_entry **list = overview_ranked(&s->groups[g]);

	metric(out, name, help);
	for (size_t i = 0; i < s->groups[g].count; i++) {
		str_printf(out, "moodpipe_%s{status=\"", name);
		put_label(out, list[i]->key);
		str_printf(out, "\"} %llu\n",
			   (unsigned long long)list[i]->value);
	}
	free(list);
}

static void metric_one(struct str *out, const char *name, const char *help,
		       uint64_t n)
{
	metric(out, name, help);
	str_printf(out, "moodpipe_%s %llu\n", name, (unsigned long long)n);
}

void overview_metrics(const struct overview *s, struct str *out)
{
	metric_one(out, "tracks", "Tracks in the corpus.", s->records);
	metric_one(out, "rejected_rows", "Rows of the crawl that were refused.",
		   s->rejected);
	metric_one(out, "failed_tracks", "Tracks that a stage failed on.",
		   s->failed);
	metric_one(out, "heard_tracks", "Tracks whose sound was measured.",
		   s->heard);
	metric_one(out, "recovered_links", "Dead links found elsewhere.",
		   s->recovered);
	metric_group(s, OVERVIEW_LINKS, "links", "Links by status.", out);
	metric_group(s, OVERVIEW_AUDIO, "audio", "Tracks by status of sound.",
		     out);
	metric(out, "coverage", "Tracks with a field, by where it is from.");
	for (int f = 0; f < OVERVIEW_FIELDS; f++) {
		const struct overview_coverage *c = &s->fields[f];

		str_printf(out,
			   "moodpipe_coverage{field=\"%s\",from=\"source\"} "
			   "%llu\n"
			   "moodpipe_coverage{field=\"%s\",from=\"imputed\"} "
			   "%llu\n",
			   overview_field_name((enum overview_field)f),
			   (unsigned long long)c->source,
			   overview_field_name((enum overview_field)f),
			   (unsigned long long)c->imputed);
	}
	if (!s->compared)
		return;
	metric(out, "changes", "Tracks that changed since the last build.");
	str_printf(out,
		   "moodpipe_changes{kind=\"added\"} %llu\n"
		   "moodpipe_changes{kind=\"changed\"} %llu\n"
		   "moodpipe_changes{kind=\"gone\"} %llu\n",
		   (unsigned long long)s->added, (unsigned long long)s->changed,
		   (unsigned long long)s->gone);
}
