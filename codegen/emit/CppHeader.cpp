//===- CppHeader.cpp - writes model.hpp -----------------------------------===//
//
// A class around the C function: spans instead of pointers, their sizes checked, an arena that grows as needed, and a
// result with its sentence. What all models share comes first, guarded, so that many such headers can be included.
//
//===----------------------------------------------------------------------===//

#include "codegen/emit/Header.h"
#include <fmt/format.h>

namespace margay::codegen {

/// What all models share, in namespace mg. A change here needs a new guard and a new inline namespace.
static const char sharedPart[] = R"(#ifndef MARGAY_HPP_1
#define MARGAY_HPP_1
namespace mg {
inline namespace v1 {

/// How a call ended: a status, and a sentence when it is not MG_OK.
class Result {
public:
  Result() noexcept = default;
  explicit Result(mg_status status) noexcept : code(status) {}
  explicit operator bool() const noexcept { return code == MG_OK; }
  mg_status status() const noexcept { return code; }
  const char *message() const noexcept { return text[0] ? text : mg_status_string(code); }

  mg_status code = MG_OK;
  char text[256] = {};
};

/// Aligned memory, freed at the end. Without exceptions: false when there was none to have.
class Arena {
public:
  Arena() noexcept = default;
  Arena(std::size_t bytes, std::size_t align) noexcept
      : memory(::operator new(bytes ? bytes : 1, std::align_val_t(align), std::nothrow)), bytes(memory ? bytes : 0), align(align) {}
  Arena(Arena &&other) noexcept { swap(other); }
  Arena &operator=(Arena &&other) noexcept {
    Arena(std::move(other)).swap(*this);
    return *this;
  }
  ~Arena() {
    if (memory) ::operator delete(memory, std::align_val_t(align));
  }
  void swap(Arena &other) noexcept {
    std::swap(memory, other.memory);
    std::swap(bytes, other.bytes);
    std::swap(align, other.align);
  }
  explicit operator bool() const noexcept { return memory != nullptr; }
  void *data() const noexcept { return memory; }
  std::size_t size() const noexcept { return bytes; }

private:
  void *memory = nullptr;
  std::size_t bytes = 0, align = 1;
};

namespace detail {

/// Whether a span is as long as a port of these dims: in bytes for packed types, in elements for others.
template <typename T> bool fits(const mg_port &port, const std::int64_t *dims, std::size_t size, std::uint64_t &needed) noexcept {
  std::uint64_t elements = 1;
  for (std::int32_t i = 0; i < port.rank; ++i) elements *= static_cast<std::uint64_t>(dims[i]);
  needed = (elements * mg_dtype_bits(port.dtype) + 8 * sizeof(T) - 1) / (8 * sizeof(T));
  return size == needed;
}

/// Checks the size of one argument and writes the sentence if it is wrong.
template <typename T> bool check(Result &result, const char *side, const mg_port &port, const std::int64_t *dims, std::span<T> data) noexcept {
  std::uint64_t needed = 0;
  if (fits<T>(port, dims, data.size(), needed) || (!data.data() && (port.flags & MG_PORT_MAY_BE_NULL))) return true;
  result.code = MG_E_SHAPE;
  std::snprintf(result.text, sizeof result.text, "%s '%s': span has %llu elements, %llu are needed", side, port.name,
                static_cast<unsigned long long>(data.size()), static_cast<unsigned long long>(needed));
  return false;
}

} // namespace detail
} // namespace v1
} // namespace mg
#endif
)";

static bool isPlain(const InterfacePort &port) { return port.kind == MG_TENSOR; }

/// The argument of the class's call for one parameter of the C function; empty for those that the class provides
/// itself.
static std::string cppParameter(const Interface &interface, const Parameter &p) {
  bool isInput = p.role == Parameter::Input || p.role == Parameter::State;
  switch (p.role) {
  case Parameter::Symbol:
    return "std::int64_t " + p.name;
  case Parameter::Input:
  case Parameter::State:
  case Parameter::Output: {
    const InterfacePort &port = (isInput ? interface.inputs : interface.outputs)[p.index];
    if (!isPlain(port))
      return p.type + p.name;
    return fmt::format("std::span<{}{}> {}", p.role == Parameter::Input ? "const " : "", elementType(port.dtype),
                       p.name);
  }
  case Parameter::Dims:
    return fmt::format("std::array<std::int64_t, {}> &{}", interface.outputs[p.index].dims.size(), p.name);
  case Parameter::Capacity:
  case Parameter::Arena:
  case Parameter::ArenaBytes:
  case Parameter::Options:
    return {};
  }
  return {};
}

/// What the class passes to the C function for one parameter.
static std::string cppArgument(const Interface &interface, const Parameter &p) {
  switch (p.role) {
  case Parameter::Symbol:
    return p.name;
  case Parameter::Input:
  case Parameter::State:
    return isPlain(interface.inputs[p.index]) ? p.name + ".data()" : p.name;
  case Parameter::Output:
    return isPlain(interface.outputs[p.index]) ? p.name + ".data()" : p.name;
  case Parameter::Capacity:
    return interface.outputs[p.index].cName + ".size()";
  case Parameter::Dims:
    return p.name + ".data()";
  case Parameter::Arena:
    return "arena_.data()";
  case Parameter::ArenaBytes:
    return "arena_.size()";
  case Parameter::Options:
    return "&call_options_";
  }
  return {};
}

static void append(std::string &list, const std::string &item) {
  if (!item.empty())
    list += (list.empty() ? "" : ", ") + item;
}

/// One check of a span's size for each port that has one.
static std::string sizeChecks(const Interface &interface) {
  std::string text;
  size_t offset = 0;
  auto add = [&](const InterfacePort &port, const char *side, size_t index, bool isChecked) {
    if (isChecked && isPlain(port))
      text += fmt::format(
          "      if (!mg::detail::check(result_, \"{0}\", *model_.{0}s[{1}], dims_ + {2}, {3})) return result_;\n",
          side, index, offset, port.cName);
    offset += port.dims.size();
  };
  for (size_t i = 0; i < interface.inputs.size(); ++i)
    add(interface.inputs[i], "input", i, true);
  for (size_t i = 0; i < interface.outputs.size(); ++i)
    add(interface.outputs[i], "output", i, !interface.outputs[i].hasDataDims() && !stateOfOutput(interface, i));
  return text;
}

static std::string symbolList(const Interface &interface, const char *type) {
  std::string list;
  for (const InterfaceSymbol &symbol : interface.symbols)
    append(list, type + symbol.cName);
  return list;
}

static size_t dimCount(const Interface &interface) {
  size_t count = 0;
  for (const std::vector<InterfacePort> *ports : {&interface.inputs, &interface.outputs})
    for (const InterfacePort &port : *ports)
      count += port.dims.size();
  return count;
}

std::string writeCppHeader(const Interface &interface) {
  std::string parameters, arguments;
  for (const Parameter &parameter : parametersOf(interface)) {
    append(parameters, cppParameter(interface, parameter));
    append(arguments, cppArgument(interface, parameter));
  }
  std::string values = symbolList(interface, "");
  return fmt::format(
      R"(// {0}.hpp - a neural network, compiled by Margay {1}. C++20, header-only, no exceptions needed. Generated.
#ifndef MARGAY_MODEL_{0}_HPP
#define MARGAY_MODEL_{0}_HPP

#include "{0}.h"
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
#include <span>
#include <utility>

{2}
namespace margay {{

/// {3}
/// An object holds an arena: use one per thread.
class {0} {{
public:
  /// How calls are made: threads, ISA level, weights. The error buffer is the result's.
  mg_options options = MG_OPTIONS_INIT;

  {0}() noexcept = default;
  explicit {0}(const mg_parallel *parallel) noexcept {{ options.parallel = parallel; }}

  static const mg_model &description() noexcept {{ return ::{0}_model; }}

  /// The network. The sizes of all spans are checked, and the arena is made as big as needed.
  [[nodiscard]] mg::Result operator()({4}) noexcept {{
    const mg_model &model_ = ::{0}_model;
    mg::Result result_;
    mg_options call_options_ = options;
    call_options_.error = result_.text;
    call_options_.error_bytes = sizeof result_.text;
    const std::int64_t symbols_[] = {{{5}}};
    std::int64_t dims_[{6}] = {{}};
    if (model_.shapes(&model_, symbols_, dims_) == MG_OK) {{ // else the call below says what is wrong
{7}      const std::size_t bytes_ = model_.arena_bytes(&model_, symbols_, &options);
      if (bytes_ != SIZE_MAX && (arena_.size() < bytes_ || !arena_)) {{
        arena_ = mg::Arena(); // before the bigger one is there
        arena_ = mg::Arena(bytes_, static_cast<std::size_t>(model_.align));
        if (!arena_) {{
          result_.code = MG_E_ARENA;
          std::snprintf(result_.text, sizeof result_.text, "no memory for an arena of %llu bytes", static_cast<unsigned long long>(bytes_));
          return result_;
        }}
      }}
    }}
    result_.code = ::{0}({8});
    return result_;
  }}

private:
  mg::Arena arena_;
}};

}} // namespace margay

#endif
)",
      interface.name, commentText(interface.version), sharedPart, describeModel(interface), parameters,
      values.empty() ? "0" : values, dimCount(interface) + 1, sizeChecks(interface), arguments);
}

} // namespace margay::codegen
