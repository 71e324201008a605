//===- WinogradAxis.cpp - one axis of a Winograd convolution F(outputs, kernel) ===//

#include "codegen/plans/WinogradAxis.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace margay::codegen;

ArrayRef<double> WinogradAxis::pairs() const {
  // With 5/8 and 3/2 results are some three times as exact as with 1 and 2.
  static constexpr double four[] = {1}, six[] = {0.625, 1.5};
  switch (points()) {
  case 4:
    return four;
  case 6:
    return six;
  default:
    return {};
  }
}

SmallVector<double> WinogradAxis::finite() const {
  if (points() == 1)
    return {};
  SmallVector<double> all{0};
  for (double pair : pairs()) {
    all.push_back(pair);
    all.push_back(-pair);
  }
  return all;
}

SmallVector<double> margay::codegen::polynomialOf(ArrayRef<double> roots) {
  SmallVector<double> coefficients{1};
  for (double root : roots) {
    coefficients.insert(coefficients.begin(), 0);
    for (size_t i = 0; i + 1 < coefficients.size(); ++i)
      coefficients[i] -= root * coefficients[i + 1];
  }
  return coefficients;
}

SmallVector<double> WinogradAxis::filterRow(int64_t point) const {
  SmallVector<double> row(kernel, 0), all = finite();
  if (point == points() - 1) {
    row.back() = 1;
    return row;
  }
  double scale = 1;
  for (auto [index, other] : enumerate(all))
    if (static_cast<int64_t>(index) != point)
      scale /= all[point] - other;
  for (double &value : row) {
    value = scale;
    scale *= all[point];
  }
  return row;
}

SmallVector<double> WinogradAxis::inputRow(int64_t point) const {
  SmallVector<double> others = finite();
  if (point < points() - 1)
    others.erase(others.begin() + point);
  SmallVector<double> row = polynomialOf(others);
  row.resize(points(), 0);
  return row;
}

SmallVector<double> WinogradAxis::outputRow(int64_t output) const {
  SmallVector<double> row;
  for (double point : finite()) {
    double power = 1;
    for (int64_t i = 0; i < output; ++i)
      power *= point;
    row.push_back(power);
  }
  row.push_back(output == outputs - 1 ? 1 : 0);
  return row;
}

SmallVector<WinogradAxis> margay::codegen::winogradAxes(int64_t kernel) {
  switch (kernel) {
  case 1:
    return {{1, 1}};
  case 3:
    return {{4, 3}, {2, 3}};
  case 5:
    return {{2, 5}};
  default:
    return {};
  }
}
