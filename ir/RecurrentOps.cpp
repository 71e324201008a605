//===- RecurrentOps.cpp - checks of recurrent cells -----------------------===//

#include "ir/Dim.h"
#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

static int64_t gatesOf(CellKind kind) { return kind == CellKind::Rnn ? 1 : kind == CellKind::Gru ? 3 : 4; }

/// The functions that a cell of this kind applies.
static size_t activationsOf(CellKind kind) { return kind == CellKind::Rnn ? 1 : kind == CellKind::Gru ? 2 : 3; }

static bool isActivation(StringRef name) {
  return llvm::is_contained({"sigmoid", "tanh", "relu", "affine", "leakyrelu", "thresholdedrelu", "scaledtanh",
                             "hardsigmoid", "elu", "softsign", "softplus"},
                            name);
}

LogicalResult RecurrentOp::verify() {
  SmallVector<DimAttr> gates = dimsOf(getGates().getType()), hidden = dimsOf(getHidden().getType());
  CellKind kind = getKind();
  if (gates.size() != 3 || hidden.size() != 2)
    return emitOpError("needs gates [T, B, G * H] and a state [B, H]");
  DimAttr steps = gates[0], batch = gates[1], units = hidden[1];
  MLIRContext *context = getContext();
  auto dim = [&](int64_t size) { return constantDim(context, size); };
  Type element = getGates().getType().getElementType();
  auto expect = [&](Value value, StringRef what, ArrayRef<DimAttr> dims) -> LogicalResult {
    if (!value || value.getType() == tensorOf(dims, element))
      return success();
    return emitOpError() << what << " is of type " << value.getType() << ", it has to be " << tensorOf(dims, element);
  };
  if (!units.isConstant())
    return emitOpError("needs a constant number of hidden units");
  if (failed(expect(getGates(), "gates", {steps, batch, units * gatesOf(kind)})) ||
      failed(expect(getWeights(), "weights", {units, units * gatesOf(kind)})) ||
      failed(expect(getHidden(), "hidden", {batch, units})) || failed(expect(getCell(), "cell", {batch, units})) ||
      failed(expect(getBias(), "bias", {units})) || failed(expect(getPeepholes(), "peepholes", {dim(3), units})))
    return failure();
  if (getLengths() && dimsOf(getLengths().getType()) != SmallVector<DimAttr>{batch})
    return emitOpError("needs one length for each sequence");
  bool isLstm = kind == CellKind::Lstm;
  if (isLstm != static_cast<bool>(getCell()) || (getPeepholes() && !isLstm))
    return emitOpError("an lstm, and only that, has a cell state, and may have peepholes");
  if (static_cast<bool>(getBias()) != (kind == CellKind::Gru && getLinearBeforeReset()))
    return emitOpError("a gru with linear_before_reset, and only that, has a bias");
  if (getActivations().size() != activationsOf(kind) || getAlphas().size() != activationsOf(kind) ||
      getBetas().size() != activationsOf(kind))
    return emitOpError("needs ") << activationsOf(kind) << " activations with alphas and betas";
  for (StringRef name : getActivations().getAsValueRange<StringAttr>())
    if (!isActivation(name))
      return emitOpError("has unknown activation '") << name << "'";
  SmallVector<Type> results{tensorOf({steps, batch, units}, element), tensorOf({batch, units}, element)};
  if (isLstm)
    results.push_back(results.back());
  if (getResultTypes() != TypeRange(results))
    return emitOpError("has results of wrong types");
  return success();
}
