//===- ImportFuzzer.cpp - any bytes at all for the importer ---------------===//
//
// A libFuzzer target: the bytes are a model, binary or text, and are imported as `margay` would import a file of them.
// Whatever they are, there is a module that verifies, or a sentence.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/Importer.h"
#include "frontend/onnx/Load.h"
#include "ir/Dialect.h"
#include "ir/Fault.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace margay;
using namespace margay::frontend;

/// A context keeps every type and attribute that it has ever seen; a new one from time to time keeps memory bounded.
static mlir::MLIRContext &freshContext() {
  constexpr int runsPerContext = 2000;
  static std::unique_ptr<mlir::MLIRContext> context;
  static int runs = 0;
  if (runs++ % runsPerContext == 0) {
    context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
    context->loadDialect<nn::NNDialect, mlir::func::FuncDialect>();
    context->getDiagEngine().registerHandler([](mlir::Diagnostic &) { return mlir::success(); });
  }
  return *context;
}

static llvm::Error importBytes(llvm::StringRef bytes) {
  std::unique_ptr<llvm::MemoryBuffer> file = llvm::MemoryBuffer::getMemBufferCopy(bytes, "fuzzed");
  llvm::StringRef copy = file->getBuffer();
  llvm::Expected<onnx::Model> model = onnx::readModel(copy, onnx::looksLikeText(copy));
  if (!model)
    return model.takeError();
  auto loaded = std::make_shared<onnx::LoadedModel>(std::move(file), std::move(*model), onnx::ExternalFiles(""));
  auto module = onnx::importGraph(freshContext(), loaded, {});
  return module ? llvm::Error::success() : module.takeError();
}

// libFuzzer gives the name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::Error error = importBytes(llvm::StringRef(reinterpret_cast<const char *>(data), size));
  std::string said;
  int code = reportFaults(std::move(error), [&](Fault, llvm::StringRef sentence) { said += sentence.str() + "\n"; });
  if (code == int(Fault::Internal)) {
    llvm::errs() << said;
    abort();
  }
  return 0;
}
