# ===- hostile.py - bad models must be refused with a sentence ------------=== #
#
# usage: hostile.py MARGAY TINY.onnxtxt FOLDER [SEED]
#
# Makes some hundred bad models: truncated, with flipped bits and bytes, as ONNX text and as binary, and written by hand.
# Each must exit with 3 or 4 (0 where a mutation does no harm), say so in sentences that name the file, none of them
# twice, within five seconds and a gigabyte, and leave nothing behind. Where a node is at fault, it is named.
#
# ===---------------------------------------------------------------------=== #

import concurrent.futures
import os
import pathlib
import random
import resource
import struct
import subprocess
import sys
import threading
import time


SECONDS = 5  # What takes longer hangs.
BYTES = 1 << 30  # What takes more memory is a bomb.


def varint(value):
    out = bytearray()
    while True:
        out.append(value & 127 | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value & (1 << 64) - 1)


def message(field, *parts):
    body = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return varint(field << 3 | 2) + varint(len(body)) + body


def tensor(name, dims, values):
    return [b"".join(number(1, d) for d in dims), number(2, 1), message(8, name), message(9, struct.pack(f"<{len(values)}f", *values))]


def value(name, dims, dtype=1):
    shape = message(2, b"".join(message(1, number(1, d)) for d in dims))
    return [message(1, name), message(2, message(1, number(1, dtype), shape))]


def node(op, inputs, outputs, domain="", extra=b""):
    names = b"".join(message(1, n) for n in inputs) + b"".join(message(2, n) for n in outputs)
    return message(1, names, message(3, f"the_{op}"), message(4, op), message(7, domain), extra)


def model(nodes, weights=(("w", [3, 2], [1, 2, 3, 4, 5, 6]),), shape=(2, 3), dtype=1, opset=13, ir=8, out=(2, 2)):
    graph = b"".join(nodes) + message(2, "g") + b"".join(message(5, *tensor(*w)) for w in weights)
    graph += message(11, *value("x", shape, dtype)) + message(12, *value("y", out))
    return number(1, ir) + message(7, graph) + message(8, message(1, ""), number(2, opset))


def integer(name, v):
    return message(5, message(1, name), number(3, v), number(20, 2))


def by_hand():
    good = node("MatMul", ["x", "w"], ["y"])
    yield "good", model([good])
    yield "empty", b""
    yield "zeros", bytes(64)
    yield "text", b"this is no model"
    yield "cycle", model([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), good])
    yield "self", model([node("Add", ["y", "y"], ["y"])])
    yield "undefined", model([node("MatMul", ["x", "nowhere"], ["y"])])
    yield "unknown-operator", model([node("Frobnicate", ["x"], ["y"])])
    yield "unknown-domain", model([node("Relu", ["x"], ["y"], "com.example")])
    yield "twice", model([good, node("Relu", ["x"], ["y"])])
    yield "no-inputs", model([node("MatMul", [], ["y"])])
    yield "too-many-inputs", model([node("Relu", ["x", "w", "x"], ["y"])])
    yield "no-outputs", model([node("MatMul", ["x", "w"], [])])
    yield "wrong-rank", model([node("Conv", ["x", "w"], ["y"])])
    yield "wrong-depth", model([good], shape=(2, 5))
    yield "wrong-type", model([good], dtype=7)
    yield "no-type", model([good], dtype=0)
    yield "type-unknown", model([good], dtype=99)
    yield "negative", model([good], shape=(-2, 3))
    yield "overflow", model([good], shape=(1 << 62, 1 << 62))
    yield "short-data", model([good], weights=[("w", [3, 2], [1, 2])])
    yield "long-data", model([good], weights=[("w", [3, 2], [0] * 9)])
    yield "huge-weight", model([good], weights=[("w", [1 << 40, 1 << 40], [1])])
    yield "two-weights", model([good], weights=[("w", [3, 2], [0] * 6)] * 2)
    yield "opset-none", model([good], opset=0)
    yield "opset-future", model([good], opset=9999)
    yield "ir-none", model([good], ir=0)
    yield "ir-huge", model([good], ir=1 << 60)
    yield "axis", model([node("Softmax", ["x"], ["y"], extra=integer("axis", 7))], out=(2, 3))
    yield "undeclared-output", model([node("MatMul", ["x", "w"], ["z"])])
    yield "no-graph", number(1, 8)
    deep = b""
    for _ in range(3000):
        deep = message(7, deep)
    yield "deep", deep


AT_A_NODE = set(
    "cycle self undefined unknown-operator unknown-domain twice no-inputs too-many-inputs wrong-rank wrong-depth"
    " wrong-type opset-future axis".split()
)


def mutations(rng, data, count):
    for _ in range(count):
        yield data[: rng.randrange(len(data))]
        flipped = bytearray(data)
        for _ in range(rng.choice([1, 1, 3])):
            flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield bytes(flipped)


def limit():
    resource.setrlimit(resource.RLIMIT_DATA, (4 * BYTES, 4 * BYTES))  # Spares the machine what is judged below.


def measured(command, log):
    """Runs a command with what it says in a file: its exit code (negative: a signal), its seconds, and its peak memory."""
    begin = time.monotonic()
    with open(log, "wb") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, preexec_fn=limit)
    killer = threading.Timer(4 * SECONDS, process.kill)
    killer.start()
    _, status, usage = os.wait4(process.pid, 0)
    killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - begin, usage.ru_maxrss << 10


def judge(margay, path, harmless, codes=(3, 4), names_node=False):
    """What is wrong with how a model is refused, or nothing; a `harmless` one may as well compile."""
    out, log = path.parent / f"{path.name}.out", path.parent / f"{path.name}.log"
    code, seconds, peak = measured([margay, "compile", path, "-o", out, "--name", "bad", "--cpu", "v2"], log)
    said = log.read_text(errors="replace").strip()
    if seconds > SECONDS:
        return f"takes {seconds:.1f} s (exit {code}, {peak >> 20} MB): {said[:300]}"
    if peak > BYTES:
        return f"takes {peak >> 20} MB (exit {code}): {said[:300]}"
    if code == 0 and not harmless:
        return "is taken for a good one"
    if code == 0:
        return "" if (out / "bad.a").exists() else "gives nothing"
    if code not in codes:
        return f"exit {code}: {said[:300]}"
    if out.exists() and any(out.iterdir()):
        return "leaves files behind"
    if not said or not all(path.name in line for line in said.splitlines()):
        return f"does not name the file: {said[:300]}"
    if len(set(said.splitlines())) < len(said.splitlines()):
        return f"says something twice: {said[:300]}"
    if names_node and "node '" not in said and "node of '" not in said:
        return f"does not name the node: {said[:300]}"
    return ""


def main():
    margay, tiny, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 31)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    cases = [(f"{name}.onnx", data) for name, data in by_hand()]
    good = cases[0][1]
    cases += [(f"binary{i}.onnx", data) for i, data in enumerate(mutations(rng, good, 90))]
    cases += [(f"text{i}.onnxtxt", data) for i, data in enumerate(mutations(rng, tiny.read_bytes()[:6000], 15))]
    paths = []
    for name, data in cases:
        paths.append(folder / name)
        paths[-1].write_bytes(data)

    def verdict(path):
        return judge(margay, path, path.stem[-1].isdigit() or path.stem == "good", names_node=path.stem in AT_A_NODE)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(verdict, paths))
    failed = [(path.name, verdict) for path, verdict in zip(paths, verdicts) if verdict]
    if not (folder / "good.onnx.out" / "bad.a").exists():
        failed.append(("good.onnx", "is refused"))
    for name, verdict in failed:
        print(f"{name}: {verdict}")
    print(f"{len(paths)} models, {len(failed)} judged wrongly")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
