# ===- lit.cfg.py - how the unit tests are run --------------------------=== #
#
# Every program in build/test/unit whose name ends in `Tests` is a GoogleTest program; each of its cases counts as a test.
#
# ===---------------------------------------------------------------------=== #

import os

import lit.formats

config.name = "Margay-Unit"
config.test_source_root = config.test_exec_root = config.margay_unit
config.test_format = lit.formats.GoogleTest(".", "Tests")
config.environment["MARGAY_SOURCE"] = config.margay_source
for name in ("MARGAY_DATA", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
