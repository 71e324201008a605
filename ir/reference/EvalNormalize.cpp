//===- EvalNormalize.cpp - the values of normalisations and softmax -------===//

#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Table.h"
#include <cmath>
#include <limits>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static Tensor softmax(SoftmaxOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  llvm::ArrayRef<double> values = operand.values<double>();
  int64_t length = operand.shape()[op.getAxis()], stride = stridesOf(operand.shape())[op.getAxis()];
  std::vector<double> results(values.size());
  for (int64_t i = 0; i < operand.size(); ++i) {
    if (i / stride % length != 0) // Each first element stands for its row.
      continue;
    double greatest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int64_t j = 0; j < length; ++j)
      greatest = std::fmax(greatest, values[i + j * stride]);
    for (int64_t j = 0; j < length; ++j)
      sum += std::exp(values[i + j * stride] - greatest);
    for (int64_t j = 0; j < length; ++j) {
      double shifted = values[i + j * stride] - greatest;
      results[i + j * stride] = op.getLog() ? shifted - std::log(sum) : std::exp(shifted) / sum;
    }
  }
  return Tensor(resultElement(op), operand.shape(), std::move(results));
}

/// Puts the elements of one group in the place of those at `places`.
static void normalizeGroup(NormalizeOp op, llvm::ArrayRef<double> values, llvm::ArrayRef<int64_t> places,
                           std::vector<double> &results) {
  double count = static_cast<double>(places.size()), mean = 0, squares = 0;
  if (!op.getRms())
    for (int64_t place : places)
      mean += values[place] / count;
  for (int64_t place : places)
    squares += (values[place] - mean) * (values[place] - mean) / count;
  double deviation = std::sqrt(squares + op.getEpsilon().convertToDouble());
  for (int64_t place : places)
    results[place] = (values[place] - mean) / deviation;
}

static Tensor normalize(NormalizeOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &operand = operands[0];
  Shape order; // The dimensions that distinguish groups, then those inside of one.
  for (int64_t axis = 0; axis < operand.rank(); ++axis)
    if (!llvm::is_contained(op.getAxes(), axis))
      order.push_back(axis);
  int64_t groups = elementCount(pick(operand.shape(), order));
  llvm::append_range(order, op.getAxes());
  int64_t length = elementCount(pick(operand.shape(), op.getAxes()));
  std::vector<int64_t> all(operand.size());
  for (int64_t i = 0; i < operand.size(); ++i)
    all[i] = i;
  std::vector<int64_t> places =
      gather(llvm::ArrayRef<int64_t>(all), pick(operand.shape(), order), pick(stridesOf(operand.shape()), order));
  std::vector<double> results(operand.size());
  for (int64_t group = 0; group < groups; ++group)
    normalizeGroup(op, operand.values<double>(), llvm::ArrayRef(places).slice(group * length, length), results);
  return Tensor(resultElement(op), operand.shape(), std::move(results));
}

void reference::addNormalizations(Table &table) {
  add<NormalizeOp, normalize>(table);
  add<SoftmaxOp, softmax>(table);
}
