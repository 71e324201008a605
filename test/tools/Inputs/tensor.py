# ===- tensor.py - an ONNX TensorProto of float zeros --------------------=== #
#
#   tensor.py FILE DIMENSION...
#
# ===--------------------------------------------------------------------=== #

import math
import pathlib
import sys


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


dims = [int(text) for text in sys.argv[2:]]
zeros = bytes(4 * math.prod(dims))
message = b"".join(b"\x08" + varint(dim) for dim in dims)  # dims
message += b"\x10\x01"  # data_type: FLOAT
message += b"\x4a" + varint(len(zeros)) + zeros  # raw_data
pathlib.Path(sys.argv[1]).write_bytes(message)
