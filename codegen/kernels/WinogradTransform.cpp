//===- WinogradTransform.cpp - a tile's values into its points, and back --===//
//
// The rows of a pair of points ±a are e + a·o and e - a·o, where e and o are polynomials in x² of the even and the odd
// values: so each pair costs hardly more than one row.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/WinogradTransform.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static int64_t lanesOf(Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  return type ? type.getNumElements() : 1;
}

/// value * factor + sum.
static Value addScaled(Emit &e, Value value, double factor, Value sum) {
  if (factor == 1)
    return arith::AddFOp::create(e.builder, e.loc, sum, value);
  if (factor == -1)
    return arith::SubFOp::create(e.builder, e.loc, sum, value);
  Value scale = e.constantVector(getElementTypeOrSelf(value.getType()), lanesOf(value), factor);
  return e.multiplyAdd(value, scale, sum);
}

/// The sum of coefficient i times values[first + 2 i]; the last coefficient is 1.
static Value everySecond(Emit &e, ArrayRef<double> coefficients, ValueRange values, int64_t first) {
  int64_t last = coefficients.size() - 1;
  Value sum = values[first + 2 * last];
  for (int64_t i = last; i-- > 0;)
    sum = addScaled(e, values[first + 2 * i], coefficients[i], sum);
  return sum;
}

SmallVector<Value> codegen::transformInputs(Emit &e, const WinogradAxis &axis, ValueRange values) {
  if (axis.points() == 1)
    return {values[0]};
  SmallVector<double> squares;
  for (double pair : axis.pairs())
    squares.push_back(pair * pair);
  SmallVector<double> all = polynomialOf(squares);
  SmallVector<Value> points{everySecond(e, all, values, 0)};
  for (auto [index, pair] : llvm::enumerate(axis.pairs())) {
    SmallVector<double> others(squares);
    others.erase(others.begin() + index);
    SmallVector<double> coefficients = polynomialOf(others);
    Value even = everySecond(e, coefficients, values, 2), odd = everySecond(e, coefficients, values, 1);
    points.push_back(addScaled(e, odd, pair, even));
    points.push_back(addScaled(e, odd, -pair, even));
  }
  points.push_back(everySecond(e, all, values, 1));
  return points;
}

SmallVector<Value> codegen::transformProducts(Emit &e, const WinogradAxis &axis, ValueRange products) {
  if (axis.points() == 1)
    return {products[0]};
  SmallVector<Value> sums, differences;
  for (size_t pair = 0; pair < axis.pairs().size(); ++pair) {
    Value plus = products[1 + 2 * pair], minus = products[2 + 2 * pair];
    sums.push_back(arith::AddFOp::create(e.builder, e.loc, plus, minus));
    differences.push_back(arith::SubFOp::create(e.builder, e.loc, plus, minus));
  }
  SmallVector<Value> outputs;
  for (int64_t output = 0; output < axis.outputs; ++output) {
    Value sum = output == 0 ? products.front() : Value();
    if (output == axis.outputs - 1)
      sum = sum ? arith::AddFOp::create(e.builder, e.loc, sum, products.back()).getResult() : products.back();
    SmallVector<double> powers = axis.outputRow(output);
    for (auto [index, value] : llvm::enumerate(output % 2 == 0 ? sums : differences)) {
      double power = powers[1 + 2 * index];
      if (sum)
        sum = addScaled(e, value, power, sum);
      else if (power == 1)
        sum = value;
      else
        sum = arith::MulFOp::create(e.builder, e.loc, value,
                                    e.constantVector(getElementTypeOrSelf(value.getType()), lanesOf(value), power));
    }
    outputs.push_back(sum);
  }
  return outputs;
}
