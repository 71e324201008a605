//===- Depthwise.cpp - how a depthwise convolution is cut into tiles ------===//

#include "codegen/plans/Depthwise.h"
#include "codegen/plans/EvenSplit.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// How many pixels of a row a tile has at most: what registers are left for beside some pixels of the input and, for
/// each row, the taps of a filter row.
static int64_t mostPixels(const Axis &width, const Level &level, int64_t rows) {
  int64_t values = (level.fma ? 2 : 4) + (width.stride > 1);
  int64_t left = level.registers - values - rows * width.kernel;
  return std::clamp<int64_t>(left / rows, 1, 8);
}

/// How many positions of an axis are under `outputs` windows side by side.
static int64_t positionsUnder(const Axis &axis, int64_t outputs) {
  return std::min(axis.in, (outputs - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1);
}

/// Whether what a kernel reads and writes of an image comes from and goes to the second-level cache.
static bool isNear(const Geometry &geometry, int64_t elementBytes, const Level &level) {
  const Axis &height = geometry.height, &width = geometry.width;
  int64_t pixels = height.in * width.in + height.out * width.out;
  return pixels * geometry.channels * elementBytes <= 2 * static_cast<int64_t>(level.blockBytes);
}

/// So many channels that the rows of a tile and its taps stay in the first-level cache: the next rows of pixels have
/// most of the input's rows in common, and all tiles the taps. But all channels, where an image comes from farther than
/// the second-level cache, which wants to be read in order; unless their taps alone would take two thirds of the first,
/// or each row is read so often that it counts more where it is read from all but the first time. Then two lines in
/// order have to do, or four, if two do not stay in the first-level cache either.
static int64_t blockChannels(const Geometry &geometry, const DepthwiseTile &tile, int64_t elementBytes,
                             const Level &level) {
  constexpr int64_t firstCache = 32 << 10, mostTaps = firstCache * 2 / 3, mostBlock = firstCache * 7 / 8;
  constexpr int64_t line = 16, manyRows = 7;
  const Axis &height = geometry.height, &width = geometry.width;
  int64_t taps = height.kernel * width.kernel;
  constexpr int64_t fewPixels = 8; // for each tap
  bool isNear = ::isNear(geometry, elementBytes, level), isTall = height.kernel >= manyRows;
  bool repeats = height.out * width.out >= fewPixels * taps && (isNear || isTall);
  if (geometry.channels * taps * elementBytes <= mostTaps && !repeats)
    return geometry.channels;
  int64_t input = positionsUnder(height, tile.rows) * positionsUnder(width, width.out);
  int64_t most = mostBlock / ((input + tile.rows * width.out + taps) * elementBytes);
  int64_t fewest = repeats && !isNear && most < line ? 4 * line : 2 * line;
  return llvm::alignTo(evenSplit(geometry.channels, std::max(most, fewest)).size, line);
}

DepthwiseTile codegen::depthwiseTile(nn::KernelOp kernel, const Level &level) {
  Operation *root = rootOf(kernel);
  Geometry geometry = geometryOf(root);
  const Axis &height = geometry.height, &width = geometry.width;
  int64_t elementBytes = storageBytes(cast<RankedTensorType>(root->getOperand(0).getType()).getElementType());
  DepthwiseTile tile;
  tile.writtenOut = height.kernel * width.kernel <= 25;
  bool sharesRows = tile.writtenOut && height.out > 1 && height.kernel > height.stride;
  tile.rows = sharesRows && mostPixels(width, level, 2) >= 3 ? 2 : 1;
  tile.pixels = mostPixels(width, level, tile.rows);
  tile.rowPixels = mostPixels(width, level, 1);
  int64_t lanes = level.lanes(elementBytes);
  int64_t channels = kernel.getPlan()->get("channels", blockChannels(geometry, tile, elementBytes, level));
  tile.channels = std::min<int64_t>(geometry.channels, llvm::alignTo(std::max<int64_t>(channels, 1), lanes));
  return tile;
}
