//===- PatchRuns.cpp - what is copied at once of a convolution's patches --===//

#include "codegen/plans/PatchRuns.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

bool codegen::hasPatches(Operation *root) {
  auto conv = dyn_cast<nn::ConvOp>(root);
  return conv && !conv.seesOnePixel();
}

int64_t codegen::runTaps(nn::ConvOp conv) {
  constexpr int64_t fewChannels = 64, longest = 1024;
  auto filter = conv.getFilter().getType();
  int64_t rank = filter.getRank(), channels = filter.getDimSize(rank - 2);
  if (rank == 2)
    return 1;
  int64_t taps = filter.getDimSize(rank - 3);
  bool isOneRun = conv.getDilations().back() == 1 && channels < fewChannels && taps * channels <= longest;
  return isOneRun ? taps : 1;
}
