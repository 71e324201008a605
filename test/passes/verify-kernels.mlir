// RUN: margay-opt --nn-verify-kernels --split-input-file --verify-diagnostics %s

// Kernels, recipes, reshapes and parameters are what is left.
nn.param @w : tensor<2x2xf32> = dense<1.0> : tensor<2x2xf32>
func.func @right(%x: tensor<2x2xf32>) -> tensor<4xf32> {
  %w = nn.get @w : tensor<2x2xf32>
  %t = nn.transpose %w {permutation = array<i64: 1, 0>} : tensor<2x2xf32> -> tensor<2x2xf32>
  %0 = nn.kernel "a" (%a = %x : tensor<2x2xf32>, %b = %t : tensor<2x2xf32>) -> tensor<2x2xf32> {
    %1 = nn.contract %a, %b {lhs_roles = "mk", rhs_roles = "kn"} : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
    %2 = nn.relu %1 : tensor<2x2xf32>
    nn.yield %2 : tensor<2x2xf32>
  }
  %1 = nn.reshape %0 : tensor<2x2xf32> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @outside(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'nn.neg' op is outside of a kernel}}
  %0 = nn.neg %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @two_roots(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = nn.kernel "a" (%a = %x : tensor<2x2xf32>) -> tensor<2x2xf32> {
    // expected-note @+1 {{the first root}}
    %1 = nn.softmax %a {axis = 1} : tensor<2x2xf32>
    // expected-error @+1 {{'nn.softmax' op is a second root in one kernel}}
    %2 = nn.softmax %1 {axis = 1} : tensor<2x2xf32>
    nn.yield %2 : tensor<2x2xf32>
  }
  return %0 : tensor<2x2xf32>
}

// -----

func.func @view(%x: tensor<2x2xf32>) -> tensor<4xf32> {
  %0 = nn.kernel "a" (%a = %x : tensor<2x2xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{'nn.reshape' op cannot be part of a kernel}}
    %1 = nn.reshape %a : tensor<2x2xf32> to tensor<4xf32>
    nn.yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

// A constant comes in as a recipe.
func.func @constant(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = nn.kernel "a" (%a = %x : tensor<2xf32>) -> tensor<2xf32> {
    // expected-error @+1 {{'nn.constant' op cannot be part of a kernel}}
    %1 = nn.constant dense<1.0> : tensor<2xf32>
    %2 = nn.add %a, %1 : tensor<2xf32>
    nn.yield %2 : tensor<2xf32>
  }
  return %0 : tensor<2xf32>
}

// -----

func.func @argument(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'func.return' op result 0 is not made by a kernel}}
  return %x : tensor<2xf32>
}

// -----

func.func @twice(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2x1xf32>) {
  %0 = nn.kernel "a" (%a = %x : tensor<2xf32>) -> tensor<2xf32> {
    %1 = nn.relu %a : tensor<2xf32>
    nn.yield %1 : tensor<2xf32>
  }
  %1 = nn.reshape %0 : tensor<2xf32> to tensor<2x1xf32>
  // expected-error @+1 {{'func.return' op result 1 is another result, too}}
  return %0, %1 : tensor<2xf32>, tensor<2x1xf32>
}
