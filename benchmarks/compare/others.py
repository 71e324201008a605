# ===- others.py - what else the machine is doing ------------------------------=== #
#
# Of the processors' time, the part that went neither to our workers nor to idling: other programs, and what the host of a
# virtual machine took.
#
# ===-------------------------------------------------------------------------=== #

import os
import pathlib
import time

TICKS = os.sysconf("SC_CLK_TCK")


def _busy():
    """Seconds in which the processors were not idle, all together: user, nice, system, irq, softirq, steal."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:8])) / TICKS


def _own(processes):
    """Seconds of processor time of these processes and of this one."""
    total = 0
    for process in [*processes, os.getpid()]:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


class Others:
    """Watches while it lives."""

    def __init__(self, processes):
        self.processes = processes
        self.begin = time.monotonic(), _busy(), _own(processes)

    def processors(self):
        """How many processors others have kept busy since, on average."""
        seconds, busy, own = (b - a for a, b in zip(self.begin, (time.monotonic(), _busy(), _own(self.processes))))
        return max(0.0, (busy - own) / seconds) if seconds > 0 else 0.0
