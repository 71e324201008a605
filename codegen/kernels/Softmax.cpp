//===- Softmax.cpp - softmax and its logarithm along rows -----------------===//
//
// Three passes over a row, which stays in the first-level cache: the maximum; exp(x - max), which is left where the
// result will be, and its sum; the results. Some rows go through them together.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/RowLoops.h"
#include "codegen/math/Functions.h"
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

  Value reciprocal(Value sum) { return arith::DivFOp::create(k.builder, k.loc, k.constantVector(element, 1, 1), sum); }
  Value logarithm(Value sum) {
    // The powers are too large by this.
    Value scale = k.constantVector(element, 1, std::ldexp(1.0, -decayOffset));
    return math::LogOp::create(k.builder, k.loc, multiply(sum, scale));
  }

  /// The greatest elements. Which NaN they pass over does not matter: the sums have them all.
  SmallVector<Value> maxima(ArrayRef<Value> bases) {
    Joining joining{k, nn::ReduceKind::Max, element};
    auto larger = [&](Value a, Value b) { return largerNumber(k, a, b); };
    auto part = [&](Value from, Value to, int64_t width) {
      SmallVector<Value> start(bases.size(), joining.neutral(width));
      return k.loop(from, to, width, start, [&](Value column, ValueRange carried) {
        return llvm::map_to_vector(llvm::zip_equal(bases, carried), [&](auto pair) {
          return larger(std::get<1>(pair), k.loadElements(input, k.add(std::get<0>(pair), column), width));
        });
      });
    };
    return joinParts(k, length, lanes, /*chains=*/2, part, larger);
  }

  void rows(ArrayRef<Value> rows) {
    auto offsets = [&](const View &view) {
      return llvm::map_to_vector(rows, [&](Value row) { return k.mul(row, k.dim(view.rowStride)); });
    };
    SmallVector<Value> from = offsets(input), to = offsets(output), greatest = maxima(from);
    auto shifted = [&](size_t row, Value column, int64_t width) {
      return subtract(k.loadElements(input, k.add(from[row], column), width), k.splat(greatest[row], width));
    };
    auto power = [&](size_t row, Value column, int64_t width) -> Value {
      Value exponent = shifted(row, column, width);
      Lanes lanes(k.builder, k.loc, exponent.getType(), k.level);
      return expandDecay(lanes, exponent); // by how much it is too large, so is their sum
    };
    bool keeps = keepsPowers();
    auto powers = [&](Value column, int64_t width) {
      SmallVector<Value> results;
      for (size_t row = 0; row < rows.size(); ++row)
        results.push_back(power(row, column, width));
      for (size_t row = 0; keeps && row < rows.size(); ++row)
        k.storeElements(results[row], output, k.add(to[row], column));
      return results;
    };
    SmallVector<Value> factors;
    Joining joining{k, nn::ReduceKind::Sum, element};
    for (Value sum : joining.elements(length, lanes, /*chains=*/1, rows.size(), powers))
      factors.push_back(op.getLog() ? logarithm(sum) : reciprocal(sum));
    forElements(k, k.constant(0), length, lanes, [&](Value column, int64_t width) {
      epilogue.enterBlock();
      for (size_t row = 0; row < rows.size(); ++row) {
        Value same = k.splat(factors[row], width);
        Value result = op.getLog() ? subtract(shifted(row, column, width), same)
                       : keeps     ? multiply(k.loadElements(output, k.add(to[row], column), width), same)
                                   : multiply(power(row, column, width), same);
        epilogue.finish(result, rows[row], column, width);
      }
    });
  }
};

} // namespace

void codegen::emitSoftmax(KernelBuilder &k) {
  auto op = cast<nn::SoftmaxOp>(k.root());
  Softmax softmax{k, op, k.input(op.getOperand()), k.output(0), Epilogue(k)};
  // What exponentials are made of fills registers.
  forRowsTogether(k, k.begin, k.end, rowsTogether(softmax.input.columns(), k.level.registers / 16),
                  [&](ArrayRef<Value> rows) { softmax.rows(rows); });
}
