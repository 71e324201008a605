// Operations on positions: their text, and what is said of wrong ones.
//
// RUN: margay-opt %s --split-input-file --verify-diagnostics | FileCheck %s
// RUN: margay-opt %s --split-input-file --verify-diagnostics --mlir-print-op-generic | margay-opt --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @text
func.func @text(%x: tensor<4x?xf32, #nn.shape<4, N>>, %v: tensor<f32>, %i: tensor<2x3xi64>, %d: tensor<5x6x7xf32>, %u: tensor<2x3xf32>, %e: tensor<5x2x7xi32>, %p: tensor<5x2x7xf32>, %w: tensor<2x7xf32>, %two: tensor<2x2xi32>) {
  // CHECK: nn.dims <N, 3, 2 * H> : tensor<3xi64>
  nn.dims <N, 3, H * 2> : tensor<3xi64>
  // CHECK: nn.iota {axis = 1 : i64} : tensor<2x?xf32, #nn.shape<2, N>>
  nn.iota {axis = 1 : i64} : tensor<2x?xf32, #nn.shape<2, N>>
  // CHECK: nn.slice %{{.*}} {starts = #nn.shape<0, N + -1>, steps = array<i64: 1, -1>} : tensor<4x?xf32, #nn.shape<4, N>> to tensor<2x?xf32, #nn.shape<2, N>>
  nn.slice %x {starts = #nn.shape<0, N + -1>, steps = array<i64: 1, -1>} : tensor<4x?xf32, #nn.shape<4, N>> to tensor<2x?xf32, #nn.shape<2, N>>
  // CHECK: nn.pad constant %{{.*}}, %{{.*}} {high = #nn.shape<0, 2>, low = #nn.shape<1, N>} : {{.*}} -> tensor<5x?xf32, #nn.shape<5, 2 * N + 2>>
  nn.pad constant %x, %v {low = #nn.shape<1, N>, high = #nn.shape<0, 2>} : tensor<4x?xf32, #nn.shape<4, N>>, tensor<f32> -> tensor<5x?xf32, #nn.shape<5, 2 * N + 2>>
  // CHECK: nn.gather %{{.*}}, %{{.*}} {axis = 1 : i64} : tensor<5x6x7xf32>, tensor<2x3xi64> -> tensor<5x2x3x7xf32>
  nn.gather %d, %i {axis = 1 : i64} : tensor<5x6x7xf32>, tensor<2x3xi64> -> tensor<5x2x3x7xf32>
  // CHECK: nn.gather_elements %{{.*}}, %{{.*}} {axis = 1 : i64} : tensor<5x6x7xf32>, tensor<5x2x7xi32> -> tensor<5x2x7xf32>
  nn.gather_elements %d, %e {axis = 1 : i64} : tensor<5x6x7xf32>, tensor<5x2x7xi32> -> tensor<5x2x7xf32>
  // CHECK: nn.gather_nd %{{.*}}, %{{.*}} : tensor<5x6x7xf32>, tensor<2x3xi64> -> tensor<2xf32>
  nn.gather_nd %d, %i : tensor<5x6x7xf32>, tensor<2x3xi64> -> tensor<2xf32>
  // CHECK: nn.scatter_elements sum %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64} : tensor<5x6x7xf32>, tensor<5x2x7xi32>, tensor<5x2x7xf32>
  nn.scatter_elements sum %d, %e, %p {axis = 1 : i64} : tensor<5x6x7xf32>, tensor<5x2x7xi32>, tensor<5x2x7xf32>
  // CHECK: nn.scatter_nd set %{{.*}}, %{{.*}}, %{{.*}} : tensor<5x6x7xf32>, tensor<2x2xi32>, tensor<2x7xf32>
  nn.scatter_nd set %d, %two, %w : tensor<5x6x7xf32>, tensor<2x2xi32>, tensor<2x7xf32>
  return
}

// -----

func.func @iota() {
  // expected-error @+1 {{axis -1 is outside of 2 dimensions}}
  nn.iota {axis = -1 : i64} : tensor<2x3xf32>
  return
}

// -----

func.func @slice_lists(%x: tensor<4xf32>) {
  // expected-error @+1 {{needs a start, a step and a result size for each of 1 dimensions}}
  nn.slice %x {starts = #nn.shape<0, 0>, steps = array<i64: 1>} : tensor<4xf32> to tensor<2xf32>
  return
}

// -----

func.func @slice_step(%x: tensor<4xf32>) {
  // expected-error @+1 {{step of dimension 0 is 0}}
  nn.slice %x {starts = #nn.shape<0>, steps = array<i64: 0>} : tensor<4xf32> to tensor<2xf32>
  return
}

// -----

func.func @slice_outside(%x: tensor<4xf32>) {
  // expected-error @+1 {{reads positions 1 to 5 of dimension 0, which has 4}}
  nn.slice %x {starts = #nn.shape<1>, steps = array<i64: 2>} : tensor<4xf32> to tensor<3xf32>
  return
}

// -----

func.func @slice_elements(%x: tensor<4xf32>) {
  // expected-error @+1 {{changes the element type}}
  nn.slice %x {starts = #nn.shape<1>, steps = array<i64: 1>} : tensor<4xf32> to tensor<3xf64>
  return
}

// -----

func.func @pad_negative(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @+2 {{pads dimension 0 by -1}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.pad constant %x, %v {low = #nn.shape<-1>, high = #nn.shape<0>} : tensor<4xf32>, tensor<f32> -> tensor<3xf32>
  return
}

// -----

func.func @pad_reflected_too_far(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @+2 {{pads dimension 0 of size 4 by 4, which its mode cannot do}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.pad reflect %x, %v {low = #nn.shape<4>, high = #nn.shape<0>} : tensor<4xf32>, tensor<f32> -> tensor<8xf32>
  return
}

// -----

func.func @pad_value(%x: tensor<4xf32>, %v: tensor<i64>) {
  // expected-error @+2 {{it needs a scalar of that type}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.pad constant %x, %v {low = #nn.shape<1>, high = #nn.shape<0>} : tensor<4xf32>, tensor<i64> -> tensor<5xf32>
  return
}

// -----

func.func @gather_batch(%x: tensor<4x5xf32>, %i: tensor<3x2xi64>) {
  // expected-error @+2 {{batch dimension 0 is 4 in data and 3 in indices}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.gather %x, %i {axis = 1 : i64, batch_dims = 1 : i64} : tensor<4x5xf32>, tensor<3x2xi64> -> tensor<4x2xf32>
  return
}

// -----

func.func @gather_axis(%x: tensor<4x5xf32>, %i: tensor<3xi64>) {
  // expected-error @+2 {{axis 2 is outside of 2 dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.gather %x, %i {axis = 2 : i64} : tensor<4x5xf32>, tensor<3xi64> -> tensor<3xf32>
  return
}

// -----

func.func @gather_elements_size(%x: tensor<4x5xf32>, %i: tensor<5x5xi64>) {
  // expected-error @+2 {{dimension 0 of the indices is 5, that of the data 4}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.gather_elements %x, %i {axis = 1 : i64} : tensor<4x5xf32>, tensor<5x5xi64> -> tensor<5x5xf32>
  return
}

// -----

func.func @gather_nd_length(%x: tensor<4x5xf32>, %i: tensor<2x3xi64>) {
  // expected-error @+2 {{3 positions behind 0 batch dimensions do not fit 2 dimensions}}
  // expected-error @+1 {{failed to infer returned types}}
  nn.gather_nd %x, %i : tensor<4x5xf32>, tensor<2x3xi64> -> tensor<2xf32>
  return
}

// -----

func.func @scatter_shapes(%x: tensor<4xf32>, %i: tensor<2xi64>, %u: tensor<3xf32>) {
  // expected-error @+1 {{indices and updates have different shapes}}
  nn.scatter_elements set %x, %i, %u {axis = 0 : i64} : tensor<4xf32>, tensor<2xi64>, tensor<3xf32>
  return
}

// -----

func.func @scatter_elements_type(%x: tensor<4xf32>, %i: tensor<2xi64>, %u: tensor<2xf64>) {
  // expected-error @+1 {{data and updates have different element types}}
  nn.scatter_elements set %x, %i, %u {axis = 0 : i64} : tensor<4xf32>, tensor<2xi64>, tensor<2xf64>
  return
}
