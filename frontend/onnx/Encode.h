//===- Encode.h - structs to binary ONNX ----------------------------------===//
//
// The opposite of Decode.h: what it writes decodes to an equal model. Elements of tensors are written as raw_data,
// strings as string_data.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_ENCODE_H
#define MARGAY_FRONTEND_ONNX_ENCODE_H

#include "frontend/onnx/Model.h"

namespace margay::frontend::onnx {

/// The model as the bytes of a ModelProto.
std::string encodeModel(const Model &model);

/// The tensor as the bytes of a TensorProto, as in test data.
std::string encodeTensor(const Tensor &tensor);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_ENCODE_H
