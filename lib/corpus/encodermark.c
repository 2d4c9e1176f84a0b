/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/encodermark.h"

#include "corpus/encoderprecision.h"
#include "io/json.h"

#define DIM_MAX 4096

void encodermark_release(struct encodermark *m)
{
	str_release(&m->name);
	str_release(&m->path);
}

/* Sixty-four digits; no more than that is checked, and no hash is needed. */
static int read_hex(struct span json, const char *member,
		    char out[ENCODERMARK_HEX])
{
	struct str text = { 0 };
	int rc = json_string(json_get(json, member), &text);

	if (!rc && text.n != ENCODERMARK_HEX - 1)
		rc = -1;
	for (size_t i = 0; i < text.n && !rc; i++)
		if (!strchr("0123456789abcdef", text.p[i]) || !text.p[i])
			rc = -1;
	if (!rc)
		memcpy(out, str_z(&text), ENCODERMARK_HEX);
	str_release(&text);
	return rc;
}

static int read_text(struct span json, const char *member, struct str *out)
{
	str_reset(out);
	return json_string(json_get(json, member), out) || !out->n ||
		       memchr(out->p, '\0', out->n)
		   ? -1
		   : 0;
}

int encodermark_read(struct encodermark *m, struct span json, struct err *err)
{
	struct str precision = { 0 };
	double dim = 0;
	int rc =
	    read_text(json, "name", &m->name) ||
	    read_text(json, "path", &m->path) ||
	    read_hex(json, "digest", m->digest) ||
	    read_hex(json, "stamp", m->stamp) ||
	    read_hex(json, "recipe", m->recipe) ||
	    json_number(json_get(json, "dim"), &dim) || !(dim >= 1) ||
	    !(dim <= DIM_MAX) || dim != (double)(size_t)dim ||
	    read_text(json, "precision", &precision) ||
	    encoderprecision_parse(span_str(&precision), &m->precision, err);

	m->dim = rc ? 0 : (size_t)dim;
	str_release(&precision);
	return rc ? err_set(err, ERR_DATA, "artifact",
			    "section \"encoder\" does not say which encoder; "
			    "build the index again")
		  : 0;
}

void encodermark_write(const struct encodermark *m, struct str *out)
{
	str_puts(out, "{\"name\":");
	json_put_string(out, span_str(&m->name));
	str_puts(out, ",\"path\":");
	json_put_string(out, span_str(&m->path));
	str_printf(out,
		   ",\"digest\":\"%s\",\"stamp\":\"%s\",\"recipe\":\"%s\","
		   "\"dim\":%zu,\"precision\":\"%s\"}\n",
		   m->digest, m->stamp, m->recipe, m->dim,
		   encoderprecision_name(m->precision));
}
