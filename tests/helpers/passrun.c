/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * passrun [OPTIONS] check DIR
 * passrun [OPTIONS] speed CONFIG.JSON
 *
 * check: the encoder in training over DIR/expected/ids, as the reference script
 * writes it: prints "states X gradients Y logits Z": X, how far its states are
 * from those of the encoder applied, at most; Y and Z, how far gradients of the
 * loss over states, and over logits (0 without a head), are from those of
 * autograd: for the worst tensor |got - want| / |want|, where a tensor smaller
 * than a thousandth of all counts as that.
 *
 * speed: "forward_ms backward_ms" of a batch, CPU time, the fastest of --repeat
 * rounds, with random weights of that shape.
 *
 *   --bf16 --checkpointing --threads N (1) --batch N (32) --tokens N (64)
 *   --repeat N (5) --lora RANK: adapters alone are trained, of all projections
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/num.h"
#include "encoder/lora.h"
#include "io/npy.h"

struct run {
	struct encoderpass_options options;
	int batch, tokens, repeat, rank;
	const char *dir;
	struct encoder_config config;
	struct encoderfolder *folder;
	struct parameters p;
	struct encoderpass *pass;
	struct subword *token;
	size_t *start, sequences;
	struct err err;
};

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "passrun: %s: %s\n", what, err->message);
	exit(1);
}

static FILE *expected(const struct run *r, const char *name)
{
	struct str path = { 0 };
	FILE *f;

	str_printf(&path, "%s/expected/%s", r->dir, name);
	f = fopen(str_z(&path), "r");
	str_release(&path);
	return f;
}

/* --- check --- */

static void read_ids(struct run *r)
{
	FILE *f = expected(r, "ids");
	char *line = NULL;
	size_t cap = 0, tokens = 0, token_cap = 0, start_cap = 0;

	if (!f)
		die("expected/ids is not there", &r->err);
	MEM_ROOM(r->start, 1, start_cap);
	r->start[0] = 0;
	while (getline(&line, &cap, f) > 0) {
		for (char *save, *w = strtok_r(line, " \n", &save); w;
		     w = strtok_r(NULL, " \n", &save)) {
			char *colon = strchr(w, ':');

			MEM_ROOM(r->token, tokens + 1, token_cap);
			r->token[tokens++] = (struct subword){
				.id = (int32_t)strtol(w, NULL, 10),
				.type =
				    colon ? (uint8_t)strtol(colon + 1, NULL, 10)
					  : 0
			};
		}
		MEM_ROOM(r->start, r->sequences + 2, start_cap);
		r->start[++r->sequences] = tokens;
	}
	free(line);
	fclose(f);
}

static struct encoder_batch batch(const struct run *r)
{
	return (struct encoder_batch){ r->sequences, r->start, r->token };
}

static double states_apart(struct run *r, const float *states)
{
	struct encoder *e = encoder_new(r->folder, LINEAR_F32, &r->err);
	struct encoder_work *w;
	struct encoder_batch b = batch(r);
	const float *want;
	double far = 0;

	if (!e)
		die("encoder_new", &r->err);
	w = encoder_work_new(e);
	want = encoder_apply(e, w, &b, &r->err);
	if (!want)
		die("encoder_apply", &r->err);
	for (size_t i = 0; i < r->start[r->sequences] * r->config.hidden; i++)
		far = fmax(far, fabs((double)states[i] - want[i]));
	encoder_work_free(w);
	encoder_free(e);
	return far;
}

static void train_all(struct run *r)
{
	for (size_t i = 0; i < r->p.count; i++)
		parameter_train(r->p.items[i], true);
}

/* The reference names tensors as the model's file does. */
static const struct tensormap_tensor *
reference(const struct run *r, const struct tensormap *map, const char *name)
{
	const struct tensormap_tensor *t = tensormap_find(map, name);
	struct str full = { 0 };

	str_printf(&full, "%s%s", encoder_prefix(&r->config), name);
	if (!t)
		t = tensormap_find(map, str_z(&full));
	str_release(&full);
	return t;
}

static double gradients_apart(struct run *r, const char *name)
{
	struct str path = { 0 };
	struct tensormap *map;
	double all = 0, worst = 0;

	str_printf(&path, "%s/expected/%s", r->dir, name);
	map = tensormap_open(str_z(&path), &r->err);
	if (!map)
		die(str_z(&path), &r->err);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < r->p.count; i++) {
			const struct parameter *p = r->p.items[i];
			const struct tensormap_tensor *t =
			    reference(r, map, p->name);
			double wrong = 0, size = 0;
			float *want;

			if (!t || t->count != p->count)
				die(p->name, &r->err);
			want = mem_zalloc(t->count, sizeof(*want));
			tensormap_floats(t, 0, t->count, want);
			for (size_t k = 0; k < p->count; k++) {
				double d = (double)want[k] - p->gradient[k];

				size += (double)want[k] * want[k];
				wrong += d * d;
			}
			free(want);
			if (!round)
				all += size;
			else
				worst =
				    fmax(worst,
					 sqrt(wrong / fmax(size, 1e-6 * all)));
		}
	tensormap_close(map);
	str_release(&path);
	return worst;
}

static double hidden_loss(struct run *r)
{
	size_t n = r->start[r->sequences], hidden = r->config.hidden;
	float *w = mem_zalloc(n * hidden, sizeof(*w));
	struct str path = { 0 };
	struct npy npy;

	str_printf(&path, "%s/expected/weights.npy", r->dir);
	if (npy_open(&npy, str_z(&path), &r->err))
		die("npy", &r->err);
	for (size_t i = 0; i < n; i++)
		if (npy_read(&npy, w + i * hidden, &r->err) != 1)
			die("npy", &r->err);
	npy_close(&npy);
	encoderpass_backward(r->pass, w);
	free(w);
	str_release(&path);
	return gradients_apart(r, "gradients-hidden.safetensors");
}

/* Cross-entropy over sequences. */
static double logits_loss(struct run *r)
{
	size_t labels = r->config.labels, n = r->sequences;
	size_t states = r->start[n] * r->config.hidden;
	float *logits = mem_zalloc(n * labels, sizeof(*logits));
	float *d = mem_zalloc(states, sizeof(*d));
	FILE *f = expected(r, "labels");
	struct encoder_batch b = batch(r);

	parameters_zero_gradients(&r->p);
	if (!f || !encoderpass_forward(r->pass, &b, false, 0, &r->err) ||
	    encoderpass_classify(r->pass, false, 0, logits, &r->err))
		die("logits", &r->err);
	for (size_t s = 0; s < n; s++) {
		float *x = logits + s * labels;
		double sum = 0;
		size_t right;

		if (fscanf(f, "%zu", &right) != 1 || right >= labels)
			die("labels", &r->err);
		for (size_t k = 0; k < labels; k++)
			sum += exp(x[k]);
		for (size_t k = 0; k < labels; k++)
			x[k] = (float)((exp(x[k]) / sum - (k == right)) /
				       (double)n);
	}
	fclose(f);
	encoderpass_classify_backward(r->pass, logits, d);
	encoderpass_backward(r->pass, d);
	free(d);
	free(logits);
	return gradients_apart(r, "gradients-logits.safetensors");
}

static void check(struct run *r)
{
	struct encoder_batch b;
	const float *states;
	double far;

	r->folder = encoderfolder_open(r->dir, &r->err);
	if (!r->folder)
		die(r->dir, &r->err);
	r->config = r->folder->config;
	if (encoderpass_parameters(&r->config, r->folder, 1,
				   ENCODERPASS_CLASSIFIER, &r->p, &r->err))
		die("parameters", &r->err);
	r->pass = encoderpass_new(&r->config, &r->p, &r->options, &r->err);
	if (!r->pass)
		die("pass", &r->err);
	read_ids(r);
	b = batch(r);
	train_all(r);
	states = encoderpass_forward(r->pass, &b, false, 0, &r->err);
	if (!states)
		die("forward", &r->err);
	far = states_apart(r, states);
	printf("states %.3g gradients %.3g", far, hidden_loss(r));
	printf(" logits %.3g\n", r->config.labels ? logits_loss(r) : 0);
	encoderfolder_close(r->folder);
}

/* --- speed --- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void speed(struct run *r)
{
	struct lora_options lora = { (size_t)r->rank, 1, 0, "all-linear" };
	size_t n = (size_t)r->batch * (size_t)r->tokens;
	double forward = INFINITY, backward = INFINITY;
	struct encoder_batch b;
	float *d;

	if (encoder_config_read(&r->config, r->dir, &r->err) ||
	    encoderpass_parameters(&r->config, NULL, 1, 0, &r->p, &r->err))
		die(r->dir, &r->err);
	r->pass = encoderpass_new(&r->config, &r->p, &r->options, &r->err);
	if (!r->pass)
		die("pass", &r->err);
	if (r->rank && lora_add(&r->config, &lora, 1, &r->p, r->pass, &r->err))
		die("lora", &r->err);
	if (!r->rank)
		train_all(r);
	r->sequences = (size_t)r->batch;
	r->start = mem_zalloc(r->sequences + 1, sizeof(*r->start));
	for (size_t i = 0; i <= r->sequences; i++)
		r->start[i] = i * (size_t)r->tokens;
	r->token = mem_zalloc(n, sizeof(*r->token));
	for (size_t i = 0; i < n; i++)
		r->token[i].id = (int32_t)(i * 7919 % r->config.vocabulary);
	d = mem_zalloc(n * r->config.hidden, sizeof(*d));
	for (size_t i = 0; i < n * r->config.hidden; i++)
		d[i] = (float)(i % 17) / 17;
	b = batch(r);
	for (int i = 0; i < r->repeat; i++) {
		double at = now(), then;

		if (!encoderpass_forward(r->pass, &b, true, 1, &r->err))
			die("forward", &r->err);
		then = now();
		forward = fmin(forward, then - at);
		encoderpass_backward(r->pass, d);
		backward = fmin(backward, now() - then);
	}
	free(d);
	printf("%.1f %.1f\n", forward, backward);
}

static int number(const char *s)
{
	int n;

	if (num_int(span_of(s), 1, 1 << 20, &n)) {
		fprintf(stderr, "passrun: %s: not a number\n", s);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "bf16", no_argument, NULL, 'h' },
		{ "checkpointing", no_argument, NULL, 'c' },
		{ "threads", required_argument, NULL, 'j' },
		{ "batch", required_argument, NULL, 'b' },
		{ "tokens", required_argument, NULL, 't' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "lora", required_argument, NULL, 'l' },
		{ 0 },
	};
	struct run r = {
		.options.threads = 1, .batch = 32, .tokens = 64, .repeat = 5
	};

	for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;)
		switch (c) {
		case 'h':
			r.options.bf16 = true;
			break;
		case 'c':
			r.options.checkpointing = true;
			break;
		case 'j':
			r.options.threads = number(optarg);
			break;
		case 'b':
			r.batch = number(optarg);
			break;
		case 't':
			r.tokens = number(optarg);
			break;
		case 'r':
			r.repeat = number(optarg);
			break;
		case 'l':
			r.rank = number(optarg);
			break;
		default:
			return 2;
		}
	if (argc - optind != 2)
		return 2;
	r.dir = argv[optind + 1];
	if (!strcmp(argv[optind], "check"))
		check(&r);
	else
		speed(&r);
	encoderpass_free(r.pass);
	parameters_release(&r.p);
	free(r.token);
	free(r.start);
	return 0;
}
