//===- Run.cpp - margay run -----------------------------------------------===//

#include "ir/Fault.h"
#include "tools/driver/Compiler.h"
#include "tools/driver/Messages.h"
#include "tools/driver/ModelCall.h"
#include "tools/driver/data/Npy.h"
#include "tools/margay/CompileArguments.h"
#include "tools/margay/Inputs.h"
#include "tools/margay/Results.h"
#include "tools/margay/Verbs.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;

/// An output's name as a file's name.
static std::string fileName(llvm::StringRef name) {
  std::string file = name.str();
  for (char &c : file)
    if (c == '/' || c == '\\' || c == 0)
      c = '_';
  return file + ".npy";
}

static llvm::Error writeOutputs(llvm::StringRef folder, const std::vector<NamedArray> &outputs) {
  OutputFiles files;
  if (llvm::Error error = files.addFolder(folder))
    return error;
  for (const NamedArray &output : outputs) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, fileName(output.name));
    if (llvm::Error error = files.add(path, [&](llvm::raw_ostream &os) { writeNpy(os, output.array); }))
      return error;
  }
  return files.commit();
}

llvm::Error margay::cli::runVerb(llvm::ArrayRef<llvm::StringRef> arguments) {
  CompileOptions options;
  options.name = "model";
  std::vector<std::string> inputArguments;
  std::string outputFolder;
  unsigned threads = 1;
  Verb verb{"run", "MODEL",
            "Compiles a model, runs it, and shows the results. Without --input it takes the first test_data_set beside "
            "the model.\n"
            "FILE is .npy, .pb (ONNX TensorProto), .png, .jpg, .pgm, .ppm or IDX (.gz too). Behind it, after a colon "
            "and separated by commas:\n"
            "rgb, bgr, grey, nchw, nhwc, invert, resize=WxH, scale=1/255, mean=..., std=..., index=N (of IDX).",
            concat({{"--input", "[NAME=]FILE[:OPTIONS]",
                     "the data for an input; NAME may be left out where there is one", appendString(inputArguments)},
                    {"--output", "DIR", "write each output to DIR/NAME.npy", setString(outputFolder)},
                    {"--threads", "N", "workers (1 unless given)", setCount("--threads", threads)}},
                   compileArguments(options))};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  options.input = (*parsed)->operands[0];

  Progress progress;
  llvm::Expected<Graph> graph = loadGraph(options);
  if (!graph)
    return graph.takeError();
  tell(graph->notes);
  llvm::Expected<CallableModel> callable = compileAndLoad(*graph, options, progress);
  if (!callable)
    return callable.takeError();
  const mg_model &model = callable->model();
  llvm::Expected<std::vector<Array>> inputs = loadInputs(model, inputArguments, options.input);
  if (!inputs)
    return inputs.takeError();
  std::vector<NamedArray> ins, outs;
  for (size_t i = 0; i < inputs->size(); ++i)
    ins.push_back({model.inputs[i]->name, (*inputs)[i]});

  llvm::Expected<ModelCall> call = callable->prepare(std::move(*inputs), {.threads = threads});
  if (!call)
    return inFile(options.input, call.takeError());
  if (llvm::Error error = call->run())
    return inFile(options.input, std::move(error));
  std::vector<Array> results = call->outputs();
  for (size_t i = 0; i < results.size(); ++i)
    outs.push_back({model.outputs[i]->name, std::move(results[i])});

  if (!outputFolder.empty())
    if (llvm::Error error = writeOutputs(outputFolder, outs))
      return error;
  for (const std::string &line : describeRun(ins, outs, standardStyle()))
    llvm::outs() << line << '\n';
  return llvm::Error::success();
}
