//===- EntryModule.cpp - the part of a model that callers see -------------===//

#include "codegen/emit/EntryModule.h"
#include "codegen/emit/CStruct.h"
#include "codegen/emit/DimCode.h"
#include "codegen/emit/ModelTable.h"
#include "codegen/emit/Runtime.h"
#include "ir/Fault.h"
#include "runtime/abi.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

//===- Checking the description ---------------------------------------------===//

static Error contradiction(const Twine &what) {
  return makeFault(Fault::Internal, "the description of the model's interface: " + what);
}

static Error checkPorts(ArrayRef<InterfacePort> ports, ArrayRef<std::vector<nn::DimAttr>> dims) {
  if (ports.size() != dims.size())
    return contradiction("not every port has dimensions");
  for (auto [port, portDims] : zip(ports, dims)) {
    if (port.dims.size() != portDims.size())
      return contradiction("the rank of '" + port.name + "'");
    for (auto [described, dim] : zip(port.dims, portDims))
      if (!dim && described.kind != InterfaceDim::Data)
        return contradiction("a dimension of '" + port.name + "' is missing");
  }
  return Error::success();
}

static Error checkDescription(const EntryDescription &entry) {
  const Interface &interface = entry.interface;
  if (Error error = checkPorts(interface.inputs, entry.inputDims))
    return error;
  if (Error error = checkPorts(interface.outputs, entry.outputDims))
    return error;
  for (const InterfaceState &state : interface.states)
    if (state.input >= interface.inputs.size() || state.output >= interface.outputs.size() ||
        interface.outputs[state.output].hasDataDims())
      return contradiction("a state that cannot be one");
  if (entry.levels.empty())
    return contradiction("no level to run on");
  for (const Level &level : entry.levels)
    if (level.isa < MG_ISA_X86_64_V2 || level.isa > MG_ISA_X86_64_V4_BF16)
      return contradiction("level '" + level.name + "' is unknown to the runtime");
  return Error::success();
}

static Error checkRuntime(Module &module, StringRef model) {
  for (StringRef name : runtimeFunctions)
    if (!runtimeFunction(module, model, name))
      return makeFault(Fault::Internal, "the runtime has no function mg__" + name);
  return Error::success();
}

//===- Building -------------------------------------------------------------===//

namespace {

class EntryBuilder {
public:
  EntryBuilder(Module &module, const EntryDescription &entry)
      : module(module), entry(entry), interface(entry.interface), builder(module.getContext()),
        int32(builder.getInt32Ty()), int64(builder.getInt64Ty()), pointer(builder.getPtrTy()) {}

  Error build();

private:
  // What the runtime asks of the model.
  Expected<Function *> makeShapes();
  Expected<Function *> makeSizes();
  DimCode dimCode(Value *symbols);

  // What the model exports.
  void makeTypedFunction();
  void makeArenaBytes();
  void makeForwarder(StringRef name, Type *result, ArrayRef<Type *> parameters);

  Function *startFunction(const Twine &name, Type *result, ArrayRef<Type *> parameters,
                          GlobalValue::LinkageTypes linkage);
  void returnCall(StringRef name, ArrayRef<Value *> arguments);
  Value *makeArray(Type *element, size_t count, const Twine &name);
  void store(Value *value, Value *array, size_t index);
  Value *fieldOf(Value *structure, CField field);

  Module &module;
  const EntryDescription &entry;
  const Interface &interface;
  IRBuilder<> builder;
  Type *int32, *int64, *pointer;
  GlobalVariable *model = nullptr;
};

} // namespace

Function *EntryBuilder::startFunction(const Twine &name, Type *result, ArrayRef<Type *> parameters,
                                      GlobalValue::LinkageTypes linkage) {
  Function *function = Function::Create(FunctionType::get(result, parameters, /*isVarArg=*/false), linkage,
                                        interface.name + name, module);
  builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "entry", function));
  return function;
}

/// A local array, or a null pointer where it would have no elements.
Value *EntryBuilder::makeArray(Type *element, size_t count, const Twine &name) {
  if (count == 0)
    return ConstantPointerNull::get(builder.getPtrTy());
  return builder.CreateAlloca(ArrayType::get(element, count), nullptr, name);
}

void EntryBuilder::store(Value *value, Value *array, size_t index) {
  builder.CreateStore(value, builder.CreateConstInBoundsGEP1_64(value->getType(), array, index));
}

Value *EntryBuilder::fieldOf(Value *structure, CField field) {
  return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), structure, field.offset);
}

void EntryBuilder::returnCall(StringRef name, ArrayRef<Value *> arguments) {
  CallInst *call = builder.CreateCall(runtimeFunction(module, interface.name, name), arguments);
  if (call->getType()->isVoidTy())
    builder.CreateRetVoid();
  else
    builder.CreateRet(call);
}

//===- Shapes and sizes -----------------------------------------------------===//

DimCode EntryBuilder::dimCode(Value *symbols) {
  return DimCode(builder, [this, symbols](StringRef name) -> Value * {
    for (auto [index, symbol] : enumerate(interface.symbols))
      if (symbol.name == name)
        return builder.CreateLoad(int64, builder.CreateConstInBoundsGEP1_64(int64, symbols, index), name);
    return nullptr;
  });
}

/// void shapes(const int64_t *symbols, int64_t *dims)
Expected<Function *> EntryBuilder::makeShapes() {
  Function *function =
      startFunction("__port_dims", builder.getVoidTy(), {pointer, pointer}, GlobalValue::InternalLinkage);
  DimCode code = dimCode(function->getArg(0));
  size_t at = 0;
  for (const auto *ports : {&entry.inputDims, &entry.outputDims})
    for (const std::vector<nn::DimAttr> &dims : *ports)
      for (nn::DimAttr dim : dims) {
        Expected<Value *> value = dim ? code.emit(dim) : builder.getInt64(-1); // -1: there is no bound
        if (!value)
          return value.takeError();
        store(*value, function->getArg(1), at++);
      }
  builder.CreateRetVoid();
  return function;
}

/// void sizes(const int64_t *symbols, mg__sizes *sizes)
Expected<Function *> EntryBuilder::makeSizes() {
  Function *function =
      startFunction("__arena_parts", builder.getVoidTy(), {pointer, pointer}, GlobalValue::InternalLinkage);
  DimCode code = dimCode(function->getArg(0));
  const std::pair<nn::DimAttr, CField> parts[] = {{entry.sharedBytes, MARGAY_FIELD(mg__sizes, shared)},
                                                  {entry.scratchBytes, MARGAY_FIELD(mg__sizes, scratch)}};
  for (auto [dim, field] : parts) {
    Expected<Value *> value = code.emit(dim);
    if (!value)
      return value.takeError();
    // Buffers of no elements, or of dimensions that a call will be refused for, take nothing from the others.
    Value *bytes = builder.CreateBinaryIntrinsic(Intrinsic::smax, *value, builder.getInt64(0));
    builder.CreateStore(bytes, fieldOf(function->getArg(1), field));
  }
  builder.CreateRetVoid();
  return function;
}

//===- Exported functions ---------------------------------------------------===//

/// mg_status model(symbols…, inputs…, outputs…, arena, arena_bytes, options)
void EntryBuilder::makeTypedFunction() {
  const std::vector<Parameter> parameters = parametersOf(interface);
  auto types = map_to_vector(parameters, [&](const Parameter &parameter) {
    bool isInteger = is_contained({Parameter::Symbol, Parameter::Capacity, Parameter::ArenaBytes}, parameter.role);
    return isInteger ? int64 : pointer;
  });
  Function *function = startFunction("", int32, types, GlobalValue::ExternalLinkage);

  Value *symbols = makeArray(int64, interface.symbols.size(), "symbols");
  Value *inputs = makeArray(pointer, interface.inputs.size(), "inputs");
  Value *outputs = makeArray(pointer, interface.outputs.size(), "outputs");
  Value *output = nullptr; // the mg_output that is being filled in
  Value *arena = nullptr, *arenaBytes = nullptr, *options = nullptr;
  for (auto [parameter, argument] : zip(parameters, make_pointer_range(function->args()))) {
    const size_t index = parameter.index;
    argument->setName(parameter.name);
    switch (parameter.role) {
    case Parameter::Symbol:
      store(argument, symbols, index);
      break;
    case Parameter::Input:
      store(argument, inputs, index);
      break;
    case Parameter::State:
      store(argument, inputs, index);
      store(argument, outputs, *stateOfInput(interface, index));
      break;
    case Parameter::Output:
      output = argument;
      if (interface.outputs[index].kind == MG_TENSOR && interface.outputs[index].hasDataDims()) {
        output = makeArray(int64, sizeof(mg_output) / sizeof(int64_t), argument->getName() + "_output");
        builder.CreateStore(argument, fieldOf(output, MARGAY_FIELD(mg_output, data)));
      }
      store(output, outputs, index);
      break;
    case Parameter::Capacity:
      builder.CreateStore(argument, fieldOf(output, MARGAY_FIELD(mg_output, capacity)));
      break;
    case Parameter::Dims:
      builder.CreateStore(argument, fieldOf(output, MARGAY_FIELD(mg_output, dims)));
      break;
    case Parameter::Arena:
      arena = argument;
      break;
    case Parameter::ArenaBytes:
      arenaBytes = argument;
      break;
    case Parameter::Options:
      options = argument;
      break;
    }
  }
  returnCall("enter", {model, symbols, inputs, outputs, arena, arenaBytes, options});
}

/// size_t model_arena_bytes(symbols…, options)
void EntryBuilder::makeArenaBytes() {
  SmallVector<Type *> types(interface.symbols.size(), int64);
  types.push_back(pointer);
  Function *function = startFunction("_arena_bytes", int64, types, GlobalValue::ExternalLinkage);
  Value *symbols = makeArray(int64, interface.symbols.size(), "symbols");
  for (auto [index, symbol] : enumerate(interface.symbols)) {
    function->getArg(index)->setName(symbol.cName);
    store(function->getArg(index), symbols, index);
  }
  returnCall("arena_bytes", {model, symbols, function->getArg(types.size() - 1)});
}

/// model_<name>(parameters…), which goes on as mg__<name>(&model_model, parameters…).
void EntryBuilder::makeForwarder(StringRef name, Type *result, ArrayRef<Type *> parameters) {
  Function *function = startFunction("_" + name, result, parameters, GlobalValue::ExternalLinkage);
  SmallVector<Value *> arguments = {model};
  append_range(arguments, make_pointer_range(function->args()));
  returnCall(name, arguments);
}

Error EntryBuilder::build() {
  Expected<Function *> shapes = makeShapes();
  if (!shapes)
    return shapes.takeError();
  Expected<Function *> sizes = makeSizes();
  if (!sizes)
    return sizes.takeError();
  model = makeModelTable(module, entry, makeProgram(module, entry, *shapes, *sizes));

  makeTypedFunction();
  makeArenaBytes();
  makeForwarder("instance_bytes", int64, {pointer});
  makeForwarder("open", int32, {pointer, int64, pointer});
  makeForwarder("close", builder.getVoidTy(), {pointer});
  makeForwarder("check_weights", int32, {pointer, int64, pointer});
  return Error::success();
}

Expected<std::unique_ptr<Module>> codegen::makeEntryModule(LLVMContext &context, const EntryDescription &entry) {
  if (Error error = checkDescription(entry))
    return error;
  Expected<std::unique_ptr<Module>> module = declareRuntime(context, entry.interface.name);
  if (!module)
    return module.takeError();
  if (Error error = checkRuntime(**module, entry.interface.name))
    return error;
  if (Error error = EntryBuilder(**module, entry).build())
    return error;
  nameSymbols(**module, entry.interface.name); // the drivers and the weights
  return module;
}
