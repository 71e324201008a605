//===- Window.cpp - pooling -----------------------------------------------===//
//
// Channels are the lanes. The window is clipped to the input by the bounds of its loops, so padding costs nothing. A
// mean divides by how many positions were inside (or inside the padded input, with count_include_pad).
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Combine.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Spatial.h"
#include "ir/Payload.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

/// How many positions of a window along one axis count for a mean with count_include_pad: those inside the padded
/// input.
Value paddedCount(Emit &e, const Axis &axis, int64_t padEnd, Value position) {
  // Positions k with position * stride + k * dilation < in + both paddings.
  Value left = e.sub(e.constant(axis.in + axis.pad + padEnd), e.mul(position, axis.stride));
  return e.min(e.ceilDivClamped(left, axis.dilation), e.constant(axis.kernel));
}

} // namespace

void codegen::emitWindow(KernelBuilder &k) {
  auto op = cast<nn::WindowOp>(k.root());
  const View &input = k.input(op.getInput());
  Type element = input.element;
  Geometry geometry = geometryOf(op);
  const Axis &height = geometry.height, &width = geometry.width;
  int64_t spatial = op.getKernel().size();
  int64_t padEndHeight = spatial == 2 ? op.getPads()[spatial] : 0, padEndWidth = op.getPads().back();
  nn::ReduceKind kind = op.getKind();
  Value rowStride = k.dim(input.rowStride);
  Joining joining{k, kind, element, nn::payload::isUnsigned(op.getInput().getType())};
  Epilogue epilogue(k);

  auto pixel = [&](Value unit, ImageRow at, Value column, Value channel, int64_t lanes) {
    auto [rowBegin, rowEnd] = insideRange(k, height, at.row);
    auto [columnBegin, columnEnd] = insideRange(k, width, column);
    Value firstColumn = k.add(k.mul(column, width.stride), -width.pad);
    Value start = joining.neutral(lanes);
    Value result = k.loop(rowBegin, rowEnd, 1, ValueRange(start), [&](Value kernelRow, ValueRange outer) {
      Value sourceRow = k.mul(k.add(at.inputRow, k.mul(kernelRow, height.dilation)), width.in);
      return k.loop(columnBegin, columnEnd, 1, outer, [&](Value kernelColumn, ValueRange inner) {
        Value source = k.add(sourceRow, k.add(firstColumn, k.mul(kernelColumn, width.dilation)));
        Value value = k.loadElements(input, k.add(k.mul(source, rowStride), channel), lanes);
        return SmallVector<Value>{joining.combine(inner[0], value)};
      });
    })[0];
    if (kind == nn::ReduceKind::Mean) {
      Value count;
      if (op.getCountIncludePad())
        count = k.mul(paddedCount(k, height, padEndHeight, at.row), paddedCount(k, width, padEndWidth, column));
      else
        count = k.mul(k.sub(rowEnd, rowBegin), k.sub(columnEnd, columnBegin));
      Value divisor = arith::SIToFPOp::create(k.builder, k.loc, element, count);
      result = arith::DivFOp::create(k.builder, k.loc, result, k.splat(divisor, lanes));
    }
    epilogue.enterBlock();
    epilogue.finish(result, k.add(k.mul(unit, width.out), column), channel, lanes);
  };

  k.loop(k.begin, k.end, 1, [&](Value unit) {
    ImageRow at = imageRow(k, geometry, unit);
    k.loop(k.constant(0), k.constant(width.out), 1, [&](Value column) {
      forChannels(k, geometry.channels, k.lanes(element),
                  [&](Value channel, int64_t lanes) { pixel(unit, at, column, channel, lanes); });
    });
  });
}
