# ===- process.py - a worker, seen from outside -------------------------------=== #
#
# Margay's and the peers' alike: started, it says when it has its first result; told so, it measures. Between its turns it
# waits for a line and uses no processor.
#
# ===-------------------------------------------------------------------------=== #

import pathlib
import subprocess
import sys
import tempfile
import time

from compare.library import Failed

WORKER = pathlib.Path(__file__).resolve().parent / "worker.py"


class Process:
    """A worker that has given its first result; `load` is how many seconds that took."""

    def __init__(self, command, waits=False):
        self.before, self.version = 0, ""
        words = [str(word) for word in command]
        self.complaints = tempfile.TemporaryFile("w+")
        self.child = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints, text=True
        )
        if waits:
            self.version = self.answer("imported")[0]
            self.before = self.kilobytes("VmRSS")
            self.tell("go")
        self.load = float(self.answer("ready")[0])

    def tell(self, line):
        try:
            self.child.stdin.write(line + "\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            pass  # The answer, which does not come, says why.

    def answer(self, word=None):
        """The next line's words after `word`; packages print lines of their own before it."""
        while line := self.child.stdout.readline():
            words = line.split()
            if word is None or words[:1] == [word]:
                return words[1:] if word else words
        self.complaints.seek(0)
        said = self.complaints.read().strip().splitlines()
        raise Failed(said[-1] if said else f"the worker ended with {self.child.wait()}")

    def measure(self, seconds):
        """Seconds of a call: median and least, and the number of calls."""
        self.tell(f"time {seconds}")
        median, least, calls = self.answer()
        return float(median), float(least), int(calls)

    def kilobytes(self, key):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith(key + ":")).split()[1])

    def memory(self):
        """Bytes at most, beyond what an interpreter and its packages had before the model was loaded."""
        return (self.kilobytes("VmHWM") - self.before) * 1024

    def libraries(self):
        """Bytes of the native libraries of packages that it has loaded, those for GPUs aside."""
        lines = pathlib.Path(f"/proc/{self.child.pid}/maps").read_text().splitlines()
        paths = {pathlib.Path(line.split(maxsplit=5)[5]) for line in lines if "/site-packages/" in line and ".so" in line}
        others = ("cuda", "nvidia", "cudnn", "nccl", "numpy", "triton")
        return sum(p.stat().st_size for p in paths if p.exists() and not any(word in str(p) for word in others))

    def end(self):
        self.child.stdin.close()
        try:
            self.child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()
        self.complaints.close()


def start_margay(library, threads, folder, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    return Process(library.command(threads, time.monotonic(), folder, inputs))


def start_peer(peer, model, threads, folder, inputs):
    folder.mkdir(parents=True, exist_ok=True)
    files = [tensor.for_peers() for tensor in inputs]
    return Process([sys.executable, WORKER, peer, model, threads, folder, *files], waits=True)
