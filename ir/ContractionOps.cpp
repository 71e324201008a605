//===- ContractionOps.cpp - result types of contractions ------------------===//

#include "ir/Dim.h"
#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

/// Appends the dimensions of `type` whose role is `role`.
static void appendRole(Type type, StringRef roles, char role, SmallVectorImpl<DimAttr> &dims) {
  for (auto [dim, letter] : llvm::zip_equal(dimsOf(type), roles))
    if (letter == role)
      dims.push_back(dim);
}

/// Whether a product with the inferred result may have the actual one.
static bool areResults(TypeRange inferred, TypeRange actual) {
  if (inferred == actual)
    return true;
  auto from = dyn_cast<RankedTensorType>(inferred.front()), to = dyn_cast<RankedTensorType>(actual.front());
  return from && to && from.getElementType().isBF16() && to.getElementType().isF32() &&
         from == to.clone(from.getElementType());
}

bool ContractOp::isCompatibleReturnTypes(TypeRange inferred, TypeRange actual) { return areResults(inferred, actual); }
bool ConvOp::seesOnePixel() {
  auto all = [](ArrayRef<int64_t> values, int64_t expected) {
    return llvm::all_of(values, [=](int64_t value) { return value == expected; });
  };
  return all(getFilter().getType().getShape().drop_back(2), 1) && all(getStrides(), 1) && all(getPads(), 0);
}

bool ConvOp::isCompatibleReturnTypes(TypeRange inferred, TypeRange actual) { return areResults(inferred, actual); }

LogicalResult ContractOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                           DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto lhs = cast<RankedTensorType>(op.getLhs().getType()), rhs = cast<RankedTensorType>(op.getRhs().getType());
  StringRef lhsRoles = op.getLhsRoles(), rhsRoles = op.getRhsRoles();
  if (static_cast<int64_t>(lhsRoles.size()) != lhs.getRank() || lhsRoles.find_first_not_of("bmk") != StringRef::npos)
    return emitOptionalError(loc, "lhs_roles must have one of b, m, k for each of ", lhs.getRank(), " dimensions");
  if (static_cast<int64_t>(rhsRoles.size()) != rhs.getRank() || rhsRoles.find_first_not_of("bnk") != StringRef::npos)
    return emitOptionalError(loc, "rhs_roles must have one of b, n, k for each of ", rhs.getRank(), " dimensions");
  if (lhs.getElementType() != rhs.getElementType())
    return emitOptionalError(loc, "operands have element types ", lhs.getElementType(), " and ", rhs.getElementType());
  for (char role : {'b', 'k'}) {
    SmallVector<DimAttr> left, right;
    appendRole(lhs, lhsRoles, role, left);
    appendRole(rhs, rhsRoles, role, right);
    if (left.size() != right.size())
      return emitOptionalError(loc, "lhs has ", left.size(), " dimensions with role ", std::string(1, role),
                               ", rhs has ", right.size());
    for (auto [l, r] : llvm::zip_equal(left, right))
      if (l != r)
        return emitOptionalError(loc, role == 'k' ? "summed" : "batch", " dimension is ", l.str(), " in lhs and ",
                                 r.str(), " in rhs");
  }
  SmallVector<DimAttr> dims;
  appendRole(lhs, lhsRoles, 'b', dims);
  appendRole(lhs, lhsRoles, 'm', dims);
  appendRole(rhs, rhsRoles, 'n', dims);
  types.push_back(tensorOf(dims, lhs.getElementType()));
  return success();
}

DimAttr margay::nn::windowOutput(DimAttr input, int64_t kernel, int64_t stride, int64_t dilation, int64_t padBegin,
                                 int64_t padEnd, bool ceilMode) {
  DimAttr span = input + (padBegin + padEnd - dilation * (kernel - 1) - 1);
  if (!ceilMode)
    return floorDiv(span, stride) + 1;
  // No window begins at or beyond the input's end: (out - 1) * stride < input + padBegin.
  return min(ceilDiv(span, stride) + 1, floorDiv(input + (padBegin - 1), stride) + 1);
}

bool margay::nn::within(ArrayRef<int64_t> values, int64_t least) {
  return llvm::all_of(values, [&](int64_t v) { return v >= least && v <= std::numeric_limits<int32_t>::max(); });
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc, ValueRange operands,
                                       DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                       SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto input = cast<RankedTensorType>(op.getInput().getType()),
       filter = cast<RankedTensorType>(op.getFilter().getType());
  int64_t rank = input.getRank(), spatial = rank - 2, groups = op.getGroups();
  if (rank < 3 || rank > 5)
    return emitOptionalError(loc, "input has ", rank, " dimensions, 3 to 5 can be convolved");
  if (filter.getRank() != rank)
    return emitOptionalError(loc, "filter has ", filter.getRank(), " dimensions, input has ", rank);
  if (input.getElementType() != filter.getElementType())
    return emitOptionalError(loc, "operands have element types ", input.getElementType(), " and ",
                             filter.getElementType());
  if (static_cast<int64_t>(op.getStrides().size()) != spatial ||
      static_cast<int64_t>(op.getDilations().size()) != spatial ||
      static_cast<int64_t>(op.getPads().size()) != 2 * spatial)
    return emitOptionalError(loc, "strides, dilations and pads do not fit ", spatial, " spatial dimensions");
  if (!within(op.getStrides(), 1) || !within(op.getDilations(), 1))
    return emitOptionalError(loc, "strides and dilations must be positive and below 2^31");
  if (!within(op.getPads(), std::numeric_limits<int32_t>::min()))
    return emitOptionalError(loc, "pads must be below 2^31");
  if (!filter.hasStaticShape() || !within(filter.getShape().drop_back(2), 1))
    return emitOptionalError(loc, "filter must have a constant shape with spatial sizes from 1 to 2^31");
  DimAttr channels = dimOf(input, rank - 1);
  int64_t filterChannels = filter.getDimSize(rank - 2), outputs = filter.getDimSize(rank - 1);
  if (groups < 1 || outputs % groups != 0)
    return emitOptionalError(loc, outputs, " output channels cannot be split into ", groups, " groups");
  if (!channels.isConstant() || channels.getValue() != filterChannels * groups)
    return emitOptionalError(loc, "filter has ", filterChannels, " input channels in each of ", groups,
                             " groups, input has ", channels.str());
  SmallVector<DimAttr> dims{dimOf(input, 0)};
  for (int64_t i = 0; i < spatial; ++i) {
    DimAttr size = windowOutput(dimOf(input, i + 1), filter.getDimSize(i), op.getStrides()[i], op.getDilations()[i],
                                op.getPads()[i], op.getPads()[spatial + i]);
    if (size.isConstant() && size.getValue() < 1)
      return emitOptionalError(loc, "filter is larger than the padded input in spatial dimension ", i);
    dims.push_back(size);
  }
  dims.push_back(constantDim(context, outputs));
  types.push_back(tensorOf(dims, input.getElementType()));
  return success();
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc, ValueRange operands,
                                                DictionaryAttr attributes, OpaqueProperties properties,
                                                RegionRange regions, SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto input = cast<RankedTensorType>(op.getInput().getType()),
       filter = cast<RankedTensorType>(op.getFilter().getType());
  int64_t rank = input.getRank(), spatial = rank - 2, groups = op.getGroups();
  if (rank < 3 || rank > 5)
    return emitOptionalError(loc, "input has ", rank, " dimensions, 3 to 5 can be convolved");
  if (filter.getRank() != rank)
    return emitOptionalError(loc, "filter has ", filter.getRank(), " dimensions, input has ", rank);
  if (input.getElementType() != filter.getElementType())
    return emitOptionalError(loc, "operands have element types ", input.getElementType(), " and ",
                             filter.getElementType());
  auto fits = [&](ArrayRef<int64_t> values, int64_t size, int64_t least) {
    return static_cast<int64_t>(values.size()) == size && within(values, least);
  };
  if (!fits(op.getStrides(), spatial, 1) || !fits(op.getDilations(), spatial, 1) ||
      !fits(op.getPads(), 2 * spatial, std::numeric_limits<int32_t>::min()) || !fits(op.getOutputPadding(), spatial, 0))
    return emitOptionalError(loc, "strides, dilations, pads and output_padding do not fit ", spatial,
                             " spatial dimensions");
  if (!filter.hasStaticShape() || !within(filter.getShape().drop_back(2), 1))
    return emitOptionalError(loc, "filter must have a constant shape with spatial sizes from 1 to 2^31");
  DimAttr channels = dimOf(input, rank - 1);
  int64_t filterChannels = filter.getDimSize(rank - 2);
  if (!channels.isConstant() || channels.getValue() != filterChannels)
    return emitOptionalError(loc, "filter has ", filterChannels, " input channels, input has ", channels.str());
  if (groups < 1 || filterChannels % groups != 0)
    return emitOptionalError(loc, filterChannels, " input channels cannot be split into ", groups, " groups");
  SmallVector<DimAttr> dims{dimOf(input, 0)};
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t rest = op.getDilations()[i] * (filter.getDimSize(i) - 1) + 1 + op.getOutputPadding()[i] - op.getPads()[i] -
                   op.getPads()[spatial + i];
    DimAttr size = (dimOf(input, i + 1) - 1) * op.getStrides()[i] + rest;
    if (size.isConstant() && size.getValue() < 1)
      return emitOptionalError(loc, "nothing is left of spatial dimension ", i);
    dims.push_back(size);
  }
  dims.push_back(constantDim(context, filter.getDimSize(rank - 1) * groups));
  types.push_back(tensorOf(dims, input.getElementType()));
  return success();
}
