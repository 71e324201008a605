//===- WeightsObject.cpp - weights, streamed into the file that holds them ===//

#include "codegen/emit/WeightsObject.h"
#include "ir/Fault.h"
#include "runtime/abi.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFTypes.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <vector>

using namespace llvm;
using namespace margay;
using namespace margay::codegen;
using object::ELF64LE;

/// Where the data starts, behind the header of either kind of file.
static constexpr uint64_t dataStart = 64;
static_assert(sizeof(ELF64LE::Ehdr) == dataStart && sizeof(mg__weights_header) == dataStart);

/// Bytes are written, and hashed, in pieces of this size.
static constexpr size_t pieceBytes = 1 << 16;

WeightsWriter::WeightsWriter(StringRef path, int descriptor)
    : path(path), descriptor(descriptor), os(descriptor, /*shouldClose=*/true, /*unbuffered=*/true),
      hashState(MG__HASH_START), blobHash(hashState) {}

WeightsWriter::~WeightsWriter() { os.clear_error(); }

Expected<std::unique_ptr<WeightsWriter>> WeightsWriter::create(StringRef path) {
  int descriptor = -1;
  if (std::error_code code = sys::fs::openFileForWrite(path, descriptor))
    return makeFault(Fault::Io, path + ": " + code.message());
  std::unique_ptr<WeightsWriter> writer(new WeightsWriter(path, descriptor));
  writer->os.write_zeros(dataStart); // The header is known at the end.
  writer->buffer.reserve(pieceBytes);
  return writer;
}

/// Moves the buffer into the file. Only a blob's last piece is not full, and that is padded: so each is a number of
/// whole words, as mg__hash wants it.
void WeightsWriter::flush() {
  ArrayRef<uint8_t> piece(reinterpret_cast<const uint8_t *>(buffer.data()), buffer.size());
  blobDigest.update(piece);
  blobHash = mg__hash(blobHash, piece.data(), piece.size());
  os.write(buffer.data(), buffer.size());
  blobBytes += buffer.size();
  buffer.clear();
}

void WeightsWriter::write(ArrayRef<char> bytes) {
  while (!bytes.empty()) {
    size_t count = std::min(bytes.size(), pieceBytes - buffer.size());
    buffer.append(bytes.begin(), bytes.begin() + count);
    bytes = bytes.drop_front(count);
    if (buffer.size() == pieceBytes)
      flush();
  }
}

uint64_t WeightsWriter::endBlob() {
  buffer.resize(alignTo(buffer.size(), alignment));
  flush();
  auto digest = blobDigest.final();
  auto [known, isNew] =
      offsets.try_emplace(StringRef(reinterpret_cast<const char *>(digest.data()), digest.size()), used);
  if (isNew) {
    used += blobBytes;
    hashState = blobHash;
  } else {
    os.seek(dataStart + used); // The next blob overwrites this one.
    blobHash = hashState;
  }
  blobBytes = 0;
  blobDigest.init();
  return known->second;
}

uint64_t WeightsWriter::append(ArrayRef<char> bytes) {
  write(bytes);
  return endBlob();
}

/// Writes what comes before and behind the data, and says what has gone wrong since the file was opened.
Error WeightsWriter::close(ArrayRef<char> header, ArrayRef<char> tail) {
  os.seek(dataStart + used);
  os.write(tail.data(), tail.size());
  os.seek(0);
  os.write(header.data(), header.size());
  // A repeated blob at the end may have left bytes behind.
  std::error_code code = os.error();
  if (!code)
    code = sys::fs::resize_file(descriptor, dataStart + used + tail.size());
  os.close();
  if (!code)
    code = os.error();
  os.clear_error();
  return code ? makeFault(Fault::Io, path + ": " + code.message()) : Error::success();
}

template <typename T> static void appendBytes(SmallVectorImpl<char> &bytes, ArrayRef<T> values) {
  const char *start = reinterpret_cast<const char *>(values.data());
  bytes.append(start, start + values.size() * sizeof(T));
}

Error WeightsWriter::finishExternal(uint64_t modelHash) {
  mg__weights_header header = {};
  memcpy(header.magic, MG__WEIGHTS_MAGIC, sizeof(header.magic));
  header.model_hash = modelHash;
  header.weights_hash = hashState;
  header.bytes = dataStart + used;
  static_assert(sys::IsLittleEndianHost, "the header is written as it is in memory");
  return close({reinterpret_cast<const char *>(&header), sizeof(header)}, {});
}

/// A stand-in's section. No other section has this name, so it is not joined with any.
static StringRef standInSection(bool isLarge) { return isLarge ? ".lrodata.weights" : ".rodata.weights"; }

Error WeightsWriter::writeStandIn(StringRef standIn, StringRef symbol, uint64_t large) const {
  Expected<std::unique_ptr<WeightsWriter>> writer = create(standIn);
  if (!writer)
    return writer.takeError();
  const char nothing[alignment] = {};
  (*writer)->append(nothing);
  return (*writer)->finishStandIn(symbol, used > large);
}

Error WeightsWriter::finishMerged(StringRef merged) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> object =
      MemoryBuffer::getFile(merged, /*IsText=*/false, /*RequiresNullTerminator=*/false, /*IsVolatile=*/true);
  if (!object)
    return makeFault(Fault::Io, merged + ": " + object.getError().message());
  // Everything of the object follows the data, and its offsets grow by that. The file is lld's own, and not suspected.
  SmallVector<char, 0> tail((*object)->getBufferStart(), (*object)->getBufferEnd());
  ELF64LE::Ehdr header;
  memcpy(&header, tail.data(), sizeof(header));
  uint64_t shift = dataStart + used;
  std::vector<ELF64LE::Shdr> sections(header.e_shnum);
  char *table = tail.data() + header.e_shoff;
  memcpy(sections.data(), table, sections.size() * sizeof(ELF64LE::Shdr));
  StringRef names(tail.data() + sections[header.e_shstrndx].sh_offset, sections[header.e_shstrndx].sh_size);
  size_t data = 0;
  for (auto [index, section] : enumerate(sections)) {
    StringRef name = names.drop_front(section.sh_name).take_until([](char c) { return c == 0; });
    if (name == standInSection(false) || name == standInSection(true))
      data = index;
  }
  if (data == 0)
    return makeFault(Fault::Internal, merged + ": has no section for weights");
  for (ELF64LE::Shdr &section : sections) {
    if (section.sh_type == ELF::SHT_SYMTAB)
      for (uint64_t at = section.sh_offset, end = at + section.sh_size; at < end; at += sizeof(ELF64LE::Sym)) {
        ELF64LE::Sym symbol;
        memcpy(&symbol, tail.data() + at, sizeof(symbol));
        if (symbol.st_shndx == data && symbol.getType() == ELF::STT_OBJECT)
          symbol.st_size = used;
        memcpy(tail.data() + at, &symbol, sizeof(symbol));
      }
    if (section.sh_type != ELF::SHT_NULL)
      section.sh_offset = section.sh_offset + shift;
  }
  sections[data].sh_offset = dataStart;
  sections[data].sh_size = used;
  memcpy(table, sections.data(), sections.size() * sizeof(ELF64LE::Shdr));
  header.e_shoff = header.e_shoff + shift;
  return close({reinterpret_cast<const char *>(&header), sizeof(header)}, tail);
}

Error WeightsWriter::finishStandIn(StringRef symbolName, bool isLarge) {
  // The sections, and their names as one string of NUL-terminated names.
  enum { Null, Data, Stack, Symbols, Strings, Names, SectionCount };
  const char *const names[SectionCount] = {
      "", standInSection(isLarge).data(), ".note.GNU-stack", ".symtab", ".strtab", ".shstrtab"};
  SmallVector<char> nameTable;
  ELF64LE::Shdr sections[SectionCount] = {};
  for (int i = 0; i < SectionCount; ++i) {
    sections[i].sh_name = nameTable.size();
    nameTable.append(names[i], names[i] + strlen(names[i]) + 1);
    sections[i].sh_addralign = 1;
  }
  sections[Null].sh_addralign = 0;

  // One symbol behind the null one.
  ELF64LE::Sym symbols[2] = {};
  symbols[1].st_name = 1;
  symbols[1].setBindingAndType(ELF::STB_GLOBAL, ELF::STT_OBJECT);
  symbols[1].setVisibility(ELF::STV_HIDDEN);
  symbols[1].st_shndx = Data;
  symbols[1].st_size = used;
  SmallVector<char> stringTable = {0};
  stringTable.append(symbolName.begin(), symbolName.end());
  stringTable.push_back(0);

  sections[Data].sh_type = ELF::SHT_PROGBITS;
  sections[Data].sh_flags = ELF::SHF_ALLOC | (isLarge ? ELF::SHF_X86_64_LARGE : 0u);
  sections[Data].sh_offset = dataStart;
  sections[Data].sh_size = used;
  sections[Data].sh_addralign = alignment;
  sections[Stack].sh_type = ELF::SHT_PROGBITS; // Empty: "this needs no executable stack".
  sections[Stack].sh_offset = dataStart;
  sections[Symbols].sh_type = ELF::SHT_SYMTAB;
  sections[Symbols].sh_link = Strings;
  sections[Symbols].sh_info = 1; // the first global one
  sections[Symbols].sh_entsize = sizeof(ELF64LE::Sym);
  sections[Symbols].sh_addralign = 8;
  sections[Strings].sh_type = ELF::SHT_STRTAB;
  sections[Names].sh_type = ELF::SHT_STRTAB;

  // The data's size is a multiple of 64, so the tables behind it are aligned as long as their order is this one.
  SmallVector<char> tail;
  auto addTable = [&](int section, auto contents) {
    sections[section].sh_offset = dataStart + used + tail.size();
    sections[section].sh_size = contents.size() * sizeof(contents[0]);
    appendBytes(tail, contents);
  };
  addTable(Symbols, ArrayRef(symbols));
  addTable(Strings, ArrayRef(stringTable));
  addTable(Names, ArrayRef(nameTable));
  tail.resize(alignTo(tail.size(), 8));

  ELF64LE::Ehdr header = {};
  memcpy(header.e_ident, ELF::ElfMagic, 4);
  header.e_ident[ELF::EI_CLASS] = ELF::ELFCLASS64;
  header.e_ident[ELF::EI_DATA] = ELF::ELFDATA2LSB;
  header.e_ident[ELF::EI_VERSION] = ELF::EV_CURRENT;
  header.e_type = ELF::ET_REL;
  header.e_machine = ELF::EM_X86_64;
  header.e_version = ELF::EV_CURRENT;
  header.e_shoff = dataStart + used + tail.size();
  header.e_ehsize = sizeof(header);
  header.e_shentsize = sizeof(ELF64LE::Shdr);
  header.e_shnum = SectionCount;
  header.e_shstrndx = Names;
  appendBytes(tail, ArrayRef(sections));
  return close({reinterpret_cast<const char *>(&header), sizeof(header)}, tail);
}
