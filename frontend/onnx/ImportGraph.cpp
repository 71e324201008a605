//===- ImportGraph.cpp - the frame of an imported graph -------------------===//
//
// Inputs become arguments with symbols for free dimensions, initializers are known but not yet in the IR, outputs are
// returned, and what the file says of values is compared with what came out.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/Importer.h"
#include "ir/Counted.h"
#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// The type of an input as an argument; nothing after a report.
std::optional<RankedTensorType> Importer::argumentType(const ValueInfo &input) {
  std::string what = "input " + quoted(input.name);
  auto refuse = [&](const llvm::Twine &why) {
    report(Fault::Unsupported, what + why);
    return std::nullopt;
  };
  mlir::Type element = typeOf(&context, input.type.element);
  if (input.type.kind != Type::Tensor)
    return refuse(" is not a tensor");
  if (!element)
    return refuse(" has elements of type " + nameOf(input.type.element) + ", which are not supported");
  if (!input.type.hasShape)
    return refuse(" has no shape; the number of its dimensions has to be known");
  llvm::SmallVector<nn::DimAttr> dims;
  for (auto [axis, dim] : llvm::enumerate(input.type.shape))
    dims.push_back(symbols.dimension(input.name, axis, dim));
  if (!isManageable(dims))
    return refuse(" is too large to be compiled");
  return nn::tensorOf(dims, element);
}

/// Makes a constant of an input that the user has fixed. False if there is no such wish.
bool Importer::importConstantInput(const ValueInfo &input, Known &known) {
  auto wish = llvm::find_if(constantInputs, [&](const ConstantInput &constant) { return constant.name == input.name; });
  if (wish == constantInputs.end())
    return false;
  Tensor tensor;
  tensor.name = input.name;
  tensor.type = ElementType(wish->elementType);
  tensor.dims.assign(wish->shape.begin(), wish->shape.end());
  // Parameters keep the model's memory, and nothing else.
  llvm::MutableArrayRef<uint8_t> bytes = arena().bytes(wish->bytes.size());
  llvm::copy(wish->bytes, bytes.begin());
  tensor.bytes = bytes;
  auto refuse = [&](const llvm::Twine &why) {
    report(Fault::Usage, "the constant for input " + quoted(input.name) + " " + why);
    known.isBroken = true;
    return true;
  };
  if (input.type.kind == Type::Tensor && input.type.element != tensor.type)
    return refuse("is of type " + nameOf(tensor.type) + ", the input of type " + nameOf(input.type.element));
  if (input.type.hasShape && input.type.shape.size() != tensor.dims.size())
    return refuse("has " + llvm::Twine(tensor.dims.size()) + " dimensions, the input " +
                  llvm::Twine(input.type.shape.size()));
  known.tensor = &keep(std::move(tensor));
  return true;
}

void Importer::checkConstantInputs() {
  for (const ConstantInput &constant : constantInputs)
    if (llvm::none_of(loaded->model.graph.inputs, [&](const ValueInfo &input) { return input.name == constant.name; }))
      report(Fault::Usage, "no input is called " + quoted(constant.name));
}

/// Makes the function with its arguments. Inputs that cannot be arguments are broken values.
void Importer::importInputs(Names &names) {
  const Graph &graph = loaded->model.graph;
  llvm::StringSet<> initialized;
  for (const Tensor &tensor : graph.initializers)
    initialized.insert(tensor.name);
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<std::pair<llvm::StringRef, Known *>> arguments;
  for (const ValueInfo &input : graph.inputs) {
    // Old files list their weights among the inputs.
    if (initialized.contains(input.name))
      continue;
    Known *known = define(names, input.name);
    if (importConstantInput(input, *known))
      continue;
    std::optional<RankedTensorType> type = argumentType(input);
    known->isBroken = !type;
    if (!type)
      continue;
    types.push_back(*type);
    arguments.emplace_back(input.name, known);
  }
  checkConstantInputs();
  if (llvm::Error unknown = symbols.checkOverrides()) {
    ++reported;
    errors = llvm::joinErrors(std::move(errors), std::move(unknown));
  }

  Location loc = NameLoc::get(builder.getStringAttr(graph.name));
  builder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(builder, loc, nn::mainFunction, builder.getFunctionType(types, {}));
  function->setAttr(nn::symbolsAttribute, symbols.attribute());
  ranges = nn::SymbolRanges(function);
  knownDims = reference::KnownDims(ranges);
  builder.setInsertionPointToStart(function.addEntryBlock());
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    auto [name, known] = argument;
    known->value = function.getArgument(index);
    function.setArgAttr(index, nn::nameAttribute, builder.getStringAttr(name));
  }
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
  auto type = cast<RankedTensorType>(value.getType());
  mlir::Type declared = typeOf(&context, info.type.element);
  if (declared && declared != type.getElementType())
    return report(Fault::Malformed, what + " is declared to be of type " + nameOf(info.type.element) +
                                        ", but is of type " + nameOf(type.getElementType()));
  if (!info.type.hasShape)
    return;
  if (int64_t(info.type.shape.size()) != type.getRank())
    return report(Fault::Malformed, what + " is declared to have " + counted(info.type.shape.size(), "dimension") +
                                        ", but has " + llvm::Twine(type.getRank()));
  for (auto [axis, dim] : llvm::enumerate(info.type.shape))
    if (dim.kind == Dimension::Value && dim.value >= 0 && !type.isDynamicDim(axis) &&
        dim.value != type.getDimSize(axis))
      // Models that were cut down keep the sizes that they had, and run everywhere.
      remarks.push_back((what + " is declared to have dimension " + llvm::Twine(axis) + " of " +
                         llvm::Twine(dim.value) + ", but it is " + llvm::Twine(type.getDimSize(axis)))
                            .str());
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
  importInputs(names);
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
  checkValueInfos(names);
  importOutputs(names);
  if (errors)
    return std::move(errors);
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  if (mlir::failed(verify(*module)))
    return makeFault(Fault::Internal, "the imported graph does not verify: " + message);
  return std::move(module);
}

static std::string describe(const DimOverride &dim) {
  if (dim.multiple > 1)
    return "a multiple of " + std::to_string(dim.multiple);
  if (dim.isPinned())
    return std::to_string(dim.min);
  return dim.max ? "at most " + std::to_string(*dim.max) : "at least " + std::to_string(dim.min);
}

/// What the user would write behind --dim NAME=.
static std::string optionText(const DimOverride &dim) {
  if (dim.isPinned())
    return std::to_string(dim.min);
  return std::to_string(dim.min) + ".." + (dim.max ? std::to_string(*dim.max) : "") +
         (dim.multiple > 1 ? "%" + std::to_string(dim.multiple) : "");
}

llvm::Expected<OwningOpRef<ModuleOp>> importGraph(MLIRContext &context, const std::shared_ptr<LoadedModel> &loaded,
                                                  const ImportOptions &options) {
  ImportOptions pinned = options;
  std::vector<std::string> remarks;
  for (;;) {
    Importer importer(context, loaded, pinned);
    llvm::Expected<OwningOpRef<ModuleOp>> module = importer.run();
    if (module || importer.pins().empty()) {
      llvm::append_range(remarks, importer.remarks);
      for (const std::string &remark : remarks)
        emitRemark(UnknownLoc::get(&context)) << remark;
      return module;
    }
    // Each time there are fewer sizes: a dimension is pinned, its range is smaller or its multiple is larger, up to a
    // limit. So this comes to an end.
    llvm::consumeError(module.takeError());
    for (const auto &[dim, user] : importer.pins()) {
      llvm::erase_if(pinned.dims, [&](const DimOverride &other) { return other.name == dim.name; });
      pinned.dims.push_back(dim);
      remarks.push_back(user + ": needs dimension " + quoted(dim.name) + " to be " + describe(dim) +
                        ", so it is, as if by --dim " + dim.name + "=" + optionText(dim));
    }
  }
}

} // namespace margay::frontend::onnx
