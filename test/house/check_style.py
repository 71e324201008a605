# ===- check_style.py - what clang-format does not see --------------------=== #
#
# Every source file begins with a banner that names it and says what it is, holds one idea's worth of lines, and has no
# tabs, trailing spaces or missing last newline.
#
#   check_style.py ROOT          prints each offence as FILE:LINE: sentence; fails when there is one
#
# ===---------------------------------------------------------------------=== #

import pathlib
import re
import sys

import sources

MOST_LINES = 700
CHECKED = sources.CODE + (".td", ".py", ".sh", ".cmake")
BANNER = re.compile(r"===- (\S+) - \S.*===")


def check(root, path):
    text = pathlib.Path(root, path).read_text()
    lines = text.split("\n")
    if lines[-1]:
        yield len(lines), "the last line does not end"
    if len(lines) - 1 > MOST_LINES:
        yield MOST_LINES + 1, f"{len(lines) - 1} lines; at most {MOST_LINES}, and one idea, make a file"
    is_test = path.parts[0] == "test" and "RUN:" in text
    named = next((m for m in map(BANNER.search, lines[:3]) if m), None)
    if not named and not is_test and path.suffix != ".cmake":
        yield 1, f"no banner; begin with ===- {path.name} - what it is ---==="
    elif named and named.group(1) not in (path.name, str(path)):
        yield 1, f"the banner names {named.group(1)}"
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "spaces at the end of the line"


def main():
    root = sys.argv[1]
    paths = sources.with_suffix(root, *CHECKED)
    offences = [f"{path}:{number}: {why}" for path in paths for number, why in check(root, path)]
    print("\n".join(offences) if offences else f"style: {len(paths)} files are in order")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
