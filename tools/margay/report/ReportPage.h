//===- ReportPage.h - a model and its kernels as a page -------------------===//

#ifndef MARGAY_TOOLS_MARGAY_REPORT_REPORTPAGE_H
#define MARGAY_TOOLS_MARGAY_REPORT_REPORTPAGE_H

#include "tools/driver/Benchmark.h"

namespace margay::cli {

/// Writes an HTML page that needs no other file: what the model is, how fast it runs, each kernel, the memory map.
/// `title` is what the model is called.
void writeReportPage(const driver::MeasuredModel &model, llvm::StringRef title, unsigned threads,
                     llvm::raw_ostream &os);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_REPORT_REPORTPAGE_H
