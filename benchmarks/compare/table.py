# ===- table.py - the results as Markdown --------------------------------------=== #

import math
import statistics

TITLES = {"margay": "Margay", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "torch": "PyTorch", "symbolic": "symbolic"}


def engines_of(results):
    found = {name for network in results["networks"] for run in network["threads"].values() for name in run["engines"]}
    return [name for name in TITLES if name in found]


def threads_of(results):
    return sorted({int(threads) for network in results["networks"] for threads in network["threads"]})


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values))) if values else math.nan


def ratios(results, threads):
    """Network -> the best peer's time over Margay's, where there is one."""
    runs = [(network["name"], network["threads"].get(str(threads), {})) for network in results["networks"]]
    return {name: run["ratio"] for name, run in runs if run.get("ratio")}


def milliseconds(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def megabytes(value):
    return f"{value / 2**20:.3g}" if value < 100 * 2**20 else f"{value / 2**20:.0f}"


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def header(titles):
    return [row(titles), row(["---"] + ["--:"] * (len(titles) - 1))]


def times(results, threads):
    """The table of one number of threads."""
    engines = [name for name in engines_of(results) if name != "symbolic"]
    titles = ["network", *(f"{TITLES[name]}, ms" for name in engines), "best peer ÷ Margay", "of minima", "GFLOP/s", "of the peak"]
    symbolic = any("symbolic" in run["threads"].get(str(threads), {}) for run in results["networks"])
    lines = header(titles + (["symbolic ÷ static"] if symbolic else []))
    for network in results["networks"]:
        run = network["threads"].get(str(threads))
        if not run:
            continue
        cells = [network["name"]]
        for name in engines:
            at = run["engines"].get(name)
            cells.append(f"{milliseconds(at['median_ms'])} ({milliseconds(at['min_ms'])})" if at else "")
        cells.append(f"**{run['ratio']:.2f}**" if run.get("ratio") else "")
        cells.append(f"{run['ratio_of_minima']:.2f}" if run.get("ratio_of_minima") else "")
        cells += [f"{run['gflops']:.1f}", f"{run['percent_of_peak']:.0f} %"] if "gflops" in run else ["", ""]
        if symbolic:
            cells.append(f"{run['symbolic']:.3f}" if "symbolic" in run else "")
        lines.append(row(cells))
    found = ratios(results, threads)
    if len(found) > 1:
        mean = f"geometric mean of {len(found)}: **{geometric_mean(list(found.values())):.2f}**"
        lines += ["", f"Best peer ÷ Margay, {mean}; least {min(found.values()):.2f} ({min(found, key=found.get)})."]
    return lines


def costs(results):
    """What is needed besides time."""
    engines = [name for name in engines_of(results) if name != "symbolic"]
    titles = ["network"]
    for what in ("first result, ms", "memory, MB", "on disk, MB"):
        titles += [f"{TITLES[name]}: {what}" for name in engines]
    lines = header(titles)
    for network in results["networks"]:
        cells = [network["name"]]
        for key, text in ("load_s", lambda x: milliseconds(x * 1e3)), ("memory_bytes", megabytes), ("disk_bytes", megabytes):
            cells += [text(network[key][name]) if name in network[key] else "" for name in engines]
        lines.append(row(cells))
    return lines


def notes(results):
    return [f"- {network['name']}: {note}" for network in results["networks"] for note in network["notes"]]


def markdown(results):
    machine = results["machine"]
    versions = ", ".join(f"{TITLES.get(name, name)} {version}" for name, version in results["versions"].items())
    lines = ["# Margay beside its peers", ""]
    code = f", code for {machine['isa']}" if "isa" in machine else ""
    lines += [f"{machine['cpu']}, {machine['cpus']} CPUs{code}. {versions}. Batch 1 unless the name says otherwise, f32; "
              "medians (and minima) of calls, everybody taking turns in one run."]  # fmt: skip
    for threads in threads_of(results):
        lines += ["", f"## {threads} thread{'s' if threads > 1 else ''}", "", *times(results, threads)]
    if any(network["load_s"] for network in results["networks"]):
        lines += ["", "## First result, memory, size", ""]
        lines += ["A fresh process each: of Margay's everything counts, of a peer's what comes after its imports. On disk: the"]
        lines += ["archive with all its levels; the model and the native libraries that the peer loads.", "", *costs(results)]
    if said := notes(results):
        lines += ["", "## Notes", "", *said]
    return "\n".join(lines) + "\n"
