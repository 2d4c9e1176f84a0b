/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a config.json: refused, or a shape that can be. */
#include <stdint.h>
#include <stdlib.h>

#include "base/num.h"
#include "encoder/encoderconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct encoder_config *c)
{
	struct str name = { 0 };

	if (!c->hidden || !c->heads || c->hidden % c->heads || !c->layers ||
	    !c->tokens_max || !c->vocabulary || c->pad < 0 ||
	    (c->positions && c->position_first + c->tokens_max > c->positions))
		abort();
	for (int i = 0; i < ENCODER_TENSORS; i++) {
		enum encoder_tensor t = (enum encoder_tensor)i;
		size_t dims[3] = { 1, 1, 1 }, n = 1;
		int ndim;

		if (!encoder_has(c, t))
			continue;
		ndim = encoder_dims(c, t, dims);
		for (int k = 0; k < ndim; k++)
			if (!dims[k] || num_muladd(n, dims[k], 0, &n))
				abort();
		encoder_full_name(c, t, c->layers - 1, &name);
		if (strstr(name.p, "none"))
			abort();
	}
	for (size_t i = 0; i < c->labels; i++)
		str_puts(&name, c->label[i]);
	str_release(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct encoder_config c;
	struct err err = { 0 };
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	/* Nothing behind it: a reader that goes too far is seen. */
	text = realloc(text, size ? size : 1);
	if (!encoder_config_parse(&c, (struct span){ text, size },
				  "config.json", &err))
		check(&c);
	else if (!err.message[0])
		abort();
	encoder_config_release(&c);
	free(text);
	return 0;
}
