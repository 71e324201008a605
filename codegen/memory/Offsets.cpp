//===- Offsets.cpp - offsets in the arena from a constraint graph ---------===//

#include "codegen/memory/MemoryPlan.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

static bool aliveTogether(const Buffer &a, const Buffer &b) { return a.first <= b.last && b.first <= a.last; }

/// The bytes at sample values of the symbols, which decide what is tried first.
static int64_t sampleBytes(const Buffer &buffer) {
  return nn::evaluate(buffer.bytes, [](StringRef) { return int64_t(16); }).value_or(INT32_MAX);
}

static SmallVector<size_t> bySampleSize(ArrayRef<Buffer> buffers) {
  SmallVector<size_t> order(llvm::to_vector(llvm::seq<size_t>(0, buffers.size())));
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::pair(-sampleBytes(buffers[a]), a) < std::pair(-sampleBytes(buffers[b]), b);
  });
  return order;
}

/// Counts an expression's parts down from `budget`; false if there are more.
static bool isWithin(DimAttr dim, int64_t &budget) {
  budget -= nn::countParts(dim, budget + 1);
  return budget >= 0;
}

/// Each buffer at the largest end of those below it that it may not overlap. The total, or nothing where offsets become
/// expressions that take longer to compute than what they save: maxima of sums of maxima grow without end.
static std::optional<DimAttr> stack(MLIRContext *context, MutableArrayRef<Buffer> buffers,
                                    const nn::SymbolRanges &ranges) {
  constexpr int64_t maxOperations = 64;
  // First fit at sample values, big buffers first: this decides which of two buffers lies below the other.
  struct Spot {
    size_t buffer;
    int64_t begin, end;
  };
  SmallVector<Spot> spots;
  for (size_t index : bySampleSize(buffers)) {
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
        offset = ranges.max(offset, buffers[below.buffer].offset + buffers[below.buffer].bytes);
    buffer.offset = offset;
    total = ranges.max(total, offset + buffer.bytes);
    int64_t budget = maxOperations, totalBudget = maxOperations;
    if (!isWithin(offset, budget) || !isWithin(total, totalBudget))
      return std::nullopt;
  }
  return total;
}

/// Buffers that are never alive together share a shelf, which is as high as the largest of them; shelves lie one above
/// the other. Takes somewhat more space than a stack, by expressions that are sums of flat maxima.
static DimAttr shelve(MLIRContext *context, MutableArrayRef<Buffer> buffers, const nn::SymbolRanges &ranges) {
  struct Shelf {
    SmallVector<size_t> members;
    DimAttr bytes;
  };
  SmallVector<Shelf> shelves;
  for (size_t index : bySampleSize(buffers)) {
    auto isFree = [&](const Shelf &shelf) {
      return llvm::none_of(shelf.members, [&](size_t other) { return aliveTogether(buffers[index], buffers[other]); });
    };
    Shelf *shelf = llvm::find_if(shelves, isFree);
    if (shelf == shelves.end()) {
      shelves.push_back({{}, nn::constantDim(context, 0)});
      shelf = &shelves.back();
    }
    shelf->members.push_back(index);
    shelf->bytes = ranges.max(shelf->bytes, buffers[index].bytes);
  }
  DimAttr offset = nn::constantDim(context, 0);
  for (const Shelf &shelf : shelves) {
    for (size_t member : shelf.members)
      buffers[member].offset = offset;
    offset = offset + shelf.bytes;
  }
  return offset;
}

DimAttr codegen::assignOffsets(MLIRContext *context, MutableArrayRef<Buffer> buffers, const nn::SymbolRanges &ranges) {
  if (std::optional<DimAttr> total = stack(context, buffers, ranges))
    return *total;
  return shelve(context, buffers, ranges);
}
