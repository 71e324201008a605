//===- ExternalFiles.cpp - tensors that are stored beside the model -------===//

#include "frontend/onnx/ExternalFiles.h"
#include "ir/Fault.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace margay::frontend::onnx {

namespace path = llvm::sys::path;
namespace fs = llvm::sys::fs;

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> mapFile(const llvm::Twine &file) {
  std::string name = file.str();
  fs::file_status status;
  if (std::error_code error = fs::status(name, status))
    return makeFault(Fault::Io, "cannot read the file: " + llvm::Twine(error.message()));
  // Devices and pipes have no size and no end that we could rely on.
  if (!fs::is_regular_file(status))
    return makeFault(Fault::Io, fs::is_directory(status) ? "cannot read the file: it is a folder"
                                                         : "cannot read the file: it is not a regular one");
  auto buffer = llvm::MemoryBuffer::getFile(name, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeFault(Fault::Io, "cannot read the file: " + llvm::Twine(buffer.getError().message()));
  return std::move(*buffer);
}

/// The value of an entry of external_data, or "".
static llvm::StringRef entry(const Tensor &tensor, llvm::StringRef key) {
  for (const StringPair &pair : tensor.external)
    if (pair.key == key)
      return pair.value;
  return "";
}

llvm::Expected<llvm::StringRef> ExternalFiles::open(const Tensor &tensor, llvm::StringRef location) {
  if (auto known = files.find(location); known != files.end())
    return known->second->getBuffer();
  std::string name = "tensor " + quoted(tensor.name) + ": its file " + quoted(location);
  bool climbs = llvm::is_contained(llvm::make_range(path::begin(location), path::end(location)), "..");
  if (path::is_absolute(location) || climbs || location.contains('\0'))
    return makeFault(Fault::Malformed, name + " is not inside the model's folder");

  // Symbolic links may not lead out of the folder either: compare where both really are.
  llvm::SmallString<256> file(folder.empty() ? "." : folder), home, real;
  if (std::error_code error = fs::real_path(file, home))
    return makeFault(Fault::Io, "cannot read the model's folder: " + llvm::Twine(error.message()));
  path::append(file, location);
  if (std::error_code error = fs::real_path(file, real))
    return makeFault(Fault::Io, name + " cannot be read: " + error.message());
  llvm::StringRef rest = real;
  bool isInside = home == "/" || (rest.consume_front(home) && rest.starts_with("/"));
  if (!isInside)
    return makeFault(Fault::Malformed, name + " leads out of the model's folder");
  auto buffer = mapFile(real);
  if (!buffer)
    return llvm::handleErrors(buffer.takeError(),
                              [&](const FaultInfo &info) { return makeFault(info.fault, name + ": " + info.message); });
  return (files[location] = std::move(*buffer))->getBuffer();
}

llvm::Expected<llvm::ArrayRef<uint8_t>> ExternalFiles::bytesOf(const Tensor &tensor) {
  if (!tensor.isExternal)
    return tensor.bytes;
  std::string name = "tensor " + quoted(tensor.name);
  std::optional<uint64_t> count = elementCount(tensor.dims);
  std::optional<uint64_t> size = count ? byteSize(tensor.type, *count) : std::nullopt;
  if (!size)
    return makeFault(Fault::Malformed, name + " has a size that cannot be counted");
  uint64_t offset = 0, length = *size;
  llvm::StringRef offsetText = entry(tensor, "offset"), lengthText = entry(tensor, "length");
  if (!offsetText.empty() && offsetText.getAsInteger(10, offset))
    return makeFault(Fault::Malformed, name + ": offset " + quoted(offsetText) + " is not a number");
  if (!lengthText.empty() && lengthText.getAsInteger(10, length))
    return makeFault(Fault::Malformed, name + ": length " + quoted(lengthText) + " is not a number");
  if (length != *size)
    return makeFault(Fault::Malformed, name + " has " + llvm::Twine(length) +
                                           " bytes of external data, its dimensions say " + llvm::Twine(*size));
  if (*size == 0)
    return llvm::ArrayRef<uint8_t>();
  llvm::Expected<llvm::StringRef> file = open(tensor, entry(tensor, "location"));
  if (!file)
    return file.takeError();
  if (offset > file->size() || length > file->size() - offset)
    return makeFault(Fault::Malformed, name + ": bytes " + llvm::Twine(offset) + " and " + llvm::Twine(length) +
                                           " more are not in its file of " + llvm::Twine(file->size()));
  return llvm::ArrayRef<uint8_t>(file->bytes_begin() + offset, length);
}

} // namespace margay::frontend::onnx
