#!/usr/bin/env python3
# ===- kernels.py - single kernels against what the machine can do ----------=== #
#
# usage: kernels.py MARGAY [CASE]... [--cpu LEVEL] [--threads N] [--seconds N] [--rounds N] [--no-verify] [--json]
#
# A case is the name of a kernel and its sizes (see cases.py), gemm:128x768x768 for example; a part of a name (conv:3)
# takes all listed ones that begin so; without any all that are listed. Each is compiled by the compiler as it is, compared
# with the evaluator, and measured beside this machine's peak and bandwidth in one process (`margay bench`), in rounds, one
# case after the other; medians are printed. The floor is the time that operations over the peak, or bytes over the
# bandwidth of the cache that they fit into, take at least. Then the assembly: the loop with most multiply-adds, and how
# many vectors it moves to the stack or from it.
#
# ===---------------------------------------------------------------------=== #

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import assembly
import cases


def selected(wanted):
    if not wanted:
        return cases.LISTED
    names = []
    for want in wanted:
        names += [want] if want in cases.LISTED else [name for name in cases.LISTED if name.startswith(want)] or [want]
    return names


def verified(margay, model, level):
    """The greatest norm-wise difference from the evaluator; infinite where `verify` fails."""
    result = subprocess.run([margay, "verify", model, "--norm=1e-5", "--cpu", level], capture_output=True, text=True)
    rows = [line.split() for line in result.stdout.splitlines() if line.rstrip().endswith("ok")]
    return max(float(row[-2]) for row in rows) if result.returncode == 0 and rows else float("inf")


def measured(margay, model, options):
    """The kernel that takes longest, as `margay bench` tells."""
    command = [margay, "bench", model, "--json", "--cpu", options.cpu, f"--threads={options.threads}", f"--seconds={options.seconds}"]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    # What moves an input into the compiler's order is no part of the kernel.
    kernel = max(report["kernels"], key=lambda k: (k["operations"], k["median_ms"]))
    return kernel, report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("margay")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--cpu", default="native")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-verify", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        models = {}
        for index, name in enumerate(selected(options.cases)):
            models[name] = pathlib.Path(folder) / f"kernel{index}.onnx"
            models[name].write_bytes(cases.build(name))
            results[name] = {"case": name, "norm": None, "rounds": []}
            if not options.no_verify:
                results[name]["norm"] = verified(options.margay, models[name], options.cpu)
            results[name] |= assembly.spills(options.margay, models[name], options.cpu)
        for _ in range(options.rounds):
            for name, model in models.items():
                kernel, report = measured(options.margay, model, options)
                results[name] |= {"plan": kernel["plan"], "operations": kernel["operations"], "bytes": kernel["bytes"]}
                results[name]["rounds"].append((kernel["median_ms"] / 1e3, kernel["floor_ms"] / 1e3))
    if not options.json:
        print(f"{'case':28} {'plan':16} {'time':>10} {'rate':>14} {'of floor':>9} {'difference':>11}  loop")
    for result in results.values():
        result["seconds"] = statistics.median(seconds for seconds, _ in result["rounds"])
        result["share"] = statistics.median(floor / seconds for seconds, floor in result["rounds"])
        if options.json:
            continue
        amount, unit = (result["operations"], "GFLOP/s") if result["operations"] else (result["bytes"], "GB/s")
        rate = f"{amount / result['seconds'] / 1e9:.1f} {unit}"
        norm = "" if result["norm"] is None else f"{result['norm']:.1e}"
        loop = f"{result['instructions']} instructions, {result['products']} products, {result['spills']} spills"
        print(f"{result['case']:28} {result['plan']:16} {result['seconds'] * 1e6:7.1f} us {rate:>14} {result['share']:8.1%} {norm:>11}  {loop}")
    if options.json:
        print(json.dumps(list(results.values()), indent=1))
    return any(result["norm"] == float("inf") for result in results.values())


if __name__ == "__main__":
    sys.exit(main())
