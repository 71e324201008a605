//===- LevelModule.cpp - a model's code for one level ---------------------===//

#include "codegen/driver/LevelModule.h"
#include "codegen/driver/Chain.h"
#include "codegen/driver/Driver.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/Plans.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

SmallVector<nn::SymbolAttr> codegen::symbolsOf(func::FuncOp main) {
  auto array = main->getAttrOfType<ArrayAttr>(nn::symbolsAttribute);
  return array ? llvm::to_vector(array.getAsRange<nn::SymbolAttr>()) : SmallVector<nn::SymbolAttr>();
}

bool Model::hasDataDims(Type tensor) const {
  nn::SymbolRanges ranges(main());
  return llvm::any_of(nn::dimsOf(tensor), [&](DimAttr dim) { return ranges.dependsOnData(dim); });
}

namespace {

/// The kernels' functions of one level; equal kernels share one.
class KernelFunctions {
public:
  KernelFunctions(const Model &model, const Level &level, ModuleOp module)
      : model(model), level(level), module(module) {}

  /// The function of a kernel whose tensors lie in memory like this.
  StringRef functionOf(nn::KernelOp kernel, const KernelStrides &strides) {
    auto [entry, isNew] = functions.try_emplace(key(kernel, strides));
    if (isNew) {
      entry->second = ("mg__kernel_" + level.name + "_" + Twine(functions.size() - 1)).str();
      KernelBuilder builder(module, entry->second, kernel, strides, model.symbols, level);
      algorithmOf(kernel).emit(builder);
    }
    return entry->second;
  }

  /// The function of a chain, or of the one kernel that there is.
  StringRef functionOf(ArrayRef<nn::KernelOp> members, ArrayRef<KernelStrides> strides) {
    if (members.size() == 1)
      return functionOf(members.front(), strides.front());
    SmallVector<StringRef> parts;
    for (auto [member, itsStrides] : llvm::zip_equal(members, strides))
      parts.push_back(functionOf(member, itsStrides));
    auto [entry, isNew] = chains.try_emplace(llvm::join(parts, "+"));
    if (isNew) {
      entry->second = ("mg__chain_" + level.name + "_" + Twine(chains.size() - 1)).str();
      emitChain(module, entry->second, members, parts, model.symbols.size(), level);
    }
    return entry->second;
  }

private:
  /// What two kernels must have in common to be one function: everything but their names and where their tensors are.
  static std::string key(nn::KernelOp kernel, const KernelStrides &strides) {
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

  const Model &model;
  const Level &level;
  ModuleOp module;
  llvm::StringMap<std::string> functions, chains;
};

} // namespace

static void declareRuntime(ModuleOp module) {
  OpBuilder builder(module->getRegion(0));
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext()), i64 = builder.getI64Type(),
       i32 = builder.getI32Type();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                          {pointer, pointer, pointer, i64, i64, pointer, i32});
  LLVM::LLVMFuncOp::create(builder, module->getLoc(), "mg__parallel", type);
  LLVM::LLVMFuncOp::create(builder, module->getLoc(), "mg__fit", LLVM::LLVMFunctionType::get(i32, {pointer, pointer}));
}

OwningOpRef<ModuleOp> codegen::emitLevel(const Model &model, const Level &level) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(model.main().getContext()));
  declareRuntime(*module);
  KernelFunctions kernels(model, level, *module);
  auto functionOf = [&](ArrayRef<nn::KernelOp> members, ArrayRef<KernelStrides> strides) {
    return kernels.functionOf(members, strides);
  };
  int64_t firstKernel = 0;
  for (const Body &body : model.bodies)
    emitDriver(*module, model, body, level, functionOf, firstKernel);
  return module;
}
