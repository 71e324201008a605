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

namespace {

/// A convolution's sizes, counted in channels.
struct Channels {
  int64_t input, output, groups;
  int64_t inGroup() const { return input / groups; }
  int64_t outOfGroup() const { return output / groups; }
};

} // namespace

/// result[p] += what the input gives it, for the positions p (over all images) from begin to end. In tiles of the
/// filter that stay in a cache.
template <typename T>
static void convolve(const Window &window, Channels channels, const T *input, const T *filter, T *result, int64_t begin,
                     int64_t end) {
  constexpr int64_t tileChannels = 64;
  for (int64_t tap = 0; tap < window.taps(); ++tap)
    for (int64_t c0 = 0; c0 < channels.inGroup(); c0 += tileChannels)
      for (int64_t p = begin; p < end; ++p) {
        std::optional<int64_t> place = window.inputAt(p % window.positions(), tap);
        if (!place)
          continue;
        const T *pixel = input + (p / window.positions() * window.inputPositions() + *place) * channels.input;
        for (int64_t group = 0; group < channels.groups; ++group)
          for (int64_t c = c0; c < std::min(channels.inGroup(), c0 + tileChannels); ++c)
            addScaled(pixel[group * channels.inGroup() + c],
                      filter + (tap * channels.inGroup() + c) * channels.output + group * channels.outOfGroup(),
                      result + p * channels.output + group * channels.outOfGroup(), channels.outOfGroup());
      }
}

static Tensor conv(ConvOp op, llvm::ArrayRef<Tensor> operands) {
  const Tensor &input = operands[0], &filter = operands[1];
  Window window(input.shape(), filter.shape().drop_back(2), op.getStrides(), op.getDilations(), op.getPads());
  Channels channels{input.shape().back(), filter.shape().back(), static_cast<int64_t>(op.getGroups())};
  int64_t batch = input.shape().front(), rows = batch * window.positions();
  return withElementsOf(input, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> result(rows * channels.output);
    inHalves(rows, rows * filter.size(), [&](int64_t begin, int64_t end) {
      convolve(window, channels, input.values<T>().data(), filter.values<T>().data(), result.data(), begin, end);
    });
    return Tensor(resultElement(op), window.resultShape(batch, channels.output), std::move(result));
  });
}

/// Each input pixel adds to all result pixels that its taps reach.
static llvm::Expected<Tensor> convTranspose(ConvTransposeOp op, llvm::ArrayRef<Tensor> operands,
                                            const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(op.getType(), symbols);
  if (!shape)
    return shape.takeError();
  const Tensor &input = operands[0], &filter = operands[1];
  int64_t spatial = input.rank() - 2, groups = op.getGroups(), channels = input.shape().back(),
          inGroup = channels / groups, ofGroup = filter.shape().back(), outputs = ofGroup * groups;
  Shape pixels(input.shape().drop_back()), kernel(filter.shape().drop_back(2));
  auto indexOf = [](int64_t number, llvm::ArrayRef<int64_t> sizes) {
    Shape index(sizes.size());
    for (int64_t axis = static_cast<int64_t>(sizes.size()) - 1; axis >= 0; --axis) {
      index[axis] = number % sizes[axis];
      number /= sizes[axis];
    }
    return index;
  };
  return withElementsOf(input, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> result(elementCount(*shape));
    for (int64_t pixel = 0; pixel < elementCount(pixels); ++pixel)
      for (int64_t tap = 0; tap < elementCount(kernel); ++tap) {
        Shape at = indexOf(pixel, pixels), t = indexOf(tap, kernel);
        int64_t target = at[0];
        bool inside = true;
        for (int64_t axis = 0; axis < spatial; ++axis) {
          int64_t place = at[axis + 1] * op.getStrides()[axis] + t[axis] * op.getDilations()[axis] - op.getPads()[axis];
          inside &= place >= 0 && place < (*shape)[axis + 1];
          target = target * (*shape)[axis + 1] + place;
        }
        if (!inside)
          continue;
        for (int64_t c = 0; c < channels; ++c)
          addScaled(input.values<T>()[pixel * channels + c], filter.values<T>().data() + (tap * channels + c) * ofGroup,
                    result.data() + target * outputs + c / inGroup * ofGroup, ofGroup);
      }
    return Tensor(resultElement(op), *shape, std::move(result));
  });
}

void reference::addContractions(Table &table) {
  add<ContractOp, contract>(table);
  add<ConvOp, conv>(table);
  add<ConvTransposeOp, convTranspose>(table);
}
