//===- KnownDims.cpp - numbers that follow from shapes --------------------===//

#include "ir/reference/KnownDims.h"
#include "ir/Ops.h"
#include "ir/Recipe.h"
#include "ir/reference/Evaluator.h"
#include "ir/reference/Index.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <numeric>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

/// Shapes are short; what is longer is data.
static constexpr int64_t maxElements = 256;
static constexpr unsigned maxDepth = 512;
/// Larger expressions are left to be computed in each call.
static constexpr unsigned maxParts = 1024;
/// Products of sizes and fractions with larger denominators are rounded at run time, which could give other sizes.
static constexpr int64_t maxDenominator = 4096;

static mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
static bool isFloat(mlir::Value value) { return llvm::isa<mlir::FloatType>(typeOf(value).getElementType()); }

std::optional<llvm::SmallVector<DimAttr>> KnownDims::dimsOf(mlir::Value value) {
  const std::optional<Numbers> &numbers = numbersOf(value);
  if (!numbers || isFloat(value))
    return std::nullopt;
  llvm::SmallVector<DimAttr> dims;
  for (const Number &number : *numbers) {
    if (!number.numerator)
      return std::nullopt;
    dims.push_back(number.numerator);
  }
  return dims;
}

std::optional<llvm::SmallVector<double>> KnownDims::constantsOf(mlir::Value value) {
  if (isRecipe(value) && typeOf(value).getNumElements() <= maxElements) {
    llvm::Expected<Tensor> tensor = evaluateConstant(value);
    if (!tensor) {
      llvm::consumeError(tensor.takeError());
      return std::nullopt;
    }
    if (tensor->isFloat())
      return llvm::to_vector(tensor->values<double>());
  }
  const std::optional<Numbers> &numbers = numbersOf(value);
  if (!numbers)
    return std::nullopt;
  llvm::SmallVector<double> constants;
  for (const Number &number : *numbers) {
    if (!number.numerator || !number.numerator.isConstant())
      return std::nullopt;
    constants.push_back(static_cast<double>(number.numerator.getValue()) / number.denominator);
  }
  return constants;
}

const std::optional<KnownDims::Numbers> &KnownDims::numbersOf(mlir::Value value) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  std::optional<Numbers> numbers;
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
  if (type && type.hasStaticShape() && elementCount(type.getShape()) <= maxElements && depth < maxDepth) {
    ++depth;
    numbers = compute(value);
    --depth;
  }
  return known[value] = std::move(numbers);
}

std::optional<KnownDims::Numbers> KnownDims::compute(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || !llvm::isa<NNDialect>(op->getDialect()) || op->getNumRegions() != 0)
    return std::nullopt;
  if (auto dims = llvm::dyn_cast<DimsOp>(op)) {
    Numbers numbers;
    for (DimAttr dim : dims.getDims().getDims())
      numbers.push_back({dim});
    return numbers;
  }
  std::vector<Numbers> operands;
  bool constant = true;
  for (mlir::Value operand : op->getOperands()) {
    const std::optional<Numbers> &numbers = numbersOf(operand);
    if (!numbers)
      return std::nullopt;
    operands.push_back(*numbers);
    constant &= llvm::all_of(*numbers, [](const Number &n) { return n.numerator && n.numerator.isConstant(); });
  }
  if (constant)
    return evaluated(value, operands);
  if (llvm::isa<ElementwiseInterface>(op))
    return elementwise(op, operands);
  if (llvm::isa<ReduceOp>(op))
    return reduced(value, operands[0]);
  return moved(value, operands);
}

//===----------------------------------------------------------------------===//
// Operations on constants, and such that only move elements
//===----------------------------------------------------------------------===//

/// A float as a fraction with a small denominator.
static std::optional<std::pair<int64_t, int64_t>> fractionOf(double value) {
  for (int64_t denominator = 1; denominator <= maxDenominator; denominator *= 2)
    if (double numerator = value * denominator; numerator == std::floor(numerator) && std::fabs(numerator) < 0x1p52)
      return std::make_pair(static_cast<int64_t>(numerator), denominator);
  return std::nullopt;
}

/// What the evaluator makes of constants.
std::optional<KnownDims::Numbers> KnownDims::evaluated(mlir::Value value, llvm::ArrayRef<Numbers> operands) {
  mlir::Operation *op = value.getDefiningOp();
  std::vector<Tensor> tensors;
  for (auto [operand, numbers] : llvm::zip_equal(op->getOperands(), operands)) {
    mlir::RankedTensorType type = typeOf(operand);
    std::vector<double> floats;
    std::vector<int64_t> integers;
    for (const Number &number : numbers) {
      floats.push_back(static_cast<double>(number.numerator.getValue()) / number.denominator);
      integers.push_back(number.numerator.getValue());
    }
    tensors.push_back(isFloat(operand) ? Tensor(type.getElementType(), type.getShape(), std::move(floats))
                                       : Tensor(type.getElementType(), type.getShape(), std::move(integers)));
  }
  llvm::Expected<std::vector<Tensor>> results = evaluateOp(op, tensors);
  if (!results) {
    llvm::consumeError(results.takeError());
    return std::nullopt;
  }
  const Tensor &tensor = (*results)[llvm::cast<mlir::OpResult>(value).getResultNumber()];
  Numbers numbers;
  if (!tensor.isFloat()) {
    for (int64_t element : tensor.values<int64_t>())
      numbers.push_back({constantDim(value.getContext(), element)});
    return numbers;
  }
  for (double element : tensor.values<double>()) {
    auto fraction = fractionOf(element);
    if (!fraction)
      return std::nullopt;
    numbers.push_back({constantDim(value.getContext(), fraction->first), fraction->second});
  }
  return numbers;
}

/// Which operands hold the elements that an operation only moves.
static llvm::SmallVector<unsigned> movedOperands(mlir::Operation *op) {
  if (llvm::isa<ConcatOp>(op))
    return llvm::to_vector(llvm::seq(op->getNumOperands()));
  if (llvm::isa<PadOp>(op))
    return {0, 1};
  auto isSet = [](auto scatter) { return scatter.getKind() == ScatterKind::Set; };
  if (auto scatter = llvm::dyn_cast<ScatterElementsOp>(op); scatter && isSet(scatter))
    return {0, 2};
  if (auto scatter = llvm::dyn_cast<ScatterNdOp>(op); scatter && isSet(scatter))
    return {0, 2};
  if (llvm::isa<BroadcastOp, GatherElementsOp, GatherNdOp, GatherOp, ReshapeOp, SliceOp, TransposeOp>(op))
    return {0};
  return {};
}

/// Lets the evaluator move the elements' numbers in a list of all elements.
std::optional<KnownDims::Numbers> KnownDims::moved(mlir::Value value, llvm::ArrayRef<Numbers> operands) {
  mlir::Operation *op = value.getDefiningOp();
  llvm::SmallVector<unsigned> data = movedOperands(op);
  // A number of the list must fit an element.
  if (data.empty() || typeOf(value).getElementTypeBitWidth() < 32)
    return std::nullopt;
  Numbers all;
  std::vector<Tensor> tensors;
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    mlir::RankedTensorType type = typeOf(operand);
    bool isData = llvm::is_contained(data, index);
    std::vector<int64_t> elements;
    for (const Number &number : operands[index]) {
      if (isData)
        elements.push_back(all.size());
      else if (number.numerator && number.numerator.isConstant())
        elements.push_back(number.numerator.getValue());
      else
        return std::nullopt;
      if (isData)
        all.push_back(number);
    }
    if (isFloat(operand))
      tensors.emplace_back(type.getElementType(), type.getShape(),
                           std::vector<double>(elements.begin(), elements.end()));
    else
      tensors.emplace_back(type.getElementType(), type.getShape(), std::move(elements));
  }
  llvm::Expected<std::vector<Tensor>> results = evaluateOp(op, tensors);
  if (!results) {
    llvm::consumeError(results.takeError());
    return std::nullopt;
  }
  Numbers numbers;
  auto pick = [&](auto position) { numbers.push_back(all[static_cast<size_t>(position)]); };
  if (results->front().isFloat())
    llvm::for_each(results->front().values<double>(), pick);
  else
    llvm::for_each(results->front().values<int64_t>(), pick);
  return numbers;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

bool KnownDims::isNegative(Number number) { return ranges.boundsOf(number.numerator).min < 0; }

KnownDims::Number KnownDims::truth(std::optional<bool> value, mlir::MLIRContext *context) {
  return value ? Number{constantDim(context, *value)} : Number();
}

/// a / b: of integers rounded towards zero, which is down where a is not negative.
KnownDims::Number KnownDims::quotient(Number a, Number b, bool isInteger) {
  if (isInteger)
    return isNegative(a) || ranges.boundsOf(b.numerator).min < 1 ? Number()
                                                                 : Number{floorDiv(a.numerator, b.numerator)};
  if (b.numerator.isConstant()) {
    int64_t divisor = b.numerator.getValue();
    if (divisor <= 0 || divisor > maxDenominator)
      return {};
    return {a.numerator * b.denominator, a.denominator * divisor};
  }
  // H * 2 / H is 2: the ratio at one value of the symbols must hold for all.
  auto at = [](DimAttr dim) { return evaluate(dim, [](llvm::StringRef) { return int64_t(720720); }); };
  std::optional<int64_t> above = at(a.numerator), below = at(b.numerator);
  if (!above || !below || *below <= 0)
    return {};
  int64_t common = std::gcd(*above, *below), numerator = *above / common, denominator = *below / common;
  if (denominator > maxDenominator || a.numerator * denominator != b.numerator * numerator)
    return {};
  return {constantDim(a.numerator.getContext(), numerator * b.denominator), denominator * a.denominator};
}

KnownDims::Number KnownDims::element(mlir::Operation *op, llvm::ArrayRef<Number> operands) {
  mlir::MLIRContext *context = op->getContext();
  bool isInteger = !isFloat(op->getOperand(0));
  // A condition may be known where not all values are.
  if (auto select = llvm::dyn_cast<SelectOp>(op)) {
    if (!operands[0].numerator || !operands[0].numerator.isConstant())
      return {};
    return operands[0].numerator.getValue() != 0 ? operands[1] : operands[2];
  }
  for (const Number &operand : operands)
    if (!operand.numerator)
      return {};
  // What multiplies or doubles expressions soon makes ones that nobody could handle.
  unsigned sum = 0, product = 1;
  for (const Number &operand : operands) {
    unsigned parts = countParts(operand.numerator, maxParts);
    sum += parts;
    product *= parts;
  }
  if ((llvm::isa<MulOp>(op) ? product : sum) >= maxParts)
    return {};
  Number a = operands[0], b = operands.size() > 1 ? operands[1] : Number{constantDim(context, 0)};
  // Both over one denominator, for what compares or adds them.
  int64_t common = std::lcm(a.denominator, b.denominator);
  DimAttr left = a.numerator * (common / a.denominator), right = b.numerator * (common / b.denominator);
  DimAttr zero = constantDim(context, 0);
  return llvm::TypeSwitch<mlir::Operation *, Number>(op)
      .Case([&](AddOp) { return Number{left + right, common}; })
      .Case([&](SubOp) { return Number{left - right, common}; })
      .Case([&](MinOp) { return Number{ranges.min(left, right), common}; })
      .Case([&](MaxOp) { return Number{ranges.max(left, right), common}; })
      .Case([&](MulOp) { return Number{a.numerator * b.numerator, a.denominator * b.denominator}; })
      .Case([&](DivOp) { return quotient(a, b, isInteger); })
      .Case([&](ModOp mod) {
        if (ranges.boundsOf(b.numerator).min < 1 || (mod.getTruncated() && isNegative(a)) || common != 1)
          return Number();
        return Number{nn::mod(a.numerator, b.numerator)};
      })
      .Case([&](NegOp) { return Number{a.numerator * -1, a.denominator}; })
      .Case([&](AbsOp) { return isNegative(a) ? Number() : a; })
      .Case([&](ReluOp) { return Number{ranges.max(a.numerator, zero), a.denominator}; })
      .Case([&](FloorOp) { return Number{floorDiv(a.numerator, a.denominator)}; })
      .Case([&](CeilOp) { return Number{ceilDiv(a.numerator, a.denominator)}; })
      .Case([&](CastOp cast) {
        mlir::Type to = cast.getType().getElementType();
        if (to.isInteger(1)) {
          std::optional<bool> isZero = ranges.isEqual(a.numerator, zero);
          return truth(isZero ? std::optional(!*isZero) : std::nullopt, context);
        }
        if (llvm::isa<mlir::FloatType>(to) || isInteger)
          return a;
        return isNegative(a) ? Number() : Number{floorDiv(a.numerator, a.denominator)};
      })
      .Case([&](CompareOp compare) {
        auto inverse = [](std::optional<bool> value) { return value ? std::optional(!*value) : std::nullopt; };
        switch (compare.getKind()) {
        case CompareKind::Eq:
          return truth(ranges.isEqual(left, right), context);
        case CompareKind::Ne:
          return truth(inverse(ranges.isEqual(left, right)), context);
        case CompareKind::Lt:
          return truth(ranges.isLess(left, right), context);
        case CompareKind::Le:
          return truth(inverse(ranges.isLess(right, left)), context);
        case CompareKind::Gt:
          return truth(ranges.isLess(right, left), context);
        case CompareKind::Ge:
          return truth(inverse(ranges.isLess(left, right)), context);
        }
        return Number();
      })
      .Default([](mlir::Operation *) { return Number(); });
}

std::optional<KnownDims::Numbers> KnownDims::elementwise(mlir::Operation *op, llvm::ArrayRef<Numbers> operands) {
  Numbers results;
  for (size_t i = 0; i < operands.front().size(); ++i) {
    Numbers row = llvm::map_to_vector(operands, [&](const Numbers &operand) { return operand[i]; });
    results.push_back(element(op, row));
    if (results.back().denominator > maxDenominator)
      results.back() = {};
  }
  return results;
}

std::optional<KnownDims::Numbers> KnownDims::reduced(mlir::Value value, const Numbers &operand) {
  auto op = value.getDefiningOp<ReduceOp>();
  llvm::ArrayRef<int64_t> shape = typeOf(op.getInput()).getShape();
  Shape kept = llvm::to_vector<5>(typeOf(value).getShape()), strides = stridesOf(kept);
  // The result's stride along each of the operand's dimensions: 0 along those that are reduced.
  Shape steps;
  for (size_t axis = 0, next = 0; axis < shape.size(); ++axis)
    steps.push_back(llvm::is_contained(op.getAxes(), axis) ? 0 : strides[next++]);
  Numbers results(elementCount(kept));
  std::vector<bool> begun(results.size());
  for (auto [index, number] : llvm::enumerate(operand)) {
    if (!number.numerator || number.denominator != 1)
      return std::nullopt;
    int64_t rest = index, target = 0;
    for (int64_t axis = shape.size() - 1; axis >= 0; --axis) {
      target += rest % shape[axis] * steps[axis];
      rest /= shape[axis];
    }
    DimAttr &total = results[target].numerator;
    if (!begun[target]) {
      total = number.numerator;
      begun[target] = true;
      continue;
    }
    switch (op.getKind()) {
    case ReduceKind::Sum:
      total = total + number.numerator;
      break;
    case ReduceKind::Prod:
      total = total * number.numerator;
      break;
    case ReduceKind::Max:
      total = ranges.max(total, number.numerator);
      break;
    case ReduceKind::Min:
      total = ranges.min(total, number.numerator);
      break;
    case ReduceKind::Mean:
      return std::nullopt;
    }
  }
  return results;
}
