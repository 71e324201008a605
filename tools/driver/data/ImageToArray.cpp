//===- ImageToArray.cpp - a picture as the input of a network -------------===//

#include "tools/driver/data/ImageToArray.h"
#include "ir/Fault.h"
#include <algorithm>
#include <cmath>

using namespace margay;
using namespace margay::driver;

namespace {
/// One output sample as a weighted sum of input samples.
struct Tap {
  int64_t first;
  std::vector<double> weights;
};

/// Which dimension of an input means what; -1 where there is none.
struct Axes {
  int channel = -1, height = -1, width = -1;
};
} // namespace

/// The triangle filter along one axis. When shrinking it is widened, so that every input sample counts.
static std::vector<Tap> triangleTaps(int64_t from, int64_t to) {
  double scale = static_cast<double>(from) / to, support = std::max(scale, 1.0);
  std::vector<Tap> taps(to);
  for (int64_t i = 0; i < to; ++i) {
    double centre = (i + 0.5) * scale;
    int64_t first = std::max<int64_t>(0, std::floor(centre - support + 0.5));
    int64_t last = std::min<int64_t>(from, std::floor(centre + support + 0.5));
    double sum = 0;
    taps[i].first = first;
    for (int64_t k = first; k < last; ++k) {
      double weight = std::max(0.0, 1 - std::abs(k + 0.5 - centre) / support);
      taps[i].weights.push_back(weight);
      sum += weight;
    }
    for (double &weight : taps[i].weights)
      weight /= sum;
  }
  return taps;
}

Image margay::driver::resizeImage(const Image &image, int64_t width, int64_t height) {
  if (width == image.width && height == image.height)
    return image;
  int64_t channels = image.channels;
  std::vector<Tap> across = triangleTaps(image.width, width), down = triangleTaps(image.height, height);
  std::vector<float> rows(image.height * width * channels);
  for (int64_t y = 0; y < image.height; ++y)
    for (int64_t x = 0; x < width; ++x)
      for (int64_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (size_t k = 0; k < across[x].weights.size(); ++k)
          sum += across[x].weights[k] * image.samples[(y * image.width + across[x].first + k) * channels + c];
        rows[(y * width + x) * channels + c] = static_cast<float>(sum);
      }
  Image result;
  result.width = width;
  result.height = height;
  result.channels = channels;
  result.samples.resize(width * height * channels);
  for (int64_t y = 0; y < height; ++y)
    for (int64_t i = 0; i < width * channels; ++i) {
      double sum = 0;
      for (size_t k = 0; k < down[y].weights.size(); ++k)
        sum += down[y].weights[k] * rows[(down[y].first + k) * width * channels + i];
      result.samples[y * width * channels + i] = static_cast<uint8_t>(std::clamp(std::lround(sum), 0l, 255l));
    }
  return result;
}

/// Grey to colour by repetition, colour to grey by the usual luma weights, and red exchanged with blue.
static Image withChannels(Image image, ReadOptions::Channels wanted) {
  bool toGrey = wanted == ReadOptions::Channels::Grey;
  if (toGrey == (image.channels == 1) && wanted != ReadOptions::Channels::Bgr)
    return image;
  Image result = image;
  result.channels = toGrey ? 1 : 3;
  result.samples.resize(image.width * image.height * result.channels);
  for (int64_t i = 0; i < image.width * image.height; ++i) {
    const uint8_t *from = &image.samples[i * image.channels];
    uint8_t *to = &result.samples[i * result.channels];
    if (toGrey) {
      *to = static_cast<uint8_t>((299 * from[0] + 587 * from[1] + 114 * from[2] + 500) / 1000);
      continue;
    }
    for (int c = 0; c < 3; ++c)
      to[wanted == ReadOptions::Channels::Bgr ? 2 - c : c] = from[image.channels == 1 ? 0 : c];
  }
  return result;
}

/// Finds channels, height and width in the input's shape: [N,C,H,W], [N,H,W,C], [C,H,W], [H,W,C], [N,H,W], [H,W].
static Axes findAxes(const InputType &type, const ReadOptions &options) {
  int rank = static_cast<int>(type.shape.size());
  auto mayBeChannels = [&](int axis) { return type.shape[axis] == 1 || type.shape[axis] == 3; };
  if (rank == 2)
    return {-1, 0, 1};
  if (rank != 3 && rank != 4)
    return {};
  int front = rank - 3;
  bool last = options.layout == ReadOptions::Layout::Nhwc ||
              (options.layout == ReadOptions::Layout::FromShape && !mayBeChannels(front) && mayBeChannels(rank - 1));
  if (last)
    return {rank - 1, rank - 3, rank - 2};
  if (rank == 3 && options.layout == ReadOptions::Layout::FromShape && !mayBeChannels(0))
    return {-1, 1, 2};
  return {front, rank - 2, rank - 1};
}

/// A shape that is a picture only by its number of elements, such as [1,784]: the picture's rows one after another.
static bool isFlat(const InputType &type, int64_t elements) {
  int64_t product = 1;
  for (int64_t dim : type.shape)
    product *= dim < 0 ? 1 : dim;
  return product == elements && !type.shape.empty() && type.shape.back() == elements;
}

static llvm::Expected<double> channelValue(const std::vector<double> &list, int64_t channel, int64_t channels,
                                           double otherwise, const char *what) {
  if (list.empty())
    return otherwise;
  if (list.size() != 1 && static_cast<int64_t>(list.size()) != channels)
    return makeFault(Fault::Usage, llvm::Twine(what) + " has " + llvm::Twine(list.size()) +
                                       " values, but the picture has " + llvm::Twine(channels) +
                                       (channels == 1 ? " channel" : " channels"));
  return list.size() == 1 ? list[0] : list[channel];
}

namespace {
/// One picture on its way into an input.
class Fitting {
public:
  Fitting(Image original, const ReadOptions &options, const InputType &type)
      : options(options), type(type), image(std::move(original)), shape(type.shape) {}

  llvm::Expected<Array> fit() {
    if (options.resize)
      image = resizeImage(image, options.resize->first, options.resize->second);
    axes = findAxes(type, options);
    isRow = axes.width < 0 || isFlat(type, image.width * image.height);
    if (isRow)
      axes = {};
    if (llvm::Error error = fitChannels())
      return std::move(error);
    if (llvm::Error error = isRow ? fitRow() : fitSize())
      return std::move(error);
    if (llvm::Error error = fitRest())
      return std::move(error);
    return values();
  }

private:
  llvm::Error mismatch(const llvm::Twine &why) const {
    return makeFault(Fault::Usage,
                     "a picture does not fit an input of " + typeText(type.dtype, type.shape) + ": " + why);
  }

  /// The channels that are asked for, or that the shape has room for.
  ReadOptions::Channels wantedChannels(int64_t room) const {
    using Channels = ReadOptions::Channels;
    if (options.channels != Channels::FromShape)
      return options.channels;
    if (room > 0)
      return room == 1 ? Channels::Grey : Channels::Rgb;
    bool isPlane = isRow ? isFlat(type, image.width * image.height) : axes.channel < 0;
    return isPlane || image.channels == 1 ? Channels::Grey : Channels::Rgb;
  }

  llvm::Error fitChannels() {
    int64_t room = axes.channel < 0 ? -1 : shape[axes.channel];
    image = withChannels(std::move(image), wantedChannels(room));
    if (room > 0 && room != image.channels)
      return mismatch("it has " + llvm::Twine(room) + " channels where a picture has 1 or 3");
    return llvm::Error::success();
  }

  /// All samples one after another, in the last dimension.
  llvm::Error fitRow() {
    if (isFlat(type, image.width * image.height * image.channels))
      return llvm::Error::success();
    return mismatch("the picture has " + llvm::Twine(image.width) + "x" + llvm::Twine(image.height) + "x" +
                    llvm::Twine(image.channels) + " samples");
  }

  llvm::Error fitSize() {
    int64_t height = shape[axes.height] < 0 ? image.height : shape[axes.height];
    int64_t width = shape[axes.width] < 0 ? image.width : shape[axes.width];
    if (options.resize && (height != image.height || width != image.width))
      return mismatch("resize says " + llvm::Twine(image.width) + "x" + llvm::Twine(image.height));
    image = resizeImage(image, width, height);
    shape[axes.height] = height;
    shape[axes.width] = width;
    if (axes.channel >= 0)
      shape[axes.channel] = image.channels;
    return llvm::Error::success();
  }

  /// The dimensions that are not the picture's: a batch of one.
  llvm::Error fitRest() {
    for (int axis = 0, rank = static_cast<int>(shape.size()); axis < rank; ++axis) {
      bool isPictures = isRow ? axis + 1 == rank : axis == axes.channel || axis == axes.height || axis == axes.width;
      if (isPictures)
        continue;
      if (shape[axis] < 0)
        shape[axis] = 1;
      if (shape[axis] != 1)
        return mismatch("it takes " + llvm::Twine(shape[axis]) + " pictures at once, and this is one");
    }
    return llvm::Error::success();
  }

  llvm::Expected<Array> values() const {
    Array array = Array::zeros(type.dtype, shape);
    double scale = options.scale.value_or(isFloat(type.dtype) ? 1.0 / 255 : 1.0);
    bool channelsFirst = axes.channel >= 0 && axes.channel < axes.height;
    int64_t pixels = image.width * image.height;
    for (int64_t c = 0; c < image.channels; ++c) {
      llvm::Expected<double> mean = channelValue(options.mean, c, image.channels, 0, "mean");
      if (!mean)
        return mean.takeError();
      llvm::Expected<double> std = channelValue(options.std, c, image.channels, 1, "std");
      if (!std)
        return std.takeError();
      for (int64_t i = 0; i < pixels; ++i) {
        uint8_t sample = image.samples[i * image.channels + c];
        double value = ((options.invert ? 255 - sample : sample) * scale - *mean) / *std;
        array.set(channelsFirst ? c * pixels + i : i * image.channels + c, value);
      }
    }
    return array;
  }

  const ReadOptions &options;
  const InputType &type;
  Image image;
  std::vector<int64_t> shape;
  Axes axes;
  bool isRow = false; ///< The input has no dimensions of a picture, only room for its samples.
};
} // namespace

llvm::Expected<Array> margay::driver::imageToArray(const Image &image, const ReadOptions &options,
                                                   const InputType &type) {
  return Fitting(image, options, type).fit();
}
