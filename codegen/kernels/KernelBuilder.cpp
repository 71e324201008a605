//===- KernelBuilder.cpp - one kernel at one level, while it is emitted ---===//

#include "codegen/kernels/KernelBuilder.h"
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
    : Emit(OpBuilder(module.getBodyRegion()), kernel.getLoc(), level), kernel(kernel), rootOp(rootOf(kernel)) {
  builder.setInsertionPointToEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), {pointer, i64, i64, pointer});
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, type, LLVM::Linkage::Internal);
  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  builder.setInsertionPointToStart(entry);

  Value args = entry->getArgument(0);
  begin = entry->getArgument(1);
  end = entry->getArgument(2);
  scratch = entry->getArgument(3);
  int64_t word = 0;
  auto next = [&](Type type) { return load(type, at(args, word++, i64)); };
  for (auto [argument, stride] : llvm::zip_equal(kernel.getBlock()->getArguments(), strides.inputs))
    views.insert({argument, viewOf(next(pointer), argument.getType(), stride)});
  for (auto [type, stride] : llvm::zip_equal(kernel.getResultTypes(), strides.outputs))
    outputs.push_back(viewOf(next(pointer), type, stride));
  for (nn::SymbolAttr symbol : symbols)
    symbolValues[symbol.getName()] = next(i64);
}

Value KernelBuilder::dim(DimAttr dim) { return dimValue(*this, dim, symbolValues); }

int64_t KernelBuilder::lanes(Type element) const { return level.lanes(std::max<int64_t>(4, storageBytes(element))); }

Value KernelBuilder::loadElements(const View &view, Value offset, int64_t lanes) {
  Value value = load(vectorOf(view.storage, lanes), at(view.pointer, offset, view.storage));
  if (view.storage == view.element)
    return value;
  Value zero = constantVector(view.storage, lanes, 0);
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, value, zero);
}

void KernelBuilder::storeElements(Value value, const View &view, Value offset) {
  if (view.storage != view.element) {
    auto type = dyn_cast<VectorType>(value.getType());
    value = arith::ExtUIOp::create(builder, loc, vectorOf(view.storage, type ? type.getNumElements() : 1), value);
  }
  store(value, at(view.pointer, offset, view.storage));
}
