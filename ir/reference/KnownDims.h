//===- KnownDims.h - numbers that follow from shapes ----------------------===//
//
// Exporters compute shapes: they take a tensor's shape, gather one of its sizes, halve it, join it with others and
// reshape to that. Here such graphs are evaluated as the evaluator would, on expressions over the symbols of dimensions
// instead of on numbers:
//
//   %s = nn.dims #nn.shape<N, 3, H, W>
//   %h = nn.gather %s, %two             ─▶    H * 2
//   %d = nn.mul %h, %two
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_KNOWNDIMS_H
#define MARGAY_IR_REFERENCE_KNOWNDIMS_H

#include "ir/DimBounds.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace margay::reference {

/// Remembers what it has found out, so the operations that it was asked about must stay.
class KnownDims {
public:
  explicit KnownDims(nn::SymbolRanges ranges = {}) : ranges(std::move(ranges)) {}

  /// One symbol more than the ranges have.
  void addSymbol(nn::SymbolAttr symbol) { ranges.add(symbol); }

  /// The elements of an integer tensor in row-major order; nothing where one of them depends on data.
  std::optional<llvm::SmallVector<nn::DimAttr>> dimsOf(mlir::Value value);

  /// The elements of a tensor in row-major order where they are constants.
  std::optional<llvm::SmallVector<double>> constantsOf(mlir::Value value);

private:
  /// An integer, or a float that is a fraction of one. Unknown without a numerator.
  struct Number {
    nn::DimAttr numerator;
    int64_t denominator = 1;
  };
  using Numbers = llvm::SmallVector<Number>;

  const std::optional<Numbers> &numbersOf(mlir::Value value);
  std::optional<Numbers> compute(mlir::Value value);
  std::optional<Numbers> evaluated(mlir::Value value, llvm::ArrayRef<Numbers> operands);
  std::optional<Numbers> moved(mlir::Value value, llvm::ArrayRef<Numbers> operands);
  std::optional<Numbers> reduced(mlir::Value value, const Numbers &operand);
  std::optional<Numbers> elementwise(mlir::Operation *op, llvm::ArrayRef<Numbers> operands);
  Number element(mlir::Operation *op, llvm::ArrayRef<Number> operands);
  Number quotient(Number a, Number b, bool isInteger);
  Number truth(std::optional<bool> value, mlir::MLIRContext *context);
  bool isNegative(Number number);

  nn::SymbolRanges ranges;
  llvm::DenseMap<mlir::Value, std::optional<Numbers>> known;
  unsigned depth = 0;
};

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_KNOWNDIMS_H
