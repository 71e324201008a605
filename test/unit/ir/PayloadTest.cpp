//===- PayloadTest.cpp - what is emitted for elements is what they mean ---===//
//
// An elementwise operation says twice what it computes: in the evaluator and in its payload of arith and math
// operations. Here MLIR folds the payload of constant scalars, and the result is compared with the evaluator's.
//
//===----------------------------------------------------------------------===//

#include "Evaluating.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringSet.h"
#include <cmath>
#include <limits>

using namespace margay;
using namespace margay::test;
using reference::Tensor;

/// One element as the payload sees it: without sign, and NaN as the one number that is not equal to itself.
static mlir::TypedAttr scalarOf(const Tensor &tensor) {
  mlir::Type element = tensor.element();
  if (tensor.isFloat())
    return mlir::FloatAttr::get(element, tensor.values<double>()[0]);
  auto signless = mlir::IntegerType::get(context(), element.getIntOrFloatBitWidth());
  return mlir::IntegerAttr::get(
      signless, llvm::APInt(64, static_cast<uint64_t>(tensor.values<int64_t>()[0])).trunc(signless.getWidth()));
}

/// The payload's value for these operands, or nothing where MLIR does not fold it.
static mlir::Attribute foldedPayload(mlir::Operation *op, llvm::ArrayRef<Tensor> operands) {
  mlir::Location loc = op->getLoc();
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(loc);
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockBegin(module->getBody());
  auto function = mlir::func::FuncOp::create(builder, loc, "payload", builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  auto scalars = llvm::map_to_vector(operands, [&](const Tensor &operand) -> mlir::Value {
    return mlir::arith::ConstantOp::create(builder, loc, scalarOf(operand));
  });
  mlir::Value result = llvm::cast<nn::ElementwiseInterface>(op).buildPayload(builder, loc, scalars);
  function.setType(builder.getFunctionType({}, {result.getType()}));
  auto end = mlir::func::ReturnOp::create(builder, loc, result);
  EXPECT_TRUE(succeeded(mlir::verify(*module)));
  EXPECT_TRUE(succeeded(mlir::applyPatternsGreedily(function, mlir::FrozenRewritePatternSet())));
  auto constant = end.getOperand(0).getDefiningOp<mlir::arith::ConstantOp>();
  return constant ? constant.getValue() : mlir::Attribute();
}

static bool agree(mlir::Attribute payload, const Tensor &expected) {
  if (!expected.isFloat())
    return payload == scalarOf(expected);
  double value = llvm::cast<mlir::FloatAttr>(payload).getValueAsDouble(), wanted = expected.values<double>()[0];
  if (std::isnan(wanted) || std::isinf(wanted) || wanted == 0)
    return std::isnan(wanted) ? std::isnan(value) : value == wanted;
  // The payload computes in the element type and may lose what is not a normal number.
  return std::fabs(value - wanted) <= 1e-6 * std::fabs(wanted) + std::numeric_limits<float>::min();
}

/// Values of an element type that are worth trying: zeros, ends of the range, what is not a number.
static std::vector<Tensor> samples(mlir::Type element) {
  std::vector<Tensor> tensors;
  if (llvm::isa<mlir::FloatType>(element)) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (double value : {-infinity, -100.0, -2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 100.0, infinity, std::nan("")})
      tensors.emplace_back(element, llvm::ArrayRef<int64_t>{1}, std::vector<double>{value});
    return tensors;
  }
  constexpr int64_t greatest = std::numeric_limits<int64_t>::max();
  for (int64_t value : {int64_t(-128), int64_t(-7), int64_t(-1), int64_t(0), int64_t(1), int64_t(2), int64_t(100),
                        greatest, std::numeric_limits<int64_t>::min()})
    tensors.emplace_back(element, llvm::ArrayRef<int64_t>{1}, std::vector<int64_t>{value});
  return tensors;
}

/// Compares for all combinations of samples for which `inside` holds.
static void compare(
    llvm::StringRef op, unsigned arity, llvm::StringRef from, llvm::StringRef to,
    llvm::function_ref<bool(const Tensor &)> inside = [](const Tensor &) { return true; }) {
  std::string type = ("tensor<1x" + from + ">").str(), result = ("tensor<1x" + to + ">").str();
  std::string text = "func.func @main(%x: " + type + ", %y: " + type + ") {\nnn." + op.str() + " %x" +
                     (arity == 2 ? ", %y" : "") + " : " + type + (from == to ? "" : " to " + result) + "\nreturn\n}";
  auto module = parseModule(text);
  ASSERT_TRUE(module);
  mlir::Operation *operation = &module->lookupSymbol<mlir::func::FuncOp>("main").getBody().front().front();
  unsigned folded = 0;
  std::vector<Tensor> values = samples(mlir::parseType(from, context()));
  for (const Tensor &x : values)
    for (const Tensor &y : values) {
      if (!inside(x) || (arity == 1 && &y != &values.front()))
        continue;
      std::vector<Tensor> operands{x, y};
      operands.resize(arity);
      mlir::Attribute payload = foldedPayload(operation, operands);
      if (!payload)
        continue;
      ++folded;
      auto expected = reference::evaluateOp(operation, operands);
      ASSERT_TRUE(static_cast<bool>(expected)) << messageOf(expected.takeError());
      EXPECT_TRUE(agree(payload, expected->front()))
          << text << "\nof " << textOf(x) << " and " << textOf(y) << ": the payload gives " << textOf(payload)
          << ", the evaluator " << textOf(expected->front());
    }
  EXPECT_GT(folded, 0u) << "nothing was folded of nn." << op.str();
}

TEST(Payload, OperationsOnFloats) {
  for (const char *type : {"f32", "f64"}) {
    for (const char *op :
         {"abs", "ceil", "erf", "exp", "floor", "log", "neg", "reciprocal", "relu", "sigmoid", "sqrt", "tanh"})
      compare(op, 1, type, type);
    for (const char *op : {"add", "div", "max", "min", "mul", "sub"})
      compare(op, 2, type, type);
  }
}

TEST(Payload, OperationsOnIntegers) {
  for (const char *type : {"i8", "i32", "i64", "ui8", "ui64", "i1"}) {
    for (const char *op : {"abs", "neg", "relu"})
      compare(op, 1, type, type);
    for (const char *op : {"add", "div", "max", "min", "mul", "sub"})
      compare(op, 2, type, type);
  }
}

TEST(Payload, CastsOfIntegers) {
  for (const char *from : {"i8", "i64", "ui8", "ui64", "i1"})
    for (const char *to : {"i8", "i64", "ui8", "ui64", "i1", "f32", "f64", "f16"})
      if (from != llvm::StringRef(to))
        compare("cast", 1, from, to);
}

TEST(Payload, CastsOfFloats) {
  for (const char *to : {"i1", "f64", "f16", "bf16"})
    compare("cast", 1, "f32", to);
  // Beyond an integer's range nothing is promised.
  auto small = [](const Tensor &x) { return std::fabs(x.values<double>()[0]) <= 100; };
  auto positive = [&](const Tensor &x) { return small(x) && x.values<double>()[0] > -1; };
  for (const char *to : {"i8", "i64"})
    compare("cast", 1, "f32", to, small);
  for (const char *to : {"ui8", "ui64"})
    compare("cast", 1, "f32", to, positive);
}

TEST(Payload, EveryElementwiseOperationIsCompared) {
  llvm::StringSet<> compared;
  for (const char *op : {"abs", "ceil", "erf", "exp", "floor", "log", "neg", "reciprocal", "relu", "sigmoid", "sqrt",
                         "tanh", "add", "div", "max", "min", "mul", "sub", "cast"})
    compared.insert(std::string("nn.") + op);
  for (mlir::RegisteredOperationName name : context()->getRegisteredOperations())
    if (name.hasInterface<nn::ElementwiseInterface>())
      EXPECT_TRUE(compared.contains(name.getStringRef())) << name.getStringRef().str();
}
