//===- TemporaryFolder.cpp - a place for intermediate files ---------------===//

#include "tools/driver/TemporaryFolder.h"
#include "ir/Fault.h"
#include "tools/driver/Interrupt.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace margay;
using namespace margay::driver;
namespace fs = llvm::sys::fs;

llvm::Expected<TemporaryFolder> TemporaryFolder::create() {
  llvm::SmallString<128> name;
  if (std::error_code code = fs::createUniqueDirectory("margay", name)) {
    llvm::SmallString<128> parent;
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, parent);
    return makeWriteFault(parent, code);
  }
  TemporaryFolder folder;
  folder.name = name.str().str();
  folder.slot = removeFolderOnInterrupt(folder.name);
  return folder;
}

TemporaryFolder::~TemporaryFolder() {
  if (name.empty())
    return;
  fs::remove_directories(name);
  keepFolderOnInterrupt(slot);
}
