//===- Archive.cpp - static libraries -------------------------------------===//

#include "codegen/emit/Archive.h"
#include "ir/Fault.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include <sys/mman.h>

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

namespace {

/// Writes into a file, and gives back the memory into which `object` is mapped as soon as it has been written: an
/// object is as large as the model's weights, and would else be in memory as a whole.
class ReleasingStream : public raw_ostream {
public:
  ReleasingStream(raw_fd_ostream &file, const MemoryBuffer &object)
      : raw_ostream(/*unbuffered=*/true), file(file), object(object) {}

private:
  static constexpr size_t pieceBytes = 4 << 20;

  void write_impl(const char *bytes, size_t count) override {
    for (size_t begin = 0; begin < count; begin += pieceBytes) {
      StringRef piece(bytes + begin, std::min(pieceBytes, count - begin));
      file << piece;
      if (object.getBufferKind() == MemoryBuffer::MemoryBuffer_MMap && piece.begin() >= object.getBufferStart() &&
          piece.end() <= object.getBufferEnd())
        release(piece);
    }
  }

  /// All pages that end in here: those before are not read any more either.
  static void release(StringRef piece) {
    uint64_t page = sys::Process::getPageSizeEstimate();
    uint64_t begin = alignDown(reinterpret_cast<uint64_t>(piece.begin()), page);
    uint64_t end = alignDown(reinterpret_cast<uint64_t>(piece.end()), page);
    if (begin < end)
      madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
  }

  uint64_t current_pos() const override { return file.tell(); }

  raw_fd_ostream &file;
  const MemoryBuffer &object;
};

} // namespace

Error codegen::writeStaticLibrary(StringRef object, StringRef memberName, StringRef output) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> bytes =
      MemoryBuffer::getFile(object, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!bytes)
    return makeFault(Fault::Io, object + ": " + bytes.getError().message());
  std::error_code code;
  raw_fd_ostream file(output, code);
  if (code)
    return makeFault(Fault::Io, output + ": " + code.message());
  ReleasingStream stream(file, **bytes);
  NewArchiveMember member;
  member.Buf = std::move(*bytes);
  member.MemberName = memberName;
  Error error = writeArchiveToStream(stream, member, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU,
                                     /*Deterministic=*/true, /*Thin=*/false);
  file.close();
  if (!error && !file.has_error())
    return Error::success();
  std::string reason = error ? toString(std::move(error)) : file.error().message();
  file.clear_error();
  return makeFault(Fault::Io, output + ": " + reason);
}
