//===- Decode.h - binary ONNX to structs ----------------------------------===//
//
// Decodes ModelProto and TensorProto. Each message is checked for what it says by itself: required fields, kinds of
// attributes, the lengths of tensors. What messages say about each other (names, order, scopes) is checked by
// Validate.h, for binary and text alike.
//
// Any bytes whatsoever give a model or an error; memory stays within a small multiple of the file.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_DECODE_H
#define MARGAY_FRONTEND_ONNX_DECODE_H

#include "frontend/onnx/Model.h"
#include "llvm/Support/Error.h"

namespace margay::frontend::onnx {

/// The model in `bytes`, which must outlive it; else a Malformed fault with the byte offset of what is wrong.
llvm::Expected<Model> decodeModel(llvm::ArrayRef<uint8_t> bytes);

/// A TensorProto by itself, as in test data. What is not a view of `bytes` goes into `arena`.
llvm::Expected<Tensor> decodeTensor(llvm::ArrayRef<uint8_t> bytes, Arena &arena);

/// What is wrong with a tensor by itself (dimensions, amount of data), or nothing.
std::optional<std::string> findFault(const Tensor &tensor);

/// What is wrong with a sparse tensor by itself, or nothing. The values of its indices are checked where they are read.
std::optional<std::string> findFault(const SparseTensor &tensor);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_DECODE_H
