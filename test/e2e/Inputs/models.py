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
        else:
            # Quantised networks differ by a few steps of their scale from one implementation to the next.
            loose = ["--atol", "0.05"] if row["check"] == "int8" else []
            failure = run(margay, "verify", model / "model.onnx", *loose)
            if "dimension not allowed" in failure:  # The data does not fit what the model declares.
                continue
        accepted += 1
        failed += bool(failure)
        print(f"{row['name']}: {failure or 'right'}", flush=True)
    print(f"{required} required, {accepted} of {len(rows)} accepted, {failed} wrong")
    sys.exit(1 if failed or not required else 0)


if __name__ == "__main__":
    main()
