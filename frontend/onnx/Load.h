//===- Load.h - a model file, mapped and decoded --------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_LOAD_H
#define MARGAY_FRONTEND_ONNX_LOAD_H

#include "frontend/onnx/ExternalFiles.h"
#include "frontend/onnx/Model.h"

namespace margay::frontend::onnx {

/// A model with the files that its views point into.
struct LoadedModel {
  std::unique_ptr<llvm::MemoryBuffer> file;
  Model model;
  ExternalFiles externals; ///< beside the model file

  /// The elements of a tensor of the model.
  llvm::Expected<llvm::ArrayRef<uint8_t>> bytesOf(const Tensor &tensor) { return externals.bytesOf(tensor); }
};

/// Reads and validates a model. The form is binary for *.onnx, text for *.onnxtxt, and else what the first bytes look
/// like.
llvm::Expected<std::unique_ptr<LoadedModel>> loadModel(const std::string &path);

/// Reads and validates a model in memory, which must outlive it. A model of this kind has no folder, so its tensors
/// cannot be external.
llvm::Expected<Model> readModel(llvm::StringRef bytes, bool isText);

/// True if the bytes begin like ONNX text and not like a binary model.
bool looksLikeText(llvm::StringRef bytes);

/// A TensorProto in a file of its own, as in ONNX's test data.
struct LoadedTensor {
  std::unique_ptr<llvm::MemoryBuffer> file;
  Arena arena;
  ExternalFiles externals;
  Tensor tensor;
  llvm::ArrayRef<uint8_t> bytes; ///< its elements
};

llvm::Expected<std::unique_ptr<LoadedTensor>> readTensorFile(const std::string &path);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_LOAD_H
