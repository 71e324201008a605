//===- Slicing.cpp - parts of tensors, copies of them, and what is put around them ===//
//
// Starts, ends and sizes may follow from shapes: they are dimension expressions, clamped as ONNX says with what is
// known of the symbols.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include <numeric>

using namespace mlir;

namespace margay::frontend::onnx {

//===----------------------------------------------------------------------===//
// Slice and Split
//===----------------------------------------------------------------------===//

Value slice(NodeImport &node, Value value, llvm::ArrayRef<nn::DimAttr> starts, llvm::ArrayRef<nn::DimAttr> sizes,
            llvm::ArrayRef<int64_t> steps) {
  if (!value || node.hasFailed())
    return nullptr;
  llvm::SmallVector<int64_t> ones(rankOf(value), 1);
  mlir::Type type = nn::tensorOf(sizes, elementOf(value));
  bool whole = type == value.getType() && steps.empty() &&
               llvm::all_of(starts, [](nn::DimAttr start) { return start.getConstant() == 0; });
  if (whole)
    return value;
  return node.checkedValue(nn::SliceOp::create(node.builder(), node.loc, type, value,
                                               nn::ShapeAttr::get(node.loc.getContext(), starts),
                                               steps.empty() ? llvm::ArrayRef<int64_t>(ones) : steps));
}

Value sliceAlong(NodeImport &node, Value value, int64_t axis, nn::DimAttr start, nn::DimAttr size) {
  if (!value)
    return nullptr;
  Dims sizes = nn::dimsOf(value.getType()), starts(sizes.size(), node.dim(0));
  starts[axis] = start;
  sizes[axis] = size;
  return slice(node, value, starts, sizes, {});
}

/// A bound of Slice: negative ones count from the end, and all are moved into [least, greatest]. Whether a symbolic one
/// is negative has to be known.
static std::optional<nn::DimAttr> sliceBound(NodeImport &node, nn::DimAttr bound, nn::DimAttr size, nn::DimAttr least,
                                             nn::DimAttr greatest) {
  // Exporters write the ends of int64 where they mean the end of the dimension.
  if (bound.isConstant() && bound.getValue() > maxElements)
    return greatest;
  if (bound.isConstant() && bound.getValue() < -maxElements)
    return least;
  std::optional<bool> isNegative = node.ranges().isLess(bound, node.dim(0));
  if (!isNegative)
    return node.unsupported("whether its bound " + bound.str() +
                            " counts from the end depends on the sizes; give them "
                            "with --dim");
  if (*isNegative)
    bound = bound + size;
  return node.ranges().min(node.ranges().max(bound, least), greatest);
}

LogicalResult importSlice(NodeImport &node) {
  Value input = node.input(0);
  if (!input)
    return failure();
  int64_t rank = rankOf(input);
  std::optional<Dims> starts, ends;
  std::optional<llvm::SmallVector<int64_t>> axes, steps;
  if (node.opset() < 10) {
    auto from = node.integers("starts"), to = node.integers("ends");
    axes = node.integers("axes");
    if (!from || !to)
      return node.hasFailed() ? failure() : node.malformed("attributes 'starts' and 'ends' are missing");
    auto dims = [&](llvm::ArrayRef<int64_t> values) {
      return Dims(llvm::map_range(values, [&](int64_t value) { return node.dim(value); }));
    };
    starts = dims(*from), ends = dims(*to);
  } else {
    starts = node.dimensions(1, "the list of starts"), ends = node.dimensions(2, "the list of ends");
    if (node.hasInput(3))
      axes = node.constantIntegers(3, "the list of axes");
    if (node.hasInput(4))
      steps = node.constantIntegers(4, "the list of steps");
  }
  if (!starts || !ends || node.hasFailed())
    return failure();
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  if (!steps)
    steps = llvm::SmallVector<int64_t>(starts->size(), 1);
  if (ends->size() != starts->size() || axes->size() != starts->size() || steps->size() != starts->size())
    return node.malformed("its starts, ends, axes and steps are not equally many");
  Dims sizes = nn::dimsOf(input.getType()), from(rank, node.dim(0));
  llvm::SmallVector<int64_t> allSteps(rank, 1);
  llvm::SmallVector<bool> seen(rank, false);
  for (auto [start, end, axis, step] : llvm::zip_equal(*starts, *ends, *axes, *steps)) {
    std::optional<int64_t> normal = node.normalizeAxis(axis, rank);
    if (!normal)
      return failure();
    if (std::exchange(seen[*normal], true))
      return node.malformed("slices axis " + llvm::Twine(*normal) + " twice");
    if (step == 0)
      return node.malformed("has a step of 0");
    if (step == INT64_MIN)
      step = -INT64_MAX;
    nn::DimAttr size = sizes[*normal], zero = node.dim(0), none = node.dim(-1);
    // Forwards bounds are in [0, size], backwards from size - 1 down to -1, "before the first".
    auto first = step > 0 ? sliceBound(node, start, size, zero, size) : sliceBound(node, start, size, none, size - 1);
    auto last = step > 0 ? sliceBound(node, end, size, zero, size) : sliceBound(node, end, size, none, size - 1);
    if (!first || !last)
      return failure();
    nn::DimAttr span = step > 0 ? *last - *first : *first - *last;
    // A step beyond the whole dimension takes one element.
    int64_t stride = std::min<int64_t>(std::abs(step), maxElements);
    sizes[*normal] = node.ranges().max(nn::ceilDiv(span, stride), zero);
    from[*normal] = sizes[*normal].getConstant() == 0 ? zero : *first;
    allSteps[*normal] = step > 0 ? stride : -stride;
  }
  bool forwards = llvm::all_of(allSteps, [](int64_t step) { return step == 1; });
  return node.result(slice(node, input, from, sizes, forwards ? llvm::ArrayRef<int64_t>() : allSteps));
}

LogicalResult importSplit(NodeImport &node) {
  Value input = node.input(0);
  int64_t axis = node.integer("axis", 0);
  std::optional<Dims> sizes;
  std::optional<int64_t> parts;
  if (node.opset() < 13) {
    if (auto split = node.integers("split"))
      sizes = Dims(llvm::map_range(*split, [&](int64_t size) { return node.dim(size); }));
  }
  if (node.hasInput(1))
    sizes = node.dimensions(1, "the list of sizes");
  if (node.opset() >= 18)
    parts = node.maybeInteger("num_outputs");
  if (!input || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(input));
  if (!normal)
    return failure();
  nn::DimAttr whole = nn::dimOf(input.getType(), *normal);
  int64_t count = sizes ? sizes->size() : parts.value_or(node.outputCount());
  if (count < 1 || count < int64_t(node.outputCount()))
    return node.malformed("has " + llvm::Twine(node.outputCount()) + " outputs, but is split into " +
                          llvm::Twine(count));
  if (!sizes) {
    // Equal parts; the last one may be smaller where the model says how many it wants.
    nn::DimAttr part = nn::ceilDiv(whole, count);
    if (!parts && whole.isConstant() && whole.getValue() % count != 0)
      return node.malformed("dimension " + llvm::Twine(*normal) + " of its input is " + whole.str() +
                            ", which cannot be split into " + llvm::Twine(count) + " equal parts");
    sizes = Dims(count - 1, part);
    sizes->push_back(node.ranges().max(whole - part * (count - 1), node.dim(0)));
  }
  nn::DimAttr sum = node.dim(0);
  for (nn::DimAttr size : *sizes) {
    if (size.isConstant() && size.getValue() < 0)
      return node.malformed("has a part of size " + size.str());
    sum = sum + size;
  }
  if (sum != whole) {
    std::string text = "its parts have " + sum.str() + " elements along axis " + std::to_string(*normal) +
                       ", its input has " + whole.str();
    return sum.isConstant() && whole.isConstant() ? node.malformed(text) : node.unsupported(text);
  }
  nn::DimAttr start = node.dim(0);
  for (unsigned index = 0; index < node.outputCount(); ++index) {
    if (node.usesOutput(index) && failed(node.result(sliceAlong(node, input, *normal, start, (*sizes)[index]), index)))
      return failure();
    start = start + (*sizes)[index];
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// The middle of the input, or the input in the middle of zeros, axis by axis.
LogicalResult importCenterCropPad(NodeImport &node) {
  Value input = node.input(0);
  std::optional<Dims> wanted = node.dimensions(1, "the shape");
  std::optional<llvm::SmallVector<int64_t>> list = node.integers("axes");
  if (!input || !wanted || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input);
  llvm::SmallVector<int64_t> axes = list ? *list : llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (wanted->size() != axes.size())
    return node.malformed("its shape has " + llvm::Twine(wanted->size()) + " dimensions for " +
                          llvm::Twine(axes.size()) + " axes");
  Dims low(rank, node.dim(0)), high(low), starts(low), sizes = nn::dimsOf(input.getType());
  for (auto [axis, size] : llvm::zip_equal(axes, *wanted)) {
    std::optional<int64_t> normal = node.normalizeAxis(axis, rank);
    if (!normal)
      return failure();
    if (node.ranges().isLess(size, node.dim(0)) != false)
      return node.malformed("its shape has a dimension of " + size.str());
    nn::DimAttr have = sizes[*normal], zero = node.dim(0), kept = node.ranges().min(have, size);
    nn::DimAttr lack = node.ranges().max(size - have, zero);
    starts[*normal] = nn::floorDiv(have - kept, 2);
    low[*normal] = nn::floorDiv(lack, 2);
    high[*normal] = lack - low[*normal];
    sizes[*normal] = kept;
  }
  Value middle = slice(node, input, starts, sizes, {});
  auto isZero = [](nn::DimAttr dim) { return dim.getConstant() == 0; };
  if (!middle || (llvm::all_of(low, isZero) && llvm::all_of(high, isZero)))
    return node.result(middle);
  for (auto [size, before, behind] : llvm::zip_equal(sizes, low, high))
    size = size + before + behind;
  if (!isManageable(sizes))
    return node.unsupported("the result is too large to be compiled");
  return node.result(padded(node, middle, 0, low, high));
}

Value padded(NodeImport &node, Value value, double filler, llvm::ArrayRef<nn::DimAttr> low,
             llvm::ArrayRef<nn::DimAttr> high) {
  if (!value)
    return nullptr;
  MLIRContext *context = node.loc.getContext();
  return node.infer<nn::PadOp>(value, node.scalar(filler, elementOf(value)), nn::PadMode::Constant,
                               nn::ShapeAttr::get(context, low), nn::ShapeAttr::get(context, high));
}

LogicalResult importPad(NodeImport &node) {
  Value input = node.input(0);
  llvm::StringRef modeName = node.text("mode", "constant");
  if (!input)
    return failure();
  int64_t rank = rankOf(input);
  std::optional<Dims> pads;
  Value value;
  if (node.opset() < 11) {
    auto list = node.integers(node.opset() < 2 ? "paddings" : "pads");
    if (!list)
      return node.hasFailed() ? failure() : node.malformed("attribute 'pads' is missing");
    pads = Dims(llvm::map_range(*list, [&](int64_t size) { return node.dim(size); }));
    value = node.scalar(node.number("value", 0), elementOf(input));
  } else {
    pads = node.dimensions(1, "the list of pads");
    if (node.hasInput(2)) {
      value = node.input(2);
      if (value && nn::product(node.loc.getContext(), nn::dimsOf(value.getType())).getConstant() != 1)
        return node.malformed("its value is not a single number");
      value = node.reshape(value, {});
    } else {
      value = node.scalar(0, elementOf(input));
    }
  }
  llvm::SmallVector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (node.opset() >= 18 && node.hasInput(3)) {
    auto list = node.constantIntegers(3, "the list of axes");
    if (!list)
      return failure();
    axes.clear();
    for (int64_t axis : *list) {
      std::optional<int64_t> normal = node.normalizeAxis(axis, rank);
      if (!normal)
        return failure();
      axes.push_back(*normal);
    }
  }
  std::optional<nn::PadMode> mode = nn::symbolizePadMode(modeName);
  if (!mode)
    return node.malformed("has the unknown mode " + quoted(modeName));
  if (!pads || !value || node.hasFailed())
    return failure();
  if (elementOf(value) != elementOf(input))
    return node.malformed("its value is of type " + nameOf(elementOf(value)) + ", its input of type " +
                          nameOf(elementOf(input)));
  if (pads->size() != 2 * axes.size())
    return node.malformed("has " + llvm::Twine(pads->size()) + " pads, it needs " + llvm::Twine(2 * axes.size()));
  // Negative pads take elements away.
  Dims low(rank, node.dim(0)), high(low), starts(low), sizes = nn::dimsOf(input.getType());
  for (auto [index, axis] : llvm::enumerate(axes)) {
    nn::DimAttr before = (*pads)[index], behind = (*pads)[index + axes.size()], zero = node.dim(0);
    for (nn::DimAttr side : {before, behind})
      if (!node.ranges().isLess(side, zero))
        return node.unsupported("whether its pad " + side.str() + " is negative depends on the sizes");
    low[axis] = node.ranges().max(before, zero), high[axis] = node.ranges().max(behind, zero);
    nn::DimAttr cutBefore = node.ranges().max(before * -1, zero), cutBehind = node.ranges().max(behind * -1, zero);
    starts[axis] = cutBefore;
    sizes[axis] = sizes[axis] - cutBefore - cutBehind;
    if (sizes[axis].isConstant() && sizes[axis].getValue() < 0)
      return node.malformed("takes more from axis " + llvm::Twine(axis) + " than there is");
    // A mirror image lacks the outermost element; other modes repeat one.
    nn::DimAttr most = node.ranges().max(low[axis], high[axis]);
    if (*mode == nn::PadMode::Constant || most.getConstant() == 0)
      continue;
    nn::DimAttr needed = *mode == nn::PadMode::Reflect ? most + 1 : node.dim(1);
    if (failed(node.needAtLeast(sizes[axis], needed,
                                "pads axis " + llvm::Twine(axis) + " of size " + sizes[axis].str() + " by " +
                                    most.str() + " in mode " + modeName)))
      return failure();
  }
  Value rest = slice(node, input, starts, sizes, {});
  auto isZero = [](nn::DimAttr dim) { return dim.getConstant() == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return node.result(rest);
  if (!rest)
    return failure();
  MLIRContext *context = node.loc.getContext();
  return node.result(
      node.infer<nn::PadOp>(rest, value, *mode, nn::ShapeAttr::get(context, low), nn::ShapeAttr::get(context, high)));
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

LogicalResult importExpand(NodeImport &node) {
  Value input = node.input(0);
  std::optional<Dims> shape = node.dimensions(1, "the shape");
  if (!input || !shape)
    return failure();
  for (nn::DimAttr dim : *shape)
    if (dim.isConstant() && dim.getValue() < 0)
      return node.malformed("its shape has a dimension of " + dim.str());
  std::optional<Dims> dims = node.broadcastDims(nn::dimsOf(input.getType()), *shape);
  if (!dims)
    return failure();
  if (!isManageable(*dims))
    return node.unsupported("the result is too large to be compiled");
  return node.result(node.broadcast(input, *dims));
}

/// Repeats are a broadcast along a new dimension before each, which is then merged into it.
LogicalResult importTile(NodeImport &node) {
  Value input = node.input(0);
  std::optional<Dims> repeats = node.dimensions(1, "the list of repeats");
  if (!input || !repeats || node.hasFailed())
    return failure();
  Dims dims = nn::dimsOf(input.getType()), split, wide, merged;
  if (repeats->size() != dims.size())
    return node.malformed("has " + llvm::Twine(repeats->size()) + " repeats, its input has " +
                          llvm::Twine(dims.size()) + " dimensions");
  for (auto [dim, count] : llvm::zip_equal(dims, *repeats)) {
    if (count.isConstant() && count.getValue() < 0)
      return node.malformed("repeats a dimension " + count.str() + " times");
    llvm::append_range(split, Dims{node.dim(1), dim});
    llvm::append_range(wide, Dims{count, dim});
    merged.push_back(dim * count);
  }
  if (!isManageable(merged))
    return node.unsupported("the result is too large to be compiled");
  return node.result(node.reshape(node.broadcast(node.reshape(input, split), wide), merged));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// N, C, H, W of an operator that moves blocks between channels and space; nothing after a report.
static std::optional<Dims> blockDims(NodeImport &node, Value input, std::optional<int64_t> block) {
  if (!input || node.hasFailed())
    return std::nullopt;
  if (!block || *block < 1 || *block > 1 << 15)
    return node.malformed("attribute 'blocksize' has to be a positive number");
  if (rankOf(input) != 4)
    return node.malformed("its input has " + llvm::Twine(rankOf(input)) + " dimensions, it needs 4");
  return nn::dimsOf(input.getType());
}

LogicalResult importDepthToSpace(NodeImport &node) {
  Value input = node.input(0);
  std::optional<int64_t> block = node.maybeInteger("blocksize");
  llvm::StringRef mode = node.text("mode", "DCR");
  std::optional<Dims> dims = blockDims(node, input, block);
  if (!dims)
    return failure();
  if (mode != "DCR" && mode != "CRD")
    return node.malformed("has the unknown mode " + quoted(mode));
  nn::DimAttr n = (*dims)[0], c = (*dims)[1], h = (*dims)[2], w = (*dims)[3], b = node.dim(*block);
  if (c.isConstant() && c.getValue() % (*block * *block) != 0)
    return node.malformed("its " + c.str() + " channels are no multiple of " + llvm::Twine(*block * *block));
  nn::DimAttr depth = nn::floorDiv(c, *block * *block);
  bool depthLast = mode == "DCR";
  Value split = depthLast ? node.reshape(input, {n, b, b, depth, h, w}) : node.reshape(input, {n, depth, b, b, h, w});
  Value moved = node.transpose(split, depthLast ? llvm::ArrayRef<int64_t>{0, 3, 4, 1, 5, 2}
                                                : llvm::ArrayRef<int64_t>{0, 1, 4, 2, 5, 3});
  return node.result(node.reshape(moved, {n, depth, h * b, w * b}));
}

LogicalResult importSpaceToDepth(NodeImport &node) {
  Value input = node.input(0);
  std::optional<int64_t> block = node.maybeInteger("blocksize");
  llvm::StringRef mode = node.opset() >= 28 ? node.text("mode", "DCR") : "DCR";
  std::optional<Dims> dims = blockDims(node, input, block);
  if (!dims)
    return failure();
  nn::DimAttr n = (*dims)[0], c = (*dims)[1], b = node.dim(*block);
  for (nn::DimAttr size : {(*dims)[2], (*dims)[3]})
    if (size.isConstant() && size.getValue() % *block != 0)
      return node.malformed("its size " + size.str() + " is no multiple of " + llvm::Twine(*block));
  nn::DimAttr h = nn::floorDiv((*dims)[2], *block), w = nn::floorDiv((*dims)[3], *block);
  Value split = node.reshape(input, {n, c, h, b, w, b});
  bool depthLast = mode == "DCR";
  Value moved = node.transpose(split, depthLast ? llvm::ArrayRef<int64_t>{0, 3, 5, 1, 2, 4}
                                                : llvm::ArrayRef<int64_t>{0, 1, 3, 5, 2, 4});
  return node.result(node.reshape(moved, {n, c * b * b, h, w}));
}

} // namespace margay::frontend::onnx
