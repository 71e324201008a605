//===- sizes.h - how big things are for given symbols ---------------------===//

#ifndef MARGAY_RUNTIME_SIZES_H
#define MARGAY_RUNTIME_SIZES_H

#include "runtime/abi.h"

/// Bytes of a port of these dims; MG__SIZE_MAX if that does not fit, 0 for sequences, which hold no elements
/// themselves.
int64_t mg__port_bytes(const mg_port *port, const int64_t *dims);

/// Bytes of the whole arena for allowed symbols; MG__SIZE_MAX if that does not fit.
int64_t mg__needed_arena(const mg_model *model, const int64_t *symbols, const mg_options *options, mg__sizes *sizes);

#endif // MARGAY_RUNTIME_SIZES_H
