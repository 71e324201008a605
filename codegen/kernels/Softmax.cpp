//===- Softmax.cpp - softmax and its logarithm along rows -----------------===//
//
// The powers exp(x - max) of a row are left where its results will be. While they are computed, the greatest element of
// the next row is found, and the results of the row before are finished: all of it stays in the first-level cache.
//
// Logarithms, results that are of another type, and rows that are too long for that are computed row by row.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Powers.h"
#include "codegen/math/Functions.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

/// Of all powers, so that the least of them, times the factor that makes results of them, are nothing.
static constexpr int offset = 64;

/// Rows that are in the first-level cache with their neighbours.
static constexpr int64_t mostColumns = 2048;

namespace {

struct Softmax {
  KernelBuilder &k;
  nn::SoftmaxOp op;
  const View &input, &output;
  Epilogue epilogue;
  Type element = input.element;
  int64_t lanes = k.lanes(element);
  Value length = k.dim(input.columns());
  Powers powers{{k, length, element, lanes}};

  /// Whether powers can be left where the results will be.
  bool keepsPowers() {
    return !op.getLog() && k.outputs.size() == 1 && output.element == element && output.storage == storageType(element);
  }
  bool goesThroughRowsTogether() {
    return keepsPowers() && input.columns().isConstant() && input.columns().getValue() <= mostColumns;
  }

  Value subtract(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value multiply(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }
  Value at(const View &view, Value row, Value column) { return k.add(k.mul(row, k.dim(view.rowStride)), column); }
  auto inputRow(Value row) {
    return [this, row](Value column, int64_t width) { return k.loadElements(input, at(input, row, column), width); };
  }

  Value reciprocal(Value sum) { return arith::DivFOp::create(k.builder, k.loc, k.constantVector(element, 1, 1), sum); }
  Value logarithm(Value sum) {
    // The powers are too large by this.
    Value scale = k.constantVector(element, 1, std::ldexp(1.0, -offset));
    return math::LogOp::create(k.builder, k.loc, multiply(sum, scale));
  }

  /// Makes results of powers that were left, which are as wide as is still needed.
  void finish(Value row, Value factor, Value column, int64_t width) {
    Value power = k.loadElements(output, at(output, row, column), width);
    epilogue.finish(multiply(power, k.splat(factor, width)), row, column, width);
  }

  void rows() {
    Value last = k.sub(k.end, k.constant(1)), second = k.add(k.begin, 1);
    auto rowAfter = [&](Value row) { return inputRow(k.min(k.add(row, 1), last)); };
    using Also = llvm::function_ref<void(Value column, int64_t width)>;
    auto pass = [&](Value row, Value greatest, Also also) {
      auto keep = [&](Value power, Value column, int64_t width) {
        k.storeElements(power, output, at(output, row, column));
        also(column, width);
      };
      Powers::Result result = powers.pass({inputRow(row), rowAfter(row), keep, offset}, greatest);
      return SmallVector<Value>{result.greatest, reciprocal(result.sum)};
    };
    SmallVector<Value> known = pass(k.begin, powers.greatest(inputRow(k.begin)), [](Value, int64_t) {});
    known = k.loop(second, k.end, 1, known, [&](Value row, ValueRange now) {
      return pass(row, now[0], [&](Value column, int64_t width) {
        epilogue.enterBlock();
        finish(k.sub(row, k.constant(1)), now[1], column, width);
      });
    });
    forColumns(k, input.columns(), lanes, [&](Value column, int64_t width) {
      epilogue.enterBlock();
      finish(last, known[1], column, width);
    });
  }

  void row(Value row) {
    auto load = inputRow(row);
    Value greatest = powers.greatest(load);
    auto shifted = [&](Value column, int64_t width) { return subtract(load(column, width), k.splat(greatest, width)); };
    bool keeps = keepsPowers();
    auto keep = [&](Value power, Value column, int64_t) {
      if (keeps)
        k.storeElements(power, output, at(output, row, column));
    };
    Value sum = powers.pass({load, load, keep, offset}, greatest).sum;
    Value factor = op.getLog() ? logarithm(sum) : reciprocal(sum);
    forColumns(k, input.columns(), lanes, [&](Value column, int64_t width) {
      epilogue.enterBlock();
      if (keeps)
        return finish(row, factor, column, width);
      Value same = k.splat(factor, width), distance = shifted(column, width);
      Lanes arithmetic(k.builder, k.loc, distance.getType(), k.level);
      Value result = op.getLog() ? subtract(distance, same) : multiply(expandDecay(arithmetic, distance, offset), same);
      epilogue.finish(result, row, column, width);
    });
  }
};

} // namespace

void codegen::emitSoftmax(KernelBuilder &k) {
  auto op = cast<nn::SoftmaxOp>(k.root());
  Softmax softmax{k, op, k.input(op.getOperand()), k.output(0), Epilogue(k)};
  if (softmax.goesThroughRowsTogether())
    k.when(k.less(k.begin, k.end), [&] { softmax.rows(); });
  else
    k.loop(k.begin, k.end, 1, [&](Value row) { softmax.row(row); });
}
