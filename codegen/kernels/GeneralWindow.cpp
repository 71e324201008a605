//===- GeneralWindow.cpp - pooling in any rank and size -------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Taps.h"
#include "ir/Payload.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

void codegen::emitGeneralWindow(KernelBuilder &k) {
  auto op = cast<nn::WindowOp>(k.root());
  const View &input = k.input(op.getInput());
  Type element = input.element;
  nn::ReduceKind kind = op.getKind();
  SmallVector<TapAxis> axes = tapAxes(input, op.getKernel(), op.getStrides(), op.getDilations(), op.getPads());
  Joining joining{k, kind, element, nn::payload::isUnsigned(op.getInput().getType())};
  Epilogue epilogue(k);

  /// How many taps a mean divides by.
  auto countOf = [&](ArrayRef<Value> at) {
    Value count = k.constant(1);
    for (auto [index, axis] : llvm::enumerate(axes)) {
      auto [begin, end] = tapsInside(k, axis, at[index + 1]);
      if (op.getCountIncludePad()) {
        // Those with position * stride + tap * dilation < in + both paddings.
        Value reach = k.add(k.dim(axis.in), axis.pad + op.getPads()[axes.size() + index]);
        Value left = k.sub(reach, k.mul(at[index + 1], axis.stride));
        begin = k.constant(0);
        end = k.min(k.ceilDivClamped(left, axis.dilation), k.constant(axis.kernel));
      }
      count = k.mul(count, k.sub(end, begin));
    }
    return count;
  };
  k.loop(k.begin, k.end, 1, [&](Value row) {
    SmallVector<Value> at = coordinates(k, row, ArrayRef(k.output(0).dims).drop_back());
    forColumns(k, input.columns(), k.lanes(element), [&](Value channel, int64_t lanes) {
      Value start = joining.neutral(lanes);
      Value result = forTaps(k, input, axes, at, start, [&](Value offset, Value, Value carried) {
        return joining.combine(carried, k.loadElements(input, k.add(offset, channel), lanes));
      });
      if (kind == nn::ReduceKind::Mean) {
        Value divisor = arith::SIToFPOp::create(k.builder, k.loc, element, countOf(at));
        result = arith::DivFOp::create(k.builder, k.loc, result, k.splat(divisor, lanes));
      }
      epilogue.enterBlock();
      epilogue.finish(result, row, channel, lanes);
    });
  });
}
