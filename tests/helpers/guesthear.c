/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guesthear: what guest.h makes of sound files, as JSON lines for tests.
 *
 *   guesthear INDEX FILE ...	members of struct guest; nearest: the ids of the
 *				three tracks whose sound is nearest, with cosines;
 *				stored: of the track with that key what the index
 *				has: its cosine, mood and texture
 *   guesthear -i FILE ...	ids alone
 *
 * A file that is refused is a line with status, code and message.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "corpus/guest.h"
#include "io/json.h"
#include "math/vector.h"

enum { NEAREST = 3 };

static void put_number(struct str *out, const char *name, double v)
{
	str_printf(out, ",\"%s\":", name);
	if (isfinite(v))
		str_printf(out, "%.7g", v);
	else
		str_puts(out, "null");
}

static void put_text(struct str *out, const char *name, const struct str *text)
{
	str_printf(out, ",\"%s\":", name);
	json_put_string(out, span_str(text));
}

static void put_axes(struct str *out, const char *name, const float *axes)
{
	str_printf(out, ",\"%s\":[", name);
	for (int k = 0; k < TIMBRE_AXES; k++) {
		str_puts(out, k ? "," : "");
		if (isfinite(axes[k]))
			str_printf(out, "%.4f", (double)axes[k]);
		else
			str_puts(out, "null");
	}
	str_putc(out, ']');
}

static double cosine(const struct guest *guest, const struct audio_vectors *v,
		     size_t i)
{
	return (double)vector_dot(guest->sound, v->vectors + i * v->dim,
				  v->dim);
}

static void put_nearest(struct str *out, const struct generation *g,
			const struct guest *guest)
{
	const struct audio_vectors *v = &g->audio[AUDIO_COMPONENTS];
	size_t best[NEAREST], n = 0;
	struct err err;
	struct span id;

	for (size_t i = 0; guest->has_sound && i < v->count; i++) {
		size_t at = n < NEAREST ? n++ : NEAREST;

		for (;
		     at && cosine(guest, v, i) > cosine(guest, v, best[at - 1]);
		     at--)
			if (at < NEAREST)
				best[at] = best[at - 1];
		if (at < NEAREST)
			best[at] = i;
	}
	str_puts(out, ",\"nearest\":[");
	for (size_t i = 0; i < n; i++) {
		if (catalogue_text(g, v->rows[best[i]], CATALOGUE_ID, &id,
				   &err))
			continue;
		str_puts(out, i ? ",[" : "[");
		json_put_string(out, id);
		str_printf(out, ",%.6f]", cosine(guest, v, best[i]));
	}
	str_putc(out, ']');
}

static void put_stored(struct str *out, const struct generation *g,
		       const struct guest *guest)
{
	const struct audio_vectors *v = &g->audio[AUDIO_COMPONENTS];
	float timbre[TIMBRE_AXES];
	size_t row = 0, at;

	while (row < g->count && g->keys[row] != guest->key)
		row++;
	if (row == g->count)
		return;
	at = generation_sound_at(g, AUDIO_COMPONENTS, row);
	str_puts(out, ",\"stored\":{\"row\":");
	str_u64(out, row);
	put_number(out, "cosine", at == SIZE_MAX ? NAN : cosine(guest, v, at));
	put_number(out, "valence", g->valence ? g->valence[row] : NAN);
	put_number(out, "arousal", g->valence ? g->arousal[row] : NAN);
	put_number(out, "dominance", g->dominance ? g->dominance[row] : NAN);
	put_number(out, "mood_confidence",
		   g->valence ? g->mood_confidence[row] : NAN);
	for (int k = 0; k < TIMBRE_AXES; k++) {
		uint8_t p = g->timbre ? g->timbre[row * TIMBRE_AXES + (size_t)k]
				      : TIMBRE_NONE;

		timbre[k] = p == TIMBRE_NONE ? NAN : (float)p / 100;
	}
	put_axes(out, "timbre", timbre);
	put_number(out, "tempo",
		   g->display ? g->display[row * DISPLAY_FEATURES] : NAN);
	put_number(out, "voice", g->voice[row]);
	str_putc(out, '}');
}

static void put_guest(struct str *out, const struct generation *g,
		      const struct guest *guest)
{
	str_printf(out, "{\"id\":\"%s\",\"has_sound\":%s,\"has_mood\":%s",
		   guest->id, guest->has_sound ? "true" : "false",
		   guest->has_mood ? "true" : "false");
	put_number(out, "valence", (double)guest->valence);
	put_number(out, "arousal", (double)guest->arousal);
	put_number(out, "dominance", (double)guest->dominance);
	put_number(out, "mood_confidence", (double)guest->mood_confidence);
	put_axes(out, "timbre", guest->timbre);
	put_number(out, "voice", guest->voice);
	put_number(out, "tempo", (double)guest->shown.value[DISPLAY_TEMPO]);
	put_number(out, "seconds", (double)guest->seconds);
	put_text(out, "artist", &guest->artist);
	put_text(out, "title", &guest->title);
	put_text(out, "album", &guest->album);
	put_text(out, "warning", &guest->warning);
	put_nearest(out, g, guest);
	put_stored(out, g, guest);
	str_puts(out, "}\n");
}

static void put_refusal(struct str *out, const struct err *err)
{
	str_printf(out, "{\"status\":%d,\"code\":\"%s\",\"message\":",
		   (int)err->status, err->code);
	json_put_string(out, span_of(err->message));
	str_puts(out, "}\n");
}

int main(int argc, char **argv)
{
	bool ids = argc > 1 && !strcmp(argv[1], "-i");
	struct generation *g = NULL;
	struct guest guest = { .has_sound = false };
	struct err err = { .status = ERR_NONE };
	struct str out = { 0 };

	if (argc < 3)
		return ERR_USAGE;
	if (!ids && !(g = generation_open(argv[1], &err))) {
		fprintf(stderr, "guesthear: %s\n", err.message);
		return (int)err.status;
	}
	for (int i = 2; i < argc; i++) {
		str_reset(&out);
		if (ids ? guest_id(argv[i], guest.id, &guest.key, &err)
			: guest_hear(&guest, g, argv[i], &err))
			put_refusal(&out, &err);
		else if (ids)
			str_printf(&out, "%s\n", guest.id);
		else
			put_guest(&out, g, &guest);
		fwrite(out.p, 1, out.n, stdout);
	}
	guest_release(&guest);
	generation_close(g);
	str_release(&out);
	return 0;
}
