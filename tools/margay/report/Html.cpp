//===- Html.cpp - small pieces of HTML and SVG ----------------------------===//

#include "tools/margay/report/Html.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace margay;
using namespace margay::cli;
using llvm::StringRef;

std::string margay::cli::escaped(StringRef text) {
  std::string valid = llvm::json::isUTF8(text) ? text.str() : llvm::json::fixUTF8(text), result;
  for (char c : valid) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
      result += "\xEF\xBF\xBD"; // HTML has no such characters.
    else
      result += c;
  }
  return result;
}

std::string margay::cli::formatted(const char *format, double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(format, value);
  return text;
}

std::string margay::cli::percentText(double share) {
  return formatted(share < 0.01 ? "%.1f\u00a0%%" : "%.0f\u00a0%%", 100 * share);
}

void margay::cli::writeRow(llvm::raw_ostream &os, llvm::ArrayRef<Cell> cells, StringRef kind) {
  os << "<tr" << (kind.empty() ? "" : " class=\"" + kind.str() + "\"") << '>';
  for (const Cell &cell : cells)
    os << "<td" << (cell.kind.empty() ? "" : " class=\"" + cell.kind.str() + "\"") << '>' << cell.html << "</td>";
  os << "</tr>\n";
}

void margay::cli::writeTitles(llvm::raw_ostream &os, llvm::ArrayRef<StringRef> titles) {
  os << "<thead><tr>";
  for (StringRef title : titles)
    os << "<th>" << escaped(title) << "</th>";
  os << "</tr></thead>\n";
}
