//===- weights.c - where the weights are ----------------------------------===//

#include "runtime/weights.h"
#include "runtime/message.h"

/// One word of the hash. The multiplier is odd, so no word is lost, and the rotation brings the well-mixed upper bits
/// down again.
static uint64_t mix(uint64_t state, uint64_t word) {
  state = (state ^ word) * UINT64_C(0x9fb21c651e98df25);
  return state << 29 | state >> 35;
}

uint64_t mg__hash(uint64_t state, const void *bytes, uint64_t size) {
  const uint8_t *at = bytes;
  for (; size >= 8; size -= 8, at += 8) {
    uint64_t word = 0;
    for (int i = 0; i < 8; ++i)
      word |= (uint64_t)at[i] << (8 * i);
    state = mix(state, word);
  }
  if (size == 0) return state;
  uint64_t rest = size << 56; // the length tells trailing zeros apart
  for (uint64_t i = 0; i < size; ++i)
    rest |= (uint64_t)at[i] << (8 * i);
  return mix(state, rest);
}

static int hasMagic(const mg__weights_header *header) {
  for (int i = 0; i < 8; ++i)
    if (header->magic[i] != MG__WEIGHTS_MAGIC[i]) return 0;
  return 1;
}

mg_status mg__check_weights_header(const mg_model *model, const void *file, uint64_t bytes, const mg_options *options) {
  const mg__weights_header *header = file;
  if (!file)
    return mg__fail(options, MG_E_WEIGHTS, "the weights of '%s' are in a file: options.weights is NULL", model->name);
  if ((uintptr_t)file % 64) return mg__fail(options, MG_E_ALIGN, "external weights are not aligned to 64 bytes");
  if (bytes < model->weights_bytes)
    return mg__fail(options, MG_E_WEIGHTS, "external weights have %u bytes, %u are needed", bytes,
                    model->weights_bytes);
  if (!hasMagic(header))
    return mg__fail(options, MG_E_WEIGHTS, "external weights are not a file of weights that Margay wrote");
  if (header->model_hash != model->hash || header->weights_hash != model->weights_hash ||
      header->bytes != model->weights_bytes)
    return mg__fail(options, MG_E_WEIGHTS, "external weights are not those of '%s', or of another compilation of it",
                    model->name);
  return MG_OK;
}

mg_status mg__find_weights(const mg_model *model, const mg_options *options, const uint8_t **weights, mg__span *span) {
  const mg__program *program = model->program;
  *span = (mg__span){0, 0};
  *weights = program->weights;
  if (!model->weights_bytes) return MG_OK;
  const void *file = options ? options->weights : NULL;
  uint64_t bytes = options ? options->weights_bytes : 0;
  const mg__instance *instance = options ? options->instance : NULL;
  if (!file && instance) {
    file = instance->weights;
    bytes = instance->weights_bytes;
  }
  mg_status status = mg__check_weights_header(model, file, bytes, options);
  if (status) return status;
  *weights = (const uint8_t *)file + sizeof(mg__weights_header);
  *span = (mg__span){(uintptr_t)file, model->weights_bytes};
  return MG_OK;
}

mg_status mg__check_weights(const mg_model *model, const void *weights, size_t weights_bytes,
                            const mg_options *options) {
  mg_status status = mg__check_options(options);
  if (status || !model->weights_bytes) return status;
  status = mg__check_weights_header(model, weights, weights_bytes, options);
  if (status) return status;
  const uint8_t *tensors = (const uint8_t *)weights + sizeof(mg__weights_header);
  if (mg__hash(MG__HASH_START, tensors, model->weights_bytes - sizeof(mg__weights_header)) != model->weights_hash)
    return mg__fail(options, MG_E_WEIGHTS,
                    "external weights of '%s' are damaged: their hash is not the one they were written with",
                    model->name);
  return MG_OK;
}
