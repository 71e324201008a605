//===- Importer.cpp - an ONNX graph to the nn dialect ---------------------===//

#include "frontend/onnx/Importer.h"
#include "frontend/onnx/OpTable.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace margay::frontend::onnx {

Importer::Importer(MLIRContext &context, std::shared_ptr<LoadedModel> loadedModel, const ImportOptions &options)
    : builder(&context), context(context), loaded(std::move(loadedModel)),
      module(ModuleOp::create(UnknownLoc::get(&context))), symbols(&context, options.dims),
      parameters(*module, loaded) {
  for (const Function &function : loaded->model.functions)
    functions.try_emplace(functionKey(function.domain, function.name, function.overload), &function);
}

void Importer::report(Fault fault, const llvm::Twine &message) {
  ++reported;
  errors = llvm::joinErrors(std::move(errors), makeFault(fault, message));
}

//===- Values -------------------------------------------------------------===//

Known *Importer::define(Names &names, llvm::StringRef name) {
  Known &known = knowns.emplace_back();
  names.define(name, &known);
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
  const Tensor &tensor = *known.tensor;
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

/// The names that nodes use, those in the graphs inside them included; never the empty one.
static void collectConsumed(llvm::ArrayRef<Node> nodes, llvm::DenseSet<llvm::StringRef> &names) {
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

void Importer::breakOutputs(const Node &node, const Surroundings &around) {
  for (llvm::StringRef output : node.outputs)
    if (!output.empty() && !around.names->findHere(output))
      define(*around.names, output)->isBroken = true;
}

void Importer::noteUnknownOperator(const Node &node, const Surroundings &around, int64_t opset) {
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

/// "1", "1 to 3" or "at least 2", with what they are.
static std::string expectation(Count count, llvm::StringRef what) {
  std::string text = std::to_string(count.min);
  if (count.max == unlimited)
    text = "at least " + text;
  else if (count.max != count.min)
    text += " to " + std::to_string(count.max);
  return text + " " + what.str();
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
    return node.malformed("has " + llvm::Twine(inputs) + " inputs, it needs " + expectation(row.inputs, "inputs"));
  if (outputs > row.outputs.max)
    return node.malformed("has " + llvm::Twine(outputs) + " outputs, it has only " +
                          expectation(row.outputs, "outputs"));
  return success();
}

/// The elements of the first input are what the operator takes.
static LogicalResult checkElements(NodeImport &node, Elements elements) {
  if (elements == Elements::Any || !node.hasInput(0))
    return success();
  Value value = node.input(0);
  if (!value)
    return failure();
  mlir::Type element = elementOf(value);
  if (isa<FloatType>(element) || (elements == Elements::Number && !element.isInteger(1)))
    return success();
  return node.malformed("its input is of type " + nameOf(element) + ", it has to be of " +
                        (elements == Elements::Float ? "floats" : "numbers"));
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
  unsigned before = reported;
  if (failed(row->import(import))) {
    if (reported == before)
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

/// Imports the body of a function in place of the call. Validation has made sure that calls end.
void Importer::importCall(const Node &node, const Function &function, const Surroundings &around) {
  if (isBroken(node, around))
    return;
  if (node.inputs.size() > function.inputs.size() || node.outputs.size() > function.outputs.size())
    return report(Fault::Malformed, around.caller + describe(node) + ": function " + quoted(function.name) + " has " +
                                        llvm::Twine(function.inputs.size()) + " inputs and " +
                                        llvm::Twine(function.outputs.size()) + " outputs, the call has " +
                                        llvm::Twine(node.inputs.size()) + " and " + llvm::Twine(node.outputs.size()));
  // Each level of calls can multiply the nodes: a small file must not become an endless import.
  constexpr unsigned maxCalls = 100'000;
  if (++calls > maxCalls) {
    if (calls == maxCalls + 1)
      report(Fault::Unsupported,
             describe(node) + ": the model calls functions more than " + llvm::Twine(maxCalls) + " times");
    return;
  }
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

//===- The graph ----------------------------------------------------------===//

/// Makes the function with its arguments. False if an input cannot be one.
bool Importer::importInputs() {
  const Graph &graph = loaded->model.graph;
  llvm::StringSet<> initialized;
  for (const Tensor &tensor : graph.initializers)
    initialized.insert(tensor.name);
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<llvm::StringRef> names;
  for (const ValueInfo &input : graph.inputs) {
    // Old files list their weights among the inputs.
    if (initialized.contains(input.name))
      continue;
    std::string what = "input " + quoted(input.name);
    mlir::Type element = typeOf(&context, input.type.element);
    if (input.type.kind != Type::Tensor || !element) {
      report(Fault::Unsupported, what + " is not a tensor of numbers");
      continue;
    }
    if (!input.type.hasShape) {
      report(Fault::Unsupported, what + " has no shape; the number of its dimensions has to be known");
      continue;
    }
    Dims dims;
    for (auto [axis, dim] : llvm::enumerate(input.type.shape))
      dims.push_back(symbols.dimension(input.name, axis, dim));
    if (!isManageable(dims)) {
      report(Fault::Unsupported, what + " is too large to be compiled");
      continue;
    }
    types.push_back(nn::tensorOf(dims, element));
    names.push_back(input.name);
  }
  if (llvm::Error unknown = symbols.checkOverrides()) {
    ++reported;
    errors = llvm::joinErrors(std::move(errors), std::move(unknown));
  }
  if (reported != 0)
    return false;

  Location loc = NameLoc::get(builder.getStringAttr(graph.name));
  builder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(builder, loc, nn::mainFunction, builder.getFunctionType(types, {}));
  function->setAttr(nn::symbolsAttribute, symbols.attribute());
  builder.setInsertionPointToStart(function.addEntryBlock());
  for (auto [index, name] : llvm::enumerate(names))
    function.setArgAttr(index, nn::nameAttribute, builder.getStringAttr(name));
  return true;
}

void Importer::importInitializers(Names &names) {
  for (const Tensor &tensor : loaded->model.graph.initializers) {
    Known *known = define(names, tensor.name);
    known->tensor = &tensor;
    known->isWeight = true;
  }
  for (const SparseTensor &tensor : loaded->model.graph.sparseInitializers) {
    report(Fault::Unsupported, "initializer " + quoted(tensor.values.name) + " is sparse, which is not supported");
    define(names, tensor.values.name)->isBroken = true;
  }
}

/// Compares what the file says of a value with what came out. Free dimensions say nothing: they are named after what
/// the exporter had in mind.
void Importer::checkDeclared(const ValueInfo &info, Value value, const llvm::Twine &what) {
  if (info.type.kind != Type::Tensor || !value)
    return;
  RankedTensorType type = typeOf(value);
  mlir::Type declared = typeOf(&context, info.type.element);
  if (declared && declared != type.getElementType())
    return report(Fault::Malformed, what + " is declared to be of type " + nameOf(info.type.element) +
                                        ", but is of type " + nameOf(type.getElementType()));
  if (!info.type.hasShape)
    return;
  if (int64_t(info.type.shape.size()) != type.getRank())
    return report(Fault::Malformed, what + " is declared to have " + llvm::Twine(info.type.shape.size()) +
                                        " dimensions, but has " + llvm::Twine(type.getRank()));
  for (auto [axis, dim] : llvm::enumerate(info.type.shape))
    if (dim.kind == Dimension::Value && dim.value >= 0 && !type.isDynamicDim(axis) &&
        dim.value != type.getDimSize(axis))
      return report(Fault::Malformed, what + " is declared to have dimension " + llvm::Twine(axis) + " of " +
                                          llvm::Twine(dim.value) + ", but it is " + llvm::Twine(type.getDimSize(axis)));
}

void Importer::checkValueInfos(Names &names) {
  for (const ValueInfo &info : loaded->model.graph.valueInfos)
    if (Known *const *known = names.find(info.name))
      checkDeclared(info, (*known)->value, "value " + quoted(info.name));
}

void Importer::importOutputs(Names &names) {
  llvm::SmallVector<Value> values;
  for (const ValueInfo &output : loaded->model.graph.outputs) {
    std::string what = "output " + quoted(output.name);
    Value value = materialize(**names.find(output.name), what);
    checkDeclared(output, value, what);
    values.push_back(value);
  }
  if (values.empty())
    report(Fault::Malformed, "the graph has no outputs");
  if (reported != 0)
    return;
  func::ReturnOp::create(builder, function.getLoc(), values);
  llvm::SmallVector<mlir::Type> results(ValueRange(values).getTypes());
  function.setType(builder.getFunctionType(function.getArgumentTypes(), results));
  for (auto [index, output] : llvm::enumerate(loaded->model.graph.outputs))
    function.setResultAttr(index, nn::nameAttribute, builder.getStringAttr(output.name));
}

llvm::Expected<OwningOpRef<ModuleOp>> Importer::run() {
  Names names;
  bool hasInputs = importInputs();
  if (hasInputs) {
    unsigned index = 0;
    llvm::StringSet<> initialized;
    for (const Tensor &tensor : loaded->model.graph.initializers)
      initialized.insert(tensor.name);
    for (const ValueInfo &input : loaded->model.graph.inputs)
      if (!initialized.contains(input.name))
        define(names, input.name)->value = function.getArgument(index++);
  } else {
    // Without arguments nothing can be built, but operators can still be looked up.
    for (const ValueInfo &input : loaded->model.graph.inputs)
      define(names, input.name)->isBroken = true;
  }
  importInitializers(names);
  llvm::DenseSet<llvm::StringRef> consumed;
  for (const ValueInfo &output : loaded->model.graph.outputs)
    consumed.insert(output.name);
  collectConsumed(loaded->model.graph.nodes, consumed);
  importNodes(loaded->model.graph.nodes, {&names, &consumed, loaded->model.opsets, {}, ""});
  for (auto &[op, unknown] : unknownOperators) {
    std::string others = unknown.others == 0 ? "" : " (nor in " + std::to_string(unknown.others) + " more nodes)";
    report(Fault::Unsupported, unknown.message + others);
  }
  if (hasInputs) {
    checkValueInfos(names);
    importOutputs(names);
  }
  if (errors)
    return std::move(errors);
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  if (mlir::failed(verify(*module)))
    return makeFault(Fault::Internal, "the imported graph does not verify: " + message);
  return std::move(module);
}

llvm::Expected<OwningOpRef<ModuleOp>> importGraph(MLIRContext &context, std::shared_ptr<LoadedModel> loaded,
                                                  const ImportOptions &options) {
  return Importer(context, std::move(loaded), options).run();
}

} // namespace margay::frontend::onnx
