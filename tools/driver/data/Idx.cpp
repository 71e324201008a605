//===- Idx.cpp - the IDX format of the MNIST data sets --------------------===//

#include "tools/driver/data/Idx.h"
#include "ir/Fault.h"
#include "llvm/Support/Endian.h"
#include <algorithm>

using namespace margay;
using namespace margay::driver;

/// The element type behind the format's type byte.
static std::optional<Dtype> dtypeOf(uint8_t code) {
  switch (code) {
  case 0x08:
    return Dtype::U8;
  case 0x09:
    return Dtype::I8;
  case 0x0b:
    return Dtype::I16;
  case 0x0c:
    return Dtype::I32;
  case 0x0d:
    return Dtype::F32;
  case 0x0e:
    return Dtype::F64;
  }
  return std::nullopt;
}

bool margay::driver::isIdx(llvm::StringRef bytes) {
  return bytes.size() >= 8 && bytes[0] == 0 && bytes[1] == 0 && dtypeOf(bytes[2]) && bytes[3] >= 1 && bytes[3] <= 8;
}

llvm::Expected<Array> margay::driver::readIdx(llvm::StringRef bytes, std::optional<int64_t> index) {
  if (!isIdx(bytes))
    return makeFault(Fault::Io, "this is no IDX file");
  Array array;
  array.dtype = *dtypeOf(bytes[2]);
  size_t rank = static_cast<unsigned char>(bytes[3]), header = 4 + 4 * rank, width = dtypeBytes(array.dtype);
  if (bytes.size() < header)
    return makeFault(Fault::Io, "the IDX file ends inside its header");
  for (size_t axis = 0; axis < rank; ++axis)
    array.shape.push_back(llvm::support::endian::read32be(bytes.data() + 4 + 4 * axis));
  int64_t count = array.elements();
  if (count < 0 || static_cast<uint64_t>(count) > (bytes.size() - header) / width)
    return makeFault(Fault::Io, "the IDX file has " + llvm::Twine(bytes.size() - header) +
                                    " bytes of data, too few for " + shapeText(array.shape) + " elements");
  llvm::StringRef data = bytes.substr(header, count * width);
  if (index) {
    if (*index < 0 || *index >= array.shape[0])
      return makeFault(Fault::Usage, "index " + llvm::Twine(*index) + " is outside of the file's " +
                                         llvm::Twine(array.shape[0]) + " items");
    size_t item = data.size() / array.shape[0];
    data = data.substr(*index * item, item);
    array.shape.erase(array.shape.begin());
  }
  array.bytes.assign(data.bytes_begin(), data.bytes_end());
  if (llvm::sys::IsLittleEndianHost)
    for (auto at = array.bytes.begin(); at != array.bytes.end(); at += width)
      std::reverse(at, at + width);
  return array;
}
