//===- RoiAlign.cpp - regions of images, all of one size ------------------===//

#include "frontend/onnx/Symbols.h"
#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Sampling.h"
#include "frontend/onnx/ops/Windows.h"

using namespace mlir;

namespace margay::frontend::onnx {

namespace {

struct Regions {
  Value corners; ///< [R, 4]: x1, y1, x2, y2
  double scale;
  bool halfPixel;
  int64_t ratio; ///< samples along a side of a bin
};

} // namespace

/// Where the samples of each region are along one axis, [R, bins * ratio].
static Value coordinates(NodeImport &node, const Regions &regions, int64_t corner, int64_t bins) {
  nn::DimAttr count = nn::dimOf(regions.corners.getType(), 0), along = node.dim(bins * regions.ratio);
  auto side = [&](int64_t index) {
    Value value = sliceAlong(node, regions.corners, 1, node.dim(index), node.dim(1));
    return affine(node, value, regions.scale, regions.halfPixel ? -0.5 : 0);
  };
  Value begin = side(corner), size = node.same<nn::SubOp>(side(corner + 2), begin);
  if (!regions.halfPixel && size) // Regions without an extent get one.
    size = node.same<nn::MaxOp>(size, node.splat(1, size));
  auto wide = [&](Value value) { return node.broadcast(value, {count, along}); };
  Value steps = affine(node, positions(node, elementOf(regions.corners), {count, along}, 1), 1, 0.5);
  Value step = affine(node, size, 1.0 / double(bins * regions.ratio), 0);
  return node.same<nn::AddOp>(wide(begin), node.same<nn::MulOp>(steps, wide(step)));
}

/// Pixels around the coordinates; the image goes on for one pixel, and is 0 from there on.
static Taps tapsInRegion(NodeImport &node, Value x, nn::DimAttr size) {
  if (!x)
    return {};
  Value isNear = node.same<nn::AndOp>(compare(node, nn::CompareKind::Ge, x, node.splat(-1, x)),
                                      compare(node, nn::CompareKind::Le, x, splat(node, size, x)));
  Taps taps = tapsAt(node, x, size, Interpolation::Linear, Surround::Border, false);
  for (Tap &tap : taps)
    tap.weight = choose(node, isNear, tap.weight, node.splat(0, tap.weight));
  return taps;
}

LogicalResult importRoiAlign(NodeImport &node) {
  Value input = node.input(0), rois = node.input(1), images = node.input(2);
  llvm::StringRef mode = node.text("mode", "avg");
  llvm::StringRef coordinateMode =
      node.opset() < 16 ? "output_half_pixel" : node.text("coordinate_transformation_mode", "half_pixel");
  int64_t height = node.integer("output_height", 1), width = node.integer("output_width", 1),
          ratio = node.integer("sampling_ratio", 0);
  double scale = node.number("spatial_scale", 1);
  if (!input || !rois || !images || node.hasFailed())
    return failure();
  if (mode != "avg" && mode != "max")
    return node.malformed("has the unknown mode " + quoted(mode));
  if (coordinateMode != "half_pixel" && coordinateMode != "output_half_pixel")
    return node.malformed("has the unknown coordinate mode " + quoted(coordinateMode));
  if (ratio == 0)
    return node.unsupported("how many samples are taken depends on the data where attribute 'sampling_ratio' is 0; "
                            "give it a positive number");
  constexpr int64_t most = 1 << 14;
  if (height < 1 || width < 1 || ratio < 1 || height > most || width > most || ratio > most)
    return node.malformed("its output has a size of " + llvm::Twine(height) + " x " + llvm::Twine(width) +
                          " and a sampling ratio of " + llvm::Twine(ratio));
  Dims dims = nn::dimsOf(input.getType()), of = nn::dimsOf(rois.getType());
  if (dims.size() != 4 || of.size() != 2 || of[1].getConstant() != 4 || rankOf(images) != 1)
    return node.malformed("needs images of 4 dimensions, a list of regions of 4 numbers each, and a list of images");
  nn::DimAttr listed = nn::dimOf(images.getType(), 0);
  if (failed(node.needEqual(listed, of[0], "has " + of[0].str() + " regions, and images for " + listed.str())))
    return failure();
  if (!isa<FloatType>(elementOf(rois)) || !isa<IntegerType>(elementOf(images)))
    return node.malformed("its regions have to be of floats and its images integers");

  mlir::Type element = elementOf(input), real = node.builder().getF32Type();
  if (element.isF64())
    real = element;
  Regions regions{node.cast(rois, real), scale, coordinateMode == "half_pixel", ratio};
  nn::DimAttr rows = node.dim(height * ratio), columns = node.dim(width * ratio), one = node.dim(1);
  if (!isManageable({of[0], dims[1], rows, columns}))
    return node.unsupported("the result is too large to be compiled");
  auto everywhere = [&](Value x, const Dims &around) {
    return node.reshape(node.broadcast(node.reshape(x, around), {of[0], rows, columns}), {of[0], rows * columns});
  };
  Taps down = tapsInRegion(node, everywhere(coordinates(node, regions, 1, height), {of[0], rows, one}), dims[2]),
       right = tapsInRegion(node, everywhere(coordinates(node, regions, 0, width), {of[0], one, columns}), dims[3]);
  if (node.hasFailed())
    return failure();
  Value samples = sample(node, node.cast(input, real), images, {down, right}, mode == "max");
  samples =
      node.reshape(samples, {of[0], node.dim(height), node.dim(ratio), node.dim(width), node.dim(ratio), dims[1]});
  if (!samples)
    return failure();
  nn::ReduceKind kind = mode == "max" ? nn::ReduceKind::Max : nn::ReduceKind::Mean;
  Value result = node.infer<nn::ReduceOp>(samples, kind, llvm::ArrayRef<int64_t>({2, 4}));
  return node.result(node.cast(toChannelsFirst(node, result), element));
}

} // namespace margay::frontend::onnx
