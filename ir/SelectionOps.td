//===- SelectionOps.td - results whose size depends on data ---------------===//
//
// Such a result is made in two steps: an operation that finds as much as there can be and counts what there is, and
// nn.prefix, which keeps that and gives its size a name.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_SELECTIONOPS_TD
#define MARGAY_IR_SELECTIONOPS_TD

include "ir/OpBase.td"

def NN_NonZeroOp : NN_Op<"nonzero", [Pure, NN_Infer]> {
  let summary = "The positions of the elements that are not 0, and how many they are";
  let description = [{
    `positions` has a row for each element of the operand and a column for each of its dimensions. The first `count` rows are the positions, in row-major order of the operand;
    the others are 0. NaN is not 0.
  }];
  let arguments = (ins NN_Tensor:$operand);
  let results = (outs NN_TensorOf<[I64]>:$positions, NN_TensorOf<[I64]>:$count);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($positions) `,` type($count)";
}

def NN_NmsOp : NN_Op<"nms", [Pure]> {
  let summary = "Non-maximum suppression: the best boxes, without those that overlap a better one";
  let description = [{
    For each batch and class on its own: again and again takes the box of the highest score above `score_threshold` (of equal ones the first), and drops those whose intersection
    over union with it is above `iou_threshold`, until `limit` are taken or none is left. Boxes without area overlap nothing.

    boxes: [batches, boxes, 4], two opposite corners (y1, x1, y2, x2), or with `center` (x, y, width, height) around the middle. scores: [batches, classes, boxes].
    selected: [batches, classes, most], numbers of boxes by falling score, then -1; there are never more than `most`. left: the scores of the boxes that were neither taken nor dropped, -inf for all others.
  }];
  let arguments = (ins NN_TensorOf<[F32]>:$boxes, NN_TensorOf<[F32]>:$scores, NN_TensorOf<[I64]>:$limit, NN_TensorOf<[F32]>:$iou_threshold,
                       NN_TensorOf<[F32]>:$score_threshold, UnitAttr:$center);
  let results = (outs NN_TensorOf<[I64]>:$selected, NN_TensorOf<[F32]>:$left);
  let assemblyFormat = "$boxes `,` $scores `limit` $limit `above` $iou_threshold `,` $score_threshold attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

// Not pure: it says what its symbol is, which others may need without reading the result.
def NN_PrefixOp : NN_Op<"prefix"> {
  let summary = "The first `count` slices of a tensor along its first dimension";
  let description = [{
    The result's first dimension is a symbol that depends on data (see #nn.symbol) and gets its value, `count`, here. Nothing before mentions it.
    Example: `%k = nn.prefix %all, %count : tensor<80x2xi64> to tensor<?x2xi64, #nn.shape<K, 2>>`.
  }];
  let arguments = (ins NN_Tensor:$operand, NN_TensorOf<[I64]>:$count);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$operand `,` $count attr-dict `:` type($operand) `,` type($count) `to` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The symbol that gets its value here.
    ::llvm::StringRef getSymbol();
  }];
}

#endif // MARGAY_IR_SELECTIONOPS_TD
