//===- ConvTime.cpp - what ways of convolving an image are estimated to take ===//
//
// The constants are measured (docs/measuring.md), with `margay-kernels --algorithm conv` and `gemm`.
//
//===----------------------------------------------------------------------===//

#include "codegen/plans/ConvTime.h"
#include "codegen/Target.h"
#include "codegen/plans/EvenSplit.h"
#include "codegen/plans/PatchRuns.h"
#include "codegen/plans/TileShape.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static double modelBytes(nn::ConvOp conv) {
  double bytes = 0;
  for (auto param : conv->getParentOfType<ModuleOp>().getOps<nn::ParamOp>()) {
    auto type = cast<ShapedType>(param.getValue().getType());
    if (type.getElementType().isIntOrFloat())
      bytes += double(type.getNumElements()) * type.getElementTypeBitWidth() / 8;
  }
  return bytes;
}

ConvSizes codegen::convSizes(nn::ConvOp conv) {
  ArrayRef<int64_t> shape = conv.getFilter().getType().getShape();
  return {geometryOf(conv), double(shape[shape.size() - 2]), double(shape.back()) / double(conv.getGroups()),
          double(runTaps(conv)), modelBytes(conv)};
}

/// For so many bytes to be read from the last cache.
static double cacheTime(double bytes) { return bytes * planningLevel().multiplyAdds / planningLevel().cacheBytes; }

bool codegen::comeFromMemory(const ConvSizes &sizes, double bytes) {
  return std::max(sizes.modelBytes, bytes) > lastCacheBytes;
}

double codegen::timeWithWeights(const ConvSizes &sizes, double sums, double bytes) {
  if (!comeFromMemory(sizes, bytes))
    return std::max(sums, cacheTime(bytes));
  // Memory gives one core of a server 12 bytes in a nanosecond, of a desktop 25.
  constexpr double memoryBytes = 15;
  return sums + bytes * planningLevel().multiplyAdds / memoryBytes;
}

double codegen::milliseconds(double multiplyAdds) { return multiplyAdds / planningLevel().multiplyAdds * 1e-6; }

/// Multiply-adds of a result's channel and an input's.
static double allTaps(const Geometry &g) {
  return double(g.height.out) * double(g.width.out) * double(g.height.kernel) * double(g.width.kernel);
}

/// Pairs of an output position and a tap inside the input.
static double seenTaps(const Axis &axis) {
  double seen = 0;
  for (int64_t output = 0; output < axis.out; ++output)
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      int64_t at = output * axis.stride - axis.pad + tap * axis.dilation;
      seen += at >= 0 && at < axis.in;
    }
  return seen;
}

/// What tiles of an image row leave of the speed.
static double tileShare(const ConvSizes &sizes, double panelBytes) {
  const Axis &width = sizes.geometry.width;
  EvenSplit tiles = evenSplit(width.out, maxTileRows(planningLevel()));
  // Where a panel of weights does not stay in the first-level cache, its rows come no faster than so many rows of a
  // tile are computed.
  constexpr double firstCache = 24 << 10, rowsAtLeast = 5.2;
  double time = 0;
  for (int64_t tile = 0; tile < tiles.parts; ++tile)
    time += std::max(panelBytes > firstCache ? rowsAtLeast : 1, double(tiles.sizeOf(tile)));
  // Where the border is too wide to be written out, its pixels are tiles of their own, which wait for each sum.
  constexpr double singlePixel = 4;
  if (!hasExactBorders(width, maxTileRows(planningLevel()), /*knowsAlike=*/true))
    time += singlePixel * double(width.out - (width.interiorEnd() - width.interiorBegin()));
  return double(width.out) / time;
}

/// Channels of a result that are computed, in registers of eight, of which one alone is not enough to keep busy.
static double computedOutputs(const ConvSizes &sizes, double aloneShare) {
  double outputs = double(llvm::alignTo(uint64_t(sizes.outputs), 8));
  return outputs > 8 ? outputs : outputs / aloneShare;
}

/// Bytes of an image that are looked at.
static double seenBytes(const ConvSizes &sizes) {
  auto seen = [](const Axis &axis) { return double(std::min(axis.in, axis.out * std::min(axis.kernel, axis.stride))); };
  return sizeof(float) * sizes.channels * seen(sizes.geometry.height) * seen(sizes.geometry.width);
}

double codegen::directTime(const ConvSizes &sizes) {
  constexpr double best = 0.96;
  const Geometry &g = sizes.geometry;
  double panelBytes = sizeof(float) * panelColumns * sizes.channels * double(g.height.kernel * g.width.kernel);
  double sums = seenTaps(g.height) * seenTaps(g.width) * sizes.channels * computedOutputs(sizes, 0.7);
  // Each panel goes over the whole image: what the second-level cache cannot keep comes from the last one again.
  double image = seenBytes(sizes), panels = llvm::divideCeil(uint64_t(sizes.outputs), uint64_t(panelColumns));
  double again = image > planningLevel().blockBytes ? cacheTime(image) * (panels - 1) : 0;
  return timeWithWeights(sizes, sums / (best * tileShare(sizes, panelBytes)) + again, panelBytes * panels);
}

double codegen::patchTime(const ConvSizes &sizes) {
  constexpr double best = 0.92, copyElement = 2.5, copyRun = 60;
  double elements = allTaps(sizes.geometry) * sizes.channels, runs = allTaps(sizes.geometry) / sizes.runTaps;
  double weights = sizeof(float) * sizes.channels * sizes.outputs *
                   double(sizes.geometry.height.kernel * sizes.geometry.width.kernel);
  double sums = elements * computedOutputs(sizes, 0.45);
  return timeWithWeights(sizes, sums / best + elements * copyElement + runs * copyRun, weights);
}
