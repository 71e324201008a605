//===- EvenSplit.h - a range cut into parts of nearly equal size ----------===//

#ifndef MARGAY_CODEGEN_PLANS_EVENSPLIT_H
#define MARGAY_CODEGEN_PLANS_EVENSPLIT_H

#include <cstdint>

namespace margay::codegen {

/// First `larger` parts of `size`, then parts that are smaller by 1.
struct EvenSplit {
  int64_t parts = 0, size = 0, larger = 0;

  int64_t sizeOf(int64_t part) const { return part < larger ? size : size - 1; }
};

/// `total` in as few parts as can be, none greater than `most`.
inline EvenSplit evenSplit(int64_t total, int64_t most) {
  if (total <= 0)
    return {};
  int64_t parts = (total + most - 1) / most, size = (total + parts - 1) / parts;
  return {parts, size, total - parts * (size - 1)};
}

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_PLANS_EVENSPLIT_H
