//===- Text.h - numbers and tables for people -----------------------------===//

#ifndef MARGAY_TOOLS_MARGAY_TEXT_H
#define MARGAY_TOOLS_MARGAY_TEXT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace margay::cli {

/// "1,605,632 bytes".
std::string bytesText(uint64_t bytes);
/// "1,605,632".
std::string countText(uint64_t count);
/// "0.31 s", "4.2 ms" or "17 us".
std::string secondsText(double seconds);

using TableRow = std::vector<std::string>;

/// Columns as wide as their widest cell, two spaces apart.
void printTable(const std::vector<TableRow> &rows, llvm::raw_ostream &os);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_TEXT_H
