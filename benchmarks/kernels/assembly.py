# ===- assembly.py - what the loops of a kernel look like --------------------=== #

import re
import subprocess

LABEL = re.compile(r"^(\.?\w+):")
JUMP = re.compile(r"^\tj\w+\s+(\.?\w+)")


def innermost_loops(lines):
    """The instructions of each loop without a loop inside: from a label to the last jump back to it."""
    places = {m[1]: i for i, line in enumerate(lines) if (m := LABEL.match(line))}
    loops = {}
    for index, line in enumerate(lines):
        if (m := JUMP.match(line)) and places.get(m[1], index) < index:
            loops[places[m[1]]] = index
    for begin, end in loops.items():
        if not any(begin < other < end or (other == begin and last < end) for other, last in loops.items()):
            yield [line for line in lines[begin : end + 1] if line.startswith("\t") and not line.startswith("\t.")]


def spills(margay, model, level):
    """Of the loops with most multiply-adds, or with vectors: instructions, multiply-adds, and vectors that go to the stack
    or come from it."""
    text = subprocess.run([margay, "compile", model, "--emit=asm", "--cpu", level, "-o", "-"], capture_output=True, text=True, check=True).stdout
    best = (0, 0, 0, 0)
    for loop in innermost_loops(text.splitlines()):
        products = sum("fmadd" in line or "mulps" in line for line in loop)
        vectors = sum(bool(re.search(r"%[xyz]mm", line)) for line in loop)
        moved = sum(bool(re.search(r"\(%rsp.*%[xyz]mm|%[xyz]mm.*\(%rsp", line)) for line in loop)
        best = max(best, (products, vectors, len(loop), moved))
    return {"instructions": best[2], "products": best[0], "spills": best[3]}
