//===- Interrupt.cpp - what happens on Ctrl-C and on crashes --------------===//
//
// A signal's handler may call next to nothing: no allocation, no locks. So the folders stand in plain arrays, and are
// emptied by system calls.
//
//===----------------------------------------------------------------------===//

#include "tools/driver/Interrupt.h"
#include "llvm/Support/Signals.h"
#include <atomic>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <initializer_list>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/// LLVM has restored the signals' default actions and removed the files before it calls this.
static void onInterrupt() {
  removeFoldersNow();
  raise(SIGINT);
}

/// Also after LLVM has removed the files.
static void onCrash(void *) {
  removeFoldersNow();
  static constexpr char message[] = "margay: crashed; please report the model and the command (internal error)\n";
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  _exit(1);
}

void margay::driver::installCrashHandler() { llvm::sys::AddSignalHandler(onCrash, nullptr); }

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
