//===- Gzip.cpp - gzip-compressed bytes -----------------------------------===//

#include "tools/driver/data/Gzip.h"
#include "ir/Fault.h"
#include <algorithm>
#include <zlib.h>

using namespace margay;

bool margay::driver::isGzip(llvm::StringRef bytes) { return bytes.starts_with("\x1f\x8b"); }

llvm::Expected<std::string> margay::driver::gunzip(llvm::StringRef bytes, size_t limit) {
  z_stream stream = {};
  constexpr int gzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&stream, gzipOnly) != Z_OK)
    return makeFault(Fault::Internal, "zlib cannot be initialised");
  std::string result;
  int status = Z_OK;
  size_t consumed = 0;
  while (status != Z_STREAM_END) {
    // zlib counts in 32 bits, so both sides are handed over in pieces.
    if (stream.avail_in == 0) {
      size_t piece = std::min<size_t>(bytes.size() - consumed, 1u << 30);
      stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data() + consumed));
      stream.avail_in = static_cast<uInt>(piece);
      consumed += piece;
    }
    size_t before = result.size();
    size_t grown = std::min<size_t>(std::max<size_t>(before, 1 << 16), 1u << 30);
    result.resize(before + grown);
    stream.next_out = reinterpret_cast<Bytef *>(result.data() + before);
    stream.avail_out = static_cast<uInt>(grown);
    status = inflate(&stream, Z_NO_FLUSH);
    result.resize(before + grown - stream.avail_out);
    bool stuck = result.size() == before && stream.avail_in == 0 && consumed == bytes.size();
    if ((status != Z_OK && status != Z_STREAM_END) || (stuck && status != Z_STREAM_END) || result.size() > limit)
      break;
  }
  inflateEnd(&stream);
  if (result.size() > limit)
    return makeFault(Fault::Io, "decompresses to more than " + llvm::Twine(limit) + " bytes");
  if (status != Z_STREAM_END)
    return makeFault(Fault::Io, "the gzip data is damaged or incomplete");
  return result;
}
