//===- LoadedModel.h - a compiled model in this process -------------------===//
//
// What `run`, `verify` and `bench` call is the object code that goes into the archive: it is linked into a shared
// library, which is loaded.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_LOADEDMODEL_H
#define MARGAY_TOOLS_DRIVER_LOADEDMODEL_H

#include "runtime/include/margay.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <utility>
#include <vector>

namespace margay::driver {

class LoadedModel {
public:
  /// Loads the object file of the model called `name`.
  static llvm::Expected<LoadedModel> fromObject(llvm::StringRef object, llvm::StringRef name);

  /// Loads a library that Margay has made: .so, .a or .o. Anything else is a fault, found before any of its code runs.
  static llvm::Expected<LoadedModel> fromLibrary(llvm::StringRef path);

  LoadedModel(LoadedModel &&other) : handle(std::exchange(other.handle, nullptr)), described(other.described) {}
  ~LoadedModel();

  const mg_model &model() const { return *described; }

  /// The compiled-in levels that this machine can run, the best first. Only for a model of this version of Margay.
  std::vector<int32_t> usableLevels() const;

private:
  LoadedModel() = default;
  static llvm::Expected<LoadedModel> fromShared(llvm::StringRef path, llvm::StringRef name);

  void *handle = nullptr;
  const mg_model *described = nullptr;
};

/// Whether the file is a library or object file, rather than a model.
bool isLibrary(llvm::StringRef path);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_LOADEDMODEL_H
