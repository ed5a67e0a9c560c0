#!/usr/bin/env python3
"""Follows a fast-data folder and decides with one model of it, as a process of another language would.

  /usr/bin/python3 samples/python/follow.py FOLDER MODEL --features 0.5,1,1 [--features ...] [--poll 1] [--until-epoch N]

For each new generation one line a feature vector goes to standard output:  epoch 3: class 1, scores 0.25 1.5 -0.5
What is wrong goes to standard error, once; the model that was loaded before stays in use. It never writes into the folder.
Needs python3-protobuf and protoc (Debian: protobuf-compiler). Kind linear_softmax only.
"""
import argparse
import hashlib
import importlib
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

from google.protobuf.message import DecodeError

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proto")
LANES = 16


class Unusable(Exception):
    """What stands in the folder cannot be used."""


def load_protocol():
    """The classes of model.proto, generated for this run, so that they can never be older than the .proto file."""
    with tempfile.TemporaryDirectory() as folder:
        # Debian has this file in another package (libprotobuf-dev). Only its name and fields count here; the class comes with Python's library.
        os.makedirs(os.path.join(folder, "google", "protobuf"))
        with open(os.path.join(folder, "google", "protobuf", "timestamp.proto"), "w", encoding="ascii") as file:
            file.write('syntax = "proto3"; package google.protobuf; message Timestamp { int64 seconds = 1; int32 nanos = 2; }')
        subprocess.run(["protoc", f"--proto_path={PROTO}", f"--proto_path={folder}", f"--python_out={folder}", "delivery/v1/model.proto"], check=True)
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("delivery.v1.model_pb2")
        finally:
            sys.path.remove(folder)


def read(path, limit=1 << 31):
    with open(path, "rb") as file:
        content = file.read(limit)
    return content


def check_hash(content, expected, path):
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise Unusable(f"{path}: its SHA-256 is {found}; expected {expected}.")


def read_manifest(folder, pointer):
    """CURRENT names the manifest and its hash; the manifest names each model file and its hash."""
    match = re.fullmatch(rb"1 ([1-9][0-9]{0,18}) ([0-9a-f]{40}) ([0-9a-f]{64})\n", pointer)
    if match is None:
        raise Unusable(f"CURRENT is {pointer!r}; expected '1 epoch commit sha256'.")
    epoch, commit, sha256 = (part.decode() for part in match.groups())
    path = os.path.join(folder, "manifests", f"{epoch}-{commit[:8]}.json")
    content = read(path)
    check_hash(content, sha256, path)
    return int(epoch), {model["name"]: model for model in json.loads(content)["models"]}


def read_model(folder, entry, protocol):
    """One model file, checked against its line of the manifest and against itself."""
    name, sha256 = entry["name"], entry["sha256"]
    if not re.fullmatch("[0-9a-f]{64}", sha256) or entry["file"] != f"{name}.{sha256[:16]}.pb":  # so no path from outside is ever opened
        raise Unusable(f"The manifest calls the file of '{name}' '{entry['file']}'.")
    path = os.path.join(folder, "models", entry["file"])
    content = read(path)
    check_hash(content, sha256, path)
    model = protocol.Model.FromString(content)
    header, weights = model.header, next((t for t in model.tensors if t.name == "weights"), None)
    if header.format != 1 or header.kind != "linear_softmax" or header.name != name:
        raise Unusable(f"{path}: '{header.name}' of kind '{header.kind}', format {header.format}; expected '{name}' of kind 'linear_softmax', format 1.")
    shape = [header.class_count, header.feature_count]
    if weights is None or 0 in shape or list(weights.shape) != shape or weights.row_stride < shape[1] or len(weights.f32) != shape[0] * weights.row_stride:
        raise Unusable(f"{path}: its weights do not fit {header.class_count} classes of {header.feature_count} features.")
    return header, weights


def f32(value):
    """The nearest float of 32 bits. A product or sum of two of them, made in 64 bits and then rounded, is the one that 32 bits give."""
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def score(weights, features):
    """One score a class, in the order of additions of the C# runtime, so that the bits are the same: 16 lanes, then their tree."""
    classes, width = weights.shape
    scores = []
    for row in range(classes):
        start = row * weights.row_stride  # rows are padded: the next one begins at the stride, not at the width
        lanes = [0.0] * LANES
        for i in range(width):
            lanes[i % LANES] = f32(lanes[i % LANES] + f32(weights.f32[start + i] * features[i]))
        half = LANES // 2
        while half > 0:
            lanes = [f32(lanes[j] + lanes[j + half]) for j in range(half)]
            half //= 2
        scores.append(lanes[0])
    return scores


def decide(header, weights, features):
    if len(features) != header.feature_count:
        return f"no decision: {len(features)} features, the model takes {header.feature_count}"
    scores = score(weights, features)
    if not all(math.isfinite(value) for value in scores):
        return "no decision: a score is not finite"
    return f"class {scores.index(max(scores))}, scores {' '.join(repr(value) for value in scores)}"  # of equal scores the lowest class


def follow(arguments, protocol):
    seen, loaded, told = None, None, None  # CURRENT in use; hash, header and weights of the model; the last trouble that was told
    while True:
        try:
            pointer = read(os.path.join(arguments.folder, "CURRENT"), limit=161)
            if pointer != seen:  # the content decides, never a time stamp
                epoch, models = read_manifest(arguments.folder, pointer)
                if arguments.model not in models:
                    raise Unusable(f"Epoch {epoch} has no model '{arguments.model}'.")
                entry = models[arguments.model]
                if loaded is None or loaded[0] != entry["sha256"]:
                    loaded = (entry["sha256"], *read_model(arguments.folder, entry, protocol))
                seen, told = pointer, None
                for features in arguments.features:
                    print(f"epoch {epoch}: {decide(*loaded[1:], features)}", flush=True)
                if arguments.until_epoch and epoch >= arguments.until_epoch:
                    return
        except (Unusable, OSError, ValueError, KeyError, TypeError, RecursionError, DecodeError) as trouble:
            # A file that is gone means that a newer generation took its place: the next look finds it.
            if str(trouble) != told:
                told = str(trouble)
                print(f"{told} {'Nothing is loaded yet.' if loaded is None else 'The model before stays in use.'}", file=sys.stderr, flush=True)
        time.sleep(arguments.poll)


def numbers(text):
    return [f32(float(number)) for number in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="the fast-data folder")
    parser.add_argument("model", help="the model's name")
    parser.add_argument("--features", type=numbers, action="append", required=True, metavar="X,X,...", help="a feature vector; may be given more than once")
    parser.add_argument("--poll", type=float, default=1, metavar="SECONDS", help="pause between two looks at CURRENT; default 1")
    parser.add_argument("--until-epoch", type=int, metavar="N", help="end when this generation, or a newer one, is in use")
    arguments = parser.parse_args()
    try:
        follow(arguments, load_protocol())
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
