//===- Shape.cpp - the same elements in another arrangement ---------------===//

#include "frontend/onnx/ops/Operators.h"
#include "ir/Counted.h"

using namespace mlir;

namespace margay::frontend::onnx {

LogicalResult importConcat(NodeImport &node) {
  llvm::SmallVector<Value> inputs = node.inputs();
  std::optional<int64_t> axis = node.maybeInteger("axis");
  if (inputs.empty() || node.hasFailed())
    return failure();
  if (!axis && node.opset() >= 4)
    return node.malformed("attribute 'axis' is missing");
  std::optional<int64_t> normal = node.normalizeAxis(axis.value_or(1), rankOf(inputs[0]));
  if (!normal)
    return failure();
  if (inputs.size() == 1)
    return node.result(inputs[0]);
  for (Value input : inputs) {
    if (rankOf(input) != rankOf(inputs[0]))
      return node.malformed("its inputs have " + llvm::Twine(rankOf(inputs[0])) + " and " +
                            counted(rankOf(input), "dimension"));
    if (elementOf(input) != elementOf(inputs[0]))
      return node.malformed("its inputs are of types " + nameOf(elementOf(inputs[0])) + " and " +
                            nameOf(elementOf(input)));
    for (int64_t other = 0; other < rankOf(input); ++other) {
      nn::DimAttr first = nn::dimOf(inputs[0].getType(), other), mine = nn::dimOf(input.getType(), other);
      if (other == *normal || first == mine)
        continue;
      std::string text = "dimension " + std::to_string(other) + " is " + first.str() + " in one input and " +
                         mine.str() + " in another";
      return node.needEqual(first, mine, text);
    }
  }
  // So many inputs could add up to more than a number holds.
  if (inputs.size() > size_t(INT64_MAX / maxElements) / 2)
    return node.unsupported("has " + llvm::Twine(inputs.size()) + " inputs, too many to be compiled");
  return node.result(node.infer<nn::ConcatOp>(ValueRange(inputs), uint64_t(*normal)));
}

LogicalResult importFlatten(NodeImport &node) {
  Value input = node.input(0);
  int64_t axis = node.integer("axis", 1);
  if (!input || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input);
  // Unlike other axes, this one may stand behind the last dimension.
  if (axis < (node.opset() >= 11 ? -rank : 0) || axis > rank)
    return node.malformed("axis " + llvm::Twine(axis) + " is outside of " + counted(rank, "dimension"));
  axis += axis < 0 ? rank : 0;
  Dims dims = nn::dimsOf(input.getType());
  MLIRContext *context = node.loc.getContext();
  nn::DimAttr rows = nn::product(context, llvm::ArrayRef(dims).take_front(axis));
  nn::DimAttr columns = nn::product(context, llvm::ArrayRef(dims).drop_front(axis));
  return node.result(node.reshape(input, {rows, columns}));
}

/// The dimensions that Reshape's numbers mean: 0 is the input's own (unless it is meant), -1 is what is left.
static std::optional<Dims> reshapedDims(NodeImport &node, llvm::ArrayRef<nn::DimAttr> from,
                                        llvm::ArrayRef<nn::DimAttr> numbers, bool allowsZero) {
  MLIRContext *context = node.loc.getContext();
  Dims dims;
  std::optional<size_t> open;
  for (auto [index, dim] : llvm::enumerate(numbers)) {
    int64_t number = dim.getConstant().value_or(1);
    if (number == 0 && !allowsZero) {
      if (index >= from.size())
        return node.malformed("its shape keeps dimension " + llvm::Twine(index) + ", which the input does not have");
      dims.push_back(from[index]);
    } else if (number == -1 && !open) {
      open = index;
      dims.push_back(node.dim(1));
    } else if (number < 0 || number > maxElements) {
      return node.malformed("its shape has " + (number == -1 ? llvm::Twine("two dimensions of -1")
                                                             : "a dimension of " + llvm::Twine(number)));
    } else {
      dims.push_back(dim);
    }
  }
  if (!isManageable(dims))
    return node.unsupported("the result is too large to be compiled");
  nn::DimAttr total = nn::product(context, from), rest = nn::product(context, dims);
  if (!open) {
    if (total == rest)
      return dims;
    std::string text = "its input has " + total.str() + " elements, its shape " + rest.str();
    if (total.isConstant() && rest.isConstant())
      return node.malformed(text);
    return node.unsupported(text + "; pin its free dimensions with --dim");
  }
  // What is left over is found without the dimensions that both have: N * 4 by N is 4, whatever N is.
  Dims left(from), taken(dims);
  for (nn::DimAttr *dim = taken.begin(); dim != taken.end();) {
    auto found = llvm::find(left, *dim);
    if (found == left.end()) {
      ++dim;
      continue;
    }
    left.erase(found);
    dim = taken.erase(dim);
  }
  total = nn::product(context, left);
  rest = nn::product(context, taken);
  if (rest.getConstant() == 0)
    return node.malformed("its shape has both 0 and -1, which could be anything");
  if (total.isConstant() && rest.isConstant() && total.getValue() % rest.getValue() != 0)
    return node.malformed("its input has " + nn::product(context, from).str() + " elements, which cannot be split by " +
                          nn::product(context, dims).str());
  dims[*open] = nn::floorDiv(total, rest);
  return dims;
}

LogicalResult importReshape(NodeImport &node) {
  Value input = node.input(0);
  std::optional<Dims> shape;
  bool allowsZero = false;
  if (node.opset() < 5) {
    node.ignore({"consumed_inputs"});
    auto numbers = node.integers("shape");
    if (!numbers)
      return node.hasFailed() ? failure() : node.malformed("attribute 'shape' is missing");
    shape = Dims(llvm::map_range(*numbers, [&](int64_t number) { return node.dim(number); }));
  } else {
    shape = node.dimensions(1, "the shape");
    allowsZero = node.opset() >= 14 && node.flag("allowzero");
  }
  if (!input || !shape || node.hasFailed())
    return failure();
  std::optional<Dims> dims = reshapedDims(node, nn::dimsOf(input.getType()), *shape, allowsZero);
  return dims ? node.result(node.reshape(input, *dims)) : failure();
}

/// The axes of Squeeze and Unsqueeze: an attribute until opset 12, then an input.
static std::optional<llvm::SmallVector<int64_t>> readAxes(NodeImport &node) {
  if (node.opset() < 13)
    return node.integers("axes");
  if (!node.hasInput(1))
    return std::nullopt;
  return node.constantIntegers(1, "the list of axes");
}

LogicalResult importSqueeze(NodeImport &node) {
  Value input = node.input(0);
  std::optional<llvm::SmallVector<int64_t>> axes = readAxes(node);
  if (!input || node.hasFailed())
    return failure();
  Dims dims = nn::dimsOf(input.getType());
  if (!axes) {
    llvm::erase_if(dims, [](nn::DimAttr dim) { return dim.getConstant() == 1; });
    return node.result(node.reshape(input, dims));
  }
  std::optional<llvm::SmallVector<int64_t>> sorted = node.normalizeAxes(*axes, rankOf(input));
  if (!sorted)
    return failure();
  for (int64_t axis : llvm::reverse(*sorted)) {
    if (dims[axis].getConstant() != 1) {
      std::string text = "dimension " + std::to_string(axis) + " of its input is " + dims[axis].str() + ", not 1";
      return dims[axis].isConstant() ? node.malformed(text) : node.unsupported(text + "; pin it with --dim");
    }
    dims.erase(dims.begin() + axis);
  }
  return node.result(node.reshape(input, dims));
}

LogicalResult importUnsqueeze(NodeImport &node) {
  Value input = node.input(0);
  std::optional<llvm::SmallVector<int64_t>> axes = readAxes(node);
  if (!input || node.hasFailed())
    return failure();
  if (!axes)
    return node.malformed("its axes are missing");
  // Axes are those of the result.
  std::optional<llvm::SmallVector<int64_t>> sorted = node.normalizeAxes(*axes, rankOf(input) + axes->size());
  if (!sorted)
    return failure();
  Dims dims = nn::dimsOf(input.getType());
  for (int64_t axis : *sorted)
    dims.insert(dims.begin() + axis, node.dim(1));
  return node.result(node.reshape(input, dims));
}

LogicalResult importTranspose(NodeImport &node) {
  Value input = node.input(0);
  std::optional<llvm::SmallVector<int64_t>> permutation = node.integers("perm");
  if (!input || node.hasFailed())
    return failure();
  int64_t rank = rankOf(input);
  if (!permutation)
    permutation = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  std::optional<llvm::SmallVector<int64_t>> sorted = node.normalizeAxes(*permutation, rank);
  if (!sorted)
    return failure();
  if (int64_t(sorted->size()) != rank)
    return node.malformed("attribute 'perm' has " + llvm::Twine(sorted->size()) + " axes, its input has " +
                          llvm::Twine(rank));
  for (int64_t &axis : *permutation)
    axis += axis < 0 ? rank : 0;
  return node.result(node.transpose(input, *permutation));
}

} // namespace margay::frontend::onnx
