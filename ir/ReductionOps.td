//===- ReductionOps.td - many elements to one, and normalisations by them ===//

#ifndef MARGAY_IR_REDUCTIONOPS_TD
#define MARGAY_IR_REDUCTIONOPS_TD

include "ir/OpBase.td"

def NN_ReduceOp : NN_Op<"reduce", [Pure, NN_Infer]> {
  let summary = "Sum, mean, max, min or product over axes, which the result lacks";
  let description = [{ Axes are sorted, unique and not negative. Of no elements: 0, NaN, -inf, +inf, 1. }];
  let arguments = (ins NN_Tensor:$input, NN_ReduceKindAttr:$kind, DenseI64ArrayAttr:$axes);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($input) `->` type($result)";
}

def NN_WindowOp : NN_Op<"window", [Pure, NN_Infer]> {
  let summary = "Pooling: sum, mean or max over a moving window, channels last";
  let description = [{
    input `[N, spatial…, C]`. Padded positions take no part, except that a mean with `count_include_pad` divides by the number of window positions inside the padded
    input. With `ceil_mode` the output size is rounded up, but no window begins beyond the input and its begin padding.
  }];
  let arguments = (ins NN_Tensor:$input, NN_ReduceKindAttr:$kind, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pads, UnitAttr:$ceil_mode, UnitAttr:$count_include_pad);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($input) `->` type($result)";
}

def NN_SoftmaxOp : NN_Op<"softmax", [Pure, SameOperandsAndResultType]> {
  let summary = "exp(x - max) / sum(exp(x - max)) along an axis, or its logarithm";
  let arguments = (ins NN_Tensor:$operand, I64Attr:$axis, UnitAttr:$log);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_REDUCTIONOPS_TD
