//===- LevelModule.cpp - a model's code for one level ---------------------===//

#include "codegen/driver/LevelModule.h"
#include "codegen/kernels/DimValue.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/Plans.h"
#include "ir/Recipe.h"
#include "runtime/abi.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

static_assert(sizeof(mg_status) == 4 && sizeof(void *) == 8,
              "the driver is emitted for 64-bit pointers and 32-bit statuses");

SmallVector<nn::SymbolAttr> codegen::symbolsOf(func::FuncOp main) {
  auto array = main->getAttrOfType<ArrayAttr>(nn::symbolsAttribute);
  return array ? llvm::to_vector(array.getAsRange<nn::SymbolAttr>()) : SmallVector<nn::SymbolAttr>();
}

namespace {

class LevelEmitter {
public:
  LevelEmitter(const Model &model, const Level &level)
      : model(model), level(level), context(func::FuncOp(model.main).getContext()),
        module(ModuleOp::create(UnknownLoc::get(context))) {}

  OwningOpRef<ModuleOp> emit() {
    declareRuntime();
    SmallVector<StringRef> functions =
        llvm::map_to_vector(model.kernels, [&](nn::KernelOp kernel) { return kernelFunction(kernel); });
    driver(functions);
    return std::move(module);
  }

private:
  Placement placementOf(OpOperand &operand) const {
    if (auto found = model.weights.find(&operand); found != model.weights.end())
      return {Placement::Weights, 0, nn::constantDim(context, found->second), nn::columnsOf(operand.get().getType())};
    return model.memory.placements.lookup(operand.get());
  }

  KernelStrides stridesOf(nn::KernelOp kernel) const {
    KernelStrides strides;
    for (OpOperand &operand : kernel->getOpOperands())
      strides.inputs.push_back(placementOf(operand).rowStride);
    for (Value result : kernel.getResults())
      strides.outputs.push_back(model.memory.placements.lookup(result).rowStride);
    return strides;
  }

  /// What two kernels must have in common to be one function: everything but their names and where their tensors are.
  std::string key(nn::KernelOp kernel, const KernelStrides &strides) const {
    std::string text;
    llvm::raw_string_ostream os(text);
    for (Type type : kernel.getBlock()->getArgumentTypes())
      os << type << ';';
    for (DimAttr stride : llvm::concat<const DimAttr>(strides.inputs, strides.outputs))
      os << stride << ';';
    os << *kernel.getPlan();
    for (Operation &op : *kernel.getBlock())
      op.print(os << '\n', OpPrintingFlags().useLocalScope());
    return text;
  }

  StringRef kernelFunction(nn::KernelOp kernel) {
    KernelStrides strides = stridesOf(kernel);
    auto [entry, isNew] = functions.try_emplace(key(kernel, strides));
    if (isNew) {
      entry->second = ("mg__kernel_" + level.name + "_" + Twine(functions.size() - 1)).str();
      KernelBuilder builder(*module, entry->second, kernel, strides, model.symbols, level);
      algorithmOf(kernel).emit(builder);
    }
    return entry->second;
  }

  void declareRuntime() {
    OpBuilder builder(module->getBodyRegion());
    Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type(),
         i32 = builder.getI32Type();
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                            {pointer, pointer, pointer, i64, i64, i32});
    LLVM::LLVMFuncOp::create(builder, module->getLoc(), "mg__parallel", type);
  }

  void driver(ArrayRef<StringRef> functions);

  const Model &model;
  const Level &level;
  MLIRContext *context;
  OwningOpRef<ModuleOp> module;
  llvm::StringMap<std::string> functions;
};

} // namespace

void LevelEmitter::driver(ArrayRef<StringRef> functions) {
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type(),
       i32 = builder.getI32Type(), i8 = builder.getI8Type();
  auto type = LLVM::LLVMFunctionType::get(i32, {pointer});
  auto function = LLVM::LLVMFuncOp::create(builder, module->getLoc(), ("mg__driver_" + level.name).str(), type);
  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  auto ok = LLVM::ConstantOp::create(builder, module->getLoc(), i32, builder.getI32IntegerAttr(MG_OK));
  LLVM::ReturnOp::create(builder, module->getLoc(), ok.getResult());
  builder.setInsertionPointToStart(entry);

  Emit e(builder, module->getLoc(), level);
  Value frame = entry->getArgument(0);
  auto field = [&](size_t offset, Type type) { return e.load(type, e.at(frame, static_cast<int64_t>(offset), i8)); };
  Value inputs = field(offsetof(mg__frame, inputs), pointer), outputs = field(offsetof(mg__frame, outputs), pointer);
  Value arena = field(offsetof(mg__frame, arena), pointer), weights = field(offsetof(mg__frame, weights), pointer);
  SymbolValues symbols;
  Value symbolArray = field(offsetof(mg__frame, symbols), pointer);
  for (auto [index, symbol] : llvm::enumerate(model.symbols))
    symbols[symbol.getName()] = e.load(i64, e.at(symbolArray, static_cast<int64_t>(index), i64));

  auto address = [&](const Placement &placement) -> Value {
    Value base;
    DimAttr offset = placement.offset;
    switch (placement.kind) {
    case Placement::Input:
      base = e.load(pointer, e.at(inputs, placement.index, pointer));
      break;
    case Placement::Output:
      base = e.load(pointer, e.at(outputs, placement.index, pointer));
      break;
    case Placement::Weights:
      base = weights;
      break;
    case Placement::Arena:
      base = arena;
      offset = offset + model.memory.buffers[placement.index].offset;
      break;
    }
    return e.at(base, dimValue(e, offset, symbols), i8);
  };

  // One array of arguments serves all kernels: each call returns when it is no longer read.
  size_t words = 0;
  for (nn::KernelOp kernel : model.kernels)
    words = std::max<size_t>(words, kernel->getNumOperands() + kernel->getNumResults() + model.symbols.size());
  Value args = LLVM::AllocaOp::create(e.builder, e.loc, pointer, i64, e.constant(std::max<size_t>(1, words)), 8);
  for (size_t index = 0; index < model.kernels.size(); ++index) {
    nn::KernelOp kernel = model.kernels[index];
    int64_t word = 0;
    auto pass = [&](Value value) { e.store(value, e.at(args, word++, i64)); };
    for (OpOperand &operand : kernel->getOpOperands())
      pass(address(placementOf(operand)));
    for (Value result : kernel.getResults())
      pass(address(model.memory.placements.lookup(result)));
    for (nn::SymbolAttr symbol : model.symbols)
      pass(symbols[symbol.getName()]);
    Value units = dimValue(e, algorithmOf(kernel).units(kernel), symbols),
          task = e.constant(kernel.getPlan()->get("task", 1));
    Value code = LLVM::AddressOfOp::create(e.builder, e.loc, pointer, functions[index]);
    Value number = LLVM::ConstantOp::create(e.builder, e.loc, i32, e.builder.getI32IntegerAttr(index));
    LLVM::CallOp::create(e.builder, e.loc, TypeRange(), "mg__parallel",
                         ValueRange{frame, code, args, units, task, number});
  }
}

OwningOpRef<ModuleOp> codegen::emitLevel(const Model &model, const Level &level) {
  return LevelEmitter(model, level).emit();
}
