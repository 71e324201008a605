# ===- rounds.py - everybody measured in turns ---------------------------------=== #
#
# On a machine that is not ours alone, only what is measured side by side can be compared. All workers live at the same
# time; in each round each has its turn, in an order that goes on by one every round. Rounds in which other programs are
# busy are repeated, up to as many times again; the quietest count. A ratio is the median of the rounds' ratios.
#
# ===-------------------------------------------------------------------------=== #

import statistics
import time

from compare import case
from compare.library import Failed
from compare.others import Others

TOLERANCE = 1e-4
PAUSE = 0.03  # Threads of the one before may still be looking for work.
QUIET = 0.1  # Processors that others may keep busy in a round.


def start_all(starters, folder, dtypes, reference, notes):
    """Starts everybody in order, and checks their results against the reference: a folder, else the first one's own
    results. Whoever does not start or differs is noted and left out."""
    workers = {}
    for name, start in starters.items():
        try:
            worker = start(folder / name)
        except Failed as failure:
            notes.append(f"{name}: {failure}")
            continue
        reference = reference or folder / name
        worker.difference = case.difference(folder / name, reference, dtypes)
        if worker.difference <= TOLERANCE:
            workers[name] = worker
        else:
            notes.append(f"{name}: differs by {worker.difference:.1e} of the greatest value")
            worker.end()
    return workers


def alternate(workers, rounds, seconds):
    """Name -> [(median, least, calls) of each round], and how many processors others kept busy meanwhile, on average."""
    done, names = [], list(workers)
    while len(done) < 2 * rounds and sum(busy <= QUIET for busy, _ in done) < rounds:
        shift, results = len(done) % len(names), {}
        others = Others([worker.child.pid for worker in workers.values()])
        for name in names[shift:] + names[:shift]:
            time.sleep(PAUSE)
            results[name] = workers[name].measure(seconds)
        done.append((others.processors(), results))
    done.sort(key=lambda entry: entry[0])
    kept = done[:rounds]
    return {name: [results[name] for _, results in kept] for name in names}, statistics.fmean(busy for busy, _ in kept)


def summary(results):
    """What a table shows of somebody's rounds."""
    return {
        "median_ms": statistics.median(median for median, _, _ in results) * 1e3,
        "min_ms": min(least for _, least, _ in results) * 1e3,
        "calls": sum(calls for _, _, calls in results),
        "rounds_ms": [median * 1e3 for median, _, _ in results],
    }


def ratio(slower, faster):
    """Of two summaries of the same rounds."""
    return statistics.median(a / b for a, b in zip(slower["rounds_ms"], faster["rounds_ms"], strict=True))
