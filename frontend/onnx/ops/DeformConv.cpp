//===- DeformConv.cpp - convolutions whose taps are anywhere --------------===//
//
// All that the taps see is a matrix, with a row for each pixel of the result, and the filter is another one.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Sampling.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

LogicalResult importDeformConv(NodeImport &node) {
  Value input = node.input(0), filter = node.input(1), offsets = node.input(2);
  int64_t groups = node.integer("group", 1), offsetGroups = node.integer("offset_group", 1);
  node.ignore({"kernel_shape"});
  if (!input || !filter || !offsets || node.hasFailed())
    return failure();
  if (rankOf(input) < 3 || rankOf(filter) != rankOf(input) || rankOf(offsets) != rankOf(input))
    return node.malformed("its inputs have " + llvm::Twine(rankOf(input)) + ", " + llvm::Twine(rankOf(filter)) +
                          " and " + counted(rankOf(offsets), "dimension") + ", all have to have the same, 4");
  if (rankOf(input) != 4)
    return node.unsupported("it is supported for images of 2 dimensions only");
  if (!typeOf(filter).hasStaticShape())
    return node.unsupported("the shape of its kernel is not constant");
  mlir::Type element = elementOf(input);
  if (elementOf(filter) != element || elementOf(offsets) != element)
    return node.malformed("its inputs are of types " + nameOf(element) + ", " + nameOf(elementOf(filter)) + " and " +
                          nameOf(elementOf(offsets)));
  Dims dims = nn::dimsOf(input.getType()), of = nn::dimsOf(offsets.getType());
  llvm::ArrayRef<int64_t> shape = typeOf(filter).getShape();
  std::optional<int64_t> channels = dims[1].getConstant();
  if (!channels)
    return node.unsupported("its input has " + dims[1].str() + " channels; give their number with --dim");
  if (groups < 1 || offsetGroups < 1 || *channels % offsetGroups != 0 || shape[0] % groups != 0 ||
      *channels % groups != 0 || *channels / groups != shape[1])
    return node.malformed("kernel has " + llvm::Twine(shape[1]) + " input channels for " + counted(groups, "group") +
                          " and " + counted(offsetGroups, "group") + " of offsets, input has " +
                          llvm::Twine(*channels));
  std::optional<Window> window = readWindow(node, input, shape.drop_front(2), /*hasDilations=*/true);
  if (!window)
    return failure();
  int64_t taps = shape[2] * shape[3];
  if (of[1].getConstant() != offsetGroups * taps * 2)
    return node.malformed("its offsets have " + of[1].str() + " channels, they need " +
                          llvm::Twine(offsetGroups * taps * 2));
  if (failed(node.needEqual(of[0], dims[0],
                            "it has offsets for " + of[0].str() + " images, and " + dims[0].str() + " images")))
    return failure();
  for (int64_t axis = 0; axis < 2; ++axis) {
    int64_t reach = (window->kernel[axis] - 1) * window->dilations[axis] + 1;
    nn::DimAttr covered = dims[axis + 2] + (window->pads[axis] + window->pads[axis + 2] - reach);
    nn::DimAttr size = nn::floorDiv(covered, window->strides[axis]) + 1;
    if (failed(node.needEqual(of[axis + 2], size,
                              "its offsets have a size of " + of[axis + 2].str() + ", its result has " + size.str())))
      return failure();
  }

  // 1. Where each tap is, for each image and group of offsets.
  mlir::Type real = element.isF64() ? element : mlir::Type(node.builder().getF32Type());
  nn::DimAttr points = of[2] * of[3], ofGroup = node.dim(*channels / offsetGroups), sampled = points * taps;
  nn::DimAttr images = dims[0] * offsetGroups, tapDim = node.dim(taps), groupDim = node.dim(offsetGroups);
  Dims perTap{node.dim(shape[2]), node.dim(shape[3]), of[2], of[3]};
  Value pairs = node.reshape(node.cast(offsets, real), {images, tapDim, node.dim(2), points});
  llvm::SmallVector<Taps> axes;
  for (int64_t axis = 0; axis < 2; ++axis) {
    Value tap = affine(node, positions(node, real, perTap, axis), double(window->dilations[axis]), 0);
    Value pixel = affine(node, positions(node, real, perTap, axis + 2), double(window->strides[axis]),
                         -double(window->pads[axis]));
    Value regular =
        node.broadcast(node.reshape(node.same<nn::AddOp>(tap, pixel), {node.dim(1), sampled}), {images, sampled});
    Value offset = node.reshape(sliceAlong(node, pairs, 2, node.dim(axis), node.dim(1)), {images, sampled});
    axes.push_back(tapsAt(node, node.same<nn::AddOp>(regular, offset), dims[axis + 2], Interpolation::Linear,
                          Surround::Zeros, true));
  }
  // 2. What it sees.
  Value image = node.reshape(node.cast(input, real), {images, ofGroup, dims[2], dims[3]});
  Value seen = sample(node, image, Value(), axes);
  if (!seen)
    return failure();
  if (node.hasInput(4)) {
    Value mask = node.input(4);
    if (!mask)
      return failure();
    if (nn::product(node.loc.getContext(), nn::dimsOf(mask.getType())) != images * sampled)
      return node.malformed("its mask has not the size of its offsets");
    mask = node.reshape(node.cast(mask, real), {images, sampled, node.dim(1)});
    seen = node.same<nn::MulOp>(seen, node.broadcast(mask, nn::dimsOf(seen.getType())));
  }
  // 3. As [groups, pixels, channels and taps], times the filters of each group.
  seen = node.transpose(node.reshape(seen, {dims[0], groupDim, tapDim, points, ofGroup}), {1, 4, 0, 3, 2});
  nn::DimAttr rows = dims[0] * points;
  seen = node.transpose(node.reshape(seen, {node.dim(groups), node.dim(shape[1]), rows, tapDim}), {0, 2, 1, 3});
  seen = node.reshape(seen, {node.dim(groups), rows, node.dim(shape[1] * taps)});
  Value weights =
      node.reshape(node.cast(filter, real), {node.dim(groups), node.dim(shape[0] / groups), node.dim(shape[1] * taps)});
  Value result = multiplyMatrices(node, seen, node.transpose(weights, {0, 2, 1}));
  result = node.reshape(node.transpose(result, {1, 0, 2}), {dims[0], of[2], of[3], node.dim(shape[0])});
  return node.result(toChannelsFirst(node, addBias(node, node.cast(result, element), 3)));
}

} // namespace margay::frontend::onnx
