//===- Importer.cpp - an ONNX graph to the nn dialect ---------------------===//

#include "frontend/onnx/Importer.h"
#include "frontend/onnx/OpTable.h"
#include "ir/Counted.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;

namespace margay::frontend::onnx {

Importer::Importer(MLIRContext &context, std::shared_ptr<LoadedModel> loadedModel, const ImportOptions &options)
    : builder(&context), context(context), loaded(std::move(loadedModel)),
      module(ModuleOp::create(UnknownLoc::get(&context))), symbols(&context, options.dims), parameters(*module, loaded),
      constantInputs(options.constants) {
  for (const Function &function : loaded->model.functions)
    functions.try_emplace(functionKey(function.domain, function.name, function.overload), &function);
}

nn::DimAttr Importer::addDataSize(llvm::StringRef wish, nn::DimAttr bound) {
  int64_t max = ranges.boundsOf(bound).max;
  nn::SymbolAttr symbol = symbols.addDataSize(wish, bound, max == std::numeric_limits<int64_t>::max() ? -1 : max);
  function->setAttr(nn::symbolsAttribute, symbols.attribute());
  ranges.add(symbol);
  knownDims.addSymbol(symbol);
  return nn::symbolDim(&context, symbol.getName());
}

void Importer::report(Fault fault, const llvm::Twine &message) {
  ++reported;
  errors = llvm::joinErrors(std::move(errors), makeFault(fault, message));
}

void Importer::restrict(DimOverride dim, const llvm::Twine &user) {
  bool isKnown = llvm::any_of(pinned, [&](const Pin &pin) { return pin.dim.name == dim.name; });
  if (!isKnown && !outside)
    pinned.push_back({std::move(dim), user.str()});
}

void Importer::pin(llvm::StringRef symbol, int64_t value, const llvm::Twine &user) {
  if (symbols.allows(symbol, value))
    restrict({symbol.str(), value, value}, user);
}

/// What is known of a free dimension, in the user's terms.
static DimOverride overrideOf(nn::SymbolAttr symbol) {
  DimOverride dim{symbol.getName().str(), symbol.getMin(), {}, symbol.getMultiple()};
  if (symbol.getMax() >= 0)
    dim.max = symbol.getMax();
  return dim;
}

bool Importer::divide(llvm::StringRef symbol, int64_t multiple, const llvm::Twine &user) {
  std::optional<nn::SymbolAttr> now = symbols.find(symbol);
  if (outside || !now || now->getMultiple() % multiple == 0)
    return false;
  DimOverride dim = overrideOf(*now);
  dim.multiple = std::lcm(multiple, dim.multiple);
  dim.min = dim.leastAllowed();
  if (dim.max)
    dim.max = *dim.max / dim.multiple * dim.multiple;
  if (dim.max && *dim.max < dim.min)
    return false;
  restrict(dim, user);
  return true;
}

void Importer::bound(llvm::StringRef symbol, int64_t max, const llvm::Twine &user) {
  std::optional<nn::SymbolAttr> now = symbols.find(symbol); // Not of sizes that depend on data.
  if (!now || max < now->getMin() || max >= overrideOf(*now).max.value_or(INT64_MAX))
    return;
  DimOverride dim = overrideOf(*now);
  dim.max = max;
  restrict(dim, user);
}

void Importer::raise(llvm::StringRef symbol, int64_t min, const llvm::Twine &user) {
  std::optional<nn::SymbolAttr> now = symbols.find(symbol);
  if (!now || min <= now->getMin() || min > overrideOf(*now).max.value_or(INT64_MAX))
    return;
  DimOverride dim = overrideOf(*now);
  dim.min = min;
  restrict(dim, user);
}

//===- Values -------------------------------------------------------------===//

Known *Importer::define(Names &names, llvm::StringRef name) {
  Known &known = knowns.emplace_back();
  names.define(name, &known);
  return &known;
}

Known *Importer::makeKnown(Value value) {
  Known &known = knowns.emplace_back();
  known.value = value;
  return &known;
}

Known *Importer::makeConstant(const Tensor &tensor) {
  Known &known = knowns.emplace_back();
  known.tensor = &tensor;
  return &known;
}

std::optional<llvm::ArrayRef<uint8_t>> Importer::bytesOf(const Tensor &tensor) {
  llvm::Expected<llvm::ArrayRef<uint8_t>> bytes = loaded->bytesOf(tensor);
  if (bytes)
    return *bytes;
  ++reported;
  errors = llvm::joinErrors(std::move(errors), bytes.takeError());
  return std::nullopt;
}

Value Importer::materialize(Known &known, const llvm::Twine &user) {
  if (known.value || known.isBroken)
    return known.value;
  known.isBroken = true;
  if (known.isAbsent) {
    report(Fault::Malformed, user + ": its value is an optional input that the caller of a function does not give");
    return nullptr;
  }
  const Tensor &tensor = *known.tensor;
  if (std::optional<uint64_t> count = elementCount(tensor.dims); !count || *count > uint64_t(maxElements)) {
    report(Fault::Unsupported, user + ": its input " + quoted(tensor.name) + " is too large to be compiled");
    return nullptr;
  }
  mlir::Type element = typeOf(&context, tensor.type);
  if (!element) {
    report(Fault::Unsupported,
           user + ": its input " + quoted(tensor.name) + " has elements of type " + nameOf(tensor.type));
    return nullptr;
  }
  auto bytes = bytesOf(tensor);
  if (!bytes)
    return nullptr;
  known.isBroken = false;
  auto type = RankedTensorType::get(tensor.dims, element);
  Location loc = NameLoc::get(builder.getStringAttr(tensor.name));
  OpBuilder::InsertionGuard guard(builder);
  if (outside)
    builder.restoreInsertionPoint(*outside);
  return known.value = parameters.create(builder, loc, type, tensor.name, *bytes, known.isWeight);
}

/// "conv1 (Conv)", from which messages make "node 'conv1' (Conv)". A node without a name goes by its first output.
Location Importer::locationOf(const Node &node) {
  llvm::StringRef name = node.name;
  for (llvm::StringRef output : node.outputs)
    if (name.empty())
      name = output;
  return NameLoc::get(builder.getStringAttr(name + " (" + node.opType + ")"));
}

//===- Nodes --------------------------------------------------------------===//

void collectConsumed(llvm::ArrayRef<Node> nodes, llvm::DenseSet<llvm::StringRef> &names) {
  for (const Node &node : nodes) {
    names.insert(node.inputs.begin(), node.inputs.end());
    for (const Attribute &attribute : node.attributes)
      for (const Graph &graph : attribute.graphs) {
        collectConsumed(graph.nodes, names);
        for (const ValueInfo &output : graph.outputs)
          names.insert(output.name);
      }
  }
  names.erase("");
}

bool Importer::isBroken(const Node &node, const Surroundings &around) {
  return llvm::any_of(node.inputs,
                      [&](llvm::StringRef input) { return !input.empty() && (*around.names->find(input))->isBroken; });
}

bool Importer::usesBroken(const Node &node, const Surroundings &around) {
  llvm::DenseSet<llvm::StringRef> used;
  collectConsumed(llvm::ArrayRef(&node, 1), used);
  return llvm::any_of(used, [&](llvm::StringRef name) {
    Known *const *known = around.names->find(name);
    return known && (*known)->isBroken;
  });
}

void Importer::breakOutputs(const Node &node, const Surroundings &around) {
  for (llvm::StringRef output : node.outputs)
    if (!output.empty() && !around.names->findHere(output))
      define(*around.names, output)->isBroken = true;
}

void Importer::noteUnknownOperator(const Node &node, const Surroundings &around, int64_t opset) {
  ++unknownNodes;
  auto [entry, isNew] = unknownOperators.try_emplace({canonicalDomain(node.domain), node.opType});
  if (!isNew) {
    ++entry->second.others;
    return;
  }
  std::string op = (node.domain.empty() ? "" : node.domain + ".").str() + node.opType.str();
  std::string versions = supportedVersions(node.domain, node.opType), why;
  if (opset == 0)
    why = "the model does not import its operator set " + quoted(node.domain);
  else if (canonicalDomain(node.domain).empty() && opset > newestOpset)
    why = "opset " + std::to_string(opset) + " is newer than " + std::to_string(newestOpset) + ", the newest known";
  else if (!versions.empty())
    why = "operator " + op + " is not supported in opset " + std::to_string(opset) + ", only in " + versions;
  else
    why = "operator " + op + " of opset " + std::to_string(opset) + " is not supported";
  entry->second.message = around.caller + describe(node) + ": " + why;
}

/// "1 input", "1 to 3 inputs" or "at least 2 inputs".
static std::string expectation(Count count, llvm::StringRef what) {
  if (count.max == unlimited)
    return "at least " + counted(count.min, what);
  return (count.max == count.min ? "" : std::to_string(count.min) + " to ") + counted(count.max, what);
}

static LogicalResult checkCounts(NodeImport &node, const OpRow &row) {
  // Optional inputs and outputs at the end may be written as "".
  auto used = [](llvm::ArrayRef<llvm::StringRef> names) {
    while (!names.empty() && names.back().empty())
      names = names.drop_back();
    return names.size();
  };
  size_t inputs = used(node.node.inputs), outputs = used(node.node.outputs);
  if (inputs < row.inputs.min || inputs > row.inputs.max)
    return node.malformed("has " + counted(inputs, "input") + ", it needs " + expectation(row.inputs, "input"));
  if (outputs > row.outputs.max)
    return node.malformed("has " + counted(outputs, "output") + ", it can have " + expectation(row.outputs, "output"));
  return success();
}

/// Whether ONNX lets elements of an operator be of this type; `what` is what they have to be.
static bool isAllowed(Elements elements, mlir::Type element, llvm::StringRef &what) {
  bool isFloat = isa<FloatType>(element), isBool = element.isInteger(1);
  switch (elements) {
  case Elements::Any:
    return true;
  case Elements::Bool:
    what = "bool";
    return isBool;
  case Elements::Float:
    what = "floats";
    return isFloat;
  case Elements::Integer:
    what = "integers";
    return !isFloat && !isBool;
  case Elements::Number:
    what = "numbers";
    return !isBool;
  }
  llvm_unreachable("all kinds are handled");
}

/// The elements of the first input are what the operator takes.
static LogicalResult checkElements(NodeImport &node, Elements elements) {
  if (elements == Elements::Any || !node.hasInput(0))
    return success();
  Value value = node.input(0);
  if (!value)
    return failure();
  llvm::StringRef what;
  if (isAllowed(elements, elementOf(value), what))
    return success();
  return node.malformed("its input is of type " + nameOf(elementOf(value)) + ", it has to be of " + what);
}

void Importer::importNode(const Node &node, const Surroundings &around) {
  if (const Function *function = functions.lookup(functionKey(node.domain, node.opType, node.overload)))
    return importCall(node, *function, around);
  int64_t opset = opsetVersion(around.opsets, node.domain);
  // The first IR versions did not say which operators they mean.
  if (opset == 0 && around.opsets.empty())
    opset = 1;
  bool isTooNew = canonicalDomain(node.domain).empty() && opset > newestOpset;
  const OpRow *row = isTooNew ? nullptr : findOp(node.domain, node.opType, opset);
  if (!row)
    return noteUnknownOperator(node, around, opset);
  if (isBroken(node, around))
    return;
  NodeImport import(*this, node, around, opset, locationOf(node));
  if (failed(checkCounts(import, *row)) || failed(checkElements(import, row->elements)))
    return;
  unsigned before = reported + unknownNodes;
  if (failed(row->import(import))) {
    if (reported + unknownNodes == before && !usesBroken(node, around))
      report(Fault::Internal, describe(node) + ": could not be imported, and nothing says why");
    return;
  }
  for (llvm::StringRef name : import.unknownAttributes())
    import.unsupported("attribute " + quoted(name) + " is not supported");
  // A row that says nothing of an output does not make it.
  for (auto [index, output] : llvm::enumerate(node.outputs))
    if (import.usesOutput(index) && !around.names->findHere(output))
      import.unsupported("its output " + quoted(output) + " is not supported");
}

void Importer::importNodes(llvm::ArrayRef<Node> nodes, const Surroundings &around) {
  for (const Node &node : nodes) {
    importNode(node, around);
    breakOutputs(node, around);
  }
}

Importer::Nested::Nested(Importer &importer, const Node &node) : importer(importer) {
  // The import uses the stack, and messages name every node on the way.
  constexpr unsigned maxDepth = 200;
  isTooDeep = ++importer.depth > maxDepth;
  if (isTooDeep)
    importer.report(Fault::Unsupported, "function calls and graphs in nodes are nested more than " +
                                            llvm::Twine(maxDepth) + " deep, at " + describe(node));
}

/// Imports the body of a function in place of the call. Validation has made sure that calls end.
void Importer::importCall(const Node &node, const Function &function, const Surroundings &around) {
  if (isBroken(node, around))
    return;
  if (node.inputs.size() > function.inputs.size() || node.outputs.size() > function.outputs.size())
    return report(Fault::Malformed, around.caller + describe(node) + ": function " + quoted(function.name) + " has " +
                                        counted(function.inputs.size(), "input") + " and " +
                                        counted(function.outputs.size(), "output") + ", the call has " +
                                        llvm::Twine(node.inputs.size()) + " and " + llvm::Twine(node.outputs.size()));
  // Each level of calls can multiply the nodes: a small file must not become an endless import.
  constexpr unsigned maxCalls = 100'000;
  if (++calls > maxCalls) {
    if (calls == maxCalls + 1)
      report(Fault::Unsupported,
             describe(node) + ": the model calls functions more than " + llvm::Twine(maxCalls) + " times");
    return;
  }
  Nested nested(*this, node);
  if (nested.isTooDeep)
    return;
  Names names;
  llvm::DenseSet<llvm::StringRef> consumed(function.outputs.begin(), function.outputs.end());
  collectConsumed(function.nodes, consumed);
  Surroundings inside{&names, &consumed, function.opsets, {}, around.caller + describe(node) + ", in it "};
  if (function.opsets.empty())
    inside.opsets = loaded->model.opsets;
  for (const Attribute &attribute : function.attributeDefaults)
    inside.functionAttributes[attribute.name] = &attribute;
  for (const Attribute &attribute : node.attributes)
    inside.functionAttributes[attribute.name] =
        attribute.refName.empty() ? &attribute : around.functionAttributes.lookup(attribute.refName);
  for (auto [index, name] : llvm::enumerate(function.inputs)) {
    bool isGiven = index < node.inputs.size() && !node.inputs[index].empty();
    if (isGiven)
      names.define(name, *around.names->find(node.inputs[index]));
    else
      define(names, name)->isAbsent = true;
  }
  importNodes(function.nodes, inside);
  for (auto [index, output] : llvm::enumerate(node.outputs))
    if (!output.empty())
      around.names->define(output, *names.find(function.outputs[index]));
}

//===- Graphs inside nodes ------------------------------------------------===//

Importer::InRegion::InRegion(Importer &importer, Region &region)
    : importer(importer), before(importer.builder.saveInsertionPoint()), isOutermost(!importer.outside) {
  if (isOutermost)
    importer.outside = before;
  importer.builder.setInsertionPointToEnd(&region.emplaceBlock());
}

Importer::InRegion::~InRegion() {
  importer.builder.restoreInsertionPoint(before);
  if (isOutermost)
    importer.outside.reset();
}

std::optional<llvm::SmallVector<Known *>> Importer::importInner(const Graph &graph, llvm::ArrayRef<Known *> inputs,
                                                                const Node &node, const Surroundings &around) {
  // Loops in loops that are written out can multiply the nodes, as calls can.
  constexpr uint64_t maxInnerNodes = 20'000;
  innerNodes += graph.nodes.size();
  if (innerNodes > maxInnerNodes) {
    report(Fault::Unsupported, around.caller + describe(node) + ": its graphs have more than " +
                                   llvm::Twine(maxInnerNodes) + " nodes when they are written out");
    return std::nullopt;
  }
  Nested nested(*this, node);
  if (nested.isTooDeep)
    return std::nullopt;
  unsigned before = reported;
  Names names(around.names);
  for (auto [index, input] : llvm::enumerate(graph.inputs))
    names.define(input.name, inputs[index]);
  for (const Tensor &tensor : graph.initializers) {
    Known *known = define(names, tensor.name);
    known->tensor = &tensor;
    known->isWeight = true;
  }
  for (const SparseTensor &tensor : graph.sparseInitializers) {
    report(Fault::Unsupported, "initializer " + quoted(tensor.values.name) + " is sparse, which is not supported");
    define(names, tensor.values.name)->isBroken = true;
  }
  Surroundings inside = around;
  inside.names = &names;
  inside.caller = around.caller + describe(node) + ", in it ";
  importNodes(graph.nodes, inside);
  llvm::SmallVector<Known *> outputs;
  for (const ValueInfo &output : graph.outputs) {
    Known *known = *names.find(output.name);
    if (known->isBroken)
      return std::nullopt;
    outputs.push_back(known);
  }
  return reported == before ? std::optional(outputs) : std::nullopt;
}

} // namespace margay::frontend::onnx
