//===- Payload.h - what the payloads of elementwise operations share ------===//

#ifndef MARGAY_IR_PAYLOAD_H
#define MARGAY_IR_PAYLOAD_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

namespace margay::nn::payload {

inline bool isFloat(mlir::Value value) {
  return llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(value.getType()));
}

/// Unsigned, or i1, whose 1 is not -1.
inline bool isUnsigned(mlir::Type tensor) {
  mlir::Type element = mlir::getElementTypeOrSelf(tensor);
  return element.isUnsignedInteger() || element.isInteger(1);
}

/// `value` in every element of a scalar or vector of `type`.
inline mlir::Value splat(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type, double value) {
  mlir::Type element = mlir::getElementTypeOrSelf(type);
  mlir::TypedAttr attribute;
  if (auto floating = llvm::dyn_cast<mlir::FloatType>(element))
    attribute = builder.getFloatAttr(floating, value);
  else
    attribute = builder.getIntegerAttr(element, static_cast<int64_t>(value));
  if (auto vector = llvm::dyn_cast<mlir::VectorType>(type))
    attribute = mlir::DenseElementsAttr::get(vector, attribute);
  return mlir::arith::ConstantOp::create(builder, loc, attribute);
}

} // namespace margay::nn::payload

#endif // MARGAY_IR_PAYLOAD_H
