//===- Link.cpp - the linker, in this process -----------------------------===//

#include "codegen/emit/Link.h"
#include "ir/Fault.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

/// The part of lld's report that a fault's one sentence has room for: its first error, without the program's name.
static std::string firstError(StringRef report) {
  StringRef line = report.split('\n').first;
  line.consume_front("ld.lld: ");
  line.consume_front("error: ");
  return line.str();
}

/// Runs lld. All failures but those of files are ours: the user has no part in what is linked.
static Error runLinker(ArrayRef<std::string> arguments, StringRef output) {
  static std::mutex mutex;
  static bool usable = true;
  std::lock_guard<std::mutex> lock(mutex);
  if (!usable)
    return makeFault(Fault::Internal, "the linker failed before and cannot run again");
  // The linker would report what it cannot write in its own words, only after having done all the work.
  SmallVector<const char *> raw = {"ld.lld"};
  for (const std::string &argument : arguments)
    raw.push_back(argument.c_str());
  std::string report, ignored;
  raw_string_ostream reportStream(report), ignoredStream(ignored);
  lld::Result result = lld::lldMain(raw, ignoredStream, reportStream, {{lld::Gnu, &lld::elf::link}});
  usable = result.canRunAgain;
  if (result.retCode == 0)
    return Error::success();
  std::string message = firstError(report);
  bool aboutFiles = StringRef(message).contains("cannot open") || StringRef(message).contains("failed to write");
  return makeFault(aboutFiles ? Fault::Io : Fault::Internal, output + ": linking failed: " + message);
}

/// What every link has in common: the same bytes whoever runs it, and no threads for work of milliseconds.
static SmallVector<std::string> commonArguments(ArrayRef<std::string> objects, StringRef output) {
  SmallVector<std::string> arguments = {"-m", "elf_x86_64",  "--threads=1", "--build-id=none", "--no-color-diagnostics",
                                        "-z", "noexecstack", "-o",          output.str()};
  arguments.append(objects.begin(), objects.end());
  return arguments;
}

Error codegen::linkRelocatable(ArrayRef<std::string> objects, StringRef output) {
  SmallVector<std::string> arguments = commonArguments(objects, output);
  arguments.push_back("-r");
  return runLinker(arguments, output);
}

Error codegen::linkShared(ArrayRef<std::string> objects, StringRef output, StringRef soname) {
  SmallVector<std::string> arguments = commonArguments(objects, output);
  for (StringRef argument : {"-shared", "--no-undefined", "-z", "now", "-z", "relro", "--hash-style=gnu", "-nostdlib"})
    arguments.push_back(argument.str());
  arguments.push_back(("-soname=" + soname).str());
  return runLinker(arguments, output);
}
