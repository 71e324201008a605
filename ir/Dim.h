//===- Dim.h - arithmetic on dimensions -----------------------------------===//
//
// A dimension is an integer expression over named symbols (#nn.dim). These functions build them in normal form:
//
//   sum of products, like terms collected, terms sorted by their text, the constant last:   2 * H * W + N + 1
//   (a * d + r) floordiv d == a + r floordiv d        (a * d + r) mod d == r mod d        a ceildiv d == (a + d - 1)
//   floordiv d
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_DIM_H
#define MARGAY_IR_DIM_H

#include "ir/Dialect.h"

namespace margay::nn {

DimAttr constantDim(mlir::MLIRContext *context, int64_t value);
DimAttr symbolDim(mlir::MLIRContext *context, llvm::StringRef name);
/// The symbol as an expression that shows it to be a multiple: 32 * (H floordiv 32), which divides by 4 as
/// 8 * (H floordiv 32).
DimAttr multipleOf(mlir::MLIRContext *context, llvm::StringRef name, int64_t multiple);
/// The symbol that `dim` is, alone or as a multiple; empty if it is something else.
llvm::StringRef loneSymbol(DimAttr dim);

DimAttr operator+(DimAttr a, DimAttr b);
DimAttr operator+(DimAttr a, int64_t b);
DimAttr operator-(DimAttr a, DimAttr b);
DimAttr operator-(DimAttr a, int64_t b);
DimAttr operator*(DimAttr a, DimAttr b);
DimAttr operator*(DimAttr a, int64_t b);
DimAttr floorDiv(DimAttr a, int64_t b); ///< b > 0
DimAttr floorDiv(DimAttr a, DimAttr b);
DimAttr ceilDiv(DimAttr a, int64_t b); ///< b > 0
DimAttr mod(DimAttr a, int64_t b);     ///< b > 0
DimAttr mod(DimAttr a, DimAttr b);
DimAttr min(DimAttr a, DimAttr b);
DimAttr max(DimAttr a, DimAttr b);

/// The value of `dim` where symbols have the values that `lookup` gives; nothing on overflow or division by zero.
std::optional<int64_t> evaluate(DimAttr dim, llvm::function_ref<int64_t(llvm::StringRef symbol)> lookup);

/// Puts `replacement(symbol)` (nothing: the symbol stays) in place of the symbols of `dim`.
DimAttr substitute(DimAttr dim, llvm::function_ref<std::optional<DimAttr>(llvm::StringRef symbol)> replacement);

/// Calls `visit` for each symbol in `dim`.
void walkSymbols(DimAttr dim, llvm::function_ref<void(llvm::StringRef symbol)> visit);

/// The number of parts of an expression, counted no further than `limit`.
unsigned countParts(DimAttr dim, unsigned limit);

/// All dimensions of a tensor type, constant or not.
llvm::SmallVector<DimAttr> dimsOf(mlir::Type tensor);
DimAttr dimOf(mlir::Type tensor, int64_t axis);

/// The last of a tensor's dimensions, which lie side by side in memory; 1 for a scalar.
DimAttr columnsOf(mlir::Type tensor);

/// The tensor type with these dimensions: with a `#nn.shape` encoding where one of them is not constant, else without.
mlir::RankedTensorType tensorOf(llvm::ArrayRef<DimAttr> dims, mlir::Type element);

/// The product of dimensions (1 of none).
DimAttr product(mlir::MLIRContext *context, llvm::ArrayRef<DimAttr> dims);

} // namespace margay::nn

#endif // MARGAY_IR_DIM_H
