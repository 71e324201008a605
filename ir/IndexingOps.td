//===- IndexingOps.td - elements by their positions -----------------------===//

#ifndef MARGAY_IR_INDEXINGOPS_TD
#define MARGAY_IR_INDEXINGOPS_TD

include "ir/OpBase.td"

def NN_DimsOp : NN_Op<"dims", [Pure, NN_Infer]> {
  let summary = "A vector of dimensions as numbers";
  let description = [{ Example: `%s = nn.dims <N, 3, H * 2> : tensor<3xi64>`. What ONNX's Shape becomes where its numbers are used as data. }];
  let arguments = (ins NN_ShapeAttr:$dims);
  let results = (outs NN_TensorOf<[I64]>:$result);
  let assemblyFormat = "$dims attr-dict `:` type($result)";
}

def NN_IotaOp : NN_Op<"iota", [Pure]> {
  let summary = "Each element is its position along an axis";
  let arguments = (ins I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def NN_SliceOp : NN_Op<"slice", [Pure]> {
  let summary = "Every steps[i]-th element from starts[i] on, as many as the result has";
  let description = [{
    result[i…] = operand[starts + i * steps …]. A step may be negative, then the elements go backwards from `starts`. All positions lie inside the operand.
    Example: `nn.slice %x {starts = #nn.shape<0, N + -1>, steps = array<i64: 1, -1>} : tensor<4x?xf32, #nn.shape<4, N>> to tensor<2x?xf32, #nn.shape<2, N>>`.
  }];
  let arguments = (ins NN_Tensor:$operand, NN_ShapeAttr:$starts, DenseI64ArrayAttr:$steps);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_PadOp : NN_Op<"pad", [Pure, NN_Infer]> {
  let summary = "More elements before and behind a tensor's own along each dimension";
  let description = [{
    `low` and `high` are not negative. What is added is `value` (a scalar, which only mode constant reads), the outermost element (edge), a mirror image without that
    (reflect: at most size - 1 elements a side), or the tensor from its other end again (wrap).
  }];
  let arguments = (ins NN_Tensor:$operand, NN_Tensor:$value, NN_PadModeAttr:$mode, NN_ShapeAttr:$low, NN_ShapeAttr:$high);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "`` $mode $operand `,` $value attr-dict `:` type($operand) `,` type($value) `->` type($result)";
}

def NN_GatherOp : NN_Op<"gather", [Pure, NN_Infer]> {
  let summary = "Slices along an axis by their positions";
  let description = [{
    result dims = data[:axis] + indices[batch_dims:] + data[axis + 1:]; the first `batch_dims` dimensions of both go together, and `axis >= batch_dims`. Negative positions count
    from the end; beyond an end they are taken as the outermost one (ONNX leaves that open).
  }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, I64Attr:$axis, DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$data `,` $indices attr-dict `:` type($data) `,` type($indices) `->` type($result)";
}

def NN_GatherElementsOp : NN_Op<"gather_elements", [Pure, NN_Infer]> {
  let summary = "result[i, j, k] = data[i, indices[i, j, k], k], for axis 1";
  let description = [{ Ranks are equal; in dimensions other than `axis` the indices are not larger than the data. Positions are read as nn.gather does. }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$data `,` $indices attr-dict `:` type($data) `,` type($indices) `->` type($result)";
}

def NN_GatherNdOp : NN_Op<"gather_nd", [Pure, NN_Infer]> {
  let summary = "Slices by positions along several dimensions";
  let description = [{
    The last dimension of `indices`, a constant k, holds the positions along data dimensions batch_dims … batch_dims + k - 1;
    result dims = indices[:-1] + data[batch_dims + k:]. Positions are read as nn.gather does.
  }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$data `,` $indices attr-dict `:` type($data) `,` type($indices) `->` type($result)";
}

def NN_ScatterElementsOp : NN_Op<"scatter_elements", [Pure, AllTypesMatch<["data", "result"]>]> {
  let summary = "data with result[i, indices[i, j, k], k] set to, or combined with, updates[i, j, k], for axis 1";
  let description = [{ In row-major order of the updates. Negative positions count from the end; an update beyond an end is left out. }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, NN_Tensor:$updates, NN_ScatterKindAttr:$kind, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "`` $kind $data `,` $indices `,` $updates attr-dict `:` type($data) `,` type($indices) `,` type($updates)";
  let hasVerifier = 1;
}

def NN_ScatterNdOp : NN_Op<"scatter_nd", [Pure, AllTypesMatch<["data", "result"]>]> {
  let summary = "data with slices set to, or combined with, updates";
  let description = [{
    The last dimension of `indices`, a constant k, holds the positions along the first k dimensions of data; updates dims = indices[:-1] + data[k:]. In row-major order of
    the updates. Negative positions count from the end; a slice beyond an end is left out.
  }];
  let arguments = (ins NN_Tensor:$data, NN_IndexTensor:$indices, NN_Tensor:$updates, NN_ScatterKindAttr:$kind);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "`` $kind $data `,` $indices `,` $updates attr-dict `:` type($data) `,` type($indices) `,` type($updates)";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_INDEXINGOPS_TD
