//===- Image.h - pictures, decoded to 8-bit samples -----------------------===//

#ifndef MARGAY_TOOLS_DRIVER_DATA_IMAGE_H
#define MARGAY_TOOLS_DRIVER_DATA_IMAGE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <vector>

namespace margay::driver {

/// Rows from top to bottom, pixels from left to right, 1 (grey) or 3 (red, green, blue) samples each.
struct Image {
  int64_t width = 0, height = 0, channels = 0;
  std::vector<uint8_t> samples;
};

/// No picture that a network is fed with has more pixels than this; a file that claims to is damaged or hostile.
inline constexpr int64_t maxPixels = int64_t(1) << 28;

bool isPng(llvm::StringRef bytes);
bool isJpeg(llvm::StringRef bytes);
bool isPnm(llvm::StringRef bytes);
inline bool isImage(llvm::StringRef bytes) { return isPng(bytes) || isJpeg(bytes) || isPnm(bytes); }

/// Transparent parts of a PNG become black.
llvm::Expected<Image> readPng(llvm::StringRef bytes);
llvm::Expected<Image> readJpeg(llvm::StringRef bytes);
/// PGM and PPM, as text (P2, P3) or bytes (P5, P6).
llvm::Expected<Image> readPnm(llvm::StringRef bytes);

/// Decodes whichever of the three it is.
llvm::Expected<Image> readImage(llvm::StringRef bytes);

/// An image of no samples, or a fault when its size is not sensible.
llvm::Expected<Image> makeImage(int64_t width, int64_t height, int64_t channels);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_DATA_IMAGE_H
