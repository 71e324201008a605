//===- weights.h - where the weights are ----------------------------------===//

#ifndef MARGAY_RUNTIME_WEIGHTS_H
#define MARGAY_RUNTIME_WEIGHTS_H

#include "runtime/abi.h"
#include "runtime/check.h"

/// Whether a file of external weights is there, aligned, whole, and this model's, by its header alone.
mg_status mg__check_weights_header(const mg_model *model, const void *file, uint64_t bytes, const mg_options *options);

/// The tensors' bytes: embedded, or of the file in the options or the instance, whose header is checked. `span` gets
/// the file's place.
mg_status mg__find_weights(const mg_model *model, const mg_options *options, const uint8_t **weights, mg__span *span);

#endif // MARGAY_RUNTIME_WEIGHTS_H
