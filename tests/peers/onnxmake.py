# SPDX-License-Identifier: GPL-3.0-or-later
"""onnxmake.py FOLDER f32|int8 FILE.onnx

A BERT encoder's folder (config.json, model.safetensors in F32) as an ONNX
model, for onnxruntime: input_ids, attention_mask and token_type_ids [batch]
[tokens] to last_hidden_state. The operators are those that an export of the
usual implementation has; in int8 every product with weights is quantised as
onnxruntime's own dynamic quantisation does it (weights in int8 with one scale
for each tensor, activations in uint8 at run time), and so is the word table.

ONNX is protocol buffers; this writes the few messages it needs by itself.
"""
import json
import math
import struct
import sys

import numpy as np

FLOAT, UINT8, INT8, INT64 = 1, 2, 3, 7
DTYPE = {np.dtype("f4"): FLOAT, np.dtype("u1"): UINT8, np.dtype("i1"): INT8,
         np.dtype("i8"): INT64}


# --- protocol buffers ---

def varint(n):
    out = bytearray()
    n &= (1 << 64) - 1
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, a):
    return (b"".join(field(1, d) for d in a.shape) + field(2, DTYPE[a.dtype]) +
            field(8, name) + field(9, np.ascontiguousarray(a).tobytes()))


def attribute(name, value):
    out = field(1, name)
    if isinstance(value, float):
        return out + field(2, value) + field(20, 1)
    if isinstance(value, int):
        return out + field(3, value) + field(20, 2)
    return out + b"".join(field(8, v) for v in value) + field(20, 7)


def value_info(name, kind, dims):
    shape = b"".join(field(1, field(2 if isinstance(d, str) else 1, d))
                     for d in dims)
    return field(1, name) + field(
        2, field(1, field(1, kind) + field(2, shape)))


# --- the graph ---

class Graph:
    def __init__(self, int8):
        self.int8 = int8
        self.nodes, self.tensors, self.count = [], [], 0

    def constant(self, a, name=None):
        if name is None:
            self.count += 1
            name = "c%d" % self.count
        self.tensors.append(tensor(name, np.asarray(a)))
        return name

    def op(self, kind, inputs, outputs=1, **attributes):
        self.count += 1
        names = ["%s_%d_%d" % (kind, self.count, i) for i in range(outputs)]
        self.nodes.append(
            b"".join(field(1, i) for i in inputs) +
            b"".join(field(2, o) for o in names) +
            field(3, "%s_%d" % (kind, self.count)) + field(4, kind) +
            b"".join(field(5, attribute(k, v)) for k, v in attributes.items()))
        return names[0] if outputs == 1 else names

    def floats(self, *values):
        a = np.array(values, "f4")
        return self.constant(a[0] if len(values) == 1 else a)

    def ints(self, *values):
        return self.constant(np.array(values, "i8"))

    def quantised(self, w):
        scale = np.abs(w).max() / 127
        return (self.constant(np.rint(w / scale).astype("i1")),
                self.floats(scale), self.constant(np.array(0, "i1")))

    def product(self, x, w):
        """x w, of weights [in][out]; x: a name, or what quantise gave."""
        if not self.int8:
            return self.op("MatMul", [x, self.constant(w)])
        q, scale, zero = x
        wq, w_scale, w_zero = self.quantised(w)
        whole = self.op("MatMulInteger", [q, wq, zero, w_zero])
        both = self.op("Mul", [scale, w_scale])
        return self.op("Mul", [self.op("Cast", [whole], to=FLOAT), both])

    def quantise(self, x):
        if not self.int8:
            return x
        return self.op("DynamicQuantizeLinear", [x], 3)

    def linear(self, x, w, b):
        return self.op("Add", [self.product(x, w.T), self.constant(b)])


def words(g, table):
    if not g.int8:
        return g.op("Gather", [g.constant(table), "input_ids"])
    q, scale, zero = g.quantised(table)
    return g.op("DequantizeLinear",
                [g.op("Gather", [q, "input_ids"]), scale, zero])


def build(g, config, t):
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    dim, eps = hidden // heads, float(config["layer_norm_eps"])

    def norm(x, name):
        return g.op("LayerNormalization",
                    [x, g.constant(t[name + ".weight"]),
                     g.constant(t[name + ".bias"])], axis=-1, epsilon=eps)

    def linear(x, name):
        return g.linear(x, t[name + ".weight"], t[name + ".bias"])

    mask = g.op("Unsqueeze", ["attention_mask", g.ints(1, 2)])
    mask = g.op("Sub", [g.floats(1), g.op("Cast", [mask], to=FLOAT)])
    mask = g.op("Mul", [mask, g.floats(float(np.finfo("f4").min))])
    length = g.op("Slice", [g.op("Shape", ["input_ids"]), g.ints(1),
                            g.ints(2), g.ints(0)])
    places = g.op("Slice", [
        g.constant(np.arange(config["max_position_embeddings"],
                             dtype="i8")[None]),
        g.ints(0), length, g.ints(1)])
    e = "embeddings."
    x = g.op("Add", [words(g, t[e + "word_embeddings.weight"]),
                     g.op("Gather", [g.constant(
                         t[e + "token_type_embeddings.weight"]),
                         "token_type_ids"])])
    x = g.op("Add", [x, g.op("Gather", [g.constant(
        t[e + "position_embeddings.weight"]), places])])
    x = norm(x, e + "LayerNorm")
    split, merge = g.ints(0, 0, heads, dim), g.ints(0, 0, hidden)
    for i in range(config["num_hidden_layers"]):
        at = "encoder.layer.%d." % i
        q = g.quantise(x)
        query, key, value = (
            g.op("Reshape", [linear(q, at + "attention.self." + name), split])
            for name in ("query", "key", "value"))
        query = g.op("Transpose", [query], perm=[0, 2, 1, 3])
        key = g.op("Transpose", [key], perm=[0, 2, 3, 1])
        value = g.op("Transpose", [value], perm=[0, 2, 1, 3])
        scores = g.op("Div", [g.op("MatMul", [query, key]),
                              g.floats(math.sqrt(dim))])
        p = g.op("Softmax", [g.op("Add", [scores, mask])], axis=-1)
        c = g.op("Transpose", [g.op("MatMul", [p, value])], perm=[0, 2, 1, 3])
        c = g.op("Reshape", [c, merge])
        y = linear(g.quantise(c), at + "attention.output.dense")
        x = norm(g.op("Add", [y, x]), at + "attention.output.LayerNorm")
        y = linear(g.quantise(x), at + "intermediate.dense")
        erf = g.op("Erf", [g.op("Div", [y, g.floats(math.sqrt(2))])])
        y = g.op("Mul", [y, g.op("Add", [erf, g.floats(1)])])
        y = g.op("Mul", [y, g.floats(0.5)])
        y = linear(g.quantise(y), at + "output.dense")
        x = norm(g.op("Add", [y, x]), at + "output.LayerNorm")
    g.nodes.append(field(1, x) + field(2, "last_hidden_state") +
                   field(3, "last") + field(4, "Identity"))


def model(g, hidden):
    graph = b"".join(field(1, n) for n in g.nodes) + field(2, "encoder")
    graph += b"".join(field(5, t) for t in g.tensors)
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        graph += field(11, value_info(name, INT64, ["batch", "tokens"]))
    graph += field(12, value_info("last_hidden_state", FLOAT,
                                  ["batch", "tokens", hidden]))
    return (field(1, 8) + field(2, "onnxmake") + field(7, graph) +
            field(8, field(1, "") + field(2, 17)))


def tensors(path):
    with open(path, "rb") as f:
        data = f.read()
    size, = struct.unpack("<Q", data[:8])
    out = {}
    for name, d in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        if d["dtype"] != "F32":
            sys.exit("onnxmake: %s: %s is %s; expected F32" %
                     (path, name, d["dtype"]))
        a, b = d["data_offsets"]
        name = name[5:] if name.startswith("bert.") else name
        out[name] = np.frombuffer(data[8 + size + a:8 + size + b],
                                  "<f4").reshape(d["shape"])
    return out


def main():
    if len(sys.argv) != 4 or sys.argv[2] not in ("f32", "int8"):
        sys.exit(__doc__)
    folder, precision, out = sys.argv[1:]
    with open(folder + "/config.json") as f:
        config = json.load(f)
    if config["model_type"] != "bert":
        sys.exit("onnxmake: %s is no BERT model" % folder)
    g = Graph(precision == "int8")
    build(g, config, tensors(folder + "/model.safetensors"))
    with open(out, "wb") as f:
        f.write(model(g, config["hidden_size"]))


main()
