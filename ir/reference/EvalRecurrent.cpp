//===- EvalRecurrent.cpp - the values of recurrent cells ------------------===//

#include "ir/Ops.h"
#include "ir/reference/Table.h"
#include <cmath>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static double activate(llvm::StringRef name, double alpha, double beta, double x) {
  if (name == "sigmoid")
    return 1 / (1 + std::exp(-x));
  if (name == "tanh")
    return std::tanh(x);
  if (name == "relu")
    return x < 0 ? 0 : x;
  if (name == "affine")
    return alpha * x + beta;
  if (name == "leakyrelu")
    return x < 0 ? alpha * x : x;
  if (name == "thresholdedrelu")
    return x > alpha ? x : 0;
  if (name == "scaledtanh")
    return alpha * std::tanh(beta * x);
  if (name == "hardsigmoid")
    return std::fmin(std::fmax(alpha * x + beta, 0), 1);
  if (name == "elu")
    return x < 0 ? alpha * std::expm1(x) : x;
  if (name == "softsign")
    return x / (1 + std::fabs(x));
  return std::log1p(std::exp(-std::fabs(x))) + std::fmax(x, 0); // softplus
}

namespace {

/// One sequence, from step to step.
struct Cell {
  mutable RecurrentOp op; // Its accessors are not const.
  int64_t units;
  llvm::ArrayRef<double> weights, bias, peepholes; ///< The last two may be empty.

  int64_t gates() const { return op.getKind() == CellKind::Rnn ? 1 : op.getKind() == CellKind::Gru ? 3 : 4; }

  double function(unsigned index, double x) const {
    double bound = op.getClip().convertToDouble();
    if (bound > 0)
      x = std::fmin(std::fmax(x, -bound), bound);
    auto name = llvm::cast<mlir::StringAttr>(op.getActivations()[index]).getValue();
    return activate(name, op.getAlphas()[index], op.getBetas()[index], x);
  }

  /// The product of a state with the recurrent weights of one gate and unit.
  double product(llvm::ArrayRef<double> state, int64_t gate, int64_t unit) const {
    double sum = 0;
    for (int64_t i = 0; i < units; ++i)
      sum += state[i] * weights[i * gates() * units + gate * units + unit];
    return sum;
  }

  double peephole(int64_t gate, int64_t unit, double cell) const {
    return peepholes.empty() ? 0 : peepholes[gate * units + unit] * cell;
  }

  void step(llvm::ArrayRef<double> x, std::vector<double> &hidden, std::vector<double> &cell) const {
    std::vector<double> before = hidden, reset(units);
    auto sum = [&](int64_t gate, int64_t unit) { return x[gate * units + unit] + product(before, gate, unit); };
    if (op.getKind() == CellKind::Gru)
      for (int64_t unit = 0; unit < units; ++unit)
        reset[unit] = function(0, sum(1, unit));
    std::vector<double> scaled(units);
    for (int64_t unit = 0; unit < units; ++unit)
      scaled[unit] = reset[unit] * before[unit];
    for (int64_t unit = 0; unit < units; ++unit) {
      switch (op.getKind()) {
      case CellKind::Rnn:
        hidden[unit] = function(0, sum(0, unit));
        break;
      case CellKind::Gru: {
        double update = function(0, sum(0, unit));
        double inner = op.getLinearBeforeReset() ? reset[unit] * (product(before, 2, unit) + bias[unit])
                                                 : product(scaled, 2, unit);
        hidden[unit] = (1 - update) * function(1, x[2 * units + unit] + inner) + update * before[unit];
        break;
      }
      case CellKind::Lstm: {
        double input = function(0, sum(0, unit) + peephole(0, unit, cell[unit]));
        double forget = op.getInputForget() ? 1 - input : function(0, sum(2, unit) + peephole(2, unit, cell[unit]));
        cell[unit] = forget * cell[unit] + input * function(1, sum(3, unit));
        double output = function(0, sum(1, unit) + peephole(1, unit, cell[unit]));
        hidden[unit] = output * function(2, cell[unit]);
        break;
      }
      }
    }
  }
};

} // namespace

static Results recurrent(RecurrentOp op, llvm::ArrayRef<Tensor> operands) {
  // Optional operands come in order, as far as they are there.
  const Tensor &gates = operands[0], &weights = operands[1], &hidden = operands[2];
  size_t next = 3;
  auto optional = [&](mlir::Value value) { return value ? &operands[next++] : nullptr; };
  const Tensor *cell = optional(op.getCell()), *bias = optional(op.getBias()), *peepholes = optional(op.getPeepholes()),
               *lengths = optional(op.getLengths());
  int64_t steps = gates.shape()[0], batch = gates.shape()[1], units = hidden.shape()[1];
  auto valuesOf = [](const Tensor *tensor) { return tensor ? tensor->values<double>() : llvm::ArrayRef<double>(); };
  Cell step{op, units, weights.values<double>(), valuesOf(bias), valuesOf(peepholes)};
  int64_t width = step.gates() * units;
  std::vector<double> outputs(steps * batch * units), lastHidden, lastCell;
  for (int64_t sequence = 0; sequence < batch; ++sequence) {
    auto row = [&](const Tensor &tensor) { return tensor.values<double>().slice(sequence * units, units).vec(); };
    std::vector<double> h = row(hidden), c = cell ? row(*cell) : std::vector<double>();
    int64_t length = lengths ? std::clamp<int64_t>(lengths->values<int64_t>()[sequence], 0, steps) : steps;
    for (int64_t i = 0; i < length; ++i) {
      int64_t time = op.getReverse() ? length - 1 - i : i;
      step.step(gates.values<double>().slice((time * batch + sequence) * width, width), h, c);
      // What a step gives is rounded, as everything that is stored.
      h = Tensor(gates.element(), {units}, std::move(h)).values<double>().vec();
      llvm::copy(h, outputs.begin() + (time * batch + sequence) * units);
    }
    llvm::append_range(lastHidden, h);
    llvm::append_range(lastCell, c);
  }
  std::vector<Tensor> results;
  results.emplace_back(gates.element(), llvm::ArrayRef<int64_t>{steps, batch, units}, std::move(outputs));
  results.emplace_back(gates.element(), llvm::ArrayRef<int64_t>{batch, units}, std::move(lastHidden));
  if (cell)
    results.emplace_back(gates.element(), llvm::ArrayRef<int64_t>{batch, units}, std::move(lastCell));
  return results;
}

void reference::addRecurrent(Table &table) { add<RecurrentOp, recurrent>(table); }
