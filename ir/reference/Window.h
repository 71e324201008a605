//===- Window.h - a window that moves over up to three spatial dimensions ===//
//
// Convolution and pooling alike, channels last. One and two dimensions become three whose first are 1.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_WINDOW_H
#define MARGAY_IR_REFERENCE_WINDOW_H

#include "ir/reference/Tensor.h"
#include <array>
#include <optional>

namespace margay::reference {

/// One spatial dimension. The members are in positions of the input.
struct WindowAxis {
  int64_t input = 1, kernel = 1, stride = 1, dilation = 1, padBegin = 0, padEnd = 0;

  /// How many windows there are; where the last one begins is the question of `ceilMode`.
  int64_t windows(bool ceilMode) const;
};

class Window {
public:
  /// Of an input `[N, spatial…, C]`.
  Window(llvm::ArrayRef<int64_t> input, llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> strides,
         llvm::ArrayRef<int64_t> dilations, llvm::ArrayRef<int64_t> pads, bool ceilMode = false);

  /// The result's shape `[N, spatial…, channels]`.
  Shape resultShape(int64_t batch, int64_t channels) const;

  /// The number of windows of an image, and of input positions.
  int64_t positions() const { return output[0] * output[1] * output[2]; }
  int64_t inputPositions() const { return axes[0].input * axes[1].input * axes[2].input; }

  /// The number of a window's taps.
  int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }

  /// The input position that the kernel's element `tap` meets in the window at `position`, if it is inside the input.
  std::optional<int64_t> inputAt(int64_t position, int64_t tap) const;

  /// How many taps of the window at `position` are inside the padded input.
  int64_t tapsInPadded(int64_t position) const;

private:
  std::array<WindowAxis, 3> axes;
  std::array<int64_t, 3> output{1, 1, 1};
  size_t spatial;
};

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_WINDOW_H
