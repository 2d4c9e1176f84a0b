/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/fft.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "math/lanes.h"
#include "base/mem.h"

/*
 * A real frame is taken as half as many complex numbers, even samples real,
 * odd ones imaginary. With Z their transform, E and O those of the even and
 * the odd samples are (Z[k] +- conj Z[half - k]) / 2 (over i for O), and bin k
 * is E + turn[k] O, bin half - k conj(E - turn[k] O). FFTW's own transform of
 * real frames takes three times as long with the plans FFTW_ESTIMATE finds.
 */
struct fft {
	size_t size;
	fftwf_plan plan;
	float *in, *window;
	fftwf_complex *out;
	float *turn[2]; /* exp(-2 pi i k / size), k <= size / 4: cos, sin */
};

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

struct fft *fft_new_flat(size_t size)
{
	struct fft *f = mem_zalloc(1, sizeof(*f));
	size_t half = size / 2;

	f->size = size;
	f->window = mem_zalloc(size, sizeof(*f->window));
	for (size_t i = 0; i < size; i++)
		f->window[i] = 1;
	for (int i = 0; i < 2; i++)
		f->turn[i] = mem_zalloc(half / 2 + 1, sizeof(float));
	for (size_t k = 0; k <= half / 2; k++) {
		double angle = -2 * M_PI * (double)k / (double)size;

		f->turn[0][k] = (float)cos(angle);
		f->turn[1][k] = (float)sin(angle);
	}
	pthread_mutex_lock(&planner);
	f->in = fftwf_alloc_real(size);
	f->out = fftwf_alloc_complex(half);
	if (f->in && f->out)
		f->plan =
		    fftwf_plan_dft_1d((int)half, (fftwf_complex *)f->in, f->out,
				      FFTW_FORWARD, FFTW_ESTIMATE);
	pthread_mutex_unlock(&planner);
	if (!f->plan)
		(void)mem_zalloc(SIZE_MAX, size); /* ends the process */
	return f;
}

struct fft *fft_new_padded(size_t size, size_t window)
{
	struct fft *f = fft_new_flat(size);

	for (size_t i = 0; i < size; i++)
		f->window[i] =
		    i < window ? (float)(0.5 - 0.5 * cos(2 * M_PI * (double)i /
							 (double)window))
			       : 0;
	return f;
}

struct fft *fft_new(size_t size)
{
	return fft_new_padded(size, size);
}

void fft_free(struct fft *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&planner);
	fftwf_destroy_plan(f->plan);
	fftwf_free(f->in);
	fftwf_free(f->out);
	pthread_mutex_unlock(&planner);
	for (int i = 0; i < 2; i++)
		free(f->turn[i]);
	free(f->window);
	free(f);
}

/* Real and imaginary parts of bins k and half - k. */
static void bins_at(const struct fft *f, size_t k, float low[2], float high[2])
{
	size_t half = f->size / 2;
	const float *z = f->out[k], *y = f->out[(half - k) % half];
	float er = (z[0] + y[0]) / 2, ei = (z[1] - y[1]) / 2;
	float odd = (z[1] + y[1]) / 2, oi = (y[0] - z[0]) / 2;
	float wr = f->turn[0][k], wi = f->turn[1][k];
	float r = wr * odd - wi * oi, i = wr * oi + wi * odd;

	low[0] = er + r;
	low[1] = ei + i;
	high[0] = er - r;
	high[1] = i - ei;
}

static void power_at(const struct fft *f, size_t k, float *power)
{
	float low[2], high[2];

	bins_at(f, k, low, high);
	power[k] = low[0] * low[0] + low[1] * low[1];
	power[f->size / 2 - k] = high[0] * high[0] + high[1] * high[1];
}

/* bins_at and power_at of LANES bins from k on. */
LANES_INLINE void power_of_lanes(const struct fft *f, size_t k, float *power)
{
	size_t half = f->size / 2;
	const float *z = f->out[k], *y = f->out[half - k - (LANES - 1)];
	lanes z0 = LANES_OF(z), z1 = LANES_OF(z + LANES);
	lanes y0 = LANES_OF(y), y1 = LANES_OF(y + LANES);
	lanes a = __builtin_shufflevector(z0, z1, 0, 2, 4, 6, 8, 10, 12, 14);
	lanes b = __builtin_shufflevector(z0, z1, 1, 3, 5, 7, 9, 11, 13, 15);
	lanes c = __builtin_shufflevector(y1, y0, 6, 4, 2, 0, 14, 12, 10, 8);
	lanes d = __builtin_shufflevector(y1, y0, 7, 5, 3, 1, 15, 13, 11, 9);
	lanes wr = LANES_OF(f->turn[0] + k), wi = LANES_OF(f->turn[1] + k);
	lanes er = (a + c) / 2, ei = (b - d) / 2;
	lanes odd = (b + d) / 2, oi = (c - a) / 2;
	lanes r = wr * odd - wi * oi, i = wr * oi + wi * odd, high;

	LANES_AT(power + k) = (er + r) * (er + r) + (ei + i) * (ei + i);
	high = (er - r) * (er - r) + (i - ei) * (i - ei);
	LANES_AT(power + half - k - (LANES - 1)) =
	    __builtin_shufflevector(high, high, 7, 6, 5, 4, 3, 2, 1, 0);
}

LANES_CLONES static void all_powers(const struct fft *f, float *power)
{
	const struct fft g = *f; /* which no store to power can change */
	size_t half = g.size / 2, k = 1;

	power_at(&g, 0, power);
	for (; k + LANES <= half / 2; k += LANES)
		power_of_lanes(&g, k, power);
	for (; k <= half / 2; k++)
		power_at(&g, k, power);
}

LANES_CLONES static void apply_window(struct fft *f, const float *frame)
{
	const float *window = f->window;
	float *in = f->in;
	size_t i = 0, n = f->size;

	for (; i + LANES <= n; i += LANES)
		LANES_AT(in + i) = LANES_OF(frame + i) * LANES_OF(window + i);
	for (; i < n; i++)
		in[i] = frame[i] * window[i];
}

void fft_power(struct fft *f, const float *frame, float *power)
{
	apply_window(f, frame);
	fftwf_execute(f->plan);
	all_powers(f, power);
}

void fft_cosine(struct fft *f, const float *even, float *out)
{
	size_t half = f->size / 2;

	for (size_t i = 0; i <= half; i++)
		f->in[i] = even[i];
	for (size_t i = 1; i < half; i++)
		f->in[f->size - i] = even[i];
	fftwf_execute(f->plan);
	for (size_t k = 0; k <= half / 2; k++) {
		float low[2], high[2];

		bins_at(f, k, low, high);
		out[k] = low[0];
		out[half - k] = high[0];
	}
}
