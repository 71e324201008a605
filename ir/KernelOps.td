//===- KernelOps.td - groups of operations that become one loop nest ------===//

#ifndef MARGAY_IR_KERNELOPS_TD
#define MARGAY_IR_KERNELOPS_TD

include "ir/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def NN_YieldOp : NN_Op<"yield", [Pure, ReturnLike, Terminator, ParentOneOf<["IfOp", "KernelOp", "LoopOp"]>]> {
  let summary = "The results of a region";
  let arguments = (ins Variadic<NN_Tensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

def NN_KernelOp : NN_Op<"kernel", [IsolatedFromAbove, SingleBlock, Pure]> {
  let summary = "An isolated region of nn operations that is emitted as one loop nest";
  let description = [{
    Fusion makes kernels; the evaluator runs them as it runs their operations, so every pass can be checked. The plan says how they are computed.
    Example:
    ```
    %y = nn.kernel "conv1" (%a = %x : tensor<1x8x8x3xf32>, %f = %w : tensor<3x3x3x16xf32>) -> tensor<1x8x8x16xf32> plan #nn.plan<"conv", {}> {
      %0 = nn.conv %a, %f {…} : tensor<1x8x8x3xf32>, tensor<3x3x3x16xf32> -> tensor<1x8x8x16xf32>
      %1 = nn.relu %0 : tensor<1x8x8x16xf32>
      nn.yield %1 : tensor<1x8x8x16xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<NN_Tensor>:$inputs, OptionalAttr<NN_PlanAttr>:$plan);
  let results = (outs Variadic<NN_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block *getBlock() { return &getBody().front(); }
    YieldOp getYield();
  }];
}

#endif // MARGAY_IR_KERNELOPS_TD
