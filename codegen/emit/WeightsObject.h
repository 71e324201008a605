//===- WeightsObject.h - weights, streamed into the file that holds them --===//
//
// Weights are packed one after another and written as they come: a compilation needs memory for the tensor at hand, not
// for the network. They go either into an ELF object file, to be linked into the model, or into a file of external
// weights (model.mgw). In both, the data starts at byte 64.
//
// A blob is what one kernel reads through one pointer; it is padded with zeros. Blobs that are equal, byte for byte,
// are stored once, so levels that pack alike share.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_EMIT_WEIGHTSOBJECT_H
#define MARGAY_CODEGEN_EMIT_WEIGHTSOBJECT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <memory>
#include <string>

namespace margay::codegen {

class WeightsWriter {
public:
  /// Every blob starts at a multiple of this.
  static constexpr uint64_t alignment = 64;
  /// Above this an object's data is in .lrodata: code and its near data reach no further than 2 GB.
  static constexpr uint64_t largeBytes = (uint64_t(1) << 31) - (uint64_t(1) << 26);

  /// Starts a file. What goes wrong with it later is said by finish….
  static llvm::Expected<std::unique_ptr<WeightsWriter>> create(llvm::StringRef path);
  ~WeightsWriter();

  /// Adds to the blob at hand.
  void write(llvm::ArrayRef<char> bytes);
  /// Ends it. Its offset from the data's start: that of an equal blob, if there has been one, and then it takes no
  /// space.
  uint64_t endBlob();
  /// A whole blob.
  uint64_t append(llvm::ArrayRef<char> bytes);

  /// Bytes of data in all blobs that have ended; a multiple of `alignment`.
  uint64_t size() const { return used; }
  /// mg__hash of them.
  uint64_t hash() const { return hashState; }

  /// Writes an object that stands for the weights while code is merged: it defines the hidden symbol `symbol`, and its
  /// data is not there yet.
  llvm::Error writeStandIn(llvm::StringRef standIn, llvm::StringRef symbol, uint64_t large = largeBytes) const;
  /// Completes the file as the object at `merged`, which a stand-in was merged into, with this data in the stand-in's
  /// place. The data stays where it is.
  llvm::Error finishMerged(llvm::StringRef merged);
  /// Completes the file as the external weights of the model with this hash.
  llvm::Error finishExternal(uint64_t modelHash);

private:
  WeightsWriter(llvm::StringRef path, int descriptor);
  llvm::Error finishStandIn(llvm::StringRef symbol, bool isLarge);
  void flush();
  llvm::Error close(llvm::ArrayRef<char> header, llvm::ArrayRef<char> tail);

  std::string path;
  int descriptor;
  llvm::raw_fd_ostream os;
  llvm::SmallVector<char, 0> buffer;
  uint64_t used = 0;
  uint64_t hashState;
  uint64_t blobBytes = 0; ///< Of the blob at hand, as far as they are in the file.
  uint64_t blobHash;      ///< hashState as it will be after the blob at hand.
  llvm::BLAKE3 blobDigest;
  llvm::StringMap<uint64_t> offsets; ///< Of all blobs, by digest.
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_EMIT_WEIGHTSOBJECT_H
