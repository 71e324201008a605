//===- Softmax.cpp - softmax and its logarithm along rows -----------------===//
//
// Three passes over a row, which stays in the first-level cache: the maximum; exp(x - max), which is left where the
// result will be, and its sum; the results.
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
using nn::DimAttr;

namespace {

struct Softmax {
  KernelBuilder &k;
  nn::SoftmaxOp op;
  const View &input, &output;
  Epilogue epilogue;
  Type element = input.element;
  int64_t lanes = k.lanes(element);
  Value length = k.dim(input.columns());

  /// Whether powers can be left where the results will be.
  bool keepsPowers() {
    return !op.getLog() && k.outputs.size() == 1 && output.element == element && output.storage == storageType(element);
  }

  Value subtract(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value multiply(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }

  /// The greatest element. Which NaN it passes over does not matter: the sum has them all.
  Value maximum(Value base) {
    Joining joining{k, nn::ReduceKind::Max, element};
    auto larger = [&](Value a, Value b) -> Value {
      Value isLarger = arith::CmpFOp::create(k.builder, k.loc, arith::CmpFPredicate::OGT, b, a);
      return arith::SelectOp::create(k.builder, k.loc, isLarger, b, a);
    };
    auto part = [&](Value from, Value to, int64_t width) {
      return k.loop(from, to, width, ValueRange(joining.neutral(width)), [&](Value column, ValueRange carried) {
        return SmallVector<Value>{larger(carried[0], k.loadElements(input, k.add(base, column), width))};
      })[0];
    };
    int64_t width = widerLanes(input.columns(), lanes);
    Value full = k.mul(k.div(length, k.constant(width)), width);
    return larger(k.combineLanes(part(k.constant(0), full, width), larger), part(full, length, 1));
  }

  void row(Value row) {
    Value from = k.mul(row, k.dim(input.rowStride)), to = k.mul(row, k.dim(output.rowStride));
    Value greatest = maximum(from);
    auto shifted = [&](Value column, int64_t width) {
      return subtract(k.loadElements(input, k.add(from, column), width), k.splat(greatest, width));
    };
    auto power = [&](Value column, int64_t width) -> Value {
      return math::ExpOp::create(k.builder, k.loc, shifted(column, width));
    };
    bool keeps = keepsPowers();
    Value sum = Joining{k, nn::ReduceKind::Sum, element}.elements(length, lanes, [&](Value column, int64_t width) {
      Value result = power(column, width);
      if (keeps)
        k.storeElements(result, output, k.add(to, column));
      return result;
    });
    Value factor = op.getLog()
                       ? math::LogOp::create(k.builder, k.loc, sum).getResult()
                       : arith::DivFOp::create(k.builder, k.loc, k.constantVector(element, 1, 1), sum).getResult();
    forElements(k, k.constant(0), length, lanes, [&](Value column, int64_t width) {
      Value same = k.splat(factor, width);
      Value result = op.getLog() ? subtract(shifted(column, width), same)
                     : keeps     ? multiply(k.loadElements(output, k.add(to, column), width), same)
                                 : multiply(power(column, width), same);
      epilogue.enterBlock();
      epilogue.finish(result, row, column, width);
    });
  }
};

} // namespace

void codegen::emitSoftmax(KernelBuilder &k) {
  auto op = cast<nn::SoftmaxOp>(k.root());
  Softmax softmax{k, op, k.input(op.getOperand()), k.output(0), Epilogue(k)};
  k.loop(k.begin, k.end, 1, [&](Value row) { softmax.row(row); });
}
