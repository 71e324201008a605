//===- Control.cpp - If, Loop and Scan ------------------------------------===//
//
// What is known while compiling is decided then: the branch of an If whose condition is constant takes the node's
// place, and a short loop is written out, so that shapes may change from trip to trip. What is left becomes nn.if and
// nn.loop. A Scan is a Loop that takes slices of its inputs.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/ops/Operators.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace margay::frontend::onnx {

/// A loop is written out as long as that makes no more nodes than this.
static constexpr int64_t maxUnrolledNodes = 1024;

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

/// The values that a region uses and does not define. The regions around it may have no operation yet, so MLIR's own
/// functions, which look for one, are of no use.
static llvm::SetVector<Value> usedFromOutside(Region &region) {
  llvm::SmallPtrSet<Region *, 8> inside{&region};
  region.walk([&](Operation *op) {
    for (Region &inner : op->getRegions())
      inside.insert(&inner);
  });
  llvm::SetVector<Value> used;
  region.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (!inside.contains(operand.getParentRegion()))
        used.insert(operand);
  });
  return used;
}

static void replaceInside(Value value, Value replacement, Region &region) {
  region.walk([&](Operation *op) { op->replaceUsesOfWith(value, replacement); });
}

/// Gives a region everything it uses from outside as arguments of its block, in the order of `inputs`, which grows by
/// what is new. Constants it gets copies of.
static void captureValues(Region &region, llvm::SetVector<Value> &inputs, unsigned firstArgument) {
  OpBuilder inside = OpBuilder::atBlockBegin(&region.front());
  for (Value value : usedFromOutside(region)) {
    Operation *op = value.getDefiningOp();
    if (op && isa<nn::ConstantOp, nn::DimsOp, nn::GetOp>(op))
      replaceInside(value, inside.clone(*op)->getResult(0), region);
    else
      inputs.insert(value);
  }
  for (Value value : inputs.getArrayRef().drop_front(region.getNumArguments() - firstArgument))
    region.addArgument(value.getType(), value.getLoc());
  for (auto [value, argument] : llvm::zip_equal(inputs, region.getArguments().drop_front(firstArgument)))
    replaceInside(value, argument, region);
}

/// The values of a graph's outputs, or nothing after a report.
static std::optional<llvm::SmallVector<Value>> valuesOf(NodeImport &node, llvm::ArrayRef<Known *> outputs,
                                                        llvm::StringRef what) {
  llvm::SmallVector<Value> values;
  for (Known *output : outputs) {
    Value value = node.importer.materialize(*output, describe(node.node) + ": an output of its " + what);
    if (!value)
      return std::nullopt;
    values.push_back(value);
  }
  return values;
}

/// The graph in an attribute that has to be there.
static const Graph *graphOf(NodeImport &node, llvm::StringRef name) {
  const Attribute *attribute = node.attribute(name, AttributeType::Graph);
  if (attribute)
    return &attribute->graphs[0];
  if (!node.hasFailed())
    node.malformed("attribute " + quoted(name) + " is missing");
  return nullptr;
}

static std::string typeText(Value value) {
  std::string text = nameOf(elementOf(value)) + "[";
  for (auto [index, dim] : llvm::enumerate(nn::dimsOf(value.getType())))
    text += (index == 0 ? "" : ", ") + dim.str();
  return text + "]";
}

/// A number or truth value as a scalar.
static Known *scalar(NodeImport &node, mlir::Type element, int64_t value) {
  auto type = RankedTensorType::get({}, element);
  auto attribute = DenseElementsAttr::get(type, mlir::Attribute(IntegerAttr::get(element, value)));
  return node.importer.makeKnown(nn::ConstantOp::create(node.builder(), node.loc, type, attribute));
}

/// The constant that an integer or truth value is, if it is one.
static std::optional<int64_t> constantOf(NodeImport &node, Value value) {
  auto dims = node.importer.knownDims.dimsOf(value);
  if (!dims || dims->size() != 1 || !dims->front().isConstant())
    return std::nullopt;
  return dims->front().getValue();
}

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

LogicalResult importIf(NodeImport &node) {
  Value condition = node.input(0);
  const Graph *thenGraph = graphOf(node, "then_branch"), *elseGraph = graphOf(node, "else_branch");
  if (!condition || !thenGraph || !elseGraph || node.hasFailed())
    return failure();
  if (!elementOf(condition).isInteger(1))
    return node.malformed("its condition is of type " + nameOf(elementOf(condition)) + ", it has to be bool");
  if (nn::product(node.loc.getContext(), nn::dimsOf(condition.getType())).getConstant() != 1)
    return node.malformed("its condition has to have one element, it is " + typeText(condition));
  const Graph *branches[] = {thenGraph, elseGraph};
  for (const Graph *graph : branches) {
    if (!graph->inputs.empty())
      return node.malformed("its branches cannot have inputs");
    if (graph->outputs.size() < node.outputCount())
      return node.malformed("it has " + llvm::Twine(node.outputCount()) + " outputs, a branch has only " +
                            llvm::Twine(graph->outputs.size()));
  }
  if (std::optional<int64_t> known = constantOf(node, condition)) {
    auto outputs = node.importInner(*known ? *thenGraph : *elseGraph, {});
    if (!outputs)
      return failure();
    for (unsigned index = 0; index < node.outputCount(); ++index)
      node.alias((*outputs)[index], index);
    return success();
  }

  Region regions[2];
  llvm::SmallVector<mlir::Type> types;
  for (auto [region, graph] : llvm::zip_equal(regions, branches)) {
    Importer::InRegion inside(node.importer, region);
    auto outputs = node.importInner(*graph, {});
    auto values =
        outputs ? valuesOf(node, llvm::ArrayRef(*outputs).take_front(node.outputCount()), "branch") : std::nullopt;
    if (!values)
      return failure();
    for (auto [index, value] : llvm::enumerate(*values)) {
      if (&region == &regions[0])
        types.push_back(value.getType());
      else if (value.getType() != types[index])
        return node.unsupported("its branches give " + typeText(regions[0].front().back().getOperand(index)) + " and " +
                                typeText(value) + " for output " + quoted(node.node.outputs[index]) +
                                "; they have to be of one type unless the condition is constant");
    }
    nn::YieldOp::create(node.builder(), node.loc, *values);
  }
  auto op = nn::IfOp::create(node.builder(), node.loc, types, condition, ValueRange());
  op.getThenRegion().takeBody(regions[0]);
  op.getElseRegion().takeBody(regions[1]);
  llvm::SetVector<Value> inputs;
  captureValues(op.getThenRegion(), inputs, 0);
  captureValues(op.getElseRegion(), inputs, 0);
  captureValues(op.getThenRegion(), inputs, 0); // What the other branch uses, too.
  op.getInputsMutable().assign(inputs.getArrayRef());
  for (unsigned index = 0; index < node.outputCount(); ++index)
    if (failed(node.result(op.getResult(index), index)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Loop and Scan
//===----------------------------------------------------------------------===//

namespace {

/// A loop in the terms of both operators.
struct LoopImport {
  NodeImport &node;
  const Graph &body;
  Value trips, condition;           ///< Tensors of one element; null: without end, true.
  std::optional<nn::DimAttr> count; ///< The number of trips, where it is known.
  llvm::SmallVector<Known *> carried;
  /// What the body's inputs are on a trip whose number is given, and which of its outputs is the condition.
  llvm::function_ref<std::optional<llvm::SmallVector<Known *>>(Value trip, llvm::ArrayRef<Known *> carried)> inputs;
  bool yieldsCondition;
  unsigned scanned; ///< How many of the body's outputs are scanned.

  /// The results: the carried values, then the scanned ones along a new first dimension.
  std::optional<llvm::SmallVector<Known *>> run();

private:
  std::optional<llvm::SmallVector<Known *>> unroll(int64_t count);
  std::optional<llvm::SmallVector<Known *>> loop();
  Value stacked(llvm::ArrayRef<Value> slices);
};

} // namespace

Value LoopImport::stacked(llvm::ArrayRef<Value> slices) {
  llvm::SmallVector<Value> rows;
  for (Value slice : slices) {
    Dims dims = nn::dimsOf(slice.getType());
    dims.insert(dims.begin(), node.dim(1));
    rows.push_back(node.reshape(slice, dims));
  }
  return rows.size() == 1 ? rows[0] : node.infer<nn::ConcatOp>(ValueRange(rows), uint64_t(0));
}

std::optional<llvm::SmallVector<Known *>> LoopImport::unroll(int64_t count) {
  llvm::SmallVector<Known *> state(carried);
  llvm::SmallVector<llvm::SmallVector<Value>> slices(scanned);
  for (int64_t trip = 0; trip < count; ++trip) {
    auto given = inputs(scalar(node, node.builder().getI64Type(), trip)->value, state);
    auto outputs = given ? node.importInner(body, *given) : std::nullopt;
    if (!outputs)
      return std::nullopt;
    llvm::ArrayRef<Known *> rest(*outputs);
    std::optional<int64_t> goesOn = 1;
    if (yieldsCondition) {
      auto value = valuesOf(node, rest.take_front(1), "body");
      if (!value)
        return std::nullopt;
      goesOn = constantOf(node, value->front());
      rest = rest.drop_front();
    }
    state.assign(rest.begin(), rest.begin() + state.size());
    auto values = valuesOf(node, rest.drop_front(state.size()), "body");
    if (!values)
      return std::nullopt;
    for (auto [list, value] : llvm::zip_equal(slices, *values))
      list.push_back(value);
    if (!goesOn)
      return node.unsupported("its body decides from data whether it goes on, and its values change their types");
    if (*goesOn == 0)
      break;
  }
  for (llvm::ArrayRef<Value> list : slices) {
    if (list.empty())
      return node.unsupported("it makes no trip, so what it scans has no type");
    if (Value joined = stacked(list))
      state.push_back(node.importer.makeKnown(joined));
  }
  return node.hasFailed() ? std::nullopt : std::optional(state);
}

std::optional<llvm::SmallVector<Known *>> LoopImport::loop() {
  auto initial = valuesOf(node, carried, "initial values");
  if (!initial)
    return std::nullopt;
  OpBuilder &builder = node.builder();
  Region region;
  llvm::SmallVector<mlir::Type> types(ValueRange(*initial).getTypes());
  bool endsByData = static_cast<bool>(condition);
  {
    Importer::InRegion inside(node.importer, region);
    Value trip = region.addArgument(RankedTensorType::get({}, builder.getI64Type()), node.loc);
    llvm::SmallVector<Known *> state;
    for (Value value : *initial)
      state.push_back(node.importer.makeKnown(region.addArgument(value.getType(), node.loc)));
    auto given = inputs(trip, state);
    auto outputs = given ? node.importInner(body, *given) : std::nullopt;
    auto values = outputs ? valuesOf(node, *outputs, "body") : std::nullopt;
    if (!values)
      return std::nullopt;
    if (yieldsCondition) {
      Value &goesOn = values->front();
      endsByData |= constantOf(node, goesOn) != 1;
      goesOn = node.reshape(goesOn, {});
    } else {
      values->insert(values->begin(), scalar(node, builder.getI1Type(), 1)->value);
    }
    for (auto [index, value] : llvm::enumerate(llvm::ArrayRef(*values).drop_front())) {
      if (index < carried.size() && value.getType() != types[index])
        return node.unsupported("its carried value " + llvm::Twine(index + 1) + " is " + typeText((*initial)[index]) +
                                " before a trip and " + typeText(value) +
                                " behind it; that needs a constant number of trips");
      if (index < carried.size())
        continue;
      if (endsByData || !count)
        return node.unsupported(
            "how many slices its output " + quoted(node.node.outputs[index]) +
            " has depends on data; the number of trips has to be constant or to follow from shapes");
      Dims dims = nn::dimsOf(value.getType());
      dims.insert(dims.begin(), *count);
      if (!isManageable(dims))
        return node.unsupported("its output " + quoted(node.node.outputs[index]) + " is too large to be compiled");
      types.push_back(nn::tensorOf(dims, elementOf(value)));
    }
    nn::YieldOp::create(builder, node.loc, *values);
  }
  auto op = nn::LoopOp::create(builder, node.loc, types, trips, condition, *initial, ValueRange());
  op.getBody().takeBody(region);
  llvm::SetVector<Value> captured;
  captureValues(op.getBody(), captured, 1 + carried.size());
  op.getInputsMutable().assign(captured.getArrayRef());
  return llvm::map_to_vector(op.getResults(), [&](Value result) { return node.importer.makeKnown(result); });
}

std::optional<llvm::SmallVector<Known *>> LoopImport::run() {
  std::optional<int64_t> number = count ? count->getConstant() : std::nullopt;
  if (number && *number < 0)
    number = 0;
  int64_t nodes = std::max<size_t>(1, body.nodes.size());
  if (!condition && number && *number > 0 && *number <= maxUnrolledNodes / nodes)
    return unroll(*number);
  return loop();
}

/// Defines the node's outputs; scanned ones go where `place` puts their first dimension.
static LogicalResult defineOutputs(NodeImport &node, llvm::ArrayRef<Known *> results) {
  for (unsigned index = 0; index < node.outputCount(); ++index)
    node.alias(results[index], index);
  return success();
}

LogicalResult importLoop(NodeImport &node) {
  const Graph *body = graphOf(node, "body");
  if (!body || node.hasFailed())
    return failure();
  unsigned carriedCount = node.inputCount() < 2 ? 0 : node.inputCount() - 2;
  if (body->inputs.size() != carriedCount + 2 || body->outputs.size() < carriedCount + 1)
    return node.malformed("its body has " + llvm::Twine(body->inputs.size()) + " inputs and " +
                          llvm::Twine(body->outputs.size()) + " outputs, it needs " + llvm::Twine(carriedCount + 2) +
                          " and at least " + llvm::Twine(carriedCount + 1));
  if (node.outputCount() > body->outputs.size() - 1)
    return node.malformed("has " + llvm::Twine(node.outputCount()) + " outputs, its body gives " +
                          llvm::Twine(body->outputs.size() - 1));
  Value trips = node.hasInput(0) ? node.input(0) : Value(), condition = node.hasInput(1) ? node.input(1) : Value();
  llvm::SmallVector<Known *> carried;
  for (unsigned index = 0; index < carriedCount; ++index)
    carried.push_back(node.known(index + 2));
  if (node.hasFailed())
    return failure();
  auto hasOneElement = [&](Value value) {
    return nn::product(node.loc.getContext(), nn::dimsOf(value.getType())).getConstant() == 1;
  };
  if ((trips && (!hasOneElement(trips) || !elementOf(trips).isInteger(64))) ||
      (condition && (!hasOneElement(condition) || !elementOf(condition).isInteger(1))))
    return node.malformed("its number of trips has to be one int64, and its condition one bool");
  std::optional<nn::DimAttr> count;
  if (trips)
    if (auto dims = node.importer.knownDims.dimsOf(trips))
      count = node.ranges().max(dims->front(), node.dim(0));
  if (condition) {
    std::optional<int64_t> known = constantOf(node, condition);
    if (known == 0) {
      // Nothing runs: what is carried comes out as it went in.
      if (body->outputs.size() - 1 > carriedCount)
        return node.unsupported("it makes no trip, so what it scans has no type");
      return defineOutputs(node, carried);
    }
    if (known)
      condition = nullptr;
  }
  /// In a body the condition holds, or it would not run. Numbers may be vectors of one element in it.
  auto inputs = [&](Value trip, llvm::ArrayRef<Known *> state) -> std::optional<llvm::SmallVector<Known *>> {
    auto shaped = [&](Known *known, const ValueInfo &info) {
      bool isVector = info.type.hasShape && info.type.shape.size() == 1;
      return isVector ? node.importer.makeKnown(node.reshape(known->value, {node.dim(1)})) : known;
    };
    llvm::SmallVector<Known *> given;
    given.push_back(shaped(node.importer.makeKnown(trip), body->inputs[0]));
    given.push_back(shaped(scalar(node, node.builder().getI1Type(), 1), body->inputs[1]));
    llvm::append_range(given, state);
    return given;
  };
  unsigned scanned = body->outputs.size() - 1 - carriedCount;
  auto results =
      LoopImport{node, *body, trips, condition, count, carried, inputs, /*yieldsCondition=*/true, scanned}.run();
  return results ? defineOutputs(node, *results) : failure();
}

LogicalResult importScan(NodeImport &node) {
  const Graph *body = graphOf(node, "body");
  std::optional<int64_t> scannedInputs = node.maybeInteger("num_scan_inputs");
  if (!body || node.hasFailed())
    return failure();
  int64_t inputCount = node.inputCount();
  if (!scannedInputs || *scannedInputs < 1 || *scannedInputs > inputCount)
    return node.malformed("attribute 'num_scan_inputs' has to be from 1 to " + llvm::Twine(inputCount));
  int64_t carriedCount = inputCount - *scannedInputs, scanned = int64_t(body->outputs.size()) - carriedCount;
  if (int64_t(body->inputs.size()) != inputCount || scanned < 0 || node.outputCount() > body->outputs.size())
    return node.malformed("its body has " + llvm::Twine(body->inputs.size()) + " inputs and " +
                          llvm::Twine(body->outputs.size()) + " outputs, which do not fit its own");
  auto list = [&](llvm::StringRef name, int64_t size) -> std::optional<llvm::SmallVector<int64_t>> {
    auto values = node.integers(name);
    if (!values)
      return llvm::SmallVector<int64_t>(size, 0);
    if (int64_t(values->size()) != size)
      return node.malformed("attribute " + quoted(name) + " has " + llvm::Twine(values->size()) +
                            " elements, it needs " + llvm::Twine(size));
    return values;
  };
  auto inputAxes = list("scan_input_axes", *scannedInputs), backwards = list("scan_input_directions", *scannedInputs);
  auto outputAxes = list("scan_output_axes", scanned), outputsBackwards = list("scan_output_directions", scanned);
  if (!inputAxes || !backwards || !outputAxes || !outputsBackwards || node.hasFailed())
    return failure();
  llvm::SmallVector<Known *> carried;
  for (int64_t index = 0; index < carriedCount; ++index)
    carried.push_back(node.known(index));
  llvm::SmallVector<Value> sequences;
  std::optional<nn::DimAttr> count;
  for (auto [index, axis] : llvm::enumerate(*inputAxes)) {
    Value sequence = node.input(carriedCount + index);
    std::optional<int64_t> normal = sequence ? node.normalizeAxis(axis, rankOf(sequence)) : std::nullopt;
    if (!normal)
      return failure();
    axis = *normal;
    nn::DimAttr size = nn::dimOf(sequence.getType(), axis);
    if (count && *count != size)
      return node.malformed("its scanned inputs have " + count->str() + " and " + size.str() + " slices");
    count = size;
    sequences.push_back(sequence);
  }
  auto inputs = [&](Value trip, llvm::ArrayRef<Known *> state) -> std::optional<llvm::SmallVector<Known *>> {
    llvm::SmallVector<Known *> given(state);
    for (auto [index, sequence] : llvm::enumerate(sequences)) {
      Value position = trip;
      if ((*backwards)[index]) {
        Value last = node.reshape(node.dimsTensor({*count - 1}), {});
        position = node.same<nn::SubOp>(last, trip);
      }
      Value slice = node.infer<nn::GatherOp>(sequence, position, uint64_t((*inputAxes)[index]), uint64_t(0));
      if (!slice)
        return std::nullopt;
      given.push_back(node.importer.makeKnown(slice));
    }
    return given;
  };
  Value trips = node.reshape(node.dimsTensor({*count}), {});
  auto results =
      LoopImport{node, *body, trips, Value(), count, carried, inputs, /*yieldsCondition=*/false, unsigned(scanned)}
          .run();
  if (!results)
    return failure();
  for (auto [index, axis] : llvm::enumerate(*outputAxes)) {
    Known *&result = (*results)[carriedCount + index];
    Value value = result->value;
    std::optional<int64_t> normal = node.normalizeAxis(axis, rankOf(value));
    if (!normal)
      return failure();
    if ((*outputsBackwards)[index]) {
      Dims starts(rankOf(value), node.dim(0));
      starts[0] = *count - 1;
      llvm::SmallVector<int64_t> steps(rankOf(value), 1);
      steps[0] = -1;
      value = nn::SliceOp::create(node.builder(), node.loc, value.getType(), value,
                                  nn::ShapeAttr::get(node.loc.getContext(), starts), steps);
    }
    // The first dimension moves to `axis`.
    llvm::SmallVector<int64_t> permutation;
    for (int64_t i = 1; i < rankOf(value); ++i)
      permutation.push_back(i);
    permutation.insert(permutation.begin() + *normal, 0);
    result = node.importer.makeKnown(node.transpose(value, permutation));
  }
  return defineOutputs(node, *results);
}

} // namespace margay::frontend::onnx
