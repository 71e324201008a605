//===- message.h - sentences for the caller's error buffer ----------------===//
//
// Without libc there is no snprintf; this is the little of it that the runtime's sentences need.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_RUNTIME_MESSAGE_H
#define MARGAY_RUNTIME_MESSAGE_H

#include "runtime/abi.h"

/// Writes a sentence to the error buffer of the options, if there is one, cut to its size and ended by 0, and returns
/// `status`. Understands %s (const char *), %d (int64_t), %u (uint64_t), %F (uint64_t: a set of CPU features, by name)
/// and %L (const mg_model *: the names of its levels).
mg_status mg__fail(const mg_options *options, mg_status status, const char *format, ...);

#endif // MARGAY_RUNTIME_MESSAGE_H
