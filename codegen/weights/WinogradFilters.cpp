//===- WinogradFilters.cpp - filters as Winograd's tiles multiply them ----===//

#include "codegen/weights/WinogradFilters.h"
#include "codegen/emit/WeightsObject.h"
#include "codegen/kernels/Tile.h"
#include <cstring>

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Each row of `rows` values [kernel][width] becomes [points][width] by the axis' filter rows: `lines` such blocks one
/// after the other.
static std::vector<double> alongAxis(const WinogradAxis &axis, const std::vector<double> &values, int64_t lines,
                                     int64_t width) {
  std::vector<double> result(lines * axis.points() * width, 0);
  for (int64_t point = 0; point < axis.points(); ++point) {
    SmallVector<double> row = axis.filterRow(point);
    for (int64_t line = 0; line < lines; ++line)
      for (int64_t tap = 0; tap < axis.kernel; ++tap) {
        const double *from = &values[(line * axis.kernel + tap) * width];
        double *to = &result[(line * axis.points() + point) * width];
        for (int64_t i = 0; i < width; ++i)
          to[i] += row[tap] * from[i];
      }
  }
  return result;
}

void codegen::writeWinogradFilters(const WeightView &filters, const WinogradTiling &tiling, WeightsWriter &writer) {
  int64_t panelSize = tiling.channels * panelColumns;
  for (int64_t first = 0; first < tiling.outputs; first += panelColumns) {
    std::vector<double> panel; // [height][width][channels][16]
    panel.reserve(tiling.height.kernel * tiling.width.kernel * panelSize);
    filters.writeColumns(first, std::min(panelColumns, tiling.outputs - first), panelColumns,
                         [&](ArrayRef<char> piece) {
                           for (size_t at = 0; at < piece.size(); at += sizeof(float)) {
                             float value;
                             std::memcpy(&value, piece.data() + at, sizeof value);
                             panel.push_back(value);
                           }
                         });
    panel = alongAxis(tiling.height, panel, 1, tiling.width.kernel * panelSize);
    panel = alongAxis(tiling.width, panel, tiling.height.points(), panelSize);
    std::vector<float> rounded(panel.begin(), panel.end());
    writer.write({reinterpret_cast<const char *>(rounded.data()), rounded.size() * sizeof(float)});
  }
}
