# ===- code_blocks.py - takes the programs out of a guide -----------------=== #
#
#   code_blocks.py GUIDE.md FOLDER     writes block1.c … and block1.cpp … from its ```c and ```cpp blocks
#
# ===---------------------------------------------------------------------=== #

import pathlib
import re
import sys

text = pathlib.Path(sys.argv[1]).read_text()
counts = {"c": 0, "cpp": 0}
for language, code in re.findall(r"^```(c|cpp)\n(.*?)^```$", text, flags=re.M | re.S):
    counts[language] += 1
    pathlib.Path(sys.argv[2], f"block{counts[language]}.{language}").write_text(code)
print(f"{counts['c']} C programs, {counts['cpp']} C++ programs")
