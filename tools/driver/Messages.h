//===- Messages.h - how failures are told ---------------------------------===//
//
// The only place where an error becomes text: `model.onnx: sentence` on stderr, and an exit code.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_MESSAGES_H
#define MARGAY_TOOLS_DRIVER_MESSAGES_H

#include "ir/Fault.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include <string>

namespace margay::driver {

/// Puts the file's name before every message of the error.
llvm::Error inFile(llvm::StringRef file, llvm::Error error);

/// Prints notes, one a line.
void tell(llvm::ArrayRef<std::string> notes);

/// Prints the messages and returns the exit code that they stand for.
int report(llvm::Error error);

/// While one lives, MLIR's diagnostics of its context are kept instead of printed.
class DiagnosticsToFaults {
public:
  explicit DiagnosticsToFaults(mlir::MLIRContext &context);

  /// The errors so far as one error of a kind, or, when there were none although something failed, an internal fault
  /// that names what failed.
  llvm::Error take(Fault fault, llvm::StringRef whatFailed);

  /// The remarks so far.
  std::vector<std::string> takeRemarks() { return std::move(remarks); }

private:
  std::vector<std::string> messages, remarks;
  mlir::ScopedDiagnosticHandler handler;
};

/// "node 'conv1' (Conv)", from a location that carries an ONNX node's name; empty when it carries none.
std::string nodeText(mlir::Location location);

/// Makes LLVM's fatal errors end the program with one sentence and the exit code of an internal error.
void installFatalErrorHandler();

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_MESSAGES_H
