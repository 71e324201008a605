//===- expect.h - the few checks that the runtime's tests need ------------===//
//
// Each test program returns the number of checks that failed, after saying where.
//
//===----------------------------------------------------------------------===//

#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <string.h>

static int failures;

#define EXPECT(condition)                                                                                              \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                                   \
      ++failures;                                                                                                      \
    }                                                                                                                  \
  } while (0)

/// That a status came with exactly this sentence.
#define EXPECT_FAULT(seen, expected, buffer, sentence)                                                                 \
  do {                                                                                                                 \
    mg_status status_ = (seen);                                                                                        \
    if (status_ != (expected) || strcmp((buffer), (sentence)) != 0) {                                                  \
      printf("%s:%d: %s (%d): '%s'\n  expected %s: '%s'\n", __FILE__, __LINE__, mg_status_string(status_),             \
             (int)status_, (buffer), mg_status_string(expected), (sentence));                                          \
      ++failures;                                                                                                      \
    }                                                                                                                  \
  } while (0)

#endif // EXPECT_H
