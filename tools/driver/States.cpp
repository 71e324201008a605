//===- States.cpp - the inputs and outputs that --state ties --------------===//

#include "tools/driver/States.h"
#include "codegen/driver/Describe.h"
#include "ir/Fault.h"
#include "ir/Ops.h"
#include "ir/States.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace margay;
using namespace margay::driver;
using codegen::Interface;
using codegen::InterfacePort;
using llvm::StringRef;

namespace {
/// Where the ports are that a text names.
struct Tie {
  unsigned input, output;
};
} // namespace

static llvm::Error usage(const CompileOptions &options, const llvm::Twine &message) {
  return makeFault(Fault::Usage, options.input + ": " + message);
}

static std::optional<unsigned> indexOf(llvm::ArrayRef<InterfacePort> ports, StringRef name) {
  const auto *port = llvm::find_if(ports, [&](const InterfacePort &port) { return port.name == name; });
  return port == ports.end() ? std::nullopt : std::optional<unsigned>(port - ports.begin());
}

static std::string namesOf(llvm::ArrayRef<InterfacePort> ports) {
  return llvm::join(llvm::map_range(ports, [](const InterfacePort &port) { return "'" + port.name + "'"; }), ", ");
}

/// Reads "INPUT=OUTPUT". Names may contain a '=', so each is tried.
static llvm::Expected<Tie> parseTie(StringRef text, const Interface &interface, const CompileOptions &options) {
  if (!text.contains('='))
    return usage(options, "option '--state' needs INPUT=OUTPUT, such as past=present, not '" + text + "'");
  for (size_t at = text.find('='); at != StringRef::npos; at = text.find('=', at + 1)) {
    std::optional<unsigned> input = indexOf(interface.inputs, text.take_front(at)),
                            output = indexOf(interface.outputs, text.drop_front(at + 1));
    if (input && output)
      return Tie{*input, *output};
  }
  auto [input, output] = text.split('=');
  if (!indexOf(interface.inputs, input))
    return usage(options, "option '--state " + text + "': there is no input '" + input + "'; the inputs are " +
                              namesOf(interface.inputs));
  return usage(options, "option '--state " + text + "': there is no output '" + output + "'; the outputs are " +
                            namesOf(interface.outputs));
}

llvm::Error margay::driver::tieStates(Graph &graph, const CompileOptions &options) {
  if (options.states.empty())
    return llvm::Error::success();
  if (graph.stage != Stage::Nn)
    return usage(options, "its states are settled: use --state where the model is imported");
  auto main = graph.module->lookupSymbol<mlir::func::FuncOp>(nn::mainFunction);
  Interface interface = codegen::describeInterface(main, "model");
  for (StringRef text : options.states) {
    llvm::Expected<Tie> tie = parseTie(text, interface, options);
    if (!tie)
      return tie.takeError();
    const InterfacePort &input = interface.inputs[tie->input], &output = interface.outputs[tie->output];
    if (main.getArgumentTypes()[tie->input] != main.getResultTypes()[tie->output])
      return usage(options, "option '--state " + text + "': input '" + input.name + "' is " +
                                describeType(interface, input) + ", but output '" + output.name + "' is " +
                                describeType(interface, output));
    if (nn::stateResult(main, tie->input))
      return usage(options, "option '--state " + text + "': input '" + input.name + "' is a state already");
    if (nn::stateArgument(main, tie->output))
      return usage(options, "option '--state " + text + "': output '" + output.name + "' is a state already");
    nn::tieState(main, tie->input, tie->output);
  }
  return llvm::Error::success();
}
