//===- ImageToArray.h - a picture as the input of a network ---------------===//
//
// What stands behind `--input NAME=FILE:rgb,nchw,resize=224,mean=...,std=...`. What is not said is taken from the
// input's shape and type.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_IMAGETOARRAY_H
#define MARGAY_TOOLS_DRIVER_DATA_IMAGETOARRAY_H

#include "tools/driver/data/Array.h"
#include "tools/driver/data/Image.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace margay::driver {

/// How a data file becomes an input. `index` is for files of many items.
struct ReadOptions {
  enum class Channels { FromShape, Rgb, Bgr, Grey } channels = Channels::FromShape;
  enum class Layout { FromShape, Nchw, Nhwc } layout = Layout::FromShape;
  std::optional<std::pair<int64_t, int64_t>> resize; ///< Width and height.
  bool invert = false;                               ///< Black and white exchanged.
  std::optional<double> scale;                       ///< 1/255 for floats and 1 for integers unless given.
  std::vector<double> mean, std; ///< One for all channels, or one each: (sample * scale - mean) / std.
  std::optional<int64_t> index;
};

/// Parses the text after the colon: items separated by commas, where a bare number continues the list before it.
llvm::Expected<ReadOptions> parseReadOptions(llvm::StringRef text);

/// What is known of an input: its element type, and its shape with -1 for a dimension that is free.
struct InputType {
  Dtype dtype = Dtype::F32;
  std::vector<int64_t> shape;
};

/// Fits the picture to the input: channels, size, layout, range. The result's shape is the input's, with free
/// dimensions filled in.
llvm::Expected<Array> imageToArray(const Image &image, const ReadOptions &options, const InputType &type);

/// Scales a picture with a triangle filter, which averages when it shrinks and interpolates when it grows.
Image resizeImage(const Image &image, int64_t width, int64_t height);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_IMAGETOARRAY_H
