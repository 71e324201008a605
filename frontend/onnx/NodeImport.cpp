//===- NodeImport.cpp - what an operator's import function works with -----===//

#include "frontend/onnx/NodeImport.h"
#include "frontend/onnx/TensorData.h"
#include "ir/Counted.h"
#include "ir/Recipe.h"
#include "ir/reference/Evaluator.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace margay::frontend::onnx {

NodeImport::NodeImport(Importer &importer, const Node &node, const Surroundings &around, int64_t opset, Location loc)
    : node(node), loc(loc), importer(importer), around(around), version(opset) {}

Refusal NodeImport::malformed(const llvm::Twine &text) {
  importer.report(Fault::Malformed, around.caller + describe(node) + ": " + text);
  failed = true;
  return {};
}

Refusal NodeImport::unsupported(const llvm::Twine &text) {
  importer.report(Fault::Unsupported, around.caller + describe(node) + ", opset " + llvm::Twine(version) + ": " + text);
  failed = true;
  return {};
}

//===- Inputs -------------------------------------------------------------===//

Known &NodeImport::knownInput(unsigned index) const { return **around.names->find(node.inputs[index]); }

bool NodeImport::hasInput(unsigned index) const {
  return index < node.inputs.size() && !node.inputs[index].empty() && !knownInput(index).isAbsent;
}

Value NodeImport::input(unsigned index) {
  if (!hasInput(index))
    return malformed("input " + llvm::Twine(index + 1) + " is missing");
  Value value = importer.materialize(knownInput(index), around.caller + describe(node));
  failed |= !value;
  return value;
}

llvm::SmallVector<Value> NodeImport::inputs() {
  llvm::SmallVector<Value> values;
  for (unsigned index = 0; index < inputCount(); ++index)
    if (Value value = input(index))
      values.push_back(value);
  if (values.size() != inputCount())
    values.clear();
  return values;
}

const Known *NodeImport::presentInput(unsigned index, const llvm::Twine &what) {
  if (!hasInput(index))
    return malformed(what + " is missing");
  return &knownInput(index);
}

template <typename Read>
auto NodeImport::constantValues(const Tensor &tensor, const llvm::Twine &what, Read read, llvm::StringRef kind)
    -> std::invoke_result_t<Read, ElementType, llvm::ArrayRef<uint8_t>, uint64_t> {
  auto bytes = importer.bytesOf(tensor);
  failed |= !bytes;
  if (!bytes)
    return std::nullopt;
  auto values = read(tensor.type, *bytes, *elementCount(tensor.dims));
  if (!values)
    malformed(what + " is of type " + nameOf(tensor.type) + ", it has to be of " + kind);
  return values;
}

std::optional<Dims> NodeImport::dimensions(unsigned index, const llvm::Twine &what) {
  const Known *known = presentInput(index, what);
  if (!known)
    return std::nullopt;
  if (known->tensor) {
    auto integers = constantValues(*known->tensor, what, readIntegers, "integers");
    if (!integers)
      return std::nullopt;
    return Dims(llvm::map_range(*integers, [&](int64_t integer) { return dim(integer); }));
  }
  if (isa<FloatType>(elementOf(known->value)))
    return malformed(what + " is of type " + nameOf(elementOf(known->value)) + ", it has to be of integers");
  if (std::optional<Dims> dims = importer.knownDims.dimsOf(known->value))
    return dims;
  return unsupported(what + " (input " + quoted(node.inputs[index]) +
                     ") depends on the model's data; it has to be constant or to follow from shapes");
}

std::optional<llvm::SmallVector<int64_t>> NodeImport::constantIntegers(unsigned index, const llvm::Twine &what) {
  std::optional<Dims> dims = dimensions(index, what);
  if (!dims)
    return std::nullopt;
  llvm::SmallVector<int64_t> integers;
  for (nn::DimAttr dim : *dims) {
    if (!dim.isConstant())
      return unsupported(what + " (input " + quoted(node.inputs[index]) + ") is not constant: it depends on " +
                         dim.str() + "; give sizes with --dim");
    integers.push_back(dim.getValue());
  }
  return integers;
}

std::optional<llvm::SmallVector<double>> NodeImport::constantNumbers(unsigned index, const llvm::Twine &what) {
  const Known *known = presentInput(index, what);
  if (!known)
    return std::nullopt;
  if (known->tensor)
    return constantValues(*known->tensor, what, readNumbers, "numbers");
  if (auto constants = importer.knownDims.constantsOf(known->value))
    return constants;
  return unsupported(what + " (input " + quoted(node.inputs[index]) + ") is not constant");
}

std::optional<double> NodeImport::constantScalar(unsigned index, const llvm::Twine &what) {
  auto values = constantNumbers(index, what);
  if (!values)
    return std::nullopt;
  if (values->size() == 1)
    return values->front();
  return malformed(what + " has " + llvm::Twine(values->size()) + " elements, it has to have one");
}

//===- Attributes ---------------------------------------------------------===//

const Attribute *NodeImport::attribute(llvm::StringRef name, AttributeType type) {
  askedFor.insert(name);
  const Attribute *attribute = node.attribute(name);
  // In a function an attribute can stand for one that the caller gives, or does not give.
  if (attribute && !attribute->refName.empty())
    attribute = around.functionAttributes.lookup(attribute->refName);
  if (!attribute || attribute->type == type)
    return attribute;
  // Writers of an empty list cannot know what it is a list of.
  bool isEmptyList = isList(type) && isList(attribute->type) && attribute->floats.empty() && attribute->ints.empty() &&
                     attribute->strings.empty();
  if (isEmptyList)
    return attribute;
  return malformed("attribute " + quoted(name) + " is of type " + nameOf(attribute->type) + ", it has to be of type " +
                   nameOf(type));
}

std::optional<int64_t> NodeImport::maybeInteger(llvm::StringRef name) {
  const Attribute *found = attribute(name, AttributeType::Int);
  return found ? std::optional(found->ints[0]) : std::nullopt;
}

std::optional<llvm::SmallVector<int64_t>> NodeImport::integers(llvm::StringRef name) {
  const Attribute *found = attribute(name, AttributeType::Ints);
  return found ? std::optional(llvm::SmallVector<int64_t>(found->ints.begin(), found->ints.end())) : std::nullopt;
}

std::optional<float> NodeImport::maybeNumber(llvm::StringRef name) {
  const Attribute *found = attribute(name, AttributeType::Float);
  return found ? std::optional(found->floats[0]) : std::nullopt;
}

llvm::StringRef NodeImport::text(llvm::StringRef name, llvm::StringRef otherwise) {
  const Attribute *found = attribute(name, AttributeType::String);
  return found ? found->strings[0] : otherwise;
}

llvm::SmallVector<llvm::StringRef> NodeImport::unknownAttributes() const {
  llvm::SmallVector<llvm::StringRef> names;
  for (const Attribute &attribute : node.attributes)
    if (!askedFor.contains(attribute.name))
      names.push_back(attribute.name);
  return names;
}

//===- Outputs ------------------------------------------------------------===//

LogicalResult NodeImport::result(Value value, unsigned index) {
  if (!value || failed)
    return failure();
  if (usesOutput(index))
    importer.define(*around.names, node.outputs[index])->value = value;
  return success();
}

void NodeImport::alias(Known *known, unsigned index) {
  if (usesOutput(index))
    around.names->define(node.outputs[index], known);
}

Known *NodeImport::known(unsigned index) {
  if (!hasInput(index))
    return malformed("input " + llvm::Twine(index + 1) + " is missing");
  return &knownInput(index);
}

std::optional<llvm::SmallVector<Known *>> NodeImport::importInner(const Graph &graph, llvm::ArrayRef<Known *> inputs) {
  auto outputs = importer.importInner(graph, inputs, node, around);
  failed |= !outputs;
  return outputs;
}

LogicalResult NodeImport::constant(Tensor tensor) {
  if (failed)
    return failure();
  if (usesOutput(0)) {
    tensor.name = node.outputs[0];
    importer.define(*around.names, node.outputs[0])->tensor = &importer.keep(std::move(tensor));
  }
  return success();
}

LogicalResult NodeImport::forward() {
  if (!hasInput(0))
    return malformed("input 1 is missing");
  if (failed)
    return failure();
  if (usesOutput(0)) {
    // A constant that is in the IR already is not made twice; one that is not may never be needed.
    Known &source = knownInput(0);
    *importer.define(*around.names, node.outputs[0]) = source;
  }
  return success();
}

//===- Operations ---------------------------------------------------------===//

Value NodeImport::checked(Value value) {
  if (value && isManageable(nn::dimsOf(value.getType())))
    return value;
  return unsupported("the result is too large to be compiled");
}

Value NodeImport::createInferred(OperationState &state) {
  if (failed || llvm::is_contained(state.operands, Value()))
    return nullptr;
  MLIRContext *context = loc.getContext();
  auto *interface = state.name.getInterface<InferTypeOpInterface>();
  llvm::SmallVector<mlir::Type> types;
  std::string message = "its inputs do not fit";
  {
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
    failed =
        mlir::failed(interface->inferReturnTypes(context, loc, state.operands, state.attributes.getDictionary(context),
                                                 state.getRawProperties(), RegionRange(state.regions), types));
  }
  if (failed)
    return malformed(message);
  state.types.assign(types.begin(), types.end());
  return checked(builder().create(state)->getResult(0));
}

Value NodeImport::transpose(Value value, llvm::ArrayRef<int64_t> permutation) {
  if (!value || llvm::is_sorted(permutation))
    return value;
  return infer<nn::TransposeOp>(value, permutation);
}

Value NodeImport::reshape(Value value, llvm::ArrayRef<nn::DimAttr> dims) {
  if (!value || failed)
    return nullptr;
  if (!isManageable(dims))
    return unsupported("the result is too large to be compiled");
  nn::DimAttr have = nn::product(loc.getContext(), nn::dimsOf(value.getType()));
  nn::DimAttr need = nn::product(loc.getContext(), dims);
  if (have != need && mlir::failed(needEqual(have, need,
                                             "its sizes do not fit together: " + have.str() + " elements are there, " +
                                                 need.str() + " are needed")))
    return nullptr;
  RankedTensorType type = nn::tensorOf(dims, elementOf(value));
  return type == value.getType() ? value : Value(nn::ReshapeOp::create(builder(), loc, type, value));
}

Value NodeImport::broadcast(Value value, llvm::ArrayRef<nn::DimAttr> dims) {
  if (!value || failed)
    return nullptr;
  if (!isManageable(dims))
    return unsupported("the result is too large to be compiled");
  Dims own = nn::dimsOf(value.getType());
  if (own.size() > dims.size())
    return malformed("an input has " + counted(own.size(), "dimension") + ", at most " + llvm::Twine(dims.size()) +
                     " fit");
  own.insert(own.begin(), dims.size() - own.size(), dim(1));
  for (auto [mine, wanted] : llvm::zip_equal(own, dims))
    if (mine.getConstant() != 1 &&
        mlir::failed(needEqual(
            mine, wanted, "dimensions " + wanted.str() + " and " + mine.str() + " of its inputs do not fit together")))
      return nullptr;
  value = reshape(value, own);
  RankedTensorType type = nn::tensorOf(dims, elementOf(value));
  return type == value.getType() ? value : Value(nn::BroadcastOp::create(builder(), loc, type, value));
}

Value NodeImport::prefix(Value value, Value count) {
  if (!value || !count || failed)
    return nullptr;
  Dims dims = nn::dimsOf(value.getType());
  if (nn::isRecipe(count)) {
    llvm::Expected<reference::Tensor> known = reference::evaluateConstant(count);
    if (!known)
      return malformed(llvm::toString(known.takeError()));
    dims[0] = dim(known->values<int64_t>()[0]);
    auto starts = nn::ShapeAttr::get(loc.getContext(), Dims(dims.size(), dim(0)));
    return checkedValue(nn::SliceOp::create(builder(), loc, nn::tensorOf(dims, elementOf(value)), value, starts,
                                            llvm::SmallVector<int64_t>(dims.size(), 1)));
  }
  std::string wish = node.outputs.empty() ? "size" : node.outputs.front().str() + " size";
  dims[0] = importer.addDataSize(wish, dims[0]);
  return checkedValue(nn::PrefixOp::create(builder(), loc, nn::tensorOf(dims, elementOf(value)), value, count));
}

Value NodeImport::cast(Value value, mlir::Type element) {
  if (!value || failed || elementOf(value) == element)
    return value;
  return nn::CastOp::create(builder(), loc, nn::tensorOf(nn::dimsOf(value.getType()), element), value);
}

Value NodeImport::dimsTensor(llvm::ArrayRef<nn::DimAttr> dims) {
  if (failed)
    return nullptr;
  return nn::DimsOp::create(builder(), loc, nn::ShapeAttr::get(loc.getContext(), dims));
}

Value NodeImport::scalar(double value, mlir::Type element) {
  if (failed)
    return nullptr;
  auto type = RankedTensorType::get({}, element);
  TypedAttr number;
  if (isa<FloatType>(element))
    number = FloatAttr::get(element, value);
  else // Not IntegerAttr::get(type, int64_t), which refuses what does not fit.
    number = IntegerAttr::get(element, APInt(element.getIntOrFloatBitWidth(), uint64_t(int64_t(value)),
                                             /*isSigned=*/false, /*implicitTrunc=*/true));
  return nn::ConstantOp::create(builder(), loc, type,
                                DenseElementsAttr::get(type, llvm::ArrayRef<mlir::Attribute>(number)));
}

Value NodeImport::checkedValue(Operation *op) {
  std::string message;
  {
    ScopedDiagnosticHandler handler(loc.getContext(), [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
    if (!failed && mlir::succeeded(verify(op)))
      return checked(op->getResult(0));
  }
  // "'nn.slice' op reads positions …": the operation is no matter of the user's.
  llvm::StringRef text = message;
  text.consume_front(("'" + op->getName().getStringRef() + "' op ").str());
  op->erase();
  return failed ? Value() : malformed(text);
}

Value NodeImport::splat(double value, Value like) {
  if (!like)
    return nullptr;
  return broadcast(scalar(value, elementOf(like)), nn::dimsOf(like.getType()));
}

Value NodeImport::alongAxis(Value vector, Value like, int64_t axis) {
  if (!vector || !like || failed)
    return nullptr;
  Dims dims(rankOf(like), dim(1));
  dims[axis] = nn::dimOf(vector.getType(), 0);
  return broadcast(reshape(vector, dims), nn::dimsOf(like.getType()));
}

LogicalResult NodeImport::needEqual(nn::DimAttr a, nn::DimAttr b, const llvm::Twine &text) {
  if (a == b)
    return success();
  if (a.isConstant() && b.isConstant())
    return malformed(text);
  if (multipleTogether(a, b))
    return unsupported(text);
  if (a.isConstant())
    std::swap(a, b);
  if (a.getKind() != nn::DimKind::Symbol || !b.isConstant())
    return unsupported(text + "; give sizes that make them equal with --dim");
  importer.pin(a.getSymbol(), b.getValue(), around.caller + describe(node));
  return unsupported(text + "; only --dim " + a.getSymbol() + "=" + b.str() + " makes them equal");
}

/// The least value of the one symbol in an expression at which that is not below `least`; it grows with the symbol.
static std::optional<std::pair<llvm::StringRef, int64_t>> symbolAtLeast(nn::DimAttr dim, int64_t least) {
  llvm::SmallSetVector<llvm::StringRef, 2> symbols;
  nn::walkSymbols(dim, [&](llvm::StringRef name) { symbols.insert(name); });
  auto isEnough = [&](int64_t value) {
    return nn::evaluate(dim, [&](llvm::StringRef) { return value; }).value_or(least - 1) >= least;
  };
  int64_t low = 0, high = int64_t(1) << 31;
  if (symbols.size() != 1 || !isEnough(high))
    return std::nullopt;
  while (low + 1 < high) {
    int64_t middle = low + (high - low) / 2;
    (isEnough(middle) ? high : low) = middle;
  }
  return std::pair(symbols[0], high);
}

LogicalResult NodeImport::needAtLeast(nn::DimAttr dim, nn::DimAttr least, const llvm::Twine &text) {
  std::optional<bool> isLess = ranges().isLess(dim, least);
  if (isLess == false)
    return success();
  if (isLess)
    return malformed(text);
  if (least.isConstant())
    if (auto needed = symbolAtLeast(dim, least.getValue()))
      importer.raise(needed->first, needed->second, around.caller + describe(node));
  return unsupported(text + ", which may be too few; give sizes with --dim");
}

/// min(512, L) and L are equal as long as L is at most 512, which a model that adds them takes for granted: a table of
/// 512 positions was sliced to L. Bounds the symbol in another import.
bool NodeImport::boundTogether(nn::DimAttr a, nn::DimAttr b) {
  for (int order = 0; order < 2; ++order, std::swap(a, b)) {
    if (a.getKind() != nn::DimKind::Min || !llvm::is_contained(a.getOperands(), b))
      continue;
    std::optional<int64_t> limit;
    for (nn::DimAttr operand : a.getOperands())
      if (std::optional<int64_t> constant = operand.getConstant())
        limit = std::min(limit.value_or(*constant), *constant);
    llvm::StringRef symbol;
    nn::walkSymbols(b, [&](llvm::StringRef name) { symbol = name; });
    if (!limit || symbol.empty())
      continue;
    // The largest value at which the expression is within the limit; it grows with the symbol.
    auto at = [&](int64_t value) { return nn::evaluate(b, [&](llvm::StringRef) { return value; }); };
    int64_t low = 0, high = *limit + 1;
    while (low + 1 < high) {
      int64_t middle = low + (high - low) / 2;
      std::optional<int64_t> value = at(middle);
      (value && *value <= *limit ? low : high) = middle;
    }
    if (low < 1)
      continue;
    importer.bound(symbol, low, around.caller + describe(node));
    return true;
  }
  return false;
}

/// Half of an image of odd height, doubled, is not the image's height; a model that adds the two is meant for heights
/// that are multiples of 2. Finds the least such power of 2, and divides the symbols in another import.
bool NodeImport::multipleTogether(nn::DimAttr a, nn::DimAttr b) {
  constexpr int64_t largest = 1024;
  llvm::SmallSetVector<llvm::StringRef, 4> names;
  for (nn::DimAttr dim : {a, b})
    nn::walkSymbols(dim, [&](llvm::StringRef name) { names.insert(name); });
  auto equalWith = [&](int64_t multiple, llvm::StringRef except) {
    auto replacement = [&](llvm::StringRef name) -> std::optional<nn::DimAttr> {
      if (name == except)
        return std::nullopt;
      return nn::multipleOf(loc.getContext(), name, multiple);
    };
    return nn::substitute(a, replacement) == nn::substitute(b, replacement);
  };
  for (int64_t multiple = 2; multiple <= largest; multiple *= 2) {
    if (!equalWith(multiple, ""))
      continue;
    bool divides = false;
    for (llvm::StringRef name : names)
      if (names.size() == 1 || !equalWith(multiple, name))
        divides |= importer.divide(name, multiple, around.caller + describe(node));
    return divides;
  }
  return false;
}

std::optional<Dims> NodeImport::broadcastDims(llvm::ArrayRef<nn::DimAttr> a, llvm::ArrayRef<nn::DimAttr> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  Dims dims(a);
  for (size_t back = 1; back <= b.size(); ++back) {
    nn::DimAttr &mine = dims[a.size() - back], other = b[b.size() - back];
    if (mine == other || other.getConstant() == 1)
      continue;
    if (mine.getConstant() == 1) {
      mine = other;
      continue;
    }
    std::string text = "dimensions " + mine.str() + " and " + other.str() + " of its inputs do not fit together";
    if (boundTogether(mine, other) || multipleTogether(mine, other))
      return unsupported(text + " for every value");
    if (mine.isConstant() && other.isConstant())
      return malformed(text);
    if (mine.isConstant())
      std::swap(mine, other);
    if (mine.getKind() != nn::DimKind::Symbol || !other.isConstant())
      return unsupported(text + " for every value; give sizes that make them equal, or 1, with --dim");
    // Both may be meant, so neither is taken for granted.
    std::string symbol = mine.getSymbol().str();
    return unsupported(text + " for every value; --dim " + symbol + "=" + other.str() + " or --dim " + symbol +
                       "=1 makes them");
  }
  return dims;
}

llvm::SmallVector<Value> NodeImport::broadcastTogether(llvm::ArrayRef<Value> values) {
  Dims dims;
  for (Value value : values) {
    if (!value || failed)
      return {};
    std::optional<Dims> wider = broadcastDims(dims, nn::dimsOf(value.getType()));
    if (!wider)
      return {};
    dims = *wider;
    if (elementOf(value) != elementOf(values[0])) {
      malformed("its inputs are of types " + nameOf(elementOf(values[0])) + " and " + nameOf(elementOf(value)));
      return {};
    }
  }
  llvm::SmallVector<Value> results;
  for (Value value : values)
    if (Value wide = broadcast(value, dims))
      results.push_back(wide);
  return failed ? llvm::SmallVector<Value>() : results;
}

std::optional<int64_t> NodeImport::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  return malformed("axis " + llvm::Twine(axis) + " is outside of " + counted(rank, "dimension"));
}

std::optional<llvm::SmallVector<int64_t>> NodeImport::normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank) {
  llvm::SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    std::optional<int64_t> normal = normalizeAxis(axis, rank);
    if (!normal)
      return std::nullopt;
    result.push_back(*normal);
  }
  llvm::sort(result);
  if (std::adjacent_find(result.begin(), result.end()) == result.end())
    return result;
  return malformed("an axis is given twice");
}

} // namespace margay::frontend::onnx
