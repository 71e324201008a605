//===- ReportPage.cpp - a model and its kernels as a page -----------------===//

#include "tools/margay/report/ReportPage.h"
#include "ir/Ops.h"
#include "tools/driver/KernelFacts.h"
#include "tools/driver/MemoryMap.h"
#include "tools/margay/Text.h"
#include "tools/margay/report/Html.h"
#include "tools/margay/report/MemoryChart.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace margay;
using namespace margay::cli;
using driver::KernelFacts;
using driver::KernelTime;
using driver::MeasuredModel;
using driver::Measurement;
using llvm::StringRef;

/// Follows the reader's light or dark colours.
static constexpr StringRef style = R"css(
  :root { color-scheme: light dark; --ink: #222; --dim: #777; --line: #ddd; --back: #fff; --tile: #f4f6f8; --bar: #2a78b8; --slow: #d9582b }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #ddd; --dim: #999; --line: #3a3a3a; --back: #16181a; --tile: #202428; --bar: #4a98d8; --slow: #e8764b }
  }
  body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 1180px; margin: 2em auto; padding: 0 1.5em }
  h1 { font-size: 24px; margin-bottom: 0 } h2 { font-size: 18px; margin-top: 2em } p, figcaption { color: var(--dim) }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
  th { text-align: left; font-weight: 600; color: var(--dim); position: sticky; top: 0; background: var(--back) }
  th, td { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top }
  .number { text-align: right; white-space: nowrap } .small { font-size: 12px; color: var(--dim) }
  .facts { width: auto } .facts td:first-child { color: var(--dim); padding-right: 2em }
  .tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 1.2em 0 }
  .tile { background: var(--tile); border-radius: 8px; padding: 10px 16px } .tile b { display: block; font-size: 20px }
  .share { background: var(--tile); width: 110px; height: 10px; border-radius: 3px; overflow: hidden; margin-top: 5px }
  .share i { display: block; height: 100%; background: var(--bar) } .slow .share i { background: var(--slow) }
  .slow .floor { color: var(--slow); font-weight: 600 } details summary { cursor: pointer }
  .memory { width: 100% } .memory text { font-size: 11px; fill: var(--dim) } .grid { stroke: var(--line) }
  .memory rect { stroke: var(--back); stroke-width: .6; opacity: .85 } .memory rect:hover { opacity: 1; stroke: var(--ink) }
  .b0 { fill: #2a78b8 } .b1 { fill: #e0912f } .b2 { fill: #5a9e4b } .b3 { fill: #a05cb0 } .b4 { fill: #3fa7a0 } .b5 { fill: #c0504d }
)css";

static void writeTile(llvm::raw_ostream &os, StringRef value, StringRef what) {
  os << "<div class=\"tile\"><b>" << escaped(value) << "</b>" << escaped(what) << "</div>\n";
}

static void writeTiles(const MeasuredModel &model, llvm::raw_ostream &os) {
  const Measurement &measured = model.measurement;
  os << "<div class=\"tiles\">\n";
  writeTile(os, secondsText(measured.median), "median of " + countText(measured.calls) + " calls");
  writeTile(os, secondsText(measured.min), "least");
  if (measured.operations > 0) {
    writeTile(os, formatted("%.1f GFLOP/s", measured.operationsPerSecond() * 1e-9), "products and convolutions");
    writeTile(os, percentText(measured.operationsPerSecond() / measured.peak),
              formatted("of the peak, %.1f GFLOP/s", measured.peak * 1e-9));
  }
  writeTile(os, countText(measured.kernels.size()), "kernels");
  os << "</div>\n";
}

static void writeFacts(const MeasuredModel &model, llvm::raw_ostream &os) {
  const codegen::Library &library = model.callable.compiled.library;
  const codegen::Interface &interface = library.interface;
  auto row = [&](StringRef what, const std::string &name, const std::string &more = "") {
    writeRow(os, {{escaped(what)}, {escaped(name)}, {escaped(more), "small"}});
  };
  os << "<table class=\"facts\">\n";
  for (const codegen::InterfacePort &port : interface.inputs)
    row("input", port.name, codegen::describeType(interface, port));
  for (const codegen::InterfacePort &port : interface.outputs)
    row("output", port.name, codegen::describeType(interface, port));
  for (const codegen::InterfaceSymbol &symbol : interface.symbols)
    row("dimension", symbol.name, "measured at " + std::to_string(model.measurement.symbols.lookup(symbol.name)));
  row("parameters", countText(model.parameters), "in " + countText(model.parameterTensors) + " tensors");
  row("weights", bytesText(library.weightsBytes), "as kernels read them");
  row("code", bytesText(library.codeBytes), mg_isa_name(model.measurement.isa) + std::string(" was measured"));
  row("arena", bytesText(model.measurement.arenaBytes), "what the measured call needs besides inputs and outputs");
  row("compiled in", secondsText(model.callable.compiled.seconds));
  os << "</table>\n";
}

static std::string shareBar(double share) {
  return "<div class=\"share\"><i style=\"width:" + formatted("%.1f", std::min(100.0, 100 * share)) + "%\"></i></div>";
}

static std::string rateText(double operations, double seconds) {
  return operations > 0 && seconds > 0 ? formatted("%.1f", operations / seconds * 1e-9) : "";
}

/// What kinds of kernels the time goes to.
static void writePlans(const Measurement &measured, llvm::raw_ostream &os) {
  struct Sum {
    StringRef plan;
    size_t kernels = 0;
    double seconds = 0, floor = 0, operations = 0;
  };
  std::vector<Sum> sums;
  for (const KernelTime &kernel : measured.kernels) {
    auto sum = llvm::find_if(sums, [&](const Sum &other) { return other.plan == kernel.work.plan; });
    if (sum == sums.end())
      sum = sums.insert(sums.end(), Sum{.plan = kernel.work.plan});
    ++sum->kernels;
    sum->seconds += kernel.seconds;
    sum->floor += kernel.floor.seconds();
    sum->operations += kernel.work.operations;
  }
  llvm::sort(sums,
             [](const Sum &a, const Sum &b) { return std::pair(-a.seconds, a.plan) < std::pair(-b.seconds, b.plan); });
  double total = measured.kernelSeconds();
  os << "<h2>Where the time goes</h2>\n<table>\n";
  writeTitles(os, {"plan", "kernels", "time", "share", "", "GFLOP/s", "of their floor"});
  for (const Sum &sum : sums)
    writeRow(os, {{escaped(sum.plan)},
                  {countText(sum.kernels), "number"},
                  {secondsText(sum.seconds), "number"},
                  {percentText(sum.seconds / total), "number"},
                  {shareBar(sum.seconds / total)},
                  {rateText(sum.operations, sum.seconds), "number"},
                  {sum.seconds > 0 ? percentText(sum.floor / sum.seconds) : "", "number"}});
  os << "</table>\n";
}

/// The nodes of the model in a kernel; many of them fold up.
static std::string nodesHtml(const KernelFacts &facts) {
  constexpr size_t few = 3;
  std::string all = escaped(llvm::join(facts.nodes, ", "));
  if (facts.nodes.size() <= few)
    return all;
  return "<details><summary>" + countText(facts.nodes.size()) + " nodes: " + escaped(facts.nodes.front()) +
         " …</summary>" + all + "</details>";
}

static void writeKernels(const Measurement &measured, llvm::raw_ostream &os) {
  std::vector<const KernelTime *> slow = measured.slowKernels();
  double total = measured.kernelSeconds();
  os << "<h2>Kernels</h2>\n<p>In the order in which they run. The floor is what the measured peak allows "
        "its multiplications or the measured bandwidth its bytes, whichever is longer; an algorithm that needs fewer "
        "operations may be below it. Highlighted: "
     << formatted("above %.0f %% of the time", 100 * driver::noticeableShare)
     << formatted(" and below %.0f %% of the floor", 100 * driver::leastShareOfFloor) << " (" << slow.size()
     << ").</p>\n<table>\n";
  writeTitles(os, {"", "kernel", "plan", "takes and gives", "weights", "time", "share", "", "GFLOP/s", "arithmetic",
                   "bytes", "of its floor"});
  for (auto [index, kernel] : llvm::enumerate(measured.kernels)) {
    KernelFacts facts = driver::factsOf(kernel.work.ops, measured.symbols);
    writeRow(os,
             {{std::to_string(index + 1), "number small"},
              {"<b>" + escaped(kernel.work.name) + "</b><div class=\"small nodes\">" + nodesHtml(facts) + "</div>"},
              {escaped(kernel.work.plan) + "<div class=\"small\">" + escaped(facts.numbers) + "</div>"},
              {escaped(facts.operands) + "<br>→ " + escaped(facts.results), "small"},
              {facts.weightBytes > 0 ? countText(static_cast<uint64_t>(facts.weightBytes)) : "", "number"},
              {secondsText(kernel.seconds), "number"},
              {total > 0 ? percentText(kernel.seconds / total) : "", "number"},
              {shareBar(total > 0 ? kernel.seconds / total : 0)},
              {rateText(kernel.work.operations, kernel.seconds), "number"},
              {secondsText(kernel.floor.arithmetic), "number small"},
              {secondsText(kernel.floor.bytes), "number small"},
              {kernel.seconds > 0 ? percentText(kernel.floor.seconds() / kernel.seconds) : "", "number floor"}},
             llvm::is_contained(slow, &kernel) ? "kernel slow" : "kernel");
  }
  os << "</table>\n";
}

void margay::cli::writeReportPage(const MeasuredModel &model, StringRef title, unsigned threads,
                                  llvm::raw_ostream &os) {
  os << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" << escaped(title)
     << "</title>\n<style>" << style << "</style>\n</head>\n<body>\n<h1>" << escaped(title)
     << "</h1>\n<p>Compiled by Margay " << escaped(model.callable.compiled.library.interface.version)
     << ", measured with " << threads << (threads == 1 ? " thread" : " threads") << " and the code for "
     << mg_isa_name(model.measurement.isa) << ".</p>\n";
  writeTiles(model, os);
  writeFacts(model, os);
  writePlans(model.measurement, os);
  writeKernels(model.measurement, os);
  os << "<h2>Memory</h2>\n";
  writeMemoryChart(driver::memoryMap(model.graph, model.measurement.symbols), os);
  os << "</body>\n</html>\n";
}
