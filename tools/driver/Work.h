//===- Work.h - how much a kernel has to do at least ----------------------===//

#ifndef MARGAY_TOOLS_DRIVER_WORK_H
#define MARGAY_TOOLS_DRIVER_WORK_H

#include "codegen/Target.h"
#include "tools/driver/Graph.h"
#include "llvm/ADT/StringMap.h"
#include <algorithm>

namespace margay::driver {

/// What a kernel cannot do without, whatever the algorithm is called.
struct KernelWork {
  std::string name;
  std::string plan;
  double operations = 0;      ///< Of its products and convolutions: a multiply-add is two. 0 where there is none.
  double pairOperations = 0;  ///< Of these, what a level may have an instruction for: products of bf16.
  double multiplications = 0; ///< Of everything else, in lanes of f32; see codegen/kernels/Multiplications.h.
  double bytes = 0;           ///< Of its inputs and outputs, each once.
  double writtenBytes = 0;    ///< Of these, those of its outputs.
  double weightBytes = 0;     ///< Of these, what is the same in every call.
  double inputBytes = 0;      ///< Of these, what the caller hands over.
  double resultBytes = 0;     ///< Of these, what the caller gets.
  double stepBytes = 0;       ///< Of what each step of a recurrent cell needs all of: its weights.
  double repeatedBytes = 0;   ///< These, once for each step but the first one.
  std::vector<mlir::Operation *> ops; ///< The nn.kernel, or those of a chain; they live as long as the graph.

  /// What a call reads once, between everything else.
  double onceBytes() const { return weightBytes + inputBytes; }
};

/// What of a machine's time some work takes at least: that of its multipliers, which a multiplication occupies as long
/// as a multiply-add, and that of reading its bytes. It takes no less than the longer one.
struct Floor {
  double arithmetic = 0, bytes = 0; ///< Seconds.

  Floor() = default;
  /// `peak` and, of products of bf16, `pairPeak` count operations a second (two for a multiply-add), the bandwidths
  /// bytes: where the kernel's tensors are; where its weights and the caller's inputs are, which are read again when
  /// all others of the network have been; where those are that a cell's steps read over and over; and where the
  /// caller's results are, which nobody has touched since the last call.
  Floor(const KernelWork &work, double peak, double pairPeak, double bandwidth, double weightBandwidth,
        double stepBandwidth, double resultBandwidth)
      : arithmetic((work.operations - work.pairOperations + 2 * work.multiplications) / peak +
                   work.pairOperations / pairPeak),
        bytes((work.bytes - work.onceBytes() - work.resultBytes) / bandwidth + work.onceBytes() / weightBandwidth +
              work.repeatedBytes / stepBandwidth + work.resultBytes / resultBandwidth) {}
  double seconds() const { return std::max(arithmetic, bytes); }
};

/// The kernels of a graph at stage Kernels, in the order of mg_model.kernels, where the symbols have these values;
/// their arithmetic is that of a level.
std::vector<KernelWork> kernelWork(const Graph &graph, const llvm::StringMap<int64_t> &symbols,
                                   const codegen::Level &level);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_WORK_H
