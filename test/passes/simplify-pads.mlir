// RUN: margay-opt --nn-simplify --split-input-file %s | FileCheck %s

// Zeros before and behind what is convolved become pads, beside those that there are, also through a transpose.
// CHECK-LABEL: func.func @causal
// CHECK-SAME: (%[[X:.*]]: tensor<1x9x4xf32>, %[[Y:.*]]: tensor<1x4x9xf32>
// CHECK: %[[A:.*]] = nn.conv %[[X]], {{.*}} pads = array<i64: 5, 2>
// CHECK: %[[T:.*]] = nn.transpose %[[Y]]
// CHECK: %[[B:.*]] = nn.conv %[[T]], {{.*}} pads = array<i64: 4, 1>
// CHECK: return %[[A]], %[[B]]
func.func @causal(%x: tensor<1x9x4xf32>, %y: tensor<1x4x9xf32>, %w: tensor<3x4x8xf32>) -> (tensor<1x12x8xf32>, tensor<1x10x8xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %0 = nn.pad constant %x, %zero {low = #nn.shape<0, 4, 0>, high = #nn.shape<0, 1, 0>} : tensor<1x9x4xf32>, tensor<f32> -> tensor<1x14x4xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 1>, dilations = array<i64: 2>, pads = array<i64: 1, 1>} : tensor<1x14x4xf32>, tensor<3x4x8xf32> -> tensor<1x12x8xf32>
  %2 = nn.pad constant %y, %zero {low = #nn.shape<0, 0, 4>, high = #nn.shape<0, 0, 1>} : tensor<1x4x9xf32>, tensor<f32> -> tensor<1x4x14xf32>
  %3 = nn.transpose %2 {permutation = array<i64: 0, 2, 1>} : tensor<1x4x14xf32> -> tensor<1x14x4xf32>
  %4 = nn.conv %3, %w {strides = array<i64: 1>, dilations = array<i64: 2>, pads = array<i64: 0, 0>} : tensor<1x14x4xf32>, tensor<3x4x8xf32> -> tensor<1x10x8xf32>
  return %1, %4 : tensor<1x12x8xf32>, tensor<1x10x8xf32>
}

// -----

// Two convolutions of one padded tensor.
// CHECK-LABEL: func.func @both
// CHECK-NOT: nn.pad
func.func @both(%x: tensor<1x5x5x4xf32>, %w: tensor<3x3x4x8xf32>) -> (tensor<1x4x4x8xf32>, tensor<1x2x2x8xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %0 = nn.pad constant %x, %zero {low = #nn.shape<0, 0, 0, 0>, high = #nn.shape<0, 1, 1, 0>} : tensor<1x5x5x4xf32>, tensor<f32> -> tensor<1x6x6x4xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x6x6x4xf32>, tensor<3x3x4x8xf32> -> tensor<1x4x4x8xf32>
  %2 = nn.conv %0, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x6x6x4xf32>, tensor<3x3x4x8xf32> -> tensor<1x2x2x8xf32>
  return %1, %2 : tensor<1x4x4x8xf32>, tensor<1x2x2x8xf32>
}

// -----

// Not: other numbers, other modes, more channels, sizes that are not known, and what is read by something else, too.
// CHECK-LABEL: func.func @kept
// CHECK-COUNT-5: nn.pad
func.func @kept(%x: tensor<1x9x4xf32>, %w: tensor<3x4x8xf32>, %v: tensor<3x6x8xf32>) -> (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x7x8xf32>, tensor<1x?x8xf32, #nn.shape<1, N + 7, 8>>, tensor<1x10x8xf32>, tensor<1x12x4xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %0 = nn.pad constant %x, %one {low = #nn.shape<0, 1, 0>, high = #nn.shape<0, 0, 0>} : tensor<1x9x4xf32>, tensor<f32> -> tensor<1x10x4xf32>
  %1 = nn.conv %0, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x10x4xf32>, tensor<3x4x8xf32> -> tensor<1x8x8xf32>
  %2 = nn.pad edge %x, %zero {low = #nn.shape<0, 1, 0>, high = #nn.shape<0, 0, 0>} : tensor<1x9x4xf32>, tensor<f32> -> tensor<1x10x4xf32>
  %3 = nn.conv %2, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x10x4xf32>, tensor<3x4x8xf32> -> tensor<1x8x8xf32>
  %4 = nn.pad constant %x, %zero {low = #nn.shape<0, 0, 0>, high = #nn.shape<0, 0, 2>} : tensor<1x9x4xf32>, tensor<f32> -> tensor<1x9x6xf32>
  %5 = nn.conv %4, %v {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x9x6xf32>, tensor<3x6x8xf32> -> tensor<1x7x8xf32>
  %6 = nn.pad constant %x, %zero {low = #nn.shape<0, N, 0>, high = #nn.shape<0, 0, 0>} : tensor<1x9x4xf32>, tensor<f32> -> tensor<1x?x4xf32, #nn.shape<1, N + 9, 4>>
  %7 = nn.conv %6, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x?x4xf32, #nn.shape<1, N + 9, 4>>, tensor<3x4x8xf32> -> tensor<1x?x8xf32, #nn.shape<1, N + 7, 8>>
  %8 = nn.pad constant %x, %zero {low = #nn.shape<0, 3, 0>, high = #nn.shape<0, 0, 0>} : tensor<1x9x4xf32>, tensor<f32> -> tensor<1x12x4xf32>
  %9 = nn.conv %8, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : tensor<1x12x4xf32>, tensor<3x4x8xf32> -> tensor<1x10x8xf32>
  return %1, %3, %5, %7, %9, %8 : tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x7x8xf32>, tensor<1x?x8xf32, #nn.shape<1, N + 7, 8>>, tensor<1x10x8xf32>, tensor<1x12x4xf32>
}
