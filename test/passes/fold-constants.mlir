// RUN: margay-opt --nn-fold-constants --canonicalize --split-input-file %s | FileCheck %s

// Constants are computed, through several operations.
// CHECK-LABEL: func.func @small
// CHECK-NEXT: %[[C:.*]] = nn.constant dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>
// CHECK-NEXT: return %[[C]]
func.func @small() -> tensor<2xf32> {
  %0 = nn.constant dense<[4.0, 16.0]> : tensor<2xf32>
  %1 = nn.sqrt %0 : tensor<2xf32>
  %2 = nn.reciprocal %1 : tensor<2xf32>
  return %2 : tensor<2xf32>
}

// -----

// What is small is computed also where it is made of something bigger; what is big stays a recipe, and so does what reads a trainable parameter.
nn.param @frozen : tensor<65x2xf32> = dense<1.0> : tensor<65x2xf32>
nn.param @learnt : tensor<2xf32> = dense<1.0> : tensor<2xf32> {trainable}
// CHECK-LABEL: func.func @sizes
// CHECK: nn.constant dense<6.500000e+01> : tensor<2xf32>
// CHECK: nn.neg {{.*}} : tensor<65x2xf32>
// CHECK: nn.neg {{.*}} : tensor<2xf32>
func.func @sizes() -> (tensor<2xf32>, tensor<65x2xf32>, tensor<2xf32>) {
  %f = nn.get @frozen : tensor<65x2xf32>
  %l = nn.get @learnt : tensor<2xf32>
  %0 = nn.reduce sum %f {axes = array<i64: 0>} : tensor<65x2xf32> -> tensor<2xf32>
  %1 = nn.neg %f : tensor<65x2xf32>
  %2 = nn.neg %l : tensor<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<65x2xf32>, tensor<2xf32>
}

// -----

// Not: arguments, broadcasts (they say how elements repeat), and what reads more than a million elements.
nn.param @huge : tensor<1048577xf32> = dense<1.0> : tensor<1048577xf32>
// CHECK-LABEL: func.func @stays
// CHECK: nn.neg
// CHECK: nn.broadcast
// CHECK: nn.reduce
func.func @stays(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<4xf32>, tensor<f32>) {
  %c = nn.constant dense<1.0> : tensor<1xf32>
  %h = nn.get @huge : tensor<1048577xf32>
  %0 = nn.neg %x : tensor<2xf32>
  %1 = nn.broadcast %c : tensor<1xf32> to tensor<4xf32>
  %2 = nn.reduce max %h {axes = array<i64: 0>} : tensor<1048577xf32> -> tensor<f32>
  return %0, %1, %2 : tensor<2xf32>, tensor<4xf32>, tensor<f32>
}
