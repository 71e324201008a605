//===- EvalContraction.cpp - the values of contractions and convolutions ---===//
//
// Plain sums of products in f64 (integers in wrapping i64), in ascending order of the summed index; the innermost loop
// runs over neighbouring elements.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Parallel.h"
#include "ir/reference/Table.h"
#include "ir/reference/Window.h"

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

/// sums[i] += factor * values[i]
static void addScaled(double factor, const double *values, double *sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    sums[i] += factor * values[i];
}

/// The same where overflow wraps.
static void addScaled(int64_t factor, const int64_t *values, int64_t *sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    sums[i] = static_cast<uint64_t>(sums[i]) + static_cast<uint64_t>(factor) * static_cast<uint64_t>(values[i]);
}

//===----------------------------------------------------------------------===//
// Contract
//===----------------------------------------------------------------------===//

/// The dimensions that have one of the roles, in the order of the roles.
static Shape axesOf(llvm::StringRef dims, llvm::StringRef roles) {
  Shape axes;
  for (char role : roles)
    for (auto [axis, letter] : llvm::enumerate(dims))
      if (letter == role)
        axes.push_back(axis);
  return axes;
}

/// result[rows x columns] += lhs[rows x depth] * rhs[depth x columns], rows begin to end. In tiles of rhs that stay in
/// a cache.
template <typename T>
static void multiply(const T *lhs, const T *rhs, T *result, int64_t begin, int64_t end, int64_t columns,
                     int64_t depth) {
  constexpr int64_t tileDepth = 64, tileColumns = 256;
  for (int64_t k0 = 0; k0 < depth; k0 += tileDepth)
    for (int64_t n0 = 0; n0 < columns; n0 += tileColumns)
      for (int64_t m = begin; m < end; ++m)
        for (int64_t k = k0; k < std::min(depth, k0 + tileDepth); ++k)
          addScaled(lhs[m * depth + k], rhs + k * columns + n0, result + m * columns + n0,
                    std::min(tileColumns, columns - n0));
}

static Tensor contract(ContractOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &lhs = operands[0], &rhs = operands[1];
  llvm::StringRef lhsRoles = op.getLhsRoles(), rhsRoles = op.getRhsRoles();
  Shape batchSizes = pick(lhs.shape(), axesOf(lhsRoles, "b")), rowSizes = pick(lhs.shape(), axesOf(lhsRoles, "m"));
  Shape columnSizes = pick(rhs.shape(), axesOf(rhsRoles, "n")), depthSizes = pick(lhs.shape(), axesOf(lhsRoles, "k"));
  Shape shape(batchSizes);
  llvm::append_range(shape, rowSizes);
  llvm::append_range(shape, columnSizes);
  int64_t rows = elementCount(rowSizes), columns = elementCount(columnSizes), depth = elementCount(depthSizes);
  return withElementsOf(lhs, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> left = permute<T>(lhs, axesOf(lhsRoles, "bmk")), right = permute<T>(rhs, axesOf(rhsRoles, "bkn"));
    std::vector<T> result(elementCount(shape));
    for (int64_t batch = 0; batch < elementCount(batchSizes); ++batch)
      inHalves(rows, rows * columns * depth, [&](int64_t begin, int64_t end) {
        multiply(left.data() + batch * rows * depth, right.data() + batch * depth * columns,
                 result.data() + batch * rows * columns, begin, end, columns, depth);
      });
    return Tensor(resultElement(op), shape, std::move(result));
  });
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

static Tensor conv(ConvOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &input = operands[0], &filter = operands[1];
  Window window(input.shape(), filter.shape().drop_back(2), op.getStrides(), op.getDilations(), op.getPads());
  int64_t batch = input.shape().front(), channels = input.shape().back(), groups = op.getGroups();
  int64_t outputs = filter.shape().back(), groupChannels = channels / groups, groupOutputs = outputs / groups;
  int64_t positions = window.positions();
  return withElementsOf(input, [&](auto zero) {
    using T = decltype(zero);
    const T *pixels = input.values<T>().data(), *weights = filter.values<T>().data();
    std::vector<T> result(batch * positions * outputs);
    auto convolve = [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p)
        window.forEachTap(p % positions, [&](int64_t tap, int64_t place) {
          const T *pixel = pixels + (p / positions * window.inputPositions() + place) * channels;
          for (int64_t g = 0; g < groups; ++g)
            for (int64_t c = 0; c < groupChannels; ++c)
              addScaled(pixel[g * groupChannels + c], weights + (tap * groupChannels + c) * outputs + g * groupOutputs,
                        result.data() + p * outputs + g * groupOutputs, groupOutputs);
        });
    };
    inHalves(batch * positions, static_cast<int64_t>(result.size()) * (filter.size() / std::max<int64_t>(outputs, 1)),
             convolve);
    return Tensor(resultElement(op), window.resultShape(batch, outputs), std::move(result));
  });
}

void reference::addContractions(Table &table) {
  add<ContractOp, contract>(table);
  add<ConvOp, conv>(table);
}
