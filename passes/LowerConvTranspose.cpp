//===- LowerConvTranspose.cpp - transposed convolutions become convolutions ===//
//
//   %y = nn.conv_transpose %x, %w {strides 2}          // %w: 3 taps
//     ─▶
//   %even = nn.conv %x, (taps 2, 0 of %w)              // What positions 0, 2, 4 … of the result are sums of.
//   %odd = nn.conv %x, (tap 1 of %w)                   // … 1, 3, 5 …
//   %y = interleaved(nn.concat %even, %odd)
//
// Position s * a + r of the result meets the taps r, r + s, r + 2 s … only: for each r that is a convolution of its
// own, with the taps backwards. Where all r have as many taps they are one convolution with more channels. The filters
// are recipes if the filter is one, and joins are views, so what is left to do is the interleaving.
//
//===----------------------------------------------------------------------===//

#include "ir/Ops.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace margay::passes {
#define GEN_PASS_DEF_LOWERCONVTRANSPOSEPASS
#include "passes/Passes.h.inc"
} // namespace margay::passes

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

namespace {

/// What one of the convolutions does along one axis.
struct Phase {
  int64_t first;      ///< Its first tap, r.
  int64_t taps;       ///< How many it has.
  int64_t begin, end; ///< Padding.
};

/// A spatial axis of a transposed convolution.
struct Axis {
  SmallVector<Phase> phases; ///< One for each r.
  int64_t skipped;           ///< Positions of the interleaved results before the first one that is wanted.
};

struct LowerConvTranspose : OpRewritePattern<ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  /// Nothing where a phase has no taps, or would leave out elements of the input.
  static std::optional<Axis> axisOf(ConvTransposeOp op, int64_t i) {
    int64_t spatial = op.getStrides().size(), stride = op.getStrides()[i];
    int64_t kernel = op.getFilter().getType().getDimSize(i);
    int64_t begin = op.getPads()[i], end = op.getPads()[spatial + i];
    if (op.getDilations()[i] != 1 || kernel < stride || begin < 0)
      return std::nullopt;
    Axis axis{{}, begin % stride};
    int64_t left = begin / stride; // Positions s * a of the first a that is wanted.
    // Results are needed for `in` - 1 + more values of a.
    int64_t more = llvm::divideCeilSigned(axis.skipped + kernel + op.getOutputPadding()[i] - begin - end, stride);
    for (int64_t r = 0; r < stride; ++r) {
      Phase phase{r, static_cast<int64_t>(llvm::divideCeil(kernel - r, stride)), 0, 0};
      phase.begin = phase.taps - 1 - left;
      phase.end = more - 1 - phase.begin + phase.taps - 1;
      if (phase.begin < 0 || phase.end < 0)
        return std::nullopt;
      axis.phases.push_back(phase);
    }
    return axis;
  }

  /// Every phase of all axes, the last axis fastest.
  static SmallVector<SmallVector<Phase>> combinations(ArrayRef<Axis> axes) {
    SmallVector<SmallVector<Phase>> all{{}};
    for (const Axis &axis : axes) {
      SmallVector<SmallVector<Phase>> longer;
      for (const SmallVector<Phase> &phases : all)
        for (const Phase &phase : axis.phases) {
          longer.push_back(phases);
          longer.back().push_back(phase);
        }
      all = std::move(longer);
    }
    return all;
  }

  /// The taps of a phase, backwards.
  static Value filterOf(ConvTransposeOp op, ArrayRef<Phase> phases, PatternRewriter &rewriter) {
    auto type = op.getFilter().getType();
    SmallVector<DimAttr> starts(type.getRank(), constantDim(op.getContext(), 0)), dims = dimsOf(type);
    SmallVector<int64_t> steps(type.getRank(), 1);
    for (auto [i, phase] : llvm::enumerate(phases)) {
      int64_t stride = op.getStrides()[i];
      starts[i] = constantDim(op.getContext(), phase.first + stride * (phase.taps - 1));
      steps[i] = -stride;
      dims[i] = constantDim(op.getContext(), phase.taps);
    }
    return SliceOp::create(rewriter, op.getLoc(), tensorOf(dims, type.getElementType()), op.getFilter(),
                           ShapeAttr::get(op.getContext(), starts), steps);
  }

  static Value convolve(ConvTransposeOp op, Value filter, ArrayRef<Phase> phases, PatternRewriter &rewriter) {
    SmallVector<int64_t> ones(phases.size(), 1), pads;
    for (const Phase &phase : phases)
      pads.push_back(phase.begin);
    for (const Phase &phase : phases)
      pads.push_back(phase.end);
    return ConvOp::create(rewriter, op.getLoc(), op.getInput(), filter, ones, ones, pads, /*groups=*/1);
  }

  /// [N, A, B, s * t * O] as [N, A * s, B * t, O].
  static Value interleaved(Value value, ArrayRef<Axis> axes, DimAttr outputs, PatternRewriter &rewriter) {
    SmallVector<DimAttr> dims = dimsOf(value.getType()), apart(ArrayRef(dims).drop_back()), together{dims[0]};
    int64_t spatial = axes.size();
    SmallVector<int64_t> permutation{0};
    for (auto [i, axis] : llvm::enumerate(axes)) {
      int64_t phases = axis.phases.size();
      apart.push_back(constantDim(rewriter.getContext(), phases));
      together.push_back(dims[i + 1] * phases);
      permutation.push_back(i + 1);
      permutation.push_back(i + 1 + spatial);
    }
    apart.push_back(outputs);
    together.push_back(outputs);
    permutation.push_back(1 + 2 * spatial);
    Location loc = value.getLoc();
    value = transposeBy(rewriter, loc, reshapeTo(rewriter, loc, value, apart), permutation);
    return reshapeTo(rewriter, loc, value, together);
  }

  LogicalResult matchAndRewrite(ConvTransposeOp op, PatternRewriter &rewriter) const override {
    if (op.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "has groups");
    SmallVector<Axis> axes;
    for (int64_t i = 0; i < static_cast<int64_t>(op.getStrides().size()); ++i) {
      std::optional<Axis> axis = axisOf(op, i);
      if (!axis)
        return rewriter.notifyMatchFailure(op, "has phases that are no convolutions");
      axes.push_back(*axis);
    }
    SmallVector<SmallVector<Phase>> phases = combinations(axes);
    auto areAlike = [](ArrayRef<Phase> a, ArrayRef<Phase> b) {
      return llvm::all_of(llvm::zip_equal(a, b), [](auto pair) {
        auto [x, y] = pair;
        return x.taps == y.taps && x.begin == y.begin && x.end == y.end;
      });
    };
    auto filters = llvm::map_to_vector(phases, [&](ArrayRef<Phase> phase) { return filterOf(op, phase, rewriter); });
    auto joined = [&](ArrayRef<Value> parts) -> Value {
      int64_t last = cast<RankedTensorType>(parts[0].getType()).getRank() - 1;
      return parts.size() == 1 ? parts[0] : Value(ConcatOp::create(rewriter, op.getLoc(), parts, last));
    };
    Value result;
    if (llvm::all_of(phases, [&](ArrayRef<Phase> phase) { return areAlike(phase, phases[0]); })) {
      result = convolve(op, joined(filters), phases[0], rewriter);
    } else {
      SmallVector<Value> parts;
      for (auto [filter, phase] : llvm::zip_equal(filters, phases))
        parts.push_back(convolve(op, filter, phase, rewriter));
      result = joined(parts);
    }
    SmallVector<DimAttr> wanted = dimsOf(op.getType());
    result = interleaved(result, axes, wanted.back(), rewriter);
    SmallVector<DimAttr> starts(wanted.size(), constantDim(op.getContext(), 0));
    for (auto [i, axis] : llvm::enumerate(axes))
      starts[i + 1] = constantDim(op.getContext(), axis.skipped);
    if (dimsOf(result.getType()) != wanted)
      result = SliceOp::create(rewriter, op.getLoc(), op.getType(), result, ShapeAttr::get(op.getContext(), starts),
                               SmallVector<int64_t>(wanted.size(), 1));
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct LowerConvTransposePass : passes::impl::LowerConvTransposePassBase<LowerConvTransposePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LowerConvTranspose>(&getContext());
    applyInFunctions(getOperation(), std::move(patterns));
  }
};

} // namespace
