//===- Options.h - everything that a compilation depends on ---------------===//

#ifndef MARGAY_TOOLS_DRIVER_OPTIONS_H
#define MARGAY_TOOLS_DRIVER_OPTIONS_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace margay::driver {

/// The stages of a compilation, in order. `--emit` names where the result is printed, `--from` what the input already
/// is.
enum class Stage { Model, Nn, Opt, Kernels, Llvm, Asm, Obj, Library };

/// A dimension that the user pins or bounds: `--dim batch=4`, `--dim batch=1..32`.
struct DimRange {
  std::string name;
  int64_t least = 1;
  std::optional<int64_t> most; ///< No upper bound when absent.
};

enum class Precision { F32, F32Strict, F16, Bf16 };
enum class WeightsPlace { Embed, File };

struct CompileOptions {
  std::string input;
  std::string outputFolder = "."; ///< Where the library and its headers go.
  std::string name;               ///< The C name; made from the file's name when empty.
  std::vector<std::string> emit;  ///< What to write besides, or instead of, the archive and headers.
  std::string levels;             ///< Instruction-set levels, separated by commas; all that the target has when empty.
  std::string target;             ///< A triple; this machine's when empty.
  std::vector<DimRange> dims;
  WeightsPlace weights = WeightsPlace::Embed;
  Precision precision = Precision::F32;
  Stage from = Stage::Model;
  unsigned jobs = 1;
};

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_OPTIONS_H
