//===- Interrupt.cpp - what happens on Ctrl-C -----------------------------===//

#include "tools/driver/Interrupt.h"
#include <initializer_list>
#include <pthread.h>

using namespace margay::driver;

HoldInterrupts::HoldInterrupts() {
  sigset_t held;
  sigemptyset(&held);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&held, signal);
  pthread_sigmask(SIG_BLOCK, &held, &before);
}

HoldInterrupts::~HoldInterrupts() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
