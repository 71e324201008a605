//===- ResizeOps.cpp - checks of resized tensors --------------------------===//

#include "ir/Dim.h"
#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

static bool isOneOf(StringRef value, std::initializer_list<StringRef> names) {
  return llvm::is_contained(names, value);
}

LogicalResult ResizeOp::verify() {
  auto from = getOperand().getType(), to = getType();
  ArrayRef<int64_t> axes = getAxes();
  ArrayRef<double> scales = getScales();
  if (from.getRank() != to.getRank() || from.getElementType() != to.getElementType())
    return emitOpError("changes the rank or the element type");
  if (axes.size() != scales.size() || (getRoi() && getRoi()->size() != 2 * axes.size()))
    return emitOpError("needs a scale, and where there is one a start and an end of the region, for each axis");
  int64_t previous = -1;
  for (auto [axis, scale] : llvm::zip_equal(axes, scales)) {
    if (axis <= previous || axis >= from.getRank())
      return emitOpError("axes must be sorted, unique and within ") << from.getRank() << " dimensions";
    if (!(scale > 0))
      return emitOpError("scale of dimension ") << axis << " is not positive";
    previous = axis;
  }
  for (int64_t axis = 0; axis < from.getRank(); ++axis)
    if (!llvm::is_contained(axes, axis) && dimOf(from, axis) != dimOf(to, axis))
      return emitOpError("changes dimension ") << axis << ", which is none of its axes";
  if (!isOneOf(getCoordinates(), {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                                  "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"}))
    return emitOpError("has unknown coordinates '") << getCoordinates() << "'";
  if (!isOneOf(getNearest(), {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "simple"}))
    return emitOpError("has unknown rounding '") << getNearest() << "'";
  if (getCoordinates() == "tf_crop_and_resize" && !getRoi())
    return emitOpError("needs a region to crop");
  return success();
}
