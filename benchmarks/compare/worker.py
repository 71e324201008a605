# ===- worker.py - a peer as a process that measures itself ------------------=== #
#
#   worker.py PEER MODEL THREADS FOLDER FILE:DTYPE:DIMS...
#
# The same as margay_worker.c for the other side. After its imports it says "imported" and waits for a line; then it loads
# the model, runs it once on the inputs, writes FOLDER/output_0.bin and so on, and says "ready" with the seconds that
# loading and the first run took. Then it does what the lines on its input say:
#
#   time SECONDS     runs the network for so long; answers with the median, the least, and the number of runs
#   (the end)        ends
#
# ===-------------------------------------------------------------------------=== #

import pathlib
import sys
import time

import engines
import numpy

FEWEST = 3


def read_input(argument):
    path, dtype, dims = argument.rsplit(":", 2)
    shape = [int(dim) for dim in dims.split(",") if dim]
    return numpy.fromfile(path, dtype=numpy.dtype(dtype)).reshape(shape)


def measure(run, seconds):
    """A tenth of the time warms up what others have used meanwhile: caches, the clock."""
    now = time.perf_counter
    end = now() + seconds / 10
    run()
    while now() < end:
        run()
    times = []
    end = now() + seconds
    while len(times) < FEWEST or now() < end:
        begin = now()
        run()
        times.append(now() - begin)
    times.sort()
    return f"{times[len(times) // 2]:.9f} {times[0]:.9f} {len(times)}"


def main():
    peer, model, threads, folder, *arguments = sys.argv[1:]
    engine = engines.ENGINES[peer](int(threads))
    inputs = [read_input(argument) for argument in arguments]
    print("imported", engine.version, flush=True)
    sys.stdin.readline()
    begin = time.perf_counter()
    engine.load(model, inputs)
    outputs = engine.run()
    seconds = time.perf_counter() - begin
    for index, output in enumerate(outputs):
        numpy.ascontiguousarray(output).tofile(pathlib.Path(folder, f"output_{index}.bin"))
    print(f"ready {seconds:.6f}", flush=True)
    for line in sys.stdin:
        command, seconds = line.split()
        assert command == "time", line
        print(measure(engine.run, float(seconds)), flush=True)


if __name__ == "__main__":
    main()
