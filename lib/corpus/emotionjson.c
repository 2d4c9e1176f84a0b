/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/emotionreader.h"

#include "io/json.h"

const char *const emotion_names[EMOTION_CLASSES] = { "sadness", "joy",
						     "love",    "anger",
						     "fear",    "surprise",
						     "neutral", "sarcasm" };
static void put_number(struct str *out, const char *before, double v)
{
	str_puts(out, before);
	json_put_number(out, v, 3);
}

/* A phrase as a string, its white space and unseen characters as one blank. */
static void put_phrase(struct str *out, struct span phrase)
{
	struct str text = { 0 };

	for (size_t i = 0; i < phrase.n; i++) {
		bool blank = (unsigned char)phrase.p[i] <= ' ';

		if (!blank)
			str_putc(&text, phrase.p[i]);
		else if (text.n && text.p[text.n - 1] != ' ')
			str_putc(&text, ' ');
	}
	json_put_string(out, span_str(&text));
	str_release(&text);
}

static void put_probs(const struct emotion *e, struct str *out)
{
	str_puts(out, ",\"probs\":{");
	for (size_t i = 0; i < EMOTION_CLASSES; i++) {
		str_printf(out, "%s\"%s\":", i ? "," : "", emotion_names[i]);
		json_put_number(out, e->probs[i], 3);
	}
	str_putc(out, '}');
}

void emotion_json(const struct emotion *e, struct str *out)
{
	str_puts(out, "{\"top\":[");
	for (size_t i = 0; i < e->tops; i++)
		str_printf(out, "%s\"%s\"", i ? "," : "",
			   emotion_names[e->top[i]]);
	put_number(out, "],\"confidence\":", e->confidence);
	put_probs(e, out);
	str_puts(out, ",\"labels\":[");
	for (size_t i = 0; i < e->nlabels; i++) {
		if (i)
			str_putc(out, ',');
		json_put_string(out, span_of(e->labels[i].name));
	}
	put_number(out, "],\"valence\":", e->valence);
	put_number(out, ",\"arousal\":", e->arousal);
	put_number(out, ",\"dominance\":", e->dominance);
	put_number(out, ",\"spread\":", e->spread);
	str_puts(out, ",\"words\":[");
	for (size_t i = 0; i < e->nwords; i++) {
		if (i)
			str_putc(out, ',');
		put_phrase(out, e->words[i]);
	}
	str_putc(out, ']');
	if (e->sarcasm_turned)
		str_puts(out, ",\"sarcasm_turned\":true");
	if (e->language) {
		str_puts(out, ",\"language\":");
		json_put_string(out, span_of(e->language));
	}
	str_putc(out, '}');
}
