//===- Npy.cpp - NumPy's array file ---------------------------------------===//
//
//   "\x93NUMPY" major minor  header-length  {'descr': '<f4', 'fortran_order': False, 'shape': (1, 28, 28), }  elements
//
//===----------------------------------------------------------------------===//

#include "tools/driver/data/Npy.h"
#include "ir/Fault.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include <algorithm>

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

static llvm::Error damaged(const llvm::Twine &message) { return makeFault(Fault::Io, message); }

namespace {
struct Spelling {
  llvm::StringLiteral text; ///< NumPy's kind and width.
  Dtype dtype;
};
} // namespace

static constexpr Spelling spellings[] = {
    {"b1", Dtype::Bool}, {"u1", Dtype::U8},  {"i1", Dtype::I8},  {"u2", Dtype::U16},
    {"i2", Dtype::I16},  {"u4", Dtype::U32}, {"i4", Dtype::I32}, {"u8", Dtype::U64},
    {"i8", Dtype::I64},  {"f2", Dtype::F16}, {"f4", Dtype::F32}, {"f8", Dtype::F64},
};

/// The text of one entry of the header's dictionary, up to where the next one may begin.
static std::optional<StringRef> entry(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return std::nullopt;
  StringRef rest = header.substr(at + key.size() + 2).ltrim();
  if (!rest.consume_front(":"))
    return std::nullopt;
  return rest.ltrim();
}

static llvm::Expected<std::vector<int64_t>> parseShape(StringRef text) {
  std::vector<int64_t> shape;
  if (!text.consume_front("(") || !text.contains(')'))
    return damaged("the .npy header has no shape");
  for (StringRef part : llvm::split(text.take_until([](char c) { return c == ')'; }), ',')) {
    part = part.trim();
    int64_t dim;
    if (part.empty())
      continue;
    if (part.getAsInteger(10, dim) || dim < 0)
      return damaged("the .npy header has a dimension '" + part + "'");
    shape.push_back(dim);
  }
  return shape;
}

/// Column-major elements into row-major order.
static decltype(Array::bytes) fromFortran(llvm::ArrayRef<uint8_t> data, llvm::ArrayRef<int64_t> shape, size_t width) {
  decltype(Array::bytes) result(data.size());
  std::vector<int64_t> at(shape.size(), 0);
  std::vector<int64_t> stride(shape.size(), 1);
  for (size_t axis = 1; axis < shape.size(); ++axis)
    stride[axis] = stride[axis - 1] * shape[axis - 1];
  for (size_t to = 0; to < data.size(); to += width) {
    int64_t from = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      from += at[axis] * stride[axis];
    std::copy_n(data.begin() + from * width, width, result.begin() + to);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++at[axis] != shape[axis])
        break;
      at[axis] = 0;
    }
  }
  return result;
}

bool margay::driver::isNpy(StringRef bytes) { return bytes.starts_with("\x93NUMPY"); }

llvm::Expected<Array> margay::driver::readNpy(StringRef bytes) {
  if (!isNpy(bytes) || bytes.size() < 12)
    return damaged("this is no .npy file");
  uint8_t major = bytes[6];
  if (major < 1 || major > 3)
    return damaged("version " + llvm::Twine(major) + " of the .npy format is not known");
  // Version 1 has a 16-bit header length, later ones a 32-bit one.
  size_t lengthBytes = major == 1 ? 2 : 4, start = 8 + lengthBytes;
  size_t length = major == 1 ? llvm::support::endian::read16le(bytes.data() + 8)
                             : llvm::support::endian::read32le(bytes.data() + 8);
  if (length > bytes.size() - start)
    return damaged("the .npy file ends inside its header");
  StringRef header = bytes.substr(start, length), data = bytes.substr(start + length);

  std::optional<StringRef> descr = entry(header, "descr"), order = entry(header, "fortran_order");
  std::optional<StringRef> shapeEntry = entry(header, "shape");
  if (!descr || !order || !shapeEntry)
    return damaged("the .npy header lacks descr, fortran_order or shape");
  if (!descr->consume_front("'"))
    return damaged("the .npy file holds records; an array of numbers is needed");
  StringRef type = descr->take_until([](char c) { return c == '\''; });
  const Spelling *spelling = llvm::find_if(spellings, [&](const Spelling &s) { return s.text == type.drop_front(); });
  if (type.size() != 3 || spelling == std::end(spellings))
    return damaged("elements of type '" + type + "' are not supported in .npy files");

  llvm::Expected<std::vector<int64_t>> shape = parseShape(*shapeEntry);
  if (!shape)
    return shape.takeError();
  Array array;
  array.dtype = spelling->dtype;
  array.shape = std::move(*shape);
  size_t width = dtypeBytes(array.dtype);
  int64_t count = array.elements();
  if (count < 0 || static_cast<uint64_t>(count) > data.size() / width)
    return damaged("the .npy file has " + llvm::Twine(data.size()) + " bytes of data, too few for " +
                   typeText(array.dtype, array.shape));
  array.bytes.assign(data.bytes_begin(), data.bytes_begin() + count * width);
  if (type[0] == '>')
    for (auto at = array.bytes.begin(); at != array.bytes.end(); at += width)
      std::reverse(at, at + width);
  if (order->starts_with("True"))
    array.bytes = fromFortran(array.bytes, array.shape, width);
  return array;
}

void margay::driver::writeNpy(llvm::raw_ostream &os, const Array &array) {
  if (array.dtype == Dtype::BF16)
    return writeNpy(os, convert(array, Dtype::F32));
  const Spelling *spelling = llvm::find_if(spellings, [&](const Spelling &s) { return s.dtype == array.dtype; });
  std::string header = "{'descr': '";
  header += dtypeBytes(array.dtype) == 1 ? '|' : '<';
  header += spelling->text;
  header += "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : array.shape)
    header += std::to_string(dim) + (array.shape.size() == 1 ? "," : ", ");
  if (array.shape.size() > 1)
    header.resize(header.size() - 2);
  header += "), }";
  // The elements start at a multiple of 64 bytes, and the header ends with a line break.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  os << StringRef("\x93NUMPY\x01\x00", 8);
  os << static_cast<char>(header.size() & 0xff) << static_cast<char>(header.size() >> 8) << header;
  os.write(reinterpret_cast<const char *>(array.bytes.data()), array.bytes.size());
}
