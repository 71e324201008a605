//===- TensorProto.h - ONNX tensors in files of their own -----------------===//
//
// What the test data of ONNX models comes in: `test_data_set_0/input_0.pb`.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_TENSORPROTO_H
#define MARGAY_TOOLS_DRIVER_DATA_TENSORPROTO_H

#include "tools/driver/data/Array.h"
#include "llvm/Support/Error.h"

namespace margay::driver {

llvm::Expected<Array> readTensorProto(llvm::StringRef bytes);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_TENSORPROTO_H
