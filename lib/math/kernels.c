/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"

#include "math/productkernels.h"
#include "math/rowkernels.h"
#include "math/scorerows.h"

#define VARIANT(name, f32, bf16, int8, layout, scores, rows)                   \
	{                                                                      \
		name,                                                          \
		    { product_f32_##f32, product_bf16_##bf16,                  \
		      product_int8_##int8 },                                   \
		    layout_rows_##layout, layout_panel_##layout,               \
		    rowkernels_function_##rows, rowkernels_gradient_##rows,    \
		    rowkernels_exponentials_##rows, scorerows_##scores,        \
		    rowkernels_scale_##rows, rowkernels_add_##rows,            \
		    rowkernels_norm_##rows, rowkernels_add_norm_##rows         \
	}

static const struct kernels variants[] = {
	VARIANT("c", c, c, c, c, c, c),
#if defined(__x86_64__)
	VARIANT("avx2", avx2, avx2, avx2, c, avx2, avx2),
	VARIANT("avx512", avx512, avx512, avx2, avx512, avx512, avx512),
	VARIANT("vnni", avx512, avx512, vnni, avx512, avx512, avx512),
	VARIANT("bf16", avx512, bf16, vnni, bf16, bf16, avx512),
#endif
};

/* Each variant needs what those before it need. */
static size_t usable(void)
{
#if defined(__x86_64__)
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return 1;
	if (!__builtin_cpu_supports("avx512f") ||
	    !__builtin_cpu_supports("avx512bw") ||
	    !__builtin_cpu_supports("avx512vl") ||
	    !__builtin_cpu_supports("avx512dq"))
		return 2;
	if (!__builtin_cpu_supports("avx512vnni"))
		return 3;
	return __builtin_cpu_supports("avx512bf16") ? 5 : 4;
#else
	return 1;
#endif
}

const struct kernels *kernels_variant(size_t i)
{
	return i < usable() ? &variants[i] : NULL;
}

const struct kernels *kernels_best(void)
{
	return &variants[usable() - 1];
}

size_t kernels_rows_size(enum linear_precision p, size_t rows, size_t k)
{
	return rows * product_pitch(kernels_units(p, k));
}

size_t kernels_panels_size(enum linear_precision p, size_t columns, size_t k)
{
	size_t panels = (columns + KERNELS_COLUMNS - 1) / KERNELS_COLUMNS;

	return panels * kernels_units(p, k) * KERNELS_COLUMNS * 4;
}
