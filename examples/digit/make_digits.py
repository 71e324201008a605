#!/usr/bin/env python3
# ===- make_digits.py - draws digits and trains the example's network ---=== #
#
# Everything in this folder that looks like data comes from here, so that the repository carries nothing of others:
#
#   tiny-digits.onnxtxt    a small convolutional network, 28 x 28 pixels (0 black to 255 white) to ten logits
#   images/0.pgm … 9.pgm   digits drawn after the training ended (and 7.png, 7.npy: the same picture in other formats)
#   expected.tsv           what the network makes of them, computed here: file, class, ten logits
#
# Digits are polylines in the unit square, bent, tilted and moved at random and drawn with a round pen. Needs numpy; the
# same seed gives the same files on one machine.
#
#   python3 make_digits.py [--output DIR] [--samples N] [--epochs N] [--seed N]
#
# ===---------------------------------------------------------------------=== #

import argparse
import pathlib
import struct
import zlib

import numpy as np

SIZE = 28

# --- Drawing ------------------------------------------------------------------


def arc(cx, cy, rx, ry, start, stop, points=14):
    """Points on an ellipse; angles in degrees, clockwise from the right because y points down."""
    angles = np.radians(np.linspace(start, stop, points))
    return np.stack([cx + rx * np.cos(angles), cy + ry * np.sin(angles)], axis=1)


def line(*points):
    return np.array(points, dtype=float)


def join(*pieces):
    return np.concatenate(pieces)


# Each digit in the variants people write it, each variant a list of strokes.
GLYPHS = {
    0: [[arc(0.5, 0.5, 0.27, 0.42, -90, 270, 24)], [arc(0.5, 0.5, 0.36, 0.40, -90, 270, 24)]],
    1: [[line((0.5, 0.08), (0.5, 0.92))], [line((0.34, 0.26), (0.54, 0.08), (0.54, 0.92))]],
    2: [[join(arc(0.5, 0.32, 0.27, 0.24, -170, 40), line((0.22, 0.90), (0.80, 0.90)))]],
    3: [
        [join(arc(0.46, 0.29, 0.25, 0.21, -150, 90), arc(0.46, 0.70, 0.29, 0.21, -90, 150))],
        [line((0.24, 0.1), (0.74, 0.1), (0.46, 0.44)), arc(0.46, 0.67, 0.29, 0.24, -90, 150)],
    ],
    4: [
        [line((0.60, 0.08), (0.18, 0.62), (0.84, 0.62)), line((0.64, 0.36), (0.62, 0.92))],
        [line((0.28, 0.10), (0.22, 0.50), (0.74, 0.50)), line((0.72, 0.10), (0.68, 0.92))],
    ],
    5: [[line((0.76, 0.10), (0.32, 0.10), (0.28, 0.46)), join(line((0.28, 0.46)), arc(0.46, 0.66, 0.28, 0.25, -100, 150))]],
    6: [[join(arc(0.72, 0.60, 0.46, 0.52, -100, -180, 8), arc(0.50, 0.68, 0.24, 0.23, 180, -180, 20))]],
    7: [
        [line((0.20, 0.12), (0.78, 0.12), (0.42, 0.92))],
        [line((0.20, 0.12), (0.78, 0.12), (0.42, 0.92)), line((0.36, 0.50), (0.72, 0.50))],
    ],
    8: [[arc(0.5, 0.29, 0.22, 0.20, 90, 450, 20), arc(0.5, 0.70, 0.27, 0.22, -90, 270, 20)]],
    9: [
        [arc(0.48, 0.32, 0.24, 0.23, 0, 360, 20), line((0.72, 0.32), (0.66, 0.92))],
        [arc(0.48, 0.32, 0.24, 0.23, 0, 360, 20), arc(0.30, 0.42, 0.42, 0.50, -10, 80, 8)],
    ],
}


def bend(points, random):
    """Moves a stroke's points as an unsteady hand would: a slow wave over the paper."""
    waves = random.uniform(-0.035, 0.035, (2, 2))
    phases = random.uniform(0, 2 * np.pi, (2, 2))
    x, y = points[:, 0], points[:, 1]
    dx = waves[0, 0] * np.sin(3 * y + phases[0, 0]) + waves[0, 1] * np.sin(6 * x + phases[0, 1])
    dy = waves[1, 0] * np.sin(3 * x + phases[1, 0]) + waves[1, 1] * np.sin(6 * y + phases[1, 1])
    return points + np.stack([dx, dy], axis=1)


def placement(random):
    """A linear map and an offset from the unit square to pixels: size, slant, tilt, place."""
    tilt, slant = random.uniform(-0.22, 0.22), random.uniform(-0.25, 0.25)
    wide, high = random.uniform(17, 24), random.uniform(18, 24)
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    matrix = turn @ np.array([[1, slant], [0, 1]]) @ np.diag([wide, high])
    return matrix, (SIZE - 1) / 2 + random.uniform(-2, 2, 2)


def draw(digit, random):
    """One picture of a digit: u8[28, 28]."""
    strokes = GLYPHS[digit][random.integers(len(GLYPHS[digit]))]
    matrix, centre = placement(random)
    pen = random.uniform(0.7, 1.7)
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    pixels = np.stack([x, y], axis=-1).reshape(-1, 1, 2)
    nearest = np.full(SIZE * SIZE, 1e9)
    for stroke in strokes:
        points = (bend(stroke, random) - 0.5) @ matrix.T + centre
        start, along = points[:-1], np.diff(points, axis=0)
        t = ((pixels - start) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-9)
        gap = pixels - (start + np.clip(t, 0, 1)[..., None] * along)
        nearest = np.minimum(nearest, np.sqrt((gap**2).sum(-1)).min(1))
    ink = np.clip(pen + 0.5 - nearest, 0, 1) * random.uniform(200, 255)
    return ink.reshape(SIZE, SIZE).round().astype(np.uint8)


def drawings(count, random):
    labels = np.arange(count) % 10
    return np.stack([draw(label, random) for label in labels]), labels


# --- The network --------------------------------------------------------------

CHANNELS1, CHANNELS2 = 8, 12


def new_weights(random):
    def normal(*shape):
        return random.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)

    return {
        "conv1_weight": normal(CHANNELS1, 1, 5, 5),
        "conv1_bias": np.zeros(CHANNELS1),
        "conv2_weight": normal(CHANNELS2, CHANNELS1, 3, 3),
        "conv2_bias": np.zeros(CHANNELS2),
        "dense_weight": normal(10, CHANNELS2 * 49),
        "dense_bias": np.zeros(10),
    }


def windows(x, k):
    """n,c,h,w to n,h,w,(c,k,k): what a k x k convolution with equal padding sees at each pixel."""
    padded = np.pad(x, ((0, 0), (0, 0), (k // 2, k // 2), (k // 2, k // 2)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(2, 3))
    n, c, h, w = x.shape
    return view.transpose(0, 2, 3, 1, 4, 5).reshape(n, h, w, c * k * k)


def convolve(x, weight, bias):
    """Convolution, Relu and a 2 x 2 maximum; also what the way back needs."""
    seen = windows(x, weight.shape[2])
    out = seen @ weight.reshape(len(weight), -1).T + bias
    n, h, w, c = out.shape
    blocks = out.reshape(n, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 5, 2, 4).reshape(n, h // 2, w // 2, c, 4)
    best = blocks.argmax(-1)
    pooled = np.maximum(blocks.max(-1), 0)
    return pooled.transpose(0, 3, 1, 2), (x.shape, seen, best, pooled)


def convolve_back(gradient, weight, saved):
    """Gradients of a `convolve` for its weight, its bias and its input."""
    shape, seen, best, pooled = saved
    n, c, h, w = gradient.shape
    gradient = gradient.transpose(0, 2, 3, 1) * (pooled > 0)
    blocks = (np.arange(4) == best[..., None]) * gradient[..., None]
    full = blocks.reshape(n, h, w, c, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(-1, c)
    for_weight = (full.T @ seen.reshape(len(full), -1)).reshape(weight.shape)
    k = weight.shape[2]
    at_windows = (full @ weight.reshape(c, -1)).reshape(n, 2 * h, 2 * w, shape[1], k, k)
    for_input = np.zeros((n, shape[1], 2 * h + k - 1, 2 * w + k - 1))
    for i in range(k):
        for j in range(k):
            for_input[:, :, i : i + 2 * h, j : j + 2 * w] += at_windows[..., i, j].transpose(0, 3, 1, 2)
    return for_weight, full.sum(0), for_input[:, :, k // 2 : k // 2 + 2 * h, k // 2 : k // 2 + 2 * w]


def forward(p, images):
    """Logits of u8[n, 28, 28], and what each layer keeps for the way back."""
    x = images[:, None].astype(float) / 255
    first, saved1 = convolve(x, p["conv1_weight"], p["conv1_bias"])
    second, saved2 = convolve(first, p["conv2_weight"], p["conv2_bias"])
    flat = second.reshape(len(second), -1)
    return flat @ p["dense_weight"].T + p["dense_bias"], (saved1, saved2, second.shape, flat)


def gradients(p, images, labels):
    logits, (saved1, saved2, shape, flat) = forward(p, images)
    e = np.exp(logits - logits.max(1, keepdims=True))
    delta = e / e.sum(1, keepdims=True)
    delta[np.arange(len(labels)), labels] -= 1
    delta /= len(labels)
    g = {"dense_weight": delta.T @ flat, "dense_bias": delta.sum(0)}
    back = (delta @ p["dense_weight"]).reshape(shape)
    g["conv2_weight"], g["conv2_bias"], back = convolve_back(back, p["conv2_weight"], saved2)
    g["conv1_weight"], g["conv1_bias"], _ = convolve_back(back, p["conv1_weight"], saved1)
    return g


def train(images, labels, epochs, random, batch=50):
    """Adam with a rate that falls to zero."""
    p = new_weights(random)
    mean = {k: np.zeros_like(v) for k, v in p.items()}
    square = {k: np.zeros_like(v) for k, v in p.items()}
    steps = epochs * (len(images) // batch)
    step = 0
    for epoch in range(epochs):
        order = random.permutation(len(images))
        for at in range(0, len(images) - batch + 1, batch):
            chosen = order[at : at + batch]
            rate = 0.003 * (1 - step / steps)
            step += 1
            for k, g in gradients(p, images[chosen], labels[chosen]).items():
                mean[k] += 0.1 * (g - mean[k])
                square[k] += 0.001 * (g * g - square[k])
                p[k] -= rate * (mean[k] / (1 - 0.9**step)) / (np.sqrt(square[k] / (1 - 0.999**step)) + 1e-8)
        print(f"epoch {epoch + 1} of {epochs}: {accuracy(p, images[:1000], labels[:1000]):.1%} of the training set right")
    return p


def accuracy(p, images, labels):
    return (forward(p, images)[0].argmax(1) == labels).mean()


# --- Files --------------------------------------------------------------------

HEADER = """\
# A small network that reads digits, trained by make_digits.py on digits that it drew itself.
<ir_version: 8, opset_import: ["" : 17]>
"""

BODY = """\
{
    scaled = Mul (image, scale)
    conv1 = Conv <kernel_shape = [5, 5], pads = [2, 2, 2, 2]> (scaled, conv1_weight, conv1_bias)
    relu1 = Relu (conv1)
    pool1 = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (relu1)
    conv2 = Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1]> (pool1, conv2_weight, conv2_bias)
    relu2 = Relu (conv2)
    pool2 = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (relu2)
    flat = Flatten <axis = 1> (pool2)
    logits = Gemm <transB = 1> (flat, dense_weight, dense_bias)
}
"""


def initializer(name, values, digits=5):
    values = np.asarray(values)
    lines, current = [], "   "
    for number in values.reshape(-1):
        text = f" {number:.{digits}g},"
        if len(current) + len(text) > 118:
            lines.append(current)
            current = "   "
        current += text
    lines.append(current.rstrip(","))
    shape = ",".join(map(str, values.shape))
    return f"  float[{shape}] {name} = {{\n" + "\n".join(lines) + "\n  }"


def onnx_text(p):
    initializers = [initializer("scale", [1 / 255], digits=9)] + [initializer(k, v) for k, v in p.items()]
    signature = f"tiny_digits (float[1,1,{SIZE},{SIZE}] image) => (float[1,10] logits)\n"
    return HEADER + signature + "<\n" + ",\n".join(initializers) + "\n>\n" + BODY


def rounded(p):
    """The weights as the text file has them."""
    return {k: np.array([float(f"{x:.5g}") for x in v.reshape(-1)]).reshape(v.shape) for k, v in p.items()}


def pgm(image):
    return f"P5\n{SIZE} {SIZE}\n255\n".encode() + image.tobytes()


def png(image):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + row.tobytes() for row in image)
    size = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def main():
    parser = argparse.ArgumentParser(description="draws digits and trains the example's network")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--samples", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)

    images, labels = drawings(options.samples, random)
    p = rounded(train(images, labels, options.epochs, random))
    unseen, unseen_labels = drawings(1000, random)
    print(f"{accuracy(p, unseen, unseen_labels):.1%} of 1,000 unseen digits right")

    (options.output / "images").mkdir(parents=True, exist_ok=True)
    (options.output / "tiny-digits.onnxtxt").write_text(onnx_text(p))
    shown, _ = drawings(10, random)
    logits, _ = forward(p, shown)
    rows = ["file\tclass\t" + "\t".join(f"logit{i}" for i in range(10))]
    for digit, (image, row) in enumerate(zip(shown, logits)):
        (options.output / "images" / f"{digit}.pgm").write_bytes(pgm(image))
        rows.append(f"{digit}.pgm\t{row.argmax()}\t" + "\t".join(f"{x:.6f}" for x in row))
    (options.output / "expected.tsv").write_text("\n".join(rows) + "\n")
    (options.output / "images" / "7.png").write_bytes(png(shown[7]))
    np.save(options.output / "images" / "7.npy", shown[7][None, None].astype(np.float32))


if __name__ == "__main__":
    main()
