// Transposed convolutions and resized tensors: their text, and what is said of wrong ones.
//
// RUN: margay-opt %s --split-input-file --verify-diagnostics | FileCheck %s
// RUN: margay-opt %s --split-input-file --verify-diagnostics --mlir-print-op-generic | margay-opt --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @text
func.func @text(%x: tensor<1x?x5x4xf32, #nn.shape<1, H, 5, 4>>, %w: tensor<3x3x4x3xf32>, %r: tensor<1x4x5x2xf32>) {
  // CHECK: nn.conv_transpose %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, groups = 2 : i64, output_padding = array<i64: 1, 0>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 1>} : {{.*}} -> tensor<1x?x5x6xf32, #nn.shape<1, 2 * H, 5, 6>>
  nn.conv_transpose %x, %w {strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, output_padding = array<i64: 1, 0>, groups = 2 : i64} : tensor<1x?x5x4xf32, #nn.shape<1, H, 5, 4>>, tensor<3x3x4x3xf32> -> tensor<1x?x5x6xf32, #nn.shape<1, 2 * H, 5, 6>>
  // CHECK: nn.resize nearest %{{.*}} {axes = array<i64: 1, 2>, coordinates = "asymmetric", nearest = "floor", scales = array<f64: 2.000000e+00, 2.000000e+00>} : tensor<1x4x5x2xf32> to tensor<1x8x10x2xf32>
  nn.resize nearest %r {axes = array<i64: 1, 2>, scales = array<f64: 2.0, 2.0>, coordinates = "asymmetric", nearest = "floor"} : tensor<1x4x5x2xf32> to tensor<1x8x10x2xf32>
  // CHECK: nn.resize cubic %{{.*}} {antialias, axes = array<i64: 1>, cubic_a = -5.000000e-01 : f64, exclude_outside, scales = array<f64: 5.000000e-01>} : tensor<1x4x5x2xf32> to tensor<1x2x5x2xf32>
  nn.resize cubic %r {axes = array<i64: 1>, scales = array<f64: 0.5>, cubic_a = -0.5 : f64, exclude_outside, antialias} : tensor<1x4x5x2xf32> to tensor<1x2x5x2xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x5x5x4xf32>, %w: tensor<3x3x3x2xf32>) {
  // expected-error @+2 {{filter has 3 input channels, input has 4}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.conv_transpose %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, output_padding = array<i64: 0, 0>} : tensor<1x5x5x4xf32>, tensor<3x3x3x2xf32> -> tensor<1x7x7x2xf32>
  return
}

// -----

func.func @groups(%x: tensor<1x5x4xf32>, %w: tensor<3x4x2xf32>) {
  // expected-error @+2 {{4 input channels cannot be split into 3 groups}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.conv_transpose %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>, groups = 3 : i64} : tensor<1x5x4xf32>, tensor<3x4x2xf32> -> tensor<1x7x6xf32>
  return
}

// -----

func.func @nothing_left(%x: tensor<1x1x4xf32>, %w: tensor<3x4x2xf32>) {
  // expected-error @+2 {{nothing is left of spatial dimension 0}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.conv_transpose %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 2, 1>, output_padding = array<i64: 0>} : tensor<1x1x4xf32>, tensor<3x4x2xf32> -> tensor<1x1x2xf32>
  return
}

// -----

func.func @lists(%x: tensor<1x5x4xf32>, %w: tensor<3x4x2xf32>) {
  // expected-error @+2 {{strides, dilations, pads and output_padding do not fit 1 spatial dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.conv_transpose %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>} : tensor<1x5x4xf32>, tensor<3x4x2xf32> -> tensor<1x7x2xf32>
  return
}

// -----

func.func @scale(%r: tensor<1x4xf32>) {
  // expected-error @+1 {{scale of dimension 1 is not positive}}
  nn.resize linear %r {axes = array<i64: 1>, scales = array<f64: 0.0>} : tensor<1x4xf32> to tensor<1x8xf32>
  return
}

// -----

func.func @scales(%r: tensor<1x4xf32>) {
  // expected-error @+1 {{needs a scale, and where there is one a start and an end of the region, for each axis}}
  nn.resize linear %r {axes = array<i64: 1>, scales = array<f64: 2.0, 2.0>} : tensor<1x4xf32> to tensor<1x8xf32>
  return
}

// -----

func.func @other_axis(%r: tensor<1x4xf32>) {
  // expected-error @+1 {{changes dimension 0, which is none of its axes}}
  nn.resize linear %r {axes = array<i64: 1>, scales = array<f64: 2.0>} : tensor<1x4xf32> to tensor<2x8xf32>
  return
}

// -----

func.func @coordinates(%r: tensor<1x4xf32>) {
  // expected-error @+1 {{has unknown coordinates 'left'}}
  nn.resize linear %r {axes = array<i64: 1>, scales = array<f64: 2.0>, coordinates = "left"} : tensor<1x4xf32> to tensor<1x8xf32>
  return
}

// -----

func.func @rounding(%r: tensor<1x4xf32>) {
  // expected-error @+1 {{has unknown rounding 'up'}}
  nn.resize nearest %r {axes = array<i64: 1>, scales = array<f64: 2.0>, nearest = "up"} : tensor<1x4xf32> to tensor<1x8xf32>
  return
}

// -----

func.func @region(%r: tensor<1x4xf32>) {
  // expected-error @+1 {{needs a region to crop}}
  nn.resize linear %r {axes = array<i64: 1>, scales = array<f64: 2.0>, coordinates = "tf_crop_and_resize"} : tensor<1x4xf32> to tensor<1x8xf32>
  return
}
