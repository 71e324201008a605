//===- Options.h - everything that a compilation depends on ---------------===//

#ifndef MARGAY_TOOLS_DRIVER_OPTIONS_H
#define MARGAY_TOOLS_DRIVER_OPTIONS_H

#include "tools/driver/data/Array.h"
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace margay::driver {

/// The stages of a compilation, in order. `--emit` says which are written, `--from` which one the input is already.
enum class Stage { Model, Nn, Opt, Kernels, Llvm, Asm, Obj, Shared, Library };

/// A dimension that the user pins or bounds: `--dim batch=4`, `--dim batch=1..32`.
struct DimRange {
  std::string name;
  int64_t least = 1;
  std::optional<int64_t> most; ///< No upper bound when absent.
  int64_t multiple = 1;        ///< Other sizes are not allowed.
};

enum class Precision { F32, F32Strict, F16, Bf16 };
enum class WeightsPlace { Embed, File };

/// An input that becomes a constant of the compiled model.
struct FixedInput {
  std::string name;
  Array value;
};

struct CompileOptions {
  std::string input;
  std::string outputFolder = "."; ///< Where the results go; "-" prints the one that is text.
  std::string name;               ///< The C name; made from the file's name when empty.
  std::vector<Stage>
      emit; ///< What to write. The library and its headers are always written unless these are graphs and code only.
  std::string levels; ///< Instruction-set levels, separated by commas; all that the target has when empty.
  std::string target; ///< A triple; this kind of machine's when empty.
  std::vector<DimRange> dims;
  std::vector<std::string> states; ///< INPUT=OUTPUT, each one region that is updated in place.
  std::vector<FixedInput> constants;
  WeightsPlace weights = WeightsPlace::Embed;
  Precision precision = Precision::F32;
  Stage from = Stage::Model;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency()); ///< Threads that compile.
};

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_OPTIONS_H
