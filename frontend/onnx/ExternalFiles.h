//===- ExternalFiles.h - tensors that are stored beside the model ---------===//
//
// A tensor may say that its elements are in another file, at an offset. Only files inside the model's folder are
// opened: a model from somewhere must not be able to make a compiler copy the user's private files into its weights.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_FRONTEND_ONNX_EXTERNALFILES_H
#define MARGAY_FRONTEND_ONNX_EXTERNALFILES_H

#include "frontend/onnx/Model.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace margay::frontend::onnx {

class ExternalFiles {
public:
  explicit ExternalFiles(std::string folder) : folder(std::move(folder)) {}

  /// The elements of a tensor, external or not. The files stay mapped as long as this object lives.
  llvm::Expected<llvm::ArrayRef<uint8_t>> bytesOf(const Tensor &tensor);

private:
  llvm::Expected<llvm::StringRef> open(const Tensor &tensor, llvm::StringRef location);

  std::string folder;
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> files; ///< by location
};

/// Maps a regular file; an Io fault says why it cannot be read.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> mapFile(const llvm::Twine &path);

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_EXTERNALFILES_H
