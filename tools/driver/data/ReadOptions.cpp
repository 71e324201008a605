//===- ReadOptions.cpp - "rgb,nchw,resize=224,mean=0.5,0.5,0.5" -----------===//

#include "ir/Fault.h"
#include "tools/driver/data/ImageToArray.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

static llvm::Error usage(const llvm::Twine &message) { return makeFault(Fault::Usage, message); }

/// A number, also as a fraction: "1/255".
static std::optional<double> parseNumber(StringRef text) {
  auto [over, under] = text.split('/');
  double numerator, denominator = 1;
  if (over.getAsDouble(numerator) || (text.contains('/') && under.getAsDouble(denominator)))
    return std::nullopt;
  double number = numerator / denominator;
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

/// "224" or "320x240".
static std::optional<std::pair<int64_t, int64_t>> parseSize(StringRef text) {
  auto [first, second] = text.split('x');
  int64_t width, height;
  if (first.getAsInteger(10, width) || (second.empty() ? first : second).getAsInteger(10, height))
    return std::nullopt;
  if (width < 1 || height < 1 || width > 65536 || height > 65536)
    return std::nullopt;
  return std::pair(width, height);
}

/// Sets a word without a value; false when there is none of that name.
static bool setWord(ReadOptions &options, StringRef word) {
  if (word == "rgb")
    options.channels = ReadOptions::Channels::Rgb;
  else if (word == "bgr")
    options.channels = ReadOptions::Channels::Bgr;
  else if (word == "grey" || word == "gray")
    options.channels = ReadOptions::Channels::Grey;
  else if (word == "nchw")
    options.layout = ReadOptions::Layout::Nchw;
  else if (word == "nhwc")
    options.layout = ReadOptions::Layout::Nhwc;
  else if (word == "invert")
    options.invert = true;
  else
    return false;
  return true;
}

static llvm::Error setValue(ReadOptions &options, StringRef key, StringRef value, std::vector<double> *&list) {
  if (key == "resize") {
    options.resize = parseSize(value);
    return options.resize ? llvm::Error::success()
                          : usage("resize needs a size such as 224 or 320x240, not '" + value + "'");
  }
  if (key == "index") {
    int64_t index;
    if (value.getAsInteger(10, index) || index < 0)
      return usage("index needs a whole number from 0, not '" + value + "'");
    options.index = index;
    return llvm::Error::success();
  }
  std::optional<double> number = parseNumber(value);
  if (!number)
    return usage(key + " needs a number, not '" + value + "'");
  if (key == "scale") {
    options.scale = number;
    return llvm::Error::success();
  }
  list = key == "mean" ? &options.mean : &options.std;
  list->assign(1, *number);
  return llvm::Error::success();
}

llvm::Expected<ReadOptions> margay::driver::parseReadOptions(StringRef text) {
  ReadOptions options;
  std::vector<double> *list = nullptr; // Where further numbers go.
  for (StringRef item : llvm::split(text, ',')) {
    item = item.trim();
    if (item.contains('=')) {
      auto [key, value] = item.split('=');
      list = nullptr;
      if (!llvm::is_contained({"resize", "index", "scale", "mean", "std"}, key))
        return usage("unknown input option '" + key + "'; there are resize, index, scale, mean and std");
      if (llvm::Error error = setValue(options, key, value, list))
        return std::move(error);
    } else if (std::optional<double> number = parseNumber(item); number && list) {
      list->push_back(*number);
    } else if (setWord(options, item)) {
      list = nullptr;
    } else {
      return usage("unknown input option '" + item +
                   "'; there are rgb, bgr, grey, nchw, nhwc, invert, resize=, index=, scale=, mean= and std=");
    }
  }
  for (double divisor : options.std)
    if (divisor == 0)
      return usage("std must not be 0: it is divided by");
  return options;
}
