//===- Arguments.cpp - the command line as a table of options -------------===//

#include "tools/margay/Arguments.h"
#include "ir/Fault.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace margay;
using namespace margay::cli;
using llvm::StringRef;

static llvm::Error usage(const llvm::Twine &message) { return makeFault(Fault::Usage, message); }

std::optional<StringRef> margay::cli::closest(StringRef written, llvm::ArrayRef<StringRef> candidates) {
  std::optional<StringRef> best;
  unsigned bestDistance = std::max<size_t>(1, written.size() / 3) + 1;
  for (StringRef candidate : candidates) {
    unsigned distance = written.edit_distance(candidate, /*AllowReplacements=*/true, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

static llvm::Error unknownOption(const Verb &verb, StringRef name) {
  std::vector<StringRef> names = {"--help"};
  for (const Option &option : verb.options)
    names.push_back(option.name);
  if (std::optional<StringRef> meant = closest(name, names))
    return usage("unknown option '" + name + "'; did you mean '" + *meant + "'?");
  return usage("unknown option '" + name + "'; 'margay " + verb.name + " --help' lists what there is");
}

static const Option *findOption(const Verb &verb, StringRef name) {
  for (const Option &option : verb.options)
    if (option.name == name)
      return &option;
  return nullptr;
}

/// "--name=value" into its two halves; a short option's value never follows an equals sign.
static std::pair<StringRef, std::optional<StringRef>> splitOption(StringRef argument) {
  if (!argument.starts_with("--") || !argument.contains('='))
    return {argument, std::nullopt};
  auto [name, value] = argument.split('=');
  return {name, value};
}

llvm::Expected<Parsed> margay::cli::parseArguments(const Verb &verb, llvm::ArrayRef<StringRef> arguments) {
  Parsed parsed;
  bool optionsEnded = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    StringRef argument = arguments[i];
    if (optionsEnded || argument.size() < 2 || argument[0] != '-') {
      parsed.operands.push_back(argument.str());
      continue;
    }
    if (argument == "--") {
      optionsEnded = true;
      continue;
    }
    if (argument == "--help" || argument == "-h") {
      parsed.help = true;
      return parsed;
    }
    auto [name, value] = splitOption(argument);
    const Option *option = findOption(verb, name);
    if (!option)
      return unknownOption(verb, name);
    if (option->value.empty()) {
      if (value)
        return usage("option '" + name + "' takes no value");
      if (llvm::Error error = option->set(""))
        return std::move(error);
      continue;
    }
    if (!value) {
      if (i + 1 == arguments.size())
        return usage("option '" + name + "' needs a value: " + name + " " + option->value);
      value = arguments[++i];
    }
    if (llvm::Error error = option->set(*value))
      return std::move(error);
  }
  if (parsed.operands.size() < verb.minOperands)
    return usage("'margay " + verb.name + "' needs " + verb.operands + "; see 'margay " + verb.name + " --help'");
  if (parsed.operands.size() > verb.maxOperands)
    return usage("unexpected operand '" + parsed.operands[verb.maxOperands] + "': 'margay " + verb.name + "' takes " +
                 verb.operands);
  return parsed;
}

llvm::Expected<std::optional<Parsed>> margay::cli::parseOrHelp(const Verb &verb, llvm::ArrayRef<StringRef> arguments) {
  llvm::Expected<Parsed> parsed = parseArguments(verb, arguments);
  if (!parsed)
    return parsed.takeError();
  if (!parsed->help)
    return std::move(*parsed);
  printHelp(verb, llvm::outs());
  return std::nullopt;
}

void margay::cli::printHelp(const Verb &verb, llvm::raw_ostream &os) {
  os << "usage: margay " << verb.name << ' ' << verb.operands << " [OPTION]...\n\n" << verb.summary << "\n";
  if (verb.options.empty())
    return;
  os << '\n';
  auto spelled = [](const Option &option) {
    std::string text = option.name.str();
    if (!option.value.empty())
      text += (option.name.starts_with("--") ? "=" : " ") + option.value.str();
    return text;
  };
  size_t width = 0;
  for (const Option &option : verb.options)
    width = std::max(width, std::min<size_t>(spelled(option).size(), 34));
  for (const Option &option : verb.options) {
    std::string text = spelled(option);
    os << "  " << text;
    if (text.size() > width)
      os << '\n' << std::string(width + 4, ' ');
    else
      os << std::string(width - text.size() + 2, ' ');
    os << option.help << '\n';
  }
}

std::function<llvm::Error(StringRef)> margay::cli::setFlag(bool &flag) {
  return [&flag](StringRef) {
    flag = true;
    return llvm::Error::success();
  };
}

std::function<llvm::Error(StringRef)> margay::cli::setString(std::string &text) {
  return [&text](StringRef value) {
    text = value.str();
    return llvm::Error::success();
  };
}

std::function<llvm::Error(StringRef)> margay::cli::appendString(std::vector<std::string> &list) {
  return [&list](StringRef value) {
    list.push_back(value.str());
    return llvm::Error::success();
  };
}

std::function<llvm::Error(StringRef)> margay::cli::setCount(StringRef option, unsigned &count, unsigned least) {
  return [option, &count, least](StringRef value) -> llvm::Error {
    unsigned parsed;
    if (value.getAsInteger(10, parsed) || parsed < least)
      return usage("option '" + option + "' needs a whole number from " + llvm::Twine(least) + ", not '" + value + "'");
    count = parsed;
    return llvm::Error::success();
  };
}

std::function<llvm::Error(StringRef)> margay::cli::setTolerance(StringRef option, std::optional<double> &tolerance) {
  return [option, &tolerance](StringRef value) -> llvm::Error {
    double parsed;
    if (value.getAsDouble(parsed) || !std::isfinite(parsed) || parsed < 0)
      return usage("option '" + option + "' needs a number that is not negative, such as 1e-3, not '" + value + "'");
    tolerance = parsed;
    return llvm::Error::success();
  };
}
