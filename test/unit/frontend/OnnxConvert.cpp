//===- OnnxConvert.cpp - between binary ONNX and ONNX text ----------------===//
//
//   margay-onnx-convert IN OUT          OUT is text if it ends in .onnxtxt, else binary; "-" prints text
//
// For tests and for people who want to see what is in a model. Nothing is validated, so that wrong models can be made
// too.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/Decode.h"
#include "frontend/onnx/Encode.h"
#include "frontend/onnx/Load.h"
#include "frontend/onnx/Text.h"
#include "ir/Fault.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;
using namespace margay::frontend;

static int fail(llvm::StringRef file, llvm::Error error) {
  return reportFaults(std::move(error),
                      [&](Fault, llvm::StringRef message) { llvm::errs() << file << ": " << message << '\n'; });
}

int main(int argc, char **argv) {
  if (argc != 3) {
    llvm::errs() << "usage: margay-onnx-convert IN OUT\n";
    return int(Fault::Usage);
  }
  llvm::StringRef in = argv[1], out = argv[2];
  auto file = onnx::mapFile(in);
  if (!file)
    return fail(in, file.takeError());
  llvm::StringRef bytes = (*file)->getBuffer();
  bool isText = llvm::sys::path::extension(in) == ".onnxtxt";
  llvm::Expected<onnx::Model> model =
      isText ? onnx::parseModelText(bytes) : onnx::decodeModel(llvm::ArrayRef(bytes.bytes_begin(), bytes.size()));
  if (!model)
    return fail(in, model.takeError());
  std::error_code error;
  llvm::raw_fd_ostream os(out, error);
  if (error)
    return fail(out, makeFault(Fault::Io, error.message()));
  if (out == "-" || llvm::sys::path::extension(out) == ".onnxtxt")
    onnx::printModelText(*model, os);
  else
    os << onnx::encodeModel(*model);
  return 0;
}
