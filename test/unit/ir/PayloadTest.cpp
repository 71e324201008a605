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

/// The payload computes in the element type and may lose what is not a normal number, or below `lost`.
static bool agree(mlir::Attribute payload, const Tensor &expected, double lost) {
  if (!expected.isFloat())
    return payload == scalarOf(expected);
  double value = llvm::cast<mlir::FloatAttr>(payload).getValueAsDouble(), wanted = expected.values<double>()[0];
  if (std::isnan(wanted) || std::isinf(wanted) || wanted == 0)
    return std::isnan(wanted) ? std::isnan(value) : value == wanted;
  return std::fabs(value - wanted) <= 1e-6 * std::fabs(wanted) + lost;
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

using Inside = llvm::function_ref<bool(const Tensor &)>;
static constexpr double tiny = std::numeric_limits<float>::min();
static bool everything(const Tensor &) { return true; }

/// Calls `visit` with every combination of samples of these element types.
static void forSamples(llvm::ArrayRef<llvm::StringRef> elements, std::vector<Tensor> &chosen,
                       llvm::function_ref<void(llvm::ArrayRef<Tensor>)> visit) {
  if (chosen.size() == elements.size())
    return visit(chosen);
  for (const Tensor &sample : samples(mlir::parseType(elements[chosen.size()], context()))) {
    chosen.push_back(sample);
    forSamples(elements, chosen, visit);
    chosen.pop_back();
  }
}

/// Compares one operation of %x, %y and %z, which are of these element types, for all samples of which the first is
/// `inside`.
static void compareLine(llvm::StringRef line, llvm::ArrayRef<llvm::StringRef> elements, Inside inside = everything,
                        double lost = tiny) {
  std::string text = "func.func @main(";
  for (auto [index, element] : llvm::enumerate(elements))
    text += (index == 0 ? "%" : ", %") + std::string(1, "xyz"[index]) + ": tensor<1x" + element.str() + ">";
  text += ") {\n" + line.str() + "\nreturn\n}";
  auto module = parseModule(text);
  ASSERT_TRUE(module);
  mlir::Operation *operation = &module->lookupSymbol<mlir::func::FuncOp>("main").getBody().front().front();
  unsigned folded = 0;
  std::vector<Tensor> chosen;
  forSamples(elements, chosen, [&](llvm::ArrayRef<Tensor> operands) {
    mlir::Attribute payload = inside(operands[0]) ? foldedPayload(operation, operands) : mlir::Attribute();
    if (!payload)
      return;
    ++folded;
    auto expected = reference::evaluateOp(operation, operands);
    ASSERT_TRUE(static_cast<bool>(expected)) << messageOf(expected.takeError());
    std::string values;
    for (const Tensor &operand : operands)
      values += " " + textOf(operand);
    EXPECT_TRUE(agree(payload, expected->front(), lost))
        << line.str() << "\nof" << values << ": the payload gives " << textOf(payload) << ", the evaluator "
        << textOf(expected->front());
  });
  EXPECT_GT(folded, 0u) << "nothing was folded of " << line.str();
}

/// An operation whose result has its operands' type.
static void compare(llvm::StringRef op, unsigned arity, llvm::StringRef element, llvm::StringRef attributes = "") {
  // The two terms of 1 + erf(x) cancel each other where x is below 0.
  double lost = op == "gelu" ? 1e-6 : tiny;
  std::string line =
      ("nn." + op + (arity == 2 ? " %x, %y " : " %x ") + attributes + " : tensor<1x" + element + ">").str();
  compareLine(line, llvm::SmallVector<llvm::StringRef>(arity, element), everything, lost);
}

static void compareConversion(llvm::StringRef op, llvm::StringRef from, llvm::StringRef to,
                              Inside inside = everything) {
  compareLine(("nn." + op + " %x : tensor<1x" + from + "> to tensor<1x" + to + ">").str(), from, inside);
}

static constexpr const char *floatUnary[] = {"abs",     "acos", "acosh", "asin", "asinh",      "atan",  "atanh",
                                             "ceil",    "cos",  "cosh",  "erf",  "exp",        "expm1", "floor",
                                             "gelu",    "log",  "log1p", "neg",  "reciprocal", "relu",  "round",
                                             "sigmoid", "sign", "sin",   "sinh", "sqrt",       "tan",   "tanh"};
static constexpr const char *floatBinary[] = {"add", "div", "max", "min", "mul", "pow", "sub"};
static constexpr const char *integerUnary[] = {"abs", "neg", "not", "relu", "sign"};
static constexpr const char *integerBinary[] = {"add", "and", "div",        "max",         "min", "mod",
                                                "mul", "or",  "shift_left", "shift_right", "sub", "xor"};
static constexpr const char *integerTypes[] = {"i8", "i32", "i64", "ui8", "ui64", "i1"};

TEST(Payload, OperationsOnFloats) {
  for (const char *type : {"f32", "f64"}) {
    for (const char *op : floatUnary)
      compare(op, 1, type);
    for (const char *op : floatBinary)
      compare(op, 2, type);
    compare("gelu", 1, type, "{tanh}");
    compare("mod", 2, type, "{truncated}");
  }
}

TEST(Payload, OperationsOnIntegers) {
  for (const char *type : integerTypes) {
    for (const char *op : integerUnary)
      compare(op, 1, type);
    for (const char *op : integerBinary)
      compare(op, 2, type);
    compare("mod", 2, type, "{truncated}");
  }
}

TEST(Payload, Comparisons) {
  for (const char *type : {"f32", "i8", "i64", "ui8", "ui64", "i1"})
    for (const char *kind : {"eq", "ne", "lt", "le", "gt", "ge"})
      compareLine((llvm::Twine("nn.compare ") + kind + " %x, %y : tensor<1x" + type + "> -> tensor<1xi1>").str(),
                  {type, type});
}

TEST(Payload, Choices) {
  for (const char *type : {"f32", "i64", "ui8", "i1"})
    compareLine((llvm::Twine("nn.select %x, %y, %z : tensor<1xi1>, tensor<1x") + type + ">").str(), {"i1", type, type});
}

TEST(Payload, Bitcasts) {
  compareConversion("bitcast", "f32", "i32", [](const Tensor &x) { return !std::isnan(x.values<double>()[0]); });
  for (auto [from, to] : {std::pair("i64", "f64"), {"ui8", "i8"}, {"i8", "ui8"}, {"i32", "f32"}})
    compareConversion("bitcast", from, to);
}

TEST(Payload, CastsOfIntegers) {
  for (const char *from : {"i8", "i64", "ui8", "ui64", "i1"})
    for (const char *to : {"i8", "i64", "ui8", "ui64", "i1", "f32", "f64", "f16"})
      if (from != llvm::StringRef(to))
        compareConversion("cast", from, to);
}

TEST(Payload, CastsOfFloats) {
  for (const char *to : {"i1", "f64", "f16", "bf16"})
    compareConversion("cast", "f32", to);
  // Beyond an integer's range nothing is promised.
  auto small = [](const Tensor &x) { return std::fabs(x.values<double>()[0]) <= 100; };
  auto positive = [&](const Tensor &x) { return small(x) && x.values<double>()[0] > -1; };
  for (const char *to : {"i8", "i64"})
    compareConversion("cast", "f32", to, small);
  for (const char *to : {"ui8", "ui64"})
    compareConversion("cast", "f32", to, positive);
}

TEST(Payload, EveryElementwiseOperationIsCompared) {
  llvm::StringSet<> compared;
  for (const char *op : {"bitcast", "cast", "compare", "select"})
    compared.insert(std::string("nn.") + op);
  for (llvm::ArrayRef<const char *> ops :
       std::initializer_list<llvm::ArrayRef<const char *>>{floatUnary, floatBinary, integerUnary, integerBinary})
    for (const char *op : ops)
      compared.insert(std::string("nn.") + op);
  for (mlir::RegisteredOperationName name : context()->getRegisteredOperations())
    if (name.hasInterface<nn::ElementwiseInterface>())
      EXPECT_TRUE(compared.contains(name.getStringRef())) << name.getStringRef().str();
}
