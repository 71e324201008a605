//===- ModelCall.h - a call of a compiled model ---------------------------===//
//
// Everything that one call needs, allocated once, so that it can be repeated and timed: arrays in, arrays out, the
// arena, the options. Calls go through mg_run, as an application's would.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_MODELCALL_H
#define MARGAY_TOOLS_DRIVER_MODELCALL_H

#include "runtime/include/margay.h"
#include "tools/driver/data/Array.h"
#include "tools/driver/data/ImageToArray.h"
#include "llvm/Support/Error.h"
#include <cstdlib>
#include <memory>

struct mg_pool; // NOLINT(readability-identifier-naming): C gives the name.

namespace margay::driver {

/// How a model is called.
struct CallOptions {
  int32_t isa = MG_ISA_AUTO;
  unsigned threads = 1;
  llvm::ArrayRef<uint8_t> weights = {}; ///< Of the file of external weights, where the model has one.
  const mg_profile *profile = nullptr;
};

/// The type of an input as the model describes it, with -1 for dimensions that the caller chooses.
llvm::Expected<InputType> inputType(const mg_port &port);

class ModelCall {
public:
  /// Allocates everything. A fault says which input does not fit.
  static llvm::Expected<ModelCall> prepare(const mg_model &model, std::vector<Array> inputs,
                                           const CallOptions &options);

  /// Makes the call. May be repeated: outputs are overwritten, and states go on from what the last call made of them.
  llvm::Error run();
  /// What the last call wrote.
  std::vector<Array> outputs() const;
  size_t arenaBytes() const { return arenaSize; }

private:
  explicit ModelCall(const mg_model &model) : model(model) {}
  llvm::Error allocateOutputs(llvm::ArrayRef<int64_t> symbols);
  void startStates();
  llvm::Error allocateArena(llvm::ArrayRef<int64_t> symbols);
  mg_status call(llvm::MutableArrayRef<char> message);
  bool growOutputs();

  struct Free {
    void operator()(void *memory) const { std::free(memory); }
    void operator()(mg_pool *pool) const;
  };

  const mg_model &model;
  std::vector<Array> inputs;
  std::vector<Array> results; ///< With room for `capacities` elements each. Those of states are their inputs, too.
  std::vector<int64_t> capacities;
  std::unique_ptr<void, Free> arena;
  size_t arenaSize = 0;
  mg_options options = MG_OPTIONS_INIT;
  std::unique_ptr<mg_pool, Free> pool;
};

/// A failed call as a fault: the caller's mistakes are usage, the machine's limits are unsupported, and the rest are
/// ours.
llvm::Error statusFault(mg_status status, llvm::StringRef message);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_MODELCALL_H
