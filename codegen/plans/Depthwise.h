//===- Depthwise.h - how a depthwise convolution is cut into tiles --------===//
//
//   for blocks of channels         whose rows and taps the first-level cache holds
//     for one or two image rows
//       for tiles of pixels
//         for vectors of channels
//
// Neighbouring tiles have pixels of the input in common, and all tiles the filter's taps.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_PLANS_DEPTHWISE_H
#define MARGAY_CODEGEN_PLANS_DEPTHWISE_H

#include "codegen/kernels/Spatial.h"
#include "ir/Ops.h"

namespace margay::codegen {

struct DepthwiseTile {
  int64_t rows = 1;        ///< Of pixels: two have most of the input's rows in common.
  int64_t pixels = 1;      ///< Of a row, at most.
  int64_t rowPixels = 1;   ///< The same in a tile of one row.
  int64_t channels = 0;    ///< In a block; a multiple of the lanes, or all.
  bool writtenOut = false; ///< Whether all rows of the filter are code of their own, and not a loop.
};

/// The plan's own number `channels` goes first.
DepthwiseTile depthwiseTile(nn::KernelOp kernel, const Level &level);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_DEPTHWISE_H
