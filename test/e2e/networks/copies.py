# ===- copies.py - kernels that only move elements, inside networks --------=== #
#
#   copies.py MARGAY FOLDER      compiles the networks of networks.py, compares them with the evaluator, and lists the
#                                kernels that copy between their first and their last product
#
# Outside of these are the borders, where the caller has the elements in another order. What is counted does not depend
# on the level, so it is the one that compiles anywhere and runs anywhere.
#
# ===---------------------------------------------------------------------=== #

import json
import pathlib
import subprocess
import sys

import networks

COPIES = {"concat", "interleave", "pad", "slice", "transpose", "transpose-blocks"}
PRODUCTS = ("conv", "depthwise", "gemm", "winograd")

# How many are allowed; none where nothing is said. To be lowered, never raised.
ALLOWED = {
    "bert": 8,  # Of each layer: the heads of queries, keys and values, and what becomes of them.
}


def kernels_of(margay, model):
    """The kernels that a call runs: neither joins nor slices that are views."""
    output = subprocess.run([margay, "bench", model, "--cpu", "v2", "--json"], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)["kernels"]


def copies_inside(kernels):
    products = [place for place, kernel in enumerate(kernels) if kernel["plan"].startswith(PRODUCTS)]
    inside = kernels[products[0]:products[-1]]
    return [kernel for kernel in inside if kernel["plan"] in COPIES or kernel["name"].startswith("copy")]


def main():
    margay, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    failures = 0
    for name, make in networks.ALL.items():
        model = folder / f"{name}.onnxtxt"
        model.write_text(make())
        copies = copies_inside(kernels_of(margay, model))
        allowed = ALLOWED.get(name, 0)
        print(f"{name}: {len(copies)} copies inside, {allowed} allowed")
        if len(copies) > allowed:
            failures += 1
            for kernel in copies:
                print(f"    {kernel['plan']} {kernel['name']}")
        subprocess.run([margay, "verify", model, "--cpu", "v2"], check=True, stdout=subprocess.DEVNULL)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
