//===- Fault.cpp - what went wrong, in the terms of the exit codes --------===//

#include "ir/Fault.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;

char FaultInfo::ID = 0;

void FaultInfo::log(llvm::raw_ostream &os) const { os << message; }

std::error_code FaultInfo::convertToErrorCode() const { return llvm::inconvertibleErrorCode(); }

llvm::Error margay::makeFault(Fault fault, const llvm::Twine &message) {
  return llvm::make_error<FaultInfo>(fault, message.str());
}

llvm::Error margay::makeWriteFault(const llvm::Twine &path, std::error_code code) {
  return makeFault(Fault::Io, path + ": cannot be written: " + llvm::StringRef(code.message()).lower());
}

/// Which fault decides the exit code when there are several.
static int rank(Fault fault) {
  switch (fault) {
  case Fault::Internal:
    return 7;
  case Fault::Usage:
    return 6;
  case Fault::Io:
    return 5;
  case Fault::Malformed:
    return 4;
  case Fault::Budget:
    return 3;
  case Fault::Unsupported:
    return 2;
  case Fault::Mismatch:
    return 1;
  }
  return 0;
}

int margay::reportFaults(llvm::Error error, llvm::function_ref<void(Fault, llvm::StringRef)> report) {
  Fault worst = Fault::Mismatch;
  bool any = false;
  auto note = [&](Fault fault, llvm::StringRef message) {
    if (!any || rank(fault) > rank(worst))
      worst = fault;
    any = true;
    report(fault, message);
  };
  llvm::handleAllErrors(
      std::move(error), [&](const FaultInfo &info) { note(info.fault, info.message); },
      [&](const llvm::ErrorInfoBase &other) { note(Fault::Internal, other.message()); });
  return any ? static_cast<int>(worst) : 0;
}
