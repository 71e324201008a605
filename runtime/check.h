//===- check.h - the rules of a call --------------------------------------===//
//
// One function per rule of the contract; each returns MG_OK, or writes one sentence to the error buffer and returns the
// documented status.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_RUNTIME_CHECK_H
#define MARGAY_RUNTIME_CHECK_H

#include "runtime/abi.h"

/// A range of the caller's memory.
typedef struct mg__span {
  uintptr_t begin;
  uint64_t bytes;
} mg__span;

/// The options themselves, what they point to, and that no flag asks for what this model has never heard of.
mg_status mg__check_options(const mg_options *options);
/// Every symbol is in its range.
mg_status mg__check_symbols(const mg_model *model, const int64_t *symbols, const mg_options *options);
/// Pointers to inputs and outputs are there and aligned. Fills in `spans`, inputs first: the bytes that the call reads
/// and writes.
mg_status mg__check_buffers(const mg_model *model, const int64_t *dims, const void *const *inputs, void *const *outputs,
                            const mg_options *options, mg__span *spans);
/// The arena is there, aligned and big enough.
mg_status mg__check_arena(const mg_model *model, int64_t needed, const void *arena, size_t arena_bytes,
                          const mg_options *options);
/// What is written (outputs, arena) overlaps nothing else. `spans` as filled in above, then the arena's, then the
/// external weights'.
mg_status mg__check_overlap(const mg_model *model, const mg__span *spans, const mg_options *options);

#endif // MARGAY_RUNTIME_CHECK_H
