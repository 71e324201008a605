//===- Ops.td - all operations of the nn dialect --------------------------===//

#ifndef MARGAY_IR_OPS_TD
#define MARGAY_IR_OPS_TD

include "ir/ConstantOps.td"
include "ir/ContractionOps.td"
include "ir/ControlOps.td"
include "ir/ElementwiseOps.td"
include "ir/IndexingOps.td"
include "ir/KernelOps.td"
include "ir/RecurrentOps.td"
include "ir/ReductionOps.td"
include "ir/ResizeOps.td"
include "ir/SelectionOps.td"
include "ir/ShapeOps.td"

#endif // MARGAY_IR_OPS_TD
