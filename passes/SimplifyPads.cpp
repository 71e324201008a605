//===- SimplifyPads.cpp - zeros around what is convolved ------------------===//

#include "ir/Ops.h"
#include "passes/Rewrites.h"
#include "passes/Simplify.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// What is added along the spatial dimensions of a tensor whose dimensions are `permutation` of the padded one's:
/// before all of them, then behind; nothing where a size is not known, or others grow, too.
static std::optional<SmallVector<int64_t>> spatialPads(PadOp pad, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> pads;
  for (ArrayRef<DimAttr> added : {pad.getLow().getDims(), pad.getHigh().getDims()}) {
    SmallVector<DimAttr> dims = permuted(added, permutation);
    if (llvm::any_of(dims, [](DimAttr dim) { return !dim.isConstant(); }) || dims.front().getValue() != 0 ||
        dims.back().getValue() != 0)
      return std::nullopt;
    for (DimAttr dim : ArrayRef(dims).drop_front().drop_back())
      pads.push_back(dim.getValue());
  }
  return pads;
}

/// Whether all that is read of a tensor is convolved.
static bool isOnlyConvolved(Value tensor) {
  return llvm::all_of(tensor.getUses(),
                      [](OpOperand &use) { return isa<ConvOp>(use.getOwner()) && use.getOperandNumber() == 0; });
}

namespace {

/// conv(pad(x, 0)) == conv(x) with more pads, also where a transpose is in between
///
/// Only where all that is read of the padded tensor is convolved, so that it is not needed.
struct PadIntoConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    auto pad = (transpose ? transpose.getOperand() : op.getInput()).getDefiningOp<PadOp>();
    if (!pad || pad.getMode() != PadMode::Constant || splatOf(pad.getValue()) != 0.0)
      return rewriter.notifyMatchFailure(op, "no zeros around the input");
    if (!isOnlyConvolved(op.getInput()) || (transpose && !pad->hasOneUse()))
      return rewriter.notifyMatchFailure(op, "something else reads the padded tensor");
    auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(pad)));
    if (transpose)
      permutation.assign(transpose.getPermutation().begin(), transpose.getPermutation().end());
    std::optional<SmallVector<int64_t>> pads = spatialPads(pad, permutation);
    if (!pads)
      return rewriter.notifyMatchFailure(op, "adds something else than so many pixels");
    for (auto [all, own] : llvm::zip_equal(*pads, op.getPads()))
      all += own;
    Value input = transposeBy(rewriter, op.getLoc(), pad.getOperand(), permutation);
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(input);
      op.setPads(*pads);
    });
    return success();
  }
};

} // namespace

void passes::populatePadPatterns(RewritePatternSet &patterns) { patterns.add<PadIntoConv>(patterns.getContext()); }
