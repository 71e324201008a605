//===- Elementwise.cpp - kernels without a root ---------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Lanes that fit a register whatever element type of the kernel they hold.
static int64_t commonLanes(KernelBuilder &k) {
  int64_t lanes = INT64_MAX;
  auto consider = [&](Type type) {
    lanes = std::min(lanes, k.lanes(computeType(cast<RankedTensorType>(type).getElementType())));
  };
  for (Value argument : k.kernel.getBlock()->getArguments())
    consider(argument.getType());
  for (Operation &op : k.kernel.getBlock()->without_terminator())
    consider(op.getResult(0).getType());
  return lanes;
}

void codegen::emitElements(KernelBuilder &k) {
  Epilogue epilogue(k);
  forElements(k, k.begin, k.end, commonLanes(k), [&](Value index, int64_t count) {
    epilogue.enterBlock();
    epilogue.finishFlat(nullptr, index, count);
  });
}

void codegen::emitElementRows(KernelBuilder &k) {
  Epilogue epilogue(k);
  int64_t lanes = commonLanes(k);
  k.loop(k.begin, k.end, 1, [&](Value row) {
    auto body = [&](Value column, int64_t count) {
      epilogue.enterBlock();
      epilogue.finish(nullptr, row, column, count);
    };
    forColumns(k, k.output(0).columns(), lanes, body);
  });
}
