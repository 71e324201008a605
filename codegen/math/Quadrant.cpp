//===- Quadrant.cpp - angles, less multiples of a right one ---------------===//
//
// Up to 2^20, n pi/2 is subtracted in three parts, of which the products with n of the first two are exact.
//
// Beyond, |x| = m 2^e with an integer m of 53 bits. Of 2/pi = 0.b1 b2 b3 …, what is before the bit e - 1 gives
// multiples of 4 when multiplied by x, which do not count. The 192 bits from there on, times m, modulo 2^192, are x
// 2/pi modulo 4 with 190 bits after the point (M. Payne, R. Hanek). No double is nearer to a multiple of pi/2 than
// 2^-62 or so, thus at least 75 right ones remain. This is done for those lanes alone that need it, one by one:
// networks have few angles, and small ones.
//
//===----------------------------------------------------------------------===//

#include "codegen/math/Quadrant.h"
#include "codegen/math/EachLane.h"
#include "codegen/math/Functions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include <limits>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

static constexpr double largest = 0x1p+20;

static Quadrant nearQuadrant(Lanes &lanes, Value x) {
  Value shifter = lanes.constant(0x1.8p+52);
  Value shifted = lanes.fma(x, lanes.constant(0x1.45f306dc9c883p-1), shifter); // 2/pi
  Value n = lanes.sub(shifted, shifter);
  Value r = lanes.sub(x, lanes.mul(n, lanes.constant(0x1.921fb544p+0)));
  Pair first = twoSum(lanes, r, lanes.mul(n, lanes.constant(-0x1.0b4611a6p-34)));
  Value rest = lanes.fma(n, lanes.constant(-0x1.3198a2e037073p-69), first.low);
  return {lanes.bits(shifted), twoSum(lanes, first.high, rest)};
}

//===----------------------------------------------------------------------===//
// Large angles
//===----------------------------------------------------------------------===//

static constexpr StringLiteral tableName = "two_over_pi";

/// The table of the bits of 2/pi as a constant of the module, after 64 zeros.
static Value tableAddress(Lanes &lanes) {
  static constexpr uint64_t words[] = {0,
                                       0xa2f9836e4e441529,
                                       0xfc2757d1f534ddc0,
                                       0xdb6295993c439041,
                                       0xfe5163abdebbc561,
                                       0xb7246e3a424dd2e0,
                                       0x06492eea09d1921c,
                                       0xfe1deb1cb129a73e,
                                       0xe88235f52ebb4484,
                                       0xe99c7026b45f7e41,
                                       0x3991d639835339f4,
                                       0x9c845f8bbdf9283b,
                                       0x1ff897ffde05980f,
                                       0xef2f118b5a0a6d1f,
                                       0x6d367ecf27cb09b7,
                                       0x4f463f669e5fea2d,
                                       0x7527bac7ebe5f17b,
                                       0x3d0739f78a5292ea,
                                       0x6bfb5fb11f8d5d08,
                                       0x56033046fc7b6bab};
  OpBuilder &builder = lanes.builder;
  auto module = builder.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  if (!module.lookupSymbol(tableName)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    auto type = RankedTensorType::get(std::size(words), builder.getI64Type());
    LLVM::GlobalOp::create(builder, lanes.loc, LLVM::LLVMArrayType::get(builder.getI64Type(), std::size(words)),
                           /*isConstant=*/true, LLVM::Linkage::Private, tableName,
                           DenseElementsAttr::get(type, ArrayRef<uint64_t>(words)));
  }
  return LLVM::AddressOfOp::create(builder, lanes.loc, LLVM::LLVMPointerType::get(builder.getContext()), tableName);
}

namespace {

/// Arithmetic on single 64-bit integers.
struct Words {
  Lanes &lane;

  Value constant(uint64_t value) { return lane.integer(value); }
  Value shiftLeft(Value a, Value count) { return arith::ShLIOp::create(lane.builder, lane.loc, a, count); }
  Value shiftRight(Value a, Value count) { return arith::ShRUIOp::create(lane.builder, lane.loc, a, count); }
  /// The upper word of two, shifted left by 0 … 63 bits.
  Value shiftLeft(Value high, Value low, Value count) {
    Value remaining = lane.subBits(constant(63), count);
    return lane.orBits(shiftLeft(high, count), shiftRight(lane.shiftRight(low, 1), remaining));
  }
  Value mul(Value a, Value b) { return arith::MulIOp::create(lane.builder, lane.loc, a, b); }
  std::pair<Value, Value> lowAndHigh(Value a, Value b) {
    auto product = arith::MulUIExtendedOp::create(lane.builder, lane.loc, a, b);
    return {product.getLow(), product.getHigh()};
  }
  /// 1 if a < b.
  Value less(Value a, Value b) {
    Value isLess = lane.compare(Lanes::IntCompare::ult, a, b);
    return arith::ExtUIOp::create(lane.builder, lane.loc, lane.i64(), isLess);
  }
};

} // namespace

/// One lane, |x| >= 2^20 and finite.
static Quadrant farQuadrant(Lanes &lane, Value x) {
  Words words{lane};
  Value bits = lane.andBits(lane.bits(x), lane.integer(~lane.signBit()));
  Value one = words.constant(uint64_t(1) << 52);
  Value m = lane.orBits(lane.andBits(bits, words.constant((uint64_t(1) << 52) - 1)), one);
  // Bit i of 2/pi is at i + 63 in the table, and the first one is i = e - 1.
  Value start = lane.subBits(lane.shiftRight(bits, 52), words.constant(1023 + 52 - 62));
  Value shift = lane.andBits(start, words.constant(63));
  Value address = tableAddress(lane);
  Value index = lane.shiftRight(start, 6);
  auto load = [&](int32_t offset) -> Value {
    Value at = LLVM::GEPOp::create(lane.builder, lane.loc, address.getType(), lane.i64(), address,
                                   ArrayRef<LLVM::GEPArg>{lane.addBits(index, words.constant(offset))});
    return LLVM::LoadOp::create(lane.builder, lane.loc, lane.i64(), at);
  };
  Value table[] = {load(0), load(1), load(2), load(3)};
  auto part = [&](int i) { return words.shiftLeft(table[i], table[i + 1], shift); };

  // The upper and the middle word of the product; the lowest one is left out but for its first bits.
  auto [lowest, carried] = words.lowAndHigh(m, part(2));
  auto [middle, upper] = words.lowAndHigh(m, part(1));
  Value sum = lane.addBits(middle, carried);
  upper = lane.addBits(lane.addBits(upper, words.less(sum, middle)), words.mul(m, part(0)));

  // Two bits before the point, then a fraction of 128. One of 1/2 or more is made negative: its complement is 1 less
  // one unit of 2^-128.
  Value n = lane.shiftRight(upper, 62);
  Value two = words.constant(2);
  Value high = words.shiftLeft(upper, sum, two), low = words.shiftLeft(sum, lowest, two);
  Value isBeyond = lane.shiftRightArithmetic(high, 63);
  n = lane.subBits(n, isBeyond);
  high = lane.xorBits(high, isBeyond);
  low = lane.xorBits(low, isBeyond);

  // As a pair of 53 bits each.
  Value zeros = math::CountLeadingZerosOp::create(lane.builder, lane.loc, high);
  zeros = lane.andBits(zeros, words.constant(63));
  high = words.shiftLeft(high, low, zeros);
  low = words.shiftLeft(low, zeros);
  auto scaled = [&](Value integer, int64_t exponent) {
    Value real = arith::SIToFPOp::create(lane.builder, lane.loc, lane.f64(), integer);
    return lane.mul(real, powerOfTwo(lane, lane.subBits(words.constant(static_cast<uint64_t>(exponent)), zeros)));
  };
  Value head = scaled(lane.shiftRight(high, 11), -53);
  Value tail = scaled(words.shiftLeft(lane.andBits(high, words.constant(0x7ff)), low, words.constant(42)), -106);

  Value halfPi = lane.constant(0x1.921fb54442d18p+0);
  Pair angle = twoProduct(lane, head, halfPi);
  Value rest = lane.fma(tail, halfPi, lane.mul(head, lane.constant(0x1.1a62633145c07p-54)));
  angle = quickTwoSum(lane, angle.high, lane.add(angle.low, rest));

  // Signs: of the fraction, and of x.
  Value ofX = lane.shiftRightArithmetic(lane.bits(x), 63);
  Value sign = lane.andBits(lane.xorBits(ofX, isBeyond), lane.integer(lane.signBit()));
  angle.high = lane.fromBits(lane.xorBits(lane.bits(angle.high), sign));
  angle.low = lane.fromBits(lane.xorBits(lane.bits(angle.low), sign));
  return {lane.subBits(lane.xorBits(n, ofX), ofX), angle};
}

static Value isFar(Lanes &lanes, Value x) {
  // As integers, for infinity and NaN must not have a place in the table.
  Value size = lanes.bits(lanes.absolute(x));
  Value limit = lanes.bits(lanes.constant(largest));
  Value range = lanes.subBits(lanes.bits(lanes.constant(std::numeric_limits<double>::infinity())), limit);
  return lanes.compare(Lanes::IntCompare::ult, lanes.subBits(size, limit), range);
}

Quadrant codegen::quadrantOf(Lanes &lanes, Value x) {
  Quadrant near = nearQuadrant(lanes, x);
  Value values[] = {near.n, near.angle.high, near.angle.low};
  SmallVector<Value> results = onlyIf(lanes, anyLane(lanes, isFar(lanes, x)), values, [&] {
    return eachLane(lanes, x, values, [](Lanes &lane, ValueRange operands, ValueRange initial) {
      return onlyIf(lane, isFar(lane, operands[0]), initial, [&] {
        Quadrant far = farQuadrant(lane, operands[0]);
        return SmallVector<Value>{far.n, far.angle.high, far.angle.low};
      });
    });
  });
  return {results[0], {results[1], results[2]}};
}
