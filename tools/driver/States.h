//===- States.h - the inputs and outputs that --state ties ----------------===//

#ifndef MARGAY_TOOLS_DRIVER_STATES_H
#define MARGAY_TOOLS_DRIVER_STATES_H

#include "tools/driver/Graph.h"

namespace margay::driver {

/// Makes states of the inputs and outputs that the options name. A usage fault says which names there are, and what
/// does not fit together. A graph that is past `nn` has its states already.
llvm::Error tieStates(Graph &graph, const CompileOptions &options);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_STATES_H
