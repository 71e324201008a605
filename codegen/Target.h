//===- Target.h - the instruction-set levels that code is made for --------===//
//
// A model is compiled once per level; the entry picks the highest one that the CPU has. Facts about a level live here
// and nowhere else.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_TARGET_H
#define MARGAY_CODEGEN_TARGET_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace margay::codegen {

/// One instruction-set level of an architecture.
struct Level {
  llvm::StringRef name;     ///< As on the command line: "v3".
  llvm::StringRef fullName; ///< As users know it: "x86-64-v3".
  llvm::StringRef cpu;      ///< LLVM's CPU name, for scheduling.
  llvm::StringRef features; ///< LLVM's feature string, stated in full.
  uint32_t isa;             ///< Its MG_ISA_* number in margay.h.
  unsigned vectorBytes;     ///< The widest vector register.
  unsigned registers;       ///< How many of them there are.
  unsigned panelBytes;      ///< Of packed weights that tiles use again and again: what its CPUs keep at hand.
  unsigned blockBytes;      ///< Of a block that is used again for each panel: most of the second-level cache.
  // What a core of a CPU of this level reaches; plans are weighed with it, the same ones wherever the compiler runs.
  double multiplyAdds;        ///< Of f32, in a nanosecond.
  double loadsPerMultiplyAdd; ///< Registers that are loaded while a register is multiplied and added.
  double cacheBytes;          ///< Read from the last cache in a nanosecond.
  double memoryBytes;         ///< Read from memory in a nanosecond.
  bool fma; ///< Whether a fused multiply-add is one instruction (else it is a library call, which may not be used).
  bool halfConversions;  ///< Whether f16 <-> f32 is an instruction.
  bool bf16Dots = false; ///< Whether there is vdpbf16ps: products of pairs of bf16, added up in f32.

  /// The name as a part of symbols.
  std::string symbol() const;
  unsigned lanes(unsigned elementBytes) const { return vectorBytes / elementBytes; }
};

/// All levels of x86-64, lowest first: v2, v3, v4, v4-bf16.
llvm::ArrayRef<Level> x86Levels();

/// The level whose constants choose plans: all levels share them.
const Level &planningLevel();

/// The levels in a comma-separated list ("v3,v4"), lowest first; `native` is the best one of the machine at hand, as a
/// model would pick it; an empty list means all. A usage fault otherwise.
llvm::Expected<llvm::SmallVector<Level>> parseLevels(llvm::StringRef list);

/// Whether the machine at hand has all features of a level.
bool isNative(const Level &level);

inline constexpr llvm::StringLiteral defaultTriple = "x86_64-unknown-linux-gnu";

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_TARGET_H
