//===- Bitcode.h - the runtime as the compiler carries it -----------------===//
//
// The runtime's C files as one LLVM bitcode module, compiled when Margay itself is built (x86-64 baseline,
// freestanding, nothing undefined, no debug information, no host paths). Code generation links it into the module of
// every model, renames what it defines (functions mg__x to model__x; the few static ones as well, so that an archive
// shows the model's names only), makes it internal, and drops what the model does not use.
//
// And the two headers that are written beside every model.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_RUNTIME_BITCODE_H
#define MARGAY_RUNTIME_BITCODE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The module. 16-byte aligned.
extern const char margay_runtime_bitcode[];
extern const size_t margay_runtime_bitcode_size;

/// The bytes of margay.h and margay_pool.h.
extern const char margay_header[];
extern const size_t margay_header_size;
extern const char margay_pool_header[];
extern const size_t margay_pool_header_size;

#ifdef __cplusplus
}
#endif

#endif // MARGAY_RUNTIME_BITCODE_H
