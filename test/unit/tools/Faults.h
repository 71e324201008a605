//===- Faults.h - what a test expects of a failure ------------------------===//

#ifndef MARGAY_TEST_UNIT_TOOLS_FAULTS_H
#define MARGAY_TEST_UNIT_TOOLS_FAULTS_H

#include "ir/Fault.h"
#include <string>

namespace margay::test {

struct Failure {
  int code = 0;
  std::string message; ///< All of them, one a line.
};

/// The exit code and messages of an error.
inline Failure failure(llvm::Error error) {
  Failure result;
  result.code = reportFaults(std::move(error), [&](Fault, llvm::StringRef message) {
    result.message += (result.message.empty() ? "" : "\n") + message.str();
  });
  return result;
}

template <typename T> Failure failure(llvm::Expected<T> expected) {
  if (expected)
    return {0, "no failure"};
  return failure(expected.takeError());
}

/// The value of what must not fail.
template <typename T> T value(llvm::Expected<T> expected) { return llvm::cantFail(std::move(expected)); }

} // namespace margay::test

#endif // MARGAY_TEST_UNIT_TOOLS_FAULTS_H
