//===- Inputs.h - what stands behind --input ------------------------------===//

#ifndef MARGAY_TOOLS_MARGAY_INPUTS_H
#define MARGAY_TOOLS_MARGAY_INPUTS_H

#include "runtime/include/margay.h"
#include "tools/driver/data/Array.h"
#include "tools/driver/data/ImageToArray.h"
#include "llvm/Support/Error.h"

namespace margay::cli {

/// One `--input`: which input, which file, and how it is read.
struct InputArgument {
  size_t index = 0;
  std::string file;
  driver::ReadOptions options;
};

/// Parses `[NAME=]FILE[:OPTIONS]` for a model with inputs of these names, which may contain '=' and ':' themselves, as
/// file names may. NAME may be missing where there is one input.
llvm::Expected<InputArgument> parseInput(llvm::StringRef text, llvm::ArrayRef<std::string> names);

/// The model's inputs: from the arguments, one for each input; where there are none, from the test data beside the
/// model's file.
llvm::Expected<std::vector<driver::Array>> loadInputs(const mg_model &model, llvm::ArrayRef<std::string> arguments,
                                                      llvm::StringRef modelFile);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_INPUTS_H
