//===- Draw.h - small pictures and bars, in characters --------------------===//

#ifndef MARGAY_TOOLS_MARGAY_DRAW_H
#define MARGAY_TOOLS_MARGAY_DRAW_H

#include "tools/driver/data/Array.h"
#include <optional>
#include <string>
#include <vector>

namespace margay::cli {

/// How things may look on this output: with more than ASCII, and with escape sequences for weight.
struct Style {
  bool unicode = false, colours = false;
};

/// What the environment's locale and standard output allow.
Style standardStyle();

/// Lines of text that all cover `width` columns.
struct Picture {
  size_t width = 0;
  std::vector<std::string> lines;
};

/// Draws an array that is one picture of one channel and of at most 64x64 pixels, two rows of pixels a line; nothing
/// for other arrays.
std::optional<Picture> drawImage(const driver::Array &array, Style style);

/// A bar for a fraction of `width` columns; eighths of a column where Unicode has them.
std::string bar(double fraction, size_t width, Style style);

/// The picture on the left and lines of text on the right.
std::vector<std::string> beside(const Picture &picture, const std::vector<std::string> &text);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_DRAW_H
