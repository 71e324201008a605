//===- Resize.cpp - Resize and Upsample -----------------------------------===//
//
// One nn.resize for each axis that changes: the kernels of all modes are separable, and each is a simple loop.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

namespace {

struct ResizeImport {
  explicit ResizeImport(NodeImport &node) : node(node), input(node.input(0)) {}

  NodeImport &node;
  Value input;
  nn::ResizeKind kind = nn::ResizeKind::Nearest;
  std::string coordinates = "half_pixel", nearest = "round_prefer_floor";
  llvm::SmallVector<int64_t> axes;
  llvm::SmallVector<double> scales; ///< of `axes`
  Dims sizes;                       ///< of the result along `axes`
  llvm::SmallVector<double> roi;    ///< the starts, then the ends, of `axes`; may be empty
  double extrapolation = 0, cubicA = -0.75;
  bool excludeOutside = false, antialias = false;

  bool readMode();
  bool readScales(unsigned index);
  bool readSizes(unsigned index);
  LogicalResult finish();
};

} // namespace

bool ResizeImport::readMode() {
  llvm::StringRef mode = node.text("mode", "nearest");
  if (mode == "linear" || mode == "bilinear" || mode == "trilinear")
    kind = nn::ResizeKind::Linear;
  else if (mode == "cubic")
    kind = nn::ResizeKind::Cubic;
  else if (mode != "nearest")
    node.malformed("has the unknown mode " + quoted(mode));
  return !node.hasFailed();
}

/// A size times a scale, rounded down: exactly where the scale is a fraction with a small denominator.
static std::optional<nn::DimAttr> scaledSize(NodeImport &node, nn::DimAttr size, double scale) {
  if (std::optional<int64_t> constant = size.getConstant())
    return node.dim(int64_t(std::floor(double(*constant) * scale)));
  for (int64_t denominator = 1; denominator <= 4096; denominator *= 2)
    if (double numerator = scale * denominator; numerator == std::floor(numerator) && numerator < 1 << 20)
      return nn::floorDiv(size * int64_t(numerator), denominator);
  return node.unsupported("the size " + size.str() + " times " + std::to_string(scale) +
                          " is only known where the size is; give it with --dim");
}

bool ResizeImport::readScales(unsigned index) {
  auto values = node.constantNumbers(index, "the list of scales");
  if (!values)
    return false;
  scales.assign(values->begin(), values->end());
  if (scales.size() != axes.size()) {
    node.malformed("has " + counted(scales.size(), "scale") + ", it needs " + llvm::Twine(axes.size()));
    return false;
  }
  for (auto [axis, scale] : llvm::zip_equal(axes, scales)) {
    if (!(scale > 0) || !(scale < 1 << 20)) {
      node.malformed("has a scale of " + std::to_string(scale));
      return false;
    }
    std::optional<nn::DimAttr> size = scaledSize(node, nn::dimOf(input.getType(), axis), scale);
    if (!size)
      return false;
    sizes.push_back(*size);
  }
  return true;
}

bool ResizeImport::readSizes(unsigned index) {
  std::optional<Dims> wanted = node.dimensions(index, "the list of sizes");
  if (!wanted)
    return false;
  if (wanted->size() != axes.size()) {
    node.malformed("has " + counted(wanted->size(), "size") + ", it needs " + llvm::Twine(axes.size()));
    return false;
  }
  sizes = *wanted;
  for (auto [axis, size] : llvm::zip_equal(axes, sizes)) {
    nn::DimAttr from = nn::dimOf(input.getType(), axis);
    // The ratio at one value of the symbols has to hold for all.
    auto at = [](nn::DimAttr dim) { return nn::evaluate(dim, [](llvm::StringRef) { return int64_t(720720); }); };
    std::optional<int64_t> above = at(size), below = at(from);
    if (!above || !below || *below < 1 || *above < 0 || from * *above != size * *below) {
      node.unsupported("how the size " + size.str() + " is related to " + from.str() +
                       " depends on the sizes; give them with --dim");
      return false;
    }
    scales.push_back(double(*above) / double(*below));
  }
  return true;
}

/// With keep_aspect_ratio_policy all axes have the scale of the one that is stretched least, or most.
static bool keepAspectRatio(ResizeImport &resize, llvm::StringRef policy) {
  if (policy == "stretch")
    return true;
  if (policy != "not_larger" && policy != "not_smaller") {
    resize.node.malformed("has the unknown policy " + quoted(policy));
    return false;
  }
  double scale = policy == "not_larger" ? *llvm::min_element(resize.scales) : *llvm::max_element(resize.scales);
  for (auto [axis, mine, size] : llvm::zip_equal(resize.axes, resize.scales, resize.sizes)) {
    nn::DimAttr from = nn::dimOf(resize.input.getType(), axis);
    if (!from.isConstant()) {
      resize.node.unsupported("keeping the aspect ratio needs constant sizes; pin " + from.str() + " with --dim");
      return false;
    }
    mine = scale;
    size = resize.node.dim(int64_t(std::floor(scale * double(from.getValue()) + 0.5)));
  }
  return true;
}

LogicalResult ResizeImport::finish() {
  if (kind != nn::ResizeKind::Nearest && !isa<FloatType>(elementOf(input)))
    return node.unsupported("interpolating elements of type " + nameOf(elementOf(input)) + " is not supported");
  OpBuilder &builder = node.builder();
  Value result = input;
  for (auto [index, axis] : llvm::enumerate(axes)) {
    Dims dims = nn::dimsOf(result.getType());
    bool crops = coordinates == "tf_crop_and_resize";
    if (scales[index] == 1 && dims[axis] == sizes[index] && !crops)
      continue;
    dims[axis] = sizes[index];
    if (!isManageable(dims))
      return node.unsupported("the result is too large to be compiled");
    auto region = crops && !roi.empty() ? builder.getDenseF64ArrayAttr({roi[index], roi[index + axes.size()]})
                                        : DenseF64ArrayAttr();
    auto op = nn::ResizeOp::create(builder, node.loc, nn::tensorOf(dims, elementOf(result)), result, kind,
                                   llvm::ArrayRef<int64_t>(axis), llvm::ArrayRef<double>(scales[index]),
                                   builder.getStringAttr(coordinates), builder.getStringAttr(nearest), region,
                                   llvm::APFloat(extrapolation), llvm::APFloat(cubicA), excludeOutside, antialias);
    result = node.checkedValue(op);
    if (!result)
      return failure();
  }
  return node.result(result);
}

LogicalResult importResize(NodeImport &node) {
  ResizeImport resize(node);
  if (!resize.input || !resize.readMode())
    return failure();
  int64_t rank = rankOf(resize.input);
  resize.axes.resize(rank);
  for (int64_t axis = 0; axis < rank; ++axis)
    resize.axes[axis] = axis;
  if (node.opset() < 11) { // As Upsample, but that it can shrink.
    resize.coordinates = "asymmetric";
    resize.nearest = "simple";
    return resize.readScales(1) ? resize.finish() : failure();
  }
  resize.coordinates = node.text("coordinate_transformation_mode", "half_pixel").str();
  resize.nearest = node.text("nearest_mode", "round_prefer_floor").str();
  resize.extrapolation = node.number("extrapolation_value", 0);
  resize.cubicA = node.number("cubic_coeff_a", -0.75f);
  resize.excludeOutside = node.flag("exclude_outside");
  if (node.opset() >= 18) {
    resize.antialias = node.flag("antialias");
    if (auto axes = node.integers("axes")) {
      resize.axes.clear();
      for (int64_t axis : *axes) {
        std::optional<int64_t> normal = node.normalizeAxis(axis, rank);
        if (!normal)
          return failure();
        resize.axes.push_back(*normal);
      }
    }
  }
  llvm::StringRef policy = node.opset() >= 18 ? node.text("keep_aspect_ratio_policy", "stretch") : "stretch";
  auto isThere = [&](unsigned index) {
    return node.hasInput(index) &&
           nn::product(node.loc.getContext(), nn::dimsOf(node.input(index).getType())).getConstant() != 0;
  };
  if (node.hasFailed())
    return failure();
  if (resize.coordinates == "tf_crop_and_resize") {
    auto region = node.constantNumbers(1, "the region");
    if (!region)
      return failure();
    if (region->size() != 2 * resize.axes.size())
      return node.malformed("its region has " + counted(region->size(), "number") + ", it needs " +
                            llvm::Twine(2 * resize.axes.size()));
    resize.roi.assign(region->begin(), region->end());
  }
  bool hasSizes = isThere(3), hasScales = isThere(2);
  if (hasSizes == hasScales)
    return node.malformed("needs either scales or sizes");
  if (hasSizes ? !(resize.readSizes(3) && keepAspectRatio(resize, policy)) : !resize.readScales(2))
    return failure();
  return resize.finish();
}

LogicalResult importUpsample(NodeImport &node) {
  ResizeImport resize(node);
  if (!resize.input || !resize.readMode())
    return failure();
  resize.coordinates = "asymmetric";
  resize.nearest = "simple";
  int64_t rank = rankOf(resize.input);
  for (int64_t axis = 0; axis < rank; ++axis)
    resize.axes.push_back(axis);
  if (node.opset() >= 9)
    return resize.readScales(1) ? resize.finish() : failure();
  const Attribute *scales = node.attribute("scales", AttributeType::Floats);
  if (!scales)
    return node.hasFailed() ? failure() : node.malformed("attribute 'scales' is missing");
  if (int64_t(scales->floats.size()) != rank)
    return node.malformed("has " + counted(scales->floats.size(), "scale") + ", it needs " + llvm::Twine(rank));
  for (auto [axis, scale] : llvm::enumerate(scales->floats)) {
    if (!(scale >= 1) || !(scale < 1 << 20))
      return node.malformed("has a scale of " + std::to_string(scale));
    std::optional<nn::DimAttr> size = scaledSize(node, nn::dimOf(resize.input.getType(), axis), scale);
    if (!size)
      return failure();
    resize.scales.push_back(scale);
    resize.sizes.push_back(*size);
  }
  return resize.finish();
}

} // namespace margay::frontend::onnx
