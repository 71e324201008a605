//===- OutputFile.cpp - files that appear whole or not at all -------------===//

#include "tools/driver/OutputFile.h"
#include "ir/Fault.h"
#include "tools/driver/Interrupt.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include <utility>

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

/// An empty file of a new name in the same folder, known to the signal handler.
static llvm::Expected<std::string> makeTemporary(const llvm::Twine &model) {
  int descriptor;
  llvm::SmallString<256> name;
  // The permissions of an ordinary file: the user's umask decides.
  if (std::error_code code = fs::createUniqueFile(model, descriptor, name, fs::OF_None, fs::all_read | fs::all_write))
    return llvm::errorCodeToError(code);
  llvm::sys::RemoveFileOnSignal(name);
  fs::file_t file = fs::convertFDToNativeFile(descriptor);
  fs::closeFile(file);
  return name.str().str();
}

static void removeTemporary(StringRef name) {
  fs::remove(name);
  llvm::sys::DontRemoveFileOnSignal(name);
}

OutputFiles::~OutputFiles() {
  for (const Pending &file : pending)
    removeTemporary(file.temporary);
  // Deepest first. One that is in use by now is not empty, and stays.
  for (const std::string &folder : llvm::reverse(madeFolders))
    fs::remove(folder);
}

llvm::Error OutputFiles::addFolder(StringRef folder) {
  if (folder.empty() || fs::is_directory(folder))
    return llvm::Error::success();
  if (llvm::Error error = addFolder(path::parent_path(folder)))
    return error;
  if (std::error_code code = fs::create_directory(folder, /*IgnoreExisting=*/false, fs::all_all))
    return makeFault(Fault::Io, folder + ": the folder cannot be made: " + StringRef(code.message()).lower());
  madeFolders.push_back(folder.str());
  return llvm::Error::success();
}

llvm::Expected<std::string> OutputFiles::reserve(StringRef place) {
  if (fs::is_directory(place))
    return makeFault(Fault::Io, place + ": cannot be written: it is a folder");
  llvm::Expected<std::string> temporary = makeTemporary(place + ".%%%%%%.tmp");
  if (!temporary)
    return makeWriteFault(place, llvm::errorToErrorCode(temporary.takeError()));
  pending.push_back({*temporary, place.str()});
  return temporary;
}

llvm::Error OutputFiles::add(StringRef place, llvm::function_ref<void(llvm::raw_ostream &)> write) {
  llvm::Expected<std::string> temporary = reserve(place);
  if (!temporary)
    return temporary.takeError();
  std::error_code code;
  llvm::raw_fd_ostream os(*temporary, code, fs::CD_OpenExisting);
  if (!code) {
    write(os);
    os.close();
    code = os.error();
    os.clear_error();
  }
  return code ? makeWriteFault(place, code) : llvm::Error::success();
}

llvm::Error OutputFiles::add(StringRef place, StringRef bytes) {
  return add(place, [bytes](llvm::raw_ostream &os) { os << bytes; });
}

llvm::Error OutputFiles::commit() {
  HoldInterrupts hold; // Between the first and the last rename there is no good moment to stop.
  for (const Pending &file : pending) {
    if (std::error_code code = fs::rename(file.temporary, file.place))
      return makeWriteFault(file.place, code);
    llvm::sys::DontRemoveFileOnSignal(file.temporary);
  }
  pending.clear();
  madeFolders.clear();
  return llvm::Error::success();
}

llvm::Expected<TemporaryFile> TemporaryFile::create(StringRef suffix) {
  llvm::SmallString<128> model;
  path::system_temp_directory(/*ErasedOnReboot=*/true, model);
  path::append(model, "margay-%%%%%%%%" + suffix);
  llvm::Expected<std::string> name = makeTemporary(model);
  if (!name)
    return makeWriteFault(path::parent_path(model), llvm::errorToErrorCode(name.takeError()));
  return TemporaryFile(*name);
}

TemporaryFile::~TemporaryFile() {
  if (!name.empty())
    removeTemporary(name);
}
