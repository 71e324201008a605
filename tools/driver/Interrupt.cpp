//===- Interrupt.cpp - what happens on Ctrl-C and on crashes --------------===//
//
// A signal's handler may call next to nothing: no allocation, no locks. So the folders stand in plain arrays, and are
// emptied by system calls.
//
//===----------------------------------------------------------------------===//

#include "tools/driver/Interrupt.h"
#include "ir/Fault.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"
#include <atomic>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <new>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace margay;
using namespace margay::driver;

HoldInterrupts::HoldInterrupts() {
  sigset_t held;
  sigemptyset(&held);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&held, signal);
  pthread_sigmask(SIG_BLOCK, &held, &before);
}

HoldInterrupts::~HoldInterrupts() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }

static constexpr int mostFolders = 8;
static char folders[mostFolders][512];
static std::atomic<bool> used[mostFolders];

namespace {
/// What the system call getdents64 writes.
struct DirectoryEntry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};
} // namespace

static void removeFolder(const char *path) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return;
  alignas(DirectoryEntry) char buffer[4096];
  while (long bytes = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) {
    if (bytes < 0)
      break;
    for (long at = 0; at < bytes;) {
      auto *entry = reinterpret_cast<DirectoryEntry *>(buffer + at);
      at += entry->length;
      if (std::strcmp(entry->name, ".") != 0 && std::strcmp(entry->name, "..") != 0)
        unlinkat(folder, entry->name, 0);
    }
  }
  close(folder);
  rmdir(path);
}

void margay::driver::removeFoldersNow() {
  for (int i = 0; i < mostFolders; ++i)
    if (used[i].exchange(false))
      removeFolder(folders[i]);
}

/// Set before anything is removed: what other threads miss from then on is no failure.
static std::atomic<bool> interrupted = false;

/// LLVM has restored the signals' default actions and removed the files before it calls this.
static void onInterrupt() {
  interrupted = true;
  removeFoldersNow();
  raise(SIGINT);
  _exit(128 + SIGINT); // Whoever started us had the signal ignored, but half of our files are gone.
}

void margay::driver::waitIfInterrupted() {
  while (interrupted)
    pause();
}

/// Set before the program is ended on purpose, for want of memory.
static std::atomic<bool> outOfMemory = false;

/// The first thread to come here ends the program. Not everything may be called, for the crash may have been in the
/// middle of anything.
[[noreturn]] static void endOnCrash() {
  static std::atomic<bool> ending = false;
  if (ending.exchange(true))
    while (true)
      pause();
  removeFoldersNow();
  static constexpr llvm::StringLiteral crashed =
      "margay: crashed; please report the model and the command (internal error)\n";
  static constexpr llvm::StringLiteral noMemory = "margay: there is not enough memory for this model\n";
  llvm::StringRef message = outOfMemory ? noMemory : crashed;
  (void)!write(STDERR_FILENO, message.data(), message.size());
  _exit(static_cast<int>(outOfMemory ? Fault::Budget : Fault::Internal));
}

/// The crash handler cleans up.
static void endForMemory() {
  outOfMemory = true;
  abort();
}

void margay::driver::installCrashHandler() {
  // LLVM's handler, installed on top, removes the files and calls back. But before it does it takes itself away, and
  // another thread may crash at the same time: then ours is what is below.
  struct sigaction action = {};
  action.sa_handler = [](int) { endOnCrash(); };
  action.sa_flags = SA_ONSTACK;
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP})
    sigaction(signal, &action, nullptr);
  llvm::sys::AddSignalHandler([](void *) { endOnCrash(); }, nullptr);
  signal(SIGXFSZ, SIG_IGN); // A file beyond `ulimit -f` is for its writer to report, though LLVM takes it for a crash.
  std::set_new_handler(endForMemory);
  llvm::install_bad_alloc_error_handler([](void *, const char *, bool) { endForMemory(); });
}

int margay::driver::removeFolderOnInterrupt(const std::string &path) {
  static std::atomic<int> next = 0;
  llvm::sys::SetInterruptFunction(onInterrupt);
  int slot = next++ % mostFolders;
  if (used[slot] || path.size() >= sizeof folders[slot])
    return -1;
  std::memcpy(folders[slot], path.c_str(), path.size() + 1);
  used[slot] = true;
  return slot;
}

void margay::driver::keepFolderOnInterrupt(int slot) {
  if (slot >= 0)
    used[slot] = false;
}
