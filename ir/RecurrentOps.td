//===- RecurrentOps.td - cells that carry a state from step to step -------===//

#ifndef MARGAY_IR_RECURRENTOPS_TD
#define MARGAY_IR_RECURRENTOPS_TD

include "ir/OpBase.td"

def NN_RecurrentOp : NN_Op<"recurrent", [Pure, AttrSizedOperandSegments]> {
  let summary = "An RNN, GRU or LSTM in one direction, behind the product with its inputs";
  let description = [{
    T steps, B sequences, H hidden units, G gates (rnn 1; gru 3: update, reset, hidden; lstm 4: input, output, forget, cell: the orders of ONNX).
    `gates` [T, B, G * H] is x · W + bias (of both products, but for the hidden gate of a gru with `linear_before_reset`, whose recurrent bias is `bias` [H]);
    `weights` [H, G * H] are the transposed recurrent weights; `hidden` [B, H] and, of an lstm, `cell` [B, H] the initial states;
    `peepholes` [3, H] (input, output, forget) of an lstm; `lengths` [B] ends sequences early: later outputs are 0 and states stay.
    With `reverse` time runs backwards, within each sequence's length. `activations` name the functions of gates, candidate and (lstm) output in ONNX's order, lower case
    (sigmoid, tanh, relu, affine, leakyrelu, thresholdedrelu, scaledtanh, hardsigmoid, elu, softsign, softplus), with their `alphas` and `betas`.
    `clip` (0: none) bounds what goes into activations. `input_forget` couples an lstm's gates: forget = 1 - input.
    Results: all hidden states [T, B, H], the last one [B, H], and of an lstm the last cell state [B, H].
    rnn:  h' = f(gates + h · R)
    gru:  z = f(gz + h·Rz), r = f(gr + h·Rr), n = g(gn + (r * h)·Rn) or with linear_before_reset g(gn + r * (h·Rn + bias)), h' = (1 - z) * n + z * h
    lstm: i = f(gi + h·Ri + Pi * c), f = f(gf + h·Rf + Pf * c), n = g(gc + h·Rc), c' = f * c + i * n, o = f(go + h·Ro + Po * c'), h' = o * h(c')
  }];
  let arguments = (ins NN_FloatTensor:$gates, NN_FloatTensor:$weights, NN_FloatTensor:$hidden, Optional<NN_FloatTensor>:$cell, Optional<NN_FloatTensor>:$bias,
                       Optional<NN_FloatTensor>:$peepholes, Optional<NN_IndexTensor>:$lengths, NN_CellKindAttr:$kind, StrArrayAttr:$activations,
                       DenseF64ArrayAttr:$alphas, DenseF64ArrayAttr:$betas, DefaultValuedAttr<F64Attr, "0.0">:$clip, UnitAttr:$reverse,
                       UnitAttr:$linear_before_reset, UnitAttr:$input_forget);
  let results = (outs Variadic<NN_FloatTensor>:$results);
  let assemblyFormat = "`` $kind $gates `,` $weights `,` $hidden (`cell` $cell^)? (`bias` $bias^)? (`peepholes` $peepholes^)? (`lengths` $lengths^)? attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // MARGAY_IR_RECURRENTOPS_TD
