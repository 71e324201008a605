//===- OutputFile.h - files that appear whole or not at all ---------------===//
//
// Each file is written under a temporary name beside its place. commit() renames them all; until then nothing is
// visible, and an error or an interrupt leaves no trace.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_OUTPUTFILE_H
#define MARGAY_TOOLS_DRIVER_OUTPUTFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <string>
#include <vector>

namespace margay::driver {

class OutputFiles {
public:
  OutputFiles() = default;
  OutputFiles(const OutputFiles &) = delete;
  OutputFiles &operator=(const OutputFiles &) = delete;
  /// Removes what was not committed.
  ~OutputFiles();

  /// Makes the folder, and its parents, if it is not there. A folder made here goes again unless something is
  /// committed.
  llvm::Error addFolder(llvm::StringRef path);

  /// Writes one file through `write`.
  llvm::Error add(llvm::StringRef path, llvm::function_ref<void(llvm::raw_ostream &)> write);
  llvm::Error add(llvm::StringRef path, llvm::StringRef bytes);

  /// Makes the name of a temporary file for someone else to write; it is renamed to `path` with the others.
  llvm::Expected<std::string> reserve(llvm::StringRef path);

  /// Puts all files in their places.
  llvm::Error commit();

private:
  struct Pending {
    std::string temporary, place;
  };
  std::vector<Pending> pending;
  std::vector<std::string> madeFolders;
};

/// A scratch file that is removed at the end of its scope, on errors and on interrupts.
class TemporaryFile {
public:
  static llvm::Expected<TemporaryFile> create(llvm::StringRef suffix);
  TemporaryFile(TemporaryFile &&other) : name(std::exchange(other.name, {})) {}
  ~TemporaryFile();
  const std::string &path() const { return name; }

private:
  explicit TemporaryFile(std::string name) : name(std::move(name)) {}
  std::string name;
};

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_OUTPUTFILE_H
