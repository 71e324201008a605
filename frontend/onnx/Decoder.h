//===- Decoder.h - one decoding function a message (internal) -------------===//
//
// Each reads its message to the end and fills in a struct, merging into what is there, as protobuf does when a message
// comes in two parts. What is wrong goes into the readers' WireFailure.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_DECODER_H
#define MARGAY_FRONTEND_ONNX_DECODER_H

#include "frontend/onnx/MessageReader.h"
#include "frontend/onnx/Model.h"

namespace margay::frontend::onnx {

struct Decoder {
  Arena &arena;

  // Decode.cpp
  void decode(MessageReader reader, Model &model);
  void decode(MessageReader reader, Graph &graph);
  void decode(MessageReader reader, Node &node);
  void decode(MessageReader reader, Function &function);
  void decode(MessageReader reader, TrainingInfo &info);
  void decode(MessageReader reader, QuantizationAnnotation &annotation);
  void decode(MessageReader reader, OpsetImport &opset);
  void decode(MessageReader reader, StringPair &pair);

  // DecodeAttribute.cpp
  void decode(MessageReader reader, Attribute &attribute);

  // DecodeType.cpp
  void decode(MessageReader reader, ValueInfo &info);
  void decode(MessageReader reader, Type &type);

  // DecodeTensor.cpp
  void decode(MessageReader reader, Tensor &tensor);
  void decode(MessageReader reader, SparseTensor &tensor);

  /// Appends the message in the current field of `reader`.
  template <typename T> void append(MessageReader &reader, llvm::StringLiteral name, std::vector<T> &list) {
    if (!reader.expect(WireType::Bytes))
      return;
    decode(reader.nested(name), list.emplace_back());
  }
};

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_DECODER_H
