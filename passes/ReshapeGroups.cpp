//===- ReshapeGroups.cpp - which dimensions a reshape turns into which ----===//

#include "passes/ReshapeGroups.h"

using namespace mlir;
using namespace margay;
using namespace margay::nn;
using namespace margay::passes;

/// The smallest group that begins at `fromBegin` and `toBegin`, or nothing.
static std::optional<ReshapeGroup> nextGroup(ArrayRef<DimAttr> from, ArrayRef<DimAttr> to, int64_t fromBegin,
                                             int64_t toBegin) {
  MLIRContext *context = (from.empty() ? to : from).front().getContext();
  int64_t fromLeft = from.size() - fromBegin, toLeft = to.size() - toBegin;
  if (fromLeft == 0 || toLeft == 0) {
    // Whatever is left on one side must be of size 1.
    ArrayRef<DimAttr> rest = fromLeft == 0 ? to.drop_front(toBegin) : from.drop_front(fromBegin);
    if (!llvm::all_of(rest, [](DimAttr dim) { return dim.getConstant() == 1; }))
      return std::nullopt;
    return ReshapeGroup{fromBegin, fromBegin + fromLeft, toBegin, toBegin + toLeft};
  }
  for (int64_t total = 2; total <= fromLeft + toLeft; ++total)
    for (int64_t fromCount = std::max<int64_t>(1, total - toLeft); fromCount <= std::min(fromLeft, total - 1);
         ++fromCount) {
      int64_t toCount = total - fromCount;
      if (product(context, from.slice(fromBegin, fromCount)) == product(context, to.slice(toBegin, toCount)))
        return ReshapeGroup{fromBegin, fromBegin + fromCount, toBegin, toBegin + toCount};
    }
  return std::nullopt;
}

std::optional<SmallVector<ReshapeGroup>> passes::reshapeGroups(ArrayRef<DimAttr> from, ArrayRef<DimAttr> to) {
  SmallVector<ReshapeGroup> groups;
  int64_t fromDone = 0, toDone = 0;
  while (fromDone < static_cast<int64_t>(from.size()) || toDone < static_cast<int64_t>(to.size())) {
    std::optional<ReshapeGroup> group = nextGroup(from, to, fromDone, toDone);
    if (!group)
      return std::nullopt;
    groups.push_back(*group);
    fromDone = group->fromEnd;
    toDone = group->toEnd;
  }
  return groups;
}

std::optional<SmallVector<DimAttr>> passes::reshapeBelowBroadcast(ArrayRef<DimAttr> source, ArrayRef<DimAttr> from,
                                                                  ArrayRef<DimAttr> to) {
  auto groups = reshapeGroups(from, to);
  if (!groups)
    return std::nullopt;
  SmallVector<DimAttr> result;
  for (ReshapeGroup group : *groups) {
    int64_t fromCount = group.fromEnd - group.fromBegin, toCount = group.toEnd - group.toBegin;
    ArrayRef<DimAttr> given = source.slice(group.fromBegin, fromCount);
    if (given == from.slice(group.fromBegin, fromCount)) {
      llvm::append_range(result, to.slice(group.toBegin, toCount));
      continue;
    }
    if (!llvm::all_of(given, [](DimAttr dim) { return dim.getConstant() == 1; }))
      return std::nullopt;
    result.append(toCount, constantDim(given.front().getContext(), 1));
  }
  return result;
}
