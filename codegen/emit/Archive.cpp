//===- Archive.cpp - static libraries -------------------------------------===//

#include "codegen/emit/Archive.h"
#include "ir/Fault.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

Error codegen::writeStaticLibrary(StringRef object, StringRef memberName, StringRef output) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> bytes =
      MemoryBuffer::getFile(object, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!bytes)
    return makeFault(Fault::Io, object + ": " + bytes.getError().message());
  NewArchiveMember member;
  member.Buf = std::move(*bytes);
  member.MemberName = memberName;
  Error error = writeArchive(output, member, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU,
                             /*Deterministic=*/true, /*Thin=*/false);
  if (error)
    return makeFault(Fault::Io, output + ": " + toString(std::move(error)));
  return Error::success();
}
