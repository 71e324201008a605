//===- PatchRuns.cpp - what is copied at once of a convolution's patches --===//

#include "codegen/plans/PatchRuns.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

bool codegen::hasPatches(Operation *root) {
  auto conv = dyn_cast<nn::ConvOp>(root);
  if (!conv)
    return false;
  auto all = [](ArrayRef<int64_t> values, int64_t expected) {
    return llvm::all_of(values, [=](int64_t value) { return value == expected; });
  };
  ArrayRef<int64_t> taps = conv.getFilter().getType().getShape().drop_back(2);
  return !all(taps, 1) || !all(conv.getStrides(), 1) || !all(conv.getPads(), 0);
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
