//===- Names.cpp - which C names a model and its arguments get ------------===//

#include "codegen/emit/Names.h"
#include "ir/Fault.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <fmt/format.h>

using llvm::StringRef;

namespace margay::codegen {

//===- Lists of names -------------------------------------------------------===//

static llvm::StringSet<> wordSet(StringRef words) {
  llvm::StringSet<> set;
  llvm::SmallVector<StringRef, 0> parts;
  words.split(parts, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef part : parts)
    set.insert(part);
  return set;
}

/// Keywords of C (to C23), C++ (to C++26) and the extensions that compilers have in their default modes.
static bool isKeyword(StringRef name) {
  static const llvm::StringSet<> keywords =
      wordSet("alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t "
              "class co_await co_return co_yield compl "
              "concept const const_cast consteval constexpr constinit continue contract_assert decltype default delete "
              "do double dynamic_cast else enum "
              "explicit export extern false float for friend goto if inline int long mutable namespace new noexcept "
              "not not_eq nullptr operator or or_eq "
              "private protected public register reinterpret_cast requires restrict return short signed sizeof static "
              "static_assert static_cast struct "
              "switch template this thread_local throw true try typedef typeid typename typeof typeof_unqual union "
              "unsigned using virtual void volatile "
              "wchar_t while xor xor_eq");
  return keywords.contains(name);
}

/// Macros without parameters, of headers that an application may have included before ours; and types that our
/// declarations use.
static bool isMacroOrType(StringRef name) {
  static const llvm::StringSet<> names =
      wordSet("NULL EOF I NAN INFINITY HUGE_VAL BUFSIZ RAND_MAX errno stdin stdout stderr complex imaginary noreturn "
              "unreachable unix linux i386 near far "
              "small interface environ size_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t "
              "uint64_t uintptr_t intptr_t std");
  return names.contains(name);
}

/// Names that belong to the implementation (6.4.2.1 of C): __x and _X.
static bool isImplementationName(StringRef name) {
  return name.size() > 1 && name[0] == '_' && (name[1] == '_' || llvm::isUpper(name[1]));
}

/// margay.h's own names, and the macros that start like them.
static bool isMargayName(StringRef name) {
  return name.starts_with_insensitive("mg_") || name.starts_with_insensitive("margay") || name == "mg";
}

static bool isLibcName(StringRef name) {
  static const llvm::StringSet<> names = wordSet(
#include "codegen/emit/LibcNames.inc"
  );
  if (names.contains(name))
    return true;
  for (StringRef suffix : {"_r", "_np", "_l", "_unlocked", "64", "f32", "f64", "f128", "f32x", "f64x"})
    if (name.ends_with(suffix) && names.contains(name.drop_back(suffix.size())))
      return true;
  return false;
}

/// Names in the families that the list leaves out.
static bool isLibcFamily(StringRef name) {
  for (StringRef prefix : {"pthread_", "posix_", "sem_", "mtx_", "cnd_", "thrd_", "tss_", "sched_", "mq_", "aio_",
                           "shm_", "xdr_", "epoll_"})
    if (name.starts_with(prefix))
      return true;
  return false;
}

/// What a model defines besides its function: names behind its own, and macros behind its own in capitals.
static constexpr llvm::StringLiteral symbolSuffixes[] = {"_model", "_arena_bytes", "_instance_bytes",
                                                         "_open",  "_close",       "_check_weights"};
static constexpr llvm::StringLiteral macroSuffixes[] = {"_ALIGN", "_ARENA_BYTES", "_WEIGHTS_BYTES", "_HASH"};

//===- Making identifiers ---------------------------------------------------===//

static std::string toIdentifier(StringRef name) {
  std::string result = name.str();
  for (char &c : result)
    if (!llvm::isAlnum(c) && c != '_')
      c = '_';
  return result;
}

std::string modelNameFromFile(StringRef stem) {
  std::string name = toIdentifier(stem);
  if (name.empty())
    return "model";
  return llvm::isDigit(name[0]) ? "model_" + name : name;
}

/// Why a model cannot have this name; empty if it can.
static std::string objection(StringRef name) {
  if (name.empty())
    return "is empty";
  if (toIdentifier(name) != name || llvm::isDigit(name[0]))
    return "is not a C identifier";
  if (isKeyword(name))
    return "is a keyword of C or C++";
  if (isMargayName(name))
    return "starts like Margay's own names";
  if (isImplementationName(name) || isMacroOrType(name))
    return "is reserved in C or C++";
  if (isLibcName(name) || isLibcFamily(name))
    return "is a name of the C library's";
  for (StringRef suffix : symbolSuffixes)
    if (isLibcName((name + suffix).str()))
      return fmt::format("would define {}{}, a name of the C library's", name.str(), suffix.str());
  return {};
}

llvm::Error checkModelName(StringRef name) {
  std::string why = objection(name);
  if (why.empty())
    return llvm::Error::success();
  std::string suggestion = modelNameFromFile(name);
  for (const char *prefix : {"net_", "my_"})
    if (!objection(suggestion).empty())
      suggestion = prefix + suggestion;
  return makeFault(Fault::Usage,
                   fmt::format("a model cannot be named '{}': the name {}; choose another one, such as --name={}",
                               name.str(), why, suggestion));
}

//===- Names of arguments ---------------------------------------------------===//

/// Names of the function's own: its last arguments, the variables that CppHeader.cpp has beside the arguments, itself
/// and what it brings along.
static bool isTaken(const Interface &interface, StringRef name) {
  static const llvm::StringSet<> own =
      wordSet("arena arena_bytes options model_ result_ call_options_ symbols_ dims_ bytes_ arena_");
  if (own.contains(name) || name == interface.name)
    return true;
  StringRef symbol = name, macro = name;
  return (symbol.consume_front(interface.name) && llvm::is_contained(symbolSuffixes, symbol)) ||
         (macro.consume_front(StringRef(interface.name).upper()) && llvm::is_contained(macroSuffixes, macro));
}

static std::string uniqueName(const Interface &interface, StringRef original, StringRef prefix,
                              llvm::StringSet<> &used) {
  auto isFree = [&](StringRef name) {
    return !name.empty() && !llvm::isDigit(name[0]) && !isKeyword(name) && !isMacroOrType(name) &&
           !isImplementationName(name) && !isMargayName(name) && !isTaken(interface, name) && !used.contains(name);
  };
  std::string base = toIdentifier(original), name = base;
  if (!isFree(name))
    base = name = (prefix + base).str();
  for (int number = 2; !isFree(name); ++number)
    name = fmt::format("{}_{}", base, number);
  used.insert(name);
  return name;
}

void assignNames(Interface &interface) {
  llvm::StringSet<> used;
  for (InterfaceSymbol &symbol : interface.symbols)
    symbol.cName = uniqueName(interface, symbol.name, "dim_", used);
  for (InterfacePort &port : interface.inputs)
    port.cName = uniqueName(interface, port.name, "in_", used);
  for (InterfacePort &port : interface.outputs)
    port.cName = uniqueName(interface, port.name, "out_", used);
  for (InterfacePort &port : interface.outputs) {
    if (!port.hasDataDims())
      continue;
    port.capacityName = uniqueName(interface, port.cName + "_capacity", "out_", used);
    port.dimsName = uniqueName(interface, port.cName + "_dims", "out_", used);
  }
}

} // namespace margay::codegen
