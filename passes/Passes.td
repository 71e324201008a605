//===- Passes.td - the passes over the nn graph ---------------------------===//

#ifndef MARGAY_PASSES_PASSES_TD
#define MARGAY_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

class NN_Pass<string flag> : Pass<flag, "::mlir::ModuleOp"> {
  let dependentDialects = ["::margay::nn::NNDialect"];
}

def WidenHalfPass : NN_Pass<"nn-widen-half"> {
  let summary = "Computes in f32 what is given in f16 or bf16";
  let description = [{
    Arguments, parameters and constants are cast to f32, results back; what is between computes in f32.
    Nothing is rounded between operations and sums are kept in f32, so the results are closer to the exact
    ones than those of half-precision arithmetic, and not the same. Only what products of bf16 with a constant
    matrix read is rounded to bf16, so that they can be computed as such.
  }];
}

def OutlineRegionsPass : NN_Pass<"nn-outline-regions"> {
  let summary = "Makes the regions of nn.if and nn.loop functions, so that all passes see them as any graph";
  let description = [{
    A region becomes a private function with the region's arguments and results; what is left of it is a call.
  }];
  let dependentDialects = ["::margay::nn::NNDialect", "::mlir::func::FuncDialect"];
}

def FreezeParamsPass : NN_Pass<"nn-freeze-params"> {
  let summary = "Makes parameters constants, for inference";
  let description = [{
    Parameters are no longer trainable; reads of those with at most 64 elements become nn.constant, and
    parameters that nothing reads go.
  }];
}

def FoldConstantsPass : NN_Pass<"nn-fold-constants"> {
  let summary = "Computes constants of at most 64 elements";
  let description = [{
    Only what is small becomes an nn.constant; bigger constant subgraphs stay as recipes and are computed
    once, when the archive is written. A broadcast is kept: how its elements repeat is worth knowing.
  }];
}

def SimplifyPass : NN_Pass<"nn-simplify"> {
  let summary = "Applies the algebra that leaves less to compute";
  let description = [{
    Identities disappear, constants of one operation meet, broadcasts move below operations on what they
    repeat, zeros around what is convolved become its pads, and scales of output channels go into the weights of the product before them, so that nothing is
    left of a batch normalization but a bias. `x * 0` stays: it may be NaN.
  }];
}

def LowerConvTransposePass : NN_Pass<"nn-lower-conv-transpose"> {
  let summary = "Makes transposed convolutions convolutions whose results are interleaved";
  let description = [{
    Those without groups and dilation, and with at least as many taps as the stride.
    ```
    conv_transpose(x, w, stride 2) -> interleaved(concat(conv(x, even taps of w), conv(x, odd taps of w)))
    ```
  }];
}

def NormalizeRolesPass : NN_Pass<"nn-normalize-roles"> {
  let summary = "Brings products and softmax to the one form that is compiled";
  let description = [{
    A contract gets roles "mk" and "kn", or "bmk" and "bkn", by transposes of its operands and reshapes around
    it; a softmax gets the last axis.
    ```
    contract(x "mbk", y "bnk") -> reshape(contract(transpose x "bmk", transpose y "bkn"))
    ```
  }];
}

def RoundProductsPass : NN_Pass<"nn-round-products"> {
  let summary = "Rounds what products with a constant matrix read to bf16, where the module has nn.rounds_products";
  let description = [{
    For `--precision bf16`: sums stay f32, and so does all else.
    ```
    contract(x, w) -> contract(cast(cast(x to bf16) to f32), cast(cast(w to bf16) to f32))
    ```
  }];
}

def NarrowProductsPass : NN_Pass<"nn-narrow-products"> {
  let summary = "Lets products with a constant matrix read bf16 where their operands have no more digits";
  let description = [{
    Sums stay f32. A rounding moves to the product, so that it is done where its operand is stored.
    ```
    contract(cast(x : bf16 to f32), cast(w : bf16 to f32)) : f32 -> contract(x : bf16, w : bf16) : f32
    ```
  }];
}

def PropagateLayoutPass : NN_Pass<"nn-propagate-layout"> {
  let summary = "Moves transposes down until they meet and cancel";
  let description = [{
    Networks arrive with transposes around each convolution and pooling, which are channels last. They move
    down through elementwise operations, concat, reduce, softmax and reshapes, so that between such operations
    they cancel and only the network's borders have some.
    ```
    elementwise(transpose x, broadcast y) -> transpose(elementwise(x, broadcast(inverse transpose y)))
    ```
  }];
}

def SinkReshapesPass : NN_Pass<"nn-sink-reshapes"> {
  let summary = "Moves reshapes below elementwise operations";
  let description = [{
    A reshape between a contraction and its bias or activation would keep fusion from seeing them as one. The
    other operands take the inverse reshape, which is a view, or disappears in a broadcast.
    ```
    elementwise(reshape x, y) -> reshape(elementwise(x, reshape y))
    ```
  }];
}

def FuseKernelsPass : NN_Pass<"nn-fuse-kernels"> {
  let summary = "Groups operations into kernels";
  let description = [{
    A kernel is a root (contract, conv, window, reduce, softmax, transpose or concat) with the elementwise
    operations that follow it, or a group of elementwise operations. Broadcasts go into the kernels that read
    them. Afterwards the function holds kernels, reshapes (which are views) and recipes, and each of its
    results is made by a kernel of its own.
  }];
}

def ProtectStatesPass : NN_Pass<"nn-protect-states"> {
  let summary = "Keeps states from being overwritten before they are read";
  let description = [{
    An argument with `nn.state` and the result that it names are one region. Where the kernel that makes the
    result would overwrite elements that itself or a later kernel has still to read, the result is computed
    elsewhere and copied at the very end. An elementwise kernel that reads each element where it writes it may
    work in place.
  }];
}

def VerifyKernelsPass : NN_Pass<"nn-verify-kernels"> {
  let summary = "Checks that only kernels, reshapes and recipes are left";
}

#endif // MARGAY_PASSES_PASSES_TD
