// RUN: margay-opt --nn-widen-half --split-input-file %s | FileCheck %s

// Arguments, parameters and constants are cast, what is between is f32, and the signature stays.
nn.param @w : tensor<2x2xf16> = dense<1.0> : tensor<2x2xf16>
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<?x2xf16, #nn.shape<N, 2>>) -> tensor<?x2xf16, #nn.shape<N, 2>>
// CHECK-NEXT: %[[XW:.*]] = nn.cast %[[X]] : tensor<?x2xf16, #nn.shape<N, 2>> to tensor<?x2xf32, #nn.shape<N, 2>>
// CHECK-NEXT: %[[W:.*]] = nn.get @w : tensor<2x2xf16>
// CHECK-NEXT: %[[WW:.*]] = nn.cast %[[W]] : tensor<2x2xf16> to tensor<2x2xf32>
// CHECK-NEXT: %[[C:.*]] = nn.constant dense<5.000000e-01> : tensor<1x1xf16>
// CHECK-NEXT: %[[CW:.*]] = nn.cast %[[C]]
// CHECK-NEXT: %[[P:.*]] = nn.contract %[[XW]], %[[WW]] {{.*}} -> tensor<?x2xf32, #nn.shape<N, 2>>
// CHECK-NEXT: %[[B:.*]] = nn.broadcast %[[CW]]
// CHECK-NEXT: %[[S:.*]] = nn.add %[[P]], %[[B]] : tensor<?x2xf32, #nn.shape<N, 2>>
// CHECK-NEXT: %[[Y:.*]] = nn.cast %[[S]] : tensor<?x2xf32, #nn.shape<N, 2>> to tensor<?x2xf16, #nn.shape<N, 2>>
// CHECK-NEXT: return %[[Y]]
func.func @main(%x: tensor<?x2xf16, #nn.shape<N, 2>>) -> tensor<?x2xf16, #nn.shape<N, 2>> {
  %w = nn.get @w : tensor<2x2xf16>
  %c = nn.constant dense<0.5> : tensor<1x1xf16>
  %0 = nn.contract %x, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<?x2xf16, #nn.shape<N, 2>>, tensor<2x2xf16> -> tensor<?x2xf16, #nn.shape<N, 2>>
  %1 = nn.broadcast %c : tensor<1x1xf16> to tensor<?x2xf16, #nn.shape<N, 2>>
  %2 = nn.add %0, %1 : tensor<?x2xf16, #nn.shape<N, 2>>
  return %2 : tensor<?x2xf16, #nn.shape<N, 2>>
}

// -----

// Casts between half and other types are casts from and to f32; an argument that is returned is cast back.
// CHECK-LABEL: func.func @casts
// CHECK-DAG: nn.cast %{{.*}} : tensor<2xi32> to tensor<2xf32>
// CHECK-DAG: nn.cast %{{.*}} : tensor<2xf32> to tensor<2xi64>
// CHECK: return %{{.*}} : tensor<2xi64>, tensor<2xbf16>
func.func @casts(%i: tensor<2xi32>, %h: tensor<2xbf16>) -> (tensor<2xi64>, tensor<2xbf16>) {
  %0 = nn.cast %i : tensor<2xi32> to tensor<2xbf16>
  %1 = nn.cast %0 : tensor<2xbf16> to tensor<2xi64>
  return %1, %h : tensor<2xi64>, tensor<2xbf16>
}

// -----

// Not: f32 and f64.
// CHECK-LABEL: func.func @wide
// CHECK-NOT: nn.cast
func.func @wide(%x: tensor<2xf32>, %y: tensor<2xf64>) -> (tensor<2xf32>, tensor<2xf64>) {
  %0 = nn.exp %x : tensor<2xf32>
  %1 = nn.exp %y : tensor<2xf64>
  return %0, %1 : tensor<2xf32>, tensor<2xf64>
}

// -----

// What a product of bf16 with a constant matrix reads is rounded to bf16; not so where that matrix is computed.
nn.param @w : tensor<2x2xbf16> = dense<1.0> : tensor<2x2xbf16>
// CHECK-LABEL: func.func @products
// CHECK: %[[E:.*]] = nn.exp %{{.*}} : tensor<2x2xf32>
// CHECK: nn.cast %[[E]] : tensor<2x2xf32> to tensor<2x2xbf16>
// CHECK-NEXT: %[[R:.*]] = nn.cast %{{.*}} : tensor<2x2xbf16> to tensor<2x2xf32>
// CHECK: nn.contract %[[R]], %{{.*}} -> tensor<2x2xf32>
// CHECK-NEXT: nn.contract %[[E]], %{{.*}} -> tensor<2x2xf32>
func.func @products(%x: tensor<2x2xbf16>) -> (tensor<2x2xbf16>, tensor<2x2xbf16>) {
  %w = nn.get @w : tensor<2x2xbf16>
  %0 = nn.exp %x : tensor<2x2xbf16>
  %1 = nn.contract %0, %w {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x2xbf16>, tensor<2x2xbf16> -> tensor<2x2xbf16>
  %2 = nn.contract %0, %x {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x2xbf16>, tensor<2x2xbf16> -> tensor<2x2xbf16>
  return %1, %2 : tensor<2x2xbf16>, tensor<2x2xbf16>
}
