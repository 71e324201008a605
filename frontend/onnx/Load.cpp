//===- Load.cpp - a model file, mapped and decoded ------------------------===//

#include "frontend/onnx/Load.h"
#include "frontend/onnx/Decode.h"
#include "frontend/onnx/Order.h"
#include "frontend/onnx/Text.h"
#include "frontend/onnx/Validate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

namespace margay::frontend::onnx {

namespace path = llvm::sys::path;

static llvm::ArrayRef<uint8_t> bytesOf(llvm::StringRef text) { return {text.bytes_begin(), text.size()}; }

bool looksLikeText(llvm::StringRef bytes) {
  return !bytes.empty() && llvm::all_of(bytes.take_front(256), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || llvm::isSpace(c);
  });
}

llvm::Expected<Model> readModel(llvm::StringRef bytes, bool isText) {
  llvm::Expected<Model> model = isText ? parseModelText(bytes) : decodeModel(bytesOf(bytes));
  if (!model)
    return model.takeError();
  orderNodes(*model);
  if (llvm::Error error = validate(*model))
    return error;
  return model;
}

llvm::Expected<std::unique_ptr<LoadedModel>> loadModel(const std::string &file) {
  auto buffer = mapFile(file);
  if (!buffer)
    return buffer.takeError();
  llvm::StringRef bytes = (*buffer)->getBuffer(), extension = path::extension(file);
  bool isText = extension == ".onnxtxt" || (extension != ".onnx" && looksLikeText(bytes));
  llvm::Expected<Model> model = readModel(bytes, isText);
  if (!model)
    return model.takeError();
  return std::make_unique<LoadedModel>(
      LoadedModel{std::move(*buffer), std::move(*model), ExternalFiles(path::parent_path(file).str())});
}

llvm::Expected<std::unique_ptr<LoadedTensor>> readTensorFile(const std::string &file) {
  auto buffer = mapFile(file);
  if (!buffer)
    return buffer.takeError();
  auto loaded = std::make_unique<LoadedTensor>(
      LoadedTensor{std::move(*buffer), {}, ExternalFiles(path::parent_path(file).str()), {}, {}});
  llvm::Expected<Tensor> tensor = decodeTensor(bytesOf(loaded->file->getBuffer()), loaded->arena);
  if (!tensor)
    return tensor.takeError();
  loaded->tensor = std::move(*tensor);
  auto bytes = loaded->externals.bytesOf(loaded->tensor);
  if (!bytes)
    return bytes.takeError();
  loaded->bytes = *bytes;
  return loaded;
}

} // namespace margay::frontend::onnx
