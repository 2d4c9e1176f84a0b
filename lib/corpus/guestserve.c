/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/guestear.h"
#include "corpus/guestframe.h"

/* Texts of frames do not end with a zero. */
static const char *text_of(const struct encodeframe *f, size_t i,
			   struct str *out)
{
	str_reset(out);
	str_span(out, f->texts[i]);
	return str_z(out);
}

/* The generation that is meant, even if another has become the current one. */
static struct generation *open_index(const char *path, const char *name,
				     struct err *err)
{
	struct generation *g = generation_open(path, err);

	if (g && strcmp(g->name, name)) {
		generation_close(g);
		g = generation_open_named(path, name, err);
	}
	return g;
}

static int hear(const struct encodeframe *f, struct guest *out, struct err *err)
{
	struct str path = { 0 }, name = { 0 }, file = { 0 };
	struct generation *g =
	    open_index(text_of(f, 0, &path), text_of(f, 1, &name), err);
	int rc = g ? guestear_hear(out, g, text_of(f, 2, &file), err) : -1;

	generation_close(g);
	str_release(&path);
	str_release(&name);
	str_release(&file);
	return rc;
}

static int identify(const struct encodeframe *f, struct guest *out,
		    struct err *err)
{
	struct str file = { 0 };
	int rc = guestear_id(text_of(f, 0, &file), out->id, &out->key, err);

	str_release(&file);
	return rc;
}

static int reply(int sock, const struct encodeframe *f, struct guest *out)
{
	struct err err = { .status = ERR_NONE };
	int rc = -1;

	if (f->what == GUESTFRAME_HEAR && f->count == 3)
		rc = hear(f, out, &err);
	else if (f->what == GUESTFRAME_ID && f->count == 1)
		rc = identify(f, out, &err);
	else
		err_set(&err, ERR_DATA, "guest", "asked the wrong way");
	return rc ? guestframe_refuse(sock, &err) : guestframe_send(sock, out);
}

int guestear_serve(int sock)
{
	struct encodeframe f = { .what = 0 };
	struct guest g = { .has_sound = false };
	enum encodeframe_got got;
	int rc = 0;

	while (!rc && (got = encodeframe_take(sock, (double)INFINITY, &f)) ==
			  ENCODEFRAME_GOT)
		rc = reply(sock, &f, &g);
	guest_release(&g);
	encodeframe_release(&f);
	return rc;
}
