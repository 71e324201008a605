//===- sizes.c - how big things are for given symbols ---------------------===//

#include "runtime/sizes.h"
#include "runtime/check.h"

int64_t mg__size_add(int64_t a, int64_t b) {
  int64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? MG__SIZE_MAX : sum;
}

int64_t mg__size_mul(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? MG__SIZE_MAX : product;
}

int64_t mg__port_bytes(const mg_port *port, const int64_t *dims) {
  if (port->kind != MG_TENSOR) return 0;
  int64_t bits = mg_dtype_bits(port->dtype);
  for (int32_t i = 0; i < port->rank; ++i)
    if (dims[i] == 0) return 0; // whatever the others are
  for (int32_t i = 0; i < port->rank; ++i)
    bits = mg__size_mul(bits, dims[i]);
  return bits == MG__SIZE_MAX ? MG__SIZE_MAX : (bits >> 3) + ((bits & 7) != 0);
}

int64_t mg__needed_arena(const mg_model *model, const int64_t *symbols, const mg_options *options, mg__sizes *sizes) {
  const mg__program *program = model->program;
  program->sizes(symbols, sizes);
  int64_t workers = options && options->parallel ? options->parallel->workers : 1;
  return mg__size_add(sizes->shared, mg__size_mul(workers, sizes->scratch));
}

size_t mg__arena_bytes(const mg_model *model, const int64_t *symbols, const mg_options *options) {
  mg__sizes sizes;
  if (mg__check_options(options) || mg__check_symbols(model, symbols, options)) return SIZE_MAX;
  int64_t bytes = mg__needed_arena(model, symbols, options, &sizes);
  return bytes == MG__SIZE_MAX ? SIZE_MAX : (size_t)bytes;
}

mg_status mg__shapes(const mg_model *model, const int64_t *symbols, int64_t *dims) {
  mg_status status = mg__check_symbols(model, symbols, NULL);
  if (status) return status;
  if (!dims && model->n_dims) return MG_E_ARG;
  ((const mg__program *)model->program)->shapes(symbols, dims);
  return MG_OK;
}
