//===- entry.c - a call enters here and leaves here -----------------------===//
//
// The order of the checks is the order in which a caller would want to hear of mistakes: the options (which say where
// to complain), the dimensions, the buffers, the arena, what overlaps, and last the CPU. Until all are passed nothing
// is written but the error buffer.
//
//===----------------------------------------------------------------------===//

#include "runtime/abi.h"
#include "runtime/check.h"
#include "runtime/fpenv.h"
#include "runtime/instance.h"
#include "runtime/isa.h"
#include "runtime/sizes.h"
#include "runtime/weights.h"

/// Runs the checked call: the default floating-point environment and the application's threads from the first kernel to
/// the last.
static mg_status drive(const mg__frame *frame, mg__driver driver) {
  const mg_parallel *parallel = frame->parallel;
  uint32_t before = mg__fp_enter();
  if (parallel && parallel->begin) parallel->begin(parallel->user);
  mg_status status = driver(frame);
  if (parallel && parallel->end) parallel->end(parallel->user);
  mg__fp_leave(before);
  return status;
}

mg_status mg__enter(const mg_model *model, const int64_t *symbols, const void *const *inputs, void *const *outputs,
                    void *arena, size_t arena_bytes, const mg_options *options) {
  const mg__program *program = model->program;
  mg_status status;
  if ((status = mg__check_options(options))) return status;
  if ((status = mg__check_instance(model, options))) return status;
  if ((status = mg__check_symbols(model, symbols, options))) return status;

  int64_t dims[model->n_dims + 1];
  program->shapes(symbols, dims);
  const int32_t ports = model->n_inputs + model->n_outputs;
  mg__span spans[ports + 2];
  if ((status = mg__check_buffers(model, dims, inputs, outputs, options, spans))) return status;

  mg__sizes sizes;
  int64_t needed = mg__needed_arena(model, symbols, options, &sizes);
  if ((status = mg__check_arena(model, needed, arena, arena_bytes, options))) return status;
  spans[ports] = (mg__span){(uintptr_t)arena, (uint64_t)needed};

  const uint8_t *weights;
  if ((status = mg__find_weights(model, options, &weights, &spans[ports + 1]))) return status;
  if ((status = mg__check_overlap(model, spans, options))) return status;

  const mg__level *level;
  if ((status = mg__pick_level(model, options, &level))) return status;

  mg__frame frame;
  frame.symbols = symbols;
  frame.inputs = inputs;
  frame.outputs = outputs;
  frame.arena = arena;
  frame.scratch = (uint8_t *)arena + sizes.shared;
  frame.scratch_bytes = sizes.scratch;
  frame.weights = weights;
  frame.parallel = options ? options->parallel : NULL;
  frame.profile = options ? options->profile : NULL;
  frame.options = options;
  frame.model = model;
  return drive(&frame, level->driver);
}
