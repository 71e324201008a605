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

def NN_ArgReduceOp : NN_Op<"arg_reduce", [Pure, NN_Infer]> {
  let summary = "The position of the greatest (max) or least (min) element along an axis, which the result lacks";
  let description = [{ The first one of several, or with `last` the last one. The first NaN (the last with `last`) if there is one. }];
  let arguments = (ins NN_Tensor:$input, NN_ReduceKindAttr:$kind, I64Attr:$axis, UnitAttr:$last);
  let results = (outs NN_TensorOf<[I64]>:$result);
  let assemblyFormat = "`` $kind $input attr-dict `:` type($input) `->` type($result)";
}

def NN_ScanOp : NN_Op<"scan", [Pure, SameOperandsAndResultType]> {
  let summary = "Sums (sum) or products (prod) of all elements up to each one along an axis";
  let description = [{ With `exclusive` without the element itself, with `reverse` from the end on. }];
  let arguments = (ins NN_Tensor:$operand, NN_ReduceKindAttr:$kind, I64Attr:$axis, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "`` $kind $operand attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def NN_NormalizeOp : NN_Op<"normalize", [Pure, SameOperandsAndResultType]> {
  let summary = "(x - mean) / sqrt(variance + epsilon) over axes, or x / sqrt(mean of squares + epsilon)";
  let description = [{
    The variance is the mean of squared distances from the mean (not n - 1). With `rms` nothing is subtracted. Scale and shift are multiplications and additions behind it.
    Axes are sorted, unique and not negative. Layer, instance, group and RMS normalisation are this over different axes.
  }];
  let arguments = (ins NN_FloatTensor:$operand, DenseI64ArrayAttr:$axes, F64Attr:$epsilon, UnitAttr:$rms);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def NN_TopKOp : NN_Op<"topk", [Pure]> {
  let summary = "The greatest (or with `smallest` the least) elements along an axis, sorted, and their positions";
  let description = [{ As many as the results have along `axis`. Of equal elements the one of lower position comes first. NaN counts as greater than everything. }];
  let arguments = (ins NN_Tensor:$operand, I64Attr:$axis, UnitAttr:$smallest);
  let results = (outs NN_Tensor:$values, NN_TensorOf<[I64]>:$indices);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($values) `,` type($indices)";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_REDUCTIONOPS_TD
