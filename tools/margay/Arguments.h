//===- Arguments.h - the command line as a table of options ---------------===//
//
// A verb is described by a table: its operands, and for each option a name, what its value is called, a help line, and
// a function that takes the value. Parsing, the help text and the "did you mean" suggestions all come from the table.
// Both `--name=value` and `--name value` are accepted.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_MARGAY_ARGUMENTS_H
#define MARGAY_TOOLS_MARGAY_ARGUMENTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace margay::cli {

/// One option of a verb. An option with an empty `value` is a flag and takes none; `set` then gets an empty string.
struct Option {
  llvm::StringRef name;  ///< "--emit", or "-o".
  llvm::StringRef value; ///< What the value is called in the help: "LIST".
  llvm::StringRef help;
  std::function<llvm::Error(llvm::StringRef)> set;
};

/// A verb of the command line: how it is used, and what it takes.
struct Verb {
  llvm::StringRef name;
  llvm::StringRef operands; ///< "MODEL", as the help shows them.
  llvm::StringRef summary;
  std::vector<Option> options;
  size_t minOperands = 1, maxOperands = 1;
};

/// What a command line asked for beyond setting options.
struct Parsed {
  std::vector<std::string> operands;
  bool help = false;
};

/// Reads the arguments after the verb. Everything wrong is a usage fault that says what would work.
llvm::Expected<Parsed> parseArguments(const Verb &verb, llvm::ArrayRef<llvm::StringRef> arguments);

/// The same for a verb that is about to run: where only help is asked for, prints it and gives nothing to do.
llvm::Expected<std::optional<Parsed>> parseOrHelp(const Verb &verb, llvm::ArrayRef<llvm::StringRef> arguments);

/// Prints how the verb is used.
void printHelp(const Verb &verb, llvm::raw_ostream &os);

/// The candidate closest to what was written, if one is close enough to have been meant.
std::optional<llvm::StringRef> closest(llvm::StringRef written, llvm::ArrayRef<llvm::StringRef> candidates);

/// Makes setters for the commonest kinds of values.
std::function<llvm::Error(llvm::StringRef)> setFlag(bool &flag);
std::function<llvm::Error(llvm::StringRef)> setString(std::string &text);
std::function<llvm::Error(llvm::StringRef)> appendString(std::vector<std::string> &list);
std::function<llvm::Error(llvm::StringRef)> setCount(llvm::StringRef option, unsigned &count, unsigned least = 1);
std::function<llvm::Error(llvm::StringRef)> setTolerance(llvm::StringRef option, std::optional<double> &tolerance);

} // namespace margay::cli

#endif // MARGAY_TOOLS_MARGAY_ARGUMENTS_H
