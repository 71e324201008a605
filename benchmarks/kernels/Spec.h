//===- Spec.h - a kernel to be measured, from a word of the command line --===//
//
//   gemm:128x768x768,gelu        FAMILY:SIZES[,KEY[=NUMBER]]...
//
// becomes a model of one operator, with an epilogue where keys ask for one.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_BENCHMARKS_KERNELS_SPEC_H
#define MARGAY_BENCHMARKS_KERNELS_SPEC_H

#include "tools/driver/Options.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace margay::benchmarks {

struct Spec {
  std::string name;                          ///< As it was written.
  std::string model;                         ///< ONNX text. Images are channels last, as kernels have them.
  std::vector<driver::FixedInput> constants; ///< Its weights, random.
};

/// A usage fault says what would work.
llvm::Expected<Spec> parseSpec(llvm::StringRef text);

/// Those that are measured where none is named.
llvm::ArrayRef<llvm::StringLiteral> listedSpecs();

/// The listed ones that begin so; a word that none begins with stands for itself.
std::vector<std::string> selectSpecs(llvm::StringRef word);

/// Families with their sizes and keys.
void printFamilies(llvm::raw_ostream &os);

} // namespace margay::benchmarks

#endif // MARGAY_BENCHMARKS_KERNELS_SPEC_H
