//===- ModelTable.cpp - the mg_model of a model, as data ------------------===//

#include "codegen/emit/ModelTable.h"
#include "codegen/emit/CStruct.h"
#include "runtime/abi.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

Function *codegen::runtimeFunction(Module &module, StringRef model, StringRef name) {
  return module.getFunction((model + "__" + name).str());
}

static Constant *makeIntegers(Module &module, Type *type, ArrayRef<int64_t> values, const Twine &name) {
  auto elements = map_to_vector(
      values, [&](int64_t value) -> Constant * { return ConstantInt::getSigned(cast<IntegerType>(type), value); });
  return makeArray(module, elements, type->getIntegerBitWidth() / 8, name);
}

/// An array of pointers to what `make` makes of each item.
template <typename Items, typename Make>
static Constant *makePointers(Module &module, const Items &items, const Twine &name, Make make) {
  SmallVector<Constant *> pointers;
  for (const auto &item : items)
    pointers.push_back(make(item));
  return makeArray(module, pointers, sizeof(void *), name);
}

//===- The description's parts ----------------------------------------------===//

static int64_t encodeDim(const InterfaceDim &dim) {
  switch (dim.kind) {
  case InterfaceDim::Constant:
    return dim.value;
  case InterfaceDim::Symbol:
    return MG_DIM_SYMBOL(dim.value);
  case InterfaceDim::Computed:
    return MG_DIM_COMPUTED;
  case InterfaceDim::Data:
    return MG_DIM_DATA;
  }
  llvm_unreachable("all kinds are handled");
}

static Constant *makePort(Module &module, const InterfacePort &port) {
  Type *int64 = Type::getInt64Ty(module.getContext());
  uint32_t flags = port.mayBeNull ? MG_PORT_MAY_BE_NULL : 0;
  if (port.kind == MG_TENSOR && port.hasDataDims())
    flags |= MG_PORT_DATA_DIMS;
  CStruct table(module, sizeof(mg_port));
  table.set(MARGAY_FIELD(mg_port, name), makeString(module, port.name))
      .set(MARGAY_FIELD(mg_port, dtype), port.dtype)
      .set(MARGAY_FIELD(mg_port, rank), port.dims.size())
      .set(MARGAY_FIELD(mg_port, dims), makeIntegers(module, int64, map_to_vector(port.dims, encodeDim), "dims"))
      .set(MARGAY_FIELD(mg_port, kind), port.kind)
      .set(MARGAY_FIELD(mg_port, flags), flags);
  return makeTable(module, table.finish(), alignof(mg_port), "port");
}

static Constant *makeSymbol(Module &module, const InterfaceSymbol &symbol) {
  CStruct table(module, sizeof(mg_symbol));
  table.set(MARGAY_FIELD(mg_symbol, name), makeString(module, symbol.name))
      .set(MARGAY_FIELD(mg_symbol, min), symbol.min)
      .set(MARGAY_FIELD(mg_symbol, max), symbol.max.value_or(MG_UNBOUNDED))
      .set(MARGAY_FIELD(mg_symbol, multiple), symbol.multiple)
      .set(MARGAY_FIELD(mg_symbol, input), symbol.input)
      .set(MARGAY_FIELD(mg_symbol, axis), symbol.axis);
  return makeTable(module, table.finish(), alignof(mg_symbol), "symbol");
}

static Constant *makeState(Module &module, const InterfaceState &state) {
  CStruct table(module, sizeof(mg_state));
  table.set(MARGAY_FIELD(mg_state, input), state.input).set(MARGAY_FIELD(mg_state, output), state.output);
  return makeTable(module, table.finish(), alignof(mg_state), "state");
}

//===- The program ----------------------------------------------------------===//

static uint64_t featuresOf(const Level &level) {
  switch (level.isa) {
  case MG_ISA_X86_64_V2:
    return MG__FEATURES_X86_64_V2;
  case MG_ISA_X86_64_V3:
    return MG__FEATURES_X86_64_V3;
  case MG_ISA_X86_64_V4:
    return MG__FEATURES_X86_64_V4;
  case MG_ISA_X86_64_V4_BF16:
    return MG__FEATURES_X86_64_V4_BF16;
  }
  llvm_unreachable("a level that abi.h does not know");
}

static Constant *makeLevel(Module &module, const Level &level) {
  auto *type = FunctionType::get(Type::getInt32Ty(module.getContext()), {PointerType::getUnqual(module.getContext())},
                                 /*isVarArg=*/false);
  auto *driver = cast<Constant>(module.getOrInsertFunction("mg__driver_" + level.symbol(), type).getCallee());
  return CStruct(module, sizeof(mg__level))
      .set(MARGAY_FIELD(mg__level, isa), level.isa)
      .set(MARGAY_FIELD(mg__level, features), featuresOf(level))
      .set(MARGAY_FIELD(mg__level, driver), driver)
      .finish();
}

Constant *codegen::makeProgram(Module &module, const EntryDescription &entry, Function *shapes, Function *sizes) {
  auto levels = map_to_vector(reverse(entry.levels), [&](const Level &level) { return makeLevel(module, level); });
  CStruct program(module, sizeof(mg__program));
  program.set(MARGAY_FIELD(mg__program, levels), makeArray(module, levels, alignof(mg__level), "levels"))
      .set(MARGAY_FIELD(mg__program, n_levels), levels.size())
      .set(MARGAY_FIELD(mg__program, shapes), shapes)
      .set(MARGAY_FIELD(mg__program, sizes), sizes);
  if (entry.embeddedWeights)
    program.set(MARGAY_FIELD(mg__program, weights),
                module.getOrInsertGlobal("mg__weights", Type::getInt8Ty(module.getContext())));
  return makeTable(module, program.finish(), alignof(mg__program), "program");
}

//===- The model ------------------------------------------------------------===//

/// How many dims `shapes` writes.
static size_t countDims(const Interface &interface) {
  size_t count = 0;
  for (const auto *ports : {&interface.inputs, &interface.outputs})
    for (const InterfacePort &port : *ports)
      count += port.dims.size();
  return count;
}

GlobalVariable *codegen::makeModelTable(Module &module, const EntryDescription &entry, Constant *program) {
  const Interface &interface = entry.interface;
  Type *int32 = Type::getInt32Ty(module.getContext());
  auto port = [&](const InterfacePort &port) { return makePort(module, port); };
  auto symbol = [&](const InterfaceSymbol &symbol) { return makeSymbol(module, symbol); };
  auto state = [&](const InterfaceState &state) { return makeState(module, state); };
  auto text = [&](const std::string &text) { return makeString(module, text); };
  auto function = [&](StringRef name) { return runtimeFunction(module, interface.name, name); };
  auto levels = map_to_vector(reverse(entry.levels), [](const Level &level) -> int64_t { return level.isa; });

  CStruct model(module, sizeof(mg_model));
  model.set(MARGAY_FIELD(mg_model, size), sizeof(mg_model))
      .set(MARGAY_FIELD(mg_model, abi), MARGAY_ABI)
      .set(MARGAY_FIELD(mg_model, name), text(interface.name))
      .set(MARGAY_FIELD(mg_model, version), text(interface.version))
      .set(MARGAY_FIELD(mg_model, hash), interface.hash)
      .set(MARGAY_FIELD(mg_model, weights_hash), interface.weightsHash)
      .set(MARGAY_FIELD(mg_model, weights_bytes), interface.weightsBytes)
      .set(MARGAY_FIELD(mg_model, align), interface.align)
      .set(MARGAY_FIELD(mg_model, max_arena_bytes), interface.maxArenaBytes.value_or(0))
      .set(MARGAY_FIELD(mg_model, n_inputs), interface.inputs.size())
      .set(MARGAY_FIELD(mg_model, n_outputs), interface.outputs.size())
      .set(MARGAY_FIELD(mg_model, n_symbols), interface.symbols.size())
      .set(MARGAY_FIELD(mg_model, n_states), interface.states.size())
      .set(MARGAY_FIELD(mg_model, n_isa_levels), levels.size())
      .set(MARGAY_FIELD(mg_model, n_kernels), interface.kernels.size())
      .set(MARGAY_FIELD(mg_model, n_dims), countDims(interface))
      .set(MARGAY_FIELD(mg_model, inputs), makePointers(module, interface.inputs, "inputs", port))
      .set(MARGAY_FIELD(mg_model, outputs), makePointers(module, interface.outputs, "outputs", port))
      .set(MARGAY_FIELD(mg_model, symbols), makePointers(module, interface.symbols, "symbols", symbol))
      .set(MARGAY_FIELD(mg_model, states), makePointers(module, interface.states, "states", state))
      .set(MARGAY_FIELD(mg_model, isa_levels), makeIntegers(module, int32, levels, "isa_levels"))
      .set(MARGAY_FIELD(mg_model, kernels), makePointers(module, interface.kernels, "kernels", text))
      .set(MARGAY_FIELD(mg_model, program), program)
      .set(MARGAY_FIELD(mg_model, call), function("enter"))
      .set(MARGAY_FIELD(mg_model, run), function("run"))
      .set(MARGAY_FIELD(mg_model, arena_bytes), function("arena_bytes"))
      .set(MARGAY_FIELD(mg_model, shapes), function("shapes"))
      .set(MARGAY_FIELD(mg_model, instance_bytes), function("instance_bytes"))
      .set(MARGAY_FIELD(mg_model, open), function("open"))
      .set(MARGAY_FIELD(mg_model, close), function("close"))
      .set(MARGAY_FIELD(mg_model, check_weights), function("check_weights"));

  // References go through the global offset table: a program that is linked against a shared library may hold a copy of
  // the structure, whose address then counts for both, and instances know their model by its address.
  auto *table = makeTable(module, model.finish(), alignof(mg_model), interface.name + "_model");
  table->setUnnamedAddr(GlobalValue::UnnamedAddr::None);
  table->setLinkage(GlobalValue::ExternalLinkage);
  table->setDSOLocal(false);
  return table;
}
