//===- Png.cpp - PNG pictures, through libpng -----------------------------===//

#include "ir/Fault.h"
#include "tools/driver/data/Image.h"
#include <png.h>

using namespace margay;
using namespace margay::driver;

bool margay::driver::isPng(llvm::StringRef bytes) { return bytes.starts_with("\x89PNG\r\n\x1a\n"); }

llvm::Expected<Image> margay::driver::readPng(llvm::StringRef bytes) {
  // libpng's simplified interface: it reports errors by value, where the full one needs setjmp.
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  auto failed = [&] {
    std::string why = png.message;
    png_image_free(&png);
    return makeFault(Fault::Io, "the PNG file is damaged: " + why);
  };
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()))
    return failed();
  bool colour = png.format & PNG_FORMAT_FLAG_COLOR;
  png.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  llvm::Expected<Image> image = makeImage(png.width, png.height, colour ? 3 : 1);
  if (!image) {
    png_image_free(&png);
    return image;
  }
  png_color black = {0, 0, 0};
  if (!png_image_finish_read(&png, &black, image->samples.data(), /*row_stride=*/0, /*colormap=*/nullptr))
    return failed();
  return image;
}
