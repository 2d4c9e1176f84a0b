/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network in a folder: the mean over patches and its components, by hand. */
#include "testing.h"

#include <math.h>
#include <sys/stat.h>

#include "../helpers/tensorwriter.h"
#include "learn/cnnmodel.h"
#include "math/random.h"

enum { SIZE = CNNMODEL_FRAMES * 8, DIM = 5, TO = 3, N = 19 };

static const char config[] =
    "{\"mels\":8,\"layers\":[{\"dense\":\"d\",\"relu\":true}]}";

static float weights[SIZE * DIM], bias[DIM], eigen[TO * DIM], means[DIM];
static float patches[N * SIZE];

static void fill(float *x, size_t n, double scale)
{
	static struct random r;

	if (!r.s[0])
		random_seed(&r, 3, 0);
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(scale * random_normal(&r));
}

static void save_in(const char *dir, const char *name, const struct str *s)
{
	struct str path = { 0 };

	str_printf(&path, "%s/%s", dir, name);
	test_save(path.p, s->p, s->n);
	str_release(&path);
}

/* components: none, "weights" (among them) or a file's name. */
static char *folder(const char *name, const char *components)
{
	const size_t w[2] = { SIZE, DIM }, e[2] = { TO, DIM },
		     m[2] = { DIM, 1 };
	struct tensorwriter net = { 0 }, pca = { 0 };
	struct str s = { 0 };
	char *dir = test_path(name);

	assert_int_equal(mkdir(dir, 0700), 0);
	tensorwriter_add(&net, "d/weights", weights, w, 2);
	tensorwriter_add(&net, "d/biases", bias, m, 1);
	if (components) {
		bool among = !strcmp(components, "weights");
		struct tensorwriter *to = among ? &net : &pca;

		tensorwriter_add(to, "pca_eigen_vectors", eigen, e, 2);
		tensorwriter_add(to, "pca_means", means, m, 2);
		tensorwriter_end(&pca, &s);
		if (!among)
			save_in(dir, components, &s);
	}
	tensorwriter_end(&net, &s);
	save_in(dir, "weights.safetensors", &s);
	str_reset(&s);
	str_puts(&s, config);
	save_in(dir, "config.json", &s);
	str_release(&s);
	return dir;
}

static void expected(double mean[DIM])
{
	memset(mean, 0, DIM * sizeof(*mean));
	for (size_t p = 0; p < N; p++)
		for (size_t o = 0; o < DIM; o++) {
			double v = bias[o];

			for (size_t i = 0; i < SIZE; i++)
				v += (double)patches[p * SIZE + i] *
				     weights[i * DIM + o];
			mean[o] += fmax(v, 0) / N;
		}
}

static void check(const char *name, const char *components,
		  uint8_t digest[HASH_SIZE])
{
	char *dir = folder(name, components);
	struct err err = { 0 };
	struct cnnmodel *m = cnnmodel_open(dir, "/nowhere", 0, &err);
	struct cnnmodel_work *w;
	double mean[DIM];
	float out[DIM];

	if (!m)
		fail_msg("%s", err.message);
	memcpy(digest, cnnmodel_digest(m), HASH_SIZE);
	assert_int_equal(cnnmodel_mels(m), 8);
	assert_int_equal(cnnmodel_dim(m), components ? TO : DIM);
	w = cnnmodel_work_new(m);
	assert_int_equal(cnnmodel_apply(m, w, patches, N, out), 0);
	expected(mean);
	for (size_t i = 0; i < cnnmodel_dim(m); i++) {
		double want = components ? 0 : mean[i];

		for (size_t k = 0; k < DIM && components; k++)
			want += eigen[i * DIM + k] * (mean[k] - means[k]);
		assert_true(fabs(out[i] - want) < 1e-5 * (1 + fabs(want)));
	}
	patches[5] = INFINITY;
	assert_int_equal(cnnmodel_apply(m, w, patches, N, out), -1);
	assert_true(isnan(out[0]));
	patches[5] = 1;
	cnnmodel_work_free(w);
	cnnmodel_free(m);
	free(dir);
}

static void test_vectors(void **state)
{
	uint8_t digest[4][HASH_SIZE];

	(void)state;
	fill(weights, SIZE * DIM, 0.05);
	fill(bias, DIM, 0.3);
	fill(eigen, TO * DIM, 1);
	fill(means, DIM, 1);
	fill(patches, N * SIZE, 1);
	check("plain", NULL, digest[0]);
	check("among", "weights", digest[1]);
	check("beside", "pca.safetensors", digest[2]);
	check("google", "vggish_pca_params.npz", digest[3]);
	/* Each says what it is of. */
	assert_memory_not_equal(digest[0], digest[1], HASH_SIZE);
	assert_memory_not_equal(digest[0], digest[2], HASH_SIZE);
	assert_memory_equal(digest[2], digest[3], HASH_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
