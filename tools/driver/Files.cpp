//===- Files.cpp - reading files ------------------------------------------===//

#include "tools/driver/Files.h"
#include "ir/Fault.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace margay;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> margay::driver::readFile(StringRef name) {
  if (fs::is_directory(name))
    return makeFault(Fault::Io, name + ": cannot be read: it is a folder");
  auto buffer = llvm::MemoryBuffer::getFile(name, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/false, llvm::Align(64));
  if (std::error_code code = buffer.getError())
    return makeFault(Fault::Io, name + ": cannot be read: " + StringRef(code.message()).lower());
  return std::move(*buffer);
}

std::vector<std::string> margay::driver::findTestData(StringRef folder) {
  std::vector<std::pair<unsigned, std::string>> found;
  std::error_code code;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, code), end; at != end && !code; at.increment(code)) {
    StringRef name = path::filename(at->path());
    unsigned number;
    if (name.consume_front("test_data_set_") && !name.getAsInteger(10, number) && fs::is_directory(at->path()))
      found.push_back({number, at->path()});
  }
  llvm::sort(found);
  std::vector<std::string> folders;
  for (auto &[number, name] : found)
    folders.push_back(std::move(name));
  return folders;
}
