//===- TestData.cpp - inputs with the outputs that are expected -----------===//

#include "tools/driver/TestData.h"
#include "ir/Fault.h"
#include "tools/driver/Files.h"
#include "tools/driver/data/DataFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

static std::string fileIn(StringRef folder, StringRef kind, int32_t index) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, kind + "_" + llvm::Twine(index) + ".pb");
  return path.str().str();
}

llvm::Expected<std::vector<Array>> margay::driver::readTestInputs(StringRef folder, const mg_model &model) {
  std::vector<Array> inputs;
  for (int32_t i = 0; i < model.n_inputs; ++i) {
    llvm::Expected<Array> array = readArray(fileIn(folder, "input", i));
    if (!array)
      return array.takeError();
    inputs.push_back(std::move(*array));
  }
  return inputs;
}

llvm::Expected<TestData> margay::driver::readTestData(StringRef folder, const mg_model &model) {
  TestData data;
  data.folder = folder.str();
  if (!llvm::sys::fs::is_directory(folder))
    return makeFault(Fault::Io, folder + ": is no folder of test data");
  llvm::Expected<std::vector<Array>> inputs = readTestInputs(folder, model);
  if (!inputs)
    return inputs.takeError();
  data.inputs = std::move(*inputs);
  for (int32_t i = 0; i < model.n_outputs; ++i) {
    std::string path = fileIn(folder, "output", i);
    if (!llvm::sys::fs::exists(path)) {
      data.outputs.push_back(std::nullopt);
      continue;
    }
    llvm::Expected<Array> array = readArray(path);
    if (!array)
      return array.takeError();
    data.outputs.push_back(std::move(*array));
  }
  if (llvm::none_of(data.outputs, [](const auto &output) { return output.has_value(); }))
    return makeFault(Fault::Io, folder + ": holds no expected output (output_0.pb)");
  return data;
}

std::vector<std::string> margay::driver::testDataBeside(StringRef model) {
  return findTestData(llvm::sys::path::parent_path(model));
}
