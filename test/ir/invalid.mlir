// What the verifier and the inference of result types say about wrong operations. MLIR adds a sentence of its own to those of the inference.
//
// RUN: margay-opt %s --verify-diagnostics --split-input-file

//===----------------------------------------------------------------------===//
// Types and dimensions
//===----------------------------------------------------------------------===//

func.func @dimension_without_an_expression(%x: tensor<?xf32>) {
  // expected-error @+1 {{operand #0 must be tensor whose dimensions are constant or in a #nn.shape}}
  nn.neg %x : tensor<?xf32>
  return
}

// -----

func.func @unknown_elements(%x: tensor<2xcomplex<f32>>) {
  // expected-error @+1 {{operand #0 must be}}
  nn.neg %x : tensor<2xcomplex<f32>>
  return
}

// -----

// expected-error @+1 {{has 1 dimensions, its #nn.shape has 2}}
func.func private @shape_of_another_rank(tensor<?xf32, #nn.shape<N, 2>>)

// -----

// expected-error @+1 {{dimension 3 of #nn.shape does not fit the type}}
func.func private @shape_of_another_size(tensor<?x2xf32, #nn.shape<N, 3>>)

// -----

// expected-error @+1 {{dimension N of #nn.shape does not fit the type}}
func.func private @shape_of_a_constant_size(tensor<4x?xf32, #nn.shape<N, M>>)

// -----

// expected-error @+1 {{a tensor with constant dimensions needs no #nn.shape}}
func.func private @shape_without_need(tensor<4xf32, #nn.shape<4>>)

// -----

// expected-error @+1 {{expected '>'}}
func.func private @dimension_without_an_operator() attributes {dim = #nn.dim<N M>}

// -----

// expected-error @+1 {{expected valid keyword}}
func.func private @dimension_of_nothing() attributes {dim = #nn.dim<N + >}

//===----------------------------------------------------------------------===//
// Constants and parameters
//===----------------------------------------------------------------------===//

// -----

func.func @big_constant() {
  // expected-error @+1 {{has 65 elements; more than 64 belong in an nn.param}}
  nn.constant dense<0.0> : tensor<65xf32>
  return
}

// -----

// expected-error @+1 {{value has type 'tensor<3xf32>', the parameter has 'tensor<2xf32>'}}
nn.param @w : tensor<2xf32> = dense<0.0> : tensor<3xf32>

// -----

func.func @missing_parameter() {
  // expected-error @+1 {{no parameter is called w}}
  nn.get @w : tensor<2xf32>
  return
}

// -----

nn.param @w : tensor<2xf32> = dense<0.0> : tensor<2xf32>
func.func @parameter_of_another_type() {
  // expected-error @+1 {{has type 'tensor<3xf32>', the parameter has 'tensor<2xf32>'}}
  nn.get @w : tensor<3xf32>
  return
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// -----

func.func @exp_of_integers(%x: tensor<2xi32>) {
  // expected-error @+1 {{operand #0 must be}}
  nn.exp %x : tensor<2xi32>
  return
}

// -----

func.func @add_of_different_shapes(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{requires the same type for all operands and results}}
  "nn.add"(%x, %y) : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @cast_to_another_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{changes the shape of its operand}}
  nn.cast %x : tensor<2xf32> to tensor<3xi32>
  return
}

// -----

func.func @cast_to_another_dimension(%x: tensor<?xf32, #nn.shape<N>>) {
  // expected-error @+1 {{changes the shape of its operand}}
  nn.cast %x : tensor<?xf32, #nn.shape<N>> to tensor<?xi32, #nn.shape<M>>
  return
}

// -----

func.func @bitcast_to_another_shape(%x: tensor<2xf32>) {
  // expected-error @+1 {{changes the shape of its operand}}
  nn.bitcast %x : tensor<2xf32> to tensor<1x2xi32>
  return
}

// -----

func.func @bitcast_to_another_width(%x: tensor<2xf32>) {
  // expected-error @+1 {{changes the width of elements}}
  nn.bitcast %x : tensor<2xf32> to tensor<2xi16>
  return
}

// -----

func.func @floored_mod_of_floats(%x: tensor<2xf32>) {
  // expected-error @+1 {{of floats must be truncated}}
  nn.mod %x, %x : tensor<2xf32>
  return
}

// -----

func.func @bits_of_floats(%x: tensor<2xf32>) {
  // expected-error @+1 {{operand #0 must be}}
  nn.and %x, %x : tensor<2xf32>
  return
}

// -----

func.func @sine_of_integers(%x: tensor<2xi32>) {
  // expected-error @+1 {{operand #0 must be}}
  nn.sin %x : tensor<2xi32>
  return
}

// -----

func.func @comparison_that_is_no_truth_value(%x: tensor<2xf32>) {
  // expected-error @+1 {{op result #0 must be}}
  nn.compare lt %x, %x : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @choice_by_a_condition_of_another_shape(%c: tensor<3xi1>, %x: tensor<2xf32>) {
  // expected-error @+1 {{condition and result have different shapes}}
  nn.select %c, %x, %x : tensor<3xi1>, tensor<2xf32>
  return
}

// -----

func.func @choice_by_numbers(%c: tensor<2xi8>, %x: tensor<2xf32>) {
  // expected-error @+1 {{operand #0 must be}}
  nn.select %c, %x, %x : tensor<2xi8>, tensor<2xf32>
  return
}

//===----------------------------------------------------------------------===//
// Contract
//===----------------------------------------------------------------------===//

// -----

func.func @lhs_roles(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{lhs_roles must have one of b, m, k for each of 2 dimensions}}
  nn.contract %a, %b {lhs_roles = "nk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @rhs_roles(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{rhs_roles must have one of b, n, k for each of 2 dimensions}}
  nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "k"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @contract_of_different_elements(%a: tensor<2x3xf32>, %b: tensor<3x4xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{operands have element types 'f32' and 'f16'}}
  nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf16> -> tensor<2x4xf32>
  return
}

// -----

func.func @unequal_roles(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{lhs has 1 dimensions with role k, rhs has 2}}
  nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kk"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2xf32>
  return
}

// -----

func.func @unequal_summed_dimensions(%a: tensor<2x3xf32>, %b: tensor<5x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{summed dimension is 3 in lhs and 5 in rhs}}
  nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<5x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @unequal_batches(%a: tensor<?x3xf32, #nn.shape<N, 3>>, %b: tensor<3x?xf32, #nn.shape<3, M>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{batch dimension is N in lhs and M in rhs}}
  nn.contract %a, %b {lhs_roles = "bk", rhs_roles = "kb"} : tensor<?x3xf32, #nn.shape<N, 3>>, tensor<3x?xf32, #nn.shape<3, M>> -> tensor<?xf32, #nn.shape<N>>
  return
}

// -----

func.func @result_of_another_type(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{inferred type(s) 'tensor<2x4xf32>' are incompatible with return type(s) of operation 'tensor<4x2xf32>'}}
  nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<4x2xf32>
  return
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

// -----

func.func @conv_of_a_matrix(%x: tensor<1x3xf32>, %f: tensor<3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{input has 2 dimensions, 3 to 5 can be convolved}}
  nn.conv %x, %f {strides = array<i64>, dilations = array<i64>, pads = array<i64>} : tensor<1x3xf32>, tensor<3x4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @filter_of_another_rank(%x: tensor<1x5x3xf32>, %f: tensor<1x1x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{filter has 4 dimensions, input has 3}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32>, tensor<1x1x3x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @conv_of_different_elements(%x: tensor<1x5x3xf32>, %f: tensor<1x3x4xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{operands have element types 'f32' and 'f16'}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32>, tensor<1x3x4xf16> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @too_few_pads(%x: tensor<1x5x3xf32>, %f: tensor<1x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{strides, dilations and pads do not fit 1 spatial dimensions}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0>} : tensor<1x5x3xf32>, tensor<1x3x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @stride_of_zero(%x: tensor<1x5x3xf32>, %f: tensor<1x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{strides and dilations must be positive and below 2^31}}
  nn.conv %x, %f {strides = array<i64: 0>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32>, tensor<1x3x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @huge_dilation(%x: tensor<1x5x3xf32>, %f: tensor<1x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{strides and dilations must be positive and below 2^31}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 9223372036854775807>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32>, tensor<1x3x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @huge_pads(%x: tensor<1x5x3xf32>, %f: tensor<1x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{pads must be below 2^31}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 9223372036854775807>} : tensor<1x5x3xf32>, tensor<1x3x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @filter_of_run_time_size(%x: tensor<1x5x3xf32>, %f: tensor<?x3x4xf32, #nn.shape<K, 3, 4>>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{filter must have a constant shape with spatial sizes from 1 to 2^31}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32>, tensor<?x3x4xf32, #nn.shape<K, 3, 4>> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @filter_of_nothing(%x: tensor<1x5x3xf32>, %f: tensor<0x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{filter must have a constant shape with spatial sizes from 1 to 2^31}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32>, tensor<0x3x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @outputs_in_unequal_groups(%x: tensor<1x5x3xf32>, %f: tensor<1x1x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{4 output channels cannot be split into 3 groups}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 3 : i64} : tensor<1x5x3xf32>, tensor<1x1x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x5x3xf32>, %f: tensor<1x1x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{filter has 1 input channels in each of 2 groups, input has 3}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 2 : i64} : tensor<1x5x3xf32>, tensor<1x1x4xf32> -> tensor<1x5x4xf32>
  return
}

// -----

func.func @filter_larger_than_input(%x: tensor<1x5x3xf32>, %f: tensor<6x3x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{filter is larger than the padded input in spatial dimension 0}}
  nn.conv %x, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32>, tensor<6x3x4xf32> -> tensor<1x0x4xf32>
  return
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

// -----

func.func @unsorted_axes(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{axes must be sorted, unique and within 2 dimensions}}
  nn.reduce sum %x {axes = array<i64: 1, 0>} : tensor<2x3xf32> -> tensor<f32>
  return
}

// -----

func.func @axis_beyond_the_rank(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{axes must be sorted, unique and within 2 dimensions}}
  nn.reduce sum %x {axes = array<i64: 2>} : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @window_of_products(%x: tensor<1x5x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{a window computes sum, mean or max}}
  nn.window prod %x {kernel = array<i64: 1>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x5x3xf32> -> tensor<1x5x3xf32>
  return
}

// -----

func.func @window_on_a_matrix(%x: tensor<1x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{input has 2 dimensions, 3 to 5 can be pooled}}
  nn.window max %x {kernel = array<i64>, strides = array<i64>, dilations = array<i64>, pads = array<i64>} : tensor<1x3xf32> -> tensor<1x3xf32>
  return
}

// -----

func.func @negative_pads(%x: tensor<1x5x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{kernel, strides, dilations and pads do not fit 1 spatial dimensions}}
  nn.window max %x {kernel = array<i64: 1>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: -1, 0>} : tensor<1x5x3xf32> -> tensor<1x4x3xf32>
  return
}

// -----

func.func @window_larger_than_input(%x: tensor<1x5x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{window is larger than the padded input in spatial dimension 0}}
  nn.window max %x {kernel = array<i64: 9>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : tensor<1x5x3xf32> -> tensor<1x0x3xf32>
  return
}

// -----

func.func @softmax_axis(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{axis 2 is outside of 2 dimensions}}
  nn.softmax %x {axis = 2 : i64} : tensor<2x3xf32>
  return
}

// -----

func.func @softmax_of_integers(%x: tensor<2x3xi32>) {
  // expected-error @+1 {{needs floating-point elements}}
  nn.softmax %x {axis = 0 : i64} : tensor<2x3xi32>
  return
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

// -----

func.func @broadcast_to_another_rank(%x: tensor<3xf32>) {
  // expected-error @+1 {{operand has 1 dimensions, result has 2}}
  nn.broadcast %x : tensor<3xf32> to tensor<2x3xf32>
  return
}

// -----

func.func @broadcast_to_other_elements(%x: tensor<1xf32>) {
  // expected-error @+1 {{changes the element type}}
  nn.broadcast %x : tensor<1xf32> to tensor<2xf16>
  return
}

// -----

func.func @broadcast_of_a_symbol(%x: tensor<?x1xf32, #nn.shape<N, 1>>) {
  // expected-error @+1 {{dimension 0 is N, which cannot be repeated to 4}}
  nn.broadcast %x : tensor<?x1xf32, #nn.shape<N, 1>> to tensor<4x2xf32>
  return
}

// -----

func.func @concat_of_nothing() {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{nothing to join}}
  "nn.concat"() {axis = 0 : i64} : () -> tensor<1xf32>
  return
}

// -----

func.func @concat_axis(%x: tensor<2xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{axis 1 is outside of 1 dimensions}}
  nn.concat %x {axis = 1 : i64} : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @concat_of_different_elements(%x: tensor<2xf32>, %y: tensor<2xf16>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{joins tensors of different rank or element type}}
  nn.concat %x, %y {axis = 0 : i64} : tensor<2xf32>, tensor<2xf16> -> tensor<4xf32>
  return
}

// -----

func.func @concat_of_different_dimensions(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{dimension 1 is 3 in one input and 4 in another}}
  nn.concat %x, %y {axis = 0 : i64} : tensor<2x3xf32>, tensor<2x4xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @reshape_to_other_elements(%x: tensor<2xf32>) {
  // expected-error @+1 {{changes the element type}}
  nn.reshape %x : tensor<2xf32> to tensor<2xf16>
  return
}

// -----

func.func @reshape_to_another_size(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{operand has 6 elements, result has 5}}
  nn.reshape %x : tensor<2x3xf32> to tensor<5xf32>
  return
}

// -----

func.func @permutation(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{permutation does not name each of 2 dimensions once}}
  nn.transpose %x {permutation = array<i64: 0, 0>} : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

// -----

func.func @kernel_inputs(%x: tensor<2xf32>) {
  // expected-error @+1 {{inputs and the region's arguments have different types}}
  "nn.kernel"(%x) <{name = "k"}> ({
  ^bb0(%a: tensor<3xf32>):
    "nn.yield"() : () -> ()
  }) : (tensor<2xf32>) -> ()
  return
}

// -----

func.func @kernel_without_yield(%x: tensor<2xf32>) {
  // expected-error @+1 {{region must end in nn.yield}}
  nn.kernel "k" (%a = %x : tensor<2xf32>) {
    %0 = nn.neg %a : tensor<2xf32>
  }
  return
}

// -----

func.func @kernel_results(%x: tensor<2xf32>) {
  // expected-error @+1 {{results and what nn.yield gives have different types}}
  nn.kernel "k" (%a = %x : tensor<2xf32>) -> tensor<3xf32> {
    nn.yield %a : tensor<2xf32>
  }
  return
}

// -----

func.func @foreign_operation_in_a_kernel(%x: tensor<2xf32>) {
  nn.kernel "k" (%a = %x : tensor<2xf32>) {
    // expected-error @+1 {{cannot be in a kernel}}
    %0 = builtin.unrealized_conversion_cast %a : tensor<2xf32> to tensor<2xi32>
    nn.yield
  }
  return
}

// -----

func.func @kernel_is_isolated(%x: tensor<2xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  nn.kernel "k" () {
    // expected-error @+1 {{using value defined outside the region}}
    %0 = nn.neg %x : tensor<2xf32>
    nn.yield
  }
  return
}

// -----

func.func @yield_outside_of_a_kernel(%x: tensor<2xf32>) {
  // expected-error @+1 {{expects parent op}}
  nn.yield
}
