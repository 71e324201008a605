//===- ConvTime.h - what ways of convolving an image are estimated to take ===//
//
// Times are multiply-adds: how many the planning level's peak would make meanwhile, for one image.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_CONVTIME_H
#define MARGAY_CODEGEN_PLANS_CONVTIME_H

#include "codegen/kernels/Spatial.h"
#include "codegen/plans/Estimate.h"
#include "ir/Ops.h"

namespace margay::codegen {

/// More bytes than these, read once in each call, come from memory.
inline constexpr int64_t lastCacheBytes = 16 << 20;

struct ConvSizes {
  Geometry geometry;
  double channels, outputs; ///< Of a group.
  double runTaps;           ///< Taps that are copied at once (PatchRuns.h).
  double modelBytes;        ///< Of all parameters of the model: what a call reads before it needs these again.
};
ConvSizes convSizes(nn::ConvOp conv);

/// Image row by image row, in register tiles of neighbouring pixels (kernels/Conv.cpp).
double directTime(const ConvSizes &sizes);
/// As a product with copied patches (kernels/Patches.h).
double patchTime(const ConvSizes &sizes);
/// Whether so many bytes of weights come from memory in each call, and not from the last cache.
bool comeFromMemory(const ConvSizes &sizes, double bytes);
/// For sums that read so many bytes of weights: these come from the last cache, which is waited for where it is slower;
/// or from memory, if there are too many in the model, which is waited for anyway.
double timeWithWeights(const ConvSizes &sizes, double sums, double bytes);

double milliseconds(double multiplyAdds);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_CONVTIME_H
