//===- CacheLines.h - memory that begins with a cache line ----------------===//
//
// An allocator for the elements of tensors. A vector register is as wide as a cache line at the highest level, and what
// lies across two lines takes twice as long; tensors in the arena begin with a line, so what is measured does, too.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_CACHELINES_H
#define MARGAY_TOOLS_DRIVER_DATA_CACHELINES_H

#include <cstddef>
#include <new>

namespace margay::driver {

template <typename T> struct CacheLines {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  CacheLines() = default;
  template <typename U> CacheLines(const CacheLines<U> &) {}

  T *allocate(size_t count) { return static_cast<T *>(::operator new(count * sizeof(T), line)); }
  void deallocate(T *memory, size_t) { ::operator delete(memory, line); }

  friend bool operator==(CacheLines, CacheLines) { return true; }
};

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_CACHELINES_H
