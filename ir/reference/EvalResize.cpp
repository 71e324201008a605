//===- EvalResize.cpp - the values of resized tensors ---------------------===//
//
// Axis by axis, as the kernels are separable: first the weights of all elements of the operand for each position of the
// result, then sums of products.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/reference/Index.h"
#include "ir/reference/Table.h"
#include <cmath>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

namespace {

/// One axis of a resize.
struct ResizeAxis {
  ResizeOp op;
  double scale, roiBegin, roiEnd;
  int64_t in, out;

  double coordinate(int64_t at) {
    llvm::StringRef mode = op.getCoordinates();
    double width = in * scale, half = (at + 0.5) / scale - 0.5;
    if (mode == "align_corners")
      return width == 1 ? 0 : at * (in - 1.0) / (width - 1);
    if (mode == "asymmetric")
      return at / scale;
    if (mode == "tf_half_pixel_for_nn")
      return (at + 0.5) / scale;
    if (mode == "pytorch_half_pixel")
      return width == 1 ? -0.5 : half;
    if (mode == "half_pixel_symmetric")
      return in / 2.0 * (1 - out / width) + half;
    if (mode == "tf_crop_and_resize") {
      double x = width == 1 ? (roiEnd - roiBegin) * (in - 1) / 2 : at * (roiEnd - roiBegin) * (in - 1) / (width - 1);
      return x + roiBegin * (in - 1);
    }
    return half;
  }

  int64_t nearest(double x) {
    llvm::StringRef mode = op.getNearest();
    double below = std::floor(x);
    if (mode == "floor" || (mode == "simple" && scale >= 1))
      return below;
    if (mode == "ceil" || mode == "simple")
      return std::ceil(x);
    bool up = mode == "round_prefer_floor" ? x - below > 0.5 : x - below >= 0.5;
    return below + (up ? 1 : 0);
  }

  double kernel(double distance) {
    double d = std::fabs(distance), a = op.getCubicA().convertToDouble();
    if (op.getKind() == ResizeKind::Linear)
      return std::fmax(0, 1 - d);
    if (d <= 1)
      return (a + 2) * d * d * d - (a + 3) * d * d + 1;
    return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
  }

  /// How much each element of the operand counts at a position of the result.
  std::vector<std::pair<int64_t, double>> weights(double x) {
    auto inside = [&](int64_t index) { return std::clamp<int64_t>(index, 0, in - 1); };
    if (op.getKind() == ResizeKind::Nearest)
      return {{inside(nearest(x)), 1.0}};
    double stretch = op.getAntialias() ? std::fmin(scale, 1) : 1;
    int64_t reach = std::ceil((op.getKind() == ResizeKind::Linear ? 1 : 2) / stretch) + 1;
    int64_t middle = std::floor(x);
    std::vector<std::pair<int64_t, double>> weights;
    double sum = 0;
    for (int64_t index = middle - reach; index <= middle + reach; ++index) {
      double weight = kernel((index - x) * stretch);
      if (op.getExcludeOutside() && index != inside(index))
        weight = 0;
      weights.push_back({inside(index), weight});
      sum += weight;
    }
    for (auto &[index, weight] : weights)
      weight /= sum;
    return weights;
  }
};

} // namespace

/// One axis of a row-major tensor resized.
template <typename T>
static std::vector<T> along(ResizeAxis axis, std::vector<T> values, int64_t outer, int64_t inner) {
  std::vector<T> results(outer * axis.out * inner);
  for (int64_t at = 0; at < axis.out; ++at) {
    double x = axis.coordinate(at);
    bool outside = axis.op.getCoordinates() == "tf_crop_and_resize" && (x < 0 || x > axis.in - 1);
    auto weights = axis.weights(x);
    for (int64_t i = 0; i < outer; ++i)
      for (int64_t j = 0; j < inner; ++j) {
        T &result = results[(i * axis.out + at) * inner + j];
        auto element = [&](int64_t index) { return values[(i * axis.in + index) * inner + j]; };
        if (outside) {
          result = axis.op.getExtrapolation().convertToDouble();
        } else if (axis.op.getKind() == ResizeKind::Nearest) {
          result = element(weights[0].first);
        } else {
          double sum = 0;
          for (auto [index, weight] : weights)
            if (weight != 0)
              sum += weight * element(index);
          result = sum;
        }
      }
  }
  return results;
}

static llvm::Expected<Tensor> resize(ResizeOp op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  llvm::Expected<Shape> shape = shapeOf(op.getType(), symbols);
  if (!shape)
    return shape.takeError();
  const Tensor &operand = operands[0];
  return withElementsOf(operand, [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values = operand.values<T>().vec();
    Shape now(operand.shape());
    for (auto [number, axis] : llvm::enumerate(op.getAxes())) {
      int64_t outer = elementCount(llvm::ArrayRef(now).take_front(axis)),
              inner = elementCount(llvm::ArrayRef(now).drop_front(axis + 1));
      double begin = op.getRoi() ? (*op.getRoi())[number] : 0,
             end = op.getRoi() ? (*op.getRoi())[op.getAxes().size() + number] : 1;
      values = along<T>({op, op.getScales()[number], begin, end, now[axis], (*shape)[axis]}, std::move(values), outer,
                        inner);
      now[axis] = (*shape)[axis];
    }
    return Tensor(operand.element(), *shape, std::move(values));
  });
}

void reference::addResize(Table &table) { add<ResizeOp, resize>(table); }
