//===- Elementwise.cpp - kernels without a root ---------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Whether elements go through a function that is a long chain of operations, each waiting for the one before. A CPU
/// looks ahead some hundred operations, not to the next vector: two vectors at once keep it busy.
static bool isLong(KernelBuilder &k) {
  auto isFunction = [](Operation &op) {
    return isa<nn::AcosOp, nn::AcoshOp, nn::AsinOp, nn::AsinhOp, nn::AtanOp, nn::AtanhOp, nn::CosOp, nn::CoshOp,
               nn::ErfOp, nn::ExpOp, nn::Expm1Op, nn::GeluOp, nn::LogOp, nn::Log1pOp, nn::PowOp, nn::SigmoidOp,
               nn::SinOp, nn::SinhOp, nn::TanOp, nn::TanhOp>(op);
  };
  return llvm::any_of(k.kernel.getBlock()->without_terminator(), isFunction);
}

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
  auto body = [&](Value index, int64_t count) {
    epilogue.enterBlock();
    epilogue.finishFlat(nullptr, index, count);
  };
  int64_t lanes = commonLanes(k);
  if (isLong(k))
    forElements(k, k.begin, k.end, 2 * lanes, body, lanes);
  else
    forElements(k, k.begin, k.end, lanes, body);
}

void codegen::emitElementRows(KernelBuilder &k) {
  Epilogue epilogue(k);
  nn::DimAttr columns = k.output(0).columns();
  int64_t lanes = commonLanes(k), times = isLong(k) ? 2 : 1;
  k.loop(k.begin, k.end, 1, [&](Value row) {
    auto body = [&](Value column, int64_t count) {
      epilogue.enterBlock();
      epilogue.finish(nullptr, row, column, count);
    };
    forManyColumns(k, columns, lanes, times, body);
  });
}
