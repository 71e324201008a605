//===- Bitcode.h - the runtime as the compiler carries it -----------------===//
//
// The runtime's C files as one LLVM bitcode module and as one object file, compiled when Margay itself is built (x86-64
// baseline, freestanding, nothing undefined, no debug information, no host paths). Code generation takes the types of
// the functions from the module, and their code from the object file, under the model's names (see
// codegen/emit/Runtime.h).
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

/// The object file. 16-byte aligned.
extern const char margay_runtime_object[];
extern const size_t margay_runtime_object_size;

/// The bytes of margay.h and margay_pool.h.
extern const char margay_header[];
extern const size_t margay_header_size;
extern const char margay_pool_header[];
extern const size_t margay_pool_header_size;

#ifdef __cplusplus
}
#endif

#endif // MARGAY_RUNTIME_BITCODE_H
