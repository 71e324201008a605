//===- Interface.cpp - what a compiled model looks like from outside ------===//

#include "codegen/emit/Interface.h"
#include "llvm/Support/ErrorHandling.h"
#include <algorithm>
#include <fmt/format.h>

namespace margay::codegen {

bool InterfacePort::hasDataDims() const {
  return std::any_of(dims.begin(), dims.end(), [](const InterfaceDim &dim) { return dim.kind == InterfaceDim::Data; });
}

// clang-format off
const char *elementType(mg_dtype dtype) {
  switch (dtype) {
  case MG_F32: return "float";
  case MG_F64: return "double";
  case MG_U8: return "uint8_t";
  case MG_I8: return "int8_t";
  case MG_U16: return "uint16_t";
  case MG_I16: return "int16_t";
  case MG_U32: return "uint32_t";
  case MG_I32: return "int32_t";
  case MG_U64: return "uint64_t";
  case MG_I64: return "int64_t";
  case MG_BOOL: return "mg_bool";
  case MG_F16: return "mg_f16";
  case MG_BF16: return "mg_bf16";
  case MG_STRING: return "mg_string";
  case MG_C64: return "mg_c64";
  case MG_C128: return "mg_c128";
  case MG_F8E4M3FN: case MG_F8E4M3FNUZ: case MG_F8E5M2: case MG_F8E5M2FNUZ: case MG_F8E8M0: return "mg_f8";
  case MG_U4: case MG_I4: case MG_F4E2M1: case MG_U2: case MG_I2: return "mg_packed";
  }
  llvm_unreachable("an element type without a C type");
}
// clang-format on

/// An expression as it can stand within a comment.
static std::string apart(std::string text) {
  for (size_t i = 0; i + 1 < text.size(); ++i)
    if ((text[i] == '*' && text[i + 1] == '/') || (text[i] == '/' && text[i + 1] == '*'))
      text.insert(i + 1, " ");
  return text;
}

static std::string describeDim(const Interface &interface, const InterfaceDim &dim) {
  switch (dim.kind) {
  case InterfaceDim::Constant:
    return std::to_string(dim.value);
  case InterfaceDim::Symbol:
    return interface.symbols[dim.value].cName;
  case InterfaceDim::Computed:
    return apart(dim.text);
  case InterfaceDim::Data:
    return dim.text.empty() ? "?" : "<=" + apart(dim.text);
  }
  llvm_unreachable("all kinds are handled");
}

std::string describeType(const Interface &interface, const InterfacePort &port) {
  std::string dims;
  for (const InterfaceDim &dim : port.dims)
    dims += (dims.empty() ? "" : ",") + describeDim(interface, dim);
  std::string type = fmt::format("{}[{}]", mg_dtype_name(port.dtype), dims);
  if (port.kind == MG_SEQUENCE)
    return fmt::format("sequence of {}", type);
  return port.kind == MG_OPTIONAL ? fmt::format("optional {}", type) : type;
}

std::optional<size_t> stateOfInput(const Interface &interface, size_t input) {
  for (const InterfaceState &state : interface.states)
    if (state.input == input)
      return state.output;
  return std::nullopt;
}

std::optional<size_t> stateOfOutput(const Interface &interface, size_t output) {
  for (const InterfaceState &state : interface.states)
    if (state.output == output)
      return state.input;
  return std::nullopt;
}

/// The pointer type of a port's argument.
static std::string pointerType(const InterfacePort &port, bool isConst) {
  return fmt::format("{}{} *", isConst ? "const " : "",
                     port.kind == MG_TENSOR ? elementType(port.dtype) : "mg_sequence");
}

std::vector<Parameter> parametersOf(const Interface &interface) {
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < interface.symbols.size(); ++i)
    parameters.push_back({Parameter::Symbol, i, "int64_t ", interface.symbols[i].cName});
  for (size_t i = 0; i < interface.inputs.size(); ++i) {
    const InterfacePort &port = interface.inputs[i];
    bool isState = stateOfInput(interface, i).has_value();
    parameters.push_back({isState ? Parameter::State : Parameter::Input, i, pointerType(port, !isState), port.cName});
  }
  for (size_t i = 0; i < interface.outputs.size(); ++i) {
    const InterfacePort &port = interface.outputs[i];
    if (stateOfOutput(interface, i))
      continue;
    parameters.push_back({Parameter::Output, i, pointerType(port, false), port.cName});
    if (!port.hasDataDims() || port.kind != MG_TENSOR)
      continue;
    parameters.push_back({Parameter::Capacity, i, "size_t ", port.capacityName});
    parameters.push_back({Parameter::Dims, i, "int64_t ", port.dimsName, fmt::format("[{}]", port.dims.size())});
  }
  parameters.push_back({Parameter::Arena, 0, "void *", "arena"});
  parameters.push_back({Parameter::ArenaBytes, 0, "size_t ", "arena_bytes"});
  parameters.push_back({Parameter::Options, 0, "const mg_options *", "options"});
  return parameters;
}

} // namespace margay::codegen
