// RUN: margay-opt --nn-simplify --split-input-file %s | FileCheck %s

// Neutral elements go, for whatever shape they are repeated to.
// CHECK-LABEL: func.func @neutral
// CHECK-SAME: (%[[X:.*]]: tensor<?x2xf32, #nn.shape<N, 2>>)
// CHECK-NEXT: return %[[X]]
func.func @neutral(%x: tensor<?x2xf32, #nn.shape<N, 2>>) -> tensor<?x2xf32, #nn.shape<N, 2>> {
  %zero = nn.constant dense<0.0> : tensor<1x1xf32>
  %one = nn.constant dense<1.0> : tensor<1x2xf32>
  %z = nn.broadcast %zero : tensor<1x1xf32> to tensor<?x2xf32, #nn.shape<N, 2>>
  %o = nn.broadcast %one : tensor<1x2xf32> to tensor<?x2xf32, #nn.shape<N, 2>>
  %0 = nn.add %z, %x : tensor<?x2xf32, #nn.shape<N, 2>>
  %1 = nn.mul %0, %o : tensor<?x2xf32, #nn.shape<N, 2>>
  %2 = nn.div %1, %o : tensor<?x2xf32, #nn.shape<N, 2>>
  %3 = nn.sub %2, %z : tensor<?x2xf32, #nn.shape<N, 2>>
  return %3 : tensor<?x2xf32, #nn.shape<N, 2>>
}

// -----

// Not: a product with 0 (of infinity it is NaN), a division of 1, and what is neutral only in part.
// CHECK-LABEL: func.func @not_neutral
// CHECK: nn.mul
// CHECK: nn.div
// CHECK: nn.add
func.func @not_neutral(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %zero = nn.constant dense<0.0> : tensor<2xf32>
  %one = nn.constant dense<1.0> : tensor<2xf32>
  %some = nn.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %0 = nn.mul %x, %zero : tensor<2xf32>
  %1 = nn.div %one, %x : tensor<2xf32>
  %2 = nn.add %x, %some : tensor<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// Constants of sums meet, also where one is subtracted; those of bounds, too.
// CHECK-LABEL: func.func @constants
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32>)
// CHECK-DAG: %[[A:.*]] = nn.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK-DAG: %[[B:.*]] = nn.constant dense<[3.000000e+00, 5.000000e+00]>
// CHECK-DAG: %[[N:.*]] = nn.neg %[[B]]
// CHECK-DAG: %[[C:.*]] = nn.add %[[N]], %[[A]]
// CHECK-DAG: nn.add %[[X]], %[[C]]
// CHECK-DAG: %[[M:.*]] = nn.max %[[A]], %[[B]]
// CHECK-DAG: nn.max %[[X]], %[[M]]
func.func @constants(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %a = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = nn.constant dense<[3.0, 5.0]> : tensor<2xf32>
  %0 = nn.add %x, %a : tensor<2xf32>
  %1 = nn.sub %0, %b : tensor<2xf32>
  %2 = nn.max %x, %a : tensor<2xf32>
  %3 = nn.max %2, %b : tensor<2xf32>
  return %1, %3 : tensor<2xf32>, tensor<2xf32>
}

// -----

// Not: constants that together would have more elements than each.
// CHECK-LABEL: func.func @grow
// CHECK: nn.add
// CHECK: nn.add
// CHECK: return
func.func @grow(%x: tensor<8x9xf32>) -> tensor<8x9xf32> {
  %a = nn.constant dense<1.0> : tensor<8x1xf32>
  %b = nn.constant dense<3.0> : tensor<1x9xf32>
  %ab = nn.broadcast %a : tensor<8x1xf32> to tensor<8x9xf32>
  %bb = nn.broadcast %b : tensor<1x9xf32> to tensor<8x9xf32>
  %0 = nn.add %x, %ab : tensor<8x9xf32>
  %1 = nn.add %0, %bb : tensor<8x9xf32>
  return %1 : tensor<8x9xf32>
}

// -----

// What is done twice is done once, or undone; a lower bound of 0 is a relu.
// CHECK-LABEL: func.func @twice
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32>)
// CHECK-NEXT: %[[R:.*]] = nn.relu %[[X]]
// CHECK-NEXT: %[[A:.*]] = nn.abs %[[X]]
// CHECK-NEXT: return %[[R]], %[[X]], %[[A]]
func.func @twice(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %zero = nn.constant dense<0.0> : tensor<2xf32>
  %0 = nn.relu %x : tensor<2xf32>
  %1 = nn.max %zero, %0 : tensor<2xf32>
  %2 = nn.neg %x : tensor<2xf32>
  %3 = nn.neg %2 : tensor<2xf32>
  %4 = nn.min %3, %3 : tensor<2xf32>
  %5 = nn.abs %x : tensor<2xf32>
  %6 = nn.abs %5 : tensor<2xf32>
  return %1, %4, %6 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// A cast to a wider type and back is nothing; one that rounds is something.
// CHECK-LABEL: func.func @casts
// CHECK-SAME: (%[[H:.*]]: tensor<2xf16>, %[[F:.*]]: tensor<2xf32>)
// CHECK-NEXT: %[[N:.*]] = nn.cast %[[F]] : tensor<2xf32> to tensor<2xbf16>
// CHECK-NEXT: %[[W:.*]] = nn.cast %[[N]] : tensor<2xbf16> to tensor<2xf32>
// CHECK-NEXT: return %[[H]], %[[W]]
func.func @casts(%h: tensor<2xf16>, %f: tensor<2xf32>) -> (tensor<2xf16>, tensor<2xf32>) {
  %0 = nn.cast %h : tensor<2xf16> to tensor<2xf32>
  %1 = nn.cast %0 : tensor<2xf32> to tensor<2xf16>
  %2 = nn.cast %f : tensor<2xf32> to tensor<2xbf16>
  %3 = nn.cast %2 : tensor<2xbf16> to tensor<2xf32>
  return %1, %3 : tensor<2xf16>, tensor<2xf32>
}

// -----

// Powers that are products.
// CHECK-LABEL: func.func @powers
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32>)
// CHECK-NEXT: %[[SQUARE:.*]] = nn.mul %[[X]], %[[X]]
// CHECK-NEXT: %[[AGAIN:.*]] = nn.mul %[[X]], %[[X]]
// CHECK-NEXT: %[[CUBE:.*]] = nn.mul %[[AGAIN]], %[[X]]
// CHECK-NEXT: %[[INVERSE:.*]] = nn.reciprocal %[[X]]
// CHECK-NEXT: return %[[X]], %[[SQUARE]], %[[CUBE]], %[[INVERSE]]
func.func @powers(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %one = nn.constant dense<1.0> : tensor<2xf32>
  %two = nn.constant dense<2.0> : tensor<2xf32>
  %three = nn.constant dense<3.0> : tensor<2xf32>
  %minusOne = nn.constant dense<-1.0> : tensor<2xf32>
  %0 = nn.pow %x, %one : tensor<2xf32>
  %1 = nn.pow %x, %two : tensor<2xf32>
  %2 = nn.pow %x, %three : tensor<2xf32>
  %3 = nn.pow %x, %minusOne : tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// Not: a square root, which is another thing of -inf; powers of two; exponents that differ.
// CHECK-LABEL: func.func @no_products
// CHECK-COUNT-3: nn.pow
func.func @no_products(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %half = nn.constant dense<0.5> : tensor<2xf32>
  %two = nn.constant dense<2.0> : tensor<2xf32>
  %some = nn.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %0 = nn.pow %x, %half : tensor<2xf32>
  %1 = nn.pow %two, %x : tensor<2xf32>
  %2 = nn.pow %x, %some : tensor<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// Choices: of an inverted condition, between equals, and where there is none.
// CHECK-LABEL: func.func @choices
// CHECK-SAME: (%[[C:.*]]: tensor<2xi1>, %[[X:.*]]: tensor<2xf32>, %[[Y:.*]]: tensor<2xf32>)
// CHECK: %[[CHOICE:.*]] = nn.select %[[C]], %[[Y]], %[[X]]
// CHECK: return %[[C]], %[[CHOICE]], %[[X]], %[[X]], %[[Y]]
func.func @choices(%c: tensor<2xi1>, %x: tensor<2xf32>, %y: tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %yes = nn.constant dense<true> : tensor<2xi1>
  %no = nn.constant dense<false> : tensor<2xi1>
  %not = nn.not %c : tensor<2xi1>
  %twice = nn.not %not : tensor<2xi1>
  %0 = nn.select %not, %x, %y : tensor<2xi1>, tensor<2xf32>
  %1 = nn.select %c, %x, %x : tensor<2xi1>, tensor<2xf32>
  %2 = nn.select %yes, %x, %y : tensor<2xi1>, tensor<2xf32>
  %3 = nn.select %no, %x, %y : tensor<2xi1>, tensor<2xf32>
  return %twice, %0, %1, %2, %3 : tensor<2xi1>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
