//===- Selection.cpp - operators whose results' sizes depend on data ------===//

#include "frontend/onnx/ops/Operators.h"
#include <limits>

using namespace mlir;

namespace margay::frontend::onnx {

/// The positions of the elements that are not 0, a row for each.
static Value positionsOf(NodeImport &node, Value value) {
  if (!value || node.hasFailed())
    return nullptr;
  mlir::Type i64 = node.builder().getI64Type();
  Dims dims = nn::dimsOf(value.getType());
  nn::DimAttr elements = nn::product(node.builder().getContext(), dims);
  auto op =
      nn::NonZeroOp::create(node.builder(), node.loc, nn::tensorOf({elements, node.dim(int64_t(dims.size()))}, i64),
                            RankedTensorType::get({}, i64), value);
  return node.prefix(op.getPositions(), op.getCount());
}

LogicalResult importNonZero(NodeImport &node) {
  Value positions = positionsOf(node, node.input(0));
  return node.result(node.transpose(positions, {1, 0}));
}

LogicalResult importCompress(NodeImport &node) {
  Value input = node.input(0), condition = node.input(1);
  std::optional<int64_t> given = node.maybeInteger("axis");
  if (!input || !condition || node.hasFailed())
    return failure();
  if (!elementOf(condition).isInteger(1) || rankOf(condition) != 1)
    return node.malformed("its condition has to be a vector of bool");
  int64_t axis = 0;
  if (given) {
    std::optional<int64_t> normal = node.normalizeAxis(*given, rankOf(input));
    if (!normal)
      return failure();
    axis = *normal;
  } else {
    nn::DimAttr elements = nn::product(node.builder().getContext(), nn::dimsOf(input.getType()));
    input = node.reshape(input, {elements});
  }
  if (!input)
    return failure();
  nn::DimAttr length = nn::dimOf(condition.getType(), 0), size = nn::dimOf(input.getType(), axis);
  if (node.ranges().isLess(size, length) != false)
    return node.malformed("its condition has " + length.str() + " elements for " + size.str() + " slices");
  Value positions = positionsOf(node, condition);
  if (!positions)
    return failure();
  positions = node.reshape(positions, {nn::dimOf(positions.getType(), 0)});
  return node.result(node.infer<nn::GatherOp>(input, positions, uint64_t(axis), uint64_t(0)));
}

/// An optional input of one element as a scalar.
static Value scalarInput(NodeImport &node, unsigned index, double otherwise, mlir::Type element,
                         const llvm::Twine &what) {
  if (!node.hasInput(index))
    return node.scalar(otherwise, element);
  Value value = node.input(index);
  if (!value || node.hasFailed())
    return nullptr;
  bool isOne = llvm::all_of(nn::dimsOf(value.getType()), [](nn::DimAttr dim) { return dim.getConstant() == 1; });
  if (!isOne || elementOf(value) != element)
    return node.malformed(what + " has to be one " + nameOf(element));
  return node.reshape(value, {});
}

/// For each class the best boxes, then of all that were found: batch, class and box.
LogicalResult importNonMaxSuppression(NodeImport &node) {
  Value boxes = node.input(0), scores = node.input(1);
  bool center = node.flag("center_point_box");
  OpBuilder &builder = node.builder();
  mlir::Type i64 = builder.getI64Type(), f32 = builder.getF32Type();
  Value limit = scalarInput(node, 2, 0, i64, "its number of boxes"),
        overlap = scalarInput(node, 3, 0, f32, "its threshold of overlap"),
        least = scalarInput(node, 4, -std::numeric_limits<double>::infinity(), f32, "its threshold of scores");
  if (!boxes || !scores || !limit || !overlap || !least || node.hasFailed())
    return failure();
  if (!elementOf(boxes).isF32() || !elementOf(scores).isF32())
    return node.malformed("its boxes and scores have to be float");
  Dims box = nn::dimsOf(boxes.getType()), dims = nn::dimsOf(scores.getType());
  if (box.size() != 3 || dims.size() != 3 || box[2].getConstant() != 4)
    return node.malformed("needs boxes of [batches, boxes, 4] and scores of [batches, classes, boxes]");
  if (failed(node.needEqual(box[0], dims[0],
                            "its boxes are of " + box[0].str() + " batches, its scores of " + dims[0].str())) ||
      failed(node.needEqual(box[1], dims[2], "it has " + box[1].str() + " boxes, and scores for " + dims[2].str())))
    return failure();
  Dims most = dims;
  if (auto known = node.importer.knownDims.dimsOf(limit))
    most[2] = node.ranges().min(dims[2], node.ranges().max(known->front(), node.dim(0)));
  auto suppressed = nn::NmsOp::create(builder, node.loc, nn::tensorOf(most, i64), scores.getType(), boxes, scores,
                                      limit, overlap, least, center);
  if (!node.checkedValue(suppressed))
    return failure();
  Value selected = suppressed.getSelected(), none = node.splat(-1, selected);
  Value positions = positionsOf(node, node.infer<nn::CompareOp>(selected, none, nn::CompareKind::Ne));
  Value found = positions ? node.infer<nn::GatherNdOp>(selected, positions, uint64_t(0)) : Value();
  if (!found)
    return failure();
  nn::DimAttr count = nn::dimOf(positions.getType(), 0);
  Value pair = sliceAlong(node, positions, 1, node.dim(0), node.dim(2));
  found = node.reshape(found, {count, node.dim(1)});
  if (!pair || !found)
    return failure();
  return node.result(node.infer<nn::ConcatOp>(llvm::SmallVector<Value>{pair, found}, uint64_t(1)));
}

} // namespace margay::frontend::onnx
