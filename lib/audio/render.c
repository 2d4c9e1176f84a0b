/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "audio/render.h"
#include "base/mem.h"

struct render {
	const struct score *score;
	const struct score_clip *clip;
	size_t frames;
	float *track, *note; /* [frames] mono */
	float *left, *right; /* [frames] mix */
};

static double hertz(double midi)
{
	return 440 * exp2((midi - 69) / 12);
}

/* Renders one note once and adds it wherever the track repeats it. */
static void note(struct render *r, const struct score_track *t, size_t track,
		 const struct score_note *n, size_t number)
{
	const struct score_clip *c = r->clip;
	double beats = c->seconds * c->tempo / 60;
	struct voice_note v = {
		.voice = c->voice[track],
		.hz = hertz(score_pitch(r->score, c, t, n->pitch)),
		.seconds = n->length * t->gate * 60 / c->tempo,
		.velocity = n->velocity,
		.bright = t->bright * c->bright,
		.seed = c->seed * 0x9e3779b97f4a7c15 + track * 65537 + number,
	};
	size_t len = (size_t)(ceil(voice_length(&v) * c->rate)) + 1;

	if (len > r->frames)
		len = r->frames;
	for (size_t i = 0; i < len; i++)
		r->note[i] = 0;
	voice_add(&v, c->rate, r->note, len);
	for (double from = 0; from + n->start < beats; from += t->length) {
		size_t at =
		    (size_t)lround(score_time(c, from + n->start) * c->rate);

		for (size_t i = 0; i < len && at + i < r->frames; i++)
			r->track[at + i] += r->note[i];
		if (t->once)
			break;
	}
}

/* Saturation, and a loudspeaker's low pass behind it. */
static void saturate(struct render *r, double drive, double bright)
{
	double a = 1 - exp(-2 * M_PI * 3800 * bright / r->clip->rate);
	double low = 0;

	a = a > .9 ? .9 : a;
	for (size_t i = 0; i < r->frames; i++) {
		low += a * (.55 * tanh(drive * r->track[i]) - low);
		r->track[i] = (float)low;
	}
}

static void mix(struct render *r, const struct score_track *t)
{
	double angle = (t->pan + 1) * M_PI / 4;
	float left = (float)(t->volume * cos(angle) * M_SQRT2);
	float right = (float)(t->volume * sin(angle) * M_SQRT2);

	for (size_t i = 0; i < r->frames; i++) {
		r->left[i] += left * r->track[i];
		r->right[i] += right * r->track[i];
	}
}

/* Four feedback combs and two all-passes (Schroeder 1962), damped. */
static void reverberate(float *x, size_t n, int rate, double amount, int side)
{
	static const double combs[4] = { .0297, .0371, .0411, .0437 };
	static const double passes[2] = { .005, .0017 };
	float *wet = mem_zalloc(n, sizeof(*wet));
	double sum = 0, wetsum = 0;

	for (int k = 0; k < 4; k++) {
		size_t len = (size_t)((combs[k] + side * .0007) * rate), at = 0;
		double feedback = pow(10, -3 * combs[k] / (.6 + 2 * amount));
		float *line = mem_zalloc(len, sizeof(*line));
		double low = 0;

		for (size_t i = 0; i < n; i++) {
			double y = line[at];

			low += .6 * (y - low);
			line[at] = (float)(x[i] + feedback * low);
			wet[i] += (float)y;
			at = at + 1 < len ? at + 1 : 0;
		}
		free(line);
	}
	for (int k = 0; k < 2; k++) {
		size_t len = (size_t)(passes[k] * rate), at = 0;
		float *line = mem_zalloc(len, sizeof(*line));

		for (size_t i = 0; i < n; i++) {
			float y = line[at], in = wet[i] + .7f * y;

			line[at] = in;
			wet[i] = y - .7f * in;
			at = at + 1 < len ? at + 1 : 0;
		}
		free(line);
	}
	for (size_t i = 0; i < n; i++) {
		sum += (double)x[i] * x[i];
		wetsum += (double)wet[i] * wet[i];
	}
	sum = wetsum > 0 ? amount * sqrt(sum / wetsum) : 0;
	for (size_t i = 0; i < n; i++)
		x[i] += (float)(sum * wet[i]);
	free(wet);
}

/* To the clip's RMS; peaks are bent, not cut; the end is faded. */
static void level(struct render *r, struct wave *out)
{
	const struct score_clip *c = r->clip;
	size_t fade = (size_t)(.4 * c->rate), n = r->frames;
	double sum = 0, gain;

	for (size_t i = 0; i < n; i++)
		sum += (double)r->left[i] * r->left[i] +
		       (double)r->right[i] * r->right[i];
	gain =
	    sum > 0 ? pow(10, c->level / 20) / sqrt(sum / (2. * (double)n)) : 0;
	for (size_t i = 0; i < n; i++) {
		double g = i + fade > n ? (double)(n - i) / (double)fade : 1;
		double l = g * tanh(gain * r->left[i]);
		double right = g * tanh(gain * r->right[i]);

		if (c->channels == 2) {
			out->samples[2 * i] = (float)l;
			out->samples[2 * i + 1] = (float)right;
		} else {
			out->samples[i] = (float)((l + right) / 2);
		}
	}
}

void render_clip(const struct score *s, const struct score_clip *c,
		 struct wave *out)
{
	struct render r = { .score = s, .clip = c };

	r.frames = (size_t)(c->seconds * c->rate);
	*out = (struct wave){
		mem_zalloc(r.frames * (size_t)c->channels, sizeof(float)),
		r.frames,
		c->channels,
		c->rate,
	};
	r.track = mem_alloc(4 * r.frames * sizeof(float));
	r.note = r.track + r.frames;
	r.left = r.note + r.frames;
	r.right = r.left + r.frames;
	for (size_t i = 0; i < 2 * r.frames; i++)
		r.left[i] = 0;
	for (size_t k = 0; k < s->ntracks; k++) {
		const struct score_track *t = &s->tracks[k];
		double drive = voice_drive(c->voice[k]);

		if (c->muted[k] || t->length <= 0)
			continue;
		for (size_t i = 0; i < r.frames; i++)
			r.track[i] = 0;
		for (size_t i = 0; i < t->count; i++)
			note(&r, t, k, &t->notes[i], i);
		if (drive > 0)
			saturate(&r, drive, t->bright * c->bright);
		mix(&r, t);
	}
	if (c->reverb > 0) {
		reverberate(r.left, r.frames, c->rate, c->reverb, 0);
		reverberate(r.right, r.frames, c->rate, c->reverb, 1);
	}
	level(&r, out);
	free(r.track);
}

void render_release(struct wave *w)
{
	free(w->samples);
	*w = (struct wave){ NULL, 0, 0, 0 };
}

void render_classes(const struct score *s, const struct score_clip *c,
		    double classes[12])
{
	double beats = c->seconds * c->tempo / 60, sum = 0;

	for (int i = 0; i < 12; i++)
		classes[i] = 0;
	for (size_t k = 0; k < s->ntracks; k++) {
		const struct score_track *t = &s->tracks[k];
		double times;

		if (c->muted[k] || voice_is_drum(c->voice[k]) || t->length <= 0)
			continue;
		times = t->once ? 1 : ceil(beats / t->length);
		for (size_t i = 0; i < t->count; i++) {
			double p = score_pitch(s, c, t, t->notes[i].pitch);

			classes[((int)lround(p) % 12 + 12) % 12] +=
			    times * t->notes[i].length * t->volume;
		}
	}
	for (int i = 0; i < 12; i++)
		sum += classes[i];
	for (int i = 0; i < 12 && sum > 0; i++)
		classes[i] /= sum;
}
