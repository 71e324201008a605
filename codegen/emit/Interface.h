//===- Interface.h - what a compiled model looks like from outside --------===//
//
// A plain description of a model's inputs, outputs, symbols and sizes, with the C names they get. The headers are
// written from it (Header.h), the exported functions and the mg_model are generated from it.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_INTERFACE_H
#define MARGAY_CODEGEN_EMIT_INTERFACE_H

#include "runtime/include/margay.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace margay::codegen {

/// One dimension of a port.
struct InterfaceDim {
  enum Kind {
    Constant, ///< `value`
    Symbol,   ///< Interface::symbols[value]
    Computed, ///< an expression of symbols, spelled `text`
    Data,     ///< depends on the data; `text` is the upper bound's spelling, or empty
  };
  Kind kind = Constant;
  int64_t value = 0;
  std::string text = {};
};

/// An input or output.
struct InterfacePort {
  std::string name;       ///< as in the original model
  std::string cName = {}; ///< set by assignNames
  mg_dtype dtype = MG_F32;
  std::vector<InterfaceDim> dims = {};
  int32_t kind = MG_TENSOR;                     ///< or MG_SEQUENCE, MG_OPTIONAL
  bool mayBeNull = false;                       ///< an optional input
  std::string capacityName = {}, dimsName = {}; ///< of an output with data-dependent dims; set by assignNames

  /// Whether some dimension depends on the data.
  bool hasDataDims() const;
};

/// A symbolic dimension.
struct InterfaceSymbol {
  std::string name;
  std::string cName = {}; ///< set by assignNames
  int64_t min = 1;
  std::optional<int64_t> max = {};
  int64_t multiple = 1;
  int32_t input = -1, axis = -1; ///< where it can be read from
};

/// An input and an output that are one region, updated in place.
struct InterfaceState {
  size_t input, output;
};

struct Interface {
  std::string name;                          ///< a C identifier; see Names.h
  std::string version;                       ///< Margay's
  std::vector<InterfaceSymbol> symbols = {}; ///< by first appearance over the inputs
  std::vector<InterfacePort> inputs = {}, outputs = {};
  std::vector<InterfaceState> states = {};
  uint64_t align = 64;
  std::optional<uint64_t> maxArenaBytes =
      {}; ///< enough for every allowed shape with one worker, at least `align`; none when a symbol is unbounded
  uint64_t hash = 0;
  uint64_t weightsHash = 0, weightsBytes = 0; ///< of the file of external weights, 0 if they are embedded
  std::vector<int32_t> isaLevels = {};        ///< MG_ISA_…, the best first
  std::vector<std::string> kernels = {};      ///< their names
};

/// One argument of the model's C function. The headers and the generated function both follow this list, so they cannot
/// disagree.
struct Parameter {
  enum Role {
    Symbol,   ///< symbols[index]
    Input,    ///< inputs[index]
    State,    ///< inputs[index], which is also the output of a state
    Output,   ///< outputs[index]
    Capacity, ///< of outputs[index]: room, in elements
    Dims,     ///< of outputs[index]: where its dims go
    Arena,
    ArenaBytes,
    Options,
  };
  Role role;
  size_t index;
  std::string type; ///< as C spells it, up to the name: "const float *"
  std::string name;
  std::string suffix = {}; ///< behind the name: "[2]"
};

/// The arguments in their order: symbols, inputs, outputs (those of states are their inputs), arena, arena_bytes,
/// options.
std::vector<Parameter> parametersOf(const Interface &interface);

/// The C type of an element: "float", "mg_f16".
const char *elementType(mg_dtype dtype);

/// How people write a port's type: "f32[N,3,224,224]".
std::string describeType(const Interface &interface, const InterfacePort &port);

/// The output that is the same region as this input, if it is a state; and the other way round.
std::optional<size_t> stateOfInput(const Interface &interface, size_t input);
std::optional<size_t> stateOfOutput(const Interface &interface, size_t output);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_INTERFACE_H
