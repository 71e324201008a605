//===- Softmax.cpp - softmax and its logarithm along rows -----------------===//
//
// The powers exp(x - max) of a row are left where its results will be. While they are computed, the greatest element of
// one of the next rows is found, and the results of one of those before are finished (Stages.h): all of it stays in the
// first-level cache.
//
// Logarithms, results that are of another type, and rows that are too long for that are computed row by row. Rows that
// are shorter than a register go together, each in a lane: scores of two classes, say.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Powers.h"
#include "codegen/kernels/Stages.h"
#include "codegen/math/Functions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Rows that are in the first-level cache with their neighbours.
static constexpr int64_t mostColumns = 2048;

/// What makes results of powers: a factor, or where these are logarithms, what is subtracted from the distances.
static Value totalOf(KernelBuilder &k, nn::SoftmaxOp op, Value sum, Type element, int64_t lanes) {
  if (!op.getLog())
    return arith::DivFOp::create(k.builder, k.loc, k.constantVector(element, lanes, 1), sum);
  return math::LogOp::create(k.builder, k.loc, sum);
}

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

  /// Makes results of powers that were left, which are as wide as is still needed.
  void finish(Value row, Value factor, Value column, int64_t width) {
    Value power = k.loadElements(output, at(output, row, column), width);
    epilogue.finish(multiply(power, k.splat(factor, width)), row, column, width);
  }

  void rows() {
    auto first = [&](Value row) { return Stages::Facts{powers.greatest(inputRow(row))}; };
    auto pass = [&](Value row, ArrayRef<Value> facts, Value next, Stages::Also also) {
      auto keep = [&](Value power, Value column, int64_t width) {
        k.storeElements(power, output, at(output, row, column));
        also(column, width);
      };
      Powers::Result result = powers.pass({inputRow(row), inputRow(next), keep}, facts[0]);
      return Stages::Passed{{result.greatest}, {totalOf(k, op, result.sum, element, 1)}};
    };
    auto finishSome = [&](Value row, ArrayRef<Value> facts, Value column, int64_t width) {
      epilogue.enterBlock();
      finish(row, facts[0], column, width);
    };
    auto finishRow = [&](Value row, ArrayRef<Value> facts) {
      forColumns(k, input.columns(), lanes,
                 [&](Value column, int64_t width) { finishSome(row, facts, column, width); });
    };
    int64_t apart = rowsBetweenStages(input.columns().getValue(), k.level);
    Stages{k, k.begin, k.end, apart, first, pass, finishSome, finishRow}.run();
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
    Value sum = powers.pass({load, load, keep}, greatest).sum;
    Value factor = totalOf(k, op, sum, element, 1);
    forColumns(k, input.columns(), lanes, [&](Value column, int64_t width) {
      epilogue.enterBlock();
      if (keeps)
        return finish(row, factor, column, width);
      Value same = k.splat(factor, width), distance = shifted(column, width);
      Lanes arithmetic(k.builder, k.loc, distance.getType(), k.level);
      Value result = op.getLog() ? subtract(distance, same) : multiply(expandDecay(arithmetic, distance), same);
      epilogue.finish(result, row, column, width);
    });
  }
};

/// Rows shorter than a register, as many at a time as it has lanes. Vectors are columns.
struct ShortRows {
  KernelBuilder &k;
  nn::SoftmaxOp op;
  const View &input;
  Epilogue &epilogue;
  int64_t length;
  Type element = input.element;
  int64_t lanes = k.lanes(element);
  Type vector = k.vectorOf(element, lanes);

  /// Joins columns as combineLanes joins the lanes of a register: a row has the same bits as one that goes alone.
  Value joined(ArrayRef<Value> columns, llvm::function_ref<Value(Value, Value)> combine) {
    SmallVector<Value> parts(columns);
    parts.resize(llvm::PowerOf2Ceil(parts.size()));
    for (size_t half = parts.size() / 2; half > 0; half /= 2)
      for (size_t i = 0; i < half; ++i)
        parts[i] = parts[i + half] ? combine(parts[i], parts[i + half]) : parts[i];
    return parts.front();
  }

  void together(ArrayRef<Value> rows) {
    SmallVector<Value> columns;
    for (int64_t column = 0; column < length; ++column) {
      SmallVector<Value> scalars;
      for (Value row : rows)
        scalars.push_back(k.loadElements(input, k.add(k.mul(row, k.dim(input.rowStride)), column), 1));
      columns.push_back(vector::FromElementsOp::create(k.builder, k.loc, vector, scalars));
    }
    Value greatest = joined(columns, [&](Value a, Value b) { return largerNumber(k, a, b); });
    SmallVector<Value> distances, powers;
    for (Value column : columns) {
      distances.push_back(arith::SubFOp::create(k.builder, k.loc, column, greatest));
      Lanes arithmetic(k.builder, k.loc, vector, k.level);
      powers.push_back(expandDecay(arithmetic, distances.back()));
    }
    Value sum = joined(powers, [&](Value a, Value b) { return combine(k, nn::ReduceKind::Sum, a, b); });
    Value factor = totalOf(k, op, sum, element, lanes);
    epilogue.enterBlock();
    for (int64_t column = 0; column < length; ++column) {
      Value result = op.getLog() ? arith::SubFOp::create(k.builder, k.loc, distances[column], factor).getResult()
                                 : arith::MulFOp::create(k.builder, k.loc, powers[column], factor).getResult();
      for (auto [lane, row] : llvm::enumerate(rows)) {
        Value scalar = vector::ExtractOp::create(k.builder, k.loc, result, static_cast<int64_t>(lane));
        epilogue.finish(scalar, row, k.constant(column), 1);
      }
    }
  }

  void all() {
    Value last = k.sub(k.end, k.constant(1));
    k.loop(k.begin, k.end, lanes, [&](Value first) {
      SmallVector<Value> rows; // Beyond the last one, it again.
      for (int64_t lane = 0; lane < lanes; ++lane)
        rows.push_back(k.min(k.add(first, lane), last));
      together(rows);
    });
  }
};

} // namespace

/// Rows of which at least two fit a register.
static bool isShort(const View &input, int64_t lanes) {
  return input.columns().isConstant() && input.columns().getValue() > 0 && input.columns().getValue() <= lanes / 2;
}

void codegen::emitSoftmax(KernelBuilder &k) {
  auto op = cast<nn::SoftmaxOp>(k.root());
  Softmax softmax{k, op, k.input(op.getOperand()), k.output(0), Epilogue(k)};
  if (isShort(softmax.input, softmax.lanes))
    ShortRows{k, op, softmax.input, softmax.epilogue, softmax.input.columns().getValue()}.all();
  else if (softmax.goesThroughRowsTogether())
    k.when(k.less(k.begin, k.end), [&] { softmax.rows(); });
  else
    k.loop(k.begin, k.end, 1, [&](Value row) { softmax.row(row); });
}
