//===- Parallel.h - the two loops that are worth a second thread ----------===//

#ifndef MARGAY_IR_REFERENCE_PARALLEL_H
#define MARGAY_IR_REFERENCE_PARALLEL_H

#include <cstdint>
#include <thread>

namespace margay::reference {

/// Calls `body(begin, end)` for two halves of [0, count) at once, or for all of it where `work` (in operations) is not
/// worth a thread. The halves must not write the same elements.
template <typename Body> void inHalves(int64_t count, int64_t work, Body body) {
  constexpr int64_t worthAThread = 1 << 20;
  if (work < worthAThread || count < 2) {
    body(int64_t(0), count);
    return;
  }
  std::thread second([&] { body(count / 2, count); });
  body(int64_t(0), count / 2);
  second.join();
}

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_PARALLEL_H
