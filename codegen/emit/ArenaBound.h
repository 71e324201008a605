//===- ArenaBound.h - an arena for every allowed shape --------------------===//

#ifndef MARGAY_CODEGEN_EMIT_ARENABOUND_H
#define MARGAY_CODEGEN_EMIT_ARENABOUND_H

#include "codegen/emit/Interface.h"
#include "ir/Dim.h"

namespace margay::codegen {

/// Values from `min` to `max`, both included.
struct DimRange {
  int64_t min, max;
};

/// Where the value of `dim` lies while its symbols are in their ranges. Exact where every symbol pulls in one direction
/// only, as sizes do, else perhaps wider. Nothing if the range of a symbol is unknown (nothing, from `rangeOf`), or if
/// the arithmetic may overflow or divide by 0.
std::optional<DimRange> rangeOfDim(nn::DimAttr dim,
                                   llvm::function_ref<std::optional<DimRange>(llvm::StringRef)> rangeOf);

/// Interface::maxArenaBytes: enough for both parts of the arena, whatever values the symbols have, with one worker.
/// None when a symbol is unbounded or 63 bits are not enough.
std::optional<uint64_t> maxArenaBytes(const Interface &interface, nn::DimAttr sharedBytes, nn::DimAttr scratchBytes);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_ARENABOUND_H
