//===- Dialect.cpp - the nn dialect and its attributes --------------------===//

#include "ir/Dialect.h"
#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace margay::nn;

#include "ir/Dialect.cpp.inc"
#include "ir/Enums.cpp.inc"
#include "ir/Interfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/Attributes.cpp.inc"

void NNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/Attributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ir/Ops.cpp.inc"
      >();
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

int64_t PlanAttr::get(StringRef name, int64_t otherwise) const {
  auto number = getNumbers().getAs<IntegerAttr>(name);
  return number ? number.getInt() : otherwise;
}

LogicalResult ShapeAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                                        function_ref<InFlightDiagnostic()> emitError) const {
  if (shape.size() != getDims().size())
    return emitError() << "has " << shape.size() << " dimensions, its #nn.shape has " << getDims().size();
  for (auto [size, dim] : llvm::zip_equal(shape, getDims()))
    if (dim.isConstant() ? size != dim.getValue() : !ShapedType::isDynamic(size))
      return emitError() << "dimension " << dim.str() << " of #nn.shape does not fit the type";
  if (llvm::all_of(getDims(), [](DimAttr dim) { return dim.isConstant(); }))
    return emitError() << "a tensor with constant dimensions needs no #nn.shape";
  return success();
}
