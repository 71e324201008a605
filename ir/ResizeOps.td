//===- ResizeOps.td - tensors read between their elements -----------------===//

#ifndef MARGAY_IR_RESIZEOPS_TD
#define MARGAY_IR_RESIZEOPS_TD

include "ir/OpBase.td"

def NN_ResizeOp : NN_Op<"resize", [Pure]> {
  let summary = "A tensor stretched or shrunk along axes, by the formulas of ONNX's Resize";
  let description = [{
    One element for each of `axes` in the lists. `scales` are what the coordinates are computed with (result size / operand size, or what the model gives).
    `coordinates` is one of half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric, tf_crop_and_resize, tf_half_pixel_for_nn;
    `nearest` one of round_prefer_floor, round_prefer_ceil, floor, ceil, simple (floor where an axis is stretched, ceil where it is shrunk: Upsample and Resize before opset 11).
    `roi` (starts, then ends, in units of the size) is for tf_crop_and_resize, which puts `extrapolation` where coordinates lie outside.
    `cubic_a` is the coefficient of the cubic kernel (Keys, 1981). With `exclude_outside` weights outside are 0 and the others are scaled to a sum of 1. `antialias` widens
    the kernel where an axis is shrunk.
  }];
  let arguments = (ins NN_Tensor:$operand, NN_ResizeKindAttr:$kind, DenseI64ArrayAttr:$axes, DenseF64ArrayAttr:$scales,
                       DefaultValuedAttr<StrAttr, "\"half_pixel\"">:$coordinates, DefaultValuedAttr<StrAttr, "\"round_prefer_floor\"">:$nearest,
                       OptionalAttr<DenseF64ArrayAttr>:$roi, DefaultValuedAttr<F64Attr, "0.0">:$extrapolation, DefaultValuedAttr<F64Attr, "-0.75">:$cubic_a,
                       UnitAttr:$exclude_outside, UnitAttr:$antialias);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "`` $kind $operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_RESIZEOPS_TD
