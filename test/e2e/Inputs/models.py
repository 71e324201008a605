# ===- models.py - real networks through a C99 program around their archives === #
#
# usage: models.py MARGAY CC DATA SOURCE FOLDER
#
# Every model of DATA/models.tsv whose operators are all among those below must compile, and give its expected outputs
# as its `check` column says: at every level that the CPU has, on one thread and several, in a program that links it
# twice under two names. Every further model that `margay check` accepts must pass `margay verify`.
#
# ===---------------------------------------------------------------------=== #

import csv
import pathlib
import struct
import subprocess
import sys

OPERATORS = set(
    "Conv Gemm MatMul Add Mul Relu MaxPool AveragePool GlobalAveragePool Reshape Flatten Softmax BatchNormalization"
    " Concat Dropout Constant".split()
)
TOLERANCES = {"close": ("1e-4", "1e-3"), "fp16": ("1e-2", "1e-2")}


def run(*command, cwd=None):
    """Runs a command; its output if it failed, else nothing."""
    result = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    return f"exit {result.returncode}\n{result.stdout}{result.stderr}" if result.returncode else ""


def through_c(margay, cc, source, model, check, folder):
    """Links the model twice into the generic application and compares with all its data."""
    out = folder / "out"
    for name in ("first", "second"):
        failure = run(margay, "compile", model / "model.onnx", "-o", out, "--name", name)
        if failure:
            return failure
    names = [f"-D{n}={v}" for n, v in (("FIRST", "first"), ("SECOND", "second"))]
    headers = ['-DFIRST_HEADER="first.h"', '-DSECOND_HEADER="second.h"']
    program = source / "test/e2e/app/Inputs/app.c"
    strict = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1"]
    libraries = [out / "first.a", out / "second.a", "-lm", "-pthread"]
    failure = run(cc, *strict, *names, *headers, program, f"-I{out}", *libraries, "-o", folder / "app")
    for data in sorted(model.glob("test_data_set_*")):
        failure = failure or run(folder / "app", data, data, *TOLERANCES[check])
    return failure


def fields(data):
    """The fields of a protobuf message: number and bytes, or number and integer."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        size = varint() if key & 7 in (0, 2) else {1: 8, 5: 4}[key & 7]
        if key & 7 == 0:
            yield key >> 3, size
        else:
            yield key >> 3, data[at : at + size]
            at += size


def tensor_floats(path):
    """Of an ONNX TensorProto, packed or raw."""
    raw = b"".join(value for number, value in fields(path.read_bytes()) if number in (4, 9))
    return struct.unpack(f"<{len(raw) // 4}f", raw)


def array_floats(path):
    """Of a .npy file of float32."""
    data = path.read_bytes()
    raw = data[10 + struct.unpack("<H", data[8:10])[0] :]
    return struct.unpack(f"<{len(raw) // 4}f", raw)


def quantized(margay, model, folder):
    """Quantised networks differ by some steps of their scale from one implementation to the next: the class is to be the
    same, and the correlation at least 0.99, with the newest data."""
    data = max(model.glob("test_data_set_*"))
    failure = run(margay, "run", model / "model.onnx", "--input", data / "input_0.pb", "--output", folder)
    if failure:
        return failure
    actual, expected = array_floats(next(folder.glob("*.npy"))), tensor_floats(data / "output_0.pb")
    if len(actual) != len(expected):
        return f"{len(actual)} outputs, expected {len(expected)}"
    if actual.index(max(actual)) != expected.index(max(expected)):
        return "another class"
    a, b = ([x - sum(values) / len(values) for x in values] for values in (actual, expected))
    correlation = sum(x * y for x, y in zip(a, b)) / (sum(x * x for x in a) * sum(y * y for y in b)) ** 0.5
    return "" if correlation >= 0.99 else f"correlation {correlation:.4f}"


def main():
    margay, cc, data, source, folder = sys.argv[1:]
    data, source, folder = pathlib.Path(data), pathlib.Path(source), pathlib.Path(folder)
    failed, required, accepted = 0, 0, 0
    with open(data / "models.tsv") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    for row in rows:
        model = data / "models" / row["name"]
        operators = {entry.rsplit(":", 1)[0] for entry in row["operators"].split()}
        if operators <= OPERATORS:
            required += 1
            place = folder / row["name"]
            place.mkdir(parents=True, exist_ok=True)
            failure = through_c(margay, cc, source, model, row["check"], place)
        elif run(margay, "check", model / "model.onnx"):
            continue
        elif row["check"] == "int8":
            place = folder / row["name"]
            place.mkdir(parents=True, exist_ok=True)
            failure = quantized(margay, model, place)
        else:
            failure = run(margay, "verify", model / "model.onnx")
            if "dimension not allowed" in failure:  # The data does not fit what the model declares.
                continue
        accepted += 1
        failed += bool(failure)
        print(f"{row['name']}: {failure or 'right'}", flush=True)
    print(f"{required} required, {accepted} of {len(rows)} accepted, {failed} wrong")
    sys.exit(1 if failed or not required else 0)


if __name__ == "__main__":
    main()
