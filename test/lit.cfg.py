# ===- lit.cfg.py - how the tests of this folder are run ----------------=== #
#
# A test is a file with RUN lines; bash runs them, with the build's programs and LLVM's test tools first in the path.
# docs/testing.md lists what a RUN line may use.
#
# ===---------------------------------------------------------------------=== #

import os
import shutil
import sys

import lit.formats

config.name = "Margay"
config.test_source_root = os.path.join(config.margay_source, "test")
config.test_exec_root = os.path.join(config.margay_build, "test")
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".mlir", ".test", ".c", ".cpp", ".onnxtxt"]
config.excludes = ["Inputs", "ImportFuzzer.cpp", "Suite.cpp", "bin", "lib", "unit"]

# A test that hangs fails, rather than holding up everybody; valgrind runs are the slowest.
if lit_config.maxIndividualTestTimeIsSupported[0] and lit_config.maxIndividualTestTime == 0:
    lit_config.maxIndividualTestTime = 600

# --- Where things are ---------------------------------------------------------

programs = os.path.join(config.margay_build, "bin")
llvm_programs = os.path.join(config.llvm_prefix, "bin")
helpers = os.path.join(config.test_source_root, "bin")
config.environment["PATH"] = os.pathsep.join(
    [programs, helpers, llvm_programs, os.environ.get("PATH", "/usr/bin:/bin")]
)
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
for name in ("HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "MARGAY_ONNX_SEED", "MARGAY_TIDY"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

data = os.environ.get("MARGAY_DATA") or os.path.join(config.margay_source, os.pardir, "shared", "data")
data = os.path.realpath(data)
config.environment["MARGAY_DATA"] = data

# --- What a RUN line may use --------------------------------------------------

config.substitutions += [
    ("%margay", os.path.join(programs, "margay")),
    ("%cc", os.path.join(llvm_programs, "clang")),
    ("%cxx", os.path.join(llvm_programs, "clang++")),
    ("%runtime_include", os.path.join(config.margay_source, "runtime", "include")),
    ("%data", data),
    ("%python", sys.executable),
    ("%unit", os.path.join(config.margay_build, "test", "unit")),
    ("%source", config.margay_source),
    ("%build", config.margay_build),
]

# --- What this machine has ----------------------------------------------------


def cpu_flags():
    """The processor's features, as the kernel names them."""
    try:
        with open("/proc/cpuinfo") as info:
            for line in info:
                if line.startswith("flags"):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


levels = {
    "v2": "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3",
    "v3": "abm avx avx2 bmi1 bmi2 f16c fma movbe",
    "v4": "avx512f avx512bw avx512cd avx512dq avx512vl",
    "v4-bf16": "avx512_bf16",
}
flags = cpu_flags()
for level, needed in levels.items():
    if not set(needed.split()) <= flags:
        break
    config.available_features.add(level)

if os.path.exists(os.path.join(data, "models.tsv")):
    config.available_features.add("data")
for program in ("cc", "git", "valgrind"):
    if shutil.which(program, path=config.environment["PATH"]):
        config.available_features.add(program)
if config.margay_asan:
    config.available_features.add("asan")
