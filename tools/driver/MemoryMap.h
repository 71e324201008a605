//===- MemoryMap.h - what lies where in the arena, and when ---------------===//

#ifndef MARGAY_TOOLS_DRIVER_MEMORYMAP_H
#define MARGAY_TOOLS_DRIVER_MEMORYMAP_H

#include "tools/driver/Graph.h"
#include "llvm/ADT/StringMap.h"

namespace margay::driver {

/// A buffer: some bytes of the arena, from the step that first writes it to the one that last reads it.
struct MappedBuffer {
  std::string name; ///< Of the steps whose results are in it.
  int64_t offset, bytes;
  int64_t first, last;
};

/// The arena of `main`. Functions that its steps call have theirs in one of its buffers.
struct MemoryMap {
  std::vector<std::string> steps; ///< Their names, in order; those that are views have no time of their own.
  std::vector<MappedBuffer> buffers;
  int64_t bytes = 0;
};

/// The map of a graph at stage Kernels whose code has been made, where the symbols have these values.
MemoryMap memoryMap(const Graph &graph, const llvm::StringMap<int64_t> &symbols);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_MEMORYMAP_H
