// RUN: margay-opt --nn-lower-conv-transpose --split-input-file %s | FileCheck %s

// As many taps in each phase: one convolution, and the last dimension of the filter holds the phases.
// CHECK-LABEL: func.func @whole
// CHECK-COUNT-4: nn.slice %arg1
// CHECK: %[[W:.*]] = nn.concat {{.*}} -> tensor<1x1x4x12xf32>
// CHECK: %[[C:.*]] = nn.conv %arg0, %[[W]] {dilations = array<i64: 1, 1>, {{.*}}pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : {{.*}} -> tensor<1x5x6x12xf32>
// CHECK: %[[R:.*]] = nn.reshape %[[C]] : tensor<1x5x6x12xf32> to tensor<1x5x6x2x2x3xf32>
// CHECK: %[[T:.*]] = nn.transpose %[[R]] {permutation = array<i64: 0, 1, 3, 2, 4, 5>}
// CHECK: %[[Y:.*]] = nn.reshape %[[T]] : {{.*}} to tensor<1x10x12x3xf32>
// CHECK: return %[[Y]]
func.func @whole(%x: tensor<1x5x6x4xf32>, %w: tensor<2x2x4x3xf32>) -> tensor<1x10x12x3xf32> {
  %y = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, output_padding = array<i64: 0, 0>} : tensor<1x5x6x4xf32>, tensor<2x2x4x3xf32> -> tensor<1x10x12x3xf32>
  return %y : tensor<1x10x12x3xf32>
}

// -----

// Two taps for even positions, one for odd ones; taps backwards; what padding takes off is cut off.
// CHECK-LABEL: func.func @phases
// CHECK: %[[EVEN:.*]] = nn.slice %arg1 {starts = #nn.shape<2, 0, 0>, steps = array<i64: -2, 1, 1>} : tensor<3x4x3xf32> to tensor<2x4x3xf32>
// CHECK: %[[ODD:.*]] = nn.slice %arg1 {starts = #nn.shape<1, 0, 0>, steps = array<i64: -2, 1, 1>} : tensor<3x4x3xf32> to tensor<1x4x3xf32>
// CHECK: %[[A:.*]] = nn.conv %arg0, %[[EVEN]] {{.*}} pads = array<i64: 1, 0>
// CHECK: %[[B:.*]] = nn.conv %arg0, %[[ODD]] {{.*}} pads = array<i64: 0, 0>
// CHECK: %[[C:.*]] = nn.concat %[[A]], %[[B]]
// CHECK: nn.slice {{.*}} {starts = #nn.shape<0, 1, 0>, steps = array<i64: 1, 1, 1>} : tensor<1x?x3xf32, #nn.shape<1, 2 * N, 3>> to tensor<1x?x3xf32, #nn.shape<1, 2 * N + -1, 3>>
func.func @phases(%x: tensor<1x?x4xf32, #nn.shape<1, N, 4>>, %w: tensor<3x4x3xf32>) -> tensor<1x?x3xf32, #nn.shape<1, 2 * N + -1, 3>> {
  %y = nn.conv_transpose %x, %w {strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 1>, output_padding = array<i64: 0>} : tensor<1x?x4xf32, #nn.shape<1, N, 4>>, tensor<3x4x3xf32> -> tensor<1x?x3xf32, #nn.shape<1, 2 * N + -1, 3>>
  return %y : tensor<1x?x3xf32, #nn.shape<1, 2 * N + -1, 3>>
}

// -----

// Near misses: fewer taps than the stride, dilation, groups, padding before the first tap.
// CHECK-LABEL: func.func @not
// CHECK-COUNT-4: nn.conv_transpose
// CHECK-NOT: nn.conv_transpose
func.func @not(%x: tensor<1x5x4xf32>, %w: tensor<2x4x4xf32>) -> (tensor<1x14x4xf32>, tensor<1x7x4xf32>, tensor<1x6x8xf32>, tensor<1x2x4xf32>) {
  %a = nn.conv_transpose %x, %w {strides = array<i64: 3>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>} : tensor<1x5x4xf32>, tensor<2x4x4xf32> -> tensor<1x14x4xf32>
  %b = nn.conv_transpose %x, %w {strides = array<i64: 1>, dilations = array<i64: 2>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>} : tensor<1x5x4xf32>, tensor<2x4x4xf32> -> tensor<1x7x4xf32>
  %c = nn.conv_transpose %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, output_padding = array<i64: 0>, groups = 2 : i64} : tensor<1x5x4xf32>, tensor<2x4x4xf32> -> tensor<1x6x8xf32>
  %d = nn.conv_transpose %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 2, 2>, output_padding = array<i64: 0>} : tensor<1x5x4xf32>, tensor<2x4x4xf32> -> tensor<1x2x4xf32>
  return %a, %b, %c, %d : tensor<1x14x4xf32>, tensor<1x7x4xf32>, tensor<1x6x8xf32>, tensor<1x2x4xf32>
}
