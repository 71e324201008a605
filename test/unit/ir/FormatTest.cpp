//===- FormatTest.cpp - the 16-bit floats, compared with LLVM's -----------===//
//
// Rounding, reading and writing of f16 and bf16 are our own; APFloat says what they must give, for every bit pattern
// and near every tie.
//
//===----------------------------------------------------------------------===//

#include "ir/reference/Format.h"
#include "Evaluating.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace margay;
using namespace margay::test;

namespace {

class Formats : public testing::TestWithParam<const char *> {
protected:
  mlir::FloatType type = llvm::cast<mlir::FloatType>(mlir::parseType(GetParam(), context()));

  /// What APFloat reads in the bits.
  double expectedValue(uint16_t bits) const {
    llvm::APFloat value(type.getFloatSemantics(), llvm::APInt(16, bits));
    return exact(value);
  }

  double expectedRounding(double x) const {
    llvm::APFloat value(x);
    bool inexact;
    value.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven, &inexact);
    return exact(value);
  }

  static double exact(llvm::APFloat value) {
    bool inexact;
    value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &inexact);
    return value.convertToDouble();
  }
};

} // namespace

TEST_P(Formats, EveryPatternIsReadAndWritten) {
  for (int bits = 0; bits < 65536; ++bits) {
    char bytes[] = {static_cast<char>(bits & 255), static_cast<char>(bits >> 8)};
    std::vector<double> value(1);
    reference::decode(type, bytes, value);
    double expected = expectedValue(bits);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(value[0])) << bits;
      continue;
    }
    ASSERT_EQ(value[0], expected) << bits;
    ASSERT_EQ(std::signbit(value[0]), std::signbit(expected)) << bits;
    std::vector<char> written;
    reference::encode(type, value, written);
    ASSERT_EQ(written, std::vector<char>(bytes, bytes + 2)) << bits;
  }
}

TEST_P(Formats, RoundsToNearestEven) {
  // Around each value and each middle of two neighbours.
  for (int bits = 0; bits < 65535; ++bits) {
    double low = expectedValue(bits), high = expectedValue(bits + 1);
    if (!std::isfinite(low) || std::isnan(high))
      continue;
    double middle = std::isinf(high) ? low + (low - expectedValue(bits - 1)) / 2 : (low + high) / 2;
    for (double x : {low, middle, std::nextafter(middle, 0), std::nextafter(middle, 2 * middle)}) {
      std::vector<double> rounded{x};
      reference::roundTo(type, rounded);
      ASSERT_EQ(rounded[0], expectedRounding(x)) << x;
    }
  }
}

TEST_P(Formats, KeepsNaN) {
  std::vector<double> value{std::nan("")};
  reference::roundTo(type, value);
  EXPECT_TRUE(std::isnan(value[0]));
  std::vector<char> bytes;
  reference::encode(type, value, bytes);
  reference::decode(type, bytes, value);
  EXPECT_TRUE(std::isnan(value[0]));
}

INSTANTIATE_TEST_SUITE_P(Of16Bits, Formats, testing::Values("f16", "bf16"));
