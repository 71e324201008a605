# ===- dot.py - kernels whose results have one column ----------------------=== #
#
#   dot.py JSON...      what margay-kernels says about them, level by level; fails if one is not computed by "dot", is not
#                       accurate, or keeps vectors on the stack in its main loop
#
# ===---------------------------------------------------------------------=== #

import json
import sys

for path in sys.argv[1:]:
    with open(path) as file:
        rows = json.load(file)
    assert len(rows) == 13, path
    for row in rows:
        main = max(row["loops"], key=lambda loop: loop["multiply_adds"] / loop["instructions"], default={"spills": 0})
        assert row["plans"] == ["dot"] or row["plans"] == "dot", row
        assert row["error"] is None or row["error"] < 2e-6, row
        assert main["spills"] == 0, row
