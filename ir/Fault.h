//===- Fault.h - what went wrong, in the terms of the exit codes ----------===//
//
// Every failure that a user can cause travels as an llvm::Error made here: a fault (which decides the exit code) and
// one sentence. Several of them are joined with llvm::joinErrors, so that everything wrong in a model is said at once.
// The tools turn them into text in one place.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_FAULT_H
#define MARGAY_IR_FAULT_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <string>

namespace margay {

/// The values are the documented exit codes of the command line.
enum class Fault {
  Internal = 1,    ///< Margay is wrong.
  Usage = 2,       ///< The command line is wrong.
  Malformed = 3,   ///< The model is not valid ONNX.
  Unsupported = 4, ///< The model is valid, but Margay cannot compile it.
  Mismatch = 5,    ///< Results differ from the expected ones.
  Budget = 6,      ///< A size or time limit was exceeded.
  Io = 7,          ///< A file cannot be read or written.
};

/// One failure. The message is a sentence without the file's name, lower-case, with no final period: "node 'conv1'
/// (Conv): kernel has 3 input channels, input has 4".
class FaultInfo : public llvm::ErrorInfo<FaultInfo> {
public:
  static char ID;
  FaultInfo(Fault fault, std::string message) : fault(fault), message(std::move(message)) {}
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

  Fault fault;
  std::string message;
};

/// Makes a failure from a fault and its sentence.
llvm::Error makeFault(Fault fault, const llvm::Twine &message);

/// The failure to write a file or folder.
llvm::Error makeWriteFault(const llvm::Twine &path, std::error_code code);

/// The exit code that a (possibly joined) error stands for, and its messages one per line through `report`. Malformed
/// beats unsupported; internal beats both.
int reportFaults(llvm::Error error, llvm::function_ref<void(Fault, llvm::StringRef message)> report);

} // namespace margay

#endif // MARGAY_IR_FAULT_H
