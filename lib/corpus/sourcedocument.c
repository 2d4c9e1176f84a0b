/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole JSON document: AcousticBrainz's, one ({"lowlevel":..}) or several as
 * its API gives them ({"<recording>":{"0":{..}}}).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/sourceparts.h"
#include "io/json.h"
#include "text/utf8.h"

struct document_state {
	struct span json;
	struct span name;      /* of the recording at hand */
	struct span submitted; /* its analyses */
	size_t pos, inner;
	uint64_t rows;
	bool single, done;
};

static int open(struct source *s, struct err *err)
{
	struct document_state *d;
	const char *why = "text behind the document", *end;
	struct span json;

	if (!utf8_valid(span_str(&s->text))) {
		sourcerow_repair(s->row, span_str(&s->text), &s->row->clean);
		str_reset(&s->text);
		str_span(&s->text, span_str(&s->row->clean));
	}
	json = span_trim(span_str(&s->text));
	end = json_skip(json.p, json.p + json.n, &why);
	if (end != json.p + json.n)
		return err_set(err, ERR_DATA, "format", "malformed JSON: %s",
			       why);
	d = s->state = mem_zalloc(1, sizeof(*d));
	d->json = json;
	d->single = json_get(json, "metadata").n > 0;
	return 0;
}

/* The next analysis of a document of several: its JSON and recording. */
static bool next_of_several(struct document_state *d, struct span *json)
{
	struct span key, v;

	for (;;) {
		if (d->submitted.n &&
		    json_member(d->submitted, &d->inner, &key, json)) {
			if (json_type(*json) == JSON_OBJECT)
				return true;
			continue;
		}
		if (!json_member(d->json, &d->pos, &key, &v))
			return false;
		d->name = key;
		d->submitted = json_type(v) == JSON_OBJECT && key.n == 36
				   ? v
				   : (struct span){ 0 };
		d->inner = 0;
	}
}

static int next(struct source *s, struct source_row *row, struct err *err)
{
	struct document_state *d = s->state;
	struct span json = d->json, name = span_of(s->base);

	(void)err;
	if (d->done)
		return 0;
	if (d->single) {
		d->done = true;
	} else if (next_of_several(d, &json)) {
		name = d->name;
	} else {
		d->done = true;
		if (d->rows)
			return 0;
		json.n = 0;
	}
	row->line = ++d->rows;
	row->raw = name;
	if (!json.n || !source_acousticbrainz(s, json, name, row))
		row->reason = "a JSON document that is neither AcousticBrainz "
			      "nor JSPF; make it one object per line: jq -c .";
	return 1;
}

static void close(struct source *s)
{
	free(s->state);
}

const struct source_reader source_document = { open, next, close };
