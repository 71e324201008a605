# ===- threads.py - one to four threads give the same bits -----------------=== #
#
#   threads.py MARGAY FOLDER LEVEL      runs two networks of networks.py on the command line's pool of threads
#
# ===---------------------------------------------------------------------=== #

import array
import pathlib
import random
import subprocess
import sys

import networks

NETWORKS = ["mobilenet_v2", "squeezenet"]
SIZE = 128  # Large enough for kernels to have several tasks.


def write_picture(path):
    """The networks' input, random, as a .npy file."""
    rng = random.Random(1)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, {SIZE}, {SIZE}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    values = array.array("f", (rng.uniform(-1, 1) for _ in range(3 * SIZE * SIZE)))
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + values.tobytes())


def outputs(margay, model, level, threads, folder):
    """The bytes of each output."""
    command = [margay, "run", model, "--input", f"x={folder.parent / 'x.npy'}", "--cpu", level]
    command += ["--threads", str(threads), "--output", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {path.name: path.read_bytes() for path in folder.glob("*.npy")}


def main():
    margay, folder, level = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    write_picture(folder / "x.npy")
    failures = 0
    for name in NETWORKS:
        model = folder / f"{name}.onnxtxt"
        model.write_text(networks.ALL[name](SIZE))
        alone = outputs(margay, model, level, 1, folder / f"{name}-1")
        for threads in (2, 3, 4):
            several = outputs(margay, model, level, threads, folder / f"{name}-{threads}")
            if not alone or several != alone:
                failures += 1
                print(f"{level} {name}: {threads} threads give other bits than one")
    print(f"{level}: {len(NETWORKS)} networks, {failures} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
