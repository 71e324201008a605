//===- MemoryChart.cpp - the arena as a picture ---------------------------===//

#include "tools/margay/report/MemoryChart.h"
#include "tools/margay/Text.h"
#include "tools/margay/report/Html.h"
#include "llvm/ADT/STLExtras.h"

using namespace margay;
using namespace margay::cli;
using driver::MappedBuffer;
using driver::MemoryMap;

static constexpr double width = 1000, height = 360, left = 86, bottom = 24, top = 6;

/// The bytes that are in use at each step.
static std::vector<int64_t> liveBytes(const MemoryMap &map) {
  std::vector<int64_t> live(map.steps.size());
  for (const MappedBuffer &buffer : map.buffers)
    for (int64_t step = buffer.first; step <= buffer.last; ++step)
      live[step] += buffer.bytes;
  return live;
}

static std::string stepText(const MemoryMap &map, int64_t step) {
  return std::to_string(step + 1) + " (" + map.steps[step] + ")";
}

void margay::cli::writeMemoryChart(const MemoryMap &map, llvm::raw_ostream &os) {
  if (map.buffers.empty() || map.bytes <= 0) {
    os << "<p>Nothing lies in the arena: results are computed where the caller wants them.</p>\n";
    return;
  }
  double perStep = (width - left) / static_cast<double>(map.steps.size());
  double perByte = (height - top - bottom) / static_cast<double>(map.bytes);
  os << "<svg class=\"memory\" viewBox=\"0 0 " << width << ' ' << height << "\" role=\"img\">\n";
  for (int quarter = 0; quarter <= 4; ++quarter) {
    double y = height - bottom - (height - top - bottom) * quarter / 4;
    os << "<line class=\"grid\" x1=\"" << left << "\" x2=\"" << width << "\" y1=\"" << formatted("%.1f", y)
       << "\" y2=\"" << formatted("%.1f", y) << "\"/><text text-anchor=\"end\" x=\"" << left - 8 << "\" y=\""
       << formatted("%.1f", y + 4) << "\">" << formatted("%.2f MB", static_cast<double>(map.bytes) * quarter / 4e6)
       << "</text>\n";
  }
  for (auto [index, buffer] : llvm::enumerate(map.buffers)) {
    double x = left + static_cast<double>(buffer.first) * perStep;
    double w = static_cast<double>(buffer.last - buffer.first + 1) * perStep;
    double h = std::max(0.5, static_cast<double>(buffer.bytes) * perByte);
    double y = height - bottom - static_cast<double>(buffer.offset) * perByte - h;
    os << "<rect class=\"b" << index % 6 << "\" x=\"" << formatted("%.2f", x) << "\" y=\"" << formatted("%.2f", y)
       << "\" width=\"" << formatted("%.2f", w) << "\" height=\"" << formatted("%.2f", h) << "\"><title>"
       << escaped(buffer.name) << ": " << bytesText(buffer.bytes) << " at " << countText(buffer.offset)
       << ", from step " << escaped(stepText(map, buffer.first)) << " to " << escaped(stepText(map, buffer.last))
       << "</title></rect>\n";
  }
  os << "<text x=\"" << left << "\" y=\"" << height - 6 << "\">step 1</text><text text-anchor=\"end\" x=\"" << width
     << "\" y=\"" << height - 6 << "\">step " << map.steps.size() << "</text>\n</svg>\n";

  std::vector<int64_t> live = liveBytes(map);
  int64_t fullest = llvm::max_element(live) - live.begin();
  os << "<p>" << countText(map.buffers.size()) << " buffers; the most in use at once are " << bytesText(live[fullest])
     << ", at step " << escaped(stepText(map, fullest)) << ", of an arena of " << bytesText(map.bytes)
     << ". Inputs and outputs are the caller's, and lie elsewhere.</p>\n";
}
