//===- EvalElementwise.cpp - the values of elementwise operations ---------===//
//
// A scalar function an operation: `apply` on floats, `applyInteger` on integers where the operation takes them.
//
//===----------------------------------------------------------------------===//

#include "ir/reference/ScalarLoops.h"
#include <cmath>
#include <limits>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

// Among the operations, where the loops look for them.
namespace margay::nn {

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

static double apply(AbsOp, double x) { return std::fabs(x); }
static double apply(CeilOp, double x) { return std::ceil(x); }
static double apply(ErfOp, double x) { return std::erf(x); }
static double apply(ExpOp, double x) { return std::exp(x); }
static double apply(FloorOp, double x) { return std::floor(x); }
static double apply(LogOp, double x) { return std::log(x); }
static double apply(NegOp, double x) { return -x; }
static double apply(ReciprocalOp, double x) { return 1 / x; }
static double apply(ReluOp, double x) { return x < 0 ? 0 : x; }
static double apply(SigmoidOp, double x) { return 1 / (1 + std::exp(-x)); }
static double apply(SqrtOp, double x) { return std::sqrt(x); }
static double apply(TanhOp, double x) { return std::tanh(x); }

static int64_t applyInteger(AbsOp op, int64_t x) { return x < 0 && !isUnsignedOp(op) ? 0 - bits(x) : x; }
static int64_t applyInteger(NegOp, int64_t x) { return 0 - bits(x); }
static int64_t applyInteger(ReluOp op, int64_t x) { return x < 0 && !isUnsignedOp(op) ? 0 : x; }

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

static double apply(AddOp, double x, double y) { return x + y; }
static double apply(DivOp, double x, double y) { return x / y; }
static double apply(MulOp, double x, double y) { return x * y; }
static double apply(SubOp, double x, double y) { return x - y; }

static double apply(MaxOp, double x, double y) {
  if (std::isnan(x) || std::isnan(y))
    return std::numeric_limits<double>::quiet_NaN();
  if (x == y) // +0 is larger than -0.
    return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

static double apply(MinOp, double x, double y) {
  if (std::isnan(x) || std::isnan(y))
    return std::numeric_limits<double>::quiet_NaN();
  if (x == y)
    return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

static int64_t applyInteger(AddOp, int64_t x, int64_t y) { return bits(x) + bits(y); }
static int64_t applyInteger(MulOp, int64_t x, int64_t y) { return bits(x) * bits(y); }
static int64_t applyInteger(SubOp, int64_t x, int64_t y) { return bits(x) - bits(y); }

static int64_t applyInteger(DivOp op, int64_t x, int64_t y) {
  if (y == 0)
    return 0;
  if (isUnsignedOp(op))
    return bits(x) / bits(y);
  return y == -1 ? 0 - bits(x) : x / y; // The least integer has no counterpart above 0.
}

static bool isLess(mlir::Type element, int64_t x, int64_t y) { return isUnsigned(element) ? bits(x) < bits(y) : x < y; }

static int64_t applyInteger(MaxOp op, int64_t x, int64_t y) { return isLess(resultElement(op), x, y) ? y : x; }
static int64_t applyInteger(MinOp op, int64_t x, int64_t y) { return isLess(resultElement(op), x, y) ? x : y; }

} // namespace margay::nn

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

/// Rounds towards zero. What a value beyond the integer's range becomes is nobody's promise; here it is the nearest
/// one, and 0 for NaN.
static int64_t toInteger(mlir::Type to, double value) {
  if (std::isnan(value))
    return 0;
  int width = to.getIntOrFloatBitWidth();
  bool positive = isUnsigned(to);
  double least = positive ? 0 : -std::ldexp(1.0, width - 1), beyond = std::ldexp(1.0, positive ? width : width - 1);
  if (value <= least)
    return positive ? 0 : static_cast<int64_t>(least);
  if (value >= beyond)
    return positive ? static_cast<int64_t>(~uint64_t(0) >> (64 - width))
                    : std::numeric_limits<int64_t>::max() >> (64 - width);
  return positive ? static_cast<int64_t>(static_cast<uint64_t>(value)) : static_cast<int64_t>(value);
}

/// An integer as a float; straight to f32, for a stop at f64 could round twice.
static double toFloat(mlir::Type from, mlir::Type to, int64_t value) {
  if (isUnsigned(from))
    return to.isF32() ? static_cast<float>(bits(value)) : static_cast<double>(bits(value));
  return to.isF32() ? static_cast<float>(value) : static_cast<double>(value);
}

static Tensor cast(CastOp op, llvm::ArrayRef<Tensor> operands) {
  mlir::Type to = resultElement(op);
  const Tensor &operand = operands[0];
  return withElementsOf(operand, [&](auto zero) {
    auto values = operand.values<decltype(zero)>();
    auto convert = [&](auto function) {
      std::vector<decltype(function(zero))> results;
      results.reserve(values.size());
      for (auto value : values)
        results.push_back(function(value));
      return Tensor(to, operand.shape(), std::move(results));
    };
    if (to.isInteger(1))
      return convert([](auto value) { return static_cast<int64_t>(value != 0); });
    if constexpr (std::is_same_v<decltype(zero), double>) {
      if (llvm::isa<mlir::FloatType>(to))
        return convert([](double value) { return value; });
      return convert([&](double value) { return toInteger(to, value); });
    } else {
      if (llvm::isa<mlir::FloatType>(to))
        return convert([&](int64_t value) { return toFloat(operand.element(), to, value); });
      return convert([](int64_t value) { return value; });
    }
  });
}

void reference::addElementwise(Table &table) {
  add<AbsOp, unary<AbsOp>>(table);
  add<CeilOp, unary<CeilOp>>(table);
  add<ErfOp, unary<ErfOp>>(table);
  add<ExpOp, unary<ExpOp>>(table);
  add<FloorOp, unary<FloorOp>>(table);
  add<LogOp, unary<LogOp>>(table);
  add<NegOp, unary<NegOp>>(table);
  add<ReciprocalOp, unary<ReciprocalOp>>(table);
  add<ReluOp, unary<ReluOp>>(table);
  add<SigmoidOp, unary<SigmoidOp>>(table);
  add<SqrtOp, unary<SqrtOp>>(table);
  add<TanhOp, unary<TanhOp>>(table);
  add<AddOp, binary<AddOp>>(table);
  add<DivOp, binary<DivOp>>(table);
  add<MaxOp, binary<MaxOp>>(table);
  add<MinOp, binary<MinOp>>(table);
  add<MulOp, binary<MulOp>>(table);
  add<SubOp, binary<SubOp>>(table);
  add<CastOp, cast>(table);
}
