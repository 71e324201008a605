//===- main.cpp - the command line's entry --------------------------------===//

#include "ir/Fault.h"
#include "tools/driver/Interrupt.h"
#include "tools/driver/Messages.h"
#include "tools/margay/Arguments.h"
#include "tools/margay/Verbs.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"

using namespace margay;
using namespace margay::cli;
using llvm::StringRef;

namespace {
struct VerbEntry {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  llvm::Error (*run)(llvm::ArrayRef<StringRef>);
};
} // namespace

static constexpr VerbEntry verbs[] = {
    {"compile", "compile a model into a library with headers; the verb may be left out", compileVerb},
    {"run", "run a model on pictures or arrays and show the results", runVerb},
    {"verify", "compare a compiled model with its test data, or with the evaluator", verifyVerb},
    {"check", "say everything that is unsupported or wrong in a model", checkVerb},
    {"info", "say what a model or library takes, gives and consists of", infoVerb},
    {"bench", "measure a compiled model", benchVerb},
    {"report", "measure a compiled model, and write a page about it and its kernels", reportVerb},
};

static void printOverview(llvm::raw_ostream &os) {
  os << "usage: margay VERB MODEL [OPTION]...\n\nMargay compiles ONNX models into small native libraries.\n\n";
  for (const VerbEntry &verb : verbs)
    os << "  " << verb.name << std::string(10 - verb.name.size(), ' ') << verb.summary << '\n';
  os << "\n'margay VERB --help' says more; '--version' prints the version.\n";
}

/// Whether a word can be meant as a verb: it has nothing of a path.
static bool looksLikeVerb(StringRef word) { return word.find_first_of("./\\") == StringRef::npos; }

static llvm::Error dispatch(llvm::ArrayRef<StringRef> arguments) {
  if (arguments.empty()) {
    printOverview(llvm::errs());
    return makeFault(Fault::Usage, "a verb or a model is needed");
  }
  StringRef first = arguments[0];
  if (first == "--help" || first == "-h" || first == "help") {
    printOverview(llvm::outs());
    return llvm::Error::success();
  }
  if (first == "--version") {
    llvm::outs() << "margay " << MARGAY_VERSION << " (LLVM " << LLVM_VERSION_STRING << ")\n";
    return llvm::Error::success();
  }
  std::vector<StringRef> names;
  for (const VerbEntry &verb : verbs) {
    if (verb.name == first)
      return verb.run(arguments.drop_front());
    names.push_back(verb.name);
  }
  // `margay model.onnx` compiles; a mistyped verb should not be taken for a file.
  if (looksLikeVerb(first) && !first.starts_with("-") && !llvm::sys::fs::exists(first)) {
    if (std::optional<StringRef> meant = closest(first, names))
      return makeFault(Fault::Usage, "unknown verb '" + first + "'; did you mean '" + *meant + "'?");
    return makeFault(Fault::Usage,
                     "unknown verb '" + first + "', and no file of that name; 'margay --help' lists the verbs");
  }
  return compileVerb(arguments);
}

int main(int argc, char **argv) {
  driver::installFatalErrorHandler();
  driver::installCrashHandler();
  std::vector<StringRef> arguments(argv + 1, argv + argc);
  llvm::Error error = dispatch(arguments);
  // A full disk or a closed pipe is not found out before the last byte is written.
  llvm::outs().flush();
  if (llvm::outs().has_error()) {
    error = llvm::joinErrors(std::move(error),
                             makeFault(Fault::Io, "stdout: cannot be written: " + llvm::outs().error().message()));
    llvm::outs().clear_error();
  }
  return driver::report(std::move(error));
}
