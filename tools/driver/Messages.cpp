//===- Messages.cpp - how failures are told -------------------------------===//

#include "tools/driver/Messages.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "tools/driver/Interrupt.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <unistd.h>

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

llvm::Error margay::driver::inFile(StringRef file, llvm::Error error) {
  return llvm::handleErrors(
      std::move(error), [&](const FaultInfo &info) { return makeFault(info.fault, file + ": " + info.message); },
      [&](const llvm::ErrorInfoBase &other) { return makeFault(Fault::Internal, file + ": " + other.message()); });
}

/// A message as one line: what a model calls its nodes may hold control characters, which a terminal would obey.
static std::string printable(StringRef message) {
  std::string text;
  for (unsigned char byte : message) {
    if (byte >= 0x20 && byte != 0x7f)
      text += static_cast<char>(byte);
    else
      text += "\\x" + llvm::utohexstr(byte, /*LowerCase=*/false, /*Width=*/2);
  }
  return text;
}

/// Mistakes on the command line are the program's to tell; everything else is about a file, which stands in bold where
/// someone looks at it.
static void print(Fault fault, StringRef message) {
  llvm::raw_ostream &os = llvm::errs();
  std::string text = printable((fault == Fault::Usage ? "margay: " + message : message).str());
  size_t colon = text.find(": ");
  bool colours = llvm::sys::Process::StandardErrHasColors() && llvm::sys::Process::StandardErrIsDisplayed();
  if (colours && colon != std::string::npos)
    os << "\033[1m" << text.substr(0, colon + 1) << "\033[0m" << text.substr(colon + 1);
  else
    os << text;
  os << (fault == Fault::Internal ? " (internal error)\n" : "\n");
}

void margay::driver::tell(llvm::ArrayRef<std::string> notes) {
  for (const std::string &note : notes)
    llvm::errs() << printable(note) << '\n';
}

int margay::driver::report(llvm::Error error) {
  if (error)
    waitIfInterrupted();
  return reportFaults(std::move(error), print);
}

DiagnosticsToFaults::DiagnosticsToFaults(mlir::MLIRContext &context)
    : handler(&context, [this](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Remark)
          remarks.push_back(diagnostic.str());
        if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
          return mlir::success();
        std::string node = nodeText(diagnostic.getLocation()), message = diagnostic.str();
        // Operation verifiers begin with the operation's IR name, which says nothing to the model's author once the
        // node is named.
        messages.push_back(node.empty() ? message : node + ": " + message);
        return mlir::success();
      }) {}

llvm::Error DiagnosticsToFaults::take(Fault fault, StringRef whatFailed) {
  llvm::Error error = llvm::Error::success();
  for (const std::string &message : messages)
    error = llvm::joinErrors(std::move(error), makeFault(fault, message));
  if (messages.empty())
    error = llvm::joinErrors(std::move(error), makeFault(Fault::Internal, whatFailed + " failed without a message"));
  messages.clear();
  return error;
}

std::string margay::driver::nodeText(mlir::Location location) {
  if (auto name = mlir::dyn_cast<mlir::NameLoc>(location))
    return ("node '" + name.getName().getValue() + "'").str();
  if (auto fused = mlir::dyn_cast<mlir::FusedLoc>(location))
    for (mlir::Location part : fused.getLocations())
      if (std::string text = nodeText(part); !text.empty())
        return text;
  if (auto file = mlir::dyn_cast<mlir::FileLineColLoc>(location))
    return ("line " + llvm::Twine(file.getLine()) + ", column " + llvm::Twine(file.getColumn())).str();
  return {};
}

[[noreturn]] static void endOnFatalError(void *, const char *reason, bool) {
  llvm::sys::RunInterruptHandlers(); // Removes temporary files.
  removeFoldersNow();
  llvm::errs() << "margay: " << reason << " (internal error)\n";
  _exit(static_cast<int>(Fault::Internal));
}

void margay::driver::installFatalErrorHandler() {
  llvm::install_fatal_error_handler(endOnFatalError);
  llvm::install_bad_alloc_error_handler(endOnFatalError);
}
