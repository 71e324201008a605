# ===- loops.py - what the machine code of kernels' loops was brought to --=== #
#
#   loops.py MARGAY-KERNELS LEVEL [OPTION]...    compiles the table's kernels for a level; prints what got worse, and what
#                                                better
#
# Instructions are counted by a disassembler, so nothing here depends on how fast or busy the machine is.
#
# ===---------------------------------------------------------------------=== #

import json
import subprocess
import sys

KERNELS = [
    "add:3136x256",
    "attention:12x128x64",
    "attention:3x49x32",
    "attention:8x197x64",
    "avgpool:56x56x128,kernel=2,stride=2,pad=0",
    "conv:128x128x16x1,kernel=5,relu",
    "conv:14x14x1024x256,kernel=1,relu",
    "conv:14x14x256x256,relu",
    "conv:224x224x3x64,kernel=7,stride=2,relu",
    "conv:28x28x128x128,dilation=2,relu",
    "conv:28x28x128x128,gelu",
    "conv:28x28x64x64,kernel=5,relu",
    "conv:56x56x128x128,stride=2,relu",
    "conv:56x56x64x256,kernel=1",
    "conv:56x56x64x64,relu",
    "conv:56x56x64x64,relu,avgpool",
    "conv:56x56x64x64,relu,maxpool",
    "conv:56x56x64x64,residual,relu",
    "conv:56x56x64x64,residual,relu,maxpool",
    "depthwise:112x112x96,stride=2,relu",
    "depthwise:28x28x240,kernel=5,relu",
    "depthwise:28x28x240,kernel=5,sigmoid",
    "depthwise:28x28x240,kernel=5,stride=2,relu",
    "depthwise:56x56x144,relu",
    "depthwise:56x56x96,kernel=7",
    "gelu:128x3072",
    "gelu:128x3072,tanh",
    "gemm:100x100x101,bf16,residual",
    "gemm:128x3072x768,bf16,gelu",
    "gemm:128x3072x768,gelu",
    "gemm:128x768x768",
    "gemm:128x768x768,bf16",
    "gemm:1x1024x4096",
    "gemm:1x1024x4096,bf16",
    "gemm:3136x1x64",
    "gemm:49x96x384,gelu",
    "gemm:4x1024x4096",
    "gemm:4x1024x4096,bf16",
    "globalpool:7x7x2048",
    "gru:8x128x256",
    "gru:8x128x256,batch=8",
    "layernorm:128x768",
    "layernorm:3136x96",
    "lstm:8x128x256",
    "lstm:8x128x256,batch=8",
    "matmul:12x128x128x64",
    "matmul:12x128x64x128",
    "maxpool:112x112x64",
    "reduce:1024x1024,axis=0",
    "reduce:1024x1024,axis=1",
    "resize:28x28x64,scale=2",
    "resize:28x28x64,scale=2,nearest",
    "softmax:1536x128",
    "softmax:4096x49",
    "tanh:784x240",
    "transpose:12x128x64",
    "transpose:1x1024x1024",
]

# Vector instructions on the stack in an innermost loop of a kernel, at most; none where nothing is said. To be lowered,
# never raised.
SPILLS = {
    "v2": {
        "conv:128x128x16x1,kernel=5,relu": 1,
        "conv:14x14x256x256,relu": 4,
        "conv:56x56x64x64,relu": 4,
        "conv:56x56x64x64,residual,relu": 6,
        # All pixels of a small tile at once, which is faster than a loop over them.
        "depthwise:28x28x240,kernel=5,sigmoid": 4,
        "gelu:128x3072": 4,
        "gelu:128x3072,tanh": 2,
        "gemm:100x100x101,bf16,residual": 2,
        "gemm:128x768x768,bf16": 2,
        "gemm:1x1024x4096,bf16": 2,
        "gemm:3136x1x64": 1,
        "gemm:4x1024x4096": 2,
        "gemm:4x1024x4096,bf16": 2,
        "gru:8x128x256,batch=8": 2,
        "lstm:8x128x256,batch=8": 2,
        "tanh:784x240": 4,
    },
    "v3": {
        # Where tiles see padding: a small part of an image row.
        "conv:28x28x128x128,dilation=2,relu": 3,
        "conv:56x56x128x128,stride=2,relu": 3,
        "depthwise:28x28x240,kernel=5,sigmoid": 10,
        "gelu:128x3072": 2,
        "gelu:128x3072,tanh": 2,
        "gemm:128x3072x768,bf16,gelu": 4,  # in the epilogue, which rounds to bf16
        "softmax:4096x49": 2,
        "tanh:784x240": 5,
    },
    "v4": {},
    "v4-bf16": {},
}

# A turn of the main loop: (multiply-adds, instructions). A loop that is unrolled otherwise is held to the same ratio.
TURNS = {
    "v2": {
        "conv:56x56x64x64,relu": (16, 59),
        "depthwise:56x56x144,relu": (54, 199),
        "gemm:128x768x768": (16, 64),
    },
    "v3": {
        "conv:56x56x64x64,relu": (24, 44),
        "depthwise:56x56x144,relu": (72, 130),
        "gemm:128x768x768": (24, 47),
        "gemm:128x768x768,bf16": (24, 49),
    },
    "v4": {
        "conv:128x128x16x1,kernel=5,relu": (16, 20),
        "conv:14x14x256x256,relu": (32, 42),
        "conv:56x56x64x64,relu": (40, 65),
        "depthwise:56x56x144,relu": (144, 242),
        "gemm:128x768x768": (48, 75),
        "gemm:128x768x768,bf16": (48, 75),
    },
    "v4-bf16": {
        "gemm:128x768x768,bf16": (48, 75),
    },
}


def compile_kernels(program, level, options):
    """What margay-kernels says about each. It also compares the results of one to four threads."""
    # Above v4 nothing differs but products of bf16.
    kernels = [kernel for kernel in KERNELS if level != "v4-bf16" or "bf16" in kernel]
    command = [program, "--json", "--no-measure", "--no-compare", "--cpu", level, *options, *kernels]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return {row["kernel"]: row for row in json.loads(output)}


def main_loop(row):
    """The loop with most multiply-adds for its instructions, and of several the longest."""
    return max(row["loops"], key=lambda loop: (loop["multiply_adds"] / loop["instructions"], loop["instructions"]))


def main():
    program, level, *options = sys.argv[1:]
    rows = compile_kernels(program, level, options)
    failures = 0
    for kernel, row in rows.items():
        worst = max((loop["spills"] for loop in row["loops"]), default=0)
        allowed = SPILLS[level].get(kernel, 0)
        if worst > allowed:
            failures += 1
            print(f"{level} {kernel}: {worst} spills in an innermost loop, at most {allowed} are allowed:")
            for loop in row["loops"]:
                if loop["spills"] > allowed:
                    print("   ", loop)
        elif worst < allowed:
            print(f"{level} {kernel}: {worst} spills, fewer than the {allowed} of the table: lower it")
    for kernel, (multiply_adds, instructions) in TURNS[level].items():
        loop = main_loop(rows[kernel])
        if loop["instructions"] * multiply_adds > instructions * loop["multiply_adds"]:
            failures += 1
            print(f"{level} {kernel}: a turn of the main loop has {loop['instructions']} instructions for "
                  f"{loop['multiply_adds']} multiply-adds, more than {instructions} for {multiply_adds}")
    print(f"{level}: {len(rows)} kernels, {failures} worse than the table")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
