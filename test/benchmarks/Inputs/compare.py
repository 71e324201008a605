# ===- compare.py - checks what benchmarks/compare.py has done --------------=== #
#
#   compare.py same MARGAY MODEL FOLDER RESULTS    its network computed what `margay run` does
#   compare.py chart FILE                          the chart has a bar for each ratio
#   compare.py differences BENCHMARKS SCRATCH      how results are compared
#   compare.py others BENCHMARKS                   a busy program is seen, unless it is one of ours
#
# ===-----------------------------------------------------------------------=== #

import array
import ast
import json
import math
import pathlib
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree


def floats(path):
    return array.array("f", path.read_bytes()).tolist()


def write_npy(path, shape, data):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def read_npy(path):
    data = path.read_bytes()
    size = struct.unpack("<H", data[8:10])[0]
    assert ast.literal_eval(data[10 : 10 + size].decode())["descr"] == "<f4"
    return array.array("f", data[10 + size :]).tolist()


def same(margay, model, folder, results):
    folder = pathlib.Path(folder)
    write_npy(folder / "image.npy", (1, 1, 28, 28), (folder / "input_0.bin").read_bytes())
    words = [margay, "run", model, "--input", f"image={folder / 'image.npy'}", "--output", folder / "ran"]
    subprocess.run(words, check=True, capture_output=True)
    expected = read_npy(next((folder / "ran").glob("*.npy")))
    assert len(set(expected)) == 10, expected
    for place in "margay", "loaded/margay":
        assert floats(folder / place / "output_0.bin") == expected, place
    network = json.loads(pathlib.Path(results).read_text())["networks"][0]
    for threads in "1", "2":
        run = network["threads"][threads]
        engine = run["engines"]["margay"]
        assert len(engine["rounds_ms"]) == 5 and engine["calls"] >= 15, engine
        assert 0 <= run["others"] <= 1024, run
        assert 0 < engine["min_ms"] <= engine["median_ms"], engine
        assert run["gflops"] > 0 and run["peak_gflops"] > 0, run
    assert network["threads"]["1"]["kernels"] and "kernels" not in network["threads"]["2"]
    assert network["load_s"]["margay"] > 0 and network["memory_bytes"]["margay"] > 100000
    assert network["disk_bytes"]["margay"] == (folder / "static/model.a").stat().st_size


def chart(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    names = {"svg": "http://www.w3.org/2000/svg"}
    texts = [text.text for text in root.findall("svg:text", names)]
    assert {"small", "a<b", "2.00", "4.00", "0.50"} <= set(texts), texts
    bars = [bar for bar in root.findall("svg:rect", names) if float(bar.get("y")) > 40]
    assert len(bars) == 3 and all(float(bar.get("width")) > 10 for bar in bars), bars
    assert len(root.findall("svg:circle", names)) == 1 + 4  # The legend's, and each peer of each run.


def differences(benchmarks, scratch):
    sys.path.insert(0, benchmarks)
    from compare import case

    def of(actual, expected, code="f", dtype="f32"):
        folders = [pathlib.Path(scratch, name) for name in ("actual", "expected")]
        for folder, values in zip(folders, (actual, expected)):
            folder.mkdir(exist_ok=True)
            (folder / "output_0.bin").write_bytes(array.array(code, values).tobytes())
        return case.difference(*folders, [dtype])

    assert of([1, 2], [1, 2]) == 0
    assert of([1, 6], [2, 8]) == 0.25
    assert of([1, 2], [1, 2, 3]) == math.inf
    assert of([1, math.nan], [1, 2]) == math.inf
    assert of([1, 2], [1, math.nan]) == math.inf
    assert of([-math.inf, 3, math.nan], [-math.inf, 4, math.nan]) == 0.25
    assert of([math.inf, 3], [-math.inf, 3]) == math.inf
    assert of([1, 2], [1, 3], "q", "i64") == math.inf
    assert of([1, 3], [1, 3], "q", "i64") == 0


def others(benchmarks):
    sys.path.insert(0, benchmarks)
    from compare.others import Others

    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        strangers, known = Others([]), Others([child.pid])
        time.sleep(1)
        assert strangers.processors() - known.processors() > 0.1
    finally:
        child.kill()
        child.wait()


if __name__ == "__main__":
    {"same": same, "chart": chart, "differences": differences, "others": others}[sys.argv[1]](*sys.argv[2:])
