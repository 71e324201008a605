//===- Results.cpp - outputs as people want to see them -------------------===//

#include "tools/margay/Results.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>
#include <numeric>

using namespace margay::cli;
using margay::driver::Array;

/// Up to this many classes are all shown, in their order; of more, the best few.
static constexpr size_t allClasses = 12, bestClasses = 5;
/// An output of up to this many elements is printed in full.
static constexpr int64_t fewElements = 16;
static constexpr size_t barWidth = 24;

template <typename... Args> static std::string formatted(const char *format, Args... args) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::format(format, args...);
  return text;
}

/// One vector of values, whatever dimensions of 1 surround it.
static bool isVector(const Array &array) {
  return llvm::count_if(array.shape, [](int64_t dim) { return dim != 1; }) == 1 && array.elements() >= 2;
}

/// A batch of one picture: [1, C, H, W] or [1, H, W, C].
static bool isPicture(const Array &array) {
  if (array.shape.size() != 4 || array.shape[0] != 1)
    return false;
  auto channels = [&](int axis) { return array.shape[axis] == 1 || array.shape[axis] == 3; };
  return (channels(1) && array.shape[2] > 3 && array.shape[3] > 3) ||
         (channels(3) && array.shape[1] > 3 && array.shape[2] > 3);
}

std::vector<double> margay::cli::classProbabilities(const Array &output, bool ofPicture) {
  if (!isVector(output) || !margay::driver::isFloat(output.dtype) || output.elements() > 100000)
    return {};
  std::vector<double> values(output.elements());
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = output.at(i);
  if (!llvm::all_of(values, [](double value) { return std::isfinite(value); }))
    return {};
  double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (std::abs(sum - 1) < 1e-2 && llvm::all_of(values, [](double value) { return value >= 0; }))
    return values;
  if (!ofPicture)
    return {};
  double most = *llvm::max_element(values), total = 0;
  for (double &value : values)
    total += value = std::exp(value - most);
  for (double &value : values)
    value /= total;
  return values;
}

static std::vector<std::string> classLines(const std::vector<double> &probabilities, Style style) {
  std::vector<size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order,
             [&](size_t a, size_t b) { return std::pair(-probabilities[a], a) < std::pair(-probabilities[b], b); });
  size_t best = order[0];
  if (order.size() <= allClasses)
    std::iota(order.begin(), order.end(), 0);
  else
    order.resize(bestClasses);
  int digits = static_cast<int>(std::to_string(*llvm::max_element(order)).size());
  std::vector<std::string> lines;
  for (size_t index : order) {
    std::string text = formatted("%*d %6.2f %%  ", digits, static_cast<int>(index), probabilities[index] * 100) +
                       bar(probabilities[index], barWidth, style);
    if (index == best && style.colours)
      text = "\033[1m" + text + "\033[0m";
    lines.push_back((index == best ? "> " : "  ") + text);
  }
  return lines;
}

/// All values, a line for each row.
static std::vector<std::string> valueLines(const Array &array) {
  int64_t columns = array.shape.empty() ? 1 : array.shape.back();
  std::vector<std::string> lines;
  for (int64_t i = 0; i < array.elements(); ++i) {
    if (i % columns == 0)
      lines.push_back(" ");
    lines.back() += " " + formatted("%.6g", array.at(i));
  }
  return lines;
}

static std::string statisticsText(const Array &array) {
  double least = INFINITY, most = -INFINITY, sum = 0;
  int64_t finite = 0, count = array.elements();
  for (int64_t i = 0; i < count; ++i) {
    double value = array.at(i);
    if (!std::isfinite(value))
      continue;
    ++finite;
    sum += value;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  std::string text =
      finite ? formatted("min %.6g  mean %.6g  max %.6g", least, sum / finite, most) : "no finite values";
  if (finite != count)
    text += formatted("  (%lld infinite or NaN)", static_cast<long long>(count - finite));
  return text;
}

static std::vector<std::string> outputLines(const NamedArray &output, bool ofPicture, Style style) {
  const Array &array = output.array;
  std::string title = output.name + "  " + margay::driver::typeText(array.dtype, array.shape);
  std::vector<double> probabilities = classProbabilities(array, ofPicture);
  if (!probabilities.empty()) {
    std::vector<std::string> lines = classLines(probabilities, style);
    lines.insert(lines.begin(), title);
    return lines;
  }
  std::vector<std::string> lines = {title};
  if (array.elements() == 0)
    lines.push_back("  empty");
  else if (array.elements() <= fewElements)
    llvm::append_range(lines, valueLines(array));
  else
    lines.push_back("  " + statisticsText(array));
  return lines;
}

std::vector<std::string> margay::cli::describeRun(const std::vector<NamedArray> &inputs,
                                                  const std::vector<NamedArray> &outputs, Style style) {
  std::optional<Picture> picture = inputs.size() == 1 ? drawImage(inputs[0].array, style) : std::nullopt;
  bool ofPicture = picture || (inputs.size() == 1 && isPicture(inputs[0].array));
  std::vector<std::string> lines;
  for (const NamedArray &input : inputs)
    lines.push_back(input.name + "  " + margay::driver::typeText(input.array.dtype, input.array.shape));
  std::vector<std::string> results;
  for (const NamedArray &output : outputs)
    llvm::append_range(results, outputLines(output, ofPicture, style));
  llvm::append_range(lines, picture ? beside(*picture, results) : results);
  return lines;
}
