//===- Attention.cpp - softmax(q k) v, some rows at a time ----------------===//
//
//   for matrices
//     pack k and v                          into panels, in the scratch memory
//     for groups of rows
//       scores = q k, its epilogue          rows of scores stay in the first-level cache
//       powers = exp(scores - maximum)      in place
//       (powers v) / sum of powers
//
// A unit is a group of rows of one matrix.
//
//===----------------------------------------------------------------------===//

#include "codegen/plans/Attention.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/MatrixStack.h"
#include "codegen/kernels/Panels.h"
#include "codegen/kernels/Powers.h"
#include "codegen/kernels/RowGroups.h"
#include "codegen/plans/GemmBlocks.h"
#include "codegen/plans/TileShape.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct AttentionKernel {
  KernelBuilder &k;
  Attention parts;
  AttentionScratch scratch = attentionScratch(parts);
  MatrixStack queries, keys, values;
  std::optional<MatrixStack> result; ///< Where the product is transposed.
  Type element;
  int64_t lanes = k.lanes(element);
  EvenSplit split = evenSplit(parts.rows, mostGroupRows);
  int64_t together = k.level.fma ? stepsTogether : 1; ///< A product that waits for its sum needs a register.
  bool readsValues = canReadValues();
  /// Rows whose powers are computed beside each other, so that none waits for its lanes to be joined.
  int64_t rowsOfPowers = k.level.registers == 32 ? 4 : 1;
  Epilogue scoreEpilogue, epilogue;

  /// Whether values are read where they lie: a tile of many registers takes whole lines of each step, and as often as
  /// it would those of panels. Of rows that have their place within a page in common, a set of the second-level cache
  /// gets one in 16 or 32, and has room for 8 at least.
  bool canReadValues() {
    constexpr int64_t page = 4096, mostAlike = 128;
    std::optional<int64_t> stride = Emit::constantOf(values.stride(k, 'k'));
    if (k.level.registers < 32 || Emit::constantOf(values.stride(k, 'n')) != 1 || !stride || parts.columns % lanes != 0)
      return false;
    int64_t bytes = *stride * element.getIntOrFloatBitWidth() / 8;
    return parts.keys * std::gcd(bytes, page) <= mostAlike * page;
  }

  /// A group of rows of one matrix.
  struct Group {
    Value batch, index, firstRow;
    Value queries;
  };

  Value scratchAt(int64_t offset) { return k.at(k.scratch, offset, element); }

  /// A row of the group's scores.
  Value scoreRow(const Group &group, Value row) {
    return k.at(scratchAt(scratch.scores), k.mul(k.sub(row, group.firstRow), scratch.stride), element);
  }
  Value factorAt(const Group &group, Value row) {
    return k.at(scratchAt(scratch.factors), k.sub(row, group.firstRow), element);
  }

  void pack(const MatrixStack &stack, Value batch, int64_t steps, int64_t columns, int64_t offset) {
    PackedPart part{stack.matrix(k, batch), stack.stride(k, 'k'), stack.stride(k, 'n'), steps};
    forPanels(k, k.constant(0), std::nullopt, columns, lanes, 1, [&](Value panel, const TileColumns &shape) {
      packPanel(k, part, panel, shape, k.at(scratchAt(offset), k.mul(panel, steps * panelColumns), element), element);
    });
  }

  /// The right matrix of a product, in panels or as it lies.
  struct Right {
    Value pointer;
    int64_t panelSize;
    Value stepStride = {};
  };
  Right packed(int64_t offset, int64_t steps) { return {scratchAt(offset), steps * panelColumns}; }

  using Finish = llvm::function_ref<void(Accumulators &done, Value row, Value column)>;

  /// The group's rows, of which each begins at `start(row)`, times panels.
  void multiply(const Group &group, llvm::function_ref<Value(Value row)> start, Value rowStride, const Right &right,
                int64_t steps, int64_t columns, Finish finish) {
    TileShape tile = tileShape(k.level, lanes, {.rows = std::max<int64_t>(1, split.size), .columns = columns});
    forPanels(k, k.constant(0), std::nullopt, columns, lanes, tile.panels, [&](Value panel, const TileColumns &shape) {
      Value weights = k.at(right.pointer, k.mul(panel, right.panelSize), element);
      forGroups(k, split, group.index, k.add(group.index, 1), tile.rows, [&](Value row, int64_t rows) {
        TileOperands operands{start(row), rowStride, weights, right.panelSize, right.stepStride};
        Accumulators zero = zeroAccumulators(k, rows, shape, element);
        Accumulators done{rows, shape,
                          sumPanels(k, zero, operands, steps, together, Factors::of(element), [](Value, int64_t) {})};
        finish(done, row, k.mul(panel, panelColumns));
      });
    });
  }

  Value resultRow(const Group &group, Value row) { return k.add(k.mul(group.batch, parts.rows), row); }

  void computeScores(const Group &group) {
    Value stride = queries.stride(k, 'm');
    auto start = [&](Value row) { return k.at(group.queries, k.mul(row, stride), element); };
    Right right = packed(0, parts.depth);
    multiply(group, start, stride, right, parts.depth, parts.keys, [&](Accumulators &done, Value row, Value column) {
      scoreEpilogue.enterBlock();
      forRegisters(k, done, row, column, [&](Value sum, Value row, Value column, int64_t width) {
        Value score = scoreEpilogue.compute(parts.softmax.getOperand(), sum, resultRow(group, row), column, width);
        k.store(score, k.at(scoreRow(group, row), column, element));
      });
    });
  }

  /// Leaves exp(score - maximum) where the scores were, and 1 / the sum of these, for all rows of a group.
  void computePowers(const Group &group, Value next) {
    Powers powers{{k, k.constant(llvm::alignTo(parts.keys, lanes)), element, lanes}};
    auto scores = [&](Value row) {
      return [&, base = scoreRow(group, row)](Value column, int64_t count) {
        return k.load(k.vectorOf(element, count), k.at(base, column, element));
      };
    };
    Value last = k.sub(next, k.constant(1)), one = k.constantVector(element, 1, 1);
    Value greatest = powers.greatest(scores(group.firstRow));
    k.loop(group.firstRow, next, 1, greatest, [&](Value row, ValueRange now) {
      auto current = scores(row), following = scores(k.min(k.add(row, 1), last));
      Value base = scoreRow(group, row);
      auto keep = [&](Value power, Value column, int64_t) { k.store(power, k.at(base, column, element)); };
      Powers::Result result = powers.pass({current, following, keep}, now[0]);
      k.store(arith::DivFOp::create(k.builder, k.loc, one, result.sum), factorAt(group, row));
      return SmallVector<Value>{result.greatest};
    });
  }

  /// The same, some rows beside each other. The greatest scores of all come first, so that powers do not wait for them.
  void computePowersTogether(const Group &group, Value next) {
    RowWalk walk{k, k.constant(llvm::alignTo(parts.keys, lanes)), element, lanes};
    auto forSome = [&](llvm::function_ref<void(PowersOfRows rows, Value factors)> body) {
      forRows(k, group.firstRow, next, rowsOfPowers, std::nullopt, [&](Value row, int64_t rows) {
        Value first = scoreRow(group, row);
        auto place = [&](int64_t index, Value column) {
          return k.at(k.at(first, column, element), index * scratch.stride, element);
        };
        body({walk, rows, place}, factorAt(group, row));
      });
    };
    forSome([&](PowersOfRows rows, Value factors) { k.store(rows.greatest(), factors); });
    forSome([&](PowersOfRows rows, Value factors) {
      Value sums = rows.pass([&](int64_t row) { return k.load(element, k.at(factors, row, element)); });
      Value one = k.constantVector(element, rows.rows, 1);
      k.store(arith::DivFOp::create(k.builder, k.loc, one, sums), factors);
    });
  }

  /// Columns beyond the last key, up to a full register, add nothing.
  void padScores(const Group &group, Value row) {
    int64_t full = parts.keys / lanes * lanes;
    if (full != parts.keys)
      k.store(neutral(k, nn::ReduceKind::Max, element, lanes), k.at(scoreRow(group, row), full, element));
  }

  void computeResult(const Group &group) {
    auto start = [&](Value row) { return scoreRow(group, row); };
    Right right = packed(scratch.values, parts.keys);
    if (readsValues)
      right = {values.matrix(k, group.batch), panelColumns, values.stride(k, 'k')};
    multiply(group, start, k.constant(scratch.stride), right, parts.keys, parts.columns,
             [&](Accumulators &done, Value row, Value column) {
               epilogue.enterBlock();
               forRegisters(k, done, row, column, [&](Value sum, Value row, Value column, int64_t width) {
                 Value factor = k.splat(k.load(element, factorAt(group, row)), width);
                 finish(group, arith::MulFOp::create(k.builder, k.loc, sum, factor), row, column, width);
               });
             });
  }

  void finish(const Group &group, Value value, Value row, Value column, int64_t width) {
    if (!result)
      return epilogue.finish(value, resultRow(group, row), column, width);
    Value place = k.add(k.mul(row, result->stride(k, 'm')), column);
    k.store(value, k.at(result->matrix(k, group.batch), place, element));
  }

  void emit() {
    Value groups = k.constant(split.parts);
    Value first = k.div(k.begin, groups), last = k.ceilDivClamped(k.end, split.parts);
    k.loop(first, last, 1, [&](Value batch) {
      pack(keys, batch, parts.depth, parts.keys, 0);
      if (!readsValues)
        pack(values, batch, parts.keys, parts.columns, scratch.values);
      Value base = k.mul(batch, split.parts), queryMatrix = queries.matrix(k, batch);
      Value from = k.max(k.sub(k.begin, base), k.constant(0)), to = k.min(k.sub(k.end, base), groups);
      k.loop(from, to, 1, [&](Value index) {
        Group group{batch, index, firstRow(k, split, index), queryMatrix};
        Value next = firstRow(k, split, k.add(index, 1));
        k.loop(group.firstRow, next, 1, [&](Value row) { padScores(group, row); });
        computeScores(group);
        if (rowsOfPowers > 1)
          computePowersTogether(group, next);
        else
          computePowers(group, next);
        computeResult(group);
      });
    });
  }
};

} // namespace

/// The roles of a product's result, in the order that a transpose gives them.
static std::string resultRoles(Attention parts) {
  std::string roles = std::string(parts.product.getLhsRoles().count('b'), 'b') + "mn", turned;
  for (int64_t axis : parts.transpose.getPermutation())
    turned.push_back(roles[axis]);
  return turned;
}

void codegen::emitAttention(KernelBuilder &k) {
  Attention parts = *attentionOf(k.kernel);
  auto operand = [&](Value value, StringRef roles) { return MatrixStack(k.input(value), roles); };
  std::optional<MatrixStack> result;
  if (parts.transpose)
    result.emplace(k.output(0), resultRoles(parts));
  AttentionKernel kernel{.k = k,
                         .parts = parts,
                         .queries = operand(parts.scores.getLhs(), parts.scores.getLhsRoles()),
                         .keys = operand(parts.scores.getRhs(), parts.scores.getRhsRoles()),
                         .values = operand(parts.product.getRhs(), parts.product.getRhsRoles()),
                         .result = result,
                         .element = k.output(0).element,
                         .scoreEpilogue = Epilogue(k, parts.scores, nn::dimsOf(parts.softmax.getType())),
                         .epilogue = Epilogue(k, parts.product, k.output(0).dims)};
  kernel.emit();
}
