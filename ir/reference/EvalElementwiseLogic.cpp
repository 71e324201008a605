//===- EvalElementwiseLogic.cpp - the values of comparisons, choices, bits and remainders ===//

#include "ir/reference/ScalarLoops.h"
#include <bit>
#include <cmath>

using namespace margay;
using namespace margay::nn;
using namespace margay::reference;

namespace margay::nn {

static double apply(SignOp, double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
static int64_t applyInteger(SignOp op, int64_t x) { return x == 0 ? 0 : x > 0 || isUnsignedOp(op) ? 1 : -1; }

static int64_t applyInteger(NotOp op, int64_t x) { return resultElement(op).isInteger(1) ? !x : ~x; }
static int64_t applyInteger(AndOp, int64_t x, int64_t y) { return x & y; }
static int64_t applyInteger(OrOp, int64_t x, int64_t y) { return x | y; }
static int64_t applyInteger(XorOp, int64_t x, int64_t y) { return x ^ y; }

/// An integer without its sign, as bits of its own width.
static uint64_t ownBits(mlir::Type element, int64_t x) {
  return bits(x) & (~uint64_t(0) >> (64 - element.getIntOrFloatBitWidth()));
}

static bool isBeyondWidth(mlir::Type element, int64_t shift) {
  return ownBits(element, shift) >= element.getIntOrFloatBitWidth();
}

static int64_t applyInteger(ShiftLeftOp op, int64_t x, int64_t y) {
  return isBeyondWidth(resultElement(op), y) ? 0 : bits(x) << y;
}

static int64_t applyInteger(ShiftRightOp op, int64_t x, int64_t y) {
  return isBeyondWidth(resultElement(op), y) ? 0 : ownBits(resultElement(op), x) >> y;
}

static double apply(ModOp, double x, double y) { return std::fmod(x, y); }

static int64_t applyInteger(ModOp op, int64_t x, int64_t y) {
  if (y == 0)
    return 0;
  if (isUnsignedOp(op))
    return bits(x) % bits(y);
  if (y == -1) // The least integer has no counterpart above 0, but the remainder is 0.
    return 0;
  int64_t remainder = x % y;
  bool otherSign = remainder != 0 && (remainder < 0) != (y < 0);
  return otherSign && !op.getTruncated() ? remainder + y : remainder;
}

} // namespace margay::nn

/// An operation of integers alone.
template <typename OpTy> static Tensor onIntegers(OpTy op, llvm::ArrayRef<Tensor> operands) {
  std::vector<int64_t> results;
  for (int64_t i = 0; i < operands[0].size(); ++i) {
    int64_t x = operands[0].values<int64_t>()[i];
    if constexpr (requires { applyInteger(op, x); })
      results.push_back(applyInteger(op, x));
    else
      results.push_back(applyInteger(op, x, operands[1].values<int64_t>()[i]));
  }
  return Tensor(resultElement(op), operands[0].shape(), std::move(results));
}

template <typename T> static bool holds(CompareKind kind, T x, T y) {
  switch (kind) {
  case CompareKind::Eq:
    return x == y;
  case CompareKind::Ne:
    return x != y;
  case CompareKind::Lt:
    return x < y;
  case CompareKind::Le:
    return x <= y;
  case CompareKind::Gt:
    return x > y;
  case CompareKind::Ge:
    return x >= y;
  }
  llvm_unreachable("all kinds are handled");
}

static Tensor compare(CompareOp op, llvm::ArrayRef<Tensor> operands) {
  std::vector<int64_t> results;
  withElementsOf(operands[0], [&](auto zero) {
    using T = decltype(zero);
    for (auto [x, y] : llvm::zip_equal(operands[0].values<T>(), operands[1].values<T>())) {
      if constexpr (std::is_same_v<T, int64_t>)
        if (isUnsigned(operands[0].element())) {
          results.push_back(holds(op.getKind(), bits(x), bits(y)));
          continue;
        }
      results.push_back(holds(op.getKind(), x, y));
    }
    return 0;
  });
  return Tensor(resultElement(op), operands[0].shape(), std::move(results));
}

static Tensor choose(SelectOp op, llvm::ArrayRef<Tensor> operands) {
  return withElementsOf(operands[1], [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> results;
    for (auto [condition, x, y] :
         llvm::zip_equal(operands[0].values<int64_t>(), operands[1].values<T>(), operands[2].values<T>()))
      results.push_back(condition ? x : y);
    return Tensor(resultElement(op), operands[1].shape(), std::move(results));
  });
}

static llvm::Expected<Tensor> bitcast(BitcastOp op, llvm::ArrayRef<Tensor> operands) {
  return Tensor::fromBytes(resultElement(op), operands[0].shape(), operands[0].toBytes());
}

void reference::addElementwiseLogic(Table &table) {
  add<AndOp, onIntegers<AndOp>>(table);
  add<BitcastOp, bitcast>(table);
  add<CompareOp, compare>(table);
  add<ModOp, binary<ModOp>>(table);
  add<NotOp, onIntegers<NotOp>>(table);
  add<OrOp, onIntegers<OrOp>>(table);
  add<SelectOp, choose>(table);
  add<ShiftLeftOp, onIntegers<ShiftLeftOp>>(table);
  add<ShiftRightOp, onIntegers<ShiftRightOp>>(table);
  add<SignOp, unary<SignOp>>(table);
  add<XorOp, onIntegers<XorOp>>(table);
}
