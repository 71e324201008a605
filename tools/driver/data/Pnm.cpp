//===- Pnm.cpp - PGM and PPM pictures -------------------------------------===//

#include "ir/Fault.h"
#include "tools/driver/data/Image.h"
#include "llvm/ADT/StringExtras.h"
#include <optional>

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

/// The next number of the header or of text samples, after space and comments.
static std::optional<int64_t> nextNumber(StringRef &text) {
  while (true) {
    text = text.ltrim();
    if (!text.starts_with("#"))
      break;
    text = text.drop_until([](char c) { return c == '\n'; });
  }
  int64_t number;
  StringRef digits = text.take_while(llvm::isDigit);
  if (digits.getAsInteger(10, number))
    return std::nullopt;
  text = text.drop_front(digits.size());
  return number;
}

bool margay::driver::isPnm(StringRef bytes) {
  return bytes.size() > 2 && bytes[0] == 'P' && StringRef("2356").contains(bytes[1]) && llvm::isSpace(bytes[2]);
}

llvm::Expected<Image> margay::driver::readPnm(StringRef bytes) {
  auto damaged = [](const llvm::Twine &why) { return makeFault(Fault::Io, "the PNM file is damaged: " + why); };
  if (!isPnm(bytes))
    return damaged("it does not start with P2, P3, P5 or P6");
  char kind = bytes[1];
  StringRef rest = bytes.drop_front(2);
  std::optional<int64_t> width = nextNumber(rest), height = nextNumber(rest), most = nextNumber(rest);
  if (!width || !height || !most)
    return damaged("its header lacks width, height or the greatest value");
  if (*most < 1 || *most > 65535)
    return damaged("the greatest value is " + llvm::Twine(*most) + ", not 1 to 65535");
  bool isText = kind == '2' || kind == '3';
  llvm::Expected<Image> image = makeImage(*width, *height, kind == '3' || kind == '6' ? 3 : 1);
  if (!image)
    return image;
  size_t width16 = *most > 255 ? 2 : 1;
  if (!isText) {
    rest = rest.drop_front(std::min<size_t>(1, rest.size())); // The one space that ends the header.
    if (rest.size() < image->samples.size() * width16)
      return damaged("it ends before its last pixel");
  }
  for (size_t i = 0; i < image->samples.size(); ++i) {
    int64_t value;
    if (isText) {
      std::optional<int64_t> number = nextNumber(rest);
      if (!number)
        return damaged("it ends before its last pixel");
      value = *number;
    } else if (width16 == 2) {
      value = rest.bytes_begin()[2 * i] * 256 + rest.bytes_begin()[2 * i + 1];
    } else {
      value = rest.bytes_begin()[i];
    }
    if (value > *most)
      return damaged("a sample of " + llvm::Twine(value) + " is above the greatest value " + llvm::Twine(*most));
    image->samples[i] = static_cast<uint8_t>((value * 255 + *most / 2) / *most);
  }
  return image;
}
