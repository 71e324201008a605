// Recurrent cells: their text, and what is said of wrong ones.
//
// RUN: margay-opt %s --split-input-file --verify-diagnostics | FileCheck %s
// RUN: margay-opt %s --split-input-file --verify-diagnostics --mlir-print-op-generic | margay-opt --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @text
func.func @text(%g: tensor<?x2x12xf32, #nn.shape<T, 2, 12>>, %w: tensor<3x12xf32>, %h: tensor<2x3xf32>, %p: tensor<3x3xf32>, %n: tensor<2xi32>, %u: tensor<4x2x9xf32>, %v: tensor<3x9xf32>, %b: tensor<3xf32>) {
  // CHECK: nn.recurrent lstm %{{.*}}, %{{.*}}, %{{.*}} cell %{{.*}} peepholes %{{.*}} lengths %{{.*}} {activations = ["sigmoid", "tanh", "tanh"], alphas = array<f64: 0.000000e+00, 0.000000e+00, 0.000000e+00>, betas = array<f64: 0.000000e+00, 0.000000e+00, 0.000000e+00>, reverse}
  %0:3 = nn.recurrent lstm %g, %w, %h cell %h peepholes %p lengths %n {activations = ["sigmoid", "tanh", "tanh"], alphas = array<f64: 0.0, 0.0, 0.0>, betas = array<f64: 0.0, 0.0, 0.0>, reverse}
    : (tensor<?x2x12xf32, #nn.shape<T, 2, 12>>, tensor<3x12xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<3x3xf32>, tensor<2xi32>) -> (tensor<?x2x3xf32, #nn.shape<T, 2, 3>>, tensor<2x3xf32>, tensor<2x3xf32>)
  // CHECK: nn.recurrent gru %{{.*}}, %{{.*}}, %{{.*}} bias %{{.*}} {activations = ["sigmoid", "tanh"], {{.*}}linear_before_reset} : {{.*}} -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  %1:2 = nn.recurrent gru %u, %v, %h bias %b {activations = ["sigmoid", "tanh"], alphas = array<f64: 0.0, 0.0>, betas = array<f64: 0.0, 0.0>, linear_before_reset}
    : (tensor<4x2x9xf32>, tensor<3x9xf32>, tensor<2x3xf32>, tensor<3xf32>) -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  return
}

// -----

func.func @weights(%g: tensor<4x2x3xf32>, %w: tensor<3x4xf32>, %h: tensor<2x3xf32>) {
  // expected-error @+1 {{weights is of type 'tensor<3x4xf32>', it has to be 'tensor<3x3xf32>'}}
  %0:2 = nn.recurrent rnn %g, %w, %h {activations = ["tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>} : (tensor<4x2x3xf32>, tensor<3x4xf32>, tensor<2x3xf32>) -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  return
}

// -----

func.func @cell(%g: tensor<4x2x3xf32>, %w: tensor<3x3xf32>, %h: tensor<2x3xf32>) {
  // expected-error @+1 {{an lstm, and only that, has a cell state, and may have peepholes}}
  %0:2 = nn.recurrent rnn %g, %w, %h cell %h {activations = ["tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>} : (tensor<4x2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  return
}

// -----

func.func @bias(%g: tensor<4x2x3xf32>, %w: tensor<3x3xf32>, %h: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{a gru with linear_before_reset, and only that, has a bias}}
  %0:2 = nn.recurrent rnn %g, %w, %h bias %b {activations = ["tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>} : (tensor<4x2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>, tensor<3xf32>) -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  return
}

// -----

func.func @activations(%g: tensor<4x2x3xf32>, %w: tensor<3x3xf32>, %h: tensor<2x3xf32>) {
  // expected-error @+1 {{needs 1 activations with alphas and betas}}
  %0:2 = nn.recurrent rnn %g, %w, %h {activations = ["tanh", "tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>} : (tensor<4x2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>) -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  return
}

// -----

func.func @activation(%g: tensor<4x2x3xf32>, %w: tensor<3x3xf32>, %h: tensor<2x3xf32>) {
  // expected-error @+1 {{has unknown activation 'step'}}
  %0:2 = nn.recurrent rnn %g, %w, %h {activations = ["step"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>} : (tensor<4x2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>) -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  return
}

// -----

func.func @lengths(%g: tensor<4x2x3xf32>, %w: tensor<3x3xf32>, %h: tensor<2x3xf32>, %n: tensor<3xi32>) {
  // expected-error @+1 {{needs one length for each sequence}}
  %0:2 = nn.recurrent rnn %g, %w, %h lengths %n {activations = ["tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>} : (tensor<4x2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>, tensor<3xi32>) -> (tensor<4x2x3xf32>, tensor<2x3xf32>)
  return
}

// -----

func.func @results(%g: tensor<4x2x3xf32>, %w: tensor<3x3xf32>, %h: tensor<2x3xf32>) {
  // expected-error @+1 {{has results of wrong types}}
  %0 = nn.recurrent rnn %g, %w, %h {activations = ["tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>} : (tensor<4x2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>) -> tensor<4x2x3xf32>
  return
}
