//===- check.c - the rules of a call --------------------------------------===//

#include "runtime/check.h"
#include "runtime/message.h"
#include "runtime/sizes.h"

//===- Options --------------------------------------------------------------===//

// The sizes in ABI 1. Fields never move, so a longer structure is a newer application's, whose further fields are
// ignored. A field added later may be read only if `size` says that it is there.
enum {
  optionsBytes = offsetof(mg_options, reserved) + 4,
  parallelBytes = offsetof(mg_parallel, flags) + 4,
  profileBytes = sizeof(mg_profile)
};

mg_status mg__check_options(const mg_options *options) {
  if (!options) return MG_OK;
  if (options->size < optionsBytes) // then nothing can be trusted, not even where the error buffer is
    return MG_E_VERSION;
  if (options->flags || options->reserved)
    return mg__fail(options, MG_E_UNSUPPORTED, "options.flags is %d, but this model knows no flags",
                    (int64_t)(options->flags | options->reserved));

  const mg_parallel *parallel = options->parallel;
  if (parallel) {
    if (parallel->size < parallelBytes)
      return mg__fail(options, MG_E_VERSION, "options.parallel has size %d, %d is needed", (int64_t)parallel->size,
                      (int64_t)parallelBytes);
    if (!parallel->workers) return mg__fail(options, MG_E_ARG, "options.parallel has 0 workers, at least 1 is needed");
    if (!parallel->run) return mg__fail(options, MG_E_ARG, "options.parallel has no function run");
  }

  const mg_profile *profile = options->profile;
  if (profile) {
    if (profile->size < profileBytes)
      return mg__fail(options, MG_E_VERSION, "options.profile has size %d, %d is needed", (int64_t)profile->size,
                      (int64_t)profileBytes);
    if (!profile->kernel) return mg__fail(options, MG_E_ARG, "options.profile has no function kernel");
  }
  return MG_OK;
}

//===- Symbols --------------------------------------------------------------===//

mg_status mg__check_symbols(const mg_model *model, const int64_t *symbols, const mg_options *options) {
  if (!symbols && model->n_symbols)
    return mg__fail(options, MG_E_ARG, "symbols is NULL, %d are needed", (int64_t)model->n_symbols);
  for (int32_t i = 0; i < model->n_symbols; ++i) {
    const mg_symbol *symbol = model->symbols[i];
    if (symbols[i] < symbol->min && symbol->max == MG_UNBOUNDED)
      return mg__fail(options, MG_E_SHAPE, "dimension '%s' is %d, at least %d is allowed", symbol->name, symbols[i],
                      symbol->min);
    if (symbols[i] < symbol->min || symbols[i] > symbol->max)
      return mg__fail(options, MG_E_SHAPE, "dimension '%s' is %d, %d..%d is allowed", symbol->name, symbols[i],
                      symbol->min, symbol->max);
    if (symbol->multiple > 1 && symbols[i] % symbol->multiple)
      return mg__fail(options, MG_E_SHAPE, "dimension '%s' is %d, a multiple of %d is needed", symbol->name, symbols[i],
                      symbol->multiple);
  }
  return MG_OK;
}

//===- Inputs and outputs ---------------------------------------------------===//

/// That no computed dimension (N - 4, say) is negative for these symbols.
static mg_status checkDims(const char *side, const mg_port *port, const int64_t *dims, const mg_options *options) {
  for (int32_t i = 0; i < port->rank; ++i)
    if (dims[i] < 0)
      return mg__fail(options, MG_E_SHAPE, "%s '%s': dim %d would be %d", side, port->name, (int64_t)i, dims[i]);
  return MG_OK;
}

/// One pointer to elements, of which `bytes` are used.
static mg_status checkPointer(const char *side, const mg_port *port, const void *pointer, int64_t bytes,
                              const mg_options *options, mg__span *span) {
  span->begin = (uintptr_t)pointer;
  span->bytes = 0;
  if (bytes == MG__SIZE_MAX)
    return mg__fail(options, MG_E_BOUND, "%s '%s': its size does not fit in the address space", side, port->name);
  if (!pointer) {
    if (bytes == 0 || (port->flags & MG_PORT_MAY_BE_NULL)) return MG_OK;
    return mg__fail(options, MG_E_ARG, "%s '%s': pointer is NULL", side, port->name);
  }
  int64_t align = mg_dtype_align(port->dtype);
  if (span->begin % (uintptr_t)align)
    return mg__fail(options, MG_E_ALIGN, "%s '%s': pointer is not aligned to %d bytes", side, port->name, align);
  span->bytes = (uint64_t)bytes;
  return MG_OK;
}

/// A sequence or an optional; its items are checked by the code that uses them.
static mg_status checkSequence(const char *side, const mg_port *port, const mg_sequence *sequence,
                               const mg_options *options, mg__span *span) {
  *span = (mg__span){0, 0};
  if (!sequence && (port->flags & MG_PORT_MAY_BE_NULL)) return MG_OK;
  if (!sequence || (!sequence->items && (sequence->count || sequence->capacity)))
    return mg__fail(options, MG_E_ARG, "%s '%s': pointer is NULL", side, port->name);
  return MG_OK;
}

/// An output whose dimensions depend on the data: the room that is there counts, not the bound.
static mg_status checkOutput(const mg_port *port, const mg_output *output, const mg_options *options, mg__span *span) {
  if (!output || (!output->dims && port->rank))
    return mg__fail(options, MG_E_ARG, "output '%s': pointer is NULL", port->name);
  int64_t room[1] = {output->capacity > INT64_MAX ? INT64_MAX : (int64_t)output->capacity};
  mg_port flat = *port;
  flat.rank = 1;
  return checkPointer("output", port, output->data, mg__port_bytes(&flat, room), options, span);
}

mg_status mg__check_buffers(const mg_model *model, const int64_t *dims, const void *const *inputs, void *const *outputs,
                            const mg_options *options, mg__span *spans) {
  if (!inputs && model->n_inputs) return mg__fail(options, MG_E_ARG, "inputs is NULL");
  if (!outputs && model->n_outputs) return mg__fail(options, MG_E_ARG, "outputs is NULL");
  for (int32_t i = 0; i < model->n_inputs + model->n_outputs; ++i) {
    int isInput = i < model->n_inputs;
    const char *side = isInput ? "input" : "output";
    const mg_port *port = isInput ? model->inputs[i] : model->outputs[i - model->n_inputs];
    const void *pointer = isInput ? inputs[i] : outputs[i - model->n_inputs];
    mg_status status;
    if (port->kind != MG_TENSOR)
      status = checkSequence(side, port, pointer, options, &spans[i]);
    else if (port->flags & MG_PORT_DATA_DIMS)
      status = checkOutput(port, pointer, options, &spans[i]);
    else if (!(status = checkDims(side, port, dims, options)))
      status = checkPointer(side, port, pointer, mg__port_bytes(port, dims), options, &spans[i]);
    if (status) return status;
    dims += port->rank;
  }
  return MG_OK;
}

//===- The arena ------------------------------------------------------------===//

mg_status mg__check_arena(const mg_model *model, int64_t needed, const void *arena, size_t arena_bytes,
                          const mg_options *options) {
  if (needed == MG__SIZE_MAX)
    return mg__fail(options, MG_E_BOUND, "the arena that these dimensions need does not fit in the address space");
  if (needed == 0) return MG_OK;
  if (!arena) return mg__fail(options, MG_E_ARG, "arena is NULL, %d bytes are needed", needed);
  if ((uintptr_t)arena % model->align)
    return mg__fail(options, MG_E_ALIGN, "arena is not aligned to %d bytes", (int64_t)model->align);
  if (arena_bytes < (uint64_t)needed)
    return mg__fail(options, MG_E_ARENA, "arena has %u bytes, %d are needed", (uint64_t)arena_bytes, needed);
  return MG_OK;
}

//===- Overlap --------------------------------------------------------------===//

static int overlap(mg__span a, mg__span b) {
  return a.bytes && b.bytes && a.begin < b.begin + b.bytes && b.begin < a.begin + a.bytes;
}

/// Whether an input and an output are one region updated in place.
static int isState(const mg_model *model, int32_t input, int32_t output) {
  for (int32_t i = 0; i < model->n_states; ++i)
    if (model->states[i]->input == input && model->states[i]->output == output) return 1;
  return 0;
}

/// What spans[i] is called in a message: "input '", name, "'".
static void nameSpan(const mg_model *model, int32_t i, const char *parts[3]) {
  int32_t ports = model->n_inputs + model->n_outputs;
  parts[0] = i < model->n_inputs ? "input '" : i < ports ? "output '" : "the ";
  parts[2] = i < ports ? "'" : "";
  if (i < ports)
    parts[1] = i < model->n_inputs ? model->inputs[i]->name : model->outputs[i - model->n_inputs]->name;
  else
    parts[1] = i == ports ? "arena" : "external weights";
}

/// A written range against one that it may not touch.
static mg_status checkPair(const mg_model *model, const mg__span *spans, int32_t written, int32_t other,
                           const mg_options *options) {
  if (!overlap(spans[written], spans[other]) || isState(model, other, written - model->n_inputs)) return MG_OK;
  const char *a[3], *b[3];
  nameSpan(model, written, a);
  nameSpan(model, other, b);
  return mg__fail(options, MG_E_ALIAS, "%s%s%s overlaps %s%s%s", a[0], a[1], a[2], b[0], b[1], b[2]);
}

mg_status mg__check_overlap(const mg_model *model, const mg__span *spans, const mg_options *options) {
  const int32_t outputs = model->n_inputs, arena = outputs + model->n_outputs, weights = arena + 1;
  for (int32_t i = 0; i < model->n_states; ++i) {
    const mg_state *state = model->states[i];
    if (spans[state->input].begin != spans[outputs + state->output].begin)
      return mg__fail(options, MG_E_ALIAS, "state '%s': input and output '%s' must be the same buffer",
                      model->inputs[state->input]->name, model->outputs[state->output]->name);
  }
  for (int32_t written = outputs; written <= arena; ++written) {
    mg_status status = checkPair(model, spans, written, weights, options);
    for (int32_t other = 0; other < written && !status; ++other)
      status = checkPair(model, spans, written, other, options);
    if (status) return status;
  }
  return MG_OK;
}
