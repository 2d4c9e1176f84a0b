/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/xspf.h"

#include <libxml/xmlreader.h>

#include "base/mem.h"
#include "base/num.h"

#define TEXT_MAX 65536 /* bytes of an element's text that are kept */

struct xspf {
	xmlTextReaderPtr reader;
	struct str value;
	struct err fault;
};

static bool is_element(struct xspf *x, const char *name)
{
	const xmlChar *n = xmlTextReaderConstLocalName(x->reader);

	return n && !strcmp((const char *)n, name);
}

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_DATA, "xml", "%s", what);
}

static void quiet(void *ctx, const char *msg, xmlParserSeverities severity,
		  xmlTextReaderLocatorPtr at)
{
	struct xspf *x = ctx;
	int n = (int)strcspn(msg, "\n");

	(void)severity;
	if (!x->fault.status)
		err_set(&x->fault, ERR_DATA, "xml",
			"malformed XML in line %d: %.*s",
			xmlTextReaderLocatorLineNumber(at), n, msg);
}

/* Moves to the next node: 1, 0 at the end, -1. */
static int step(struct xspf *x, struct err *err)
{
	int got = xmlTextReaderRead(x->reader);

	if (got >= 0)
		return got;
	if (!x->fault.status)
		malformed(&x->fault, "malformed XML");
	*err = x->fault;
	return -1;
}

struct xspf *xspf_new(struct span text, struct err *err)
{
	struct xspf *x = mem_zalloc(1, sizeof(*x));
	int got;

	x->reader =
	    text.n > INT32_MAX
		? NULL
		: xmlReaderForMemory(text.p, (int)text.n, NULL, NULL,
				     XML_PARSE_NONET | XML_PARSE_COMPACT |
					 XML_PARSE_NOCDATA);
	if (!x->reader) {
		malformed(err, "not an XML document");
		xspf_free(x);
		return NULL;
	}
	xmlTextReaderSetErrorHandler(x->reader, quiet, x);
	while ((got = step(x, err)) == 1)
		if (xmlTextReaderNodeType(x->reader) == XML_READER_TYPE_ELEMENT)
			break;
	if (got == 1 && is_element(x, "playlist"))
		return x;
	if (got >= 0)
		malformed(err, "an XML document, but no XSPF playlist");
	xspf_free(x);
	return NULL;
}

void xspf_free(struct xspf *x)
{
	if (!x)
		return;
	if (x->reader)
		xmlFreeTextReader(x->reader);
	str_release(&x->value);
	free(x);
}

/* Collects the text of the element at hand in x->value. */
static int read_text(struct xspf *x, struct err *err)
{
	int depth = xmlTextReaderDepth(x->reader), got;

	str_reset(&x->value);
	if (xmlTextReaderIsEmptyElement(x->reader) == 1)
		return 1;
	while ((got = step(x, err)) == 1) {
		int type = xmlTextReaderNodeType(x->reader);
		const xmlChar *v;

		if (type == XML_READER_TYPE_END_ELEMENT &&
		    xmlTextReaderDepth(x->reader) <= depth)
			return 1;
		if (type != XML_READER_TYPE_TEXT &&
		    type != XML_READER_TYPE_CDATA &&
		    type != XML_READER_TYPE_SIGNIFICANT_WHITESPACE)
			continue;
		v = xmlTextReaderConstValue(x->reader);
		if (v && x->value.n < TEXT_MAX)
			str_puts(&x->value, (const char *)v);
	}
	return got;
}

/* Keeps the value in the entry's member, the first of its kind. */
static void keep(struct xspf *x, struct str *to)
{
	if (!to->n)
		str_span(to, span_trim(span_str(&x->value)));
}

static int read_member(struct xspf *x, struct tracklist_entry *e,
		       struct err *err)
{
	const struct {
		const char *name;
		struct str *to;
	} members[] = {
		{ "location", &e->location }, { "title", &e->title },
		{ "creator", &e->artist },    { "album", &e->album },
		{ "annotation", &e->note },   { "info", &e->page },
	};
	double ms;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		int got;

		if (!is_element(x, members[i].name))
			continue;
		got = read_text(x, err);
		if (got == 1)
			keep(x, members[i].to);
		return got;
	}
	if (is_element(x, "duration")) {
		int got = read_text(x, err);

		if (got == 1 &&
		    !num_double(span_trim(span_str(&x->value)), &ms) && ms > 0)
			e->seconds = ms / 1000;
		return got;
	}
	return read_text(x, err);
}

int xspf_next(struct xspf *x, struct tracklist_entry *e, struct err *err)
{
	int got, depth;

	/* tracks are at depth 2: playlist, trackList, track */
	while ((got = step(x, err)) == 1)
		if (xmlTextReaderNodeType(x->reader) ==
			XML_READER_TYPE_ELEMENT &&
		    xmlTextReaderDepth(x->reader) == 2 &&
		    is_element(x, "track"))
			break;
	if (got <= 0)
		return got;
	depth = xmlTextReaderDepth(x->reader);
	if (xmlTextReaderIsEmptyElement(x->reader) == 1)
		return 1;
	while ((got = step(x, err)) == 1) {
		int type = xmlTextReaderNodeType(x->reader);

		if (type == XML_READER_TYPE_END_ELEMENT &&
		    xmlTextReaderDepth(x->reader) <= depth)
			return 1;
		if (type == XML_READER_TYPE_ELEMENT &&
		    xmlTextReaderDepth(x->reader) == depth + 1 &&
		    read_member(x, e, err) < 0)
			return -1;
	}
	return got ? got : malformed(err, "the document ends inside a track");
}
