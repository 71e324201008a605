//===- Evaluator.cpp - runs the nn dialect, slowly and obviously ----------===//

#include "ir/reference/Evaluator.h"
#include "ir/Dim.h"
#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/reference/Binding.h"
#include "ir/reference/Table.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Location.h"

using namespace margay;
using namespace margay::reference;
using llvm::Twine;

static const Table &table() {
  static const Table entries = [] {
    Table table;
    addAlongAxis(table);
    addConstants(table);
    addContractions(table);
    addControl(table);
    addElementwise(table);
    addElementwiseLogic(table);
    addElementwiseMath(table);
    addIndexing(table);
    addKernels(table);
    addNormalizations(table);
    addRecurrent(table);
    addReductions(table);
    addResize(table);
    addSelections(table);
    addShapes(table);
    return table;
  }();
  return entries;
}

bool reference::hasEvaluator(mlir::OperationName name) {
  return table().contains(name.getStringRef()) || name.hasTrait<mlir::OpTrait::ReturnLike>();
}

std::string reference::nameOf(mlir::Operation *op) {
  std::string text = op->getName().getStringRef().str();
  if (auto location = op->getLoc()->findInstanceOf<mlir::NameLoc>())
    text += " '" + location.getName().str() + "'";
  return text;
}

/// A fault of the IR, not of the user: the operation and its operands or results do not agree.
static llvm::Error disagreement(mlir::Operation *op, const Twine &what, const Tensor &tensor, mlir::Type type) {
  return makeFault(Fault::Internal, nameOf(op) + ": " + what + " is " + describe(tensor) + ", its type says " +
                                        describe(llvm::cast<mlir::RankedTensorType>(type)));
}

Results reference::evaluateOp(mlir::Operation *op, llvm::ArrayRef<Tensor> operands, const Symbols &symbols) {
  Function function = table().lookup(op->getName().getStringRef());
  if (!function)
    return makeFault(Fault::Internal, nameOf(op) + ": the reference evaluator does not know this operation");
  if (operands.size() != op->getNumOperands())
    return makeFault(Fault::Internal, nameOf(op) + ": has " + Twine(op->getNumOperands()) + " operands, is given " +
                                          Twine(operands.size()));
  Symbols known = symbols;
  for (auto [operand, type] : llvm::zip_equal(operands, op->getOperandTypes()))
    bindSymbols(type, operand, known);
  for (auto [i, operand] : llvm::enumerate(operands))
    if (!fits(operand, op->getOperand(i).getType(), known))
      return disagreement(op, "operand " + Twine(i), operand, op->getOperand(i).getType());
  Results results = function(op, operands, known);
  if (!results)
    return results;
  for (auto [i, result] : llvm::enumerate(*results))
    if (!fits(result, op->getResult(i).getType(), known))
      return disagreement(op, "result " + Twine(i), result, op->getResult(i).getType());
  return results;
}

namespace {

/// The tensors that are alive while operations run one after the other.
class Frame {
public:
  /// Announces that `value` will be fetched once more.
  void expect(mlir::Value value) { ++uses[value]; }

  /// Gives a value its tensor, if anybody is going to fetch it.
  void define(mlir::Value value, Tensor tensor) {
    if (uses.contains(value))
      alive[value] = std::move(tensor);
  }

  /// The tensor of a value, which is freed with its last use. Parameters are read when they are first asked for.
  llvm::Expected<Tensor> fetch(mlir::Value value) {
    auto found = alive.find(value);
    if (found == alive.end()) {
      auto get = value.getDefiningOp<nn::GetOp>();
      if (!get)
        return makeFault(Fault::Internal, "a value is used that has not been computed");
      Results read = evaluateOp(get, {});
      if (!read)
        return read.takeError();
      found = alive.try_emplace(value, std::move(read->front())).first;
    }
    if (--uses[value] > 0)
      return found->second;
    Tensor last = std::move(found->second);
    alive.erase(found);
    return last;
  }

  Results fetch(mlir::ValueRange values) {
    std::vector<Tensor> tensors;
    for (mlir::Value value : values) {
      llvm::Expected<Tensor> tensor = fetch(value);
      if (!tensor)
        return tensor.takeError();
      tensors.push_back(std::move(*tensor));
    }
    return tensors;
  }

  /// Gives the symbols in the results' types their values where they have none yet.
  llvm::Error run(mlir::Operation *op, Symbols &symbols) {
    if (llvm::isa<nn::GetOp>(op))
      return llvm::Error::success();
    Results operands = fetch(op->getOperands());
    if (!operands)
      return operands.takeError();
    Results results = evaluateOp(op, *operands, symbols);
    if (!results)
      return results.takeError();
    for (auto [value, tensor] : llvm::zip_equal(op->getResults(), *results)) {
      bindSymbols(value.getType(), tensor, symbols);
      define(value, std::move(tensor));
    }
    return llvm::Error::success();
  }

private:
  llvm::DenseMap<mlir::Value, int64_t> uses;
  llvm::DenseMap<mlir::Value, Tensor> alive;
};

} // namespace

Results reference::evaluateBlock(mlir::Block &block, std::vector<Tensor> arguments, const Symbols &given) {
  Frame frame;
  Symbols symbols = given; // And those that depend on data, as their values are found.
  for (mlir::Operation &op : block)
    llvm::for_each(op.getOperands(), [&](mlir::Value operand) { frame.expect(operand); });
  for (auto [value, tensor] : llvm::zip_equal(block.getArguments(), arguments))
    frame.define(value, std::move(tensor));
  arguments.clear(); // The frame alone decides how long they live.
  for (mlir::Operation &op : block.without_terminator())
    if (llvm::Error error = frame.run(&op, symbols))
      return error;
  return frame.fetch(block.getTerminator()->getOperands());
}

Results reference::evaluateFunction(mlir::FunctionOpInterface function, std::vector<Tensor> arguments) {
  llvm::Expected<Symbols> symbols = symbolsOf(function, arguments);
  if (!symbols)
    return symbols.takeError();
  return evaluateBlock(function.getFunctionBody().front(), std::move(arguments), *symbols);
}

Results reference::evaluate(mlir::ModuleOp module, std::vector<Tensor> inputs) {
  auto function = module.lookupSymbol<mlir::func::FuncOp>(nn::mainFunction);
  if (!function || function.isExternal() || !function.getBody().hasOneBlock())
    return makeFault(Fault::Malformed, "the module has no function 'main' of one block");
  return evaluateFunction(function, std::move(inputs));
}

/// The operations that `value` depends on, each after those that it depends on; a fault where one is not constant.
static llvm::Expected<std::vector<mlir::Operation *>> sliceOf(mlir::Value value) {
  std::vector<mlir::Operation *> order;
  llvm::DenseMap<mlir::Operation *, bool> finished;
  std::vector<mlir::Value> pending{value};
  while (!pending.empty()) {
    mlir::Operation *op = pending.back().getDefiningOp();
    if (!op)
      return makeFault(Fault::Internal, "a constant was wanted of a value that is only known at run time");
    auto [entry, isNew] = finished.try_emplace(op, false);
    if (isNew) { // Its operands first; it is met again when they are done.
      llvm::append_range(pending, op->getOperands());
      continue;
    }
    pending.pop_back();
    if (!std::exchange(entry->second, true))
      order.push_back(op);
  }
  return order;
}

llvm::Expected<Tensor> reference::evaluateConstant(mlir::Value value) {
  llvm::Expected<std::vector<mlir::Operation *>> slice = sliceOf(value);
  if (!slice)
    return slice.takeError();
  Frame frame;
  frame.expect(value);
  for (mlir::Operation *op : *slice)
    llvm::for_each(op->getOperands(), [&](mlir::Value operand) { frame.expect(operand); });
  Symbols none;
  for (mlir::Operation *op : *slice)
    if (llvm::Error error = frame.run(op, none))
      return error;
  return frame.fetch(value);
}
