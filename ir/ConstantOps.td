//===- ConstantOps.td - constants, and parameters as symbols --------------===//

#ifndef MARGAY_IR_CONSTANTOPS_TD
#define MARGAY_IR_CONSTANTOPS_TD

include "ir/OpBase.td"

def NN_ConstantOp : NN_Op<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "A constant of at most 64 elements; bigger ones are parameters";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_ParamOp : NN_Op<"param", [Symbol]> {
  let summary = "A parameter of the model: a named tensor whose bytes stay outside the IR";
  let description = [{
    `value` is `dense_resource` over bytes that stay in the mapped model file, or `dense` for small ones. `role` says what it is for (`weight`). A trainable parameter
    may change between calls; `freeze-params` takes that away. The original name is in `model_name`.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<NN_Tensor>:$type, ElementsAttr:$value, DefaultValuedAttr<StrAttr, "\"weight\"">:$role, UnitAttr:$trainable,
                       OptionalAttr<StrAttr>:$model_name, OptionalAttr<StrAttr>:$sym_visibility);
  let assemblyFormat = "$sym_name `:` $type `=` $value attr-dict";
  let hasVerifier = 1;
}

def NN_GetOp : NN_Op<"get", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The value of a parameter";
  let arguments = (ins FlatSymbolRefAttr:$param);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$param attr-dict `:` type($result)";
}

#endif // MARGAY_IR_CONSTANTOPS_TD
