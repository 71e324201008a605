//===- CompileArguments.cpp - the options that every compiling verb takes -===//

#include "tools/margay/CompileArguments.h"
#include "ir/Fault.h"
#include "tools/driver/Phases.h"
#include "tools/driver/data/DataFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;
using llvm::StringRef;

static llvm::Error usage(const llvm::Twine &message) { return makeFault(Fault::Usage, message); }

/// A setter for an option with a fixed set of words.
template <typename T>
static std::function<llvm::Error(StringRef)> setWord(StringRef option, T &target,
                                                     std::vector<std::pair<StringRef, T>> words) {
  return [option, &target, words = std::move(words)](StringRef value) -> llvm::Error {
    std::vector<StringRef> known;
    for (const auto &[word, meaning] : words) {
      if (word == value) {
        target = meaning;
        return llvm::Error::success();
      }
      known.push_back(word);
    }
    return usage("option '" + option + "' knows " + llvm::join(known, ", ") + ", not '" + value + "'");
  };
}

/// "batch=4", "batch=1..32", "batch=2.." or "height=32..%32".
static llvm::Error parseDim(StringRef text, std::vector<DimRange> &dims) {
  auto [name, value] = text.rsplit('=');
  DimRange range;
  range.name = name.str();
  bool isRange = value.contains("..");
  auto [sizes, multiple] = value.split('%');
  auto [least, most] = sizes.split("..");
  int64_t upper = 0;
  bool wrong = name.empty() || least.getAsInteger(10, range.least) || range.least < 0;
  if (isRange && !most.empty())
    wrong |= most.getAsInteger(10, upper) || upper < range.least;
  if (value.contains('%'))
    wrong |= !isRange || multiple.getAsInteger(10, range.multiple) || range.multiple < 1;
  if (wrong || !text.contains('='))
    return usage(
        "option '--dim' needs NAME=SIZE or NAME=LEAST..MOST, such as batch=4, batch=1..32 or height=32..640%32, not '" +
        text + "'");
  if (!isRange)
    range.most = range.least;
  else if (!most.empty())
    range.most = upper;
  for (const DimRange &other : dims)
    if (other.name == range.name)
      return usage("option '--dim' is given twice for '" + name + "'");
  dims.push_back(std::move(range));
  return llvm::Error::success();
}

/// A list of stages.
static llvm::Error parseEmit(StringRef text, std::vector<Stage> &emit) {
  for (StringRef item : llvm::split(text, ',')) {
    item = item.trim();
    std::optional<Stage> stage = stageNamed(item);
    if (!stage) {
      auto names = llvm::map_range(stages(), [](const StageFacts &facts) { return facts.name; });
      return usage("option '--emit' knows " + llvm::join(names, ", ") + ", not '" + item + "'");
    }
    emit.push_back(*stage);
  }
  return llvm::Error::success();
}

static llvm::Error parseConstant(StringRef text, std::vector<FixedInput> &constants) {
  auto [name, file] = text.split('=');
  if (name.empty() || file.empty())
    return usage("option '--constant' needs INPUT=FILE, not '" + text + "'");
  llvm::Expected<Array> value = readArray(file);
  if (!value)
    return value.takeError();
  constants.push_back({name.str(), std::move(*value)});
  return llvm::Error::success();
}

std::vector<Option> margay::cli::compileArguments(CompileOptions &options) {
  return {
      {"--cpu", "LEVELS",
       "levels to compile for, of v2,v3,v4,v4-bf16 (all of use unless given); native: this machine's",
       setString(options.levels)},
      {"--target", "TRIPLE", "the machine to compile for; this kind of machine unless given",
       setString(options.target)},
      {"--dim", "NAME=SIZE",
       "pin a dimension, or bound it: batch=4, batch=1..32, height=32..640%32 (multiples of 32); one without a name is "
       "INPUT.AXIS",
       [&options](StringRef value) { return parseDim(value, options.dims); }},
      {"--state", "INPUT=OUTPUT", "an input and an output that are one region, updated in place; may be repeated",
       appendString(options.states)},
      {"--constant", "INPUT=FILE", "an input that is the same in every call, from a .npy or .pb file; may be repeated",
       [&options](StringRef value) { return parseConstant(value, options.constants); }},
      {"--precision", "KIND",
       "f32 (unless given), f32-strict, or bf16: products of rounded operands, added up in f32; f16 is for later",
       setWord<Precision>("--precision", options.precision,
                          {{"f32", Precision::F32},
                           {"f32-strict", Precision::F32Strict},
                           {"f16", Precision::F16},
                           {"bf16", Precision::Bf16}})},
      {"--weights", "PLACE", "embed (in the library, unless given) or file (in NAME.mgw)",
       setWord<WeightsPlace>("--weights", options.weights,
                             {{"embed", WeightsPlace::Embed}, {"file", WeightsPlace::File}})},
      {"--from", "STAGE", "the stage that MODEL is at, as --emit wrote it: nn, opt or kernels",
       setWord<Stage>("--from", options.from,
                      {{"onnx", Stage::Model}, {"nn", Stage::Nn}, {"opt", Stage::Opt}, {"kernels", Stage::Kernels}})},
      {"-j", "N", "threads that compile; the result does not depend on it", setCount("-j", options.jobs)},
  };
}

std::vector<Option> margay::cli::outputArguments(CompileOptions &options) {
  return {
      {"-o", "DIR", "where the results go (the current folder unless given); - prints the one text of --emit",
       setString(options.outputFolder)},
      {"--name", "ID", "the C name of the model (made from the file's name unless given)", setString(options.name)},
      {"--emit", "LIST", "stages to write: nn, opt, kernels, llvm, asm, obj, so, lib; the first five alone stop there",
       [&options](StringRef value) { return parseEmit(value, options.emit); }},
  };
}

std::vector<Option> margay::cli::concat(std::vector<Option> first, std::vector<Option> second) {
  llvm::append_range(first, std::move(second));
  return first;
}
