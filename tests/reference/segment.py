#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokenizers of tokenizer.json written again from their descriptions: WordPiece
(Schuster & Nakajima 2012; BERT), byte-pair encoding by bytes (Sennrich et al.
2016; GPT-2) and unigram (Kudo 2018). Slow and plain, to compare with.

segment.py --make DIR SEED   writes NAME.json of each kind with a vocabulary of
                              random words, and `texts`
segment.py FILE.json <TEXTS  a line of ids for each text; a text is its number
                              of bytes, a newline, the bytes
"""
import collections
import json
import os
import random
import re
import sys
import unicodedata

SPACES = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {
    chr(c) for c in range(0x2000, 0x200b)}
IDEOGRAPHS = [(0x4e00, 0x9fff), (0x3400, 0x4dbf), (0x20000, 0x2a6df),
              (0x2a700, 0x2b73f), (0x2b740, 0x2b81f), (0x2b920, 0x2ceaf),
              (0xf900, 0xfaff), (0x2f800, 0x2fa1f)]


def lower(c):
    # One code point, without regard to its neighbours (final sigma).
    return c.lower()


def bert_normal(text, o):
    if o["clean_text"]:
        text = "".join(
            " " if c in SPACES else c for c in text
            if c in "\t\n\r" or not (c in "\0\ufffd" or unicodedata.category(c)
                                      in ("Cc", "Cf", "Co", "Cs")))
    if o["handle_chinese_chars"]:
        text = "".join(
            f" {c} " if any(a <= ord(c) <= b for a, b in IDEOGRAPHS) else c
            for c in text)
    strip = o["strip_accents"]
    if o["lowercase"] if strip is None else strip:
        text = "".join(c for c in unicodedata.normalize("NFD", text)
                       if unicodedata.category(c) != "Mn")
    if o["lowercase"]:
        text = "".join(lower(c) for c in text)
    return text


def bert_words(text):
    for word in re.split("[%s]" % re.escape("".join(SPACES)), text):
        run = ""
        for c in word:
            if (33 <= ord(c) < 127 and not c.isalnum()
                    or unicodedata.category(c).startswith("P")):
                if run:
                    yield run
                yield c
                run = ""
            else:
                run += c
        if run:
            yield run


def wordpiece(word, model):
    vocab, unknown = model["vocab"], model["vocab"][model["unk_token"]]
    if len(word) > model["max_input_chars_per_word"]:
        return [unknown]
    out, at = [], 0
    while at < len(word):
        for end in range(len(word), at, -1):
            piece = word[at:end]
            if at:
                piece = model["continuing_subword_prefix"] + piece
            if piece in vocab:
                out.append(vocab[piece])
                at = end
                break
        else:
            return [unknown]
    return out


def byte_letters():
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    letters = {b: chr(b) for b in shown}
    letters.update({b: chr(256 + i) for i, b in enumerate(hidden)})
    return letters


LETTERS = byte_letters()


def gpt2_words(text):
    def class_of(*major):
        found = {c for c in text if unicodedata.category(c)[0] in major}
        return re.escape("".join(sorted(found))) or "\udfff"

    letters, digits = class_of("L"), class_of("N")
    space = re.escape("".join(sorted(SPACES)))
    pattern = ("'s|'t|'re|'ve|'m|'ll|'d| ?[{0}]+| ?[{1}]+| ?[^{2}{0}{1}]+"
               "|[{2}]+(?![^{2}])|[{2}]+").format(letters, digits, space)
    return re.findall(pattern, text)


def bytepair(word, model, ranks):
    parts = [LETTERS[b] for b in word.encode()]
    while len(parts) > 1:
        rank, at = min((ranks.get(pair, len(ranks)), i)
                       for i, pair in enumerate(zip(parts, parts[1:])))
        if rank == len(ranks):
            break
        parts[at:at + 2] = [parts[at] + parts[at + 1]]
    return [model["vocab"][p] for p in parts]


def unigram(word, model, scores):
    worst = min(s for _, s in model["vocab"]) - 10.0
    best = [(0.0, 0, 0)] + [None] * len(word)  # score, from, id
    longest = max(map(len, scores))
    for i in range(len(word)):
        single = False
        for k in range(i + 1, min(len(word), i + longest) + 1):
            found = scores.get(word[i:k])
            if found is None:
                continue
            single |= k == i + 1
            score = found[1] + best[i][0]
            if best[k] is None or score > best[k][0]:
                best[k] = (score, i, found[0])
        if not single:
            score = worst + best[i][0]
            if best[i + 1] is None or score > best[i + 1][0]:
                best[i + 1] = (score, i, model["unk_id"])
    out, end = [], len(word)
    while end:
        _, begin, token = best[end]
        if not (token == model["unk_id"] and out
                and out[-1] == model["unk_id"]):
            out.append(token)
        end = begin
    return out[::-1]


def encode(text, t):
    model, out = t["model"], []
    if model["type"] == "WordPiece":
        for word in bert_words(bert_normal(text, t["normalizer"])):
            out += wordpiece(word, model)
    elif model["type"] == "BPE":
        ranks = {tuple(m.split(" ")): i for i, m in enumerate(model["merges"])}
        for word in gpt2_words(text):
            out += bytepair(word, model, ranks)
    else:
        scores = {w: (i, s) for i, (w, s) in enumerate(model["vocab"])}
        text = unicodedata.normalize("NFKC", text)
        for word in re.split("[%s]" % re.escape("".join(SPACES)), text):
            if not word:
                continue
            if word[0] != "\u2581":
                word = "\u2581" + word
            for piece in re.findall("\u2581?[^\u2581]+|\u2581", word):
                out += unigram(piece, model, scores)
    return out


# --- what is compared ---

PIECES = (
    "the quick Brown fox 's 're 'LL don't I'd na\u00efve Caf\u00e9 cafe\u0301 "
    "\ufb01ne \ufb00 \u00c5 \u212b A\u030a \u0130stanbul \u0131Ii \u00df \u1e9e "
    "\u03a3\u0391\u03a3 \u03c2 \ud55c\uad6d\uc5b4 \u1112\u1161\u11ab \uac01 "
    "\u4e2d\u6587 \u570b\u8a9e \U00020000 \U0002a700 \U0002b820 \U0002b920 "
    "\u65e5\u672c\u8a9e \u304c \u304b\u3099 \uff8a\uff9f "
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd "
    "\u0645\u064e\u0631\u0652\u062d\u064e\u0628\u064b\u0627 "
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e20\u0e32\u0e29\u0e32 "
    "\U0001f44d\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467 "
    "\U0001f1e9\U0001f1ea \u2764\ufe0f \u200b \ufeff \u00ad soft\u00adhyphen "
    "\x00 \x01 \x7f \x85 \u2028 \ufffd \ue000 \U000f0000 \u0378 \u00bd \u00b2 "
    "\u2167 \u0661\u0662\u0663 123 3.14 1,000 $5 \u20ac \u2122 \ufdfa \u2026 "
    "\u2014 \u201cq\u201d ! ?! ... _ a_b http://x.y/z?q=1 @user #tag \u2581 "
    "\u0120a ##ing \u0315\u0300\u05ae \u0344 \u0958 \u2126 \u1e9b\u0323 "
    "\U0001d15e \u302a\u302e \u0e33 \u01c6 \u01c5 \u212a \u1fb3 \u1fbc "
    "\U0001d4d7\U0001d4ee \u2460 \u336f \uff46\uff55\uff4c\uff4c x\u0336y \u034f "
    "\u115f \u180e \u2066rtl\u2069 running unwanted hello HELLO world"
).split(" ") + ["a" * 130, "\u00e9" * 60, "e" + "\u0301" * 30]
BLANKS = [" "] * 6 + ["", "", "  ", "   ", "\n", "\r\n", "\t", "\u00a0",
                      "\u3000", "\u2009"]


def some_text(rng):
    out = []
    for _ in range(rng.choice([0, 1, 1, 2, 3, 5, 8, 20])):
        kind = rng.random()
        if kind < 0.6:
            out.append(rng.choice(PIECES))
        elif kind < 0.7:
            c = rng.choice([rng.randrange(0x20, 0x3000),
                            rng.randrange(0x3000, 0xd800),
                            rng.randrange(0xe000, 0x20000)])
            # What is not assigned here may be where the other was built.
            if unicodedata.category(chr(c)) != "Cn":
                out.append(chr(c))
        else:
            out.append("".join(chr(rng.randrange(0x20, 0x7f))
                               for _ in range(rng.randrange(1, 8))))
        out.append(rng.choice(BLANKS))
    return "".join(out)


def save(folder, name, normalizer, pre_tokenizer, model, decoder=None):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        json.dump({"version": "1.0", "truncation": None, "padding": None,
                   "added_tokens": [], "normalizer": normalizer,
                   "pre_tokenizer": pre_tokenizer, "post_processor": None,
                   "decoder": decoder, "model": model}, f)


def make_wordpiece(folder, rng, texts):
    for i in range(4):
        options = {"type": "BertNormalizer", "clean_text": i != 1,
                   "handle_chinese_chars": i != 2,
                   "strip_accents": (None, None, False, True)[i],
                   "lowercase": i != 3}
        counts = collections.Counter()
        for text in texts:
            for word in bert_words(bert_normal(text, options)):
                for _ in range(3):
                    a = rng.randrange(len(word))
                    b = rng.randrange(a, min(len(word), a + 6)) + 1
                    counts[("##" if a else "") + word[a:b]] += 1
        words = ["[PAD]", "[UNK]"] + [w for w, _ in counts.most_common(900)]
        words += [p + chr(c) for c in range(33, 127) for p in ("", "##")]
        vocab = {}
        for w in words:
            vocab.setdefault(w, len(vocab))
        save(folder, f"wordpiece{i}.json", options,
             {"type": "BertPreTokenizer"},
             {"type": "WordPiece", "unk_token": "[UNK]",
              "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100, "vocab": vocab})


def make_bytepair(folder, rng, texts):
    vocab = {c: i for i, c in enumerate(LETTERS.values())}
    merges = []
    for text in texts:
        for word in gpt2_words(text)[:6]:
            parts = [LETTERS[b] for b in word.encode()[:24]]
            while len(parts) > 1 and rng.random() < 0.8:
                i = rng.randrange(len(parts) - 1)
                pair = (parts[i], parts[i + 1])
                parts[i:i + 2] = ["".join(pair)]
                if parts[i] not in vocab:
                    vocab[parts[i]] = len(vocab)
                if pair not in merges:
                    merges.append(pair)
    merges = merges[:1500]
    rng.shuffle(merges)
    save(folder, "bytepair.json", None,
         {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
          "use_regex": True},
         {"type": "BPE", "dropout": None, "unk_token": None,
          "continuing_subword_prefix": "", "end_of_word_suffix": "",
          "fuse_unk": False, "vocab": vocab,
          "merges": [" ".join(m) for m in merges]},
         {"type": "ByteLevel"})


def make_unigram(folder, rng, texts):
    counts = collections.Counter()
    for text in texts:
        text = "\u2581" + unicodedata.normalize("NFKC", text)
        text = text.replace(" ", "\u2581").replace("\0", "")
        for a in range(len(text)):
            counts[text[a:a + rng.randrange(1, 7)]] += 1
    vocab = [["<unk>", 0.0]]
    for word, _ in counts.most_common(1200):
        if word != "<unk>":
            vocab.append([word, rng.choice([-rng.random() * 12 - 1,
                                            -float(rng.randrange(3, 12))])])
    save(folder, "unigram.json", {"type": "NFKC"},
         {"type": "Sequence", "pretokenizers": [
             {"type": "WhitespaceSplit"},
             {"type": "Metaspace", "replacement": "\u2581",
              "add_prefix_space": True}]},
         {"type": "Unigram", "unk_id": 0, "vocab": vocab})


def make(folder, seed):
    rng = random.Random(seed)
    make_wordpiece(folder, rng, [some_text(rng) for _ in range(150)])
    make_bytepair(folder, rng, [some_text(rng) for _ in range(150)])
    make_unigram(folder, rng, [some_text(rng) for _ in range(150)])
    with open(os.path.join(folder, "texts"), "wb") as f:
        for _ in range(600):
            text = some_text(rng).encode()
            f.write(b"%d\n" % len(text) + text)


def main():
    if sys.argv[1] == "--make":
        make(sys.argv[2], int(sys.argv[3]))
        return
    with open(sys.argv[1], encoding="utf-8") as f:
        t = json.load(f)
    data, at = sys.stdin.buffer.read(), 0
    while at < len(data):
        line = data.index(b"\n", at)
        n = int(data[at:line])
        text = data[line + 1:line + 1 + n].decode()
        print(*encode(text, t))
        at = line + 1 + n


main()
