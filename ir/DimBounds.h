//===- DimBounds.h - what the ranges of symbols say of an expression ------===//

#ifndef MARGAY_IR_DIMBOUNDS_H
#define MARGAY_IR_DIMBOUNDS_H

#include "ir/Dim.h"
#include "mlir/IR/Operation.h"

namespace margay::nn {

/// The least and the greatest value that an expression may have; the ends of int64_t where there is none.
struct Bounds {
  int64_t min, max;
};

/// The ranges of a model's symbols.
class SymbolRanges {
public:
  /// Of symbols without a range: 1 to infinity.
  SymbolRanges() = default;
  /// Of `nn.symbols` of the function around `op`.
  explicit SymbolRanges(mlir::Operation *op);

  /// One symbol more.
  void add(SymbolAttr symbol) { symbols.push_back(symbol); }

  Bounds boundsOf(DimAttr dim) const;

  /// The bound of a symbol that depends on data; null for others.
  DimAttr dataBound(llvm::StringRef symbol) const;
  /// Whether some symbol in `dim` depends on data.
  bool dependsOnData(DimAttr dim) const;
  /// An expression without such symbols that `dim` is never greater than. Sizes are never negative.
  DimAttr upperBound(DimAttr dim) const { return withoutData(dim, true); }

  /// Whether a < b and a == b hold for all values of the symbols, or for none; nothing if that depends on them.
  std::optional<bool> isLess(DimAttr a, DimAttr b) const;
  std::optional<bool> isEqual(DimAttr a, DimAttr b) const;

  /// nn::min and nn::max without the operand that can never win.
  DimAttr min(DimAttr a, DimAttr b) const;
  DimAttr max(DimAttr a, DimAttr b) const;

private:
  Bounds plainBoundsOf(DimAttr dim) const;
  DimAttr withoutData(DimAttr dim, bool upper) const;

  llvm::SmallVector<SymbolAttr> symbols;
};

} // namespace margay::nn

#endif // MARGAY_IR_DIMBOUNDS_H
