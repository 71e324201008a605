#!/usr/bin/env python3
# ===- compare.py - how fast is Margay beside its peers? ----------------------=== #
#
# usage: compare.py [NETWORK|MODEL...] [--threads LIST] [--rounds N] [--seconds S] [--peers LIST] [--symbolic]
#                   [--dim NAME=N]... [--output FOLDER] [--work FOLDER] [--margay PROGRAM] [--cc PROGRAM]
#                   [--quick] [--prepare] [--results FILE...]
#
# Compiles each model with Margay and builds a C program around the archive; starts it beside onnxruntime, OpenVINO and
# PyTorch; compares the results; and measures all of them in turns. A NETWORK is one of zoo.py's (all of networks.py unless
# some are named), which is exported where it was not yet; a MODEL is a file, and has no PyTorch beside it.
#
# --threads    numbers of threads to compare with (1,2)
# --rounds     how often everybody has a turn (5, and not less)
# --seconds    how long a turn is (0.3); three calls at least
# --peers      whom to compare with (onnxruntime,openvino,torch); those that are not installed are left out. "none": nobody
# --symbolic   the same network with its batch symbolic, beside: only networks
# --dim        a size of the model, as for `margay compile`
# --output     where the results go: compare.md, compare.json and compare.svg; only printed unless given
# --work       where exported networks, archives and programs are kept (build/zoo)
# --quick      only times of calls: no first results, memory, sizes, kernels
# --prepare    only exports and compiles
# --results    measures nothing: puts earlier compare.json together
#
# Exits with 1 if a result of Margay's differs from the reference, or there is none.
#
# ===-------------------------------------------------------------------------=== #

import argparse
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

from compare import case, chart, process, rounds, table
from compare.library import Failed, Library, bench, output_of

BENCHMARKS = pathlib.Path(__file__).resolve().parent
SMALL_MODEL = BENCHMARKS.parent / "examples/digit/tiny-digits.onnxtxt"
PEERS = ["onnxruntime", "openvino", "torch"]
MODEL_OF = {"torch": "module.pt"}  # What a peer reads instead of model.onnx, beside it.
LOADS = 3


def exported(name, options, dynamic=False):
    """The model of a network of the zoo, made where it is not there."""
    model = options.work / (name + ("-dynamic-17" if dynamic else "-17")) / "model.onnx"
    if not (model.parent / "test_data_set_0/output_0.pb").exists():
        words = [sys.executable, BENCHMARKS / "zoo.py", name, "--export", "--work", options.work]
        output_of(words + (["--dynamic"] if dynamic else []))
    return model


class Network:
    """A model with everything that is made of it before anything is measured."""

    def __init__(self, name, options):
        self.name, self.notes, self.operations = name, [], 0
        path = pathlib.Path(name)
        self.is_file = path.suffix in (".onnx", ".onnxtxt") or path.exists()
        self.model = path if self.is_file else exported(name, options)
        self.name = path.stem if self.is_file and path.stem != "model" else path.parent.name if self.is_file else name
        self.folder = options.work / self.name / "compare" if self.is_file else self.model.parent / "compare"
        self.arguments = [word for dim in options.dim for word in ("--dim", dim)]
        self.library = Library(options.margay, options.cc, self.model, self.folder / "static", self.arguments)
        self.inputs = case.make_inputs(self.model, self.library.ports("input"), self.folder)
        self.dtypes = [dtype for _, dtype, _ in self.library.ports("output")]
        self.reference = self.folder / "expected" if case.write_expected(self.model, self.folder / "expected") else None
        self.peers = [peer for peer in options.peers if self.offers(peer)]
        self.symbolic = self.with_symbolic_batch(options) if options.symbolic and not self.is_file else None

    def offers(self, peer):
        """Whether there is a model for this peer."""
        if peer == "torch" and self.is_file:
            self.notes.append("torch: there is no module, only a file")
            return False
        if peer == "torch" and not (self.model.parent / MODEL_OF[peer]).exists():
            output_of([sys.executable, BENCHMARKS / "modules.py", self.name, self.model.parent / MODEL_OF[peer]])
        return True

    def with_symbolic_batch(self, options):
        try:
            model = exported(self.name, options, dynamic=True)
            pinned = ["--dim", "sequence=" + str(self.inputs[0].shape[-1])] if "sequence" in symbols_of(options, model) else []
            return Library(options.margay, options.cc, model, self.folder / "symbolic", pinned)
        except Failed as failure:
            self.notes.append(f"symbolic: {failure}")
            return None

    def path_for(self, peer):
        return self.model.parent / MODEL_OF[peer] if peer in MODEL_OF else self.model

    def starters(self, threads):
        """Name -> a function that starts a worker which writes its outputs into a folder."""
        at = self.inputs
        found = {"margay": lambda folder: process.start_margay(self.library, threads, folder, at)}
        for peer in self.peers:
            path = self.path_for(peer)
            found[peer] = lambda folder, peer=peer, path=path: process.start_peer(peer, path, threads, folder, at)
        if self.symbolic:
            found["symbolic"] = lambda folder: process.start_margay(self.symbolic, threads, folder, at)
        return found


def symbols_of(options, model):
    """The names of free dimensions, as `margay info` prints them."""
    inputs = [line for line in output_of([options.margay, "info", model]).splitlines() if line.startswith("input ")]
    return {dim for line in inputs for dim in line[line.rindex("[") + 1 : -1].split(",") if not dim.isdigit()}


def first_results(network, threads):
    """The median of how long fresh processes take to their first result, and what they need for it."""
    seconds, memory, libraries = {}, {}, {}
    for name, start in network.starters(threads).items():
        samples = []
        for _ in range(LOADS):
            try:
                worker = start(network.folder / "loaded" / name)
            except Failed:
                break
            samples.append(worker.load)
            memory[name], libraries[name] = worker.memory(), worker.libraries()
            worker.end()
        if samples:
            seconds[name] = sorted(samples)[len(samples) // 2]
    return seconds, memory, libraries


def sizes_on_disk(network, libraries):
    sizes = {"margay": network.library.archive.stat().st_size}
    for peer in network.peers:
        path = network.path_for(peer)
        files = [path, *path.parent.glob(path.name + ".*")]
        sizes[peer] = sum(file.stat().st_size for file in files) + libraries.get(peer, 0)
    return sizes


def measure(network, threads, options, versions):
    """One network on so many threads."""
    workers = rounds.start_all(network.starters(threads), network.folder, network.dtypes, network.reference, network.notes)
    versions.update({name: worker.version for name, worker in workers.items() if worker.version})
    try:
        turns, busy = rounds.alternate(workers, options.rounds, options.seconds) if workers else ({}, 0)
    finally:
        for worker in workers.values():
            worker.end()
    engines = {name: rounds.summary(results) for name, results in turns.items()}
    for name, engine in engines.items():
        engine["difference"] = workers[name].difference
    result = {"engines": engines, "others": busy}
    if busy > rounds.QUIET:
        plural = "s" if threads > 1 else ""
        network.notes.append(f"{threads} thread{plural}: other programs kept {busy:.1f} processors busy meanwhile")
    peers = {name: engine for name, engine in engines.items() if name in PEERS}
    if "margay" not in engines:
        return result
    own = engines["margay"]
    if peers:
        result["best"] = min(peers, key=lambda name: peers[name]["median_ms"])
        result["ratio"] = rounds.ratio(peers[result["best"]], own)
        result["ratio_of_minima"] = min(engine["min_ms"] for engine in peers.values()) / own["min_ms"]
    if "symbolic" in engines:
        result["symbolic"] = rounds.ratio(engines["symbolic"], own)
    if options.quick:
        return result
    # A peak is of the machine: any model's will do.
    first = threads == options.threads[0]
    facts = bench(options.margay, network.model if first else SMALL_MODEL, threads, network.arguments if first else [])
    result["isa"], result["peak_gflops"] = facts["isa"], facts["peak_gflops"]
    if first:
        network.operations = facts["gflops"] * facts["median_ms"]  # Millions.
        result |= {key: facts[key] for key in ("kernels", "slow_kernels", "compile_s")}
    if network.operations:
        result["gflops"] = network.operations / own["median_ms"]
        result["percent_of_peak"] = 100 * result["gflops"] / facts["peak_gflops"]
    return result


def compared(name, options, versions):
    print(f"{name} ...", file=sys.stderr, flush=True)
    network = Network(name, options)
    found = {"name": network.name, "threads": {}, "notes": network.notes}
    found |= {"load_s": {}, "memory_bytes": {}, "disk_bytes": {}}
    if options.prepare:
        return found
    for threads in options.threads:
        found["threads"][str(threads)] = measure(network, threads, options, versions)
    if not options.quick:
        found["load_s"], found["memory_bytes"], libraries = first_results(network, options.threads[0])
        found["disk_bytes"] = sizes_on_disk(network, libraries)
    return found


def machine_of(networks):
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    levels = {run["isa"] for network in networks for run in network["threads"].values() if "isa" in run}
    machine = {"cpu": names[0] if names else "unknown CPU", "cpus": os.cpu_count()}
    return machine | ({"isa": ", ".join(sorted(levels))} if levels else {})


def results_of(networks, versions):
    return {"machine": machine_of(networks), "versions": versions, "networks": networks}


def write(results, options):
    if not options.output or options.prepare:
        return
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "compare.md").write_text(table.markdown(results))
    (options.output / "compare.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.output / "compare.svg").write_text(chart.svg(results))


def put_together(files):
    """Earlier results as one: the later ones of a network and a number of threads count."""
    whole = {"machine": {}, "versions": {}, "networks": []}
    for file in files:
        part = json.loads(pathlib.Path(file).read_text())
        whole["machine"].update(part["machine"])
        whole["versions"].update(part["versions"])
        for network in part["networks"]:
            same = next((other for other in whole["networks"] if other["name"] == network["name"]), None)
            if same:
                threads = same["threads"] | network["threads"]
                network |= {key: same[key] | network[key] for key in ("load_s", "memory_bytes", "disk_bytes")}
                same.update(network | {"threads": threads, "notes": list(dict.fromkeys(same["notes"] + network["notes"]))})
            else:
                whole["networks"].append(network)
    return whole


def installed(peers):
    for peer in peers:
        if importlib.util.find_spec(peer):
            yield peer
        else:
            print(f"{peer} is not installed, and is left out", file=sys.stderr)


def numbers(text):
    return [int(word) for word in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description="Compares Margay with onnxruntime, OpenVINO and PyTorch.")
    parser.add_argument("networks", nargs="*", metavar="NETWORK|MODEL")
    parser.add_argument("--threads", type=numbers, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--symbolic", action="store_true")
    parser.add_argument("--dim", action="append", default=[])
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, default=BENCHMARKS.parent / "build/zoo")
    parser.add_argument("--margay", type=pathlib.Path, default=BENCHMARKS.parent / "build/bin/margay")
    parser.add_argument("--cc")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--results", nargs="+", metavar="FILE")
    options = parser.parse_args()
    peers = [] if options.peers == "none" else options.peers.split(",")
    if unknown := set(peers) - set(PEERS):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}, and none")
    if options.rounds < 5:
        parser.error("--rounds: a median of less than 5 says little")
    if not options.threads or min(options.threads) < 1:
        parser.error("--threads: numbers of at least 1, such as 1,2")
    options.peers = list(installed(peers)) if not options.results else []
    if not options.networks and not options.results:
        import networks

        options.networks = [network.name for network in networks.NETWORKS]
    return options


def main():
    options = arguments()
    if options.results:
        results, failures = put_together(options.results), []
    else:
        versions, found, failures = {}, [], []
        version = output_of([options.margay, "--version"]).split()
        versions["margay"] = version[1]
        for name in options.networks:
            try:
                found.append(compared(name, options, versions))
                write(results_of(found, versions), options)  # So that what is cut short is not lost.
            except (Failed, OSError, ValueError) as failure:
                failures.append(f"{name}: {failure}")
        results = results_of(found, versions)
        for network in found:
            failures += [f"{network['name']}: {note}" for note in network["notes"] if note.startswith("margay:")]
    for failure in failures:
        print(failure, file=sys.stderr)
    if not options.prepare:
        write(results, options)
        print(table.markdown(results), end="")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
