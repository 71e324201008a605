//===- EvalElementwiseMath.cpp - the values of functions of real numbers --===//

#include "ir/reference/ScalarLoops.h"
#include <cmath>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

namespace margay::nn {

static double apply(AcosOp, double x) { return std::acos(x); }
static double apply(AcoshOp, double x) { return std::acosh(x); }
static double apply(AsinOp, double x) { return std::asin(x); }
static double apply(AsinhOp, double x) { return std::asinh(x); }
static double apply(AtanOp, double x) { return std::atan(x); }
static double apply(AtanhOp, double x) { return std::atanh(x); }
static double apply(CosOp, double x) { return std::cos(x); }
static double apply(CoshOp, double x) { return std::cosh(x); }
static double apply(Expm1Op, double x) { return std::expm1(x); }
static double apply(Log1pOp, double x) { return std::log1p(x); }
static double apply(SinOp, double x) { return std::sin(x); }
static double apply(SinhOp, double x) { return std::sinh(x); }
static double apply(TanOp, double x) { return std::tan(x); }

/// To nearest, the even one of two: what the floating-point environment says unless somebody changes it.
static double apply(RoundOp, double x) { return std::nearbyint(x); }

static double apply(GeluOp op, double x) {
  if (!op.getTanh())
    return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
  return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

static double apply(PowOp, double x, double y) { return std::pow(x, y); }

} // namespace margay::nn

void reference::addElementwiseMath(Table &table) {
  add<AcosOp, unary<AcosOp>>(table);
  add<AcoshOp, unary<AcoshOp>>(table);
  add<AsinOp, unary<AsinOp>>(table);
  add<AsinhOp, unary<AsinhOp>>(table);
  add<AtanOp, unary<AtanOp>>(table);
  add<AtanhOp, unary<AtanhOp>>(table);
  add<CosOp, unary<CosOp>>(table);
  add<CoshOp, unary<CoshOp>>(table);
  add<Expm1Op, unary<Expm1Op>>(table);
  add<Log1pOp, unary<Log1pOp>>(table);
  add<SinOp, unary<SinOp>>(table);
  add<SinhOp, unary<SinhOp>>(table);
  add<TanOp, unary<TanOp>>(table);
  add<GeluOp, unary<GeluOp>>(table);
  add<PowOp, binary<PowOp>>(table);
  add<RoundOp, unary<RoundOp>>(table);
}
