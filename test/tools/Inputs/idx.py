# ===- idx.py - PGM pictures as one IDX file, plain and compressed -------=== #
#
#   idx.py FOLDER IDX GZIP      of 0.pgm to 9.pgm in FOLDER, 28x28 each
#
# ===--------------------------------------------------------------------=== #

import gzip
import pathlib
import struct
import sys

pictures = [pathlib.Path(sys.argv[1], f"{n}.pgm").read_bytes()[-28 * 28 :] for n in range(10)]
data = struct.pack(">HBBIII", 0, 8, 3, len(pictures), 28, 28) + b"".join(pictures)
pathlib.Path(sys.argv[2]).write_bytes(data)
pathlib.Path(sys.argv[3]).write_bytes(gzip.compress(data))
