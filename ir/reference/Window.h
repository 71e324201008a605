//===- Window.h - a window that moves over up to three spatial dimensions ===//
//
// Convolution and pooling alike, channels last. One and two dimensions become three whose first are 1.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_IR_REFERENCE_WINDOW_H
#define MARGAY_IR_REFERENCE_WINDOW_H

#include "ir/reference/Tensor.h"
#include <array>

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

  /// Calls `visit(tap, input)` for those taps of the window at `position` that are inside the input: which of the
  /// kernel's elements, which position.
  template <typename Visit> void forEachTap(int64_t position, Visit visit) const;

  /// How many taps of the window at `position` are inside the padded input.
  int64_t tapsInPadded(int64_t position) const;

private:
  std::array<int64_t, 3> indexOf(int64_t position) const {
    return {position / (output[1] * output[2]), position / output[2] % output[1], position % output[2]};
  }

  std::array<WindowAxis, 3> axes;
  std::array<int64_t, 3> output{1, 1, 1};
  size_t spatial;
};

template <typename Visit> void Window::forEachTap(int64_t position, Visit visit) const {
  std::array<int64_t, 3> index = indexOf(position);
  auto at = [&](int axis, int64_t tap) {
    return index[axis] * axes[axis].stride + tap * axes[axis].dilation - axes[axis].padBegin;
  };
  auto inside = [&](int axis, int64_t place) { return place >= 0 && place < axes[axis].input; };
  for (int64_t i = 0; i < axes[0].kernel; ++i)
    for (int64_t j = 0; j < axes[1].kernel; ++j)
      for (int64_t k = 0; k < axes[2].kernel; ++k) {
        int64_t z = at(0, i), y = at(1, j), x = at(2, k);
        if (inside(0, z) && inside(1, y) && inside(2, x))
          visit((i * axes[1].kernel + j) * axes[2].kernel + k, (z * axes[1].input + y) * axes[2].input + x);
      }
}

} // namespace margay::reference

#endif // MARGAY_IR_REFERENCE_WINDOW_H
