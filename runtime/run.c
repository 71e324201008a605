//===- run.c - a call made of described tensors ---------------------------===//
//
// mg_run: reads the symbols from the inputs' shapes, checks each tensor against the model's description, and makes the
// plain call.
//
//===----------------------------------------------------------------------===//

#include "runtime/abi.h"
#include "runtime/check.h"
#include "runtime/message.h"

/// A symbol that no input has given a value to yet; dimensions are never negative.
enum { unknown = -1 };

/// One port as it is checked: its description, the tensor, and which side it is on, for messages.
typedef struct Subject {
  const mg_options *options;
  const char *side;
  const mg_port *port;
  const mg_tensor *tensor;
} Subject;

static mg_status checkContiguous(const Subject *s) {
  const mg_tensor *tensor = s->tensor;
  if (!tensor->strides) return MG_OK;
  int64_t stride = 1;
  for (int32_t axis = tensor->rank - 1; axis >= 0; --axis) {
    if (tensor->shape[axis] != 1 && tensor->strides[axis] != stride)
      return mg__fail(s->options, MG_E_UNSUPPORTED,
                      "%s '%s': stride of dim %d is %d, %d is needed (contiguous tensors only)", s->side, s->port->name,
                      (int64_t)axis, tensor->strides[axis], stride);
    stride = mg__size_mul(stride, tensor->shape[axis]);
  }
  return MG_OK;
}

/// Everything about a tensor but the values of its dimensions.
static mg_status checkKind(const Subject *s) {
  const mg_tensor *tensor = s->tensor;
  const mg_port *port = s->port;
  if (tensor->device_type != 0 && tensor->device_type != MG_DEVICE_CPU)
    return mg__fail(s->options, MG_E_DEVICE, "%s '%s': tensor is on device type %d, the CPU (%d) is needed", s->side,
                    port->name, (int64_t)tensor->device_type, (int64_t)MG_DEVICE_CPU);
  int32_t rank = port->kind == MG_TENSOR ? port->rank : 1;
  if (tensor->rank != rank)
    return mg__fail(s->options, MG_E_SHAPE, "%s '%s': rank is %d, expected %d", s->side, port->name,
                    (int64_t)tensor->rank, (int64_t)rank);
  if (!tensor->shape && rank) return mg__fail(s->options, MG_E_ARG, "%s '%s': shape is NULL", s->side, port->name);
  if (port->kind != MG_TENSOR) return MG_OK;
  if (tensor->dtype != port->dtype)
    return mg__fail(s->options, MG_E_DTYPE, "%s '%s': element type is %s, expected %s", s->side, port->name,
                    mg_dtype_name(tensor->dtype), mg_dtype_name(port->dtype));
  return port->flags & MG_PORT_DATA_DIMS ? MG_OK : checkContiguous(s);
}

static mg_status checkDim(const Subject *s, int32_t axis, int64_t expected) {
  int64_t seen = s->tensor->shape[axis];
  if (seen == expected) return MG_OK;
  return mg__fail(s->options, MG_E_SHAPE, "%s '%s': dim %d is %d, expected %d", s->side, s->port->name, (int64_t)axis,
                  seen, expected);
}

/// A dimension that is a symbol: gives the symbol its value, or compares with the one it has.
static mg_status checkSymbolDim(const mg_model *model, const Subject *s, int32_t axis, int64_t *symbols) {
  int64_t index = MG_DIM_SYMBOL_INDEX(s->port->dims[axis]), seen = s->tensor->shape[axis];
  if (seen < 0)
    return mg__fail(s->options, MG_E_SHAPE, "%s '%s': dim %d is %d", s->side, s->port->name, (int64_t)axis, seen);
  if (symbols[index] == unknown) symbols[index] = seen;
  if (symbols[index] == seen) return MG_OK;
  return mg__fail(s->options, MG_E_SHAPE, "%s '%s': dim %d is %d, but '%s' is %d elsewhere", s->side, s->port->name,
                  (int64_t)axis, seen, model->symbols[index]->name, symbols[index]);
}

static mg_status readInput(const mg_model *model, const Subject *s, int64_t *symbols) {
  if (!s->tensor->data && (s->port->flags & MG_PORT_MAY_BE_NULL)) return MG_OK;
  mg_status status = checkKind(s);
  for (int32_t axis = 0; s->port->kind == MG_TENSOR && axis < s->port->rank && !status; ++axis) {
    int64_t dim = s->port->dims[axis];
    if (dim >= 0)
      status = checkDim(s, axis, dim);
    else if (MG_DIM_IS_SYMBOL(dim))
      status = checkSymbolDim(model, s, axis, symbols);
  }
  return status;
}

/// Compares with the dims that follow from the symbols. Those of an input are compared again, which costs nothing and
/// catches computed ones.
static mg_status checkDims(const Subject *s, const int64_t *dims) {
  mg_status status = MG_OK;
  if (s->port->kind != MG_TENSOR || (!s->tensor->data && (s->port->flags & MG_PORT_MAY_BE_NULL))) return MG_OK;
  for (int32_t axis = 0; axis < s->port->rank && !status; ++axis)
    if (s->port->dims[axis] != MG_DIM_DATA) status = checkDim(s, axis, dims[axis]);
  return status;
}

/// What the plain call takes for this port. `output` and `sequence` are places for the structures that some ports need.
static void *callPointer(const Subject *s, mg_output *output, mg_sequence *sequence) {
  const mg_tensor *tensor = s->tensor;
  void *data = tensor->data ? (uint8_t *)tensor->data + tensor->byte_offset : NULL;
  if (s->port->kind != MG_TENSOR) {
    if (!data && (s->port->flags & MG_PORT_MAY_BE_NULL)) return NULL;
    sequence->items = data;
    sequence->count = (size_t)tensor->shape[0];
    sequence->capacity = (size_t)tensor->capacity;
    return sequence;
  }
  if (!(s->port->flags & MG_PORT_DATA_DIMS)) return data;
  output->data = data;
  output->capacity = (size_t)tensor->capacity;
  output->dims = tensor->shape;
  return output;
}

mg_status mg__run(const mg_model *model, const mg_tensor *inputs, int32_t n_inputs, mg_tensor *outputs,
                  int32_t n_outputs, void *arena, size_t arena_bytes, const mg_options *options) {
  mg_status status = mg__check_options(options);
  if (status) return status;
  if (n_inputs != model->n_inputs || n_outputs != model->n_outputs)
    return mg__fail(options, MG_E_ARG, "%d inputs and %d outputs are given, '%s' has %d and %d", (int64_t)n_inputs,
                    (int64_t)n_outputs, model->name, (int64_t)model->n_inputs, (int64_t)model->n_outputs);
  if ((!inputs && n_inputs) || (!outputs && n_outputs))
    return mg__fail(options, MG_E_ARG, "%s is NULL", inputs || !n_inputs ? "outputs" : "inputs");

  const int32_t ports = n_inputs + n_outputs;
  Subject subjects[ports + 1];
  for (int32_t i = 0; i < ports; ++i) {
    int isInput = i < n_inputs;
    subjects[i].options = options;
    subjects[i].side = isInput ? "input" : "output";
    subjects[i].port = isInput ? model->inputs[i] : model->outputs[i - n_inputs];
    subjects[i].tensor = isInput ? &inputs[i] : &outputs[i - n_inputs];
  }

  int64_t symbols[model->n_symbols + 1];
  for (int32_t k = 0; k < model->n_symbols; ++k)
    symbols[k] = unknown;
  for (int32_t i = 0; i < n_inputs; ++i)
    if ((status = readInput(model, &subjects[i], symbols))) return status;
  for (int32_t k = 0; k < model->n_symbols; ++k)
    if (symbols[k] == unknown)
      return mg__fail(options, MG_E_UNSUPPORTED, "dimension '%s' cannot be read from the inputs",
                      model->symbols[k]->name);
  if ((status = mg__check_symbols(model, symbols, options))) return status;

  int64_t dims[model->n_dims + 1];
  const mg__program *program = model->program;
  program->shapes(symbols, dims);
  const int64_t *portDims = dims;
  for (int32_t i = 0; i < ports; portDims += subjects[i++].port->rank) {
    if (i >= n_inputs && (status = checkKind(&subjects[i]))) return status;
    if ((status = checkDims(&subjects[i], portDims))) return status;
  }

  void *pointers[ports + 1];
  mg_output places[n_outputs + 1];
  mg_sequence sequences[ports + 1];
  for (int32_t i = 0; i < ports; ++i)
    pointers[i] = callPointer(&subjects[i], &places[i < n_inputs ? 0 : i - n_inputs], &sequences[i]);
  status = mg__enter(model, symbols, (const void *const *)pointers, pointers + n_inputs, arena, arena_bytes, options);
  for (int32_t i = n_inputs; i < ports && !status; ++i)
    if (subjects[i].port->kind != MG_TENSOR) outputs[i - n_inputs].shape[0] = (int64_t)sequences[i].count;
  return status;
}
