//===- Offsets.cpp - offsets in the arena from a constraint graph ---------===//

#include "codegen/memory/MemoryPlan.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

static bool aliveTogether(const Buffer &a, const Buffer &b) { return a.first <= b.last && b.first <= a.last; }

DimAttr codegen::assignOffsets(MLIRContext *context, MutableArrayRef<Buffer> buffers) {
  // First fit at sample values, big buffers first: this decides which of two buffers lies below the other.
  struct Spot {
    size_t buffer;
    int64_t begin, end;
  };
  auto sampleBytes = [](const Buffer &buffer) {
    return nn::evaluate(buffer.bytes, [](StringRef) { return int64_t(16); }).value_or(INT32_MAX);
  };
  SmallVector<size_t> bySize(llvm::to_vector(llvm::seq<size_t>(0, buffers.size())));
  llvm::sort(bySize, [&](size_t a, size_t b) {
    return std::pair(-sampleBytes(buffers[a]), a) < std::pair(-sampleBytes(buffers[b]), b);
  });
  SmallVector<Spot> spots;
  for (size_t index : bySize) {
    int64_t bytes = sampleBytes(buffers[index]), begin = 0;
    for (const Spot &other : spots) { // In order of their begins.
      if (!aliveTogether(buffers[index], buffers[other.buffer]))
        continue;
      if (begin + bytes <= other.begin)
        break;
      begin = std::max(begin, other.end);
    }
    Spot spot{index, begin, begin + bytes};
    spots.insert(llvm::upper_bound(spots, spot, [](const Spot &a, const Spot &b) { return a.begin < b.begin; }), spot);
  }
  // Then exact offsets, from the bottom up.
  DimAttr zero = nn::constantDim(context, 0), total = zero;
  for (size_t position = 0; position < spots.size(); ++position) {
    Buffer &buffer = buffers[spots[position].buffer];
    DimAttr offset = zero;
    for (const Spot &below : ArrayRef(spots).take_front(position))
      if (aliveTogether(buffer, buffers[below.buffer]))
        offset = nn::max(offset, buffers[below.buffer].offset + buffers[below.buffer].bytes);
    buffer.offset = offset;
    total = nn::max(total, offset + buffer.bytes);
  }
  return total;
}
