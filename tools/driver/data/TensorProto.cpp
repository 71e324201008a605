//===- TensorProto.cpp - ONNX tensors in files of their own ---------------===//

#include "tools/driver/data/TensorProto.h"
#include "frontend/onnx/Decode.h"
#include "ir/Fault.h"

using namespace margay;
using namespace margay::driver;

llvm::Expected<Array> margay::driver::readTensorProto(llvm::StringRef bytes) {
  frontend::onnx::Arena arena;
  llvm::Expected<frontend::onnx::Tensor> tensor =
      frontend::onnx::decodeTensor(llvm::ArrayRef(bytes.bytes_begin(), bytes.size()), arena);
  if (!tensor)
    return tensor.takeError();
  std::optional<Dtype> dtype = dtypeFromNumber(static_cast<int32_t>(tensor->type));
  if (!dtype)
    return makeFault(Fault::Unsupported, "tensors of element type " + frontend::onnx::nameOf(tensor->type) +
                                             " cannot be read from files yet");
  Array array;
  array.dtype = *dtype;
  array.shape.assign(tensor->dims.begin(), tensor->dims.end());
  array.bytes.assign(tensor->bytes.begin(), tensor->bytes.end());
  // An empty tensor, and one whose data lies in another file, both come without bytes.
  if (array.elements() < 0 || array.bytes.size() != array.elements() * dtypeBytes(*dtype))
    return makeFault(Fault::Unsupported,
                     "its data is in another file, or incomplete: " + typeText(*dtype, array.shape) + " with " +
                         llvm::Twine(array.bytes.size()) + " bytes");
  return array;
}
