"""No orphans: a child process ends when its parent does, even when the parent is killed with -9.

Linux: prctl(PR_SET_PDEATHSIG), see prctl(2). The signal comes when the *thread* that created the child
ends, so children are started from threads that live as long as the process.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when its parent ends; call it first thing in a child.

    `parent` is the pid of the process that started this one, to notice that it ended before the call.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if parent is not None and os.getppid() != parent:
        os._exit(1)
