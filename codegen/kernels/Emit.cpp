//===- Emit.cpp - a thin layer over MLIR's builder for writing loops ------===//

#include "codegen/kernels/Emit.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace margay::codegen;

std::optional<int64_t> Emit::constantOf(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSExtValue();
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

Value Emit::constant(int64_t value) { return arith::ConstantIntOp::create(builder, loc, value, 64); }
Value Emit::add(Value a, Value b) { return builder.createOrFold<arith::AddIOp>(loc, a, b); }
Value Emit::add(Value a, int64_t b) { return b == 0 ? a : add(a, constant(b)); }
Value Emit::sub(Value a, Value b) { return builder.createOrFold<arith::SubIOp>(loc, a, b); }
Value Emit::mul(Value a, Value b) { return builder.createOrFold<arith::MulIOp>(loc, a, b); }
Value Emit::mul(Value a, int64_t b) { return b == 1 ? a : mul(a, constant(b)); }
Value Emit::min(Value a, Value b) { return builder.createOrFold<arith::MinSIOp>(loc, a, b); }
Value Emit::max(Value a, Value b) { return builder.createOrFold<arith::MaxSIOp>(loc, a, b); }
Value Emit::div(Value a, Value b) { return builder.createOrFold<arith::DivUIOp>(loc, a, b); }
Value Emit::rem(Value a, Value b) { return builder.createOrFold<arith::RemUIOp>(loc, a, b); }

Value Emit::ceilDivClamped(Value a, int64_t b) {
  Value zero = constant(0);
  if (b == 1)
    return max(a, zero);
  return div(max(add(a, b - 1), zero), constant(b));
}

Value Emit::less(Value a, Value b) { return builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, a, b); }

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void Emit::loop(Value from, Value to, int64_t step, llvm::function_ref<void(Value)> body) {
  loop(from, to, step, ValueRange(), [&](Value index, ValueRange) {
    body(index);
    return SmallVector<Value>();
  });
}

SmallVector<Value> Emit::loop(Value from, Value to, int64_t step, ValueRange initial,
                              llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  std::optional<int64_t> first = constantOf(from), end = constantOf(to);
  if (first && end && *first >= *end)
    return SmallVector<Value>(initial);
  if (first && end && *first + step >= *end)
    return body(from, initial);
  auto forOp = scf::ForOp::create(builder, loc, from, to, constant(step), initial);
  OpBuilder::InsertionGuard guard(builder);
  Block *block = forOp.getBody();
  // Without carried values the builder has made the terminator already.
  if (initial.empty())
    builder.setInsertionPoint(block->getTerminator());
  else
    builder.setInsertionPointToStart(block);
  SmallVector<Value> carried = body(forOp.getInductionVar(), forOp.getRegionIterArgs());
  if (!initial.empty())
    scf::YieldOp::create(builder, loc, carried);
  return SmallVector<Value>(forOp.getResults());
}

void Emit::when(Value condition, llvm::function_ref<void()> body) {
  auto ifOp = scf::IfOp::create(builder, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(ifOp.thenBlock()->getTerminator());
  body();
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value Emit::at(Value pointer, Value index, Type element) {
  if (std::optional<int64_t> constant = constantOf(index))
    return at(pointer, *constant, element);
  return LLVM::GEPOp::create(builder, loc, pointer.getType(), element, pointer, ArrayRef<LLVM::GEPArg>{index},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value Emit::at(Value pointer, int64_t index, Type element) {
  if (index == 0)
    return pointer;
  if (llvm::isInt<LLVM::kGEPConstantBitWidth>(index)) // More bits are lost without a word.
    return LLVM::GEPOp::create(builder, loc, pointer.getType(), element, pointer,
                               ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)}, LLVM::GEPNoWrapFlags::inbounds);
  return LLVM::GEPOp::create(builder, loc, pointer.getType(), element, pointer, ArrayRef<LLVM::GEPArg>{constant(index)},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value Emit::inRegister(Value pointer) {
  // An empty assembly that takes the register in which it gives its result: LLVM does not see that it is the same.
  return LLVM::InlineAsmOp::create(builder, loc, pointer.getType(), ValueRange{pointer}, /*asm_string=*/"",
                                   /*constraints=*/"=r,0", /*has_side_effects=*/false, /*is_align_stack=*/false,
                                   LLVM::tailcallkind::TailCallKind::None, /*asm_dialect=*/{}, /*operand_attrs=*/{})
      .getResult(0);
}

/// The alignment that memory is known to have for a type: that of one element.
static unsigned elementBytes(Type type) {
  Type element = getElementTypeOrSelf(type);
  return isa<LLVM::LLVMPointerType>(element) ? 8 : std::max(1u, element.getIntOrFloatBitWidth() / 8);
}

Value Emit::load(Type type, Value pointer) {
  return LLVM::LoadOp::create(builder, loc, type, pointer, elementBytes(type));
}

void Emit::store(Value value, Value pointer) {
  LLVM::StoreOp::create(builder, loc, value, pointer, elementBytes(value.getType()));
}

static void prefetchAt(Emit &e, Value pointer, int64_t index, Type element, unsigned use, unsigned level) {
  Value place = LLVM::GEPOp::create(e.builder, e.loc, pointer.getType(), element, pointer,
                                    ArrayRef<LLVM::GEPArg>{e.constant(index)}, LLVM::GEPNoWrapFlags::none);
  constexpr unsigned data = 1;
  LLVM::Prefetch::create(e.builder, e.loc, place, use, level, data);
}

void Emit::prefetch(Value pointer, int64_t index, Type element) {
  constexpr unsigned read = 0, secondLevel = 2;
  prefetchAt(*this, pointer, index, element, read, secondLevel);
}

void Emit::prefetchToFirst(Value pointer, int64_t index, Type element) {
  constexpr unsigned read = 0, firstLevel = 3;
  prefetchAt(*this, pointer, index, element, read, firstLevel);
}

void Emit::prefetchForWriting(Value pointer, int64_t index, Type element) {
  constexpr unsigned write = 1, firstLevel = 3;
  prefetchAt(*this, pointer, index, element, write, firstLevel);
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Type Emit::vectorOf(Type element, int64_t lanes) { return lanes == 1 ? element : VectorType::get({lanes}, element); }

Value Emit::splat(Value scalar, int64_t lanes) {
  if (lanes == 1)
    return scalar;
  return vector::BroadcastOp::create(builder, loc, VectorType::get({lanes}, scalar.getType()), scalar);
}

Value Emit::constantVector(Type element, int64_t lanes, double value) {
  TypedAttr attribute;
  if (auto floating = dyn_cast<FloatType>(element))
    attribute = builder.getFloatAttr(floating, value);
  else
    attribute = builder.getIntegerAttr(element, static_cast<int64_t>(value));
  if (lanes != 1)
    attribute = DenseElementsAttr::get(VectorType::get({lanes}, element), attribute);
  return arith::ConstantOp::create(builder, loc, attribute);
}

Value Emit::firstLanes(Value vector, int64_t lanes) {
  auto type = dyn_cast<VectorType>(vector.getType());
  if (!type || type.getNumElements() == lanes)
    return vector;
  if (lanes == 1)
    return vector::ExtractOp::create(builder, loc, vector, ArrayRef<int64_t>{0});
  SmallVector<int32_t> mask(lanes);
  std::iota(mask.begin(), mask.end(), 0);
  return LLVM::ShuffleVectorOp::create(builder, loc, vector, vector, mask);
}

/// Sixteen pairs of bf16 at once.
static Value addPairProducts(Emit &e, Value a, Value b, Value c) {
  assert(e.level.bf16Dots && "the level cannot multiply bf16");
  auto pairs = VectorType::get({2 * cast<VectorType>(c.getType()).getNumElements()}, e.builder.getBF16Type());
  auto elements = [&](Value value) { return LLVM::BitcastOp::create(e.builder, e.loc, pairs, value).getResult(); };
  StringAttr name = e.builder.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512");
  return LLVM::CallIntrinsicOp::create(e.builder, e.loc, c.getType(), name, ValueRange{c, elements(a), elements(b)})
      .getResult(0);
}

Value Emit::multiplyAdd(Value a, Value b, Value c) {
  if (isa<FloatType>(getElementTypeOrSelf(c.getType())) && !isa<FloatType>(getElementTypeOrSelf(a.getType())))
    return addPairProducts(*this, a, b, c);
  if (!isa<FloatType>(getElementTypeOrSelf(a.getType())))
    return arith::AddIOp::create(builder, loc, arith::MulIOp::create(builder, loc, a, b), c);
  if (level.fma)
    return math::FmaOp::create(builder, loc, a, b, c);
  return arith::AddFOp::create(builder, loc, arith::MulFOp::create(builder, loc, a, b), c);
}

Value Emit::combineLanes(Value vector, llvm::function_ref<Value(Value, Value)> combine) {
  auto type = dyn_cast<VectorType>(vector.getType());
  if (!type)
    return vector;
  for (int64_t lanes = type.getNumElements(); lanes > 1; lanes /= 2) {
    SmallVector<int32_t> low(lanes / 2), high(lanes / 2);
    std::iota(low.begin(), low.end(), 0);
    std::iota(high.begin(), high.end(), static_cast<int32_t>(lanes / 2));
    Value lower = LLVM::ShuffleVectorOp::create(builder, loc, vector, vector, low);
    Value upper = LLVM::ShuffleVectorOp::create(builder, loc, vector, vector, high);
    vector = combine(lower, upper);
  }
  return vector::ExtractOp::create(builder, loc, vector, ArrayRef<int64_t>{0});
}
