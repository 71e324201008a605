//===- EvalReduction.cpp - the values of reductions and windows -----------===//

#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Table.h"
#include "ir/reference/Window.h"
#include <cmath>
#include <limits>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

static double reduceAll(ReduceKind kind, mlir::Type, llvm::ArrayRef<double> values, int64_t divisor) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double sum = 0, product = 1, least = infinity, greatest = -infinity;
  bool nan = false;
  for (double value : values) {
    sum += value;
    product *= value;
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
    nan |= std::isnan(value);
  }
  switch (kind) {
  case ReduceKind::Sum:
    return sum;
  case ReduceKind::Mean:
    return sum / divisor;
  case ReduceKind::Prod:
    return product;
  case ReduceKind::Max:
    return nan ? std::numeric_limits<double>::quiet_NaN() : greatest;
  case ReduceKind::Min:
    return nan ? std::numeric_limits<double>::quiet_NaN() : least;
  }
  llvm_unreachable("all kinds are handled");
}

/// Sums and products wrap; a mean is rounded towards zero, and of nothing 0. The least and greatest of nothing are the
/// type's greatest and least value.
template <typename T>
static int64_t reduceIntegers(ReduceKind kind, mlir::Type element, llvm::ArrayRef<int64_t> values, int64_t divisor) {
  unsigned unused = 64 - element.getIntOrFloatBitWidth();
  uint64_t sum = 0, product = 1;
  T least = std::numeric_limits<T>::max() >> unused, greatest = std::numeric_limits<T>::min() >> unused;
  for (int64_t value : values) {
    sum += value;
    product *= value;
    least = std::min(least, static_cast<T>(value));
    greatest = std::max(greatest, static_cast<T>(value));
  }
  switch (kind) {
  case ReduceKind::Sum:
    return sum;
  case ReduceKind::Mean:
    return divisor == 0 ? 0 : static_cast<T>(sum) / static_cast<T>(divisor);
  case ReduceKind::Prod:
    return product;
  case ReduceKind::Max:
    return greatest;
  case ReduceKind::Min:
    return least;
  }
  llvm_unreachable("all kinds are handled");
}

static int64_t reduceAll(ReduceKind kind, mlir::Type element, llvm::ArrayRef<int64_t> values, int64_t divisor) {
  return isUnsigned(element) ? reduceIntegers<uint64_t>(kind, element, values, divisor)
                             : reduceIntegers<int64_t>(kind, element, values, divisor);
}

static Tensor reduce(ReduceOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &input = operands[0];
  Shape order; // The dimensions that stay, then those that go.
  for (int64_t axis = 0; axis < input.rank(); ++axis)
    if (!llvm::is_contained(op.getAxes(), axis))
      order.push_back(axis);
  Shape shape = pick(input.shape(), order);
  llvm::append_range(order, op.getAxes());
  int64_t length = elementCount(pick(input.shape(), op.getAxes()));
  return withElementsOf(input, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> rows = permute<T>(input, order), results;
    for (int64_t row = 0; row < elementCount(shape); ++row)
      results.push_back(
          reduceAll(op.getKind(), input.element(), llvm::ArrayRef<T>(rows).slice(row * length, length), length));
    return Tensor(resultElement(op), shape, std::move(results));
  });
}

static Tensor window(WindowOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &input = operands[0];
  Window window(input.shape(), op.getKernel(), op.getStrides(), op.getDilations(), op.getPads(), op.getCeilMode());
  int64_t batch = input.shape().front(), channels = input.shape().back();
  return withElementsOf(input, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> results, taps;
    for (int64_t image = 0; image < batch; ++image)
      for (int64_t position = 0; position < window.positions(); ++position)
        for (int64_t channel = 0; channel < channels; ++channel) {
          taps.clear();
          for (int64_t tap = 0; tap < window.taps(); ++tap)
            if (std::optional<int64_t> place = window.inputAt(position, tap))
              taps.push_back(input.values<T>()[(image * window.inputPositions() + *place) * channels + channel]);
          int64_t divisor = op.getCountIncludePad() ? window.tapsInPadded(position) : taps.size();
          results.push_back(reduceAll(op.getKind(), input.element(), taps, divisor));
        }
    return Tensor(resultElement(op), window.resultShape(batch, channels), std::move(results));
  });
}

void reference::addReductions(Table &table) {
  add<ReduceOp, reduce>(table);
  add<WindowOp, window>(table);
}
