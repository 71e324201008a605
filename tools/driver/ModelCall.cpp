//===- ModelCall.cpp - a call of a compiled model -------------------------===//

#include "tools/driver/ModelCall.h"
#include "ir/Fault.h"
#include "runtime/include/margay_pool.h"
#include "llvm/ADT/STLExtras.h"

using namespace margay;
using namespace margay::driver;

/// Elements that an output of unknown size has room for at first; the call says when that is too few.
static constexpr int64_t firstCapacity = 4096;

llvm::Error margay::driver::statusFault(mg_status status, llvm::StringRef message) {
  std::string text = mg_status_string(status);
  if (!message.empty())
    text += ": " + message.str();
  switch (status) {
  case MG_E_ARG:
  case MG_E_SHAPE:
  case MG_E_DTYPE:
    return makeFault(Fault::Usage, text);
  case MG_E_ISA:
  case MG_E_DEVICE:
  case MG_E_UNSUPPORTED:
    return makeFault(Fault::Unsupported, text);
  case MG_E_ARENA:
  case MG_E_BOUND:
    return makeFault(Fault::Budget, text);
  case MG_E_WEIGHTS:
    return makeFault(Fault::Io, text);
  default:
    return makeFault(Fault::Internal, "the compiled model returned: " + text);
  }
}

llvm::Expected<InputType> margay::driver::inputType(const mg_port &port) {
  std::optional<Dtype> dtype = dtypeFromNumber(port.dtype);
  if (port.kind != MG_TENSOR || !dtype)
    return makeFault(Fault::Unsupported, "'" + llvm::Twine(port.name) + "' is " +
                                             (port.kind == MG_TENSOR ? "a tensor of " : "a sequence or optional of ") +
                                             mg_dtype_name(port.dtype) + ", which the command line cannot show yet");
  InputType type;
  type.dtype = *dtype;
  for (int32_t axis = 0; axis < port.rank; ++axis)
    type.shape.push_back(port.dims[axis] >= 0 ? port.dims[axis] : -1);
  return type;
}

static mg_tensor describe(Array &array) {
  mg_tensor tensor = {};
  tensor.data = array.bytes.data();
  tensor.device_type = MG_DEVICE_CPU;
  tensor.rank = static_cast<int32_t>(array.shape.size());
  tensor.dtype = static_cast<mg_dtype>(array.dtype);
  tensor.shape = array.shape.data();
  return tensor;
}

llvm::Expected<ModelCall> ModelCall::prepare(const mg_model &model, std::vector<Array> inputs,
                                             const CallOptions &options) {
  ModelCall call(model);
  call.inputs = std::move(inputs);
  call.options.isa = options.isa;
  call.options.weights = options.weights.data();
  call.options.weights_bytes = options.weights.size();
  call.options.profile = options.profile;
  if (options.threads > 1) {
    call.pool.reset(mg_pool_create(options.threads));
    if (!call.pool)
      return makeFault(Fault::Budget, "this machine does not give " + llvm::Twine(options.threads) + " threads");
    call.options.parallel = mg_pool_parallel(call.pool.get());
  }
  auto tensors = llvm::to_vector_of<mg_tensor>(llvm::map_range(call.inputs, describe));
  std::vector<int64_t> symbols(model.n_symbols);
  mg_status status = mg_infer_symbols(&model, tensors.data(), static_cast<int32_t>(tensors.size()), symbols.data());
  if (status != MG_OK)
    return statusFault(status, "the inputs do not give the model's dimensions");
  if (llvm::Error error = call.allocateOutputs(symbols))
    return std::move(error);
  call.startStates();
  if (llvm::Error error = call.allocateArena(symbols))
    return std::move(error);
  return call;
}

llvm::Error ModelCall::allocateOutputs(llvm::ArrayRef<int64_t> symbols) {
  for (auto [symbol, value] : llvm::zip(llvm::ArrayRef(model.symbols, model.n_symbols), symbols))
    if (value < symbol->min || value > symbol->max)
      return statusFault(MG_E_SHAPE,
                         (llvm::Twine("'") + symbol->name + "' is " + llvm::Twine(value) + ", " +
                          (symbol->max == MG_UNBOUNDED ? "at least " + llvm::Twine(symbol->min)
                                                       : llvm::Twine(symbol->min) + ".." + llvm::Twine(symbol->max)) +
                          " is allowed")
                             .str());
  std::vector<int64_t> dims(model.n_dims);
  if (mg_status status = model.shapes(&model, symbols.data(), dims.data()))
    return statusFault(status, "");
  llvm::ArrayRef<int64_t> rest = dims;
  for (int32_t i = 0; i < model.n_inputs; ++i)
    rest = rest.drop_front(model.inputs[i]->rank);
  for (int32_t i = 0; i < model.n_outputs; ++i) {
    llvm::Expected<InputType> type = inputType(*model.outputs[i]);
    if (!type)
      return type.takeError();
    std::vector<int64_t> shape = rest.take_front(type->shape.size()).vec();
    rest = rest.drop_front(type->shape.size());
    bool unbounded = llvm::any_of(shape, [](int64_t dim) { return dim < 0; });
    int64_t capacity = unbounded ? firstCapacity : countElements(shape);
    if (capacity < 0)
      return makeFault(Fault::Budget, "output '" + llvm::Twine(model.outputs[i]->name) + "' would be " +
                                          typeText(type->dtype, shape) + ", beyond the address space");
    Array array;
    array.dtype = type->dtype;
    array.shape = std::move(shape);
    array.bytes.resize(capacity * dtypeBytes(type->dtype));
    results.push_back(std::move(array));
    capacities.push_back(capacity);
  }
  return llvm::Error::success();
}

/// The region that a state's input and output share begins as the input.
void ModelCall::startStates() {
  for (const mg_state *state : llvm::ArrayRef(model.states, model.n_states))
    results[state->output].bytes = inputs[state->input].bytes;
}

llvm::Error ModelCall::allocateArena(llvm::ArrayRef<int64_t> symbols) {
  arenaSize = model.arena_bytes(&model, symbols.data(), &options);
  size_t align = std::max<size_t>(model.align, sizeof(void *));
  if (arenaSize > SIZE_MAX - align)
    return makeFault(Fault::Budget, "the arena for these shapes is beyond the address space");
  // aligned_alloc wants a multiple of the alignment, and never nothing.
  size_t rounded = std::max(align, (arenaSize + align - 1) / align * align);
  arena.reset(std::aligned_alloc(align, rounded));
  if (!arena)
    return makeFault(Fault::Budget, "the arena for these shapes needs " + llvm::Twine(arenaSize) +
                                        " bytes, more than this machine gives");
  return llvm::Error::success();
}

mg_status ModelCall::call(llvm::MutableArrayRef<char> message) {
  auto ins = llvm::to_vector_of<mg_tensor>(llvm::map_range(inputs, describe));
  auto outs = llvm::to_vector_of<mg_tensor>(llvm::map_range(results, describe));
  for (size_t i = 0; i < outs.size(); ++i)
    outs[i].capacity = capacities[i];
  for (const mg_state *state : llvm::ArrayRef(model.states, model.n_states))
    ins[state->input].data = outs[state->output].data;
  options.error = message.data();
  options.error_bytes = message.size();
  return mg_run(&model, ins.data(), static_cast<int32_t>(ins.size()), outs.data(), static_cast<int32_t>(outs.size()),
                arena.get(), arenaSize, &options);
}

/// Makes room for what the call said it needs: it has written the dimensions. False when nothing was too small.
bool ModelCall::growOutputs() {
  bool grown = false;
  for (size_t i = 0; i < results.size(); ++i) {
    int64_t needed = results[i].elements();
    if (!(model.outputs[i]->flags & MG_PORT_DATA_DIMS) || needed <= capacities[i])
      continue;
    results[i].bytes.resize(needed * dtypeBytes(results[i].dtype));
    capacities[i] = needed;
    grown = true;
  }
  return grown;
}

llvm::Error ModelCall::run() {
  std::vector<char> message(512, 0);
  mg_status status = call(message);
  while (status == MG_E_OUTPUT && growOutputs())
    status = call(message);
  if (status != MG_OK)
    return statusFault(status, message.data());
  return llvm::Error::success();
}

std::vector<Array> ModelCall::outputs() const {
  std::vector<Array> outputs = results;
  for (Array &output : outputs)
    output.bytes.resize(output.elements() * dtypeBytes(output.dtype));
  return outputs;
}

void ModelCall::Free::operator()(mg_pool *pool) const { mg_pool_destroy(pool); }
