//===- Text.cpp - numbers and tables for people ---------------------------===//

#include "tools/margay/Text.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

using namespace margay::cli;
using llvm::StringRef;

std::string margay::cli::countText(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t at = text.size(); at > 3;)
    text.insert(at -= 3, ",");
  return text;
}

std::string margay::cli::bytesText(uint64_t bytes) { return countText(bytes) + (bytes == 1 ? " byte" : " bytes"); }

std::string margay::cli::secondsText(double seconds) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (seconds >= 0.1)
    os << llvm::format("%.2f s", seconds);
  else if (seconds >= 1e-3)
    os << llvm::format("%.3f ms", seconds * 1e3);
  else
    os << llvm::format("%.2f us", seconds * 1e6);
  return text;
}

/// Characters, not bytes: names may be in any language.
static size_t columns(StringRef text) {
  return llvm::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
}

void margay::cli::printTable(const std::vector<TableRow> &rows, llvm::raw_ostream &os) {
  std::vector<size_t> widths;
  for (const TableRow &row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), row.size()));
      // The last cell of a row may be longer than its column: nothing follows it.
      if (i + 1 < row.size())
        widths[i] = std::max(widths[i], columns(row[i]));
    }
  for (const TableRow &row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size())
        line += std::string(widths[i] - std::min(widths[i], columns(row[i])) + 2, ' ');
    }
    os << StringRef(line).rtrim() << '\n';
  }
}
