//===- Softmax.cpp - softmax and its logarithm along rows -----------------===//
//
// Three passes over a row, which stays in the first-level cache: the maximum; the sum of exp(x - max); the results.
// Exponentials are computed twice rather than kept.
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

void codegen::emitSoftmax(KernelBuilder &k) {
  auto op = cast<nn::SoftmaxOp>(k.root());
  const View &input = k.input(op.getOperand());
  Type element = input.element;
  int64_t lanes = k.lanes(element);
  Value length = k.dim(input.columns());
  Epilogue epilogue(k);

  k.loop(k.begin, k.end, 1, [&](Value row) {
    Value base = k.mul(row, k.dim(input.rowStride));
    auto at = [&](Value column, int64_t width) { return k.loadElements(input, k.add(base, column), width); };
    Value maximum = Joining{k, nn::ReduceKind::Max, element}.elements(length, lanes, at);
    auto shifted = [&](Value column, int64_t width) -> Value {
      return arith::SubFOp::create(k.builder, k.loc, at(column, width), k.splat(maximum, width));
    };
    auto power = [&](Value column, int64_t width) -> Value {
      return math::ExpOp::create(k.builder, k.loc, shifted(column, width));
    };
    Value sum = Joining{k, nn::ReduceKind::Sum, element}.elements(length, lanes, power);
    Value factor = op.getLog()
                       ? math::LogOp::create(k.builder, k.loc, sum).getResult()
                       : arith::DivFOp::create(k.builder, k.loc, k.constantVector(element, 1, 1), sum).getResult();
    auto store = [&](Value column, int64_t width) {
      Value result =
          op.getLog()
              ? arith::SubFOp::create(k.builder, k.loc, shifted(column, width), k.splat(factor, width)).getResult()
              : arith::MulFOp::create(k.builder, k.loc, power(column, width), k.splat(factor, width)).getResult();
      epilogue.enterBlock();
      epilogue.finish(result, row, column, width);
    };
    forElements(k, k.constant(0), length, lanes, store);
  });
}
