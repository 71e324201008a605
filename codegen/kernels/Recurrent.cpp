//===- Recurrent.cpp - cells that carry a state from step to step ---------===//
//
//   for steps                               the state of a step is its rows of the first result, where the next step
//     for panels of hidden units            reads it; a cell's own state lives in the third
//       for some sequences
//         sums over the old state           a register tile, whose sums then wait in the scratch memory:
//         activations                         [sequences][gates][columns]
//   copy the last states
//
// Units are sequences, or the panels of a step, which then is a phase: see codegen/plans/Recurrent.h. A gru that resets
// its state before it multiplies it has two parts in a step: the second result, which gets the last state in the end,
// holds the reset state in between.
//
// Constant weights lie in panels [G * H / 16][H][16] where H is a multiple of 16.
//
// Each sum is begun with its input and runs over the hidden units in order, whatever is computed together.
//
//===----------------------------------------------------------------------===//

#include "codegen/plans/Recurrent.h"
#include "codegen/kernels/Activation.h"
#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Tile.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

/// Rows of a tensor in memory, one for each sequence.
struct Rows {
  Value pointer; ///< To the first sequence's.
  Value stride;  ///< In elements.
};

/// Rows of one step.
struct Step {
  Rows input, before, after, last;
  Rows cellBefore, cell; ///< Of an lstm.
};

struct Range {
  Value begin, end;
};

/// Some hidden units of some sequences.
struct Block {
  Value sequence;
  int64_t sequences;
  Value column;
  int64_t columns;
};

struct Recurrent {
  KernelBuilder &k;
  nn::RecurrentOp op;
  bool packed;
  RecurrentTile tile = recurrentTile(op, packed, k.level);
  int64_t units = op.getHidden().getType().getDimSize(1);
  int64_t gates = gatesOf(op), parts = partsOfStep(op);
  Type element = k.input(op.getGates()).element;
  int64_t lanes = k.lanes(element);
  bool isLstm = op.getKind() == nn::CellKind::Lstm;
  Value steps = k.dim(k.input(op.getGates()).dims[0]), sequences = k.dim(k.input(op.getGates()).dims[1]);

  //===--- Where things are ------------------------------------------------===//

  Rows rowsOf(const View &view, Value first) {
    Value stride = k.dim(view.rowStride);
    return {k.at(view.pointer, k.mul(first, stride), view.storage), stride};
  }
  Value rowOf(const Rows &rows, Value sequence) { return k.at(rows.pointer, k.mul(sequence, rows.stride), element); }
  Value place(const Rows &rows, Value sequence, Value column) { return k.at(rowOf(rows, sequence), column, element); }
  Value gateColumn(int64_t gate, Value column) { return k.add(column, gate * units); }

  Value load(Value pointer, int64_t width) { return k.load(k.vectorOf(element, width), pointer); }

  /// Where the sum of a sequence of a block, of a gate, waits.
  Value waiting(Value scratch, Value sequence, int64_t gate, Value column) {
    Value line = k.add(k.mul(sequence, gates), gate);
    return k.at(scratch, k.add(k.mul(line, tile.columns), column), element);
  }

  Rows choose(Value condition, const Rows &a, const Rows &b) {
    return {LLVM::SelectOp::create(k.builder, k.loc, condition, a.pointer, b.pointer),
            a.stride == b.stride
                ? a.stride
                : arith::SelectOp::create(k.builder, k.loc, condition, a.stride, b.stride).getResult()};
  }

  Value isZero(Value x) {
    return k.builder.createOrFold<arith::CmpIOp>(k.loc, arith::CmpIPredicate::eq, x, k.constant(0));
  }

  /// How many steps of a sequence count.
  Value lengthOf(Value sequence) {
    if (!op.getLengths())
      return steps;
    Value length = k.loadElements(k.input(op.getLengths()), sequence, 1);
    if (!length.getType().isInteger(64))
      length = arith::ExtSIOp::create(k.builder, k.loc, k.builder.getI64Type(), length);
    return k.min(k.max(length, k.constant(0)), steps);
  }

  /// The time of a step of sequences that have `length` steps.
  Value timeOf(Value step, Value length) { return op.getReverse() ? k.sub(k.add(length, -1), step) : step; }
  Rows rowsAt(const View &view, Value time) { return rowsOf(view, k.mul(time, sequences)); }

  Step stepAt(Value step, Value length) {
    Value time = timeOf(step, length), isFirst = isZero(step);
    // The step before the first one would lie outside: take the first one's own place, which is not read then.
    Value previous = arith::SelectOp::create(k.builder, k.loc, isFirst, time, timeOf(k.add(step, -1), length));
    View &states = k.output(0);
    Step result;
    result.input = rowsAt(k.input(op.getGates()), time);
    result.before = choose(isFirst, rowsOf(k.input(op.getHidden()), k.constant(0)), rowsAt(states, previous));
    result.after = rowsAt(states, time);
    result.last = rowsOf(k.output(1), k.constant(0));
    if (isLstm) {
      result.cell = rowsOf(k.output(2), k.constant(0));
      result.cellBefore = choose(isFirst, rowsOf(k.input(op.getCell()), k.constant(0)), result.cell);
    }
    return result;
  }

  /// A register's worth of hidden units of one sequence, with all its sums.
  struct Lane {
    Value sequence, column;
    Value inBlock, columnInBlock;
    int64_t width;
  };

  void forLanes(const Block &block, llvm::function_ref<void(const Lane &)> body) {
    k.loop(k.constant(0), k.constant(block.sequences), 1, [&](Value inBlock) {
      forChannels(k, block.columns, lanes, [&](Value column, int64_t width) {
        body({k.add(block.sequence, inBlock), k.add(block.column, column), inBlock, column, width});
      });
    });
  }

  //===--- Sums ------------------------------------------------------------===//

  /// Where the weights of hidden unit 0 for a gate's columns from `column` on lie; `column` begins a panel.
  Value weightsAt(int64_t gate, Value column) {
    Value pointer = k.input(op.getWeights()).pointer;
    return k.at(pointer, packed ? k.mul(gateColumn(gate, column), units) : gateColumn(gate, column), element);
  }

  /// What a gate's sums begin with.
  using Initial = llvm::function_ref<Rows(int64_t gate)>;

  /// The sums of gates [first, first + count) over `state`, which are left waiting. A function of its own: the
  /// constants of activations are to be in none of its registers.
  void multiply(const Block &block, const Rows &state, int64_t first, int64_t count, Initial initial) {
    int64_t width = std::min(lanes, block.columns);
    TileColumns columns;
    columns.panels = count;
    for (int64_t gate = 0; gate < count; ++gate)
      for (int64_t offset = 0; offset < block.columns; offset += width)
        columns.columns.push_back({gate, offset, width});
    Value weightStride = k.dim(k.input(op.getWeights()).rowStride);
    SmallVector<Value> operands = {k.scratch, rowOf(state, block.sequence), state.stride,
                                   weightsAt(first, block.column), packed ? k.constant(panelColumns) : weightStride};
    for (int64_t gate = first; gate < first + count; ++gate)
      llvm::append_values(operands, place(initial(gate), block.sequence, block.column), initial(gate).stride);
    k.outlined(operands, [&](ValueRange in) {
      Value scratch = in[0], states = in[1], stateStride = in[2], weights = in[3], weightStride = in[4];
      ValueRange begins = in.drop_front(5);
      auto place = [&](int64_t s, const TileColumn &part) {
        return waiting(scratch, k.constant(s), first + part.panel, k.constant(part.offset));
      };
      Accumulators start{block.sequences, columns, {}};
      for (int64_t s = 0; s < block.sequences; ++s)
        for (const TileColumn &part : columns.columns)
          start.values.push_back(load(
              rowOf({k.at(begins[2 * part.panel], part.offset, element), begins[2 * part.panel + 1]}, k.constant(s)),
              width));
      int64_t gateSize = packed ? units * units : units, panelSize = units * panelColumns;
      auto step = [&](Accumulators &now, Value unit, int64_t step) {
        Value line = packed ? k.at(k.at(weights, k.mul(unit, panelColumns), element), step * panelColumns, element)
                            : k.at(weights, k.mul(k.add(unit, step), weightStride), element);
        Value scalars = k.at(states, unit, element);
        multiplyStep(
            k, now,
            [&](const TileColumn &part) {
              int64_t panel = part.offset / panelColumns, inPanel = part.offset % panelColumns;
              return load(k.at(line, part.panel * gateSize + panel * panelSize + inPanel, element), width);
            },
            [&](int64_t s) {
              return k.load(element, k.at(k.at(scalars, k.mul(stateStride, s), element), step, element));
            });
      };
      Accumulators done{block.sequences, columns, sumSteps(k, start, units, stepsTogether, step)};
      for (int64_t s = 0; s < block.sequences; ++s)
        for (auto [index, part] : llvm::enumerate(columns.columns))
          k.store(done.at(s, index), place(s, part));
    });
  }

  /// The sums of gates [first, first + count) over `state`.
  void sum(const Block &block, const Rows &state, int64_t first, int64_t count, Initial initial) {
    int64_t together = gatesTogether(op, count, block.sequences, tile, k.level);
    for (int64_t gate = first; gate < first + count; gate += together)
      multiply(block, state, gate, std::min(together, first + count - gate), initial);
  }

  //===--- Activations -----------------------------------------------------===//

  Value function(unsigned index, Value x) {
    auto type = dyn_cast<VectorType>(x.getType());
    int64_t width = type ? type.getNumElements() : 1;
    double bound = op.getClip().convertToDouble();
    if (bound > 0) {
      x = arith::MaximumFOp::create(k.builder, k.loc, x, k.constantVector(element, width, -bound));
      x = arith::MinimumFOp::create(k.builder, k.loc, x, k.constantVector(element, width, bound));
    }
    auto name = cast<StringAttr>(op.getActivations()[index]).getValue();
    return activation(k, name, op.getAlphas()[index], op.getBetas()[index], x);
  }

  Value add(Value a, Value b) { return arith::AddFOp::create(k.builder, k.loc, a, b); }
  Value sub(Value a, Value b) { return arith::SubFOp::create(k.builder, k.loc, a, b); }
  Value mul(Value a, Value b) { return arith::MulFOp::create(k.builder, k.loc, a, b); }
  Value oneLess(Value x, int64_t width) { return sub(k.constantVector(element, width, 1), x); }

  Value sumOf(const Lane &lane, int64_t gate) {
    return load(waiting(k.scratch, lane.inBlock, gate, lane.columnInBlock), lane.width);
  }
  Value load(const Rows &rows, const Lane &lane, int64_t gate = 0) {
    return load(place(rows, lane.sequence, gateColumn(gate, lane.column)), lane.width);
  }
  void store(Value value, const Rows &rows, const Lane &lane) {
    k.store(value, place(rows, lane.sequence, lane.column));
  }

  /// Puts the value of a gate in the place of its sum. A function at a time: several of them in one loop would keep
  /// more at hand than registers hold, and the processor overlaps short loops by itself.
  void replace(const Block &block, int64_t gate, llvm::function_ref<Value(const Lane &)> value) {
    forLanes(block, [&](const Lane &lane) {
      k.store(value(lane), waiting(k.scratch, lane.inBlock, gate, lane.columnInBlock));
    });
  }

  /// (1 - update) * candidate + update * before
  void mix(const Step &step, const Lane &lane) {
    Value update = sumOf(lane, 0), candidate = sumOf(lane, 2);
    Value mixed = add(mul(oneLess(update, lane.width), candidate), mul(update, load(step.before, lane)));
    store(mixed, step.after, lane);
  }

  //===--- Cells -----------------------------------------------------------===//

  void rnn(const Block &block, const Step &step, Initial input) {
    sum(block, step.before, 0, 1, input);
    forLanes(block, [&](const Lane &lane) { store(function(0, sumOf(lane, 0)), step.after, lane); });
  }

  void lstm(const Block &block, const Step &step, Initial input) {
    auto peek = [&](const Lane &lane, int64_t gate, int64_t line, Value state) {
      Value sum = sumOf(lane, gate), peepholes = op.getPeepholes();
      if (!peepholes)
        return sum;
      Rows lines = rowsOf(k.input(peepholes), k.constant(line));
      return add(sum, mul(load(place(lines, k.constant(0), lane.column), lane.width), state));
    };
    sum(block, step.before, 0, 4, input);
    replace(block, 0, [&](const Lane &lane) { return function(0, peek(lane, 0, 0, load(step.cellBefore, lane))); });
    replace(block, 2, [&](const Lane &lane) {
      return op.getInputForget() ? oneLess(sumOf(lane, 0), lane.width)
                                 : function(0, peek(lane, 2, 2, load(step.cellBefore, lane)));
    });
    replace(block, 3, [&](const Lane &lane) { return function(1, sumOf(lane, 3)); });
    replace(block, 1, [&](const Lane &lane) {
      Value kept = mul(sumOf(lane, 2), load(step.cellBefore, lane)), taken = mul(sumOf(lane, 0), sumOf(lane, 3));
      Value state = add(kept, taken);
      store(state, step.cell, lane);
      return function(0, peek(lane, 1, 1, state));
    });
    forLanes(block, [&](const Lane &lane) {
      store(mul(sumOf(lane, 1), function(2, load(step.cell, lane))), step.after, lane);
    });
  }

  /// The reset gate comes behind the product.
  void gru(const Block &block, const Step &step, Initial input) {
    const View &bias = k.input(op.getBias());
    sum(block, step.before, 0, 3,
        [&](int64_t gate) { return gate == 2 ? Rows{bias.pointer, k.constant(0)} : input(gate); });
    replace(block, 0, [&](const Lane &lane) { return function(0, sumOf(lane, 0)); });
    replace(block, 1, [&](const Lane &lane) { return function(0, sumOf(lane, 1)); });
    replace(block, 2, [&](const Lane &lane) {
      return function(1, add(load(step.input, lane, 2), mul(sumOf(lane, 1), sumOf(lane, 2))));
    });
    forLanes(block, [&](const Lane &lane) { mix(step, lane); });
  }

  void resetState(const Block &block, const Step &step, Initial input) {
    sum(block, step.before, 1, 1, input);
    forLanes(block, [&](const Lane &lane) {
      store(mul(function(0, sumOf(lane, 1)), load(step.before, lane)), step.last, lane);
    });
  }

  void gruOfReset(const Block &block, const Step &step, Initial input) {
    sum(block, step.before, 0, 1, input);
    sum(block, step.last, 2, 1, input);
    replace(block, 0, [&](const Lane &lane) { return function(0, sumOf(lane, 0)); });
    replace(block, 2, [&](const Lane &lane) { return function(1, sumOf(lane, 2)); });
    forLanes(block, [&](const Lane &lane) { mix(step, lane); });
  }

  void compute(const Block &block, const Step &step, int64_t part) {
    auto input = [&](int64_t gate) { return Rows{k.at(step.input.pointer, gate * units, element), step.input.stride}; };
    if (isLstm)
      lstm(block, step, input);
    else if (op.getKind() == nn::CellKind::Rnn)
      rnn(block, step, input);
    else if (op.getLinearBeforeReset())
      gru(block, step, input);
    else if (part == 0)
      resetState(block, step, input);
    else
      gruOfReset(block, step, input);
  }

  //===--- Loops -----------------------------------------------------------===//

  /// Covers columns: whole panels, or all of them where weights are not packed.
  void forColumns(const Range &panels, llvm::function_ref<void(Value column, int64_t columns)> body) {
    if (!packed)
      return forChannels(k, units, tile.columns, body);
    forPanels(k, panels.begin, panels.end, units, lanes, tile.columns / panelColumns,
              [&](Value panel, const TileColumns &columns) {
                body(k.mul(panel, panelColumns), columns.panels * panelColumns);
              });
  }

  /// The same, backwards in every other step: what was read last is read first, while the second-level cache has it.
  void forColumnsOfStep(Value step, const Range &panels, llvm::function_ref<void(Value column, int64_t columns)> body) {
    Value isEven = isZero(k.rem(step, k.constant(2)));
    int64_t whole = units / tile.columns * tile.columns; // What is left comes last.
    Value last = k.add(k.min(k.mul(panels.end, panelColumns), k.constant(whole)), -tile.columns);
    forColumns(panels, [&](Value column, int64_t columns) {
      bool isRest = Emit::constantOf(column).value_or(0) >= whole;
      Value mirrored = k.sub(k.add(k.mul(panels.begin, panelColumns), last), column);
      body(isRest ? column : arith::SelectOp::create(k.builder, k.loc, isEven, column, mirrored).getResult(), columns);
    });
  }

  void step(Value step, int64_t part, const Range &range, const Range &panels) {
    std::optional<int64_t> total = k.input(op.getGates()).dims[1].getConstant();
    auto forStep = [&](auto body) { packed ? forColumnsOfStep(step, panels, body) : forColumns(panels, body); };
    forStep([&](Value column, int64_t columns) {
      forRows(k, range.begin, range.end, tile.sequences, total, [&](Value sequence, int64_t count) {
        Block block{sequence, count, column, columns};
        Value length = lengthOf(sequence);
        auto whileItLasts = [&] { compute(block, stepAt(step, length), part); };
        if (!op.getLengths())
          return whileItLasts();
        k.when(k.less(step, length), whileItLasts);
        Rows ended = rowsAt(k.output(0), step);
        k.when(k.less(k.add(length, -1), step), [&] {
          forLanes(block, [&](const Lane &lane) { store(k.constantVector(element, lane.width, 0), ended, lane); });
        });
      });
    });
  }

  void copyLast(const Range &range, const Range &panels) {
    k.loop(range.begin, range.end, 1, [&](Value sequence) {
      Value length = lengthOf(sequence), isEmpty = isZero(length);
      Value end = k.max(timeOf(k.add(length, -1), length), k.constant(0));
      Rows none = rowsOf(k.input(op.getHidden()), k.constant(0)), to = rowsOf(k.output(1), k.constant(0));
      Rows from = choose(isEmpty, none, rowsAt(k.output(0), end));
      auto copy = [&](const Rows &from, const Rows &to) {
        forColumns(panels, [&](Value column, int64_t columns) {
          forLanes({sequence, 1, column, columns}, [&](const Lane &lane) { store(load(from, lane), to, lane); });
        });
      };
      copy(from, to);
      if (isLstm)
        k.when(isEmpty,
               [&] { copy(rowsOf(k.input(op.getCell()), k.constant(0)), rowsOf(k.output(2), k.constant(0))); });
    });
  }

  /// Phases [begin, end): parts of steps, and the last states.
  void run(const Range &phases, const Range &range, const Range &panels) {
    Value copying = k.mul(steps, parts);
    k.loop(phases.begin, k.min(phases.end, copying), 1, [&](Value phase) {
      if (parts == 1)
        return step(phase, 0, range, panels);
      Value number = k.div(phase, k.constant(2)), isFirst = isZero(k.rem(phase, k.constant(2)));
      Value isSecond = arith::XOrIOp::create(k.builder, k.loc, isFirst, k.constantVector(k.builder.getI1Type(), 1, 1));
      k.when(isFirst, [&] { step(number, 0, range, panels); });
      k.when(isSecond, [&] { step(number, 1, range, panels); });
    });
    k.when(k.less(copying, phases.end), [&] { copyLast(range, panels); });
  }
};

} // namespace

/// Units are sequences.
static void emitSequences(KernelBuilder &k, bool packed) {
  Recurrent cell{k, cast<nn::RecurrentOp>(k.root()), packed};
  Value phases = k.add(k.mul(cell.steps, cell.parts), 1), panels = k.constant(cell.units / panelColumns);
  cell.run({k.constant(0), phases}, {k.begin, k.end}, {k.constant(0), panels});
}

void codegen::emitRecurrent(KernelBuilder &k) { emitSequences(k, false); }
void codegen::emitPackedRecurrent(KernelBuilder &k) { emitSequences(k, true); }

/// Units are panels.
void codegen::emitRecurrentSteps(KernelBuilder &k) {
  Recurrent cell{k, cast<nn::RecurrentOp>(k.root()), true};
  auto [begin, end] = k.phases();
  cell.run({begin, end}, {k.constant(0), cell.sequences}, {k.begin, k.end});
}
