//===- MemoryChart.h - the arena as a picture -----------------------------===//

#ifndef MARGAY_TOOLS_MARGAY_REPORT_MEMORYCHART_H
#define MARGAY_TOOLS_MARGAY_REPORT_MEMORYCHART_H

#include "tools/driver/MemoryMap.h"

namespace margay::cli {

/// An SVG of the buffers: steps from left to right, addresses from the bottom up.
void writeMemoryChart(const driver::MemoryMap &map, llvm::raw_ostream &os);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_REPORT_MEMORYCHART_H
