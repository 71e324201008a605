//===- ImageTest.cpp - pictures, decoded ----------------------------------===//

#include "tools/driver/data/Image.h"
#include "Faults.h"
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <jpeglib.h>
#include <png.h>

using namespace margay;
using namespace margay::driver;

static std::string png(uint32_t format, uint32_t width, uint32_t height, const std::vector<uint8_t> &samples) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = format;
  std::string bytes(10000, 0);
  png_alloc_size_t size = bytes.size();
  EXPECT_TRUE(png_image_write_to_memory(&image, bytes.data(), &size, 0, samples.data(), 0, nullptr));
  bytes.resize(size);
  return bytes;
}

static std::string jpeg(int channels, uint32_t width, uint32_t height, std::vector<uint8_t> samples) {
  jpeg_compress_struct encoder = {};
  jpeg_error_mgr errors;
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char *memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &memory, &size);
  encoder.image_width = width;
  encoder.image_height = height;
  encoder.input_components = channels;
  encoder.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, 100, TRUE);
  jpeg_start_compress(&encoder, TRUE);
  for (uint32_t y = 0; y < height; ++y) {
    JSAMPROW row = &samples[size_t{y} * width * channels];
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  jpeg_destroy_compress(&encoder);
  std::string bytes(reinterpret_cast<char *>(memory), size);
  std::free(memory);
  return bytes;
}

TEST(PngTest, greyAndColour) {
  Image grey = test::value(readPng(png(PNG_FORMAT_GRAY, 3, 1, {0, 128, 255})));
  EXPECT_EQ(grey.channels, 1);
  EXPECT_EQ(grey.samples, (std::vector<uint8_t>{0, 128, 255}));
  Image colour = test::value(readImage(png(PNG_FORMAT_RGB, 1, 2, {1, 2, 3, 40, 50, 60})));
  EXPECT_EQ(colour.width, 1);
  EXPECT_EQ(colour.height, 2);
  EXPECT_EQ(colour.samples, (std::vector<uint8_t>{1, 2, 3, 40, 50, 60}));
}

TEST(PngTest, whatIsTransparentIsBlack) {
  Image image = test::value(readPng(png(PNG_FORMAT_RGBA, 2, 1, {200, 200, 200, 0, 10, 20, 30, 255})));
  EXPECT_EQ(image.samples, (std::vector<uint8_t>{0, 0, 0, 10, 20, 30}));
}

TEST(PngTest, aTruncatedFileIsAFault) {
  std::string bytes = png(PNG_FORMAT_GRAY, 3, 1, {0, 128, 255});
  for (size_t size = 8; size < bytes.size() - 16; ++size) { // The end chunk may be missing.
    test::Failure failure = test::failure(readPng(llvm::StringRef(bytes).take_front(size)));
    EXPECT_EQ(failure.code, 7) << size;
    EXPECT_TRUE(llvm::StringRef(failure.message).starts_with("the PNG file is damaged: ")) << failure.message;
  }
}

TEST(JpegTest, greyAndColour) {
  Image grey = test::value(readImage(jpeg(1, 8, 8, std::vector<uint8_t>(64, 77))));
  EXPECT_EQ(grey.channels, 1);
  EXPECT_EQ(grey.samples, std::vector<uint8_t>(64, 77));
  Image colour = test::value(readJpeg(jpeg(3, 16, 8, std::vector<uint8_t>(size_t{16} * 8 * 3, 99))));
  EXPECT_EQ(colour.width, 16);
  EXPECT_EQ(colour.channels, 3);
  EXPECT_NEAR(colour.samples[5], 99, 1);
}

TEST(JpegTest, aTruncatedFileIsAFault) {
  std::string bytes = jpeg(3, 16, 16, std::vector<uint8_t>(size_t{16} * 16 * 3, 99));
  for (size_t size = 3; size < bytes.size() - 2; ++size)
    EXPECT_EQ(test::failure(readJpeg(llvm::StringRef(bytes).take_front(size))).code, 7) << size;
}

TEST(PnmTest, bytesAndText) {
  Image grey = test::value(readImage("P5 # a comment\n2 2\n255\nabcd"));
  EXPECT_EQ(grey.samples, (std::vector<uint8_t>{'a', 'b', 'c', 'd'}));
  Image colour = test::value(readImage("P3\n1 1 15\n15 0 3\n"));
  EXPECT_EQ(colour.channels, 3);
  EXPECT_EQ(colour.samples, (std::vector<uint8_t>{255, 0, 51}));
  Image wide = test::value(readImage({"P5 1 1 65535 \x80\x00", 15}));
  EXPECT_EQ(wide.samples, std::vector<uint8_t>{128});
}

TEST(PnmTest, damageIsNamed) {
  auto message = [](llvm::StringRef bytes) { return test::failure(readPnm(bytes)).message; };
  EXPECT_EQ(message("P5 2 2 255 abc"), "the PNM file is damaged: it ends before its last pixel");
  EXPECT_EQ(message("P2 1 1 7 9"), "the PNM file is damaged: a sample of 9 is above the greatest value 7");
  EXPECT_EQ(message("P5 2 2 0 abcd"), "the PNM file is damaged: the greatest value is 0, not 1 to 65535");
  EXPECT_EQ(message("P5 99999999 99999999 255 "), "a picture of 99999999x99999999 pixels is not supported");
  EXPECT_EQ(message("P5 2"), "the PNM file is damaged: its header lacks width, height or the greatest value");
}

TEST(ImageTest, otherFilesAreNoPictures) { EXPECT_EQ(test::failure(readImage("GIF89a")).code, 7); }
