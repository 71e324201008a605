# ===- interrupt.py - interrupts a command at many moments ---------------=== #
#
#   interrupt.py TMPDIR COMMAND...      each time the command must have ended by itself, or by the interrupt
#
# ===--------------------------------------------------------------------=== #

import os
import signal
import subprocess
import sys
import time

environment = dict(os.environ, TMPDIR=sys.argv[1])
started = time.time()
subprocess.run(sys.argv[2:], env=environment, check=True, stdout=subprocess.DEVNULL)
duration = time.time() - started

interrupted = 0
for step in range(1, 13):
    # A test runner in the background has interrupts ignored, and so would its children.
    process = subprocess.Popen(
        sys.argv[2:],
        env=environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(duration * step / 12)
    process.send_signal(signal.SIGINT)
    code = process.wait()
    interrupted += code == -signal.SIGINT
    if code not in (0, -signal.SIGINT):
        sys.exit(f"after {step}/12 of the time it ended with {code}")
if not interrupted:
    sys.exit("no run was interrupted")
