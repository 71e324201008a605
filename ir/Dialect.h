//===- Dialect.h - the nn dialect and its attributes ----------------------===//

#ifndef MARGAY_IR_DIALECT_H
#define MARGAY_IR_DIALECT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/TensorEncoding.h"
#include <cstdint>
#include <optional>
#include <string>

namespace margay::nn {

/// What a dimension expression is at its root. Subtraction is addition of a product with -1.
enum class DimKind { Constant, Symbol, Add, Mul, FloorDiv, Mod, Min, Max };

} // namespace margay::nn

#include "ir/Dialect.h.inc"
#include "ir/Enums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/Attributes.h.inc"

#endif // MARGAY_IR_DIALECT_H
