# ===- slow.py - kernels far above their floor, inside networks ------------=== #
#
#   slow.py MARGAY FOLDER [DATA]
#
# Measures networks of real sizes (blocks written here, and where the folder DATA is given, models of its `models`), and
# names the kernels that `margay bench --json` calls slow: more than 2 % of the time at less than 30 % of the floor. A
# shared machine is slow at times, and other tests run meanwhile. So measurements before or after which we do not have a
# processor for ourselves do not count, and a kernel counts if it is slow in each of some that do. Where there are none,
# this is said, and nothing is judged.
#
# ===---------------------------------------------------------------------=== #

import json
import pathlib
import subprocess
import sys
import time

CPU_INFO = pathlib.Path("/proc/cpuinfo")
IS_INTEL = CPU_INFO.exists() and "GenuineIntel" in CPU_INFO.read_text()
MEASUREMENTS, ATTEMPTS, PAUSE = 4, 12, 5  # Times, times, seconds.
# Trained weights below 1e-30 make denormal numbers of what it computes. Kernels keep these, and Intel's CPUs take some
# hundred cycles for each (docs/math.md), so that there it is said what is slow, but not judged.
DENORMAL = {"nanodet-m-320"}
MODELS = ["facemesh", "nanodet-m-320", "squeezenet-fp16", "superres-subpixel", "ultraface-rfb-320", "dnsmos-p835"]


class Text:
    """ONNX text in the making; weights are all the same, and made by the network itself."""

    def __init__(self):
        self.weights, self.nodes, self.results = {}, [], 0

    def weight(self, *shape):
        name = "s" + "x".join(map(str, shape))
        self.weights[name] = shape
        made = f"w{len(self.nodes)}"
        self.nodes.append(f"  {made} = ConstantOfShape<value = float[1] {{0.01}}>({name})")
        return made

    def node(self, op, *operands):
        name = f"t{len(self.nodes)}"
        self.nodes.append(f"  [{name}] {name} = {op}({', '.join(operands)})")
        return name

    def conv(self, x, inputs, outputs, kernel=1, stride=1, groups=1):
        pad = (kernel - 1) // 2
        attributes = f"kernel_shape = [{kernel}, {kernel}], strides = [{stride}, {stride}], group = {groups}"
        return self.node(f"Conv<{attributes}, pads = [{pad}, {pad}, {pad}, {pad}]>", x,
                         self.weight(outputs, inputs // groups, kernel, kernel), self.weight(outputs))

    def silu(self, x):
        return self.node("Mul", x, self.node("Sigmoid", x))

    def dense(self, x, inputs, outputs):
        return self.node("Add", self.node("MatMul", x, self.weight(inputs, outputs)), self.weight(outputs))

    def write(self, kind, result):
        shapes = ",\n".join(f"  int64[{len(shape)}] {name} = {{{', '.join(map(str, shape))}}}"
                            for name, shape in self.weights.items())
        body = "\n".join(self.nodes)
        return (f'<ir_version: 8, opset_import: ["" : 17]>\nnetwork ({kind} x) => (float[] y)\n<\n{shapes}\n>\n'
                f"{{\n{body}\n  y = Identity({result})\n}}\n")


def residual():
    """The stem of a residual network, its bottlenecks at 56×56 and 28×28, and its classifier."""
    t = Text()
    x = t.node("Relu", t.conv("x", 3, 64, 7, 2))
    x = t.node("MaxPool<kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]>", x)
    for inputs, middle, stride in [(64, 64, 1), (256, 64, 1), (256, 128, 2)]:
        y = t.node("Relu", t.conv(x, inputs, middle))
        y = t.node("Relu", t.conv(y, middle, middle, 3, stride))
        y = t.conv(y, middle, 4 * middle)
        shortcut = x if inputs == 4 * middle else t.conv(x, inputs, 4 * middle, 1, stride)
        x = t.node("Relu", t.node("Add", y, shortcut))
    x = t.node("Flatten", t.node("GlobalAveragePool", x))
    return t.write("float[1,3,224,224]", t.dense(x, 512, 1000))


def inverted():
    """Inverted residuals with gates, as in mobile networks, at 112×112 to 14×14."""
    t = Text()
    x = t.silu(t.conv("x", 3, 16, 3, 2))
    for inputs, outputs, kernel, stride in [(16, 24, 3, 2), (24, 24, 3, 1), (24, 40, 5, 2), (40, 80, 3, 2), (80, 80, 3, 1)]:
        middle = 6 * inputs
        y = t.silu(t.conv(x, inputs, middle))
        y = t.silu(t.conv(y, middle, middle, kernel, stride, middle))
        gate = t.silu(t.conv(t.node("GlobalAveragePool", y), middle, inputs // 4))
        y = t.node("Mul", y, t.node("Sigmoid", t.conv(gate, inputs // 4, middle)))
        y = t.conv(y, middle, outputs)
        x = t.node("Add", x, y) if inputs == outputs and stride == 1 else y
    return t.write("float[1,3,224,224]", x)


def transformer():
    """A layer of a transformer: 128 tokens, 12 heads of 64."""
    t = Text()

    def heads(x):
        return t.node("Transpose<perm = [0, 2, 1, 3]>", t.node("Reshape", x, "heads"))

    q, k, v = (heads(t.dense("x", 768, 768)) for _ in range(3))
    scores = t.node("Mul", t.node("MatMul", q, t.node("Transpose<perm = [0, 1, 3, 2]>", k)), "scale")
    y = t.node("MatMul", t.node("Softmax<axis = -1>", scores), v)
    y = t.node("Reshape", t.node("Transpose<perm = [0, 2, 1, 3]>", y), "flat")
    x = t.node("Add", t.dense(y, 768, 768), "x")
    x = t.node("LayerNormalization<axis = -1>", x, t.weight(768), t.weight(768))
    y = t.dense(x, 768, 3072)
    erf = t.node("Add", t.node("Erf", t.node("Mul", y, "root")), "one")
    y = t.dense(t.node("Mul", t.node("Mul", y, erf), "half"), 3072, 768)
    text = t.write("float[1,128,768]", t.node("Add", x, y))
    constants = ("<\n  int64[4] heads = {1, 128, 12, 64}, int64[3] flat = {1, 128, 768}, float scale = {0.125},\n"
                 "  float root = {0.70710678}, float one = {1.0}, float half = {0.5},\n")
    return text.replace("<\n  int64", constants + "  int64", 1)


OWN = {"residual": residual, "inverted": inverted, "transformer": transformer}


def slow_kernels(margay, model):
    output = subprocess.run([margay, "bench", model, "--cpu", "native", "--json"], check=True, stdout=subprocess.PIPE).stdout
    measured = json.loads(output)
    return {kernel["name"]: kernel for kernel in measured["slow_kernels"]}


def has_processor():
    """Whether a loop of a fifth of a second runs without being interrupted for long."""
    wall, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < 0.2:
        pass
    return time.process_time() - used > 0.95 * (time.perf_counter() - wall)


def always_slow(margay, model):
    """The kernels that were slow in every measurement that counts; None if there was none of these."""
    slow, counted = None, 0
    for attempt in range(ATTEMPTS):
        if attempt > 0:
            time.sleep(PAUSE)
        before = has_processor()
        now = slow_kernels(margay, model) if before else {}
        if before and (not now or has_processor()):
            slow = now if slow is None else {name: kernel for name, kernel in now.items() if name in slow}
            counted += 1
        if slow == {} or counted == MEASUREMENTS:
            break
    return None if slow is None else list(slow.values())


def main():
    margay, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    models = {}
    for name, make in OWN.items():
        models[name] = folder / f"{name}.onnxtxt"
        models[name].write_text(make())
    if len(sys.argv) > 3:
        data = pathlib.Path(sys.argv[3]) / "models"
        models.update({name: data / name / "model.onnx" for name in MODELS if (data / name).is_dir()})
    failures = 0
    for name, model in models.items():
        slow = always_slow(margay, model)
        if slow is None:
            print(f"{name}: the machine is too busy to tell")
            continue
        print(f"{name}: {len(slow)} slow kernels")
        for kernel in slow:
            print(f"    {kernel['plan']} {kernel['name']}: {kernel['percent_of_time']:.0f} % of the time "
                  f"at {kernel['percent_of_floor']:.0f} % of the floor")
        if name in DENORMAL and IS_INTEL:
            print("    not judged: it computes with denormal numbers")
            continue
        failures += len(slow)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
