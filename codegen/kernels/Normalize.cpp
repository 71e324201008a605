//===- Normalize.cpp - normalisation along rows ---------------------------===//
//
// Three passes over a row, which stays in the first-level cache: the mean, the mean of squared distances from it, the
// results. A single pass over squares would lose what the variance is small beside. Some rows go through them together.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/RowLoops.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct Normalize {
  KernelBuilder &k;
  nn::NormalizeOp op;
  const View &input;
  Epilogue epilogue;
  Type element = input.element;
  int64_t lanes = k.lanes(element);
  Value length = k.dim(input.columns());
  Value count = arith::SIToFPOp::create(k.builder, k.loc, element, length);

  Value add(Value a, Value b) { return arith::AddFOp::create(k.builder, k.loc, a, b); }
  Value subtract(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value multiply(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }
  Value divide(Value a, Value b) { return arith::DivFOp::create(k.builder, k.loc, a, b); }

  /// The mean of what `term` gives for all columns of each of some rows.
  SmallVector<Value> means(size_t rows, llvm::function_ref<Value(size_t, Value, int64_t)> term) {
    auto terms = [&](Value column, int64_t width) {
      return llvm::map_to_vector(llvm::seq<size_t>(0, rows), [&](size_t row) { return term(row, column, width); });
    };
    Joining joining{k, nn::ReduceKind::Sum, element};
    SmallVector<Value> sums = joining.elements(length, lanes, /*chains=*/2, rows, terms);
    return llvm::map_to_vector(sums, [&](Value sum) { return divide(sum, count); });
  }

  /// 1 / sqrt(variance + epsilon)
  Value factorOf(Value variance) {
    Value shifted = add(variance, k.constantVector(element, 1, op.getEpsilon().convertToDouble()));
    return divide(k.constantVector(element, 1, 1), math::SqrtOp::create(k.builder, k.loc, shifted));
  }

  void rows(ArrayRef<Value> rows) {
    auto bases = llvm::map_to_vector(rows, [&](Value row) { return k.mul(row, k.dim(input.rowStride)); });
    auto at = [&](size_t row, Value column, int64_t width) {
      return k.loadElements(input, k.add(bases[row], column), width);
    };
    SmallVector<Value> centers;
    if (!op.getRms())
      centers = means(rows.size(), at);
    auto distance = [&](size_t row, Value column, int64_t width) {
      Value value = at(row, column, width);
      return centers.empty() ? value : subtract(value, k.splat(centers[row], width));
    };
    SmallVector<Value> variances = means(rows.size(), [&](size_t row, Value column, int64_t width) {
      Value d = distance(row, column, width);
      return multiply(d, d);
    });
    auto factors = llvm::map_to_vector(variances, [&](Value variance) { return factorOf(variance); });
    forElements(k, k.constant(0), length, lanes, [&](Value column, int64_t width) {
      epilogue.enterBlock();
      for (size_t row = 0; row < rows.size(); ++row)
        epilogue.finish(multiply(distance(row, column, width), k.splat(factors[row], width)), rows[row], column, width);
    });
  }
};

} // namespace

void codegen::emitNormalize(KernelBuilder &k) {
  auto op = cast<nn::NormalizeOp>(k.root());
  Normalize normalize{k, op, k.input(op.getOperand()), Epilogue(k)};
  forRowsTogether(k, k.begin, k.end, rowsTogether(normalize.input.columns(), 4),
                  [&](ArrayRef<Value> rows) { normalize.rows(rows); });
}
