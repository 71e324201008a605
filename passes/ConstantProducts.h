//===- ConstantProducts.h - products with a constant matrix ---------------===//

#ifndef MARGAY_PASSES_CONSTANTPRODUCTS_H
#define MARGAY_PASSES_CONSTANTPRODUCTS_H

#include "mlir/IR/Operation.h"

namespace margay::passes {

/// Whether an operation multiplies rows by a constant matrix of several columns: an nn.contract, or an nn.conv that
/// sees one pixel at a time. Its operands are the rows and the matrix.
bool isConstantProduct(mlir::Operation *op);

/// Whether a value was bf16 before it was cast: it has no more digits.
bool isWidenedBF16(mlir::Value value);

/// Lets a product read what bf16 can hold of its operands, which are f32: rounds them, to and fro.
void roundOperands(mlir::Operation *product);

} // namespace margay::passes

#endif // MARGAY_PASSES_CONSTANTPRODUCTS_H
