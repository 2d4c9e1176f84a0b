/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/indexmeta.h"

#include "io/json.h"

static const char *const members[ORIGINS] = { "text_model",    "emotion_model",
					      "sound_recipe",  "mood_recipe",
					      "audio_recipe",  "cnn_recipe",
					      "texture_tables" };

const char *index_origin_name(enum index_origin which)
{
	return members[which];
}

void index_origins_set(struct index_origins *o, enum index_origin which,
		       const uint8_t digest[HASH_SIZE])
{
	hash_hex(digest, HASH_SIZE, o->digest[which]);
}

void index_origins_read(struct index_origins *o, struct span meta)
{
	struct str text = { 0 };
	uint8_t digest[HASH_SIZE];

	for (int i = 0; i < ORIGINS; i++) {
		o->digest[i][0] = '\0';
		str_reset(&text);
		if (json_string(json_get(meta, members[i]), &text) ||
		    text.n != ORIGIN_HEX - 1 ||
		    hash_unhex(text.p, HASH_SIZE, digest))
			continue;
		index_origins_set(o, i, digest);
	}
	str_release(&text);
}

void indexmeta_write(const struct index_counts *n,
		     const struct index_origins *o, struct str *out)
{
	const struct soundgraph_made *graph = n->graph;

	str_printf(out,
		   "{\"format\":%d,\"tracks\":%zu,\"artists\":%zu,"
		   "\"genres\":%zu,\"text\":%zu,\"audio\":%zu,\"mood\":%zu,"
		   "\"sound\":%zu,\"measured\":%zu,\"timbre\":%zu,"
		   "\"albums\":%zu,\"playlists\":%zu,\"lyrics\":%zu,"
		   "\"text_lists\":%zu,"
		   "\"text_recall\":",
		   GENERATION_VERSION, n->tracks, n->artists, n->genres,
		   n->text, n->audio[AUDIO_COMPONENTS], n->mood, n->display,
		   n->measured, n->timbre, n->albums, n->playlists, n->lyrics,
		   n->lists.lists);
	str_fixed(out, n->text ? n->lists.recall : 1, 3);
	str_printf(out,
		   ",\"audio_lists\":%zu,\"audio_graph\":%zu,"
		   "\"audio_recall\":",
		   graph[AUDIO_COMPONENTS].lists,
		   graph[AUDIO_COMPONENTS].nodes);
	str_fixed(
	    out,
	    n->audio[AUDIO_COMPONENTS] ? graph[AUDIO_COMPONENTS].recall : 1, 3);
	if (o->digest[ORIGIN_CNN][0]) {
		str_printf(out,
			   ",\"cnn\":%zu,\"cnn_lists\":%zu,\"cnn_graph\":%zu,"
			   "\"cnn_recall\":",
			   n->audio[AUDIO_NETWORK], graph[AUDIO_NETWORK].lists,
			   graph[AUDIO_NETWORK].nodes);
		str_fixed(out,
			  n->audio[AUDIO_NETWORK] ? graph[AUDIO_NETWORK].recall
						  : 1,
			  3);
	}
	for (int i = 0; i < ORIGINS; i++)
		if (o->digest[i][0])
			str_printf(out, ",\"%s\":\"%s\"", members[i],
				   o->digest[i]);
	str_puts(out, "}\n");
}
