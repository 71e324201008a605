# ===- cases.py - the kernels that are measured, and their names -----------=== #
#
# A name says all: KIND:SIZES. The sizes are
#
#   gemm:MxNxK             [M, K] times constant [K, N], with a bias and a Relu
#   matmul:BxMxNxK         [B, M, K] times [B, K, N], both inputs
#   conv:KsS,C-O@HxW       K×K with stride S, C to O channels of H×W pixels, "same" padding, with a bias and a Relu
#   conv:KsSdD,C-O@HxW     … with dilation D
#   depthwise:KsS,C@HxW    one filter a channel
#   maxpool:KsS,C@HxW      averagepool alike
#   softmax:RxC            along rows; layernorm, reduce (a sum) alike
#   gelu:N                 elementwise
#   transpose:AxB
#   resize:C@HxW           to twice the size, linear
#
# ===---------------------------------------------------------------------=== #

import re

from model import Model

# What the issue of kernels lists, and what networks need besides.
LISTED = """
gemm:128x768x768 gemm:128x3072x768 gemm:384x1024x4096 gemm:1024x1024x1024
gemm:1x4096x1024 gemm:4x4096x1024 gemm:8x4096x1024
conv:3s1,64-64@56x56 conv:3s1,128-128@28x28 conv:3s1,256-256@14x14 conv:3s1,512-512@7x7
conv:1s1,64-256@56x56 conv:1s1,256-64@56x56 conv:1s1,1024-256@14x14 conv:1s1,512-2048@7x7
conv:3s2,128-128@56x56 conv:7s2,3-64@224x224 conv:5s1,64-64@28x28 conv:3s1d2,64-64@28x28
depthwise:3s1,96@112x112 depthwise:3s1,144@56x56 depthwise:3s1,384@14x14 depthwise:3s2,96@112x112 depthwise:5s1,240@28x28
maxpool:3s2,64@112x112 averagepool:7s1,512@7x7
softmax:1536x128 layernorm:128x768 gelu:393216 transpose:768x768 reduce:768x768 resize:64@28x28
matmul:12x128x128x64 matmul:12x128x64x128
""".split()


def numbers(text):
    return [int(part) for part in re.split(r"[^0-9]+", text) if part]


def window(sizes):
    """K, S, D and the rest of KsS[dD],…"""
    head, rest = sizes.split(",", 1)
    kernel, stride, *dilation = numbers(head)
    return kernel, stride, (dilation or [1])[0], numbers(rest)


def same(kernel, dilation):
    before = (kernel - 1) * dilation // 2
    return [before, before, (kernel - 1) * dilation - before, (kernel - 1) * dilation - before]


def gemm(m, sizes):
    rows, columns, depth = numbers(sizes)
    return m.node("Relu", m.node("Gemm", m.input(rows, depth), m.weights(depth, columns), m.weights(columns)))


def matmul(m, sizes):
    batch, rows, columns, depth = numbers(sizes)
    return m.node("MatMul", m.input(batch, rows, depth), m.input(batch, depth, columns))


def conv(m, sizes):
    kernel, stride, dilation, (channels, outputs, height, width) = window(sizes)
    x, w, b = m.input(1, channels, height, width), m.weights(outputs, channels, kernel, kernel), m.weights(outputs)
    y = m.node("Conv", x, w, b, strides=[stride] * 2, dilations=[dilation] * 2, pads=same(kernel, dilation))
    return m.node("Relu", y)


def depthwise(m, sizes):
    kernel, stride, dilation, (channels, height, width) = window(sizes)
    x, w, b = m.input(1, channels, height, width), m.weights(channels, 1, kernel, kernel), m.weights(channels)
    y = m.node("Conv", x, w, b, strides=[stride] * 2, dilations=[dilation] * 2, pads=same(kernel, dilation), group=channels)
    return m.node("Relu", y)


def pool(op):
    def build(m, sizes):
        kernel, stride, dilation, (channels, height, width) = window(sizes)
        pads = same(kernel, dilation) if stride > 1 else [0] * 4
        return m.node(op, m.input(1, channels, height, width), kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads)

    return build


def softmax(m, sizes):
    return m.node("Softmax", m.input(*numbers(sizes)))


def layernorm(m, sizes):
    rows, columns = numbers(sizes)
    return m.node("LayerNormalization", m.input(rows, columns), m.weights(columns), m.weights(columns))


def gelu(m, sizes):
    return m.node("Gelu", m.input(*numbers(sizes)))


def transpose(m, sizes):
    return m.node("Transpose", m.input(*numbers(sizes)), perm=[1, 0])


def reduce(m, sizes):
    return m.node("ReduceSum", m.input(*numbers(sizes)), keepdims=1)


def resize(m, sizes):
    channels, height, width = numbers(sizes)
    scales = m.node("Constant", value_floats=[1.0, 1.0, 2.0, 2.0])
    return m.node("Resize", m.input(1, channels, height, width), "", scales, mode="linear")


KINDS = {
    "gemm": gemm,
    "matmul": matmul,
    "conv": conv,
    "depthwise": depthwise,
    "maxpool": pool("MaxPool"),
    "averagepool": pool("AveragePool"),
    "softmax": softmax,
    "layernorm": layernorm,
    "gelu": gelu,
    "transpose": transpose,
    "reduce": reduce,
    "resize": resize,
}


def build(name):
    """The model of a case, as bytes."""
    kind, sizes = name.split(":", 1)
    model = Model()
    return model.bytes(KINDS[kind](model, sizes))
