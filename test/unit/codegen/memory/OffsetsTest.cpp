//===- OffsetsTest.cpp - buffers in the arena -----------------------------===//

#include "codegen/memory/MemoryPlan.h"
#include <gtest/gtest.h>

using namespace margay;
using namespace margay::codegen;

namespace {

class OffsetsTest : public testing::Test {
protected:
  OffsetsTest() { context.loadDialect<nn::NNDialect>(); }

  Buffer buffer(nn::DimAttr bytes, int64_t first, int64_t last) {
    return {.bytes = bytes, .first = first, .last = last};
  }
  Buffer buffer(int64_t bytes, int64_t first, int64_t last) {
    return buffer(nn::constantDim(&context, bytes), first, last);
  }

  /// The end of everything, and that buffers alive together do not overlap, where N has this value.
  int64_t check(llvm::ArrayRef<Buffer> buffers, nn::DimAttr total, int64_t n) {
    auto value = [&](nn::DimAttr dim) { return *nn::evaluate(dim, [&](llvm::StringRef) { return n; }); };
    for (const Buffer &a : buffers) {
      EXPECT_LE(value(a.offset) + value(a.bytes), value(total));
      EXPECT_EQ(value(a.offset) % arenaAlignment, 0);
      for (const Buffer &b : buffers) {
        bool together = &a != &b && a.first <= b.last && b.first <= a.last;
        if (together)
          EXPECT_TRUE(value(a.offset) + value(a.bytes) <= value(b.offset) ||
                      value(b.offset) + value(b.bytes) <= value(a.offset));
      }
    }
    return value(total);
  }

  mlir::MLIRContext context;
};

TEST_F(OffsetsTest, NothingNeedsNothing) { EXPECT_EQ(assignOffsets(&context, {}).getConstant(), 0); }

TEST_F(OffsetsTest, BuffersOfDifferentTimesShareSpace) {
  llvm::SmallVector<Buffer> buffers{buffer(128, 0, 1), buffer(256, 1, 2), buffer(128, 2, 3)};
  EXPECT_EQ(check(buffers, assignOffsets(&context, buffers), 1), 384);
  EXPECT_EQ(buffers[0].offset, buffers[2].offset);
}

TEST_F(OffsetsTest, BuffersOfOneTimeDoNot) {
  llvm::SmallVector<Buffer> buffers{buffer(128, 0, 2), buffer(256, 1, 2), buffer(64, 2, 3)};
  EXPECT_EQ(check(buffers, assignOffsets(&context, buffers), 1), 448);
}

TEST_F(OffsetsTest, SymbolicSizesHoldForEveryValue) {
  nn::DimAttr n = nn::symbolDim(&context, "N");
  llvm::SmallVector<Buffer> buffers{buffer(n * 64, 0, 1), buffer(4096, 1, 3), buffer(n * 192, 2, 4), buffer(64, 0, 4)};
  nn::DimAttr total = assignOffsets(&context, buffers);
  EXPECT_FALSE(total.isConstant());
  for (int64_t value : {1, 7, 16, 64, 1000})
    check(buffers, total, value);
}

} // namespace
