//===- GeneralConv.cpp - convolutions of any rank, filter and size --------===//
//
// One output pixel at a time; output channels are the lanes. For what emitConv and its like do not take: three spatial
// dimensions, sizes that are known in a call only, filters that are data, and transposed convolutions.
//
//===----------------------------------------------------------------------===//

#include "codegen/kernels/Channels.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Indexing.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/Taps.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Calls `body(pixel's coordinates, row)` for each pixel of the result.
static void forPixels(KernelBuilder &k, llvm::function_ref<void(ArrayRef<Value>, Value)> body) {
  k.loop(k.begin, k.end, 1, [&](Value row) { body(coordinates(k, row, ArrayRef(k.output(0).dims).drop_back()), row); });
}

void codegen::emitGeneralConv(KernelBuilder &k) {
  auto op = cast<nn::ConvOp>(k.root());
  const View &input = k.input(op.getInput()), &filter = k.input(op.getFilter());
  ArrayRef<int64_t> shape = op.getFilter().getType().getShape();
  int64_t groups = op.getGroups(), inGroup = shape[shape.size() - 2], outputs = shape.back(),
          ofGroup = outputs / groups;
  SmallVector<TapAxis> axes = tapAxes(input, shape.drop_back(2), op.getStrides(), op.getDilations(), op.getPads());
  Type element = input.element;
  Epilogue epilogue(k);
  auto zero = [&](int64_t lanes) { return k.constantVector(element, lanes, 0); };

  forPixels(k, [&](ArrayRef<Value> at, Value row) {
    if (inGroup == 1 && ofGroup == 1) { // Depthwise: channels meet their own filters.
      forChannels(k, outputs, k.lanes(element), [&](Value channel, int64_t lanes) {
        Value sum = forTaps(k, input, axes, at, zero(lanes), [&](Value offset, Value tap, Value carried) {
          Value x = k.loadElements(input, k.add(offset, channel), lanes);
          Value w = k.loadElements(filter, k.add(k.mul(tap, outputs), channel), lanes);
          return multiplyAccumulate(k, x, w, carried);
        });
        epilogue.enterBlock();
        epilogue.finish(sum, row, channel, lanes);
      });
      return;
    }
    k.loop(k.constant(0), k.constant(groups), 1, [&](Value group) {
      forChannels(k, ofGroup, k.lanes(element), [&](Value column, int64_t lanes) {
        Value channel = k.add(k.mul(group, ofGroup), column);
        Value sum = forTaps(k, input, axes, at, zero(lanes), [&](Value offset, Value tap, Value carried) {
          Value pixel = k.add(offset, k.mul(group, inGroup)), depth = k.mul(tap, inGroup);
          return k.loop(k.constant(0), k.constant(inGroup), 1, ValueRange(carried), [&](Value c, ValueRange state) {
            Value x = k.splat(k.loadElements(input, k.add(pixel, c), 1), lanes);
            Value w = k.loadElements(filter, k.add(k.mul(k.add(depth, c), outputs), channel), lanes);
            return SmallVector<Value>{multiplyAccumulate(k, x, w, state[0])};
          })[0];
        });
        epilogue.enterBlock();
        epilogue.finish(sum, row, channel, lanes);
      });
    });
  });
}

void codegen::emitConvTranspose(KernelBuilder &k) {
  auto op = cast<nn::ConvTransposeOp>(k.root());
  const View &input = k.input(op.getInput()), &filter = k.input(op.getFilter());
  ArrayRef<int64_t> shape = op.getFilter().getType().getShape();
  int64_t groups = op.getGroups(), inputs = shape[shape.size() - 2], ofGroup = shape.back(), inGroup = inputs / groups;
  SmallVector<TapAxis> axes = tapAxes(input, shape.drop_back(2), op.getStrides(), op.getDilations(), op.getPads());
  Type element = input.element;
  Epilogue epilogue(k);

  forPixels(k, [&](ArrayRef<Value> at, Value row) {
    k.loop(k.constant(0), k.constant(groups), 1, [&](Value group) {
      forChannels(k, ofGroup, k.lanes(element), [&](Value column, int64_t lanes) {
        Value first = k.mul(group, inGroup);
        auto addTap = [&](Value offset, Value tap, Value counts, Value carried) {
          Value pixel = k.add(offset, first), depth = k.add(k.mul(tap, inputs), first);
          // A tap that does not reach this pixel has no channels.
          return k.loop(k.constant(0), k.mul(counts, inGroup), 1, ValueRange(carried), [&](Value c, ValueRange state) {
            Value x = k.splat(k.loadElements(input, k.add(pixel, c), 1), lanes);
            Value w = k.loadElements(filter, k.add(k.mul(k.add(depth, c), ofGroup), column), lanes);
            return SmallVector<Value>{multiplyAccumulate(k, x, w, state[0])};
          })[0];
        };
        Value sum = forTransposedTaps(k, input, axes, at, k.constantVector(element, lanes, 0), addTap);
        epilogue.enterBlock();
        epilogue.finish(sum, row, k.add(k.mul(group, ofGroup), column), lanes);
      });
    });
  });
}
