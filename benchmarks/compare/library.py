# ===- library.py - Margay's side: the archive and a program around it --------=== #

import json
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent / "margay_worker.c"


class Failed(Exception):
    """A command that did not do what it should, in one line."""


def output_of(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failed(said[-1] if said else f"{command[0]}: exit code {done.returncode}")
    return done.stdout


def compiler_of_c(wanted):
    for name in [wanted] if wanted else ["cc", "clang", "gcc", "clang-22", "/usr/lib/llvm-22/bin/clang"]:
        if found := shutil.which(name):
            return found
    raise Failed(f"there is no C compiler{' ' + wanted if wanted else ''}; --cc names one")


def is_current(product, *sources):
    return product.exists() and all(product.stat().st_mtime > pathlib.Path(source).stat().st_mtime for source in sources)


class Library:
    """A compiled model; made again only where the compiler or the model is newer."""

    def __init__(self, margay, cc, model, folder, arguments=()):
        self.folder = folder
        self.archive, self.program = folder / "model.a", folder / "worker"
        note = folder / "arguments"
        words = " ".join(arguments)
        if not (note.exists() and note.read_text() == words and is_current(self.archive, margay, model)):
            folder.mkdir(parents=True, exist_ok=True)
            output_of([margay, "compile", model, "-o", folder, "--name", "model", *arguments])
            note.write_text(words)
        if not is_current(self.program, self.archive, SOURCE):
            include = ["-I", folder, "-DMODEL=model_model", "-pthread", "-o", self.program]
            output_of([compiler_of_c(cc), "-O2", "-std=gnu11", SOURCE, self.archive, *include])

    def ports(self, kind):
        """(name, type, dims) of all inputs or outputs; a dim that the caller chooses is -1."""
        lines = [line.split("\t", 3) for line in output_of([self.program, "describe"]).splitlines()]
        return [(n, t, [int(d) for d in dims.split(",") if d]) for k, t, dims, n in lines if k == kind]

    def command(self, threads, since, folder, files):
        dims = [",".join(map(str, file.shape)) for file in files]
        return [self.program, threads, since, folder, *(f"{file.path}:{d}" for file, d in zip(files, dims))]


def bench(margay, model, threads, arguments):
    """What the network has to do, and what this machine can, now."""
    words = ["--json", "--threads", threads, "--cpu", "native", *arguments]
    return json.loads(output_of([margay, "bench", model, *words]))
