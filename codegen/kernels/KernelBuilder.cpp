//===- KernelBuilder.cpp - one kernel at one level, while it is emitted ---===//

#include "codegen/kernels/KernelBuilder.h"
#include "codegen/kernels/TaskFunction.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

Type codegen::computeType(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

Type codegen::storageType(Type element) {
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  // LLVM has a library convert 16-bit floats that it moves.
  if (isa<Float16Type, BFloat16Type>(element))
    return IntegerType::get(element.getContext(), 16);
  return computeType(element);
}

int64_t codegen::storageBytes(Type element) { return storageType(element).getIntOrFloatBitWidth() / 8; }

Operation *codegen::rootOf(nn::KernelOp kernel) {
  for (Operation &op : kernel.getBlock()->without_terminator())
    if (!isa<nn::ElementwiseInterface, nn::BroadcastOp>(op))
      return &op;
  return nullptr;
}

DimAttr View::columns() const { return dims.empty() ? nn::constantDim(element.getContext(), 1) : dims.back(); }

DimAttr View::rows() const {
  return nn::product(element.getContext(),
                     dims.empty() ? ArrayRef<DimAttr>(dims) : ArrayRef<DimAttr>(dims).drop_back());
}

static View viewOf(Value pointer, Type tensor, DimAttr rowStride) {
  Type element = cast<RankedTensorType>(tensor).getElementType();
  return {pointer, nn::dimsOf(tensor), computeType(element), storageType(element), rowStride};
}

KernelBuilder::KernelBuilder(ModuleOp module, StringRef name, nn::KernelOp kernel, const KernelStrides &strides,
                             ArrayRef<nn::SymbolAttr> symbols, const Level &level)
    : Emit(OpBuilder(module.getBodyRegion()), kernel.getLoc(), level), kernel(kernel), name(name),
      rootOp(rootOf(kernel)) {
  LLVM::LLVMFuncOp function = beginTaskFunction(builder, module, loc, name);
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type();

  Value args = function.getArgument(0);
  begin = function.getArgument(1);
  end = function.getArgument(2);
  scratch = function.getArgument(3);
  int64_t word = 0;
  auto next = [&](Type type) { return load(type, at(args, word++, i64)); };
  for (auto [argument, stride] : llvm::zip_equal(kernel.getBlock()->getArguments(), strides.inputs))
    views.insert({argument, viewOf(next(pointer), argument.getType(), stride)});
  for (auto [type, stride] : llvm::zip_equal(kernel.getResultTypes(), strides.outputs))
    outputs.push_back(viewOf(next(pointer), type, stride));
  for (nn::SymbolAttr symbol : symbols)
    symbolValues[symbol.getName()] = next(i64);
  afterSymbols = at(args, word, i64);
}

std::pair<Value, Value> KernelBuilder::phases() {
  Type i64 = builder.getI64Type();
  return {load(i64, afterSymbols), load(i64, at(afterSymbols, 1, i64))};
}

void KernelBuilder::outlined(ValueRange operands, llvm::function_ref<void(ValueRange)> body) {
  std::string part = name + "_part" + std::to_string(outlinedCount++);
  OpBuilder::InsertionGuard guard(builder);
  auto caller = builder.getInsertionBlock()->getParentOp()->getParentOfType<LLVM::LLVMFuncOp>();
  if (!caller)
    caller = cast<LLVM::LLVMFuncOp>(builder.getInsertionBlock()->getParentOp());
  LLVM::CallOp::create(builder, loc, TypeRange(), part, operands);
  builder.setInsertionPoint(caller);
  auto type =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), llvm::to_vector(operands.getTypes()));
  auto function = LLVM::LLVMFuncOp::create(builder, loc, part, type, LLVM::Linkage::Internal);
  function.setNoInline(true);
  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  builder.setInsertionPointToStart(entry);
  body(entry->getArguments());
}

Value KernelBuilder::dim(DimAttr dim) { return dimValue(*this, dim, symbolValues); }

int64_t KernelBuilder::lanes(Type element) const { return level.lanes(std::max<int64_t>(4, storageBytes(element))); }

static int64_t lanesOf(Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  return type ? type.getNumElements() : 1;
}

Value KernelBuilder::fromStorage(Value stored, const View &view) {
  if (view.storage == view.element)
    return stored;
  int64_t lanes = lanesOf(stored);
  if (isa<FloatType>(view.element))
    return arith::BitcastOp::create(builder, loc, vectorOf(view.element, lanes), stored);
  Value zero = constantVector(view.storage, lanes, 0);
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, stored, zero);
}

Value KernelBuilder::loadElements(const View &view, Value offset, int64_t lanes) {
  return fromStorage(load(vectorOf(view.storage, lanes), at(view.pointer, offset, view.storage)), view);
}

Value KernelBuilder::loadStored(const View &view, Value offset) {
  return load(view.storage, at(view.pointer, offset, view.storage));
}

void KernelBuilder::storeElements(Value value, const View &view, Value offset) {
  if (view.storage != view.element) {
    Type type = vectorOf(view.storage, lanesOf(value));
    value = isa<FloatType>(view.element) ? arith::BitcastOp::create(builder, loc, type, value).getResult()
                                         : arith::ExtUIOp::create(builder, loc, type, value).getResult();
  }
  store(value, at(view.pointer, offset, view.storage));
}
