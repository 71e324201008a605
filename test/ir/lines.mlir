// Operations along axes: their text, and what is said of wrong ones.
//
// RUN: margay-opt %s --split-input-file --verify-diagnostics | FileCheck %s
// RUN: margay-opt %s --split-input-file --verify-diagnostics --mlir-print-op-generic | margay-opt --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @text
func.func @text(%x: tensor<4x?xf32, #nn.shape<4, N>>) {
  // CHECK: nn.arg_reduce max %{{.*}} {axis = 0 : i64, last} : tensor<4x?xf32, #nn.shape<4, N>> -> tensor<?xi64, #nn.shape<N>>
  nn.arg_reduce max %x {axis = 0 : i64, last} : tensor<4x?xf32, #nn.shape<4, N>> -> tensor<?xi64, #nn.shape<N>>
  // CHECK: nn.scan prod %{{.*}} {axis = 1 : i64, exclusive, reverse} : tensor<4x?xf32, #nn.shape<4, N>>
  nn.scan prod %x {axis = 1 : i64, exclusive, reverse} : tensor<4x?xf32, #nn.shape<4, N>>
  // CHECK: nn.normalize %{{.*}} {axes = array<i64: 0, 1>, epsilon = 1.000000e-05 : f64, rms} : tensor<4x?xf32, #nn.shape<4, N>>
  nn.normalize %x {axes = array<i64: 0, 1>, epsilon = 1.0e-5 : f64, rms} : tensor<4x?xf32, #nn.shape<4, N>>
  // CHECK: nn.topk %{{.*}} {axis = 0 : i64, smallest} : tensor<4x?xf32, #nn.shape<4, N>> -> tensor<2x?xf32, #nn.shape<2, N>>, tensor<2x?xi64, #nn.shape<2, N>>
  %v, %i = nn.topk %x {axis = 0 : i64, smallest} : tensor<4x?xf32, #nn.shape<4, N>> -> tensor<2x?xf32, #nn.shape<2, N>>, tensor<2x?xi64, #nn.shape<2, N>>
  return
}

// -----

func.func @arg_kind(%x: tensor<4xf32>) {
  // expected-error @+2 {{finds the position of max or min}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.arg_reduce sum %x {axis = 0 : i64} : tensor<4xf32> -> tensor<i64>
  return
}

// -----

func.func @arg_axis(%x: tensor<4xf32>) {
  // expected-error @+2 {{axis 1 is outside of 1 dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.arg_reduce max %x {axis = 1 : i64} : tensor<4xf32> -> tensor<i64>
  return
}

// -----

func.func @scan_kind(%x: tensor<4xf32>) {
  // expected-error @+1 {{computes sum or prod}}
  nn.scan max %x {axis = 0 : i64} : tensor<4xf32>
  return
}

// -----

func.func @scan_axis(%x: tensor<4xf32>) {
  // expected-error @+1 {{axis -1 is outside of 1 dimensions}}
  nn.scan sum %x {axis = -1 : i64} : tensor<4xf32>
  return
}

// -----

func.func @normalize_axes(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{axes must be sorted, unique and within 2 dimensions}}
  nn.normalize %x {axes = array<i64: 1, 0>, epsilon = 0.0 : f64} : tensor<4x5xf32>
  return
}

// -----

func.func @topk_more(%x: tensor<4xf32>) {
  // expected-error @+1 {{wants 5 of 4 elements}}
  %v, %i = nn.topk %x {axis = 0 : i64} : tensor<4xf32> -> tensor<5xf32>, tensor<5xi64>
  return
}

// -----

func.func @topk_other(%x: tensor<4x3xf32>) {
  // expected-error @+1 {{changes dimension 1}}
  %v, %i = nn.topk %x {axis = 0 : i64} : tensor<4x3xf32> -> tensor<2x2xf32>, tensor<2x2xi64>
  return
}

// -----

func.func @topk_types(%x: tensor<4xf32>) {
  // expected-error @+1 {{has results of wrong types}}
  %v, %i = nn.topk %x {axis = 0 : i64} : tensor<4xf32> -> tensor<2xf32>, tensor<3xi64>
  return
}
