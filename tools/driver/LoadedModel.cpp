//===- LoadedModel.cpp - a compiled model in this process -----------------===//

#include "tools/driver/LoadedModel.h"
#include "codegen/emit/Link.h"
#include "ir/Fault.h"
#include "runtime/abi.h"
#include "tools/driver/Files.h"
#include "tools/driver/Messages.h"
#include "tools/driver/OutputFile.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/TargetParser/Host.h"
#include <dlfcn.h>

extern "C" {
#include "runtime/isa.h" // C only.
}

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

/// The name of the model that an object file defines: the NAME of a symbol NAME_model that is an object, beside a
/// function NAME.
static std::optional<std::string> modelName(const llvm::object::ObjectFile &object) {
  auto *elf = llvm::dyn_cast<llvm::object::ELFObjectFileBase>(&object);
  if (!elf)
    return std::nullopt;
  llvm::StringMap<llvm::object::SymbolRef::Type> defined;
  auto collect = [&](llvm::object::SymbolRef symbol) {
    llvm::Expected<StringRef> name = symbol.getName();
    llvm::Expected<llvm::object::SymbolRef::Type> type = symbol.getType();
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    if (name && type && flags && !(*flags & llvm::object::SymbolRef::SF_Undefined) &&
        (*flags & llvm::object::SymbolRef::SF_Global))
      defined[*name] = *type;
    llvm::consumeError(name.takeError());
    llvm::consumeError(type.takeError());
    llvm::consumeError(flags.takeError());
  };
  for (llvm::object::SymbolRef symbol : elf->symbols())
    collect(symbol);
  for (llvm::object::SymbolRef symbol : elf->getDynamicSymbolIterators())
    collect(symbol);
  for (const auto &entry : defined) {
    StringRef name = entry.getKey();
    if (!name.consume_back("_model") || entry.getValue() != llvm::object::SymbolRef::ST_Data)
      continue;
    auto function = defined.find(name);
    if (function != defined.end() && function->getValue() == llvm::object::SymbolRef::ST_Function)
      return name.str();
  }
  return std::nullopt;
}

static llvm::Error notOurs(StringRef path) {
  return makeFault(Fault::Malformed, path + ": is no library made by Margay");
}

/// The bytes of the archive's one object file, or the file itself.
static llvm::Expected<StringRef> objectBytes(llvm::MemoryBufferRef file, StringRef path) {
  if (llvm::identify_magic(file.getBuffer()) != llvm::file_magic::archive)
    return file.getBuffer();
  llvm::Expected<std::unique_ptr<llvm::object::Archive>> archive = llvm::object::Archive::create(file);
  if (!archive) {
    llvm::consumeError(archive.takeError());
    return makeFault(Fault::Malformed, path + ": the archive is damaged");
  }
  llvm::Error error = llvm::Error::success();
  for (const llvm::object::Archive::Child &child : (*archive)->children(error)) {
    llvm::Expected<StringRef> bytes = child.getBuffer();
    if (bytes && !error)
      return *bytes;
    llvm::consumeError(bytes.takeError());
  }
  llvm::consumeError(std::move(error));
  return makeFault(Fault::Malformed, path + ": the archive is damaged");
}

llvm::Expected<LoadedModel> LoadedModel::fromShared(StringRef path, StringRef name) {
  LoadedModel loaded;
  loaded.handle = dlopen(path.str().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!loaded.handle)
    return makeFault(Fault::Io, llvm::Twine("the compiled model cannot be loaded: ") + dlerror());
  loaded.described = static_cast<const mg_model *>(dlsym(loaded.handle, (name + "_model").str().c_str()));
  // Fields may be added at the end of mg_model; what we know of it must be there.
  if (!loaded.described || loaded.described->size < sizeof(mg_model) || loaded.described->abi == 0)
    return makeFault(Fault::Malformed,
                     path + ": was made by another version of Margay that this one does not understand");
  return loaded;
}

llvm::Expected<LoadedModel> LoadedModel::fromObject(StringRef object, StringRef name) {
  llvm::Expected<TemporaryFile> shared = TemporaryFile::create(".so");
  if (!shared)
    return shared.takeError();
  if (llvm::Error error = codegen::linkShared({object.str()}, shared->path(), ("lib" + name + ".so").str()))
    return std::move(error);
  return fromShared(shared->path(), name); // The mapping outlives the file's name.
}

llvm::Expected<LoadedModel> LoadedModel::fromLibrary(StringRef path) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> file = readFile(path);
  if (!file)
    return file.takeError();
  llvm::Expected<StringRef> bytes = objectBytes((*file)->getMemBufferRef(), path);
  if (!bytes)
    return bytes.takeError();
  auto object = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(*bytes, path));
  if (!object) {
    llvm::consumeError(object.takeError());
    return notOurs(path);
  }
  std::optional<std::string> name = modelName(**object);
  if (!name)
    return notOurs(path);
  if ((*object)->getArch() != llvm::Triple(llvm::sys::getDefaultTargetTriple()).getArch())
    return makeFault(Fault::Unsupported,
                     path + ": is for " + (*object)->getFileFormatName() + ", which this machine cannot run");
  if (llvm::identify_magic(*bytes) == llvm::file_magic::elf_shared_object) {
    // A path without a slash would be looked for elsewhere.
    return fromShared(path.contains('/') ? path.str() : "./" + path.str(), *name);
  }
  llvm::Expected<TemporaryFile> temporary = TemporaryFile::create(".o");
  if (!temporary)
    return temporary.takeError();
  std::error_code code;
  llvm::raw_fd_ostream os(temporary->path(), code);
  os << *bytes;
  os.close();
  if (code || os.has_error()) {
    os.clear_error();
    return makeFault(Fault::Io, temporary->path() + ": cannot be written");
  }
  return fromObject(temporary->path(), *name);
}

LoadedModel::~LoadedModel() {
  if (handle)
    dlclose(handle);
}

std::vector<int32_t> LoadedModel::usableLevels() const {
  const auto *program = static_cast<const mg__program *>(described->program);
  std::vector<int32_t> usable;
  for (const mg__level &level : llvm::ArrayRef(program->levels, program->n_levels))
    if ((level.features & ~mg__features()) == 0)
      usable.push_back(level.isa);
  return usable;
}

bool margay::driver::isLibrary(StringRef path) {
  llvm::file_magic magic;
  if (llvm::identify_magic(path, magic))
    return false;
  return magic == llvm::file_magic::archive || magic == llvm::file_magic::elf_relocatable ||
         magic == llvm::file_magic::elf_shared_object;
}
