//===- Normalize.cpp - normalisation along rows ---------------------------===//
//
// Three passes over a row, which stays in the first-level cache: the mean, the mean of squared distances from it, the
// results. A single pass over squares would lose what the variance is small beside.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

void codegen::emitNormalize(KernelBuilder &k) {
  auto op = cast<nn::NormalizeOp>(k.root());
  const View &input = k.input(op.getOperand());
  Type element = input.element;
  int64_t lanes = k.lanes(element);
  Value length = k.dim(input.columns());
  Value count = arith::SIToFPOp::create(k.builder, k.loc, element, length);
  Epilogue epilogue(k);
  auto mul = [&](Value a, Value b) -> Value { return arith::MulFOp::create(k.builder, k.loc, a, b); };
  auto sub = [&](Value a, Value b) -> Value { return arith::SubFOp::create(k.builder, k.loc, a, b); };

  k.loop(k.begin, k.end, 1, [&](Value row) {
    Value base = k.mul(row, k.dim(input.rowStride));
    auto at = [&](Value column, int64_t width) { return k.loadElements(input, k.add(base, column), width); };
    /// The mean of what `term` gives for all columns.
    auto mean = [&](llvm::function_ref<Value(Value, int64_t)> term) -> Value {
      Value sum = Joining{k, nn::ReduceKind::Sum, element}.elements(length, widerLanes(input.columns(), lanes), term);
      return arith::DivFOp::create(k.builder, k.loc, sum, count);
    };
    Value center = op.getRms() ? Value() : mean(at);
    auto distance = [&](Value column, int64_t width) {
      Value value = at(column, width);
      return center ? sub(value, k.splat(center, width)) : value;
    };
    Value variance = mean([&](Value column, int64_t width) {
      Value d = distance(column, width);
      return mul(d, d);
    });
    Value shifted = arith::AddFOp::create(k.builder, k.loc, variance,
                                          k.constantVector(element, 1, op.getEpsilon().convertToDouble()));
    Value factor = arith::DivFOp::create(k.builder, k.loc, k.constantVector(element, 1, 1),
                                         math::SqrtOp::create(k.builder, k.loc, shifted));
    forElements(k, k.constant(0), length, lanes, [&](Value column, int64_t width) {
      epilogue.enterBlock();
      epilogue.finish(mul(distance(column, width), k.splat(factor, width)), row, column, width);
    });
  });
}
