# SPDX-License-Identifier: GPL-3.0-or-later
# A store of runs as MLflow's FileStore reads and writes it, with PyYAML, for
# mlruns.c: "dump DIR" prints everything in it as sorted lines, "make DIR ID
# NAME" adds an experiment in the bytes MLflow would write.
import os
import re
import sys
from urllib.parse import unquote, urlparse

import yaml

KEY = re.compile(r"^[/\w.\- ]*$")
RUN = {"artifact_uri", "end_time", "entry_point_name", "experiment_id",
       "lifecycle_stage", "run_id", "run_name", "run_uuid", "source_name",
       "source_type", "source_version", "start_time", "status", "tags",
       "user_id"}
EXPERIMENT = {"artifact_location", "creation_time", "experiment_id",
              "last_update_time", "lifecycle_stage", "name"}


def load(folder):
    with open(os.path.join(folder, "meta.yaml"), encoding="utf-8") as f:
        return yaml.safe_load(f)


def local(uri):
    parts = urlparse(uri)
    assert parts.scheme == "file", uri
    return unquote(parts.path)


def entries(run, part):
    root = os.path.join(run, part)
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            key = os.path.relpath(path, root)
            assert KEY.match(key), key
            with open(path, encoding="utf-8", newline="") as f:
                yield key, f.read()


def metric(text):
    lines = text.splitlines(keepends=True)
    assert lines and all(line.endswith("\n") for line in lines), text
    for line in lines:
        stamp, value, step = line.strip().split(" ")
        assert int(stamp) > 1500000000000, stamp
        yield float(value), int(step)


def dump_run(folder, experiment):
    meta = load(folder)
    assert RUN <= set(meta), RUN - set(meta)
    assert re.fullmatch("[0-9a-f]{32}", meta["run_id"]), meta["run_id"]
    assert meta["run_id"] == meta["run_uuid"] == os.path.basename(folder)
    assert meta["experiment_id"] == experiment
    assert type(meta["start_time"]) is int and meta["source_type"] == 4
    assert meta["lifecycle_stage"] == "active" and meta["tags"] == []
    if meta["status"] == 1:
        assert meta["end_time"] is None
    else:
        assert meta["end_time"] >= meta["start_time"]
    artifacts = local(meta["artifact_uri"])
    assert os.path.samefile(artifacts, os.path.join(folder, "artifacts"))
    out = ["run %s %d" % (ascii(meta["run_name"]), meta["status"])]
    for key, text in entries(folder, "params"):
        out.append("param %s %s" % (key, ascii(text)))
    for key, text in entries(folder, "tags"):
        if key != "mlflow.user":
            out.append("tag %s %s" % (key, ascii(text)))
    for key, text in entries(folder, "metrics"):
        for value, step in metric(text):
            out.append("metric %s %03d %r" % (key, step, value))
    for key, text in entries(folder, "artifacts"):
        out.append("artifact %s %s" % (key, ascii(text)))
    return sorted(out, key=lambda line: (line[:4] != "run ", line))


def dump(store):
    for name in sorted(os.listdir(store)):
        folder = os.path.join(store, name)
        if name.startswith(".") or not os.path.isdir(folder):
            continue
        if not os.path.exists(os.path.join(folder, "meta.yaml")):
            print("stray", name)
            continue
        meta = load(folder)
        assert set(meta) == EXPERIMENT, meta
        assert meta["experiment_id"] == name and type(name) is str
        assert type(meta["creation_time"]) is int
        if not meta["artifact_location"].startswith("s3:"):
            assert os.path.samefile(local(meta["artifact_location"]), folder)
        print("experiment", name, ascii(meta["name"]),
              meta["lifecycle_stage"])
        runs = [dump_run(os.path.join(folder, run), name)
                for run in os.listdir(folder)
                if os.path.isdir(os.path.join(folder, run))]
        for run in sorted(runs):
            print("\n".join(run))


def make(store, ident, name, stage="active"):
    folder = os.path.join(store, ident)
    os.makedirs(folder)
    meta = {"artifact_location": "s3://elsewhere/" + ident,
            "creation_time": 1600000000000, "experiment_id": ident,
            "last_update_time": 1600000000000, "lifecycle_stage": stage,
            "name": name}
    with open(os.path.join(folder, "meta.yaml"), "w", encoding="utf-8") as f:
        yaml.safe_dump(meta, f, default_flow_style=False, allow_unicode=True)


if __name__ == "__main__":
    {"dump": dump, "make": make}[sys.argv[1]](*sys.argv[2:])
