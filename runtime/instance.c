//===- instance.c - what outlives a call ----------------------------------===//
//
// On a CPU that is only where the external weights are; opening one also says, before the first call, whether the CPU
// can run the model at all.
//
//===----------------------------------------------------------------------===//

#include "runtime/instance.h"
#include "runtime/check.h"
#include "runtime/isa.h"
#include "runtime/message.h"
#include "runtime/weights.h"

enum { instanceAlign = 64 };

size_t mg__instance_bytes(const mg_model *model, const mg_options *options) {
  (void)model, (void)options;
  return sizeof(mg__instance);
}

mg_status mg__open(const mg_model *model, void *mem, size_t mem_bytes, const mg_options *options) {
  const mg__level *level;
  mg_status status = mg__check_options(options);
  if (!status) status = mg__pick_level(model, options, &level);
  if (status) return status;
  if (!mem)
    return mg__fail(options, MG_E_ARG, "memory of the instance is NULL, %d bytes are needed",
                    (int64_t)sizeof(mg__instance));
  if ((uintptr_t)mem % instanceAlign)
    return mg__fail(options, MG_E_ALIGN, "memory of the instance is not aligned to %d bytes", (int64_t)instanceAlign);
  if (mem_bytes < sizeof(mg__instance))
    return mg__fail(options, MG_E_ARENA, "memory of the instance has %u bytes, %d are needed", (uint64_t)mem_bytes,
                    (int64_t)sizeof(mg__instance));
  const void *weights = options ? options->weights : NULL;
  uint64_t bytes = options ? options->weights_bytes : 0;
  if (model->weights_bytes && weights && (status = mg__check_weights_header(model, weights, bytes, options)))
    return status;

  mg__instance *instance = mem;
  instance->magic = MG__INSTANCE_MAGIC;
  instance->model = model;
  instance->weights = weights;
  instance->weights_bytes = bytes;
  for (int i = 0; i < 4; ++i)
    instance->reserved[i] = 0;
  return MG_OK;
}

void mg__close(const mg_model *model, void *instance) {
  mg__instance *open = instance;
  if (open && open->magic == MG__INSTANCE_MAGIC && open->model == model) open->magic = 0;
}

mg_status mg__check_instance(const mg_model *model, const mg_options *options) {
  const mg__instance *instance = options ? options->instance : NULL;
  if (!instance) return MG_OK;
  if ((uintptr_t)instance % instanceAlign || instance->magic != MG__INSTANCE_MAGIC || instance->model != model)
    return mg__fail(options, MG_E_ARG, "options.instance is not an open instance of '%s'", model->name);
  return MG_OK;
}
