/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/fft.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct fft {
	size_t size;
	fftwf_plan plan;
	float *in, *window;
	fftwf_complex *out;
};

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

struct fft *fft_new_flat(size_t size)
{
	struct fft *f = mem_zalloc(1, sizeof(*f));

	f->size = size;
	f->window = mem_zalloc(size, sizeof(*f->window));
	for (size_t i = 0; i < size; i++)
		f->window[i] = 1;
	pthread_mutex_lock(&planner);
	f->in = fftwf_alloc_real(size);
	f->out = fftwf_alloc_complex(size / 2 + 1);
	if (f->in && f->out)
		f->plan = fftwf_plan_dft_r2c_1d((int)size, f->in, f->out,
						FFTW_ESTIMATE);
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
	free(f->window);
	free(f);
}

void fft_power(struct fft *f, const float *frame, float *power)
{
	for (size_t i = 0; i < f->size; i++)
		f->in[i] = frame[i] * f->window[i];
	fftwf_execute(f->plan);
	for (size_t k = 0; k <= f->size / 2; k++)
		power[k] =
		    f->out[k][0] * f->out[k][0] + f->out[k][1] * f->out[k][1];
}

void fft_cosine(struct fft *f, const float *even, float *out)
{
	size_t half = f->size / 2;

	for (size_t i = 0; i <= half; i++)
		f->in[i] = even[i];
	for (size_t i = 1; i < half; i++)
		f->in[f->size - i] = even[i];
	fftwf_execute(f->plan);
	for (size_t k = 0; k <= half; k++)
		out[k] = f->out[k][0];
}
