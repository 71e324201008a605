//===- Counted.h - "1 input", "2 inputs" ----------------------------------===//

#ifndef MARGAY_IR_COUNTED_H
#define MARGAY_IR_COUNTED_H

#include "llvm/ADT/Twine.h"
#include <cstdint>
#include <string>

namespace margay {

/// A number of things, as a message has it.
inline std::string counted(uint64_t count, llvm::StringRef thing) {
  return (llvm::Twine(count) + " " + thing + (count == 1 ? "" : "s")).str();
}

} // namespace margay

#endif // MARGAY_IR_COUNTED_H
