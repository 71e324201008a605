//===- Report.cpp - margay report -----------------------------------------===//

#include "tools/driver/OutputFile.h"
#include "tools/margay/CompileArguments.h"
#include "tools/margay/Text.h"
#include "tools/margay/Verbs.h"
#include "tools/margay/report/ReportPage.h"
#include "llvm/Support/Path.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;
using llvm::StringRef;

llvm::Error margay::cli::reportVerb(llvm::ArrayRef<StringRef> arguments) {
  CompileOptions options;
  options.name = "model";
  BenchmarkOptions benchmark;
  std::string file;
  unsigned seconds = 1;
  Verb verb{"report", "MODEL",
            "Measures a compiled model as 'margay bench' does, and writes an HTML page: what the model is, each kernel "
            "with its plan,\nthe nodes in it and its time beside its floor, and what lies where in memory.",
            concat({{"-o", "FILE", "the page (MODEL's name with .html, in this folder, unless given); - prints it",
                     setString(file)},
                    {"--threads", "N", "workers (1 unless given)", setCount("--threads", benchmark.threads)},
                    {"--seconds", "N", "how long to measure (1 unless given)", setCount("--seconds", seconds)}},
                   compileArguments(options))};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  options.input = (*parsed)->operands[0];
  benchmark.seconds = seconds;
  StringRef name = llvm::sys::path::filename(options.input);
  if (file.empty())
    file = llvm::sys::path::stem(name).str() + ".html";

  Progress progress;
  llvm::Expected<MeasuredModel> model = compileAndMeasure(options, benchmark, progress);
  if (!model)
    return model.takeError();
  auto write = [&](llvm::raw_ostream &os) { writeReportPage(*model, name, benchmark.threads, os); };
  if (file == "-") {
    write(llvm::outs());
    return llvm::Error::success();
  }
  OutputFiles files;
  if (llvm::Error error = files.add(file, write))
    return error;
  if (llvm::Error error = files.commit())
    return error;
  printTable({{"wrote", file}}, llvm::outs());
  return llvm::Error::success();
}
