/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/texture.h"

#include <stdlib.h>

#include "audio/dfa.h"
#include "audio/fluctogram.h"
#include "audio/tails.h"
#include "base/mem.h"

struct texture {
	struct modulation *modulation;
	struct dfa *dfa;
	const float *levels;
};

struct texture *texture_new(void)
{
	struct texture *t = mem_zalloc(1, sizeof(*t));

	t->modulation = modulation_new();
	t->dfa = dfa_new();
	return t;
}

void texture_free(struct texture *t)
{
	if (!t)
		return;
	modulation_free(t->modulation);
	dfa_free(t->dfa);
	free(t);
}

const float *texture_levels(const struct texture *t)
{
	return t->levels;
}

void texture_measure(struct texture *t, const struct samples *x,
		     const float *db, const float *rms, size_t frames,
		     float out[TEXTURE_COUNT])
{
	struct modulation *m = t->modulation;
	const float *levels = modulation_levels(m, db, frames);

	t->levels = levels;
	out[TEXTURE_MODULATION_4HZ] = (float)modulation_4hz(m, frames);
	out[TEXTURE_BASS] = (float)modulation_bass(m, frames);
	out[TEXTURE_LOW_ENERGY] = (float)modulation_low_energy(rms, frames);
	out[TEXTURE_PULSE] = (float)modulation_pulse(m, db, frames);
	out[TEXTURE_DFA] =
	    (float)dfa_exponent(t->dfa, x->v, x->count, RESAMPLE_RATE);
	out[TEXTURE_GLIDE] = (float)fluctogram_glide(db, frames);
	out[TEXTURE_DECAY] = (float)tails_decay(levels, frames);
	out[TEXTURE_DEPTH] = (float)tails_depth(levels, frames);
}
