//===- ChooseWinograd.cpp - whether Winograd's tiles pay, and are exact enough ===//

#include "codegen/plans/ChooseWinograd.h"
#include "codegen/weights/WeightView.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

// What products reach of the peak, and what transforming along an axis costs in multiply-adds for a point of a tile and
// a channel: measured, see docs/winograd.md.
// Sums of few channels take as long as those of so many: a register tile waits for its last products.
static constexpr double productShare = 0.88, inputCost = 5, outputCost = 2.5, leastChannels = 8;

static double weightBytes(const ConvSizes &sizes, const WinogradTile &tile) {
  double outputs = double(llvm::alignTo(uint64_t(sizes.outputs), uint64_t(panelColumns)));
  return sizeof(float) * double(tile.height.points() * tile.width.points()) * sizes.channels * outputs;
}

static double winogradTime(const ConvSizes &sizes, const WinogradTile &tile) {
  const Geometry &g = sizes.geometry;
  double tiles =
      llvm::divideCeil(g.height.out, tile.height.outputs) * llvm::divideCeil(g.width.out, tile.width.outputs);
  double points = tile.height.points() * tile.width.points();
  double outputs = double(llvm::alignTo(uint64_t(sizes.outputs), uint64_t(panelColumns)));
  double products = points * tiles * std::max(sizes.channels, leastChannels) * outputs / productShare;
  int axes = (tile.height.points() > 1) + (tile.width.points() > 1);
  double transforms = axes * points * tiles * (inputCost * sizes.channels + outputCost * outputs);
  return timeWithWeights(sizes, products, weightBytes(sizes, tile)) + transforms;
}

//===----------------------------------------------------------------------===//
// Error
//===----------------------------------------------------------------------===//

/// The greatest error over the greatest result, for 64 channels of weights and inputs as in docs/winograd.md; it grows
/// as the square root of the number of channels.
static double tableError(const WinogradTile &tile) {
  auto isLarge = [](const WinogradAxis &axis) { return axis.points() == 6; };
  int large = isLarge(tile.height) + isLarge(tile.width);
  return large == 2 ? 1.8e-6 : large == 1 ? 7e-7 : 3.5e-7;
}

/// How much worse than such weights these are. A rounding error at a point p reaches a result by A's entry there; its
/// size follows that of the transformed weights times that of transformed inputs, B's row. So the variance of a
/// result's error is, but for a factor, the sum over channels of w^T Q w with Q = the sum over points of |A_p|² |B_p|²
/// g_p g_p^T; for independent weights that is the trace of Q over the number of taps times |w|².
static std::optional<double> amplification(const WinogradTile &tile, Value filter) {
  int64_t taps = tile.height.kernel * tile.width.kernel;
  std::vector<double> quadratic(taps * taps, 0);
  auto pointWeight = [](const WinogradAxis &axis, int64_t point) {
    double most = 0, input = 0;
    for (int64_t output = 0; output < axis.outputs; ++output)
      most = std::max(most, std::abs(axis.outputRow(output)[point]));
    for (double value : axis.inputRow(point))
      input += value * value;
    return most * most * input;
  };
  double trace = 0;
  for (int64_t i = 0; i < tile.height.points(); ++i)
    for (int64_t j = 0; j < tile.width.points(); ++j) {
      double weight = pointWeight(tile.height, i) * pointWeight(tile.width, j);
      SmallVector<double> rows = tile.height.filterRow(i), columns = tile.width.filterRow(j), both;
      for (double row : rows)
        for (double column : columns)
          both.push_back(row * column);
      for (int64_t a = 0; a < taps; ++a)
        for (int64_t b = 0; b < taps; ++b)
          quadratic[a * taps + b] += weight * both[a] * both[b];
    }
  for (int64_t a = 0; a < taps; ++a)
    trace += quadratic[a * taps + a];

  llvm::Expected<WeightView> weights = WeightView::of(filter);
  if (!weights) { // Packing will say what is wrong.
    llvm::consumeError(weights.takeError());
    return std::nullopt;
  }
  int64_t outputs = weights->shape().back(), block = 64;
  double mostError = 0, mostSquares = 0;
  for (int64_t first = 0; first < outputs; first += block) {
    int64_t count = std::min(block, outputs - first);
    std::vector<float> values; // [taps][channels][count]
    weights->writeColumns(first, count, count, [&](ArrayRef<char> piece) {
      size_t used = values.size();
      values.resize(used + piece.size() / sizeof(float));
      std::memcpy(&values[used], piece.data(), piece.size());
    });
    int64_t tapSize = values.size() / taps;
    std::vector<double> error(count, 0), squares(count, 0);
    for (int64_t a = 0; a < taps; ++a)
      for (int64_t b = 0; b <= a; ++b) {
        double factor = quadratic[a * taps + b] * (a == b ? 1 : 2);
        for (int64_t i = 0; i < tapSize; ++i) {
          double product = double(values[a * tapSize + i]) * values[b * tapSize + i];
          error[i % count] += factor * product;
          if (a == b)
            squares[i % count] += product;
        }
      }
    for (int64_t i = 0; i < count; ++i) {
      mostError = std::max(mostError, error[i]);
      mostSquares = std::max(mostSquares, squares[i]);
    }
  }
  if (!(mostError > 0) || !std::isfinite(mostError))
    return std::nullopt; // All zeros, or values that no table is about.
  return std::sqrt(mostError / (mostSquares * trace / taps));
}

static bool isExact(const WinogradTile &tile, const ConvSizes &sizes, Value filter) {
  constexpr double budget = 1e-5, tableChannels = 64;
  double error = tableError(tile) * std::sqrt(std::max(1.0, sizes.channels / tableChannels));
  if (error > budget)
    return false;
  std::optional<double> factor = amplification(tile, filter);
  return factor && error * *factor <= budget;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

static bool canTile(const Axis &axis) { return axis.stride == 1 && (axis.dilation == 1 || axis.kernel == 1); }

std::optional<WinogradTile> codegen::chooseWinograd(nn::ConvOp conv, Value filter, double time,
                                                    SmallVectorImpl<Estimate> &considered) {
  ConvSizes sizes = convSizes(conv);
  const Geometry &geometry = sizes.geometry;
  bool isPlain = isa<Float32Type>(conv.getInput().getType().getElementType()) && conv.getGroups() == 1;
  if (!isPlain || !canTile(geometry.height) || !canTile(geometry.width))
    return std::nullopt;
  SmallVector<std::pair<double, WinogradTile>> candidates;
  for (const WinogradAxis &height : winogradAxes(geometry.height.kernel))
    for (const WinogradAxis &width : winogradAxes(geometry.width.kernel)) {
      WinogradTile tile{height, width};
      if (height.points() * width.points() > 1)
        candidates.push_back({winogradTime(sizes, tile), tile});
    }
  llvm::sort(candidates, llvm::less_first());
  for (const auto &[mine, tile] : candidates) {
    std::string plan = "winograd " + std::to_string(tile.height.outputs) + "×" + std::to_string(tile.width.outputs);
    considered.push_back({plan, milliseconds(mine), mine >= time || isExact(tile, sizes, filter)});
    if (mine < time && considered.back().isExact) {
      WinogradTile chosen = tile;
      chosen.fromMemory = comeFromMemory(sizes, weightBytes(sizes, tile));
      return chosen;
    }
  }
  return std::nullopt;
}
