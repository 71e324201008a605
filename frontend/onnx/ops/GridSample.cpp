//===- GridSample.cpp - images at the points of a grid --------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Sampling.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

static std::optional<Interpolation> readInterpolation(NodeImport &node) {
  llvm::StringRef mode = node.text("mode", node.opset() < 20 ? "bilinear" : "linear");
  if (mode == "nearest")
    return Interpolation::Nearest;
  if (mode == "linear" || mode == "bilinear")
    return Interpolation::Linear;
  if (mode == "cubic" || mode == "bicubic")
    return Interpolation::Cubic;
  return node.malformed("has the unknown mode " + quoted(mode));
}

static std::optional<Surround> readSurround(NodeImport &node) {
  llvm::StringRef mode = node.text("padding_mode", "zeros");
  if (mode == "zeros")
    return Surround::Zeros;
  if (mode == "border")
    return Surround::Border;
  if (mode == "reflection")
    return Surround::Reflection;
  return node.malformed("has the unknown padding mode " + quoted(mode));
}

/// From -1 … 1 to pixels: those numbers are the middles of the outermost pixels if corners are aligned, else the edges.
static Value toPixels(NodeImport &node, Value x, nn::DimAttr size, bool alignsCorners) {
  Value half = affine(node, splat(node, alignsCorners ? size - 1 : size, x), 0.5, 0);
  return affine(node, node.same<nn::MulOp>(affine(node, x, 1, 1), half), 1, alignsCorners ? 0 : -0.5);
}

LogicalResult importGridSample(NodeImport &node) {
  Value input = node.input(0), grid = node.input(1);
  std::optional<Interpolation> interpolation = readInterpolation(node);
  std::optional<Surround> surround = readSurround(node);
  bool alignsCorners = node.flag("align_corners");
  if (!input || !grid || !interpolation || !surround || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input), spatial = rank - 2;
  if (spatial < 1 || rankOf(grid) != rank)
    return node.malformed("its inputs have " + llvm::Twine(rank) + " and " + counted(rankOf(grid), "dimension") +
                          ", both have to have the same, 3 or more");
  if (spatial > 3)
    return node.unsupported("grids of " + llvm::Twine(spatial) + " dimensions are not supported");
  Dims dims = nn::dimsOf(input.getType()), of = nn::dimsOf(grid.getType());
  if (of.back().getConstant() != spatial)
    return node.malformed("its grid has points of " + of.back().str() + " numbers, its input needs " +
                          llvm::Twine(spatial));
  if (failed(node.needEqual(of[0], dims[0], "its inputs have batches of " + dims[0].str() + " and " + of[0].str())))
    return failure();
  if (!isa<FloatType>(elementOf(grid)))
    return node.malformed("its grid is of type " + nameOf(elementOf(grid)) + ", it has to be of floats");
  mlir::Type element = elementOf(input), real = node.builder().getF32Type();
  if (elementOf(grid).isF64())
    real = elementOf(grid);
  bool hasWeights = *interpolation != Interpolation::Nearest || *surround == Surround::Zeros;
  if (hasWeights && !isa<FloatType>(element))
    return node.unsupported("interpolating elements of type " + nameOf(element) + " is not supported");

  nn::DimAttr points = nn::product(node.loc.getContext(), llvm::ArrayRef(of).drop_front().drop_back());
  grid = node.reshape(node.cast(grid, real), {of[0], points, of.back()});
  llvm::SmallVector<Taps> axes;
  for (int64_t axis = 0; axis < spatial; ++axis) { // A point has its coordinates the other way round.
    Value x = node.reshape(sliceAlong(node, grid, 2, node.dim(spatial - 1 - axis), node.dim(1)), {of[0], points});
    if (!x)
      return failure();
    nn::DimAttr size = dims[axis + 2];
    axes.push_back(
        tapsAt(node, toPixels(node, x, size, alignsCorners), size, *interpolation, *surround, alignsCorners));
  }
  bool isHalf = hasWeights && !element.isF64();
  Value result = sample(node, isHalf ? node.cast(input, node.builder().getF32Type()) : input, Value(), axes);
  if (!result)
    return failure();
  result = node.cast(node.transpose(result, {0, 2, 1}), element);
  Dims shape{of[0], dims[1]};
  llvm::append_range(shape, llvm::ArrayRef(of).drop_front().drop_back());
  return node.result(node.reshape(result, shape));
}

/// The points of a regular grid, transformed: theta * (x, y, 1) for each.
LogicalResult importAffineGrid(NodeImport &node) {
  Value theta = node.input(0);
  std::optional<Dims> sizes = node.dimensions(1, "the size");
  bool alignsCorners = node.flag("align_corners");
  if (!theta || !sizes || node.hasFailed())
    return failure();
  int64_t spatial = int64_t(sizes->size()) - 2;
  if (spatial != 2 && spatial != 3)
    return node.malformed("its size has " + counted(sizes->size(), "number") + ", it has to have 4 or 5");
  Dims own = nn::dimsOf(theta.getType());
  if (own.size() != 3 || own[1].getConstant() != spatial || own[2].getConstant() != spatial + 1)
    return node.malformed("its transformations are not matrices of " + llvm::Twine(spatial) + " x " +
                          llvm::Twine(spatial + 1));
  if (failed(node.needEqual(own[0], (*sizes)[0],
                            "has " + own[0].str() + " transformations, its size is for " + (*sizes)[0].str())))
    return failure();
  Dims image(sizes->begin() + 2, sizes->end());
  if (!isManageable(image))
    return node.unsupported("the result is too large to be compiled");
  mlir::Type real = node.builder().getF32Type();
  nn::DimAttr points = nn::product(node.loc.getContext(), image);
  llvm::SmallVector<Value> rows;
  for (int64_t axis = spatial; axis-- > 0;) {
    Value x = positions(node, real, image, axis);
    nn::DimAttr span = alignsCorners ? image[axis] - 1 : image[axis];
    if (span.getConstant() == 0)
      x = node.splat(0, x);
    else
      x = affine(node, node.same<nn::DivOp>(affine(node, x, 2, alignsCorners ? 0 : 1), splat(node, span, x)), 1, -1);
    rows.push_back(node.reshape(x, {node.dim(1), points}));
  }
  rows.push_back(node.broadcast(node.scalar(1, real), {node.dim(1), points}));
  if (node.hasFailed())
    return failure();
  Value grid = multiplyMatrices(node, node.cast(theta, real), node.infer<nn::ConcatOp>(rows, uint64_t(0)));
  Dims shape{own[0]};
  llvm::append_range(shape, image);
  shape.push_back(node.dim(spatial));
  return node.result(node.cast(node.reshape(node.transpose(grid, {0, 2, 1}), shape), elementOf(theta)));
}

} // namespace margay::frontend::onnx
