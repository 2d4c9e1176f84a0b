/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as the small files of a model's folder, with \1 between them, beside
 * a config.json and weights that are whole: refused, or a folder that says how
 * long its vectors are.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encoder/encoderfolder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
	"modules.json",          "1_Pooling/config.json",
	"2_Dense/config.json",   "sentence_bert_config.json",
	"tokenizer_config.json", "config_sentence_transformers.json",
};
#define NAMES (sizeof(names) / sizeof(*names))

static const char config[] =
    "{\"model_type\":\"bert\",\"vocab_size\":8,\"hidden_size\":4,"
    "\"num_attention_heads\":2,\"num_hidden_layers\":1,\"intermediate_size\":"
    "4,\"max_position_embeddings\":8,\"_name_or_path\":\"e5-x\"}";
static const char weights[] = "\x44\0\0\0\0\0\0\0"
			      "{\"linear.weight\":{\"dtype\":\"F16\",\"shape\":"
			      "[0,4],\"data_offsets\":[0,0]}}";

static void write_file(const char *dir, const char *name, const void *p,
		       size_t n)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || (n && fwrite(p, 1, n, f) != n) || fclose(f))
		abort();
}

static void in_folder(const char *dir, const char *name, bool make)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (make && mkdir(path, 0700))
		abort();
	if (!make)
		remove(path);
}

static void fill(const char *dir, const char *p, size_t n)
{
	in_folder(dir, "1_Pooling", true);
	in_folder(dir, "2_Dense", true);
	write_file(dir, "config.json", config, sizeof(config) - 1);
	write_file(dir, "model.safetensors", weights, sizeof(weights) - 1);
	write_file(dir, "2_Dense/model.safetensors", weights,
		   sizeof(weights) - 1);
	for (size_t i = 0; i < NAMES; i++) {
		const char *end = n ? memchr(p, 1, n) : NULL;
		size_t k = end ? (size_t)(end - p) : n;

		if (k) /* else it is not there */
			write_file(dir, names[i], p, k);
		k += end != NULL;
		p += k;
		n -= k;
	}
}

static void clean(const char *dir)
{
	for (size_t i = 0; i < NAMES; i++)
		in_folder(dir, names[i], false);
	in_folder(dir, "2_Dense/model.safetensors", false);
	in_folder(dir, "model.safetensors", false);
	in_folder(dir, "config.json", false);
	in_folder(dir, "1_Pooling", false);
	in_folder(dir, "2_Dense", false);
	rmdir(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char dir[100];
	struct encoderfolder *f;
	struct err err = { 0 };
	uint8_t digest[HASH_SIZE];

	snprintf(dir, sizeof(dir), "%s/fuzz-encoderfolder-XXXXXX",
		 tmp && strlen(tmp) < 60 ? tmp : "/tmp");
	if (!mkdtemp(dir))
		abort();
	fill(dir, (const char *)data, size);
	f = encoderfolder_open_bare(dir, &err);
	if (f) {
		if (!f->dim || !f->pooling || !f->tokens_max ||
		    f->tokens_max > 8 || !f->query_prefix ||
		    !f->passage_prefix || !f->name ||
		    encoderfolder_digest(f, digest, &err) ||
		    encoderfolder_stamp(f, digest, &err) ||
		    encoderfolder_tensor(f, ENCODER_WORDS, 0, &err))
			abort();
	} else if (!err.message[0] || err.status == ERR_NONE) {
		abort();
	}
	encoderfolder_close(f);
	clean(dir);
	return 0;
}
