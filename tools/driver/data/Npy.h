//===- Npy.h - NumPy's array file -----------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_NPY_H
#define MARGAY_TOOLS_DRIVER_DATA_NPY_H

#include "tools/driver/data/Array.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace margay::driver {

bool isNpy(llvm::StringRef bytes);

/// Reads versions 1 to 3, either byte order and either element order.
llvm::Expected<Array> readNpy(llvm::StringRef bytes);

/// Writes version 1.0, little-endian, row-major. NumPy has no bfloat16: those are widened to float32.
void writeNpy(llvm::raw_ostream &os, const Array &array);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_NPY_H
