//===- Image.cpp - pictures, decoded to 8-bit samples ---------------------===//

#include "tools/driver/data/Image.h"
#include "ir/Fault.h"

using namespace margay;
using namespace margay::driver;

llvm::Expected<Image> margay::driver::makeImage(int64_t width, int64_t height, int64_t channels) {
  if (width < 1 || height < 1 || width > maxPixels || height > maxPixels || width * height > maxPixels)
    return makeFault(Fault::Io,
                     "a picture of " + llvm::Twine(width) + "x" + llvm::Twine(height) + " pixels is not supported");
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.samples.resize(width * height * channels);
  return image;
}

llvm::Expected<Image> margay::driver::readImage(llvm::StringRef bytes) {
  if (isPng(bytes))
    return readPng(bytes);
  if (isJpeg(bytes))
    return readJpeg(bytes);
  if (isPnm(bytes))
    return readPnm(bytes);
  return makeFault(Fault::Io, "this is no PNG, JPEG, PGM or PPM picture");
}
