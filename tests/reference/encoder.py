# SPDX-License-Identifier: GPL-3.0-or-later
"""Transformer encoders with random weights, and what they must give.

  encoder.py list                        the models below, one to a line
  encoder.py folder NAME DIR [OPTIONS]   a model's folder as the hub keeps it,
                                         and DIR/expected
  encoder.py all DIR [OPTIONS]           the same of all tiny ones, DIR/NAME
  encoder.py gradients NAME DIR [...]    the same, and gradients by autograd
  encoder.py compare A.npy B.npy [--max X] [--cosine Y]
                                         "max 1.2e-06 cosine 1.0000000", over
                                         rows; status 1 beyond the limits

  --dtype F32|F16|BF16  of the file (F32)    --shards N (1: no index)
  --seed N (1)          --prefixed 0|1       names with the family's prefix
  --lengths 1,2,9       of the sequences     --expected 0|1 (1)

Written from the papers (Devlin et al. 2019, Liu et al. 2019, Sanh et al. 2019,
Song et al. 2020, He et al. 2021 and 2023) and from what huggingface/transformers
and sentence-transformers compute, in float64, a sequence at a time.

DIR/expected:
  ids          a sequence a line, ID:SEGMENT with blanks between
  hidden.npy   the last states, [tokens of all sequences][hidden]
  layer-N.npy  states after layer N, 0 for the embeddings (tiny models)
  logits.npy   [sequences][labels]
  texts        a text a line; plain.npy, query.npy, passage.npy: their vectors
  pairs        QUERY, tab, TEXT a line; pairs.npy: their logits
and by gradients:
  weights.npy  w, as hidden.npy; loss = sum of w * hidden
  gradients-hidden.safetensors   of that loss, names as in the model's file
  labels       a class a line; loss = mean cross-entropy over sequences
  gradients-logits.safetensors   of that
  loss         both losses, a line each
"""
import json
import math
import os
import struct
import sys
import zlib

import numpy as np

if sys.argv[1:2] != ["compare"]:  # which takes a second to load
    import torch

    torch.set_num_threads(1)
    DOUBLE = torch.float64

# --- the models ---

BERT = {"model_type": "bert", "architectures": ["BertModel"],
        "hidden_act": "gelu", "layer_norm_eps": 1e-12, "type_vocab_size": 2,
        "pad_token_id": 0, "position_embedding_type": "absolute",
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
ROBERTA = dict(BERT, model_type="roberta", architectures=["RobertaModel"],
               layer_norm_eps=1e-5, type_vocab_size=1, pad_token_id=1)
XLMR = dict(ROBERTA, model_type="xlm-roberta",
            architectures=["XLMRobertaModel"])
MPNET = {k: v for k, v in dict(
    ROBERTA, model_type="mpnet", architectures=["MPNetModel"],
    relative_attention_num_buckets=32).items()
    if k not in ("type_vocab_size", "position_embedding_type")}
DEBERTA = {k: v for k, v in dict(
    BERT, model_type="deberta-v2", architectures=["DebertaV2Model"],
    layer_norm_eps=1e-7, type_vocab_size=0, relative_attention=True,
    position_biased_input=False, pos_att_type="p2c|c2p", share_att_key=True,
    norm_rel_ebd="layer_norm", max_relative_positions=-1,
    pooler_hidden_act="gelu").items() if k != "position_embedding_type"}


def sized(base, layers, hidden, heads, inner, vocabulary, positions, **more):
    return dict(base, num_hidden_layers=layers, hidden_size=hidden,
                num_attention_heads=heads, intermediate_size=inner,
                vocab_size=vocabulary, max_position_embeddings=positions,
                **more)


def distilbert(layers, dim, heads, inner, vocabulary, positions, **more):
    return dict({"model_type": "distilbert", "n_layers": layers, "dim": dim,
                 "architectures": ["DistilBertModel"], "n_heads": heads,
                 "hidden_dim": inner, "vocab_size": vocabulary,
                 "max_position_embeddings": positions, "activation": "gelu",
                 "dropout": 0.1, "attention_dropout": 0.1,
                 "sinusoidal_pos_embds": False, "pad_token_id": 0,
                 "seq_classif_dropout": 0.2}, **more)


def headed(config, labels, **more):
    name = config["architectures"][0]
    return dict(config, architectures=[
        name.replace("Model", "ForSequenceClassification")],
        id2label={str(i): "class %d" % i for i in range(labels)},
        label2id={"class %d" % i: i for i in range(labels)}, **more)


TINY = (2, 32, 4, 48, 90)
MODELS = {
    "bert": sized(BERT, *TINY, 40),
    "bert-head": headed(sized(BERT, *TINY, 40), 3),
    "bert-relu": sized(BERT, 3, 24, 3, 40, 90, 40, hidden_act="relu"),
    "bert-tanh": headed(sized(BERT, *TINY, 40, hidden_act="gelu_new"), 1),
    "roberta": sized(ROBERTA, *TINY, 42),
    "roberta-head": headed(sized(ROBERTA, *TINY, 42), 4),
    "xlm-r": sized(XLMR, *TINY, 42),
    "xlm-r-head": headed(sized(XLMR, *TINY, 42), 2),
    "mpnet": sized(MPNET, *TINY, 202),
    "mpnet-head": headed(sized(MPNET, *TINY, 202), 3),
    "distilbert": distilbert(*TINY, 40),
    "distilbert-head": headed(distilbert(*TINY, 40), 2),
    "deberta": sized(DEBERTA, *TINY, 60, position_buckets=8),
    "deberta-head": headed(sized(DEBERTA, *TINY, 60, position_buckets=8), 3),
    "deberta-plain": sized(DEBERTA, *TINY, 40, share_att_key=False,
                           position_biased_input=True, type_vocab_size=2,
                           pos_att_type=["c2p", "p2c"], norm_rel_ebd="none",
                           max_relative_positions=12),
    "deberta-apart": headed(sized(DEBERTA, *TINY, 60, position_buckets=8,
                                  share_att_key=False), 2),
    "deberta-c2p": sized(DEBERTA, *TINY, 60, position_buckets=8,
                         share_att_key=False, pos_att_type="c2p"),
    "deberta-p2c": sized(DEBERTA, *TINY, 60, position_buckets=6,
                         pos_att_type="p2c"),
    "deberta-conv": sized(DEBERTA, *TINY, 60, position_buckets=8,
                          conv_kernel_size=3, conv_act="gelu"),
    "deberta-narrow": sized(DEBERTA, *TINY, 60, position_buckets=8,
                            embedding_size=20, conv_kernel_size=5),
    "deberta-absolute": sized(DEBERTA, *TINY, 40, relative_attention=False,
                              position_biased_input=True,
                              norm_rel_ebd="none"),
    # shapes of published models
    "minilm-l6": sized(BERT, 6, 384, 12, 1536, 30522, 512),
    "bge-small": sized(BERT, 12, 384, 12, 1536, 30522, 512),
    "e5-base": sized(BERT, 12, 768, 12, 3072, 30522, 512),
    "e5-large": sized(BERT, 24, 1024, 16, 4096, 30522, 512),
    "minilm-l6-cross": headed(sized(BERT, 6, 384, 12, 1536, 30522, 512), 1),
    "roberta-base": headed(sized(ROBERTA, 12, 768, 12, 3072, 50265, 514), 28),
    "xlm-r-base": sized(XLMR, 12, 768, 12, 3072, 30000, 514),
    "mpnet-base": sized(MPNET, 12, 768, 12, 3072, 30527, 514),
    "distilbert-base": headed(distilbert(6, 768, 12, 3072, 30522, 512), 6),
    "deberta-v3-small": headed(sized(DEBERTA, 6, 768, 12, 3072, 128100, 512,
                                     position_buckets=256), 3),
    "deberta-v3-base": sized(DEBERTA, 12, 768, 12, 3072, 128100, 512,
                             position_buckets=256),
}
FAMILY = {"bert": "bert", "roberta": "roberta", "xlm-roberta": "roberta",
          "mpnet": "mpnet", "distilbert": "distilbert",
          "deberta-v2": "deberta"}


class Shape:
    """What a configuration means."""

    def __init__(self, c):
        self.c = c
        self.family = f = FAMILY[c["model_type"]]
        distil = f == "distilbert"
        self.hidden = c["dim" if distil else "hidden_size"]
        self.layers = c["n_layers" if distil else "num_hidden_layers"]
        self.heads = c["n_heads" if distil else "num_attention_heads"]
        self.inner = c["hidden_dim" if distil else "intermediate_size"]
        self.act = c["activation" if distil else "hidden_act"]
        self.eps = 1e-12 if distil else c["layer_norm_eps"]
        self.vocabulary = c["vocab_size"]
        self.types = c.get("type_vocab_size", 0)
        self.embedding = c.get("embedding_size", self.hidden)
        self.rows = c["max_position_embeddings"]
        self.first = {"roberta": c.get("pad_token_id", 1) + 1,
                      "mpnet": 2}.get(f, 0)
        self.longest = self.rows - self.first
        self.labels = len(c.get("id2label", ()))
        self.relative = c.get("relative_attention", False)
        if not c.get("position_biased_input", True):
            self.rows = 0
        terms = c.get("pos_att_type", [])
        if isinstance(terms, str):
            terms = terms.split("|")
        self.c2p = "c2p" in terms
        self.p2c = "p2c" in terms
        self.share = c.get("share_att_key", False)
        self.norm_rel = "layer_norm" in c.get("norm_rel_ebd", "none")
        self.buckets = max(c.get("position_buckets", -1), 0)
        reach = c.get("max_relative_positions", -1)
        self.reach = reach if reach >= 1 else c["max_position_embeddings"]
        self.span = self.buckets or self.reach
        self.kernel = c.get("conv_kernel_size", 0)


# --- names and random values of tensors ---

def linear(name, out, into):
    return [(name + ".weight", (out, into), "linear"),
            (name + ".bias", (out,), "bias")]


def norm(name, size):
    return [(name + ".weight", (size,), "gain"),
            (name + ".bias", (size,), "bias")]


LAYER = {
    "bert": ("encoder.layer.%d.", "attention.self.query",
             "attention.self.key", "attention.self.value",
             "attention.output.dense", "attention.output.LayerNorm",
             "intermediate.dense", "output.dense", "output.LayerNorm"),
    "distilbert": ("transformer.layer.%d.", "attention.q_lin",
                   "attention.k_lin", "attention.v_lin", "attention.out_lin",
                   "sa_layer_norm", "ffn.lin1", "ffn.lin2",
                   "output_layer_norm"),
    "mpnet": ("encoder.layer.%d.", "attention.attn.q", "attention.attn.k",
              "attention.attn.v", "attention.attn.o", "attention.LayerNorm",
              "intermediate.dense", "output.dense", "output.LayerNorm"),
}
LAYER["roberta"] = LAYER["bert"]
LAYER["deberta"] = LAYER["bert"][:1] + tuple(
    "attention.self.%s_proj" % x for x in ("query", "key", "value")) + \
    LAYER["bert"][4:]
HEAD = {"bert": ("pooler.dense", "classifier"),
        "deberta": ("pooler.dense", "classifier"),
        "roberta": ("classifier.dense", "classifier.out_proj"),
        "mpnet": ("classifier.dense", "classifier.out_proj"),
        "distilbert": ("pre_classifier", "classifier")}


def tensors(s):
    """Name, shape and kind of each; the base model's without prefix."""
    e = "embeddings."
    out = [(e + "word_embeddings.weight", (s.vocabulary, s.embedding),
            "words")]
    if s.rows:
        out += [(e + "position_embeddings.weight", (s.rows, s.embedding),
                 "places")]
    if s.types:
        out += [(e + "token_type_embeddings.weight", (s.types, s.embedding),
                 "places")]
    if s.embedding != s.hidden:
        out += [(e + "embed_proj.weight", (s.hidden, s.embedding), "linear")]
    out += norm(e + "LayerNorm", s.hidden)
    if s.family == "mpnet":
        out += [("encoder.relative_attention_bias.weight", (32, s.heads),
                 "words")]
    if s.relative:
        out += [("encoder.rel_embeddings.weight", (2 * s.span, s.hidden),
                 "words")]
        if s.norm_rel:
            out += norm("encoder.LayerNorm", s.hidden)
    if s.kernel:
        out += [("encoder.conv.conv.weight", (s.hidden, s.hidden, s.kernel),
                 "linear"), ("encoder.conv.conv.bias", (s.hidden,), "bias")]
        out += norm("encoder.conv.LayerNorm", s.hidden)
    start, *parts = LAYER[s.family]
    for i in range(s.layers):
        q, k, v, o, n1, f1, f2, n2 = [start % i + x for x in parts]
        for x in (q, k, v, o):
            out += linear(x, s.hidden, s.hidden)
        if s.relative and not s.share:
            if s.c2p:
                out += linear(start % i + "attention.self.pos_key_proj",
                              s.hidden, s.hidden)
            if s.p2c:
                out += linear(start % i + "attention.self.pos_query_proj",
                              s.hidden, s.hidden)
        out += norm(n1, s.hidden) + linear(f1, s.inner, s.hidden)
        out += linear(f2, s.hidden, s.inner) + norm(n2, s.hidden)
    if s.labels:
        pooler, classifier = HEAD[s.family]
        out += linear(pooler, s.hidden, s.hidden)
        out += linear(classifier, s.labels, s.hidden)
    return out


def full_name(s, name):
    """As a model with a head has it."""
    pooler, classifier = HEAD[s.family]
    if name.startswith(classifier + ".") or (
            s.family != "bert" and name.startswith(pooler + ".")):
        return name
    return s.family + "." + name


def random_tensor(seed, name, shape, kind):
    """Wide enough that attention is uneven and no bias goes unseen."""
    rng = np.random.RandomState((zlib.crc32(name.encode()) + seed) % 2**32)
    x = rng.standard_normal(shape).astype(np.float32)
    if kind == "linear":
        x *= np.float32(1 / math.sqrt(np.prod(shape[1:])))
    elif kind == "gain":
        x = 1 + np.float32(0.2) * x
    else:
        x *= np.float32({"bias": 0.2, "words": 1.0, "places": 0.5}[kind])
    return x


def to_bf16(x):
    u = np.ascontiguousarray(x, np.float32).view(np.uint32).astype(np.uint64)
    return ((u + 0x7fff + (u >> 16 & 1)) >> 16).astype(np.uint16)


def stored(x, dtype):
    """The bytes of a tensor in the file, and its values there."""
    if dtype == "F16":
        h = x.astype(np.float16)
        return h.tobytes(), h.astype(np.float32)
    if dtype == "BF16":
        h = to_bf16(x)
        return h.tobytes(), (h.astype(np.uint32) << 16).view(np.float32)
    return x.astype(np.float32).tobytes(), x.astype(np.float32)


def write_safetensors(path, items, dtype="F32"):
    """items: (name, shape, bytes)."""
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape, data in items:
        header[name] = {"dtype": dtype, "shape": list(shape),
                        "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)))
        f.write(text)
        for _, _, data in items:
            f.write(data)


def write_model(folder, s, options):
    """Writes the weights; returns them as they are in the file."""
    values, items = {}, []
    for name, shape, kind in sorted(tensors(s)):
        data, x = stored(random_tensor(options["seed"], name, shape, kind),
                         options["dtype"])
        values[name] = x
        spelled = full_name(s, name) if options["prefixed"] else name
        items.append((spelled, shape, data))
    shards = options["shards"]
    if shards == 1:
        write_safetensors(os.path.join(folder, "model.safetensors"), items,
                          options["dtype"])
        return values
    where = {}
    for k in range(shards):
        part = items[k * len(items) // shards:(k + 1) * len(items) // shards]
        name = "model-%05d-of-%05d.safetensors" % (k + 1, shards)
        write_safetensors(os.path.join(folder, name), part, options["dtype"])
        where.update((x[0], name) for x in part)
    write_json(folder, "model.safetensors.index.json", {
        "metadata": {"total_size": sum(len(x[2]) for x in items)},
        "weight_map": where})
    return values


# --- the networks ---

def activation(name):
    return {
        "gelu": lambda x: x * 0.5 * (1 + torch.erf(x / math.sqrt(2))),
        "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(
            math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
        "relu": torch.relu, "tanh": torch.tanh, "linear": lambda x: x,
        "silu": lambda x: x * torch.sigmoid(x),
    }[name]


class Net:
    def __init__(self, s, values, learn=False):
        self.s = s
        self.p = {}
        for name, x in values.items():
            t = torch.from_numpy(np.array(x))
            big = name.endswith("word_embeddings.weight") and not learn
            self.p[name] = t if big else t.to(DOUBLE)
            if learn:
                self.p[name].requires_grad_(True)

    def linear(self, name, x):
        bias = self.p.get(name + ".bias")
        y = x @ self.p[name + ".weight"].T
        return y if bias is None else y + bias

    def norm(self, name, x):
        mean = x.mean(-1, keepdim=True)
        spread = ((x - mean) ** 2).mean(-1, keepdim=True)
        return (x - mean) / torch.sqrt(spread + self.s.eps) * \
            self.p[name + ".weight"] + self.p[name + ".bias"]

    def embed(self, ids, types):
        s, p = self.s, self.p
        x = p["embeddings.word_embeddings.weight"][ids].to(DOUBLE)
        if s.rows:
            x = x + p["embeddings.position_embeddings.weight"][
                s.first:s.first + len(ids)]
        if s.types:
            x = x + p["embeddings.token_type_embeddings.weight"][types]
        if s.embedding != s.hidden:
            x = self.linear("embeddings.embed_proj", x)
        return self.norm("embeddings.LayerNorm", x)

    def split(self, x):
        return x.view(len(x), self.s.heads, -1).transpose(0, 1)

    def mpnet_bias(self, n):
        """Half of 32 buckets for each direction; 8 exact, then by the
        logarithm up to 128 (Raffel et al. 2020)."""
        table = self.p["encoder.relative_attention_bias.weight"]
        place = torch.arange(n)
        ahead = place[None, :] - place[:, None]
        far = ahead.abs()
        scaled = 8 + (torch.log(far.clamp(min=1).float() / 8) /
                      math.log(128 / 8) * 8).long()
        bucket = torch.where(far < 8, far, scaled.clamp(max=15))
        return table[bucket + 16 * (ahead > 0)].permute(2, 0, 1)

    def deberta_places(self, n):
        """Rows of the table of relative places for each query and key."""
        s = self.s
        place = torch.arange(n)
        behind = place[:, None] - place[None, :]
        if s.buckets:
            mid = s.buckets // 2
            far = behind.abs()
            scaled = torch.ceil(
                torch.log(far.clamp(min=mid).float() / mid) /
                torch.log(torch.tensor((s.reach - 1) / mid)) *
                (mid - 1)) + mid
            behind = torch.where(far <= mid, behind,
                                 scaled.long() * behind.sign())
        return (behind + s.span).clamp(0, 2 * s.span - 1)

    def deberta_bias(self, start, q, k, n, scale):
        s = self.s
        table = self.p["encoder.rel_embeddings.weight"]
        if s.norm_rel:
            table = self.norm("encoder.LayerNorm", table)
        rows = self.deberta_places(n).expand(s.heads, n, n)
        at = start + "attention.self."
        bias = 0
        if s.c2p:
            keys = self.split(self.linear(
                at + ("key_proj" if s.share else "pos_key_proj"), table))
            bias = bias + torch.gather(q @ keys.transpose(1, 2), 2,
                                       rows) * scale
        if s.p2c:
            queries = self.split(self.linear(
                at + ("query_proj" if s.share else "pos_query_proj"), table))
            # The key's own place comes first here, so signs turn twice.
            bias = bias + torch.gather(
                k @ queries.transpose(1, 2), 2,
                rows.transpose(1, 2)).transpose(1, 2) * scale
        return bias

    def attend(self, start, names, x):
        s, n = self.s, len(x)
        q, k, v = [self.split(self.linear(name, x)) for name in names[:3]]
        parts = 1
        if s.family == "deberta":
            parts += s.c2p + s.p2c
        scale = 1 / math.sqrt(s.hidden // s.heads * parts)
        scores = q @ k.transpose(1, 2) * scale
        if s.family == "mpnet":
            scores = scores + self.mpnet_bias(n)
        if s.relative:
            scores = scores + self.deberta_bias(start, q, k, n, scale)
        y = torch.softmax(scores, -1) @ v
        return self.linear(names[3], y.transpose(0, 1).reshape(n, s.hidden))

    def layer(self, i, x):
        start, *parts = LAYER[self.s.family]
        names = [start % i + part for part in parts]
        x = self.norm(names[4], x + self.attend(start % i, names, x))
        y = activation(self.s.act)(self.linear(names[5], x))
        return self.norm(names[7], x + self.linear(names[6], y))

    def convolve(self, x, y):
        """x: what went into the first layer, y: what came out."""
        w = self.p["encoder.conv.conv.weight"]
        out = torch.nn.functional.conv1d(
            x.T[None], w, self.p["encoder.conv.conv.bias"],
            padding=self.s.kernel // 2)[0].T
        act = activation(self.s.c.get("conv_act", "tanh"))
        return self.norm("encoder.conv.LayerNorm", y + act(out))

    def states(self, ids, types):
        """After the embeddings and after each layer."""
        x = self.embed(torch.tensor(ids), torch.tensor(types))
        out = [x]
        for i in range(self.s.layers):
            y = self.layer(i, out[-1])
            if i == 0 and self.s.kernel:
                y = self.convolve(x, y)
            out.append(y)
        return out

    def logits(self, hidden):
        s = self.s
        pooler, classifier = HEAD[s.family]
        act = {"distilbert": "relu", "deberta": s.c.get(
            "pooler_hidden_act", "gelu")}.get(s.family, "tanh")
        return self.linear(classifier, activation(act)(
            self.linear(pooler, hidden[0])))


# --- texts: whole words of a WordPiece vocabulary ---

class Words:
    def __init__(self, s):
        old = s.family in ("roberta", "mpnet")
        self.special = ["<s>", "<pad>", "</s>", "<unk>"] if old else \
            ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
        self.first, self.last = (0, 2) if old else (1, 2)
        self.between = 2 if old else 1  # separators between two texts
        self.types = 0 if old else 1
        words = ["query", "passage", ":", "instruct"]
        n = min(s.vocabulary, 60) - len(words) - 4
        words += ["".join("aeiou"[i // 5 ** k % 5] + "klmnr"[(i + k) % 5]
                          for k in range(3)) for i in range(n)]
        self.all = self.special + words
        self.ids = {w: i for i, w in enumerate(self.all)}
        self.words = words[4:]

    def encode(self, text):
        return [self.ids[w] for w in text.replace(":", " : ").split()]

    def whole(self, text):
        ids = [self.first] + self.encode(text) + [self.last]
        return ids, [0] * len(ids)

    def pair(self, a, b):
        one = [self.first] + self.encode(a) + [self.last]
        two = [self.last] * (self.between - 1) + self.encode(b) + [self.last]
        return one + two, [0] * len(one) + [self.types] * len(two)

    def tokenizer(self):
        first, last = self.special[0 if self.first == 0 else 1], \
            self.special[2]

        def token(t, segment=0):
            return {"SpecialToken": {"id": t, "type_id": segment}}

        def sequence(x, segment=0):
            return {"Sequence": {"id": x, "type_id": segment}}

        second = [token(last, self.types)] * (self.between - 1) + \
            [sequence("B", self.types), token(last, self.types)]
        return {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [
                {"id": i, "content": t, "single_word": False, "lstrip": False,
                 "rstrip": False, "normalized": False, "special": True}
                for i, t in enumerate(self.special)],
            "normalizer": {"type": "BertNormalizer", "clean_text": True,
                           "handle_chinese_chars": True,
                           "strip_accents": None, "lowercase": True},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [token(first), sequence("A"), token(last)],
                "pair": [token(first), sequence("A"), token(last)] + second,
                "special_tokens": {
                    t: {"id": t, "ids": [self.ids[t]], "tokens": [t]}
                    for t in (first, last)}},
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordPiece", "unk_token": self.special[3],
                      "continuing_subword_prefix": "##",
                      "max_input_chars_per_word": 100, "vocab": self.ids}}


# --- sentence-transformers ---

# model: pooling in the order of its vectors, dense layers (out, activation),
# normalised, whether the prompt counts, prompts. Others: no modules.json.
MODULES = {
    "bert": (["mean"], [], True, True,
             {"query": "query: ", "passage": "passage: "}),
    "bert-head": (["cls"], [], False, True, {}),
    "roberta": (["cls", "max"], [], False, True, {"query": "instruct "}),
    "xlm-r": (["mean_sqrt", "weighted", "last"], [], True, True, {}),
    "mpnet": (["max", "mean"], [(24, "Tanh"), (10, "Identity")], True, False,
              {"query": "query: ", "document": "passage: instruct "}),
    "deberta": (["weighted"], [], False, False, {"query": "query: "}),
}
FLAGS = {"cls": "cls_token", "max": "max_tokens", "mean": "mean_tokens",
         "mean_sqrt": "mean_sqrt_len_tokens",
         "weighted": "weightedmean_tokens", "last": "lasttoken"}


def write_json(folder, name, value):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, indent=2, ensure_ascii=True)


def write_modules(folder, name, s, options):
    """Returns the dense layers' weights."""
    if name not in MODULES:
        return []
    modes, dense, normalise, prompt, prompts = MODULES[name]
    start = "sentence_transformers.models."
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    modules += [("%d_Dense" % (i + 2), "Dense") for i in range(len(dense))]
    if normalise:
        modules += [("%d_Normalize" % (len(dense) + 2), "Normalize")]
    write_json(folder, "modules.json", [
        {"idx": i, "name": str(i), "path": path, "type": start + kind}
        for i, (path, kind) in enumerate(modules)])
    write_json(folder, "1_Pooling/config.json", dict(
        {"word_embedding_dimension": s.hidden, "include_prompt": prompt},
        **{"pooling_mode_" + v: k in modes for k, v in FLAGS.items()}))
    write_json(folder, "sentence_bert_config.json", {
        "max_seq_length": s.longest, "do_lower_case": False})
    write_json(folder, "config_sentence_transformers.json", {
        "prompts": prompts, "default_prompt_name": None})
    layers, width = [], s.hidden * len(modes)
    for i, (out, act) in enumerate(dense):
        path = "%d_Dense" % (i + 2)
        write_json(folder, path + "/config.json", {
            "in_features": width, "out_features": out, "bias": i == 0,
            "activation_function": "torch.nn.modules.%s.%s" % (
                "linear" if act == "Identity" else "activation", act)})
        w = random_tensor(options["seed"], path, (out, width), "linear")
        b = random_tensor(options["seed"], path + "b", (out,), "bias")
        items = [("linear.weight", w.shape, w.tobytes())]
        if i == 0:
            items += [("linear.bias", b.shape, b.tobytes())]
        write_safetensors(os.path.join(folder, path, "model.safetensors"),
                          items)
        layers.append((w, b if i == 0 else None, act))
        width = out
    return layers


def pooled(modes, states, skip):
    """skip: tokens at the beginning that do not count."""
    n = len(states)
    used = states[min(skip, n):] if skip < n else states[:0]
    place = torch.arange(1, n + 1, dtype=DOUBLE)[n - len(used):, None]
    out = []
    for mode in ("cls", "max", "mean", "mean_sqrt", "weighted", "last"):
        if mode not in modes:
            continue
        out.append({
            "cls": lambda: states[0],
            "max": lambda: used.max(0)[0],
            "mean": lambda: used.mean(0),
            "mean_sqrt": lambda: used.sum(0) / math.sqrt(len(used)),
            "weighted": lambda: (used * place).sum(0) / place.sum(),
            "last": lambda: states[-1],
        }[mode]())
    return torch.cat(out)


def vectors(net, words, texts, name, dense, role):
    modes, _, normalise, counts, prompts = MODULES.get(
        name, (["mean"], [], True, True, {}))
    prefix = prompts.get(role, prompts.get("document", "")
                         if role == "passage" else "")
    out = []
    for text in texts:
        ids, types = words.whole(prefix + text)
        skip = 0 if counts or not prefix else len(words.encode(prefix)) + 1
        x = pooled(modes, net.states(ids, types)[-1], skip)
        for w, b, act in dense:
            x = torch.from_numpy(w).to(DOUBLE) @ x
            x = x if b is None else x + torch.from_numpy(b).to(DOUBLE)
            x = torch.tanh(x) if act == "Tanh" else x
        out.append(x / x.norm() if normalise else x)
    return torch.stack(out)


# --- what is expected ---

def sequences(s, options):
    rng = np.random.RandomState(options["seed"])
    lengths = options["lengths"] or [
        n for n in (1, 2, 3, 7, 16, 17, 33, 64) if n < s.longest] + \
        [s.longest]
    out = []
    for n in lengths:
        ids = [int(x) for x in rng.randint(4, s.vocabulary, n)]
        cut = rng.randint(0, n + 1) if s.types > 1 else n
        out.append((ids, [0] * cut + [1] * (n - cut)))
    return out


def save(folder, name, x):
    np.save(os.path.join(folder, name), x.detach().numpy().astype(np.float32))


def write_lines(folder, name, lines):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)


def write_sequences(folder, seqs):
    write_lines(folder, "ids", [" ".join("%d:%d" % x for x in zip(*seq))
                                for seq in seqs])


def expect(folder, name, s, values, dense, options):
    words, net = Words(s), Net(s, values)
    rng = np.random.RandomState(options["seed"] + 1)
    seqs = sequences(s, options)
    write_sequences(folder, seqs)
    states = [net.states(*seq) for seq in seqs]
    save(folder, "hidden.npy", torch.cat([x[-1] for x in states]))
    if s.hidden < 100:
        for i in range(s.layers + 1):
            save(folder, "layer-%d.npy" % i, torch.cat([x[i]
                                                        for x in states]))

    def text(n):
        return " ".join(rng.choice(words.words, n))

    texts = [""] + [text(n) for n in (1, 2, 5, 9, min(30, s.longest - 9))]
    write_lines(folder, "texts", texts)
    for role in ("plain", "query", "passage"):
        save(folder, role + ".npy", vectors(net, words, texts, name, dense,
                                            role))
    if not s.labels:
        return
    save(folder, "logits.npy", torch.stack([net.logits(x[-1])
                                            for x in states]))
    pairs = [(text(a), text(b)) for a, b in ((1, 1), (3, 8), (9, 2), (6, 0))]
    write_lines(folder, "pairs", ["\t".join(pair) for pair in pairs])
    save(folder, "pairs.npy", torch.stack([
        net.logits(net.states(*words.pair(*pair))[-1]) for pair in pairs]))


def gradients(folder, s, values, options):
    net, rng = Net(s, values, True), np.random.RandomState(7)
    seqs = sequences(s, options)
    write_sequences(folder, seqs)
    losses = []

    def write(kind, loss):
        losses.append(loss.item())
        for x in net.p.values():
            x.grad = None
        loss.backward()
        items = []
        for name, x in sorted(net.p.items()):
            g = torch.zeros_like(x) if x.grad is None else x.grad
            spelled = full_name(s, name) if options["prefixed"] else name
            items.append((spelled, g.shape,
                          g.numpy().astype(np.float32).tobytes()))
        write_safetensors(os.path.join(
            folder, "gradients-%s.safetensors" % kind), items)

    hidden = torch.cat([net.states(*seq)[-1] for seq in seqs])
    w = torch.from_numpy(rng.standard_normal(tuple(hidden.shape)).astype(
        np.float32))
    save(folder, "weights.npy", w)
    write("hidden", (hidden * w.to(DOUBLE)).sum())
    if s.labels:
        logits = torch.stack([net.logits(net.states(*seq)[-1])
                              for seq in seqs])
        labels = rng.randint(0, s.labels, len(seqs))
        write_lines(folder, "labels", [str(x) for x in labels])
        write("logits", torch.nn.functional.cross_entropy(
            logits, torch.from_numpy(labels).long()))
    write_lines(folder, "loss", ["%.12g" % x for x in losses])


def make(what, name, folder, options):
    c = dict(MODELS[name], _name_or_path=name, transformers_version="4.41.2",
             initializer_range=0.02)
    s = Shape(c)
    os.makedirs(os.path.join(folder, "expected"), exist_ok=True)
    if options["prefixed"] is None:
        options["prefixed"] = s.labels > 0
    write_json(folder, "config.json", c)
    write_json(folder, "tokenizer.json", Words(s).tokenizer())
    write_json(folder, "tokenizer_config.json",
               {"model_max_length": 1000000000000000019884624838656})
    values = write_model(folder, s, options)
    dense = write_modules(folder, name, s, options)
    expected = os.path.join(folder, "expected")
    if what == "gradients":
        options["lengths"] = options["lengths"] or [1, 2, 5, 11, 24]
        gradients(expected, s, values, options)
    if options["expected"]:
        expect(expected, name, s, values, dense, options)


def compare(a, b, limit, cosine):
    x, y = np.load(a).astype(np.float64), np.load(b).astype(np.float64)
    if x.shape != y.shape:
        print("shapes %s %s" % (x.shape, y.shape))
        return 1
    far = np.abs(x - y).max()
    same = (x * y).sum(1) / np.sqrt((x * x).sum(1) * (y * y).sum(1))
    print("max %.3g cosine %.7f" % (far, same.min()))
    return not (far <= limit and same.min() >= cosine)


def main(args):
    options = {"dtype": "F32", "shards": 1, "seed": 1, "prefixed": None,
               "lengths": None, "expected": 1, "max": math.inf, "cosine": -2}
    plain = []
    while args:
        x = args.pop(0)
        if not x.startswith("--"):
            plain.append(x)
            continue
        value = args.pop(0)
        options[x[2:]] = value if x == "--dtype" else \
            [int(n) for n in value.split(",")] if x == "--lengths" else \
            float(value) if x in ("--max", "--cosine") else int(value)
    if plain == ["list"]:
        print("\n".join(MODELS))
    elif len(plain) == 3 and plain[0] in ("folder", "gradients"):
        make(*plain, options)
    elif len(plain) == 2 and plain[0] == "all":
        for name in MODELS:
            if Shape(MODELS[name]).hidden < 100:
                make("folder", name, os.path.join(plain[1], name),
                     dict(options))
    elif len(plain) == 3 and plain[0] == "compare":
        return compare(*plain[1:], options["max"], options["cosine"])
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
