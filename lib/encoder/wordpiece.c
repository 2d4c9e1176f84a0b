/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/wordpiece.h"

#include "encoder/tokenread.h"

static const char *const piece_members[] = { "unk_token",
					     "continuing_subword_prefix",
					     "max_input_chars_per_word", NULL };
static const char *const word_members[] = { "unk_token", NULL };

int wordpiece_init(struct wordpiece *w, struct span model, bool whole,
		   const struct tokenvocab *v, struct err *err)
{
	const char *what =
	    whole ? "the model WordLevel" : "the model WordPiece";
	struct str unknown = { 0 };
	int64_t chars = 100;
	int rc = -1;

	*w = (struct wordpiece){ .whole = whole };
	if (tokenread_members(model, what, whole ? word_members : piece_members,
			      err) ||
	    tokenread_string(model, what, "unk_token",
			     whole ? "<unk>" : "[UNK]", &unknown, err))
		goto out;
	w->unknown = tokenvocab_id(v, span_str(&unknown));
	if (w->unknown < 0) {
		err_set(err, ERR_DATA, "tokenizer",
			"%s: its unknown token \"%.60s\" is not in the "
			"vocabulary",
			what, str_z(&unknown));
		goto out;
	}
	if (!whole &&
	    (tokenread_string(model, what, "continuing_subword_prefix", "##",
			      &w->prefix, err) ||
	     tokenread_int(model, what, "max_input_chars_per_word", 0,
			   INT32_MAX, 100, &chars, err)))
		goto out;
	w->max_chars = (size_t)chars;
	rc = 0;
out:
	str_release(&unknown);
	if (rc)
		wordpiece_release(w);
	return rc;
}

void wordpiece_release(struct wordpiece *w)
{
	str_release(&w->prefix);
}

/* Is byte i of s the first of a code point, or the end? */
static inline bool boundary(struct span s, size_t i)
{
	return i == s.n || ((unsigned char)s.p[i] & 0xc0) != 0x80;
}

static size_t chars_of(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* The longest word at byte `at`: where it ends, 0: there is none. */
static size_t longest(const struct wordpiece *w, const struct tokenvocab *v,
		      struct wordpiece_work *work, struct span piece, size_t at,
		      int32_t *id)
{
	const struct span none = { NULL, 0 };
	struct span head = at ? span_str(&w->prefix) : none;
	uint64_t hash = tokenvocab_steps(TOKENVOCAB_HASH, head);
	size_t most = v->longest > head.n ? v->longest - head.n : 0, i;

	if (most > piece.n - at)
		most = piece.n - at;
	for (i = 0; i < most; i++) {
		hash = tokenvocab_step(hash, piece.p[at + i]);
		work->hashes[i] = hash;
	}
	for (; i > 0; i--) {
		struct span tail = { piece.p + at, i };

		if (!boundary(piece, at + i))
			continue;
		*id = tokenvocab_find(v, work->hashes[i - 1], head, tail);
		if (*id >= 0)
			return at + i;
	}
	return 0;
}

void wordpiece_encode(const struct wordpiece *w, const struct tokenvocab *v,
		      struct wordpiece_work *work, struct span piece,
		      struct tokenout *out)
{
	size_t before = out->count, at, end;
	int32_t id;

	if (w->whole) {
		id = tokenvocab_id(v, piece);
		tokenout_put(out, id < 0 ? w->unknown : id, 0, piece.n);
		return;
	}
	MEM_ROOM(work->hashes, v->longest, work->cap);
	if (piece.n > w->max_chars && chars_of(piece) > w->max_chars) {
		tokenout_put(out, w->unknown, 0, piece.n);
		return;
	}
	for (at = 0; at < piece.n; at = end) {
		end = longest(w, v, work, piece, at, &id);
		if (!end) {
			out->count = before;
			tokenout_put(out, w->unknown, 0, piece.n);
			return;
		}
		tokenout_put(out, id, at, end);
	}
}
