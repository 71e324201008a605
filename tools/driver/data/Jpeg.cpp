//===- Jpeg.cpp - JPEG pictures, through libjpeg-turbo --------------------===//

#include "ir/Fault.h"
#include "tools/driver/data/Image.h"
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>

using namespace margay;
using namespace margay::driver;

namespace {
/// libjpeg reports an error by a call that must not return: it jumps back to where decoding began.
struct JumpingErrors {
  jpeg_error_mgr base; // libjpeg hands out a pointer to this, which is the whole struct's too: keep it first.
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};
} // namespace

static void jumpBack(j_common_ptr decoder) {
  auto *errors = reinterpret_cast<JumpingErrors *>(decoder->err);
  errors->base.format_message(decoder, errors->message);
  std::longjmp(errors->back, 1);
}

/// A truncated file is only worth a warning to libjpeg, which then makes up the missing part; to us it is damaged.
static void treatWarningAsError(j_common_ptr decoder, int level) {
  if (level < 0)
    jumpBack(decoder);
}

// The two steps that may jump are functions without C++ objects, so that no destructor is skipped.

static bool readHeader(jpeg_decompress_struct &decoder, JumpingErrors &errors, const unsigned char *bytes,
                       size_t size) {
  if (setjmp(errors.back))
    return false;
  jpeg_create_decompress(&decoder);
  jpeg_mem_src(&decoder, bytes, size);
  jpeg_read_header(&decoder, TRUE);
  return true;
}

static bool readRows(jpeg_decompress_struct &decoder, JumpingErrors &errors, unsigned char *samples, size_t stride) {
  if (setjmp(errors.back))
    return false;
  jpeg_start_decompress(&decoder);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = samples + decoder.output_scanline * stride;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  return true;
}

bool margay::driver::isJpeg(llvm::StringRef bytes) { return bytes.starts_with("\xff\xd8\xff"); }

llvm::Expected<Image> margay::driver::readJpeg(llvm::StringRef bytes) {
  jpeg_decompress_struct decoder = {};
  JumpingErrors errors = {};
  decoder.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = jumpBack;
  errors.base.emit_message = treatWarningAsError;
  auto failed = [&] {
    jpeg_destroy_decompress(&decoder);
    return makeFault(Fault::Io, "the JPEG file is damaged: " + llvm::Twine(errors.message));
  };
  if (!readHeader(decoder, errors, bytes.bytes_begin(), bytes.size()))
    return failed();
  bool grey = decoder.num_components == 1;
  if (!grey && decoder.num_components != 3) {
    jpeg_destroy_decompress(&decoder);
    return makeFault(Fault::Io, "JPEG pictures of " + llvm::Twine(decoder.num_components) +
                                    " colour components are not supported; convert it to RGB");
  }
  decoder.out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
  llvm::Expected<Image> image = makeImage(decoder.image_width, decoder.image_height, grey ? 1 : 3);
  if (image && !readRows(decoder, errors, image->samples.data(), image->width * image->channels))
    return failed();
  jpeg_destroy_decompress(&decoder);
  return image;
}
