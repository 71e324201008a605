//===- Compare.cpp - are two results the same within a tolerance ----------===//

#include "tools/driver/Compare.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>

using namespace margay::driver;

/// "[0,3]" for the fourth element of the second dimension.
static std::string indexText(int64_t flat, llvm::ArrayRef<int64_t> shape) {
  std::string text;
  for (size_t axis = shape.size(); axis-- > 0;) {
    text = std::to_string(flat % shape[axis]) + (text.empty() ? "" : ",") + text;
    flat /= shape[axis];
  }
  return "[" + text + "]";
}

/// Shortest text that tells the two values apart in most cases.
static std::string valueText(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.8g", value);
  return text;
}

Comparison margay::driver::compare(const Array &actual, const Array &expected, Tolerance tolerance) {
  Comparison result;
  if (actual.dtype != expected.dtype || actual.shape != expected.shape) {
    result.same = false;
    result.why =
        "is " + typeText(actual.dtype, actual.shape) + ", expected " + typeText(expected.dtype, expected.shape);
    return result;
  }
  double greatest = 0; // Of the finite expected values.
  double worst = 0;    // How far beyond its tolerance the worst element is.
  int64_t worstIndex = -1;
  bool exact = !isFloat(actual.dtype);
  size_t width = dtypeBytes(actual.dtype);
  for (int64_t i = 0, count = actual.elements(); i < count; ++i) {
    double a = actual.at(i), e = expected.at(i), excess;
    if (std::isfinite(e))
      greatest = std::max(greatest, std::abs(e));
    if (std::memcmp(&actual.bytes[i * width], &expected.bytes[i * width], width) == 0)
      continue;
    if (std::isfinite(a) && std::isfinite(e)) {
      double difference = std::abs(a - e);
      result.maxAbsolute = std::max(result.maxAbsolute, difference);
      if (e != 0)
        result.maxRelative = std::max(result.maxRelative, difference / std::abs(e));
      double allowed = exact ? 0 : tolerance.norm ? INFINITY : tolerance.atol + tolerance.rtol * std::abs(e);
      // Of 64-bit integers that differ, doubles may be equal.
      excess = exact ? std::max(difference, 1.0) : difference - allowed;
    } else {
      excess = (std::isnan(a) && std::isnan(e)) || a == e ? 0 : INFINITY;
    }
    if (excess > worst) {
      worst = excess;
      worstIndex = i;
    }
  }
  if (result.maxAbsolute > 0)
    result.norm = greatest > 0 ? result.maxAbsolute / greatest : INFINITY;
  if (!exact && tolerance.norm && result.norm > *tolerance.norm) {
    result.same = false;
    result.why = "the greatest difference is " + valueText(result.maxAbsolute) + ", the greatest expected value is " +
                 valueText(greatest);
  }
  if (worstIndex >= 0) {
    result.same = false;
    result.why = indexText(worstIndex, actual.shape) + " is " + valueText(actual.at(worstIndex)) + ", expected " +
                 valueText(expected.at(worstIndex));
  }
  return result;
}
