//===- ControlOps.td - what runs depends on values ------------------------===//

#ifndef MARGAY_IR_CONTROLOPS_TD
#define MARGAY_IR_CONTROLOPS_TD

include "ir/OpBase.td"

def NN_IfOp : NN_Op<"if", [Pure, IsolatedFromAbove, SingleBlock]> {
  let summary = "The results of one of two regions, by a condition";
  let description = [{ Both regions have the inputs as arguments and end in nn.yield with values of the results' types. `condition` has one element. }];
  let arguments = (ins NN_TensorOf<[I1]>:$condition, Variadic<NN_Tensor>:$inputs);
  let results = (outs Variadic<NN_Tensor>:$results);
  let regions = (region SizedRegion<1>:$then_region, SizedRegion<1>:$else_region);
  let assemblyFormat = "$condition (`(` $inputs^ `)`)? attr-dict `:` functional-type(operands, results) $then_region `else` $else_region";
  let hasVerifier = 1;
}

def NN_LoopOp : NN_Op<"loop", [Pure, IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments]> {
  let summary = "A region run again and again with its own results";
  let description = [{
    At most `trips` times (a tensor of one i64; without it, without end) while `condition` (one i1; without it, true) holds. The region's arguments are the trip's number (tensor<i64>),
    the carried values, then `inputs`; it yields the condition for the next trip (tensor<i1>), the carried values and, for each scanned result, one slice.
    Results: the carried values, then the scanned ones: slices joined along a new first dimension, whose size is the number of trips, which must be known as a dimension.
  }];
  let arguments = (ins Optional<NN_TensorOf<[I64]>>:$trips, Optional<NN_TensorOf<[I1]>>:$condition, Variadic<NN_Tensor>:$carried, Variadic<NN_Tensor>:$inputs);
  let results = (outs Variadic<NN_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "(`trips` $trips^)? (`while` $condition^)? `carried` `(` $carried `)` `inputs` `(` $inputs `)` attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_CONTROLOPS_TD
