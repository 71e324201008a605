//===- Col2Im.cpp - sums of overlapping blocks ----------------------------===//
//
// A transposed convolution by one filter for each element of a block, which is 1 there and 0 elsewhere.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/Symbols.h"
#include "frontend/onnx/ops/Operators.h"
#include "frontend/onnx/ops/Sampling.h"
#include "frontend/onnx/ops/Windows.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

LogicalResult importCol2Im(NodeImport &node) {
  Value input = node.input(0);
  std::optional<Dims> image = node.dimensions(1, "the shape of the image");
  auto block = node.constantIntegers(2, "the shape of a block");
  if (!input || !image || !block || node.hasFailed())
    return failure();
  size_t spatial = block->size();
  if (rankOf(input) != 3)
    return node.malformed("its input has " + counted(rankOf(input), "dimension") + ", it has to have 3");
  if (image->size() != spatial || spatial < 1)
    return node.malformed("its images have " + counted(image->size(), "dimension") + ", its blocks " +
                          llvm::Twine(spatial));
  if (spatial > 3)
    return node.unsupported("images of " + llvm::Twine(spatial) + " dimensions are not supported");
  auto strides = readList(node, "strides", spatial, 1, 1), dilations = readList(node, "dilations", spatial, 1, 1),
       pads = readList(node, "pads", 2 * spatial, 0, 0);
  if (!strides || !dilations || !pads)
    return failure();
  constexpr int64_t most = 1 << 12;
  int64_t taps = 1;
  for (int64_t size : *block) {
    if (size < 1 || size > most || taps * size > most)
      return node.malformed("its blocks have a dimension of " + llvm::Twine(size) + ", or too many elements");
    taps *= size;
  }
  Dims dims = nn::dimsOf(input.getType());
  std::optional<int64_t> all = dims[1].getConstant();
  if (!all)
    return node.unsupported("its input has " + dims[1].str() + " channels; give their number with --dim");
  if (*all % taps != 0)
    return node.malformed("its input has " + llvm::Twine(*all) + " channels, which are no blocks of " +
                          counted(taps, "element"));

  Dims split{dims[0], dims[1]};
  llvm::SmallVector<int64_t> extra;
  for (size_t axis = 0; axis < spatial; ++axis) {
    int64_t reach = ((*block)[axis] - 1) * (*dilations)[axis] + 1, stride = (*strides)[axis];
    nn::DimAttr rest = (*image)[axis] + ((*pads)[axis] + (*pads)[spatial + axis] - reach);
    nn::DimAttr blocks = nn::floorDiv(rest, stride), left = rest - blocks * stride;
    if (!left.isConstant())
      return node.unsupported("what is left of dimension " + (*image)[axis].str() +
                              " beside its blocks depends on its size; give it with --dim");
    if (node.ranges().isLess(rest, node.dim(0)) != false)
      return node.malformed("its blocks are larger than the image in spatial dimension " + llvm::Twine(axis));
    split.push_back(blocks + 1);
    extra.push_back(left.getValue());
  }
  nn::DimAttr count = nn::product(node.loc.getContext(), llvm::ArrayRef(split).drop_front(2));
  if (failed(node.needEqual(dims[2], count,
                            "its input has " + dims[2].str() + " blocks, its image has room for " + count.str())))
    return failure();
  if (!isManageable(*image))
    return node.unsupported("the result is too large to be compiled");

  // [block…, channels, 1]: of the channels of an image those come one after another that are of one block.
  nn::DimAttr tap = node.dim(taps), channels = node.dim(*all / taps);
  mlir::Type i64 = node.builder().getI64Type(), element = elementOf(input);
  Value isHere = compare(node, nn::CompareKind::Eq, positions(node, i64, {tap, channels, tap}, 0),
                         positions(node, i64, {tap, channels, tap}, 2));
  Dims shape(llvm::map_range(*block, [&](int64_t size) { return node.dim(size); }));
  shape.append({dims[1], node.dim(1)});
  Value filter = node.reshape(node.cast(isHere, element), shape);
  Value blocks = toChannelsLast(node, node.reshape(input, split));
  if (!filter || !blocks)
    return failure();
  return node.result(
      toChannelsFirst(node, node.infer<nn::ConvTransposeOp>(blocks, filter, llvm::ArrayRef(*strides),
                                                            llvm::ArrayRef(*dilations), llvm::ArrayRef(*pads),
                                                            llvm::ArrayRef(extra), uint64_t(channels.getValue()))));
}

} // namespace margay::frontend::onnx
