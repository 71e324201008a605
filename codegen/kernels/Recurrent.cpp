//===- Recurrent.cpp - cells that carry a state from step to step ---------===//
//
// A unit is a sequence: its steps follow each other, sequences are independent. Hidden units are lanes; the sums over
// the old state run over rows of the recurrent weights. The state of a step is its row of the first result, where the
// next step reads it; a cell's own state lives in the third. A gru needs its reset gates before anything else: the
// second result, which gets the last state in the end, holds the row in the making until then.
//
// Constant weights lie in panels [G * H / 16][H][16] where H is a multiple of 16: the columns of a gate that are
// computed together are read as one stream.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Activation.h"
#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Tile.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

/// A row of a tensor in memory.
struct Row {
  const View *view;
  Value pointer; ///< To its first element.
};

struct Recurrent {
  KernelBuilder &k;
  nn::RecurrentOp op;
  int64_t units;
  int64_t lanes; ///< Hidden units that are computed together.
  Type element;
  bool packed;

  Row row(const View &view, Value index) {
    return {&view, k.at(view.pointer, k.mul(index, k.dim(view.rowStride)), view.storage)};
  }

  Value load(const Row &row, Value column, int64_t width) {
    return k.load(k.vectorOf(element, width), k.at(row.pointer, column, element));
  }
  void store(Value value, const Row &row, Value column) { k.store(value, k.at(row.pointer, column, element)); }

  Value add(Value a, Value b) { return arith::AddFOp::create(k.builder, k.loc, a, b); }
  Value sub(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value mul(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }
  Value one(int64_t width) { return k.constantVector(element, width, 1); }

  Value function(unsigned index, Value x, int64_t width) {
    double bound = op.getClip().convertToDouble();
    if (bound > 0) {
      x = arith::MaximumFOp::create(k.builder, k.loc, x, k.constantVector(element, width, -bound));
      x = arith::MinimumFOp::create(k.builder, k.loc, x, k.constantVector(element, width, bound));
    }
    auto name = cast<StringAttr>(op.getActivations()[index]).getValue();
    return activation(k, name, op.getAlphas()[index], op.getBetas()[index], x);
  }

  Value gateColumn(int64_t gate, Value column) { return k.add(column, gate * units); }

  /// Where the weights of `row` for a gate's columns from `column` on lie; they are computed together.
  Value weightsAt(Value index, int64_t gate, Value column) {
    const View &weights = k.input(op.getWeights());
    Value whole = gateColumn(gate, column);
    if (!packed)
      return k.at(row(weights, index).pointer, whole, element);
    Value panel = k.div(whole, k.constant(panelColumns)), inPanel = k.rem(whole, k.constant(panelColumns));
    Value place = k.add(k.mul(panel, units * panelColumns), inPanel);
    return k.at(k.at(weights.pointer, place, element), k.mul(index, panelColumns), element);
  }

  /// For each of `which` gates, `initial` plus the sum of state[i] * weights[i][gate][columns] over i.
  SmallVector<Value> products(const Row &state, ArrayRef<int64_t> which, ArrayRef<Value> initial, Value column,
                              int64_t width) {
    return k.loop(k.constant(0), k.constant(units), 1, initial, [&](Value index, ValueRange sums) {
      Value factor = k.splat(k.load(element, k.at(state.pointer, index, element)), width);
      SmallVector<Value> next;
      for (auto [gate, sum] : llvm::zip_equal(which, sums)) {
        Value weights = k.load(k.vectorOf(element, width), weightsAt(index, gate, column));
        next.push_back(k.multiplyAdd(factor, weights, sum));
      }
      return next;
    });
  }

  Value zero(int64_t width) { return k.constantVector(element, width, 0); }

  void forUnits(llvm::function_ref<void(Value column, int64_t width)> body) { forChannels(k, units, lanes, body); }

  void rnn(const Row &x, const Row &before, const Row &after) {
    forUnits([&](Value column, int64_t width) {
      Value sum = products(before, {0}, {load(x, column, width)}, column, width)[0];
      store(function(0, sum, width), after, column);
    });
  }

  void gru(const Row &x, const Row &before, const Row &after, const Row &making) {
    auto input = [&](int64_t gate, Value column, int64_t width) { return load(x, gateColumn(gate, column), width); };
    if (op.getLinearBeforeReset()) {
      const View &bias = k.input(op.getBias());
      forUnits([&](Value column, int64_t width) {
        Value inner = k.load(k.vectorOf(element, width), k.at(bias.pointer, column, element));
        SmallVector<Value> sums =
            products(before, {0, 1, 2}, {input(0, column, width), input(1, column, width), inner}, column, width);
        Value update = function(0, sums[0], width), reset = function(0, sums[1], width);
        Value candidate = function(1, add(input(2, column, width), mul(reset, sums[2])), width);
        store(mixed(update, candidate, load(before, column, width), width), after, column);
      });
      return;
    }
    // The reset state takes the place of the new one until all candidates are known.
    forUnits([&](Value column, int64_t width) {
      Value sum = products(before, {1}, {input(1, column, width)}, column, width)[0];
      store(mul(function(0, sum, width), load(before, column, width)), after, column);
    });
    forUnits([&](Value column, int64_t width) {
      Value update = function(0, products(before, {0}, {input(0, column, width)}, column, width)[0], width);
      Value candidate = function(1, products(after, {2}, {input(2, column, width)}, column, width)[0], width);
      store(mixed(update, candidate, load(before, column, width), width), making, column);
    });
    copy(making, after);
  }

  /// (1 - update) * candidate + update * before
  Value mixed(Value update, Value candidate, Value before, int64_t width) {
    return add(mul(sub(one(width), update), candidate), mul(update, before));
  }

  void lstm(const Row &x, const Row &before, const Row &after, const Row &cell) {
    Value peepholes = op.getPeepholes();
    auto input = [&](int64_t gate, Value column, int64_t width) { return load(x, gateColumn(gate, column), width); };
    forUnits([&](Value column, int64_t width) {
      SmallVector<Value> initial;
      for (int64_t gate = 0; gate < 4; ++gate)
        initial.push_back(input(gate, column, width));
      SmallVector<Value> sums = products(before, {0, 1, 2, 3}, initial, column, width);
      Value old = load(cell, column, width);
      auto peek = [&](Value sum, int64_t gate, Value state) {
        if (!peepholes)
          return sum;
        Row line = row(k.input(peepholes), k.constant(gate));
        return add(sum, mul(load(line, column, width), state));
      };
      Value in = function(0, peek(sums[0], 0, old), width);
      Value forget = op.getInputForget() ? sub(one(width), in) : function(0, peek(sums[2], 2, old), width);
      Value state = add(mul(forget, old), mul(in, function(1, sums[3], width)));
      Value out = function(0, peek(sums[1], 1, state), width);
      store(state, cell, column);
      store(mul(out, function(2, state, width)), after, column);
    });
  }

  void copy(const Row &from, const Row &to) {
    forUnits([&](Value column, int64_t width) { store(load(from, column, width), to, column); });
  }

  /// How many steps of a sequence count.
  Value lengthOf(Value sequence, Value steps) {
    if (!op.getLengths())
      return steps;
    const View &lengths = k.input(op.getLengths());
    Value length = k.loadElements(lengths, sequence, 1);
    if (!length.getType().isInteger(64))
      length = arith::ExtSIOp::create(k.builder, k.loc, k.builder.getI64Type(), length);
    return k.min(k.max(length, k.constant(0)), steps);
  }

  void sequence(Value index) {
    const View &input = k.input(op.getGates());
    View &outputs = k.output(0);
    Value batch = k.dim(input.dims[1]), steps = k.dim(input.dims[0]), length = lengthOf(index, steps);
    Row initial = row(k.input(op.getHidden()), index), last = row(k.output(1), index), cell;
    bool isLstm = op.getKind() == nn::CellKind::Lstm;
    if (isLstm) {
      cell = row(k.output(2), index);
      copy(row(k.input(op.getCell()), index), cell);
    }
    auto timeOf = [&](Value step) { return op.getReverse() ? k.sub(k.add(length, -1), step) : step; };
    auto rowAt = [&](const View &view, Value time) { return row(view, k.add(k.mul(time, batch), index)); };
    k.loop(k.constant(0), length, 1, [&](Value step) {
      Value time = timeOf(step);
      Value isFirst = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, step, k.constant(0));
      // The step before the first one would lie outside: take the first one's own place, which is not read then.
      Value previous = arith::SelectOp::create(k.builder, k.loc, isFirst, time, timeOf(k.add(step, -1)));
      Row before{&outputs,
                 LLVM::SelectOp::create(k.builder, k.loc, isFirst, initial.pointer, rowAt(outputs, previous).pointer)};
      Row x = rowAt(input, time), after = rowAt(outputs, time);
      if (isLstm)
        lstm(x, before, after, cell);
      else if (op.getKind() == nn::CellKind::Gru)
        gru(x, before, after, last);
      else
        rnn(x, before, after);
    });
    if (op.getLengths())
      k.loop(length, steps, 1, [&](Value time) {
        Row row = rowAt(outputs, time);
        forUnits([&](Value column, int64_t width) { store(zero(width), row, column); });
      });
    Value isEmpty = arith::CmpIOp::create(k.builder, k.loc, arith::CmpIPredicate::eq, length, k.constant(0));
    Value end = k.max(timeOf(k.add(length, -1)), k.constant(0));
    copy({&outputs, LLVM::SelectOp::create(k.builder, k.loc, isEmpty, initial.pointer, rowAt(outputs, end).pointer)},
         last);
  }
};

} // namespace

static void emit(KernelBuilder &k, bool packed) {
  auto op = cast<nn::RecurrentOp>(k.root());
  int64_t units = op.getHidden().getType().getDimSize(1);
  Type element = k.input(op.getGates()).element;
  // Two registers for each of four gates hide the time that a multiply-add takes, and are a line of a panel.
  int64_t lanes = packed ? std::min(panelColumns, 2 * k.lanes(element)) : k.lanes(element);
  Recurrent cell{k, op, units, lanes, element, packed};
  k.loop(k.begin, k.end, 1, [&](Value index) { cell.sequence(index); });
}

void codegen::emitRecurrent(KernelBuilder &k) { emit(k, false); }
void codegen::emitPackedRecurrent(KernelBuilder &k) { emit(k, true); }
