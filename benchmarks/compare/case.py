# ===- case.py - a network with inputs, and what is expected of it ------------=== #
#
# Inputs are files of plain bytes, which all programs read. They come from the test data beside the model (which needs the
# package onnx to be read), else from a generator of random numbers. Nothing here needs numpy.
#
# ===-------------------------------------------------------------------------=== #

import array
import dataclasses
import math
import pathlib
import random

CODES = {"f32": "f", "f64": "d", "i64": "q", "i32": "i", "i16": "h", "i8": "b", "u64": "Q", "u32": "I", "u16": "H"}
CODES |= {"u8": "B", "bool": "B"}
NUMPY = {"f32": "float32", "f64": "float64", "i64": "int64", "i32": "int32", "i16": "int16", "i8": "int8"}
NUMPY |= {"u64": "uint64", "u32": "uint32", "u16": "uint16", "u8": "uint8", "bool": "bool", "f16": "float16"}


@dataclasses.dataclass
class Tensor:
    path: pathlib.Path
    dtype: str
    shape: list

    def for_peers(self):
        return f"{self.path}:{NUMPY[self.dtype]}:{','.join(map(str, self.shape))}"


def random_bytes(dtype, shape, generator):
    count = math.prod(shape)
    if dtype not in CODES:
        raise ValueError(f"there are no random values of type {dtype}; put a test_data_set_0 beside the model")
    if dtype in ("f32", "f64"):
        return array.array(CODES[dtype], (generator.gauss(0, 1) for _ in range(count))).tobytes()
    return array.array(CODES[dtype], (generator.randint(0, 1) for _ in range(count))).tobytes()


def test_data(model, kind):
    """Arrays of the test data beside the model, if there are some and the package onnx is."""
    files = sorted(model.parent.glob(f"test_data_set_0/{kind}_*.pb"), key=lambda path: int(path.stem.split("_")[1]))
    if not files:
        return []
    try:
        import onnx
    except ImportError:
        return []
    tensors = [onnx.load_tensor_from_string(path.read_bytes()) for path in files]
    return [onnx.numpy_helper.to_array(tensor) for tensor in tensors]


def make_inputs(model, ports, folder, seed=0):
    """Writes the inputs of a model into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    given, generator, tensors = test_data(model, "input"), random.Random(seed), []
    for index, (_, dtype, dims) in enumerate(ports):
        shape = list(given[index].shape) if given else [1 if dim < 0 else dim for dim in dims]
        tensors.append(Tensor(folder / f"input_{index}.bin", dtype, shape))
        values = given[index].tobytes() if given else random_bytes(dtype, shape, generator)
        tensors[-1].path.write_bytes(values)
    return tensors


def write_expected(model, folder):
    """Writes the outputs of the test data, if there are some; says whether."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = test_data(model, "output")
    for index, values in enumerate(outputs):
        (folder / f"output_{index}.bin").write_bytes(values.tobytes())
    return bool(outputs)


def difference(folder, reference, dtypes):
    """The greatest norm-wise difference between the outputs in two folders; infinite where sizes, integers or
    infinities differ."""
    worst = 0.0
    for index, dtype in enumerate(dtypes):
        actual, expected = ((path / f"output_{index}.bin").read_bytes() for path in (folder, reference))
        if dtype not in ("f32", "f64") or len(actual) != len(expected):
            worst = worst if actual == expected else math.inf
            continue
        a, b = array.array(CODES[dtype], actual), array.array(CODES[dtype], expected)
        pairs = [(x, y) for x, y in zip(a, b) if math.isfinite(x) and math.isfinite(y)]
        others = [(x, y) for x, y in zip(a, b) if not (math.isfinite(x) and math.isfinite(y))]
        if not all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in others):
            return math.inf
        scale = max((abs(y) for _, y in pairs), default=0.0)
        furthest = max((abs(x - y) for x, y in pairs), default=0.0)
        worst = max(worst, furthest / scale if scale else furthest)
    return worst
