/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/markup.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#include "text/utf8.h"

/* Bytes of distinct names in a document. The parsers compare every attribute's
 * name with those before it in the tag: this keeps that from being quadratic in
 * the document's size. */
#define NAMES 8192

/* The handlers' context is not the parser's: libxml2 would then look for
 * entities itself, and find those that the document declares. */
struct reading {
	const struct markup *m;
	xmlParserCtxtPtr parser;
};

static void on_start(void *arg, const xmlChar *name, const xmlChar **atts)
{
	struct reading *r = arg;

	/* An end tag is looked for among all the elements that are open. */
	if (r->parser->nameNr > MARKUP_DEPTH)
		xmlStopParser(r->parser);
	else
		r->m->start(r->m->ctx, (const char *)name,
			    (const char *const *)atts);
}

static void on_end(void *arg, const xmlChar *name)
{
	struct reading *r = arg;

	r->m->end(r->m->ctx, (const char *)name);
}

static void on_text(void *arg, const xmlChar *text, int n)
{
	struct reading *r = arg;

	if (n > 0)
		r->m->text(r->m->ctx,
			   (struct span){ (const char *)text, (size_t)n });
}

static xmlEntityPtr predefined(void *arg, const xmlChar *name)
{
	(void)arg;
	return xmlGetPredefinedEntity(name);
}

static const xmlSAXHandler handler = {
	.getEntity = predefined,
	.startElement = on_start,
	.endElement = on_end,
	.characters = on_text,
	.cdataBlock = on_text,
	.initialized = 1, /* the first interface: no name spaces */
};

/* What libxml2 cannot tell a parser's context it would print. */
static void ignore(void *arg, xmlErrorPtr error)
{
	(void)arg;
	(void)error;
}

static void prepare(struct reading *r)
{
	xmlSetStructuredErrorFunc(NULL, ignore);
	*r->parser->sax = handler;
	r->parser->userData = r;
	xmlDictSetLimit(r->parser->dict, NAMES);
}

void markup_read_html(const struct markup *m, struct span bytes,
		      const char *charset)
{
	htmlParserCtxtPtr c = htmlNewParserCtxt();
	struct reading r = { m, c };

	if (!c)
		return;
	if (bytes.n > MARKUP_SIZE)
		bytes.n = MARKUP_SIZE;
	/* Without a declaration libxml2 takes UTF-8 for Latin-1. */
	if (!charset && utf8_valid(bytes))
		charset = "UTF-8";
	prepare(&r);
	xmlFreeDoc(htmlCtxtReadMemory(
	    c, bytes.p, (int)bytes.n, NULL, charset,
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED));
	htmlFreeParserCtxt(c);
	xmlSetStructuredErrorFunc(NULL, NULL);
}

void markup_read_xml(const struct markup *m, struct span bytes,
		     const char *charset)
{
	xmlParserCtxtPtr c = xmlNewParserCtxt();
	struct reading r = { m, c };

	if (!c)
		return;
	if (bytes.n > MARKUP_SIZE)
		bytes.n = MARKUP_SIZE;
	prepare(&r);
	/* NOENT has the predefined entities decoded in attributes; there are
	 * no others. */
	xmlFreeDoc(xmlCtxtReadMemory(c, bytes.p, (int)bytes.n, NULL, charset,
				     XML_PARSE_RECOVER | XML_PARSE_NOERROR |
					 XML_PARSE_NOWARNING | XML_PARSE_NONET |
					 XML_PARSE_NOENT));
	xmlFreeDoc(c->myDoc);
	c->myDoc = NULL;
	xmlFreeParserCtxt(c);
	xmlSetStructuredErrorFunc(NULL, NULL);
}

struct span markup_attribute(const char *const *attributes, const char *name)
{
	for (size_t i = 0; attributes && attributes[i]; i += 2)
		if (!strcmp(attributes[i], name))
			return span_of(attributes[i + 1]);
	return (struct span){ NULL, 0 };
}
