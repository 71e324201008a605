//===- EvaluatingElementwise.h - how a test evaluates one elementwise operation ===//

#ifndef MARGAY_TEST_UNIT_IR_EVALUATINGELEMENTWISE_H
#define MARGAY_TEST_UNIT_IR_EVALUATINGELEMENTWISE_H

#include "Evaluating.h"

namespace margay::test {

/// One operand of type `type`, one operation.
inline void expectUnary(llvm::StringRef op, llvm::StringRef type, llvm::StringRef operand, llvm::StringRef expected) {
  expectValue(("%x = nn.constant dense<" + operand + "> : " + type + "\n%y = nn." + op + " %x : " + type).str(), "%y",
              ("dense<" + expected + "> : " + type).str());
}

/// `attributes` stand behind the operands: `{truncated}`.
inline void expectBinary(llvm::StringRef op, llvm::StringRef type, llvm::StringRef lhs, llvm::StringRef rhs,
                         llvm::StringRef expected, llvm::StringRef attributes = "") {
  expectValue(("%x = nn.constant dense<" + lhs + "> : " + type + "\n%y = nn.constant dense<" + rhs + "> : " + type +
               "\n%z = nn." + op + " %x, %y " + attributes + " : " + type)
                  .str(),
              "%z", ("dense<" + expected + "> : " + type).str());
}

/// An operation that makes elements of type `to`: `cast` or `bitcast`.
inline void expectConversion(llvm::StringRef op, llvm::StringRef from, llvm::StringRef operand, llvm::StringRef to,
                             llvm::StringRef expected) {
  expectValue(
      ("%x = nn.constant dense<" + operand + "> : " + from + "\n%y = nn." + op + " %x : " + from + " to " + to).str(),
      "%y", ("dense<" + expected + "> : " + to).str());
}

} // namespace margay::test

#endif // MARGAY_TEST_UNIT_IR_EVALUATINGELEMENTWISE_H
