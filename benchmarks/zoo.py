#!/usr/bin/env python3
# ===- zoo.py - are networks from PyTorch right? -----------------------------=== #
#
# usage: zoo.py [NETWORK...] [--margay PROGRAM] [--work FOLDER] [--more] [--dynamo] [--dynamic] [--batch N] [--opset N]
#               [--half] [--export]
#
# Exports networks (all of networks.py unless some are named) from PyTorch with random weights, compiles them, and
# compares with onnxruntime, at every level of this machine, with one thread and two:
# max |actual - expected| <= 1e-4 * max |expected|. Prints a table; exits with 1 if any network differs.
#
# --more     takes those of more_networks.py: other families, odd sizes, single blocks
# --dynamo   exports with PyTorch's newer exporter
# --dynamic  leaves the batch (and a text's length) symbolic
# --batch    another batch than 1
# --opset    another opset than 17 (18 with --dynamo)
# --half     in f16, to 1e-2
# --export   only exports
#
# ===-------------------------------------------------------------------------=== #

import argparse
import inspect
import logging
import pathlib
import subprocess
import sys
import time
import warnings

import numpy
import onnx
import onnxruntime
import torch

import modules
import more_networks
import networks

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def takes_all(module):
    """Whether forward() takes all inputs as one list."""
    kinds = [parameter.kind for parameter in inspect.signature(module.forward).parameters.values()]
    return inspect.Parameter.VAR_POSITIONAL in kinds


def export(network, options, folder):
    """Writes model.onnx and test_data_set_0 with what onnxruntime computes."""
    module = modules.make(network)
    inputs = [modules.batched(entry, options.batch) for entry in network.inputs]
    if options.half:
        module, inputs = module.half(), [x.half() if x.is_floating_point() else x for x in inputs]
    names = [entry.name for entry in network.inputs]
    settings = dict(input_names=names, output_names=["output"], opset_version=options.opset, dynamo=options.dynamo, verbose=False)
    if options.dynamic and options.dynamo:
        sizes = {name: torch.export.Dim(name) for entry in network.inputs for name in entry.symbols.values()}
        settings["dynamic_shapes"] = [{axis: sizes[name] for axis, name in e.symbols.items()} for e in network.inputs]
        if takes_all(module):
            settings["dynamic_shapes"] = (tuple(settings["dynamic_shapes"]),)
    elif options.dynamic:
        settings["dynamic_axes"] = {entry.name: entry.symbols for entry in network.inputs} | {"output": {0: "batch"}}
    path = folder / "model.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, tuple(inputs), str(path), **settings)
    data = folder / "test_data_set_0"
    data.mkdir(exist_ok=True)
    quiet = onnxruntime.SessionOptions()
    quiet.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), quiet, providers=["CPUExecutionProvider"])
    arrays = {name: x.numpy() for name, x in zip(names, inputs)}
    arrays = {entry.name: arrays[entry.name] for entry in session.get_inputs()}
    outputs = session.run(None, arrays)
    values = numpy.concatenate([output.ravel() for output in outputs]).astype(numpy.float64)
    if not numpy.isfinite(values).all() or not values.any() or (values.size > 8 and values.std() < 1e-6):
        raise RuntimeError("this network's random weights give nothing to compare")
    for kind, values in ("input", arrays.values()), ("output", outputs):
        for index, value in enumerate(values):
            (data / f"{kind}_{index}.pb").write_bytes(onnx.numpy_helper.from_array(value).SerializeToString())
    return path


# Runs in a small process of its own: what a process has in memory before it becomes another program counts as that one's.
MEASURE = """
import resource, subprocess, sys, time
begin = time.monotonic()
code = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], "w") as file:
    print(code, time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, file=file)
"""


def measured(command, folder):
    """Exit code, all output, seconds, and peak resident MB."""
    note = folder / "measured"
    words = [sys.executable, "-c", MEASURE, note, *command]
    text = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    code, seconds, peak = map(float, note.read_text().split())
    return int(code), text, seconds, peak


def verdict(text):
    """The greatest norm-wise difference in a table of `margay verify`."""
    rows = [line.split() for line in text.splitlines() if " ok" in line or "WRONG" in line]
    return max((float(row[-2]) for row in rows), default=float("nan"))


def try_network(network, options):
    folder = options.work / (network.name + options.suffix)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    if not (folder / "test_data_set_0" / "output_0.pb").exists():
        export(network, options, folder)
    if options.export:
        return [network.name, "", "", "", "", "exported"], True
    size = sum(file.stat().st_size for file in folder.glob("model.onnx*")) / 2**20
    code, text, seconds, peak = measured([options.margay, "compile", path, "-o", folder / "out"], folder)
    row = [network.name, f"{size:.0f}", f"{seconds:.1f}", f"{peak:.0f}"]
    if code == 0:
        code, text, _, _ = measured([options.margay, "verify", path, "--norm", "1e-2" if options.half else "1e-4"], folder)
        row.append(f"{verdict(text):.1e}")
    else:
        row.append("")
    row.append("agrees" if code == 0 else text.strip().splitlines()[-1][:200] if text.strip() else f"exit code {code}")
    return row, code == 0


def main():
    parser = argparse.ArgumentParser(description="Compares networks exported from PyTorch with onnxruntime.")
    parser.add_argument("networks", nargs="*", metavar="NETWORK")
    parser.add_argument("--margay", default=REPOSITORY / "build/bin/margay")
    parser.add_argument("--work", type=pathlib.Path, default=REPOSITORY / "build/zoo")
    parser.add_argument("--more", action="store_true")
    parser.add_argument("--dynamo", action="store_true")
    parser.add_argument("--dynamic", action="store_true")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--export", action="store_true")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--opset", type=int)
    options = parser.parse_args()
    options.opset = options.opset or (18 if options.dynamo else 17)
    options.suffix = "".join(f"-{name}" for name in ("dynamo", "dynamic", "half") if getattr(options, name))
    options.suffix += f"-{options.opset}" + (f"-b{options.batch}" if options.batch != 1 else "")
    unknown = set(options.networks) - {network.name for network in modules.EVERY}
    if unknown:
        parser.error(f"no such network: {', '.join(sorted(unknown))}; there are " + ", ".join(n.name for n in modules.EVERY))
    chosen = more_networks.MORE_NETWORKS if options.more else networks.NETWORKS
    if options.networks:
        chosen = [network for network in modules.EVERY if network.name in options.networks]
    row = "| {:<18} | {:>5} | {:>9} | {:>7} | {:>8} | {} |".format
    print(row("network", "MB", "compile s", "peak MB", "norm", "result"), flush=True)
    print(row("---", "---", "---", "---", "---", "---"), flush=True)
    logging.getLogger("torch").setLevel(logging.ERROR)
    failed = 0
    for network in chosen:
        try:
            cells, right = try_network(network, options)
        except Exception as error:  # An exporter's failure says nothing about Margay, and is shown.
            cells, right = [network.name, "", "", "", "", f"export: {type(error).__name__}: {str(error).splitlines()[0][:150]}"], False
        failed += not right
        print(row(*cells), flush=True)
    print(f"{failed} of the networks do not agree" if failed else "all agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
