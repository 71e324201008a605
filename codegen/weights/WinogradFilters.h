//===- WinogradFilters.h - filters as Winograd's tiles multiply them ------===//

#ifndef MARGAY_CODEGEN_WEIGHTS_WINOGRADFILTERS_H
#define MARGAY_CODEGEN_WEIGHTS_WINOGRADFILTERS_H

#include "codegen/plans/Winograd.h"
#include "codegen/weights/WeightView.h"

namespace margay::codegen {

class WeightsWriter;

/// f32 filters [height][width][channels][outputs] (no height for one spatial dimension) to panels
/// [outputs / 16][points][channels][16] of G g G^T, computed in f64 and filled up with zeros.
void writeWinogradFilters(const WeightView &filters, const WinogradTiling &tiling, WeightsWriter &writer);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_WEIGHTS_WINOGRADFILTERS_H
