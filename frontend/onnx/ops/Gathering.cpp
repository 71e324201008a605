//===- Gathering.cpp - elements by positions, and tensors made of positions ===//

#include "frontend/onnx/ops/Operators.h"
#include <cmath>

using namespace mlir;

namespace margay::frontend::onnx {

/// The indices of an operator, which are int32 or int64.
static Value indexInput(NodeImport &node, unsigned index) {
  Value value = node.input(index);
  if (!value || elementOf(value).isInteger(64) || elementOf(value).isInteger(32))
    return value;
  return node.malformed("its indices are of type " + nameOf(elementOf(value)) + ", they have to be int32 or int64");
}

/// Whether none of the indices that are known is outside of the dimension that they count in.
static bool areInside(NodeImport &node, Value indices, nn::DimAttr dim) {
  std::optional<Dims> known = node.importer.knownDims.dimsOf(indices);
  if (!known || !dim.isConstant())
    return true;
  for (nn::DimAttr index : *known)
    if (index.isConstant() && (index.getValue() < -dim.getValue() || index.getValue() >= dim.getValue())) {
      node.malformed("its index " + index.str() + " is outside of a dimension of " + dim.str());
      return false;
    }
  return true;
}

LogicalResult importGather(NodeImport &node) {
  Value data = node.input(0), indices = indexInput(node, 1);
  int64_t axis = node.integer("axis", 0);
  if (!data || !indices || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(data));
  if (!normal || !areInside(node, indices, nn::dimOf(data.getType(), *normal)))
    return failure();
  return node.result(node.infer<nn::GatherOp>(data, indices, uint64_t(*normal), uint64_t(0)));
}

LogicalResult importGatherElements(NodeImport &node) {
  Value data = node.input(0), indices = indexInput(node, 1);
  int64_t axis = node.integer("axis", 0);
  if (!data || !indices || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(data));
  if (!normal || !areInside(node, indices, nn::dimOf(data.getType(), *normal)))
    return failure();
  return node.result(node.infer<nn::GatherElementsOp>(data, indices, uint64_t(*normal)));
}

LogicalResult importGatherNd(NodeImport &node) {
  Value data = node.input(0), indices = indexInput(node, 1);
  int64_t batch = node.integer("batch_dims", 0);
  if (!data || !indices || node.hasFailed())
    return failure();
  return node.result(node.infer<nn::GatherNdOp>(data, indices, uint64_t(batch)));
}

/// What an operator's attribute 'reduction' asks for.
static std::optional<nn::ScatterKind> reduction(NodeImport &node) {
  llvm::StringRef name = node.text("reduction", "none");
  if (name == "none")
    return nn::ScatterKind::Set;
  if (name == "add")
    return nn::ScatterKind::Sum;
  if (name == "mul")
    return nn::ScatterKind::Prod;
  if (name == "max")
    return nn::ScatterKind::Max;
  if (name == "min")
    return nn::ScatterKind::Min;
  return node.malformed("has the unknown reduction " + quoted(name));
}

LogicalResult importScatterElements(NodeImport &node) {
  Value data = node.input(0), indices = indexInput(node, 1), updates = node.input(2);
  int64_t axis = node.integer("axis", 0);
  std::optional<nn::ScatterKind> kind = reduction(node);
  if (!data || !indices || !updates || !kind || node.hasFailed())
    return failure();
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(data));
  if (!normal)
    return failure();
  return node.result(node.checkedValue(
      nn::ScatterElementsOp::create(node.builder(), node.loc, data.getType(), data, indices, updates, *kind, *normal)));
}

LogicalResult importScatterNd(NodeImport &node) {
  Value data = node.input(0), indices = indexInput(node, 1), updates = node.input(2);
  std::optional<nn::ScatterKind> kind = reduction(node);
  if (!data || !indices || !updates || !kind || node.hasFailed())
    return failure();
  return node.result(node.checkedValue(
      nn::ScatterNdOp::create(node.builder(), node.loc, data.getType(), data, indices, updates, *kind)));
}

//===----------------------------------------------------------------------===//
// Tensors made of positions
//===----------------------------------------------------------------------===//

Value positions(NodeImport &node, mlir::Type element, llvm::ArrayRef<nn::DimAttr> dims, int64_t axis) {
  return nn::IotaOp::create(node.builder(), node.loc, nn::tensorOf(dims, element), axis);
}

LogicalResult importRange(NodeImport &node) {
  Value start = node.input(0), limit = node.input(1), delta = node.input(2);
  if (!start || !limit || !delta)
    return failure();
  mlir::Type element = elementOf(start);
  nn::DimAttr size;
  if (isa<FloatType>(element)) {
    auto from = node.constantScalar(0, "the start"), to = node.constantScalar(1, "the limit"),
         step = node.constantScalar(2, "the step");
    if (!from || !to || !step)
      return failure();
    double count = std::ceil((*to - *from) / *step);
    if (*step == 0 || !(count < double(maxElements)))
      return node.malformed("its step of " + std::to_string(*step) + " never comes to an end");
    size = node.dim(std::max<int64_t>(0, int64_t(count)));
  } else {
    auto from = node.dimensions(0, "the start"), to = node.dimensions(1, "the limit");
    auto step = node.constantIntegers(2, "the step");
    if (!from || !to || !step)
      return failure();
    if (from->size() != 1 || to->size() != 1 || step->size() != 1)
      return node.malformed("its inputs need one element each");
    int64_t stride = step->front();
    if (stride == 0 || stride == INT64_MIN)
      return node.malformed("its step of " + llvm::Twine(stride) + " never comes to an end");
    nn::DimAttr span = stride > 0 ? to->front() - from->front() : from->front() - to->front();
    size = node.ranges().max(nn::ceilDiv(span, std::abs(stride)), node.dim(0));
  }
  if (!isManageable({size}))
    return node.unsupported("the result is too large to be compiled");
  Value steps = positions(node, element, {size}, 0);
  auto everywhere = [&](Value number) { return node.broadcast(node.reshape(number, {node.dim(1)}), {size}); };
  return node.result(node.same<nn::AddOp>(node.same<nn::MulOp>(steps, everywhere(delta)), everywhere(start)));
}

LogicalResult importConstantOfShape(NodeImport &node) {
  std::optional<Dims> dims = node.dimensions(0, "the shape");
  const Attribute *attribute = node.attribute("value", AttributeType::Tensor);
  if (!dims || node.hasFailed())
    return failure();
  for (nn::DimAttr dim : *dims)
    if (dim.isConstant() && dim.getValue() < 0)
      return node.malformed("its shape has a dimension of " + dim.str());
  if (!isManageable(*dims))
    return node.unsupported("the result is too large to be compiled");
  if (!attribute)
    return node.result(node.broadcast(node.scalar(0, node.builder().getF32Type()), *dims));
  const Tensor &tensor = attribute->tensors[0];
  if (elementCount(tensor.dims) != 1)
    return node.malformed("its value has to have one element");
  Known *known = node.importer.makeConstant(tensor);
  Value value = node.importer.materialize(*known, describe(node.node));
  return value ? node.result(node.broadcast(node.reshape(value, {}), *dims)) : failure();
}

/// Where row + k == column, or on that side of it.
static Value diagonal(NodeImport &node, llvm::ArrayRef<nn::DimAttr> dims, Value offset, nn::CompareKind kind) {
  mlir::Type i64 = node.builder().getI64Type();
  Value rows = positions(node, i64, dims, int64_t(dims.size()) - 2),
        columns = positions(node, i64, dims, int64_t(dims.size()) - 1);
  return node.infer<nn::CompareOp>(columns, node.same<nn::AddOp>(rows, offset), kind);
}

LogicalResult importEyeLike(NodeImport &node) {
  Value input = node.input(0);
  int64_t k = node.integer("k", 0);
  if (!input || node.hasFailed())
    return failure();
  if (rankOf(input) != 2)
    return node.malformed("its input has " + llvm::Twine(rankOf(input)) + " dimensions, it needs 2");
  mlir::Type element = node.hasAttribute("dtype") ? elementAttribute(node, "dtype") : elementOf(input);
  if (!element)
    return failure();
  Dims dims = nn::dimsOf(input.getType());
  Value zeros = positions(node, node.builder().getI64Type(), dims, 0);
  return node.result(node.cast(diagonal(node, dims, node.splat(double(k), zeros), nn::CompareKind::Eq), element));
}

LogicalResult importTrilu(NodeImport &node) {
  Value input = node.input(0);
  bool upper = node.flag("upper", true);
  if (!input || node.hasFailed())
    return failure();
  if (rankOf(input) < 2)
    return node.malformed("its input has " + llvm::Twine(rankOf(input)) + " dimensions, it needs at least 2");
  Dims dims = nn::dimsOf(input.getType());
  Value like = positions(node, node.builder().getI64Type(), dims, 0), offset = node.splat(0, like);
  if (node.hasInput(1)) {
    Value k = node.input(1);
    if (!k || nn::product(node.loc.getContext(), nn::dimsOf(k.getType())).getConstant() != 1)
      return node.malformed("its offset has to be one number");
    offset = node.broadcast(node.reshape(k, {}), dims);
  }
  Value kept = diagonal(node, dims, offset, upper ? nn::CompareKind::Ge : nn::CompareKind::Le);
  Value zero = node.splat(0, input);
  if (!kept || !zero || node.hasFailed())
    return failure();
  return node.result(nn::SelectOp::create(node.builder(), node.loc, input.getType(), kept, input, zero));
}

/// The depth of OneHot, which may be a number of any type.
static std::optional<Dims> depthInput(NodeImport &node) {
  const Known *known = node.hasInput(1) ? node.known(1) : nullptr;
  if (known && known->value && isa<FloatType>(elementOf(known->value)))
    return node.unsupported("the depth (input " + quoted(node.node.inputs[1]) +
                            ") depends on the model's data; it has to be constant");
  if (!known || !known->tensor || !isa_and_nonnull<FloatType>(typeOf(node.builder().getContext(), known->tensor->type)))
    return node.dimensions(1, "the depth");
  std::optional<double> depth = node.constantScalar(1, "the depth");
  if (!depth)
    return std::nullopt;
  if (*depth != std::floor(*depth) || std::abs(*depth) > double(maxElements))
    return node.malformed("its depth has to be a whole number that memory can hold");
  return Dims{node.dim(int64_t(*depth))};
}

LogicalResult importOneHot(NodeImport &node) {
  Value indices = node.input(0), values = node.input(2);
  std::optional<Dims> depth = depthInput(node);
  int64_t axis = node.integer("axis", -1);
  if (!indices || !values || !depth || node.hasFailed())
    return failure();
  if (depth->size() != 1 || rankOf(values) != 1 || nn::dimOf(values.getType(), 0).getConstant() != 2)
    return node.malformed("needs one depth and two values");
  std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(indices) + 1);
  if (!normal)
    return failure();
  mlir::Type i64 = node.builder().getI64Type();
  Value places = node.cast(indices, i64);
  Dims dims = nn::dimsOf(indices.getType()), unit(dims);
  dims.insert(dims.begin() + *normal, depth->front());
  unit.insert(unit.begin() + *normal, node.dim(1));
  if (!isManageable(dims))
    return node.unsupported("the result is too large to be compiled");
  // Negative positions count from the end.
  places = node.broadcast(node.reshape(places, unit), dims);
  Value zero = node.splat(0, places), size = node.broadcast(node.reshape(node.dimsTensor({depth->front()}), {}), dims);
  Value isNegative = node.infer<nn::CompareOp>(places, zero, nn::CompareKind::Lt);
  Value moved = node.same<nn::AddOp>(places, size);
  if (!isNegative || !moved)
    return failure();
  places = nn::SelectOp::create(node.builder(), node.loc, moved.getType(), isNegative, moved, places);
  Value isHere = node.infer<nn::CompareOp>(places, positions(node, i64, dims, *normal), nn::CompareKind::Eq);
  auto valueAt = [&](int64_t index) {
    return node.broadcast(node.reshape(sliceAlong(node, values, 0, node.dim(index), node.dim(1)), {}), dims);
  };
  Value off = valueAt(0), on = valueAt(1);
  if (!isHere || !off || !on || node.hasFailed())
    return failure();
  return node.result(nn::SelectOp::create(node.builder(), node.loc, on.getType(), isHere, on, off));
}

/// Sequences along `time_axis` up to their lengths backwards: position i is read from length - 1 - i.
LogicalResult importReverseSequence(NodeImport &node) {
  Value input = node.input(0), lengths = indexInput(node, 1);
  int64_t time = node.integer("time_axis", 0), batch = node.integer("batch_axis", 1);
  if (!input || !lengths || node.hasFailed())
    return failure();
  auto timeAxis = node.normalizeAxis(time, rankOf(input)), batchAxis = node.normalizeAxis(batch, rankOf(input));
  if (!timeAxis || !batchAxis)
    return failure();
  Dims dims = nn::dimsOf(input.getType()), unit(dims.size(), node.dim(1));
  unit[*batchAxis] = dims[*batchAxis];
  mlir::Type i64 = node.builder().getI64Type();
  Value ends = node.broadcast(node.reshape(node.cast(lengths, i64), unit), dims);
  Value places = positions(node, i64, dims, *timeAxis);
  Value mirrored = node.same<nn::SubOp>(node.same<nn::SubOp>(ends, node.splat(1, places)), places);
  Value isInside = node.infer<nn::CompareOp>(places, ends, nn::CompareKind::Lt);
  if (!mirrored || !isInside || node.hasFailed())
    return failure();
  Value place = nn::SelectOp::create(node.builder(), node.loc, places.getType(), isInside, mirrored, places);
  return node.result(node.infer<nn::GatherElementsOp>(input, place, uint64_t(*timeAxis)));
}

} // namespace margay::frontend::onnx
