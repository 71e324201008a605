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
  explicit KernelFunctions(const Level &level) : level(level) {}

  /// The function of a kernel whose tensors lie in memory like this.
  StringRef functionOf(nn::KernelOp kernel, const KernelStrides &strides) {
    auto [entry, isNew] = kernels.try_emplace(key(kernel, strides));
    if (isNew) {
      entry->second = ("mg__kernel_" + level.symbol() + "_" + Twine(kernels.size() - 1)).str();
      functions.push_back({.name = entry->second, .members = {kernel}, .strides = strides, .parts = {}});
    }
    return entry->second;
  }

  /// The function of a chain, or of the one kernel that there is.
  StringRef functionOf(ArrayRef<nn::KernelOp> members, ArrayRef<KernelStrides> strides) {
    if (members.size() == 1)
      return functionOf(members.front(), strides.front());
    std::vector<std::string> parts;
    for (auto [member, itsStrides] : llvm::zip_equal(members, strides))
      parts.push_back(functionOf(member, itsStrides).str());
    auto [entry, isNew] = chains.try_emplace(llvm::join(parts, "+"));
    if (isNew) {
      entry->second = ("mg__chain_" + level.symbol() + "_" + Twine(chains.size() - 1)).str();
      functions.push_back(
          {.name = entry->second, .members = llvm::to_vector(members), .strides = {}, .parts = std::move(parts)});
    }
    return entry->second;
  }

  std::vector<KernelFunction> take() { return std::move(functions); }

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

  const Level &level;
  std::vector<KernelFunction> functions;
  llvm::StringMap<std::string> kernels, chains; ///< Their functions.
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

LevelCode codegen::emitLevel(const Model &model, const Level &level) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(model.main().getContext()));
  declareRuntime(*module);
  KernelFunctions kernels(level);
  auto functionOf = [&](ArrayRef<nn::KernelOp> members, ArrayRef<KernelStrides> strides) {
    return kernels.functionOf(members, strides);
  };
  int64_t firstKernel = 0;
  for (const Body &body : model.bodies)
    emitDriver(*module, model, body, level, functionOf, firstKernel);
  return {.driver = std::move(module), .functions = kernels.take()};
}

void codegen::emitFunction(ModuleOp module, const KernelFunction &function, const Model &model, const Level &level) {
  if (!function.parts.empty())
    return emitChain(module, function.name, function.members, function.parts, model.symbols.size(), level);
  nn::KernelOp kernel = function.members.front();
  KernelBuilder builder(module, function.name, kernel, function.strides, model.symbols, level);
  algorithmOf(kernel).emit(builder);
}
