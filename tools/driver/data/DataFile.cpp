//===- DataFile.cpp - any file that can be a tensor -----------------------===//

#include "tools/driver/data/DataFile.h"
#include "ir/Fault.h"
#include "tools/driver/Files.h"
#include "tools/driver/Messages.h"
#include "tools/driver/data/Gzip.h"
#include "tools/driver/data/Idx.h"
#include "tools/driver/data/Npy.h"
#include "tools/driver/data/TensorProto.h"
#include "llvm/ADT/STLExtras.h"

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

/// Decompressed data beyond this is no input of a network.
static constexpr size_t gunzipLimit = size_t(4) << 30;

/// A file's bytes, decompressed if need be. `text` keeps what was decompressed.
static llvm::Expected<StringRef> contents(StringRef bytes, std::string &text) {
  if (!isGzip(bytes))
    return bytes;
  llvm::Expected<std::string> plain = gunzip(bytes, gunzipLimit);
  if (!plain)
    return plain.takeError();
  text = std::move(*plain);
  return StringRef(text);
}

static llvm::Expected<Array> decodeArray(StringRef path, StringRef bytes, std::optional<int64_t> index) {
  if (isNpy(bytes))
    return readNpy(bytes);
  if (path.ends_with(".pb"))
    return readTensorProto(bytes);
  if (isIdx(bytes))
    return readIdx(bytes, index);
  return makeFault(Fault::Io,
                   "this is no file that can be read: .npy, .pb (ONNX TensorProto), .png, .jpg, .pgm, .ppm or IDX are");
}

/// Whether a shape fits one with -1 for what is free.
static bool fits(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> wanted) {
  return shape.size() == wanted.size() && llvm::all_of(llvm::zip(shape, wanted), [](auto pair) {
           return std::get<1>(pair) < 0 || std::get<0>(pair) == std::get<1>(pair);
         });
}

/// One picture out of IDX or .npy data that lacks the dimensions of batch or channel: it is treated as the image that
/// it is.
static std::optional<Image> asImage(const Array &array) {
  if (array.dtype != Dtype::U8)
    return std::nullopt;
  size_t rank = array.shape.size();
  bool grey = rank == 2, colour = rank == 3 && array.shape[2] == 3;
  if ((!grey && !colour) || array.shape[0] < 1 || array.shape[1] < 1)
    return std::nullopt;
  Image image;
  image.height = array.shape[0];
  image.width = array.shape[1];
  image.channels = colour ? 3 : 1;
  image.samples.assign(array.bytes.begin(), array.bytes.end());
  return image;
}

/// Fits numbers to an input: exact shapes pass, missing leading dimensions of 1 are added, and types change where that
/// loses nothing.
static llvm::Expected<Array> arrayToInput(Array array, const InputType &type) {
  llvm::ArrayRef<int64_t> wanted = type.shape;
  std::vector<int64_t> original = array.shape;
  while (array.shape.size() < wanted.size() && (wanted[0] == 1 || wanted[0] < 0) && !fits(array.shape, wanted)) {
    array.shape.insert(array.shape.begin(), 1);
    if (array.shape.size() == wanted.size())
      break;
  }
  if (!fits(array.shape, wanted))
    return makeFault(Fault::Usage, "it holds " + typeText(array.dtype, original) + ", but the input is " +
                                       typeText(type.dtype, type.shape));
  if (array.dtype == type.dtype)
    return array;
  Array converted = convert(array, type.dtype);
  Array back = convert(converted, array.dtype);
  // A double rounded to a float is what everybody means; a fraction dropped is not.
  bool floats = isFloat(array.dtype) && isFloat(type.dtype);
  if (!floats && back.bytes != array.bytes)
    return makeFault(Fault::Usage, "it holds " + dtypeName(array.dtype) + " values that the input's type " +
                                       dtypeName(type.dtype) + " cannot represent");
  return converted;
}

static llvm::Expected<Array> decodeInput(StringRef path, StringRef bytes, const ReadOptions &options,
                                         const InputType &type) {
  if (isImage(bytes)) {
    llvm::Expected<Image> image = readImage(bytes);
    return image ? imageToArray(*image, options, type) : llvm::Expected<Array>(image.takeError());
  }
  llvm::Expected<Array> array = decodeArray(path, bytes, options.index);
  if (!array)
    return array;
  // An IDX file of pictures is for looking at one of them; without an index that is the first.
  if (isIdx(bytes) && !options.index && array->shape.size() == 3)
    array = readIdx(bytes, 0);
  if (!array)
    return array;
  if (std::optional<Image> image = asImage(*array); image && (isIdx(bytes) || !fits(array->shape, type.shape)))
    return imageToArray(*image, options, type);
  return arrayToInput(std::move(*array), type);
}

llvm::Expected<Array> margay::driver::readArray(StringRef path) {
  auto file = readFile(path);
  if (!file)
    return file.takeError();
  std::string plain;
  llvm::Expected<StringRef> bytes = contents((*file)->getBuffer(), plain);
  llvm::Expected<Array> array =
      bytes ? decodeArray(path, *bytes, std::nullopt) : llvm::Expected<Array>(bytes.takeError());
  return array ? std::move(array) : llvm::Expected<Array>(inFile(path, array.takeError()));
}

llvm::Expected<Array> margay::driver::readInput(StringRef path, const ReadOptions &options, const InputType &type) {
  auto file = readFile(path);
  if (!file)
    return file.takeError();
  std::string plain;
  llvm::Expected<StringRef> bytes = contents((*file)->getBuffer(), plain);
  llvm::Expected<Array> array =
      bytes ? decodeInput(path, *bytes, options, type) : llvm::Expected<Array>(bytes.takeError());
  return array ? std::move(array) : llvm::Expected<Array>(inFile(path, array.takeError()));
}
