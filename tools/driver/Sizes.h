//===- Sizes.h - sizes of tensors where the symbols have values -----------===//

#ifndef MARGAY_TOOLS_DRIVER_SIZES_H
#define MARGAY_TOOLS_DRIVER_SIZES_H

#include "ir/Dim.h"
#include "ir/Ops.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

namespace margay::driver {

class Sizes {
public:
  explicit Sizes(const llvm::StringMap<int64_t> &symbols) : symbols(symbols) {}

  double valueOf(nn::DimAttr dim) const {
    auto lookup = [&](llvm::StringRef symbol) { return symbols.lookup(symbol); };
    return static_cast<double>(nn::evaluate(dim, lookup).value_or(0));
  }
  double dim(mlir::Type tensor, int64_t axis) const { return valueOf(nn::dimOf(tensor, axis)); }
  double elements(mlir::Type tensor) const {
    double product = 1;
    for (int64_t axis = 0, rank = mlir::cast<mlir::RankedTensorType>(tensor).getRank(); axis < rank; ++axis)
      product *= dim(tensor, axis);
    return product;
  }
  double bytes(mlir::Type tensor) const {
    mlir::Type element = mlir::cast<mlir::RankedTensorType>(tensor).getElementType();
    return elements(tensor) * llvm::divideCeil(element.getIntOrFloatBitWidth(), 8U);
  }

private:
  const llvm::StringMap<int64_t> &symbols;
};

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_SIZES_H
