#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""spm.py PREFIX: trains small sentencepiece models on words of its own; writes
each as PREFIX-KIND.json (a tokenizer.json), the ids that sentencepiece gives to
PREFIX-texts as PREFIX-KIND.ids.

Texts keep away from what tokenizers and sentencepiece are known to do otherwise:
grapheme clusters that begin with what a rule rewrites, and control symbols."""
import base64
import json
import random
import struct
import sys

import sentencepiece

SYLLABLES = ("an be ca de er fi go ha in jo ka la me no or pa qu re sa ti un va "
             "we xi yo za st ing ed ly tion ment s \u00e9 \u00fc \u00f6 "
             "\u0448 \u0438 \u043d \u4e2d \u570b \u4eba \u306e \u304c "
             "\ufb01 \uff41\uff42 \u00bd \u2122 \u0627 \u0644").split(" ")
WORDS = ["the", "and", "I", "you", "love", "don't", "night,", "a", "?!", "x2"]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            n, at = varint(data, at)
            value, at = data[at:at + n], at + n
        else:
            value, at = struct.unpack("<f", data[at:at + 4])[0], at + 4
        yield key >> 3, value


def text(rng, rare):
    words = []
    for _ in range(rng.randrange(1, 25)):
        if rng.random() < 0.3:
            words.append(rng.choice(WORDS))
        else:
            words.append("".join(rng.choice(SYLLABLES)
                                 for _ in range(rng.randrange(1, 5))))
        if rare and rng.random() < 0.05:
            words.append(rng.choice(["\u0e20\u0e32", "\U0001f44d", "\u1e9e",
                                     "\u2603\u2603", "  ", "\u3000", "\u00a0"]))
    return " ".join(words)


def merges_of(pieces, ids):
    found = []
    for word, score, kind in pieces:
        for i in range(1, len(word) if kind == 1 else 0):
            if word[:i] in ids and word[i:] in ids:
                found.append((-score, ids[word[:i]], ids[word[i:]],
                              [word[:i], word[i:]]))
    return [m[3] for m in sorted(found)]


def model_of(kind, by_bytes, pieces):
    unknown = [i for i, p in enumerate(pieces) if p[2] == 2][0]
    if kind == "unigram":
        return {"type": "Unigram", "unk_id": unknown, "byte_fallback": by_bytes,
                "vocab": [[p[0], p[1]] for p in pieces]}
    ids = {p[0]: i for i, p in enumerate(pieces)}
    return {"type": "BPE", "dropout": None, "unk_token": pieces[unknown][0],
            "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": True, "byte_fallback": by_bytes, "vocab": ids,
            "merges": merges_of(pieces, ids)}


def convert(proto, kind, by_bytes):
    pieces, rules = [], b""
    for field, value in fields(proto):
        if field == 1:
            d = dict(fields(value))
            pieces.append((d[1].decode(), d.get(2, 0.0), d.get(3, 1)))
        elif field == 3:
            rules = dict(fields(value)).get(2, b"")
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Precompiled",
             "precompiled_charsmap": base64.b64encode(rules).decode()},
            {"type": "Strip", "strip_left": True, "strip_right": True},
            {"type": "Replace", "pattern": {"Regex": " {2,}"},
             "content": " "}]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581",
                          "prepend_scheme": "always", "split": True},
        "post_processor": None, "decoder": None,
        "model": model_of(kind, by_bytes, pieces)}


def main():
    prefix, rng = sys.argv[1], random.Random(5)
    with open(prefix + "-train", "w", encoding="utf-8") as f:
        for _ in range(1500):
            print(text(rng, False), file=f)
    texts = [text(rng, True) for _ in range(500)]
    with open(prefix + "-texts", "wb") as f:
        for t in texts:
            f.write(b"%d\n" % len(t.encode()) + t.encode())
    for kind in "unigram", "bpe":
        for by_bytes in False, True:
            name = f"{prefix}-{kind}" + ("-bytes" if by_bytes else "")
            sentencepiece.SentencePieceTrainer.train(
                input=prefix + "-train", model_prefix=name, vocab_size=700,
                model_type=kind, byte_fallback=by_bytes, minloglevel=2,
                hard_vocab_limit=False, num_threads=1)
            with open(name + ".model", "rb") as f:
                proto = f.read()
            with open(name + ".json", "w", encoding="utf-8") as f:
                json.dump(convert(proto, kind, by_bytes), f)
            peer = sentencepiece.SentencePieceProcessor(
                model_file=name + ".model")
            with open(name + ".ids", "w", encoding="utf-8") as f:
                for t in texts:
                    print(*peer.encode(t), file=f)


main()
