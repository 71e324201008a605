# ===- npy.py - a .npy file of the floats 0, 1, 2 and so on ---------------=== #
#
#   npy.py FILE DIMENSION...
#
# ===--------------------------------------------------------------------=== #

import math
import pathlib
import struct
import sys

dims = [int(text) for text in sys.argv[2:]]
header = str({"descr": "<f4", "fortran_order": False, "shape": tuple(dims)}).encode()
values = struct.pack(f"<{math.prod(dims)}f", *range(math.prod(dims)))
pathlib.Path(sys.argv[1]).write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + values)
