/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textcheck.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/json.h"

struct parts {
	const struct textcheck_reading *r;
	size_t count;
};

static void read_part(void *ctx, size_t part, int thread)
{
	const struct parts *p = ctx;
	const struct textcheck_reading *r = p->r;
	struct textnet_work *w = textnet_work_new(r->net);
	struct textnet_told told;
	size_t columns = r->l->columns;

	(void)thread;
	for (size_t i = part; i < r->l->count; i += p->count) {
		if (r->fold && r->fold[i] != r->held)
			continue;
		textnet_read(r->net, w, r->l->items[i].text, 0, &told);
		if (r->logit)
			memcpy(r->logit + i * columns, told.logit,
			       columns * sizeof(float));
		if (r->value)
			memcpy(r->value + i * columns, told.value,
			       columns * sizeof(float));
		if (r->cues)
			memcpy(r->cues + i * TEXTCUES, told.cues,
			       sizeof(told.cues));
	}
	textnet_work_free(w);
}

void textcheck_read(const struct textcheck_reading *r, int threads)
{
	struct parts p = { r, (size_t)threads };

	parallel_for(threads, p.count, read_part, &p);
}

void textcheck_put(const char *set, const struct textscores *s, bool details,
		   struct str *report, struct mlrun *run)
{
	struct str lines = { 0 };
	struct span rest;

	for (size_t i = 0; run && i < s->count; i++) {
		struct str key = { 0 };

		str_printf(&key, "%s/%s", set, s->items[i].name);
		mlrun_metric(run, key.p, s->items[i].value, 0);
		str_release(&key);
	}
	textscores_write(s, details, &lines);
	rest = span_str(&lines);
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = (size_t)(end - rest.p) + 1;

		str_printf(report, "%s\t%.*s", set, (int)n, rest.p);
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	str_release(&lines);
}

/* Values of the kept classes, given that it is one of them. */
static void choose(const bool *kept, size_t count, float *value)
{
	float sum = 0;

	for (size_t k = 0; k < count; k++) {
		value[k] = kept[k] ? value[k] : 0;
		sum += value[k];
	}
	for (size_t k = 0; k < count && sum > 0; k++)
		value[k] /= sum;
}

/* Leaves only some classes to choose from, in heads that have any of them. */
static void keep_among(const struct textheads *heads, struct span among,
		       const struct labelled *l, float *value)
{
	for (size_t i = 0; among.p && i < heads->count; i++) {
		const struct texthead *h = &heads->head[i];
		bool kept[TEXTHEADS_COLUMNS] = { false }, any = false;
		struct span e;
		size_t pos = 0;

		if (h->kind != TEXTHEAD_CLASS)
			continue;
		while (json_each(among, &pos, &e))
			for (size_t k = 0; k < h->count; k++)
				if (e.n == strlen(h->label[k]) + 2 &&
				    !memcmp(e.p + 1, h->label[k], e.n - 2))
					any = kept[k] = true;
		for (size_t j = 0; any && j < l->count; j++)
			choose(kept, h->count,
			       value + j * l->columns + h->first);
	}
}

struct checking {
	const struct textnet *net;
	const char *sources;
	int threads;
	bool details;
	struct str *report;
	struct mlrun *run;
};

static int check(const struct checking *c, struct span object, const char *name,
		 struct err *err)
{
	const struct textheads *heads = textnet_heads(c->net);
	struct labelled l = { 0 };
	struct textscores s = { 0 };
	int rc = labelled_read(&l, heads, json_get(object, "sources"),
			       c->sources, err);

	if (!rc) {
		float *value =
		    mem_zalloc(l.count * l.columns + 1, sizeof(float));
		struct textcheck_reading r = { c->net, &l,    NULL, 0,
					       NULL,   value, NULL };

		textcheck_read(&r, c->threads);
		keep_among(heads, json_get(object, "among"), &l, value);
		textscores_add(&s, heads, &l, value);
		textcheck_put(name, &s, c->details, c->report, c->run);
		free(value);
	}
	labelled_release(&l);
	textscores_release(&s);
	return rc;
}

int textcheck_all(const struct textnet *net, const struct textconfig *config,
		  const char *sources, int threads, const char *only,
		  bool details, struct str *report, struct mlrun *run,
		  struct err *err)
{
	struct checking c = { net, sources, threads, details, report, run };
	struct span e;
	size_t pos = 0, found = 0;

	while (json_each(config->checks, &pos, &e)) {
		struct str name = { 0 };
		int rc = 0;

		json_string(json_get(e, "name"), &name);
		if (!only || !strcmp(only, str_z(&name))) {
			found++;
			rc = check(&c, e, str_z(&name), err);
		}
		str_release(&name);
		if (rc)
			return -1;
	}
	return only && !found
		   ? err_set(err, ERR_DATA, "config", "no check \"%s\"", only)
		   : 0;
}

int textcheck_try(const struct textheads *heads,
		  const struct textconfig *config, const char *sources,
		  struct err *err)
{
	struct span e;
	size_t pos = 0;

	while (json_each(config->checks, &pos, &e)) {
		struct labelled l = { 0 };
		int rc = labelled_read(&l, heads, json_get(e, "sources"),
				       sources, err);

		labelled_release(&l);
		if (rc)
			return -1;
	}
	return 0;
}

int textcheck_file(const char *model, const char *config, const char *sources,
		   int threads, const char *only, bool details,
		   struct str *report, struct err *err)
{
	struct pack *pack =
	    pack_open(model, TEXTNET_KIND, TEXTNET_VERSION, err);
	struct textnet *net = NULL;
	struct textconfig c = { .members = 0 };
	int rc = -1;

	if (pack && !pack_verify(pack, err) &&
	    (net = textnet_open(pack, err)) &&
	    !textconfig_read(&c, config, err))
		rc =
		    !c.checks.p
			? err_set(err, ERR_DATA, "config",
				  "%s: there are no \"checks\" to make", config)
			: textcheck_all(net, &c, sources, threads, only,
					details, report, NULL, err);
	textconfig_release(&c);
	textnet_free(net);
	pack_close(pack);
	return rc;
}
