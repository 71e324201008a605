//===- Draw.cpp - small pictures and bars, in characters ------------------===//

#include "tools/margay/Draw.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Process.h"
#include <algorithm>
#include <cmath>

using namespace margay::cli;
using llvm::StringRef;
using margay::driver::Array;

Style margay::cli::standardStyle() {
  std::optional<std::string> locale;
  for (const char *name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (locale = llvm::sys::Process::GetEnv(name); locale && !locale->empty())
      break;
  Style style;
  style.unicode =
      locale && (StringRef(*locale).contains_insensitive("utf-8") || StringRef(*locale).contains_insensitive("utf8"));
  style.colours = llvm::sys::Process::StandardOutIsDisplayed() && llvm::sys::Process::StandardOutHasColors();
  return style;
}

/// Height and width of an array that is one picture of one channel: [..1, H, W] or [..1, H, W, 1].
static std::optional<std::pair<int64_t, int64_t>> pictureSize(const Array &array) {
  llvm::ArrayRef<int64_t> shape = array.shape;
  if (shape.size() == 4 && shape.back() == 1)
    shape = shape.drop_back();
  if (shape.size() < 2)
    return std::nullopt;
  int64_t height = shape[shape.size() - 2], width = shape.back();
  bool small = height >= 8 && width >= 8 && height <= 64 && width <= 64;
  if (!small || array.elements() != height * width)
    return std::nullopt;
  return std::pair(height, width);
}

/// Two pixels, one above the other, as one character.
static StringRef halves(double upper, double lower, Style style) {
  if (style.unicode) {
    static constexpr StringRef blocks[] = {" ", "▄", "▀", "█"};
    return blocks[(upper > 0.5) * 2 + (lower > 0.5)];
  }
  static constexpr StringRef ramp = " .:-=+*#%@";
  size_t level = std::min<size_t>(ramp.size() - 1, std::lround((upper + lower) / 2 * (ramp.size() - 1)));
  return ramp.substr(level, 1);
}

std::optional<Picture> margay::cli::drawImage(const Array &array, Style style) {
  auto size = pictureSize(array);
  if (!size)
    return std::nullopt;
  auto [height, width] = *size;
  double least = array.at(0), most = least;
  for (int64_t i = 0; i < height * width; ++i) {
    least = std::min(least, array.at(i));
    most = std::max(most, array.at(i));
  }
  if (!(most > least) || !std::isfinite(most - least))
    return std::nullopt;
  auto brightness = [&, width = width, height = height](int64_t y, int64_t x) {
    return y < height ? (array.at(y * width + x) - least) / (most - least) : 0.0;
  };
  Picture picture;
  picture.width = width;
  for (int64_t y = 0; y < height; y += 2) {
    std::string line;
    for (int64_t x = 0; x < width; ++x)
      line += halves(brightness(y, x), brightness(y + 1, x), style);
    picture.lines.push_back(std::move(line));
  }
  return picture;
}

std::string margay::cli::bar(double fraction, size_t width, Style style) {
  fraction = std::clamp(fraction, 0.0, 1.0);
  if (!style.unicode)
    return std::string(std::lround(fraction * width), '#');
  static constexpr StringRef eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  size_t parts = std::lround(fraction * width * 8);
  std::string text;
  for (size_t i = 0; i < parts / 8; ++i)
    text += "█";
  text += eighths[parts % 8];
  return text;
}

std::vector<std::string> margay::cli::beside(const Picture &picture, const std::vector<std::string> &text) {
  std::vector<std::string> lines;
  // The shorter of the two is centred beside the other.
  size_t height = std::max(picture.lines.size(), text.size());
  size_t pictureTop = (height - picture.lines.size()) / 2, textTop = (height - text.size()) / 2;
  for (size_t i = 0; i < height; ++i) {
    bool hasPicture = i >= pictureTop && i - pictureTop < picture.lines.size();
    bool hasText = i >= textTop && i - textTop < text.size();
    std::string line = hasPicture ? picture.lines[i - pictureTop] : std::string(picture.width, ' ');
    if (hasText)
      line += "   " + text[i - textTop];
    lines.push_back(StringRef(line).rtrim().str());
  }
  return lines;
}
