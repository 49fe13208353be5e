"""A lifeline: engines that run in a process below ours end when ours does, however it went.

vLLM calls `hold` in each of its processes, as one of its plugins (entry point group `vllm.general_plugins`). Without it
a service that is killed leaves its engine behind, and the engine the GPU's memory taken.
"""

import ctypes
import multiprocessing
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def hold() -> None:
    """Have the kernel end this process when the one that started it is gone; does nothing in the service itself.

    Linux only (prctl(2)): elsewhere only a service that ends in order takes its engine with it. The signal comes when
    the thread ends that started this process; the services start engines in threads that live as long as they do.
    """
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have gone before the lifeline was held.
    if os.getppid() != parent.pid:
        os._exit(1)
