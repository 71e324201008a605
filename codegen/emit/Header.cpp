//===- Header.cpp - writes model.h ----------------------------------------===//

#include "codegen/emit/Header.h"
#include "runtime/Bitcode.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>

using llvm::StringRef;

namespace margay::codegen {

StringRef margayHeader() { return {margay_header, margay_header_size}; }
StringRef margayPoolHeader() { return {margay_pool_header, margay_pool_header_size}; }

std::string commentText(StringRef name) {
  std::string text;
  for (char c : name) {
    if (llvm::isAlnum(c) || StringRef("_.:/-+ ()[]<>=,;@#$%&!~^'|{}\"").contains(c))
      text += c;
    else // among them `*`, which could end a comment, and `?` and `\`, which could join lines
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

//===- The description in words ---------------------------------------------===//

static std::string describePorts(const Interface &interface, const std::vector<InterfacePort> &ports) {
  std::string text;
  for (const InterfacePort &port : ports)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", port.cName, describeType(interface, port));
  return text.empty() ? "nothing" : text;
}

static std::string describeSymbol(const InterfaceSymbol &symbol) {
  std::string text = symbol.max ? fmt::format("{} in {}..{}", symbol.cName, symbol.min, *symbol.max)
                                : fmt::format("{} >= {}", symbol.cName, symbol.min);
  return symbol.multiple > 1 ? fmt::format("{} (multiples of {})", text, symbol.multiple) : text;
}

std::string describeModel(const Interface &interface) {
  std::string text =
      fmt::format("{} -> {}", describePorts(interface, interface.inputs), describePorts(interface, interface.outputs));
  for (const InterfaceSymbol &symbol : interface.symbols)
    text += ", " + describeSymbol(symbol);
  return text + ".";
}

/// Lines for what C had to rename and what is updated in place.
static std::string describeNames(const Interface &interface) {
  std::string text;
  auto rename = [&](StringRef what, StringRef cName, StringRef name) {
    if (cName != name)
      text += fmt::format(" * {} {}: '{}' in the model\n", what.str(), cName.str(), commentText(name));
  };
  for (const InterfaceSymbol &symbol : interface.symbols)
    rename("dimension", symbol.cName, symbol.name);
  for (const InterfacePort &port : interface.inputs)
    rename("input", port.cName, port.name);
  for (const InterfacePort &port : interface.outputs)
    rename("output", port.cName, port.name);
  for (const InterfaceState &state : interface.states)
    text += fmt::format(" * state {}: updated in place, becomes {}\n", interface.inputs[state.input].cName,
                        interface.outputs[state.output].cName);
  return text;
}

//===- The header -----------------------------------------------------------===//

static std::string parameterList(const Interface &interface) {
  std::string text;
  for (const Parameter &parameter : parametersOf(interface))
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", parameter.type, parameter.name, parameter.suffix);
  return text;
}

static std::string symbolParameters(const Interface &interface) {
  std::string text;
  for (const InterfaceSymbol &symbol : interface.symbols)
    text += fmt::format("int64_t {}, ", symbol.cName);
  return text;
}

static std::string macros(const Interface &interface, StringRef prefix) {
  std::string text = fmt::format("#define {}_ALIGN {}\n", prefix.str(), interface.align);
  if (interface.maxArenaBytes)
    text += fmt::format("#define {}_ARENA_BYTES {}u /* enough for every allowed shape, with one worker */\n",
                        prefix.str(), *interface.maxArenaBytes);
  if (interface.weightsBytes)
    text += fmt::format("#define {}_WEIGHTS_BYTES {}u /* the size of {}.mgw: its contents go into options.weights */\n",
                        prefix.str(), interface.weightsBytes, interface.name);
  return text + fmt::format("#define {}_HASH 0x{:016x}u\n", prefix.str(), interface.hash);
}

std::string writeHeader(const Interface &interface) {
  const std::string &name = interface.name;
  return fmt::format(R"(/* {0}.h - a neural network, compiled by Margay {1}. C99 and C++. Generated. */
#ifndef MARGAY_MODEL_{0}_H
#define MARGAY_MODEL_{0}_H

#include "margay.h"
#if MARGAY_ABI < {2}
#error "{0}.h needs a margay.h with MARGAY_ABI {2} or more: use the newest one of all your models"
#endif

{3}
#ifdef __cplusplus
extern "C" {{
#endif

/* {4}
{5} * Thread-safe: one arena per call in flight. */
mg_status {0}({6});

/* Bytes that the arena needs for these dimensions and the workers in options (which may be NULL); SIZE_MAX if the dimensions are not allowed. */
size_t {0}_arena_bytes({7}const mg_options *options);

/* The same model, described: names, shapes, types, hashes, ISA levels, entry points. */
extern const mg_model {0}_model;

/* An instance, in the caller's memory: optional on a CPU. options.instance = mem afterwards. */
size_t {0}_instance_bytes(const mg_options *options);
mg_status {0}_open(void *mem, size_t mem_bytes, const mg_options *options);
void {0}_close(void *instance);

/* Reads all external weights and compares their hash. */
mg_status {0}_check_weights(const void *weights, size_t weights_bytes, const mg_options *options);

#ifdef __cplusplus
}}
#endif

#endif
)",
                     name, commentText(interface.version), MARGAY_ABI, macros(interface, StringRef(name).upper()),
                     describeModel(interface), describeNames(interface), parameterList(interface),
                     symbolParameters(interface));
}

} // namespace margay::codegen
