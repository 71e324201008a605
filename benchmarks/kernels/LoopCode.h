//===- LoopCode.h - what the machine code of a kernel's loops looks like --===//

#ifndef MARGAY_BENCHMARKS_KERNELS_LOOPCODE_H
#define MARGAY_BENCHMARKS_KERNELS_LOOPCODE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace margay::benchmarks {

/// An innermost loop of x86-64 code.
struct Loop {
  std::string function;
  uint64_t address = 0; ///< Of its first instruction, in the object's section.
  unsigned instructions = 0;
  unsigned multiplyAdds = 0; ///< Fused ones, or multiplications of vectors.
  unsigned spills = 0;       ///< Vector instructions that read or write the stack.
};

/// The innermost loops of an object file's functions whose names contain `part`: stretches of code from the target of a
/// backward jump to the jump, without another one inside.
llvm::Expected<std::vector<Loop>> innermostLoops(llvm::StringRef objectPath, llvm::StringRef part);

} // namespace margay::benchmarks

#endif // MARGAY_BENCHMARKS_KERNELS_LOOPCODE_H
