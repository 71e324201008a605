//===- Inputs.cpp - what stands behind --input ----------------------------===//

#include "tools/margay/Inputs.h"
#include "ir/Fault.h"
#include "tools/driver/Messages.h"
#include "tools/driver/ModelCall.h"
#include "tools/driver/TestData.h"
#include "tools/driver/data/DataFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;
using llvm::StringRef;

static llvm::Error usage(const llvm::Twine &message) { return makeFault(Fault::Usage, message); }

static std::string quotedList(llvm::ArrayRef<std::string> names) {
  return llvm::join(llvm::map_range(names, [](const std::string &name) { return "'" + name + "'"; }), ", ");
}

/// The longest input name that stands before an '=' at the start.
static std::optional<size_t> namedInput(StringRef text, llvm::ArrayRef<std::string> names) {
  std::optional<size_t> best;
  for (auto [index, name] : llvm::enumerate(names))
    if (text.starts_with(name + "=") && (!best || name.size() > names[*best].size()))
      best = index;
  return best;
}

/// "digit.png:mean=0.5" into file and options. The last colon separates them, unless the whole is a file's name or the
/// colon belongs to a folder's.
static std::pair<StringRef, StringRef> splitFile(StringRef text) {
  if (llvm::sys::fs::exists(text))
    return {text, ""};
  size_t slash = text.find_last_of('/');
  for (size_t colon = text.find(':', slash == StringRef::npos ? 0 : slash); colon != StringRef::npos;
       colon = text.find(':', colon + 1))
    if (llvm::sys::fs::exists(text.take_front(colon)))
      return {text.take_front(colon), text.drop_front(colon + 1)};
  auto [file, options] = text.rsplit(':');
  bool isOptions = text.contains(':') && !options.contains('/');
  return isOptions ? std::pair(file, options) : std::pair(text, StringRef());
}

llvm::Expected<InputArgument> margay::cli::parseInput(StringRef text, llvm::ArrayRef<std::string> names) {
  InputArgument argument;
  if (std::optional<size_t> index = namedInput(text, names)) {
    argument.index = *index;
    text = text.drop_front(names[*index].size() + 1);
  } else if (names.size() != 1) {
    return usage("'--input " + text + "' names none of the model's inputs, which are " + quotedList(names) +
                 "; write --input NAME=FILE");
  }
  auto [file, options] = splitFile(text);
  // With one input a name is not needed, so a mistyped one looks like part of a file's name.
  if (size_t equals = file.find('='); equals != StringRef::npos && !llvm::sys::fs::exists(file))
    return usage("there is no input '" + file.take_front(equals) + "', and no file '" + file +
                 "'; the input is called " + quotedList(names));
  argument.file = file.str();
  if (options.empty())
    return argument;
  llvm::Expected<ReadOptions> parsed = parseReadOptions(options);
  if (!parsed)
    return parsed.takeError();
  argument.options = std::move(*parsed);
  return argument;
}

static llvm::Expected<std::vector<Array>> loadArguments(const mg_model &model, llvm::ArrayRef<std::string> arguments,
                                                        llvm::ArrayRef<std::string> names) {
  std::vector<std::optional<Array>> given(names.size());
  for (const std::string &text : arguments) {
    llvm::Expected<InputArgument> argument = parseInput(text, names);
    if (!argument)
      return argument.takeError();
    if (given[argument->index])
      return usage("input '" + names[argument->index] + "' is given twice");
    llvm::Expected<InputType> type = inputType(*model.inputs[argument->index]);
    if (!type)
      return type.takeError();
    llvm::Expected<Array> array = readInput(argument->file, argument->options, *type);
    if (!array)
      return array.takeError();
    given[argument->index] = std::move(*array);
  }
  std::vector<Array> inputs;
  std::vector<std::string> missing;
  for (auto [index, array] : llvm::enumerate(given)) {
    if (array)
      inputs.push_back(std::move(*array));
    else
      missing.push_back(names[index]);
  }
  if (!missing.empty())
    return usage("no data for input " + quotedList(missing) + "; write --input " + missing[0] + "=FILE");
  return inputs;
}

llvm::Expected<std::vector<Array>> margay::cli::loadInputs(const mg_model &model, llvm::ArrayRef<std::string> arguments,
                                                           StringRef modelFile) {
  std::vector<std::string> names;
  for (int32_t i = 0; i < model.n_inputs; ++i)
    names.push_back(model.inputs[i]->name);
  if (arguments.empty() && !names.empty())
    if (std::vector<std::string> folders = testDataBeside(modelFile); !folders.empty())
      return readTestInputs(folders[0], model);
  return loadArguments(model, arguments, names);
}
