//===- Driver.cpp - the straight-line code of a function ------------------===//
//
//   mg__driver(frame):
//     args = {inputs, outputs, symbols of kernel 0}
//     mg__parallel(frame, kernel 0, args, units, units in a task, NULL, 0)
//     args = {inputs, outputs, symbols of kernel 1, phases 0 … their number}     where its algorithm has phases
//     mg__parallel(frame, kernel 1, args, units, units in a task, &phases, 1)
//     …
//
// nn.if and nn.loop call the drivers of other functions with a frame that differs in inputs, outputs and arena.
//
// Where sizes depend on data, an nn.prefix reads one once it is known. When all are, the caller's outputs are looked
// at:
//
//     if (mg__fit(frame, dims of those outputs) == MG_OK) { the other kernels; only they write outputs }
//
//
//===----------------------------------------------------------------------===//

#include "codegen/driver/Driver.h"
#include "codegen/driver/Chain.h"
#include "codegen/kernels/Channels.h"
#include "codegen/kernels/DimValue.h"
#include "codegen/kernels/TaskFunction.h"
#include "codegen/plans/Bands.h"
#include "codegen/plans/Plans.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "runtime/abi.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

static_assert(sizeof(mg_status) == 4 && sizeof(void *) == 8,
              "the driver is emitted for 64-bit pointers and 32-bit statuses");

static std::string driverName(const Level &level, StringRef function) {
  std::string suffix = function == nn::mainFunction ? "" : ("_" + function).str();
  return ("mg__driver_" + Twine(level.symbol()) + suffix).str();
}

static Placement placementOf(const Model &model, const Body &body, OpOperand &operand) {
  if (auto found = model.weights.find(&operand); found != model.weights.end())
    return {Placement::Weights, 0, nn::constantDim(operand.getOwner()->getContext(), found->second),
            nn::columnsOf(operand.get().getType())};
  return body.memory.placements.lookup(operand.get());
}

static KernelStrides stridesOf(const Model &model, const Body &body, nn::KernelOp kernel) {
  KernelStrides strides;
  for (OpOperand &operand : kernel->getOpOperands())
    strides.inputs.push_back(placementOf(model, body, operand).rowStride);
  for (Value result : kernel.getResults())
    strides.outputs.push_back(body.memory.placements.lookup(result).rowStride);
  return strides;
}

namespace {

class DriverEmitter : public Emit {
public:
  DriverEmitter(OpBuilder builder, Location loc, const Model &model, const Body &body, const Level &level, Value frame)
      : Emit(builder, loc, level), model(model), body(body), frame(frame),
        pointer(LLVM::LLVMPointerType::get(builder.getContext())), i64(builder.getI64Type()) {
    inputs = field(offsetof(mg__frame, inputs));
    outputs = field(offsetof(mg__frame, outputs));
    arena = field(offsetof(mg__frame, arena));
    weights = field(offsetof(mg__frame, weights));
    symbolArray = field(offsetof(mg__frame, symbols));
    readSymbols();
  }

  /// Runs all steps; `functions` are those of the kernels among them. The status of the call.
  Value steps(ArrayRef<StringRef> functions, int64_t &number);

private:
  Value field(size_t offset) { return load(pointer, at(frame, static_cast<int64_t>(offset), builder.getI8Type())); }

  Value address(const Placement &placement);
  Value address(OpOperand &operand) { return address(placementOf(model, body, operand)); }
  Value address(Value result) { return address(body.memory.placements.lookup(result)); }
  Value bufferAddress(int64_t number) {
    return at(arena, dimValue(*this, body.memory.buffers[number].offset, symbols), builder.getI8Type());
  }
  Value bytesOf(Type type) {
    DimAttr elements = nn::product(builder.getContext(), nn::dimsOf(type));
    return dimValue(*this, elements * storageBytes(cast<RankedTensorType>(type).getElementType()), symbols);
  }

  bool isMain() const { return body.function == model.main(); }
  ArrayRef<Type> resultTypes() const { return func::FuncOp(body.function).getResultTypes(); }
  void readSymbols();
  void bind(nn::PrefixOp op);
  Value fitOutputs();
  /// The step behind which all sizes are known that depend on data; null if there are none, or not for the caller.
  Operation *lastBinding() const;
  void run(Operation *step);
  void runKernel(nn::KernelOp kernel, StringRef function, int64_t number, Value args);
  Value array(int64_t words) { return LLVM::AllocaOp::create(builder, loc, pointer, i64, constant(words), 8); }
  void copy(Value from, Value to, Value bytes);
  void callBody(StringRef callee, Value arena, Value inputs, Value outputs, Value inner);
  Value isTrue(Value pointer);
  void runIf(nn::IfOp op);
  void runLoop(nn::LoopOp op);

  const Model &model;
  const Body &body;
  Value frame, inputs, outputs, arena, weights, symbolArray;
  SymbolValues symbols;
  // Of the kernels that are left to run.
  ArrayRef<StringRef> functions;
  int64_t number = 0;
  Value args;
  Type pointer, i64;
};

} // namespace

/// Sizes that depend on data are no arguments. The array of all lives in the driver of `main`.
void DriverEmitter::readSymbols() {
  Value given = symbolArray;
  bool hasDataSymbols = llvm::any_of(model.symbols, [](nn::SymbolAttr symbol) { return bool(symbol.getBound()); });
  if (isMain() && hasDataSymbols)
    symbolArray = array(static_cast<int64_t>(model.symbols.size()));
  for (auto [index, symbol] : llvm::enumerate(model.symbols)) {
    bool isLater = isMain() && symbol.getBound();
    Value value = isLater ? constant(0) : load(i64, at(given, static_cast<int64_t>(index), i64));
    symbols[symbol.getName()] = value;
    if (symbolArray != given)
      store(value, at(symbolArray, static_cast<int64_t>(index), i64));
  }
}

void DriverEmitter::bind(nn::PrefixOp op) {
  Value count = load(i64, address(op.getCountMutable()));
  auto isThis = [&](nn::SymbolAttr symbol) { return symbol.getName() == op.getSymbol(); };
  int64_t index = llvm::find_if(model.symbols, isThis) - model.symbols.begin();
  store(count, at(symbolArray, index, i64));
  symbols[op.getSymbol()] = count;
}

Operation *DriverEmitter::lastBinding() const {
  auto bindings = llvm::make_filter_range(body.steps, [](Operation *step) { return isa<nn::PrefixOp>(step); });
  return isMain() && !bindings.empty() ? *std::prev(bindings.end()) : nullptr;
}

/// Asks the runtime whether the outputs whose sizes depend on data have room.
Value DriverEmitter::fitOutputs() {
  SmallVector<DimAttr> all;
  for (Type type : resultTypes())
    if (SmallVector<DimAttr> dims = nn::dimsOf(type); model.hasDataDims(type))
      llvm::append_range(all, dims);
  Value dims = array(static_cast<int64_t>(all.size()) + 1);
  for (auto [index, dim] : llvm::enumerate(all))
    store(dimValue(*this, dim, symbols), at(dims, static_cast<int64_t>(index), i64));
  return LLVM::CallOp::create(builder, loc, TypeRange(builder.getI32Type()), "mg__fit", ValueRange{frame, dims})
      .getResult();
}

Value DriverEmitter::address(const Placement &placement) {
  Value base;
  DimAttr offset = placement.offset;
  switch (placement.kind) {
  case Placement::Input:
    base = load(pointer, at(inputs, placement.index, pointer));
    break;
  case Placement::Output:
    base = load(pointer, at(outputs, placement.index, pointer));
    if (isMain() && model.hasDataDims(resultTypes()[placement.index]))
      base = load(pointer, at(base, int64_t(offsetof(mg_output, data)), builder.getI8Type()));
    break;
  case Placement::Weights:
    base = weights;
    break;
  case Placement::Arena:
    base = arena;
    offset = offset + body.memory.buffers[placement.index].offset;
    break;
  case Placement::Scratch: // The chain knows.
    return LLVM::ZeroOp::create(builder, loc, pointer);
  }
  return at(base, dimValue(*this, offset, symbols), builder.getI8Type());
}

void DriverEmitter::runKernel(nn::KernelOp kernel, StringRef function, int64_t number, Value args) {
  int64_t word = 0;
  auto pass = [&](Value value) { store(value, at(args, word++, i64)); };
  for (nn::KernelOp member : chainOf(kernel)) {
    for (OpOperand &operand : member->getOpOperands())
      pass(address(operand));
    for (Value result : member.getResults())
      pass(address(result));
    for (nn::SymbolAttr symbol : model.symbols)
      pass(symbols[symbol.getName()]);
  }
  const Algorithm &algorithm = algorithmOf(kernel);
  Value phases = LLVM::ZeroOp::create(builder, loc, pointer);
  if (algorithm.phases) {
    static_assert(offsetof(mg__phases, begin) == 0 && offsetof(mg__phases, end) == 8);
    phases = at(args, word, i64);
    pass(constant(0));
    pass(dimValue(*this, algorithm.phases(kernel), symbols));
  }
  Value units = dimValue(*this, chainUnits(kernel), symbols);
  Value task = algorithm.taskOfCall ? dimValue(*this, algorithm.taskOfCall(kernel), symbols)
                                    : constant(kernel.getPlan()->get("task", 1));
  Value code = LLVM::AddressOfOp::create(builder, loc, pointer, function);
  Value index = LLVM::ConstantOp::create(builder, loc, builder.getI32Type(), builder.getI32IntegerAttr(number));
  LLVM::CallOp::create(builder, loc, TypeRange(), "mg__parallel",
                       ValueRange{frame, code, args, units, task, phases, index});
}

/// Not llvm.memcpy, which could become a call of a library.
void DriverEmitter::copy(Value from, Value to, Value bytes) {
  Type i8 = builder.getI8Type();
  forElements(*this, constant(0), bytes, int64_t(4) * level.lanes(4), [&](Value index, int64_t lanes) {
    store(load(vectorOf(i8, lanes), at(from, index, i8)), at(to, index, i8));
  });
}

/// Calls another function's driver with a copy of this frame, `inner`, in which these are replaced.
void DriverEmitter::callBody(StringRef callee, Value arena, Value inputs, Value outputs, Value inner) {
  auto set = [&](size_t offset, Value value) {
    store(value, at(inner, static_cast<int64_t>(offset), builder.getI8Type()));
  };
  set(offsetof(mg__frame, arena), arena);
  set(offsetof(mg__frame, inputs), inputs);
  set(offsetof(mg__frame, outputs), outputs);
  set(offsetof(mg__frame, symbols), symbolArray);
  LLVM::CallOp::create(builder, loc, TypeRange(builder.getI32Type()), driverName(level, callee), ValueRange{inner});
}

Value DriverEmitter::isTrue(Value pointer) {
  Value byte = load(builder.getI8Type(), pointer);
  Value zero = constantVector(builder.getI8Type(), 1, 0);
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, byte, zero);
}

void DriverEmitter::runIf(nn::IfOp op) {
  Value inner = array(sizeof(mg__frame) / sizeof(int64_t));
  copy(frame, inner, constant(sizeof(mg__frame)));
  Value in = array(op.getInputs().size() + 1), out = array(op.getNumResults() + 1);
  for (auto [index, operand] : llvm::enumerate(op.getInputsMutable()))
    store(address(operand), at(in, static_cast<int64_t>(index), pointer));
  for (auto [index, result] : llvm::enumerate(op.getResults()))
    store(address(result), at(out, static_cast<int64_t>(index), pointer));
  SmallVector<StringRef> callees = calleesOf(op);
  Value memory = bufferAddress(body.memory.steps.lookup(op).arena);
  Value condition = isTrue(address(op.getConditionMutable()));
  Value otherwise = arith::XOrIOp::create(builder, loc, condition, constantVector(builder.getI1Type(), 1, 1));
  when(condition, [&] { callBody(callees[0], memory, in, out, inner); });
  when(otherwise, [&] { callBody(callees[1], memory, in, out, inner); });
}

/// The carried values live where the results are; a trip makes new ones beside, which then take their place.
void DriverEmitter::runLoop(nn::LoopOp op) {
  const StepMemory &memory = body.memory.steps.find(op)->second;
  size_t carried = op.getCarried().size();
  Value inner = array(sizeof(mg__frame) / sizeof(int64_t));
  copy(frame, inner, constant(sizeof(mg__frame)));
  Value in = array(op.getCarried().size() + op.getInputs().size() + 1), out = array(op.getNumResults() + 1);
  Value tripNumber = bufferAddress(memory.trip), goesOn = bufferAddress(memory.condition),
        arena = bufferAddress(memory.arena);
  int64_t next = 0;
  auto give = [&](Value address) { store(address, at(in, next++, pointer)); };
  give(tripNumber);
  for (auto [operand, result] : llvm::zip_first(op.getCarriedMutable(), op.getResults())) {
    copy(address(operand), address(result), bytesOf(result.getType()));
    give(address(result));
  }
  for (OpOperand &operand : op.getInputsMutable())
    give(address(operand));
  store(goesOn, at(out, int64_t(0), pointer));
  for (auto [index, number] : llvm::enumerate(memory.carried))
    store(bufferAddress(number), at(out, static_cast<int64_t>(index) + 1, pointer));

  // Addresses that do not change are computed before the loop.
  SmallVector<std::pair<Value, Value>> scans; // Where the slices begin, and their bytes.
  for (Value result : op.getResults().drop_front(carried)) {
    SmallVector<DimAttr> dims = nn::dimsOf(result.getType());
    Type slice = nn::tensorOf(ArrayRef(dims).drop_front(), cast<RankedTensorType>(result.getType()).getElementType());
    scans.emplace_back(address(result), bytesOf(slice));
  }
  Value limit = constant(std::numeric_limits<int64_t>::max());
  if (op.getTrips())
    limit = load(i64, address(op.getTripsMutable()[0]));
  Value begins = constantVector(builder.getI1Type(), 1, 1);
  if (op.getCondition())
    begins = isTrue(address(op.getConditionMutable()[0]));
  SmallVector<Value> results, makings, sizes;
  for (auto [index, number] : llvm::enumerate(memory.carried)) {
    results.push_back(address(op.getResult(index)));
    makings.push_back(bufferAddress(number));
    sizes.push_back(bytesOf(op.getResult(index).getType()));
  }
  StringRef callee = calleesOf(op)[0];
  auto before = [&](OpBuilder &nested, Location, ValueRange state) {
    OpBuilder::InsertionGuard guard(builder);
    builder = nested;
    Value more = arith::AndIOp::create(builder, loc, less(state[0], limit), state[1]);
    scf::ConditionOp::create(builder, loc, more, state);
  };
  auto after = [&](OpBuilder &nested, Location, ValueRange state) {
    OpBuilder outer = builder;
    builder = nested;
    store(state[0], tripNumber);
    for (auto [index, scan] : llvm::enumerate(scans)) {
      auto [base, bytes] = scan;
      store(at(base, mul(state[0], bytes), builder.getI8Type()),
            at(out, static_cast<int64_t>(1 + carried + index), pointer));
    }
    callBody(callee, arena, in, out, inner);
    for (auto [from, to, bytes] : llvm::zip_equal(makings, results, sizes))
      copy(from, to, bytes);
    scf::YieldOp::create(builder, loc, ValueRange{add(state[0], 1), isTrue(goesOn)});
    builder = outer;
  };
  scf::WhileOp::create(builder, loc, TypeRange{i64, builder.getI1Type()}, ValueRange{constant(0), begins}, before,
                       after);
}

void DriverEmitter::run(Operation *step) {
  if (auto kernel = dyn_cast<nn::KernelOp>(step)) {
    if (isInner(kernel))
      return;
    runKernel(kernel, functions.front(), number++, args);
    functions = functions.drop_front();
  } else if (auto op = dyn_cast<nn::IfOp>(step)) {
    runIf(op);
  } else if (auto op = dyn_cast<nn::PrefixOp>(step)) {
    bind(op);
  } else {
    runLoop(cast<nn::LoopOp>(step));
  }
}

Value DriverEmitter::steps(ArrayRef<StringRef> theirFunctions, int64_t &firstNumber) {
  functions = theirFunctions;
  number = firstNumber;
  // One array of arguments serves all kernels: each call returns when it is no longer read.
  constexpr int64_t phases = sizeof(mg__phases) / sizeof(int64_t);
  int64_t words = 1;
  for (Operation *step : body.steps)
    if (auto last = dyn_cast<nn::KernelOp>(step)) {
      int64_t sum = 0;
      for (nn::KernelOp member : chainOf(last))
        sum += argumentWords(member, model.symbols.size());
      words = std::max(words, sum + phases);
    }
  args = array(words);
  Operation *binding = lastBinding();
  auto rest = body.steps.begin();
  while (binding && rest != body.steps.end() && *rest != binding)
    run(*rest++);
  Type i32 = builder.getI32Type();
  Value ok = LLVM::ConstantOp::create(builder, loc, i32, builder.getI32IntegerAttr(MG_OK)), status = ok;
  auto runRest = [&] { std::for_each(rest, body.steps.end(), [&](Operation *step) { run(step); }); };
  if (binding) {
    run(*rest++);
    status = fitOutputs();
    when(arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, status, ok), runRest);
  } else {
    runRest();
  }
  firstNumber = number;
  return status;
}

void codegen::emitDriver(ModuleOp module, const Model &model, const Body &body, const Level &level,
                         FunctionNames functionOf, int64_t &kernelNumber) {
  SmallVector<StringRef> functions;
  for (Operation *step : body.steps)
    if (auto kernel = dyn_cast<nn::KernelOp>(step); kernel && !isInner(kernel)) {
      SmallVector<nn::KernelOp> members = chainOf(kernel);
      functions.push_back(functionOf(
          members, llvm::map_to_vector(members, [&](nn::KernelOp member) { return stridesOf(model, body, member); })));
    }
  for (StringRef function : functions)
    declareTaskFunction(module, function);
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Type i32 = builder.getI32Type();
  auto type = LLVM::LLVMFunctionType::get(i32, {LLVM::LLVMPointerType::get(builder.getContext())});
  func::FuncOp source = body.function;
  bool isMain = source.getName() == nn::mainFunction;
  auto function = LLVM::LLVMFuncOp::create(builder, module->getLoc(), driverName(level, source.getName()), type,
                                           isMain ? LLVM::Linkage::External : LLVM::Linkage::Internal);
  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  DriverEmitter emitter(builder, module->getLoc(), model, body, level, entry->getArgument(0));
  Value status = emitter.steps(functions, kernelNumber);
  builder.setInsertionPointToEnd(entry);
  LLVM::ReturnOp::create(builder, module->getLoc(), status);
}
