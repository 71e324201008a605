// RUN: margay-opt --nn-narrow-products --canonicalize --split-input-file %s | FileCheck %s

// Operands that were bf16 are read as such, also behind a reshape; the sum stays f32.
nn.param @w : tensor<6x4xbf16> = dense<1.0> : tensor<6x4xbf16>
// CHECK-LABEL: func.func @given
// CHECK-SAME: (%[[X:.*]]: tensor<2x2x3xbf16>)
// CHECK-DAG: %[[R:.*]] = nn.reshape %[[X]] : tensor<2x2x3xbf16> to tensor<2x6xbf16>
// CHECK-DAG: %[[W:.*]] = nn.get @w : tensor<6x4xbf16>
// CHECK: %[[Y:.*]] = nn.contract %[[R]], %[[W]] {{.*}} : tensor<2x6xbf16>, tensor<6x4xbf16> -> tensor<2x4xf32>
// CHECK: return %[[Y]]
func.func @given(%x: tensor<2x2x3xbf16>) -> tensor<2x4xf32> {
  %w = nn.get @w : tensor<6x4xbf16>
  %v = nn.cast %w : tensor<6x4xbf16> to tensor<6x4xf32>
  %r = nn.cast %x : tensor<2x2x3xbf16> to tensor<2x2x3xf32>
  %m = nn.reshape %r : tensor<2x2x3xf32> to tensor<2x6xf32>
  %y = nn.contract %m, %v {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x6xf32>, tensor<6x4xf32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// A rounding moves behind the reshape, to the product; a convolution that sees a pixel at a time is one.
nn.param @f : tensor<1x1x4x3xbf16> = dense<1.0> : tensor<1x1x4x3xbf16>
// CHECK-LABEL: func.func @rounded
// CHECK-SAME: (%[[X:.*]]: tensor<1x6x4xf32>)
// CHECK-DAG: %[[R:.*]] = nn.reshape %[[X]] : tensor<1x6x4xf32> to tensor<1x2x3x4xf32>
// CHECK-DAG: %[[N:.*]] = nn.cast %[[R]] : tensor<1x2x3x4xf32> to tensor<1x2x3x4xbf16>
// CHECK-DAG: %[[F:.*]] = nn.get @f
// CHECK: nn.conv %[[N]], %[[F]] {{.*}} : tensor<1x2x3x4xbf16>, tensor<1x1x4x3xbf16> -> tensor<1x2x3x3xf32>
func.func @rounded(%x: tensor<1x6x4xf32>) -> tensor<1x2x3x3xf32> {
  %f = nn.get @f : tensor<1x1x4x3xbf16>
  %g = nn.cast %f : tensor<1x1x4x3xbf16> to tensor<1x1x4x3xf32>
  %n = nn.cast %x : tensor<1x6x4xf32> to tensor<1x6x4xbf16>
  %r = nn.cast %n : tensor<1x6x4xbf16> to tensor<1x6x4xf32>
  %m = nn.reshape %r : tensor<1x6x4xf32> to tensor<1x2x3x4xf32>
  %y = nn.conv %m, %g {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x2x3x4xf32>, tensor<1x1x4x3xf32> -> tensor<1x2x3x3xf32>
  return %y : tensor<1x2x3x3xf32>
}

// -----

// Not: rows with more digits, a computed matrix, a single column, and f16.
nn.param @w : tensor<6x4xbf16> = dense<1.0> : tensor<6x4xbf16>
nn.param @c : tensor<6x1xbf16> = dense<1.0> : tensor<6x1xbf16>
nn.param @h : tensor<6x4xf16> = dense<1.0> : tensor<6x4xf16>
// CHECK-LABEL: func.func @others
// CHECK-COUNT-4: nn.contract {{.*}} : tensor<2x6xf32>, tensor<6x{{[41]}}xf32>
func.func @others(%x: tensor<2x6xf32>, %n: tensor<2x6xbf16>, %a: tensor<6x4xbf16>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x1xf32>, tensor<2x4xf32>) {
  %w = nn.get @w : tensor<6x4xbf16>
  %v = nn.cast %w : tensor<6x4xbf16> to tensor<6x4xf32>
  %0 = nn.contract %x, %v {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x6xf32>, tensor<6x4xf32> -> tensor<2x4xf32>
  %r = nn.cast %n : tensor<2x6xbf16> to tensor<2x6xf32>
  %b = nn.cast %a : tensor<6x4xbf16> to tensor<6x4xf32>
  %1 = nn.contract %r, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x6xf32>, tensor<6x4xf32> -> tensor<2x4xf32>
  %c = nn.get @c : tensor<6x1xbf16>
  %d = nn.cast %c : tensor<6x1xbf16> to tensor<6x1xf32>
  %2 = nn.contract %r, %d {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x6xf32>, tensor<6x1xf32> -> tensor<2x1xf32>
  %h = nn.get @h : tensor<6x4xf16>
  %i = nn.cast %h : tensor<6x4xf16> to tensor<6x4xf32>
  %3 = nn.contract %r, %i {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x6xf32>, tensor<6x4xf32> -> tensor<2x4xf32>
  return %0, %1, %2, %3 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x1xf32>, tensor<2x4xf32>
}
