// RUN: margay-opt --nn-freeze-params %s | FileCheck %s

// A parameter is no longer trainable; one of more than 64 elements stays a parameter.
// CHECK: nn.param @big : tensor<65xf32> = dense<1.000000e+00> : tensor<65xf32>
// CHECK-NOT: trainable
nn.param @big : tensor<65xf32> = dense<1.0> : tensor<65xf32> {trainable}

// One of at most 64 elements is gone, and so is one that nothing reads.
// CHECK-NOT: nn.param
nn.param @small : tensor<64xf32> = dense<2.0> : tensor<64xf32>
nn.param @unread : tensor<99xf32> = dense<2.0> : tensor<99xf32>

// CHECK: func.func @main
// CHECK-NEXT: %[[B:.*]] = nn.get @big
// CHECK-NEXT: %[[S:.*]] = nn.constant dense<2.000000e+00> : tensor<64xf32>
// CHECK-NEXT: return %[[B]], %[[S]]
func.func @main() -> (tensor<65xf32>, tensor<64xf32>) {
  %0 = nn.get @big : tensor<65xf32>
  %1 = nn.get @small : tensor<64xf32>
  return %0, %1 : tensor<65xf32>, tensor<64xf32>
}
