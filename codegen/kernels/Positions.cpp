//===- Positions.cpp - reading elements from computed places --------------===//

#include "codegen/kernels/Positions.h"
#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

void codegen::forPositions(KernelBuilder &k, int64_t lanes,
                           llvm::function_ref<Value(ArrayRef<Value>, Value, int64_t)> value) {
  const View &output = k.output(0);
  ArrayRef<DimAttr> leading = output.dims;
  if (!leading.empty())
    leading = leading.drop_back();
  Epilogue epilogue(k);
  k.loop(k.begin, k.end, 1, [&](Value row) {
    SmallVector<Value> at = coordinates(k, row, leading);
    forColumns(k, output.columns(), lanes, [&](Value column, int64_t width) {
      Value elements = value(at, column, width);
      epilogue.enterBlock();
      epilogue.finish(elements, row, column, width);
    });
  });
}

Value codegen::offsetAt(KernelBuilder &k, ArrayRef<Value> coordinates, ArrayRef<DimAttr> strides) {
  Value offset = k.constant(0);
  for (auto [coordinate, stride] : llvm::zip_equal(coordinates, strides))
    offset = k.add(offset, k.mul(coordinate, k.dim(stride)));
  return offset;
}

Value codegen::loadIndex(KernelBuilder &k, const View &indices, ArrayRef<Value> coordinates) {
  Value index = k.loadElements(indices, offsetAt(k, coordinates, elementStrides(indices)), 1);
  if (index.getType().isInteger(64))
    return index;
  return arith::ExtSIOp::create(k.builder, k.loc, k.builder.getI64Type(), index);
}

Value codegen::fromEnd(KernelBuilder &k, Value position, Value size) {
  Value isNegative = k.less(position, k.constant(0));
  return arith::SelectOp::create(k.builder, k.loc, isNegative, k.add(position, size), position);
}

Value codegen::clampedPosition(KernelBuilder &k, Value position, Value size) {
  return k.max(k.min(fromEnd(k, position, size), k.add(size, -1)), k.constant(0));
}
