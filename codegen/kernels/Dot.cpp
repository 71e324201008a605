//===- Dot.cpp - convolutions and products whose result has one column ----===//
//
// Where a pixel has one result, lanes that stand for columns of the result are idle. Here they stand for summands: what
// a row of the filter sees of the input lies side by side in memory, and so do its weights. A tile is some neighbouring
// pixels, each with a vector of partial sums, whose lanes are added up in the end, those of all pixels together. The
// lanes are as many at every level, and so is the order of a sum.
//
//   weights: [kernel height][kernel width][channels]
//
//===----------------------------------------------------------------------===//

#include "codegen/plans/Dot.h"
#include "codegen/kernels/Epilogue.h"
#include "codegen/kernels/Kernels.h"
#include "codegen/kernels/LaneSums.h"
#include "codegen/kernels/Spatial.h"
#include "codegen/plans/PatchRuns.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

struct Dot {
  KernelBuilder &k;
  const View &input, &filter;
  int64_t channels; ///< Of the input.
  Epilogue epilogue;
  Type element = input.element;

  /// Pixels of a tile: a power of two. Their sums fit the registers, with the weights.
  int64_t tilePixels() const {
    int64_t registers = dotLanes / k.lanes(element);
    return llvm::bit_floor(static_cast<uint64_t>(k.level.registers / registers - 1));
  }

  /// The first of sixteen elements, and zeros.
  Value load(Value pointer, int64_t count) {
    auto type = VectorType::get(dotLanes, element);
    if (count == dotLanes)
      return k.load(type, pointer);
    SmallVector<bool> lanes(dotLanes, false);
    std::fill_n(lanes.begin(), count, true);
    auto maskType = VectorType::get(dotLanes, k.builder.getI1Type());
    Value mask = arith::ConstantOp::create(k.builder, k.loc, DenseElementsAttr::get(maskType, ArrayRef(lanes)));
    Value zeros = k.constantVector(element, dotLanes, 0);
    return LLVM::MaskedLoadOp::create(k.builder, k.loc, type, pointer, mask, zeros,
                                      static_cast<uint32_t>(storageBytes(element)));
  }

  /// Adds the products of some neighbouring elements, of each pixel's, with their weights.
  SmallVector<Value> sumRun(ValueRange sums, Value inputRun, Value weightRun, Value pixelStride, int64_t length) {
    auto add = [&](ValueRange before, Value first, int64_t count) {
      SmallVector<Value> now(before);
      Value weights = load(k.at(weightRun, first, element), count), source = k.at(inputRun, first, element);
      for (auto [pixel, sum] : llvm::enumerate(now))
        sum = k.multiplyAdd(load(k.at(source, k.mul(pixelStride, static_cast<int64_t>(pixel)), element), count),
                            weights, sum);
      return now;
    };
    int64_t whole = length / dotLanes * dotLanes;
    SmallVector<Value> now = k.loop(k.constant(0), k.constant(whole), dotLanes, sums,
                                    [&](Value first, ValueRange carried) { return add(carried, first, dotLanes); });
    return whole == length ? now : add(now, k.constant(whole), length - whole);
  }

  SmallVector<Value> zeros(int64_t pixels) {
    return SmallVector<Value>(pixels, k.constantVector(element, dotLanes, 0));
  }

  /// Stores what neighbouring rows of the result are.
  void finish(ArrayRef<Value> sums, Value row) {
    if (!llvm::isPowerOf2_64(sums.size())) {
      size_t size = llvm::bit_floor(sums.size());
      finish(sums.take_front(size), row);
      return finish(sums.drop_front(size), k.add(row, static_cast<int64_t>(size)));
    }
    Value totals = laneSums(k, sums);
    auto count = static_cast<int64_t>(sums.size());
    epilogue.enterBlock();
    if (epilogue.canFinishFlat())
      return epilogue.finishFlat(totals, row, count);
    for (int64_t pixel = 0; pixel < count; ++pixel) {
      Value total = count == 1
                        ? totals
                        : vector::ExtractOp::create(k.builder, k.loc, totals, ArrayRef<int64_t>{pixel}).getResult();
      epilogue.finish(total, k.add(row, pixel), k.constant(0), 1);
    }
  }

  /// Where a filter is one pixel.
  void pixels() {
    Value stride = k.dim(input.rowStride);
    forRows(k, k.begin, k.end, tilePixels(), std::nullopt, [&](Value row, int64_t count) {
      Value source = k.at(input.pointer, k.mul(row, stride), element);
      finish(sumRun(zeros(count), source, filter.pointer, stride, channels), row);
    });
  }

  /// Some neighbouring pixels of an image row, whose first pixel is the result's row `firstResult`.
  void tile(const Geometry &geometry, const ImageRow &at, Value firstResult, Value column, int64_t count, bool whole) {
    const Axis &width = geometry.width;
    Value rowStride = k.dim(input.rowStride);
    Value firstColumn = k.add(k.mul(column, width.stride), -width.pad);
    Value origin = k.at(input.pointer, k.mul(k.add(k.mul(at.inputRow, width.in), firstColumn), rowStride), element);
    Value pixelStride = k.mul(rowStride, width.stride);
    bool isOneRun = whole && width.dilation == 1 && Emit::constantOf(rowStride) == channels;
    auto filterRow = [&](Value kernelRow, ValueRange carried) {
      Value source = k.at(origin, k.mul(kernelRow, k.mul(rowStride, width.in * geometry.height.dilation)), element);
      Value weights = k.at(filter.pointer, k.mul(kernelRow, width.kernel * channels), element);
      if (isOneRun)
        return sumRun(carried, source, weights, pixelStride, width.kernel * channels);
      Value begin = k.constant(0), end = k.constant(width.kernel);
      if (!whole)
        std::tie(begin, end) = insideRange(k, width, column);
      return k.loop(begin, end, 1, carried, [&](Value filterColumn, ValueRange now) {
        Value from = k.at(source, k.mul(filterColumn, k.mul(rowStride, width.dilation)), element);
        return sumRun(now, from, k.at(weights, k.mul(filterColumn, channels), element), pixelStride, channels);
      });
    };
    auto [rowBegin, rowEnd] = insideRange(k, geometry.height, at.row);
    finish(k.loop(rowBegin, rowEnd, 1, zeros(count), filterRow), k.add(firstResult, column));
  }

  void imageRows(const Geometry &geometry) {
    k.loop(k.begin, k.end, 1, [&](Value unit) {
      ImageRow at = imageRow(k, geometry, unit);
      forPixels(k, geometry.width, tilePixels(), k.constant(0), k.constant(geometry.width.out),
                [&](Value column, int64_t count, bool whole) {
                  tile(geometry, at, k.mul(unit, geometry.width.out), column, count, whole);
                });
    });
  }
};

} // namespace

void codegen::emitDot(KernelBuilder &k) {
  Operation *root = k.root();
  const View &input = k.input(root->getOperand(0)), &filter = k.input(root->getOperand(1));
  ArrayRef<int64_t> shape = cast<RankedTensorType>(root->getOperand(1).getType()).getShape();
  Dot dot{.k = k, .input = input, .filter = filter, .channels = shape[shape.size() - 2], .epilogue = Epilogue(k)};
  if (hasPatches(root))
    dot.imageRows(geometryOf(root));
  else
    dot.pixels();
}
