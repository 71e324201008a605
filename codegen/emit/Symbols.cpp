//===- Symbols.cpp - the symbols of object files --------------------------===//
//
// In ELF, local symbols come before global ones, and relocations name symbols by their index. So making some local, or
// leaving some out, is a permutation of the symbol table, applied to every relocation as well. It is done in the mapped
// file: the weights, which may be gigabytes, are not touched.
//
//===----------------------------------------------------------------------===//

#include "codegen/emit/Symbols.h"
#include "ir/Fault.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace margay;
using object::ELF64LE;

namespace {

/// The parts of the mapped file that change.
struct ObjectFile {
  MutableArrayRef<ELF64LE::Shdr> sections;
  ELF64LE::Shdr *symbolTable = nullptr;
  MutableArrayRef<ELF64LE::Sym> symbols;
  SmallVector<MutableArrayRef<ELF64LE::Rela>> relocations;
  StringRef names;

  StringRef name(const ELF64LE::Sym &symbol) const {
    return names.drop_front(symbol.st_name).take_until([](char c) { return c == 0; });
  }
};

} // namespace

/// Views a piece of the file as an array. The file is lld's own, so it is not suspected of lying.
template <typename T> static MutableArrayRef<T> view(char *file, uint64_t offset, uint64_t bytes) {
  return {reinterpret_cast<T *>(file + offset), static_cast<size_t>(bytes / sizeof(T))};
}

static Expected<ObjectFile> openObject(char *file, uint64_t bytes) {
  Expected<object::ELFFile<ELF64LE>> elf = object::ELFFile<ELF64LE>::create(StringRef(file, bytes));
  if (!elf)
    return elf.takeError();
  if (Expected<ELF64LE::ShdrRange> sections = elf->sections(); !sections)
    return sections.takeError();
  const ELF64LE::Ehdr &header = elf->getHeader();
  ObjectFile object;
  object.sections = view<ELF64LE::Shdr>(file, header.e_shoff, header.e_shnum * sizeof(ELF64LE::Shdr));
  for (ELF64LE::Shdr &section : object.sections) {
    if (section.sh_type == ELF::SHT_GROUP || section.sh_type == ELF::SHT_SYMTAB_SHNDX ||
        section.sh_type == ELF::SHT_LLVM_ADDRSIG || section.sh_type == ELF::SHT_REL)
      return createStringError("unexpected section of type " + Twine(section.sh_type));
    if (section.sh_type == ELF::SHT_RELA)
      object.relocations.push_back(view<ELF64LE::Rela>(file, section.sh_offset, section.sh_size));
    if (section.sh_type != ELF::SHT_SYMTAB)
      continue;
    object.symbolTable = &section;
    object.symbols = view<ELF64LE::Sym>(file, section.sh_offset, section.sh_size);
    const ELF64LE::Shdr &strings = object.sections[section.sh_link];
    object.names = StringRef(file + strings.sh_offset, strings.sh_size);
  }
  if (!object.symbolTable)
    return createStringError("no symbol table");
  return object;
}

/// Says which symbols are undefined, and which are visible although they are not the model's.
static Error checkSymbols(const ObjectFile &object, StringRef model) {
  SmallVector<StringRef> undefined, foreign;
  for (const ELF64LE::Sym &symbol : object.symbols.drop_front()) {
    StringRef name = object.name(symbol);
    if (symbol.st_shndx == ELF::SHN_UNDEF)
      undefined.push_back(name);
    else if (symbol.getBinding() != ELF::STB_LOCAL && symbol.getVisibility() == ELF::STV_DEFAULT && name != model &&
             (!name.starts_with((model + "_").str()) || name.starts_with((model + "__").str())))
      foreign.push_back(name);
  }
  if (!undefined.empty())
    return makeFault(Fault::Internal, "undefined symbols in the compiled model: " + join(undefined, ", "));
  if (!foreign.empty())
    return makeFault(Fault::Internal, "symbols visible in the compiled model: " + join(foreign, ", "));
  return Error::success();
}

/// Makes relocations that refer to constants without a name of their own (".LCPI0_0") refer to the section instead, so
/// that those symbols can go. Such a section's pieces may not be moved by later links any more.
static BitVector replacePrivateSymbols(ObjectFile &object) {
  DenseMap<unsigned, uint32_t> sectionSymbols;
  for (auto [index, symbol] : enumerate(object.symbols))
    if (symbol.getType() == ELF::STT_SECTION)
      sectionSymbols[symbol.st_shndx] = index;
  auto isPrivate = [&](const ELF64LE::Sym &symbol) {
    return object.name(symbol).starts_with(".L") && sectionSymbols.contains(symbol.st_shndx);
  };

  for (MutableArrayRef<ELF64LE::Rela> relocations : object.relocations)
    for (ELF64LE::Rela &relocation : relocations)
      if (const ELF64LE::Sym &symbol = object.symbols[relocation.getSymbol(false)]; isPrivate(symbol)) {
        relocation.setSymbol(sectionSymbols[symbol.st_shndx], false);
        relocation.r_addend = relocation.r_addend + symbol.st_value;
      }
  BitVector replaced(object.symbols.size());
  for (auto [index, symbol] : enumerate(object.symbols))
    if (isPrivate(symbol)) {
      replaced.set(index);
      ELF64LE::Shdr &section = object.sections[symbol.st_shndx];
      section.sh_flags = section.sh_flags & ~uint64_t(ELF::SHF_MERGE | ELF::SHF_STRINGS);
      section.sh_entsize = 0;
    }
  return replaced;
}

/// Moves the symbols that are or become local to the front, and leaves out the dropped ones and names of source files.
static void localize(ObjectFile &object, const BitVector &dropped) {
  SmallVector<uint32_t> order;
  auto add = [&](auto wanted) {
    for (auto [index, symbol] : enumerate(object.symbols))
      if (!dropped[index] && wanted(symbol))
        order.push_back(index);
  };
  auto isLocal = [](const ELF64LE::Sym &symbol) {
    return symbol.getBinding() == ELF::STB_LOCAL || symbol.getVisibility() == ELF::STV_HIDDEN;
  };
  add([&](const ELF64LE::Sym &symbol) { return isLocal(symbol) && symbol.getType() != ELF::STT_FILE; });
  uint32_t locals = order.size();
  add([&](const ELF64LE::Sym &symbol) { return !isLocal(symbol); });

  SmallVector<ELF64LE::Sym> old(object.symbols);
  SmallVector<uint32_t> newIndex(old.size(), 0);
  for (auto [index, from] : enumerate(order)) {
    ELF64LE::Sym &symbol = object.symbols[index] = old[from];
    newIndex[from] = index;
    if (index < locals) {
      symbol.setBinding(ELF::STB_LOCAL);
      symbol.setVisibility(ELF::STV_DEFAULT);
    }
  }
  object.symbolTable->sh_size = order.size() * sizeof(ELF64LE::Sym);
  object.symbolTable->sh_info = locals;
  for (MutableArrayRef<ELF64LE::Rela> relocations : object.relocations)
    for (ELF64LE::Rela &relocation : relocations)
      relocation.setSymbol(newIndex[relocation.getSymbol(false)], false);
}

Error codegen::closeObject(StringRef path, StringRef model) {
  auto ioFault = [&](std::error_code code) { return makeFault(Fault::Io, path + ": " + code.message()); };
  sys::fs::file_status status;
  int descriptor = -1;
  if (std::error_code code =
          sys::fs::openFileForReadWrite(path, descriptor, sys::fs::CD_OpenExisting, sys::fs::OF_None))
    return ioFault(code);
  sys::fs::file_t handle = sys::fs::convertFDToNativeFile(descriptor);
  scope_exit close([&] { sys::fs::closeFile(handle); });
  if (std::error_code code = sys::fs::status(descriptor, status))
    return ioFault(code);
  std::error_code code;
  sys::fs::mapped_file_region map(handle, sys::fs::mapped_file_region::readwrite, status.getSize(), 0, code);
  if (code)
    return ioFault(code);

  Expected<ObjectFile> object = openObject(map.data(), map.size());
  if (!object)
    return makeFault(Fault::Internal, "the merged object file: " + toString(object.takeError()));
  if (Error error = checkSymbols(*object, model))
    return error;
  localize(*object, replacePrivateSymbols(*object));
  return Error::success();
}

Expected<SmallVector<char, 0>> codegen::renameSymbols(StringRef bytes, function_ref<std::string(StringRef)> rename) {
  SmallVector<char, 0> file(bytes.begin(), bytes.end());
  Expected<ObjectFile> object = openObject(file.data(), file.size());
  if (!object)
    return makeFault(Fault::Internal, "an object file: " + toString(object.takeError()));
  // The table of names moves to the end of the file, where it can grow.
  SmallVector<char, 0> names(object->names.begin(), object->names.end());
  for (ELF64LE::Sym &symbol : object->symbols) {
    StringRef name = object->name(symbol);
    if (name.empty() || name.starts_with(".L") || symbol.getType() == ELF::STT_FILE)
      continue;
    std::string renamed = rename(name);
    symbol.st_name = names.size();
    names.append(renamed.begin(), renamed.end());
    names.push_back(0);
  }
  ELF64LE::Shdr &table = object->sections[object->symbolTable->sh_link];
  table.sh_offset = file.size();
  table.sh_size = names.size();
  file.append(names);
  return file;
}
