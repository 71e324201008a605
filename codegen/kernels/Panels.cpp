//===- Panels.cpp - packing matrices into panels, and multiplying by them -===//

#include "codegen/kernels/Panels.h"
#include "codegen/kernels/Square.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

/// Packing one panel.
struct Packing {
  KernelBuilder &k;
  const PackedPart &part;
  Value source, to;
  Type element;
  int64_t lanes = k.lanes(element);

  Value sourceAt(Value step, Value column) {
    return k.at(source, k.add(k.mul(step, part.stepStride), k.mul(column, part.columnStride)), element);
  }
  Value targetAt(Value step, Value column) { return k.at(to, k.add(k.mul(step, panelColumns), column), element); }

  /// Lanes that are no columns are multiplied, too. What may lie there, bits of an integer say, can be a denormal
  /// number, for which a CPU takes a hundred times as long.
  void fillUp(int64_t count, Value target) {
    if (count < lanes)
      k.store(k.constantVector(element, lanes, 0), target);
  }

  /// Columns lie side by side.
  void lines(const TileColumns &columns) {
    k.loop(k.constant(0), k.constant(part.steps), 1, [&](Value step) {
      for (const TileColumn &c : columns.columns) {
        Value source = sourceAt(step, k.constant(c.panel * panelColumns + c.offset));
        Value target = targetAt(step, k.constant(c.panel * part.steps * panelColumns + c.offset));
        fillUp(c.lanes, target);
        k.store(k.load(k.vectorOf(element, c.lanes), source), target);
      }
    });
  }

  void singly(Value fromStep, Value column, int64_t count) {
    k.loop(fromStep, k.constant(part.steps), 1, [&](Value step) {
      fillUp(count, targetAt(step, column));
      for (int64_t c = 0; c < count; ++c)
        k.store(k.load(element, sourceAt(step, k.add(column, c))), targetAt(step, k.add(column, c)));
    });
  }

  /// Steps lie side by side: squares are transposed in registers.
  void squares(const TileColumns &columns) {
    assert(columns.panels == 1 && "their lines lie far apart anyway");
    for (const TileColumn &c : columns.columns) {
      Value column = k.constant(c.offset);
      bool isSquare = c.lanes == lanes && lanes >= 4 && element.getIntOrFloatBitWidth() == 32;
      int64_t whole = isSquare ? part.steps / lanes * lanes : 0;
      k.loop(k.constant(0), k.constant(whole), lanes, [&](Value step) {
        SmallVector<Value> square;
        for (int64_t lane = 0; lane < lanes; ++lane)
          square.push_back(k.load(k.vectorOf(element, lanes), sourceAt(step, k.add(column, lane))));
        transposeSquare(k, square);
        for (int64_t lane = 0; lane < lanes; ++lane)
          k.store(square[lane], targetAt(k.add(step, lane), column));
      });
      singly(k.constant(whole), column, c.lanes);
    }
  }
};

} // namespace

void codegen::packPanel(KernelBuilder &k, const PackedPart &part, Value panel, const TileColumns &columns, Value to,
                        Type element) {
  Value source = k.at(part.pointer, k.mul(k.mul(panel, panelColumns), part.columnStride), element);
  Packing packing{k, part, source, to, element};
  if (Emit::constantOf(part.columnStride) == 1)
    packing.lines(columns);
  else
    packing.squares(columns);
}

void codegen::forStepBlocks(Emit &e, int64_t depth, int64_t size, llvm::function_ref<void(const StepBlock &)> body) {
  int64_t count = std::max<int64_t>(1, llvm::divideCeil(depth, size)), rest = depth - (count - 1) * size;
  if (count == 1)
    return body({e.constant(0), depth, true, true});
  body({e.constant(0), size, true, false});
  e.loop(e.constant(size), e.constant((count - 1) * size), size,
         [&](Value begin) { body({begin, size, false, false}); });
  body({e.constant((count - 1) * size), rest, false, true});
}

void codegen::forEvenBlocks(Emit &e, Value begin, Value end, int64_t most,
                            llvm::function_ref<void(Value, Value)> body) {
  Value units = e.sub(end, begin), blocks = e.ceilDivClamped(units, most);
  e.loop(e.constant(0), blocks, 1, [&](Value block) {
    auto start = [&](Value block) { return e.add(begin, e.div(e.mul(units, block), blocks)); };
    body(start(block), start(e.add(block, 1)));
  });
}

Value codegen::pastReadPanels(Emit &e, Value isInside, int64_t panels, int64_t panelSize) {
  if (panels == 1)
    return e.constant(0);
  return LLVM::SelectOp::create(e.builder, e.loc, isInside, e.constant(0), e.constant((panels - 1) * panelSize));
}

/// The f32 that are the first or the second ones of pairs of bf16.
static Value halfOfPairs(KernelBuilder &k, Value pairs, int64_t half) {
  auto type = cast<VectorType>(pairs.getType());
  constexpr int64_t secondBits = static_cast<int32_t>(0xffff0000), width = 16;
  auto constant = [&](int64_t value) {
    auto attribute = DenseElementsAttr::get(type, k.builder.getI32IntegerAttr(static_cast<int32_t>(value)).getValue());
    return arith::ConstantOp::create(k.builder, k.loc, attribute);
  };
  Value bits = half == 0 ? arith::ShLIOp::create(k.builder, k.loc, pairs, constant(width)).getResult()
                         : arith::AndIOp::create(k.builder, k.loc, pairs, constant(secondBits)).getResult();
  return arith::BitcastOp::create(k.builder, k.loc, type.clone(k.builder.getF32Type()), bits);
}

SmallVector<Value> codegen::sumPanels(KernelBuilder &k, const Accumulators &start, const TileOperands &operands,
                                      int64_t steps, int64_t together, const Factors &factors,
                                      llvm::function_ref<void(Value, int64_t)> prefetch) {
  int64_t lanes = k.lanes(factors.sums);
  bool widens = factors.perStep > 1 && isa<FloatType>(factors.rows);
  // A pair that is taken apart is two steps already.
  int64_t turn = widens ? std::max<int64_t>(1, together / factors.perStep) : together;
  Value scalars;
  return sumSteps(k, start, steps, turn, [&](Accumulators &now, Value first, int64_t step) {
    auto lineAt = [&](Value stride) {
      Value line = k.at(operands.panels, k.mul(first, stride), factors.panels);
      return k.at(line, k.mul(stride, step), factors.panels);
    };
    Value line = lineAt(operands.stepStride ? operands.stepStride : k.constant(panelColumns));
    // A row whose scalar is needed once is read by the multiply-add itself, which CPUs take apart again where its
    // address has an index: then half as many steps are under way.
    if (step == 0) {
      scalars = k.at(operands.rows, k.mul(first, factors.perStep), factors.rows);
      if (start.columns.columns.size() == 1)
        scalars = k.inRegister(scalars);
    }
    prefetch(first, step);
    auto weights = [&](const TileColumn &c) {
      return k.load(k.vectorOf(factors.panels, lanes),
                    k.at(line, c.panel * operands.panelSize + c.offset, factors.panels));
    };
    auto scalarAt = [&](int64_t r, int64_t index, Type type) {
      Value place = k.at(k.at(scalars, k.mul(operands.rowStride, r), factors.rows), index, factors.rows);
      unsigned alignment = factors.rows.getIntOrFloatBitWidth() / 8;
      return LLVM::LoadOp::create(k.builder, k.loc, type, place, alignment).getResult();
    };
    if (!widens)
      return multiplyStep(k, now, weights,
                          [&](int64_t r) { return scalarAt(r, step * factors.perStep, factors.panels); });
    // The second ones are read again, which LLVM must not see: it would keep the pairs in registers that are none.
    auto weightsAgain = [&](const TileColumn &c) {
      auto again = weights(c).getDefiningOp<LLVM::LoadOp>();
      again.setVolatile_(true);
      return again.getResult();
    };
    for (int64_t half = 0; half < factors.perStep; ++half)
      multiplyStep(
          k, now, [&](const TileColumn &c) { return halfOfPairs(k, half == 0 ? weights(c) : weightsAgain(c), half); },
          [&](int64_t r) { return scalarAt(r, step * factors.perStep + half, factors.rows); }, std::nullopt,
          /*isComputed=*/true);
  });
}
