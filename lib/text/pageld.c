/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/json.h"
#include "text/pagefound.h"

#define DEPTH 32

struct walk {
	struct pagefound *f;
	bool named;       /* this pass: what has the title's name */
	bool several;     /* recordings of different names */
	struct str first; /* name of the first recording */
	struct str text;  /* scratch */
};

struct node { /* what a JSON-LD object says of itself */
	struct span type, name, url, format;
};

static bool starts(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && span_ieq((struct span){ s.p, n }, word);
}

static bool is_type(struct span raw, const char *word)
{
	struct span type;
	size_t pos = 0;

	if (json_type(raw) == JSON_ARRAY) {
		while (json_each(raw, &pos, &type))
			if (json_type(type) == JSON_STRING &&
			    is_type(type, word))
				return true;
		return false;
	}
	return raw.p && memmem(raw.p, raw.n, word, strlen(word)) != NULL;
}

static struct node node_of(struct span object)
{
	struct span raw, value;
	struct node n = { 0 };
	size_t pos = 0;

	while (json_member(object, &pos, &raw, &value))
		if (json_name_is(raw, "@type"))
			n.type = value;
		else if (json_name_is(raw, "name") ||
			 (json_name_is(raw, "headline") && !n.name.p))
			n.name = value;
		else if (json_name_is(raw, "contentUrl"))
			n.url = value;
		else if (json_name_is(raw, "encodingFormat") ||
			 json_name_is(raw, "fileFormat"))
			n.format = value;
	return n;
}

/* A string value: a recording of that name is there. */
static void found(struct walk *w, struct span url, struct span name)
{
	struct str decoded = { 0 };
	bool match;

	str_reset(&w->text);
	if (json_string(url, &w->text))
		return;
	if (name.p)
		json_string(name, &decoded);
	match = pagefound_is_title(w->f, span_str(&decoded)) > 0;
	if (!w->named && decoded.n) {
		if (!w->first.n)
			str_span(&w->first, span_str(&decoded));
		else if (!span_eq(span_str(&w->first), span_str(&decoded)))
			w->several = true;
	}
	if (w->named == match)
		pagefound_add(w->f, span_str(&w->text),
			      match ? PAGEFOUND_NAMED : PAGEFOUND_LD);
	str_release(&decoded);
}

static bool is_sound(struct walk *w, const struct node *n, bool sound)
{
	str_reset(&w->text);
	if (n->format.p && !json_string(n->format, &w->text) &&
	    (starts(span_str(&w->text), "video/") ||
	     starts(span_str(&w->text), "image/")))
		return false;
	return starts(span_str(&w->text), "audio/") ||
	       is_type(n->type, "AudioObject") ||
	       is_type(n->type, "MusicRecording") ||
	       is_type(n->type, "PodcastEpisode") ||
	       is_type(n->type, "RadioEpisode") || (sound && !n->type.p) ||
	       (sound && is_type(n->type, "MediaObject"));
}

/* sound: reached through a member that holds sound. */
static void walk(struct walk *w, struct span value, struct span name,
		 bool sound, int depth)
{
	struct span raw, v;
	struct node n;
	size_t pos = 0;

	if (depth > DEPTH)
		return;
	if (json_type(value) == JSON_ARRAY) {
		while (json_each(value, &pos, &v))
			walk(w, v, name, sound, depth + 1);
		return;
	}
	if (json_type(value) == JSON_STRING && sound)
		found(w, value, name);
	if (json_type(value) != JSON_OBJECT)
		return;
	n = node_of(value);
	name = json_type(n.name) == JSON_STRING ? n.name : name;
	if (n.url.p && is_sound(w, &n, sound))
		found(w, n.url, name);
	while (json_member(value, &pos, &raw, &v)) {
		bool audio = json_name_is(raw, "audio");

		if (audio || json_type(v) == JSON_OBJECT ||
		    json_type(v) == JSON_ARRAY)
			walk(w, v, name,
			     audio || (json_type(v) != JSON_STRING &&
				       (json_name_is(raw, "associatedMedia") ||
					json_name_is(raw, "encoding"))),
			     depth + 1);
	}
}

/* Out of the comment or CDATA section that some pages put around it. */
static struct span bare(struct span s)
{
	for (;;) {
		while (s.n && s.p[0] != '{' && s.p[0] != '[') {
			s.p++;
			s.n--;
		}
		if (s.n <= 7 || memcmp(s.p, "[CDATA[", 7))
			return s;
		s = (struct span){ s.p + 7, s.n - 7 };
	}
}

void pagefound_read_ld(struct pagefound *f, struct span json)
{
	const struct span none = { NULL, 0 };
	struct walk w = { .f = f, .named = true };
	const char *why, *end;

	json = bare(json);
	end = json.n ? json_skip(json.p, json.p + json.n, &why) : NULL;
	if (!end)
		return;
	json.n = (size_t)(end - json.p);
	walk(&w, json, none, false, 0);
	w.named = false;
	/* An album's page: whatever its first track is, it is not ours. */
	if (!f->title.n || !f->out->count ||
	    f->out->at[0].rank > PAGEFOUND_NAMED) {
		struct page_links *out = f->out;
		struct page_links all = { 0 };

		f->out = &all;
		walk(&w, json, none, false, 0);
		f->out = out;
		for (size_t i = 0; i < all.count && !(w.several && f->title.n);
		     i++)
			pagefound_add(f, span_str(&all.at[i].url),
				      PAGEFOUND_LD);
		page_links_release(&all);
	}
	str_release(&w.first);
	str_release(&w.text);
}
