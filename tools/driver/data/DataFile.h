//===- DataFile.h - any file that can be a tensor -------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_DATAFILE_H
#define MARGAY_TOOLS_DRIVER_DATA_DATAFILE_H

#include "tools/driver/data/Array.h"
#include "tools/driver/data/ImageToArray.h"
#include "llvm/Support/Error.h"

namespace margay::driver {

/// Reads a file as it is: .npy, IDX (also gzip-compressed) or an ONNX TensorProto (.pb). What it is is seen from its
/// first bytes. Messages name the file.
llvm::Expected<Array> readArray(llvm::StringRef path);

/// Reads a file as the input of a network: an image is fitted to it (see ReadOptions), an IDX file of pictures gives
/// one of them, a batch dimension of 1 that the file lacks is added, and the element type is converted where no value
/// changes.
llvm::Expected<Array> readInput(llvm::StringRef path, const ReadOptions &options, const InputType &type);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_DATAFILE_H
