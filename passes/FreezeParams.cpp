//===- FreezeParams.cpp - parameters become constants ---------------------===//
//
//   nn.param @w : tensor<3x3x64x64xf32> = … {trainable}          nn.param @w : tensor<3x3x64x64xf32> = …
//   nn.param @b : tensor<64xf32> = … {trainable}           ─▶
//   %b = nn.get @b                                               %b = nn.constant …
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "ir/reference/Tensor.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_FREEZEPARAMSPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

static bool isSmall(ParamOp param) {
  auto type = cast<RankedTensorType>(param.getType());
  return type.hasStaticShape() && type.getNumElements() <= maxInlineElements;
}

/// Puts the value of a small parameter in place of a read of it.
static LogicalResult replaceByConstant(GetOp get, ParamOp param) {
  llvm::Expected<reference::Tensor> value = reference::Tensor::fromElements(param.getValue());
  if (!value)
    return param.emitError(llvm::toString(value.takeError()));
  OpBuilder builder(get);
  get.replaceAllUsesWith(ConstantOp::create(builder, get.getLoc(), value->toElements()).getResult());
  get.erase();
  return success();
}

namespace {

struct FreezeParamsPass : passes::impl::FreezeParamsPassBase<FreezeParamsPass> {
  void runOnOperation() override {
    llvm::StringMap<ParamOp> params;
    for (auto param : getOperation().getOps<ParamOp>()) {
      param.setTrainable(false);
      params[param.getSymName()] = param;
    }
    WalkResult walked = getOperation().walk([&](GetOp get) -> WalkResult {
      ParamOp param = params.lookup(get.getParam());
      return isSmall(param) ? replaceByConstant(get, param) : success();
    });
    if (walked.wasInterrupted())
      return signalPassFailure();
    eraseUnreadParams(getOperation());
  }
};

} // namespace
