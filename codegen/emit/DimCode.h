//===- DimCode.h - dimension expressions as code --------------------------===//
//
// Emits the arithmetic of #nn.dim as LLVM IR. Values of symbols come from outside, so every step is checked: whatever
// overflows 63 bits or divides by 0 makes the whole result MG__SIZE_MAX, as nothing stands for it in nn::evaluate. (A
// sum that merely stuck at the maximum would come loose again when it is divided, or rounded to a multiple of 64.)
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_DIMCODE_H
#define MARGAY_CODEGEN_EMIT_DIMCODE_H

#include "ir/Dim.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Support/Error.h"

namespace margay::codegen {

/// Emits expressions at the builder's place, in a straight line; what they have in common is computed once.
class DimCode {
public:
  /// `symbol` makes the value, an i64, of a symbol that the model has, and null for another one.
  DimCode(llvm::IRBuilder<> &builder, std::function<llvm::Value *(llvm::StringRef)> symbol)
      : builder(builder), symbol(std::move(symbol)) {}

  /// The value of `dim` as an i64; MG__SIZE_MAX if it cannot be computed. An internal fault if it has a symbol that the
  /// model does not.
  llvm::Expected<llvm::Value *> emit(nn::DimAttr dim);

private:
  /// A value, and whether it is wrong (an i1).
  struct Checked {
    llvm::Value *value = nullptr;
    llvm::Value *failed = nullptr;
  };
  llvm::Expected<Checked> emitChecked(nn::DimAttr dim);
  llvm::Expected<Checked> emitSymbol(nn::DimAttr dim);
  Checked combine(nn::DimKind kind, Checked a, Checked b);
  Checked withOverflow(llvm::Intrinsic::ID operation, Checked a, Checked b);
  Checked divide(nn::DimKind kind, Checked a, Checked b);

  llvm::IRBuilder<> &builder;
  std::function<llvm::Value *(llvm::StringRef)> symbol;
  llvm::DenseMap<nn::DimAttr, Checked> known;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_DIMCODE_H
