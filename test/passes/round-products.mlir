// RUN: margay-opt --nn-round-products --split-input-file %s | FileCheck %s

// What a product with a constant matrix reads is rounded to bf16, and what it makes is f32.
module attributes {nn.rounds_products} {
  nn.param @w : tensor<3x4xf32> = dense<1.0> : tensor<3x4xf32>
  // CHECK-LABEL: func.func @asked
  // CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
  // CHECK: %[[W:.*]] = nn.get @w
  // CHECK-NEXT: %[[XN:.*]] = nn.cast %[[X]] : tensor<2x3xf32> to tensor<2x3xbf16>
  // CHECK-NEXT: %[[XR:.*]] = nn.cast %[[XN]] : tensor<2x3xbf16> to tensor<2x3xf32>
  // CHECK-NEXT: %[[WN:.*]] = nn.cast %[[W]] : tensor<3x4xf32> to tensor<3x4xbf16>
  // CHECK-NEXT: %[[WR:.*]] = nn.cast %[[WN]] : tensor<3x4xbf16> to tensor<3x4xf32>
  // CHECK-NEXT: %[[Y:.*]] = nn.contract %[[XR]], %[[WR]] {{.*}} -> tensor<2x4xf32>
  // CHECK-NEXT: nn.exp %[[Y]] : tensor<2x4xf32>
  func.func @asked(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
    %w = nn.get @w : tensor<3x4xf32>
    %0 = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
    %1 = nn.exp %0 : tensor<2x4xf32>
    return %1 : tensor<2x4xf32>
  }

  // Not: a product of two computed matrices.
  // CHECK-LABEL: func.func @computed
  // CHECK-NOT: nn.cast
  func.func @computed(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) -> tensor<2x4xf32> {
    %0 = nn.contract %x, %y {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
    return %0 : tensor<2x4xf32>
  }
}

// -----

// Not: where nobody asked for it.
nn.param @w : tensor<3x4xf32> = dense<1.0> : tensor<3x4xf32>
// CHECK-LABEL: func.func @silent
// CHECK-NOT: nn.cast
func.func @silent(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = nn.get @w : tensor<3x4xf32>
  %0 = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
