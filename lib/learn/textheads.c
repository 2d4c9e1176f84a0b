/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textheads.h"

#include <math.h>

#include "io/json.h"
#include "learn/calibration.h"

static const char *const kinds[] = { "labels", "class", "regression" };

static const char *const curves[] = { "logistic", "temperature", "isotonic" };

static const char *const members[] = {
	"calibration", "knots",   "name",  "kind",   "labels",    "weight",
	"balance",     "stacked", "slope", "offset", "threshold", "mean",
	"deviation",   "spread",  "share", NULL
};

/* Calibrated numbers stay finite for any finite logit. */
static const double number_max = 1e9;

/* Numbers of a calibration: name in JSON, where, and the default. */
struct numbers {
	const char *name;
	size_t offset;
	double otherwise;
};
static const struct numbers calibration[] = {
	{ "slope", offsetof(struct texthead, slope), 1 },
	{ "offset", offsetof(struct texthead, offset), 0 },
	{ "threshold", offsetof(struct texthead, threshold), 0.5 },
	{ "mean", offsetof(struct texthead, mean), 0 },
	{ "deviation", offsetof(struct texthead, deviation), 1 },
	{ "spread", offsetof(struct texthead, spread), 0 },
	{ "share", offsetof(struct texthead, share), 0 },
};

static double *numbers_of(const struct texthead *h, const struct numbers *n)
{
	return (double *)(void *)((char *)(uintptr_t)h + n->offset);
}

static int read_name(char out[TEXTHEADS_NAME], struct span value,
		     struct err *err)
{
	struct str s = { 0 };
	int rc = 0;

	if (json_string(value, &s) || !s.n || s.n >= TEXTHEADS_NAME)
		rc = err_set(err, ERR_DATA, "head",
			     "a name of 1 to %d bytes expected",
			     TEXTHEADS_NAME - 1);
	else
		memcpy(out, s.p, s.n + 1);
	str_release(&s);
	return rc;
}

static int read_labels(struct texthead *h, struct span array, struct err *err)
{
	struct span e;
	size_t pos = 0;

	while (json_each(array, &pos, &e)) {
		if (h->count == TEXTHEADS_COLUMNS)
			return err_set(err, ERR_DATA, "head",
				       "more than %d labels",
				       TEXTHEADS_COLUMNS);
		if (read_name(h->label[h->count], e, err))
			return err_prefix(err, "%s", h->name);
		if (texthead_label(h, span_of(h->label[h->count])) >= 0)
			return err_set(err, ERR_DATA, "head",
				       "%s: two labels \"%s\"", h->name,
				       h->label[h->count]);
		h->count++;
	}
	if (!h->count)
		return err_set(err, ERR_DATA, "head", "%s: no labels", h->name);
	return 0;
}

static int read_number(struct span object, const char *name, double *out,
		       struct err *err)
{
	struct span v = json_get(object, name);

	if (v.p && (json_number(v, out) || !(*out >= 0 && *out <= 1000)))
		return err_set(err, ERR_DATA, "head",
			       "%s: a number from 0 to 1000 expected", name);
	return 0;
}

static int read_calibration(struct texthead *h, struct span object,
			    struct err *err)
{
	for (size_t i = 0; i < sizeof(calibration) / sizeof(*calibration);
	     i++) {
		double *to = numbers_of(h, &calibration[i]);
		struct span a = json_get(object, calibration[i].name), e;
		size_t pos = 0;

		for (size_t k = 0; k < h->count; k++) {
			to[k] = calibration[i].otherwise;
			if (a.p && (!json_each(a, &pos, &e) ||
				    json_number(e, &to[k]) ||
				    fabs(to[k]) > number_max))
				return err_set(err, ERR_DATA, "head",
					       "%s: %s: %zu numbers up to %g "
					       "expected",
					       h->name, calibration[i].name,
					       h->count, number_max);
		}
	}
	return 0;
}

/* The curves of isotonic labels: arrays of x, y, x, y ..., x and y rising. */
static int read_knots(struct texthead *h, struct span curves_json,
		      struct err *err)
{
	struct span curve, e;
	size_t pos = 0;

	for (size_t k = 0; k < h->count && json_each(curves_json, &pos, &curve);
	     k++) {
		size_t at = 0, n = 0;

		for (; json_each(curve, &at, &e); n++) {
			double *to = n % 2 ? h->knot_y[k] : h->knot_x[k];

			if (n / 2 == TEXTHEADS_KNOTS ||
			    json_number(e, &to[n / 2]) ||
			    fabs(to[n / 2]) > number_max ||
			    (n > 1 && to[n / 2] <= to[n / 2 - 1]))
				return err_set(err, ERR_DATA, "head",
					       "%s: knots: at most %d pairs of "
					       "rising numbers expected",
					       h->name, TEXTHEADS_KNOTS);
		}
		h->knots[k] = n / 2;
	}
	return 0;
}

static int read_curve(struct texthead *h, struct span object, struct err *err)
{
	struct span name = json_get(object, "calibration");
	char word[TEXTHEADS_NAME];
	int c = 0;

	if (!name.p)
		return 0;
	if (read_name(word, name, err))
		return err_prefix(err, "%s: calibration", h->name);
	while (c < 3 && strcmp(word, curves[c]) != 0)
		c++;
	if (c == 3 || (c == TEXTHEAD_ISOTONIC && h->kind != TEXTHEAD_LABELS) ||
	    (c == TEXTHEAD_TEMPERATURE && h->kind != TEXTHEAD_CLASS))
		return err_set(
		    err, ERR_DATA, "head",
		    "%s: calibration is logistic, or temperature (of "
		    "classes), or isotonic (of labels)",
		    h->name);
	h->calibration = (enum texthead_calibration)c;
	return read_knots(h, json_get(object, "knots"), err);
}

static int read_head(struct textheads *hs, struct span object, struct err *err)
{
	struct texthead *h = &hs->head[hs->count];
	struct span kind = json_get(object, "kind");
	struct span stacked = json_get(object, "stacked");
	char word[TEXTHEADS_NAME];

	*h = (struct texthead){ .weight = 1 };
	if (read_name(h->name, json_get(object, "name"), err) ||
	    read_name(word, kind, err))
		return -1;
	while (h->kind < 3 && strcmp(word, kinds[h->kind]) != 0)
		h->kind++;
	if (h->kind == 3)
		return err_set(err, ERR_DATA, "head",
			       "%s: kind \"%s\" where labels, class or "
			       "regression was expected",
			       h->name, word);
	if (textheads_find(hs, h->name))
		return err_set(err, ERR_DATA, "head", "two heads \"%s\"",
			       h->name);
	if (stacked.p && json_bool(stacked, &h->stacked))
		return err_set(err, ERR_DATA, "head",
			       "%s: stacked: true or false expected", h->name);
	if (h->stacked && h->kind != TEXTHEAD_REGRESSION)
		return err_set(err, ERR_DATA, "head",
			       "%s: only regressions are stacked", h->name);
	if (json_only(object, members, err))
		return err_prefix(err, "%s", h->name);
	if (read_labels(h, json_get(object, "labels"), err) ||
	    read_number(object, "weight", &h->weight, err) ||
	    read_number(object, "balance", &h->balance, err) ||
	    read_calibration(h, object, err) || read_curve(h, object, err))
		return -1;
	h->first = hs->columns;
	hs->columns += h->count;
	hs->count++;
	if (hs->columns > TEXTHEADS_COLUMNS)
		return err_set(err, ERR_DATA, "head",
			       "%zu labels in all, at most %d", hs->columns,
			       TEXTHEADS_COLUMNS);
	return 0;
}

int textheads_read(struct textheads *h, struct span json, struct err *err)
{
	struct span e;
	size_t pos = 0;

	h->count = h->columns = 0;
	while (json_each(json, &pos, &e)) {
		if (h->count == TEXTHEADS_MOST)
			return err_set(err, ERR_DATA, "head",
				       "more than %d heads", TEXTHEADS_MOST);
		if (read_head(h, e, err))
			return -1;
	}
	if (!h->count)
		return err_set(err, ERR_DATA, "head", "no heads");
	return 0;
}

static void write_curve(const struct texthead *h, struct str *out)
{
	str_printf(out, ",\"calibration\":\"%s\",\"knots\":[",
		   curves[h->calibration]);
	for (size_t k = 0; k < h->count; k++) {
		str_puts(out, k ? ",[" : "[");
		for (size_t i = 0; i < h->knots[k]; i++) {
			str_puts(out, i ? "," : "");
			json_put_number(out, h->knot_x[k][i], 9);
			str_putc(out, ',');
			json_put_number(out, h->knot_y[k][i], 9);
		}
		str_putc(out, ']');
	}
	str_putc(out, ']');
}

void textheads_write(const struct textheads *hs, struct str *out)
{
	str_putc(out, '[');
	for (size_t i = 0; i < hs->count; i++) {
		const struct texthead *h = &hs->head[i];

		str_puts(out, i ? ",\n{\"name\":" : "{\"name\":");
		json_put_string(out, span_of(h->name));
		str_printf(out, ",\"kind\":\"%s\",\"labels\":[",
			   kinds[h->kind]);
		for (size_t k = 0; k < h->count; k++) {
			if (k)
				str_putc(out, ',');
			json_put_string(out, span_of(h->label[k]));
		}
		str_puts(out, "],\"weight\":");
		json_put_number(out, h->weight, 6);
		str_puts(out, ",\"balance\":");
		json_put_number(out, h->balance, 6);
		str_printf(out, ",\"stacked\":%s",
			   h->stacked ? "true" : "false");
		for (size_t n = 0;
		     n < sizeof(calibration) / sizeof(*calibration); n++) {
			const double *v = numbers_of(h, &calibration[n]);

			str_printf(out, ",\"%s\":[", calibration[n].name);
			for (size_t k = 0; k < h->count; k++) {
				if (k)
					str_putc(out, ',');
				json_put_number(out, v[k], 9);
			}
			str_putc(out, ']');
		}
		if (h->calibration != TEXTHEAD_LOGISTIC)
			write_curve(h, out);
		str_putc(out, '}');
	}
	str_puts(out, "]\n");
}

const struct texthead *textheads_find(const struct textheads *h,
				      const char *name)
{
	for (size_t i = 0; i < h->count; i++)
		if (!strcmp(h->head[i].name, name))
			return &h->head[i];
	return NULL;
}

double texthead_probability(const struct texthead *h, size_t k, double logit)
{
	if (h->calibration == TEXTHEAD_ISOTONIC && h->knots[k])
		return fmin(
		    fmax(calibration_isotonic_apply(h->knot_x[k], h->knot_y[k],
						    h->knots[k], logit),
			 0),
		    1);
	return 1 / (1 + exp(-h->slope[k] * logit - h->offset[k]));
}

int texthead_label(const struct texthead *h, struct span label)
{
	for (size_t i = 0; i < h->count; i++)
		if (span_is(label, h->label[i]))
			return (int)i;
	return -1;
}
