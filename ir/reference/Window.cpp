//===- Window.cpp - a window that moves over up to three spatial dimensions ===//

#include "ir/reference/Window.h"

using namespace margay::reference;

int64_t WindowAxis::windows(bool ceilMode) const {
  int64_t extent = (kernel - 1) * dilation + 1, end = input + padBegin + padEnd;
  int64_t count = 0;
  for (int64_t begin = 0; begin + extent <= end; begin += stride)
    ++count;
  // Rounding up, the next one may reach over the end by less than a stride; but it must not begin in the end padding.
  if (ceilMode && count * stride + extent < end + stride && count * stride < input + padBegin)
    ++count;
  return count;
}

Window::Window(llvm::ArrayRef<int64_t> input, llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> strides,
               llvm::ArrayRef<int64_t> dilations, llvm::ArrayRef<int64_t> pads, bool ceilMode)
    : spatial(kernel.size()) {
  for (size_t i = 0; i < spatial; ++i) {
    size_t axis = 3 - spatial + i;
    axes[axis] = {input[i + 1], kernel[i], strides[i], dilations[i], pads[i], pads[spatial + i]};
    output[axis] = axes[axis].windows(ceilMode);
  }
}

Shape Window::resultShape(int64_t batch, int64_t channels) const {
  Shape shape{batch};
  llvm::append_range(shape, llvm::ArrayRef(output).take_back(spatial));
  shape.push_back(channels);
  return shape;
}

/// The index of the element number `i` of a three-dimensional array.
static std::array<int64_t, 3> indexIn(std::array<int64_t, 3> sizes, int64_t i) {
  return {i / (sizes[1] * sizes[2]), i / sizes[2] % sizes[1], i % sizes[2]};
}

std::optional<int64_t> Window::inputAt(int64_t position, int64_t tap) const {
  std::array<int64_t, 3> window = indexIn(output, position);
  std::array<int64_t, 3> element = indexIn({axes[0].kernel, axes[1].kernel, axes[2].kernel}, tap);
  int64_t input = 0;
  for (int i = 0; i < 3; ++i) {
    int64_t along = window[i] * axes[i].stride + element[i] * axes[i].dilation - axes[i].padBegin;
    if (along < 0 || along >= axes[i].input)
      return std::nullopt;
    input = input * axes[i].input + along;
  }
  return input;
}

int64_t Window::tapsInPadded(int64_t position) const {
  std::array<int64_t, 3> index = indexIn(output, position);
  int64_t taps = 1;
  for (auto [axis, at] : llvm::zip_equal(axes, index)) {
    int64_t along = 0;
    for (int64_t tap = 0; tap < axis.kernel; ++tap)
      if (at * axis.stride + tap * axis.dilation < axis.padBegin + axis.input + axis.padEnd)
        ++along;
    taps *= along;
  }
  return taps;
}
