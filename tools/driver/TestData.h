//===- TestData.h - inputs with the outputs that are expected -------------===//

#ifndef MARGAY_TOOLS_DRIVER_TESTDATA_H
#define MARGAY_TOOLS_DRIVER_TESTDATA_H

#include "runtime/include/margay.h"
#include "tools/driver/data/Array.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>

namespace margay::driver {

/// The contents of a test_data_set folder: input_0.pb, output_0.pb and so on, in the order of the model's inputs and
/// outputs.
struct TestData {
  std::string folder;
  std::vector<Array> inputs;
  std::vector<std::optional<Array>>
      outputs; ///< Sequences and maps are left out of the folders, so some may be missing.
};

/// Reads a folder for a model. All inputs must be there, and at least one output.
llvm::Expected<TestData> readTestData(llvm::StringRef folder, const mg_model &model);

/// The inputs alone.
llvm::Expected<std::vector<Array>> readTestInputs(llvm::StringRef folder, const mg_model &model);

/// The folders of test data that lie beside a model's file, in order.
std::vector<std::string> testDataBeside(llvm::StringRef model);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_TESTDATA_H
