//===- ContractionOps.td - products summed over shared dimensions ---------===//

#ifndef MARGAY_IR_CONTRACTIONOPS_TD
#define MARGAY_IR_CONTRACTIONOPS_TD

include "ir/OpBase.td"

def NN_ContractOp : NN_Op<"contract", [Pure, NN_Infer]> {
  let summary = "Matrix product with any order of batch, row, column and summed dimensions";
  let description = [{
    A role is a letter a dimension: `b` batch (in both), `m` rows (lhs only), `n` columns (rhs only), `k` summed (in both). The n-th `b` (and `k`) of lhs goes with
    the n-th of rhs. The result has the `b` dimensions, then `m`, then `n`, each in their operand's order. Its derivative is two contracts.
    Products of bf16 may have a result of f32.
    Example: `%c = nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "nk"} : tensor<2x3xf32>, tensor<5x3xf32>` gives `tensor<2x5xf32>`.
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs, StrAttr:$lhs_roles, StrAttr:$rhs_roles);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let extraClassDeclaration = [{
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual);
  }];
}

def NN_ConvOp : NN_Op<"conv", [Pure, NN_Infer]> {
  let summary = "Convolution (cross-correlation) in 1, 2 or 3 spatial dimensions, channels last";
  let description = [{
    input `[N, spatial…, C]`, filter `[spatial…, C / groups, O]`, result `[N, spatial…, O]`. `pads` are the begins, then the ends. Padding is with zeros.
    Output channel o belongs to group o / (O / groups). out = (in + pads - dilation * (kernel - 1) - 1) floordiv stride + 1.
    Products of bf16 may have a result of f32.
  }];
  let arguments = (ins NN_Tensor:$input, NN_Tensor:$filter, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input `,` $filter attr-dict `:` type($input) `,` type($filter) `->` type($result)";
  let extraClassDeclaration = [{
    /// Whether each pixel of the result comes from one of the input: a matrix product for each group.
    bool seesOnePixel();
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual);
  }];
}

def NN_ConvTransposeOp : NN_Op<"conv_transpose", [Pure, NN_Infer]> {
  let summary = "The transpose of nn.conv, in 1, 2 or 3 spatial dimensions, channels last";
  let description = [{
    input `[N, spatial…, C]`, filter `[spatial…, C, O / groups]`, result `[N, spatial…, O]`. Input position i adds in * filter[t] to position
    i * stride + t * dilation - pad of the result, if it has that. Input channel c belongs to group c / (C / groups), whose output channels are O / groups in a row.
    out = stride * (in - 1) + dilation * (kernel - 1) + 1 + output_padding - pads.
  }];
  let arguments = (ins NN_Tensor:$input, NN_Tensor:$filter, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
                       DenseI64ArrayAttr:$output_padding, DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input `,` $filter attr-dict `:` type($input) `,` type($filter) `->` type($result)";
}

#endif // MARGAY_IR_CONTRACTIONOPS_TD
