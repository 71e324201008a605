//===- ShapeOps.td - the same elements in another arrangement -------------===//

#ifndef MARGAY_IR_SHAPEOPS_TD
#define MARGAY_IR_SHAPEOPS_TD

include "ir/OpBase.td"

def NN_BroadcastOp : NN_Op<"broadcast", [Pure]> {
  let summary = "Repeats dimensions of size 1";
  let description = [{ Ranks are equal; each dimension is the result's, or 1. A symbolic dimension that may be 1 at run time is not 1 here: it is its own. }];
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_ConcatOp : NN_Op<"concat", [Pure, NN_Infer]> {
  let summary = "Joins tensors along an axis";
  let arguments = (ins Variadic<NN_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$inputs attr-dict `:` type($inputs) `->` type($result)";
}

def NN_ReshapeOp : NN_Op<"reshape", [Pure]> {
  let summary = "The same elements in row-major order under another shape";
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_TransposeOp : NN_Op<"transpose", [Pure, NN_Infer]> {
  let summary = "Permutes dimensions: result dimension i is operand dimension permutation[i]";
  let arguments = (ins NN_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

#endif // MARGAY_IR_SHAPEOPS_TD
