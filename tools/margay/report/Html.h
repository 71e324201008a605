//===- Html.h - small pieces of HTML and SVG ------------------------------===//

#ifndef MARGAY_TOOLS_MARGAY_REPORT_HTML_H
#define MARGAY_TOOLS_MARGAY_REPORT_HTML_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace margay::cli {

/// Text as it may stand between tags and in quoted attributes. Bytes that are no UTF-8 are replaced.
std::string escaped(llvm::StringRef text);

/// A number by a printf format.
std::string formatted(const char *format, double value);

/// "37 %", or less than one, "0.4 %".
std::string percentText(double share);

/// A cell of a table: HTML, already escaped, and its class.
struct Cell {
  std::string html;
  llvm::StringRef kind = "";
};

/// <tr> with one cell each.
void writeRow(llvm::raw_ostream &os, llvm::ArrayRef<Cell> cells, llvm::StringRef kind = "");

/// A row of titles.
void writeTitles(llvm::raw_ostream &os, llvm::ArrayRef<llvm::StringRef> titles);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_REPORT_HTML_H
